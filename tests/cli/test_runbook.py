"""What to do after a disaster: every command of the page is executed, in its order, and does what the page says."""

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import pytest
from cli.conftest import BROKEN_OFF, OTHERS, WHOLE, Run, Said
from e2e.site import free_ports

from playhead.base.errors import UnavailableError
from playhead.cli.places import PremisesPlaces, Running

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
PATIENCE_S = 60.0


def blocks(title: str, *, level: int) -> list[list[str]]:
    """The commands below a heading, up to the next one of any level."""
    marks = "#" * level
    (section,) = re.findall(rf"^{marks} {re.escape(title)}$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return [block.strip().splitlines() for block in re.findall(r"^```sh$(.*?)^```$", section, re.MULTILINE | re.DOTALL)]


Follow = Callable[[str, int], list[Said]]


@pytest.fixture
def follow(run: Run, library: PremisesPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Does what stands below a heading, on a machine whose folders lie below ``tmp_path``; backups were made."""
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "some words")
    (tmp_path / "srv").mkdir()
    (tmp_path / "media" / "stick").mkdir(parents=True)
    ports = [f'listen = "127.0.0.1:{port}"' for port in free_ports(3)]
    (library.root / "premises.toml").write_text(
        f'[site]\nid = "site"\n[screen]\n{ports[0]}\n[tokens]\n{ports[1]}\n'
        f'[portal]\n{ports[2]}\nhttps_listen = "127.0.0.1:0"\n'
        '[logs]\nlisten = "127.0.0.1:0"\n[native_players]\nlisten = "127.0.0.1:0"\n'
    )
    library.root.rename(tmp_path / "srv" / "playhead")

    def one(line: str) -> Said:
        here = re.sub(r"(?<=\s)/(srv|mnt|media)", rf"{tmp_path}/\1", line)
        words = shlex.split(here)
        if words[0] != "playhead":
            done = subprocess.run(["sh", "-c", here], check=False, capture_output=True, text=True)
            return Said(done.returncode, done.stdout, done.stderr)
        if words[1:3] == ["premises", "run"]:
            return started_and_stopped(words[1:], PremisesPlaces(tmp_path / "srv" / "playhead"))
        return run(*words[1:])

    def call(title: str, level: int) -> list[Said]:
        found: list[Said] = []
        for block in blocks(title, level=level):
            for line in block:
                found.append(one(line))
                assert found[-1].code == 0, (line, found[-1])
        assert found, title
        return found

    call("Back up", 2)
    return call


def started_and_stopped(arguments: list[str], places: PremisesPlaces) -> Said:
    server = subprocess.Popen([sys.executable, "-m", "playhead", *arguments], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            assert Running.read(places).process == server.pid
            break
        except UnavailableError:
            assert server.poll() is None, server.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
    os.kill(server.pid, signal.SIGTERM)
    _, said = server.communicate()
    return Said(server.returncode, "", said)


def listed(run: Run, places: PremisesPlaces) -> set[str]:
    return set(re.findall(r"^0198\S+", run("recordings", "list", "--data", places.root).out, re.MULTILINE))


def test_the_server_or_its_disk_is_lost(run: Run, follow: Follow, tmp_path: Path) -> None:
    places = PremisesPlaces(tmp_path / "srv" / "playhead")
    before = listed(run, places)
    assert before == {str(WHOLE), str(BROKEN_OFF), str(OTHERS)}
    shutil.rmtree(places.root)
    follow("The server or its disk is lost", 3)
    assert listed(run, places) == before
    assert places.config.exists()


def test_the_catalogue_is_lost(run: Run, follow: Follow, tmp_path: Path) -> None:
    places, restored = PremisesPlaces(tmp_path / "srv" / "playhead"), PremisesPlaces(tmp_path / "srv" / "restored")
    before = listed(run, places)
    places.catalogue.write_bytes(b"damaged")
    follow("The catalogue is lost or damaged, and the recordings are there", 3)
    assert listed(run, places) == listed(run, restored) == before


def test_the_keys_are_lost(run: Run, follow: Follow, tmp_path: Path) -> None:
    places = PremisesPlaces(tmp_path / "srv" / "playhead")
    shutil.rmtree(places.keys)
    assert run("verify", "--all", "--data", places.root).code == 1
    follow("The keys are lost, and everything else is there", 3)
    assert run("recordings", "export", WHOLE, tmp_path / "out.mp4", "--data", places.root).code == 0


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_a_recording_is_damaged_or_was_lost(run: Run, follow: Follow, tmp_path: Path, how: str) -> None:
    places = PremisesPlaces(tmp_path / "srv" / "playhead")
    with closing(sqlite3.connect(places.catalogue)) as catalogue, catalogue:
        ((segment, location),) = (
            catalogue.execute(
                "SELECT id, location FROM segments WHERE recording_id = ?", (WHOLE.value.bytes,)
            ).fetchall()
            or catalogue.execute(
                "SELECT id, location FROM segments WHERE recording_id = ?", (WHOLE.value.hex,)
            ).fetchall()
        )
        if how == "lost":
            catalogue.execute("DELETE FROM segments WHERE id = ?", (segment,))
            (places.recordings / location).unlink()
        else:
            catalogue.execute("UPDATE segments SET ended = 'corrupt' WHERE id = ?", (segment,))
            (places.recordings / location).unlink()  # its name alone: on one disk the backup shares the file
            (places.recordings / location).write_bytes(b"no")
    said = follow("A recording is damaged, or was lost", 3)
    assert "1 segments of" in said[0].err
    assert said[-1].out == "whole\n"
    again = run("restore", tmp_path / "mnt" / "backups", "--recording", WHOLE, "--data", places.root)
    assert "0 segments of" in again.err


def test_every_section_is_followed() -> None:
    after = PAGE.partition("\n## After a disaster\n")[2].partition("\n## ")[0]
    titles = re.findall(r"^### (.+)$", after, re.MULTILINE)
    source = Path(__file__).read_text()
    assert titles
    assert [title for title in titles if f'"{title}", 3)' not in source] == []
