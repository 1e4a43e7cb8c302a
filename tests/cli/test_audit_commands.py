"""``playhead audit``: what it lists, writes and proves, and that what is exported here is in it."""

import csv
import getpass
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import WHOLE, Run

from playhead.cli.places import PremisesPlaces


@pytest.fixture
def logged(run: Run, library: PremisesPlaces, tmp_path: Path) -> PremisesPlaces:
    """A log with two exports in it."""
    for name in ("one.mp4", "two.mp4"):
        assert run("recordings", "export", WHOLE, tmp_path / name, "--data", library.root).code == 0
    return library


def change(places: PremisesPlaces, statement: str) -> None:
    with closing(sqlite3.connect(places.catalogue)) as catalogue:
        catalogue.execute(statement)
        catalogue.commit()


def test_what_is_exported_is_noted_and_listed(run: Run, logged: PremisesPlaces) -> None:
    said = run("audit", "list", "--action", "recording", "--data", logged.root, "--json")
    entries = json.loads(said.out)
    assert [(entry["actor"], entry["action"], entry["subject"]) for entry in entries] == [
        ("operator", "recording.exported", str(WHOLE))
    ] * 2
    assert entries[0]["details"] == {"by": getpass.getuser()}


def test_a_list_for_people(run: Run, logged: PremisesPlaces) -> None:
    said = run("audit", "list", "--limit", 1, "--data", logged.root)
    head, row = said.out.splitlines()
    assert head.split() == ["WHEN", "WHO", "WHAT", "OBJECT", "FROM", "PAGE"]
    assert "recording.exported" in row
    assert run("audit", "list", "--actor", "nobody", "--data", logged.root).out == "There is no such entry.\n"
    assert run("audit", "list", "--to", "1999-01-01", "--data", logged.root).out == "There is no such entry.\n"


def test_a_table_is_written_once(run: Run, logged: PremisesPlaces, tmp_path: Path) -> None:
    out = tmp_path / "audit.csv"
    assert run("audit", "export", out, "--subject", WHOLE, "--data", logged.root).code == 0
    assert out.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(out.open(newline="")))
    assert [row["subject"] for row in rows] == [str(WHOLE)] * 2
    again = run("audit", "export", out, "--data", logged.root)
    assert again.code == 1
    assert "--force" in again.err
    assert run("audit", "export", out, "--force", "--data", logged.root).code == 0


def test_a_whole_log_gives_its_head_and_is_held_against_it_later(run: Run, logged: PremisesPlaces) -> None:
    said = run("audit", "verify", "--data", logged.root)
    assert said.code == 0
    head = said.out.strip()
    assert run("audit", "verify", "--head", head, "--data", logged.root).code == 0
    change(logged, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    assert run("audit", "verify", "--data", logged.root).code == 0  # nobody can tell without it
    cut = run("audit", "verify", "--head", head, "--data", logged.root)
    assert cut.code == 1
    assert "are gone" in cut.err


def test_a_changed_log_is_found(run: Run, logged: PremisesPlaces) -> None:
    change(logged, "UPDATE audit SET actor = 'nobody' WHERE id = 1")
    assert "Entry 1 is not what was written" in run("audit", "verify", "--data", logged.root).err
    said = run("audit", "verify", "--json", "--data", logged.root)
    assert (said.code, json.loads(said.out)["problem"]) == (1, "changed")


def test_what_is_no_head_is_refused(run: Run, logged: PremisesPlaces) -> None:
    said = run("audit", "verify", "--head", "12", "--data", logged.root)
    assert said.code == 1
    assert "head of an audit log" in said.err


@pytest.mark.parametrize("command", [("list",), ("verify",), ("export", "x.csv")])
def test_without_a_server_s_data_it_says_so(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    said = run("audit", *command, "--data", tmp_path / "none")
    assert said.code == 1
    assert "There is no premises server's data" in said.err
