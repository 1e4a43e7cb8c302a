"""``playhead check``: what it says, and that it mends."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from cli.conftest import Run

from playhead.cli.places import PremisesPlaces
from playhead.store.folder_lock import FolderLock
from playhead.testing.vid import make_header


def file_of(library: PremisesPlaces, seed: str):
    (found,) = library.recordings.rglob(f"{make_header(seed)[0].segment}.vid")
    return found


def test_all_is_well(run: Run, library: PremisesPlaces) -> None:
    said = run("check", "--data", library.root)
    assert said.code == 0
    assert "Every recording is there and whole." in said.out + said.err


def test_a_changed_byte_is_told_with_its_code(run: Run, library: PremisesPlaces) -> None:
    path = file_of(library, "a")
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    assert run("check", "--quick", "--data", library.root).code == 0
    said = run("check", "--data", library.root)
    assert said.code == 1
    assert "check.damaged" in said.out
    found = json.loads(run("check", "--json", "--data", library.root).out)
    assert (found["whole"], [one["code"] for one in found["findings"]]) == (False, ["check.damaged"])


def test_a_lost_catalogue_is_rebuilt(run: Run, library: PremisesPlaces) -> None:
    before = json.loads(run("recordings", "list", "--json", "--data", library.root).out)
    for path in library.catalogue.parent.glob("catalogue.db*"):
        path.unlink()
    assert run("check", "--data", library.root).code == 1
    said = run("check", "--repair", "--data", library.root)
    assert (said.code, "check.orphan" in said.out + said.err) == (0, True), said
    after = json.loads(run("recordings", "list", "--json", "--data", library.root).out)
    told = ("id", "workstation", "agent", "startedAt", "coveredMs", "bytes", "segments")
    assert [[one[key] for key in told] for one in after] == [[one[key] for key in told] for one in before]


def test_it_mends_nothing_while_the_server_runs(run: Run, library: PremisesPlaces) -> None:
    with FolderLock(library.lock_folder, "premises server"):
        said = run("check", "--repair", "--data", library.root)
    assert said.code == 1
    assert "premises server" in said.err


@pytest.mark.parametrize("options", [[], ["--repair"]])
def test_there_is_nothing_to_check(run: Run, library: PremisesPlaces, options: list[str]) -> None:
    shutil.rmtree(library.root / "premises")
    said = run("check", *options, "--data", library.root)
    assert said.code == 1
    assert "There is no premises server's data" in said.err
    assert not (library.root / "premises").exists()


def test_a_look_upgrades_nothing(run: Run, library: PremisesPlaces) -> None:
    with closing(sqlite3.connect(library.catalogue)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    for command in ("check", "premises status"):
        said = run(*command.split(), "--data", library.root)
        assert said.code == 1
        assert "by an older Playhead" in said.err
        assert "`playhead premises run`" in said.err
    with closing(sqlite3.connect(library.catalogue)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
