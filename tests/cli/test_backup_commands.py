"""``playhead backup``, ``restore``, ``recovery-key``: what they say, refuse and end with."""

import asyncio
import json
from pathlib import Path

import pytest
from cli.conftest import BROKEN_OFF, WHOLE, Run

from playhead.base.clock import SystemClock
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.places import PremisesPlaces
from playhead.store.audit_trail import AuditTrail
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Eraser, Order
from playhead.store.keyring import Keyring


@pytest.fixture
def key(run: Run, library: PremisesPlaces, tmp_path: Path) -> Path:
    out = tmp_path / "recovery.pem"
    said = run("recovery-key", out, "--passphrase-stdin", "--data", library.root, stdin="some words\n")
    assert (said.code, "keep it twice" in said.err) == (0, True)
    return out


def restored(run: Run, tmp_path: Path, key: Path, *more: object, words: str = "some words"):
    arguments = ["--recovery-key", key, "--passphrase-stdin", "--data", tmp_path / "again", *more]
    return run("restore", tmp_path / "backups", *arguments, stdin=f"{words}\n")


def test_there_and_back(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in key.read_bytes()
    said = run("backup", tmp_path / "backups", "--data", library.root)
    assert said.code == 0
    assert "3 segments" in said.err
    assert "share their files with the server" in said.err
    (listed,) = json.loads(run("backup", tmp_path / "backups", "--list", "--json").out)
    assert (listed["whole"], listed["segments"], listed["site"]) == (True, 3, "site")
    back = restored(run, tmp_path, key, "--json")
    told = json.loads(back.out)
    assert (back.code, told["whole"], told["restored"], told["backup"]) == (0, True, 3, listed["backup"])
    assert run("verify", "--all", "--data", tmp_path / "again").code == 0
    audited = run("audit", "list", "--data", tmp_path / "again").out
    assert "restore.done" in audited
    assert run("audit", "verify", "--data", tmp_path / "again").code == 0
    assert "backup.done" in run("audit", "list", "--data", library.root).out


def test_the_server_s_status_tells_of_the_last_one(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    assert "none was ever made" in run("premises", "status", "--data", library.root).out
    made = json.loads(run("backup", tmp_path / "backups", "--without-keys", "--json", "--data", library.root).out)
    status = json.loads(run("premises", "status", "--json", "--data", library.root).out)
    assert (status["lastBackup"]["id"], status["lastBackup"]["faults"]) == (made["backup"], 0)
    assert made["backup"] in run("premises", "status", "--data", library.root).out


def test_nothing_is_replaced(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path) -> None:
    run("backup", tmp_path / "backups", "--data", library.root)
    assert restored(run, tmp_path, key).code == 0
    said = restored(run, tmp_path, key)
    assert (said.code, "There is a server's data in" in said.err) == (1, True)


@pytest.mark.parametrize("words", ["other words", ""])
def test_a_wrong_pass_phrase(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path, words: str) -> None:
    run("backup", tmp_path / "backups", "--data", library.root)
    said = restored(run, tmp_path, key, words=words)
    assert (said.code, "pass phrase" in said.err) == (1, True)
    assert not (tmp_path / "again").exists()


def test_another_recovery_key(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path) -> None:
    run("backup", tmp_path / "backups", "--data", library.root)
    fresh = tmp_path / "other.pem"
    refused = run("recovery-key", fresh, "--no-passphrase", "--data", library.root)
    assert (refused.code, "--replace" in refused.err) == (1, True)
    assert run("recovery-key", fresh, "--no-passphrase", "--replace", "--data", library.root).code == 0
    said = run("restore", tmp_path / "backups", "--recovery-key", fresh, "--data", tmp_path / "again", stdin="\n")
    assert (said.code, "were sealed to recovery key" in said.err) == (1, True)
    assert run("recovery-key", fresh, "--no-passphrase", "--replace", "--data", library.root).code == 1, "it exists"
    assert key.exists()


def test_a_file_that_is_no_key(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path) -> None:
    run("backup", tmp_path / "backups", "--data", library.root)
    other = tmp_path / "note.txt"
    other.write_text("no key")
    said = run("restore", tmp_path / "backups", "--recovery-key", other, "--data", tmp_path / "again")
    assert (said.code, "This is no recovery key." in said.err) == (1, True)
    assert key.exists()


def test_without_keys(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    refused = run("backup", tmp_path / "backups", "--data", library.root)
    assert (refused.code, "playhead recovery-key" in refused.err) == (1, True)
    assert not (tmp_path / "backups").exists()
    said = run("backup", tmp_path / "backups", "--without-keys", "--data", library.root)
    assert (said.code, "keys are not in it" in said.err) == (0, True)
    own = tmp_path / "own.pem"
    run("recovery-key", own, "--no-passphrase", "--data", library.root)
    said = run("restore", tmp_path / "backups", "--recovery-key", own, "--data", tmp_path / "again")
    assert (said.code, "made without the site's keys" in said.err) == (1, True)
    arguments = ["--keys", library.keys, "--data", tmp_path / "again"]
    assert run("restore", tmp_path / "backups", *arguments).code == 0
    assert run("verify", WHOLE, "--data", tmp_path / "again").code == 0


def test_a_recording_that_is_not_whole_is_told(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path) -> None:
    next(library.recordings.rglob("*.vid")).unlink()
    said = run("backup", tmp_path / "backups", "--copy", "--data", library.root)
    assert (said.code, "backup.missing" in said.err) == (1, True)
    assert "share their files" not in said.err
    back = restored(run, tmp_path, key)
    assert (back.code, "check.missing" in back.err) == (1, True)
    assert "not whole" in run("backup", tmp_path / "backups", "--list").out


def test_an_erased_recording_is_not_put_back(run: Run, library: PremisesPlaces, tmp_path: Path, key: Path) -> None:
    run("backup", tmp_path / "backups", "--copy", "--data", library.root)

    async def erase() -> None:
        async with existing_catalogue(library) as catalogue:
            clock = SystemClock()
            eraser = Eraser(
                library.recordings,
                library.erasures,
                catalogue=catalogue,
                disk=SystemDisk(),
                authority=Keyring.open_existing(library.keys, clock).authority,
                audit=AuditTrail(catalogue, clock),
                clock=clock,
            )
            await eraser.begin(Order(WHOLE, "sam", "asked for"))
            await eraser.shred()

    asyncio.run(erase())
    said = run("restore", tmp_path / "backups", "--recording", WHOLE, "--data", library.root)
    assert (said.code, "it does not come back" in said.err) == (1, True)
    told = json.loads(restored(run, tmp_path, key, "--erasures", library.erasures, "--json").out)
    assert (told["erased"], told["whole"]) == (1, True)
    assert str(WHOLE) not in run("recordings", "list", "--data", tmp_path / "again").out


def test_a_recording_that_the_backup_does_not_have(
    run: Run, library: PremisesPlaces, tmp_path: Path, key: Path
) -> None:
    run("backup", tmp_path / "backups", "--data", library.root)
    other = str(BROKEN_OFF)[:-1] + "9"
    said = run("restore", tmp_path / "backups", "--recording", other, "--data", library.root)
    assert (said.code, "has no recording" in said.err) == (1, True)
    assert key.exists()


@pytest.mark.parametrize(
    "arguments",
    [["restore", "there"], ["restore", "there", "--keys", "."], ["backup", "there", "--rate", "5"], ["backup"]],
)
def test_what_makes_no_sense(run: Run, tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    said = run(*arguments, "--data", tmp_path / "again")
    assert said.code == (1 if "--keys" in arguments else 2)


def test_there_is_no_server(run: Run, tmp_path: Path) -> None:
    for arguments in (["backup", tmp_path / "backups"], ["recovery-key", tmp_path / "key.pem", "--no-passphrase"]):
        said = run(*arguments, "--data", tmp_path / "nothing")
        assert (said.code, "There is no premises server's data" in said.err) == (1, True)
    assert list(tmp_path.iterdir()) == []
    assert run("backup", tmp_path, "--list").out == "There is none.\n"


def test_one_recording_by_a_beginning_of_its_id(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    run("backup", tmp_path / "backups", "--without-keys", "--data", library.root)
    one = [tmp_path / "backups", "--data", library.root, "--recording"]
    said = run("restore", *one, str(WHOLE)[:13])
    assert (said.code, f"of {WHOLE} were put back" in said.err) == (0, True)
    assert "No recording's id begins with 0000" in run("restore", *one, "0000").err
    assert "is not a recording's id" in run("restore", *one, "01").err


def test_a_backup_inside_of_what_is_backed_up_is_refused(run: Run, library: PremisesPlaces) -> None:
    said = run("backup", library.catalogue.parent / "backups", "--without-keys", "--data", library.root)
    assert (said.code, "inside the server's own data" in said.err) == (1, True)
    assert not (library.catalogue.parent / "backups").exists()
