"""``playhead environment antivirus``: the list, what is suggested for others, and the proof."""

import json
import os
import shutil
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.cli import scanning
from playhead.environment.antivirus.watching.watcher import Watcher
from playhead.testing.clamav import readable_folder, signatures, write_config


def test_the_list_is_what_is_meant_where_nothing_is_named(run: Run, tmp_path: Path) -> None:
    told = run("environment", "antivirus", "--data", tmp_path).out
    assert f"{tmp_path}/premises/recordings/*/*/*/*.vid" in told
    assert told == run("environment", "antivirus", "list", "table", "--data", tmp_path).out
    rows = json.loads(run("environment", "antivirus", "json", "--role", "workstation", "--data", tmp_path).out)
    assert [row["kind"] for row in rows] == ["files", "process"]
    options = run("environment", "antivirus", "clamscan", "--data", tmp_path).out.splitlines()
    assert all(option.startswith("--exclude=^") for option in options)


def test_whose_list_it_is_says_the_folder(run: Run, tmp_path: Path) -> None:
    assert "neither a server nor a workstation" in run("environment", "antivirus", "--data", tmp_path).err
    (tmp_path / "workstation.toml").write_text('[workstation]\npremises = ["recorder.example"]\nid = "desk-7"\n')
    said = run("environment", "antivirus", "json", "--data", tmp_path)
    assert (said.err, {row["service"] for row in json.loads(said.out)}) == ("", {"screen recording", "workstation"})


def test_what_is_held_open_is_suggested(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    with (tmp_path / "data" / "shop.db").open("wb") as held:
        pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {}, file_actions=[(os.POSIX_SPAWN_DUP2, held.fileno(), 1)])
        try:
            said = run("environment", "antivirus", "suggest", tmp_path / "data", "--seconds", 1, "--json")
            text = run("environment", "antivirus", "suggest", "--pid", pid, "--seconds", 1).out
        finally:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
    (judged,) = json.loads(said.out)["judgements"]
    assert judged["exclusion"]["text"] == str(tmp_path / "data" / "shop.db")
    assert judged["grounds"][0]["criterion"] == "locked"
    assert judged["verdict"] == "unclear"  # one look proves nothing
    assert "open for writing at 1 of 1 looks" in text


def test_what_was_seen_until_it_was_stopped_is_judged(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stopped(watcher: Watcher, seconds: float, **_: object) -> None:
        assert seconds == 600
        (tmp_path / "new").write_text("")
        watcher.look()
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "watch", stopped)
    said = run("environment", "antivirus", "suggest", tmp_path, "--seconds", 600)
    assert "Stopped early" in said.err
    assert "Watched for 1 s; looks: 1, files: 1, folders: 1." in said.out


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "Name 1 to 16 folders"),
        (("/nowhere/at/all",), "is no folder"),
        (("/etc/hostname",), "is no folder"),
        ((".", "--seconds", "0.5"), "Watch for 1 to 86400 seconds"),
        ((".", "--seconds", "86401"), "Watch for 1 to 86400 seconds"),
    ],
)
def test_what_cannot_be_watched_is_refused(run: Run, options: tuple[str, ...], why: str, tmp_path: Path) -> None:
    named = [str(tmp_path) if one == "." else one for one in options]
    said = run("environment", "antivirus", "suggest", *named, "--json")
    assert (said.code, said.out) == (1, "")
    assert why in said.err


def test_the_proof_is_a_report_with_an_exit_code(run: Run) -> None:
    place = readable_folder()
    try:
        signatures(place / "signatures")
        (place / "premises" / "recordings").mkdir(parents=True)
        config = write_config(place, "")
        asked = ("environment", "antivirus", "verify", "--clamd-config", config, "--data", place)
        said = run(*asked, "--json")
        report = json.loads(said.out)
        assert {one["code"] for one in report["findings"]} == {
            "antivirus.proven",
            "antivirus.access_off",
            "antivirus.closed",
        }
        assert said.code == 0
        (place / "premises" / "recordings").chmod(0o777)
        said = run(*asked)
        assert said.code == 1
        assert "antivirus.writable" in said.out
        assert "There is no account" in run(*asked, "--account", "no-such-account").err
    finally:
        shutil.rmtree(place)
