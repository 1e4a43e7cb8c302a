"""``playhead premises``: enrolment codes, and what is said of workstations and of a server that does not run."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.cli.places import PremisesPlaces
from playhead.wire.pki import EnrolmentCode


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(PremisesPlaces(folder).catalogue)) as catalogue:
        return catalogue.execute(query).fetchall()


def test_a_code_is_printed_alone_and_kept_by_its_hash_only(run: Run, tmp_path: Path) -> None:
    said = run("premises", "enrolment-code", "desk-7", "--hours", 2, "--data", tmp_path)
    assert (said.code, said.err) == (0, "")
    code = EnrolmentCode.parse(said.out.strip())
    ((kept, workstation, hours),) = rows(
        tmp_path,
        "SELECT code_hash, workstation_id, (expires_at_us - created_at_us) / 3600000000.0 FROM enrolment_codes",
    )
    assert (kept, workstation, hours) == (code.secret_hash, "desk-7", 2)


def test_a_code_for_any_workstation(run: Run, tmp_path: Path) -> None:
    assert run("premises", "enrolment-code", "--data", tmp_path).code == 0
    assert rows(tmp_path, "SELECT workstation_id FROM enrolment_codes") == [(None,)]


def test_codes_are_of_one_authority_and_of_different_secrets(run: Run, tmp_path: Path) -> None:
    first, second = (
        EnrolmentCode.parse(run("premises", "enrolment-code", "--data", tmp_path).out.strip()) for _ in range(2)
    )
    assert first.authority == second.authority
    assert first.secret_hash != second.secret_hash


def test_keys_and_catalogue_are_their_owner_s_alone(run: Run, tmp_path: Path) -> None:
    run("premises", "enrolment-code", "--data", tmp_path)
    places = PremisesPlaces(tmp_path)
    assert places.keys.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in places.keys.iterdir())


@pytest.mark.parametrize("name", ["Desk 7", "desk/7", "-desk", "d" * 64])
def test_a_name_that_no_workstation_may_have(run: Run, tmp_path: Path, name: str) -> None:
    said = run("premises", "enrolment-code", "--data", tmp_path, "--", name)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("playhead: ")
    assert "Traceback" not in said.err


def test_a_workstation_is_shut_out(run: Run, library: PremisesPlaces) -> None:
    said = run("premises", "revoke", "pc-1", "--data", library.root)
    assert (said.code, said.out) == (0, "")
    assert "pc-1 may no longer connect. Its recordings stay." in said.err
    assert len(json.loads(run("recordings", "list", "--json", "--data", library.root).out)) == 3
    revoked = "SELECT id FROM workstations WHERE revoked_at_us IS NOT NULL"
    assert rows(library.root, revoked) == [("pc-1",)]


def test_a_workstation_that_there_is_not_is_not_shut_out(run: Run, library: PremisesPlaces) -> None:
    said = run("premises", "revoke", "pc-9", "--data", library.root)
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert "pc-9" in said.err


@pytest.mark.parametrize(
    "command", [["premises", "workstations"], ["record", "start", "pc-1"], ["record", "stop", "pc-1"]]
)
def test_what_needs_a_server_that_runs(run: Run, library: PremisesPlaces, command: list[str]) -> None:
    said = run(*command, "--data", library.root)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"playhead: No premises server is running with {library.root}.\n"
        "  Start it with `playhead up`, or name another data folder with --data.\n"
    )


def test_a_server_that_was_killed_is_not_taken_for_running(run: Run, library: PremisesPlaces) -> None:
    library.running.write_text('{"process": 4194305, "portal": "http://127.0.0.1:9", "screen_port": 9}')
    said = run("record", "start", "pc-1", "--data", library.root)
    assert said.code == 1
    assert "No premises server is running" in said.err


@pytest.mark.parametrize("text", ["", "{", '{"process": "1"}', "[]"])
def test_a_damaged_note_of_a_running_server(run: Run, library: PremisesPlaces, text: str) -> None:
    library.running.write_text(text)
    assert "No premises server is running" in run("record", "stop", "pc-1", "--data", library.root).err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[screen]\nlisten = 7\n", "premises.toml"),
        ("[screen]\nlisten = 'nowhere'\n", "premises.toml"),
        ("[screens]\n", "premises.toml"),
        ("[screen]\nlistn = '127.0.0.1:1'\n", "listen"),
        ("[screen\n", "premises.toml"),
    ],
)
@pytest.mark.parametrize("command", [["premises", "run"], ["up"]])
def test_settings_that_cannot_work(run: Run, tmp_path: Path, command: list[str], text: str, said: str) -> None:
    (tmp_path / "premises.toml").write_text(text)
    found = run(*command, "--data", tmp_path)
    assert found.code == 1
    assert found.err.startswith("playhead: ")
    assert said in found.err
    assert "Traceback" not in found.err
