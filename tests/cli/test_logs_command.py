"""``playhead logs``: what it finds, follows and writes."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.base.instants import rfc3339
from playhead.cli import log_desk
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces, Running
from playhead.domain.logs import LogLine
from playhead.store.disk import SystemDisk
from playhead.store.logs import list_files
from playhead.store.logs.journal import Journal
from playhead.store.logs.packing import pack
from playhead.testing.clock import SimClock

START_US = 1_795_392_000_000_000


def line(second: int, **more: object) -> LogLine:
    values = {"level": "info", "workstation": "desk-1", "service": "shipper", "text": f"line {second}", **more}
    return LogLine(at=rfc3339(START_US + second * 1_000_000), **values)  # type: ignore[arg-type]


@pytest.fixture
def kept(library: PremisesPlaces) -> PremisesPlaces:
    """Lines of two hours, some packed."""
    disk = SystemDisk()
    for part in (
        [line(1, interaction="call-1"), line(7000, level="error", text="red \x1b[31m alarm\n\x07twice")],
        [line(2, workstation="", service="screen", interaction="call-1"), line(3, fields={"code": "net.timeout"})],
    ):
        journal = Journal(disk, library.logs, SimClock(START_US), file_bytes=1, file_age_us=1 << 60, free_bytes_min=0)
        journal.open()
        journal.append(part)
        journal.close()
    pack(disk, list_files(disk, library.logs)[0])
    return library


def test_found_in_true_order(run: Run, kept: PremisesPlaces) -> None:
    said = run("logs", "search", "--data", kept.root, "--json")
    found = [json.loads(each) for each in said.out.splitlines()]
    assert [each["text"] for each in found[:3]] == ["line 1", "line 2", "line 3"]
    for options, texts in (
        (["--interaction", "call-1"], ["line 1", "line 2"]),
        (["NET.timeout"], ["line 3"]),
        (["--workstation", ""], ["line 2"]),
        (["--service", "shipper", "--limit", "1", "--to", "2026-11-23T00:01:00"], ["line 3"]),
        (["--from", "2026-11-23T00:00:02", "--to", "2026-11-23T00:00:03"], ["line 2"]),
    ):
        out = run("logs", "search", *options, "--data", kept.root, "--json").out
        assert [json.loads(each)["text"] for each in out.splitlines()] == texts, options


def test_for_people_and_without_what_a_terminal_would_obey(run: Run, kept: PremisesPlaces) -> None:
    out = run("logs", "search", "--level", "error", "--data", kept.root).out
    assert "desk-1" in out
    assert "\x1b[31m alarm" not in out
    assert "\x07" not in out
    assert run("logs", "search", "nothing such", "--data", kept.root).err == "There is no such line.\n"
    refused = run("logs", "search", "--level", "loud", "--data", kept.root)
    assert (refused.code, "Levels are" in refused.err) == (1, True)


def test_export_by_hours(run: Run, kept: PremisesPlaces, tmp_path: Path) -> None:
    out = tmp_path / "lines.jsonl"
    assert run("logs", "export", out, "--data", kept.root).code == 0
    assert out.stat().st_mode & 0o077 == 0
    lines = [json.loads(each) for each in out.read_text().splitlines()]
    assert [each["at"] for each in lines] == sorted(each["at"] for each in lines)
    assert len(lines) == 4
    assert run("logs", "export", out, "--data", kept.root).code == 1
    assert run("logs", "export", out, "--force", "--text", "net.timeout", "--data", kept.root).code == 0
    assert len(out.read_text().splitlines()) == 1


async def test_tail_shows_what_comes(kept: PremisesPlaces) -> None:
    disk, clock = SystemDisk(), log_desk.SystemClock()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "playhead", "logs", "tail", "--service", "new", "--json", "--data", str(kept.root)),
        stdout=subprocess.PIPE,
    )
    try:
        journal = Journal(disk, kept.logs, clock, file_bytes=1 << 20, file_age_us=1 << 60, free_bytes_min=0)
        journal.open()
        for number in range(2):
            journal.append(
                [LogLine(at=rfc3339(clock.wall_us()), level="info", workstation="", service="new", text="x")]
            )
            said = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
            assert (said["service"], said["n"]) == ("new", 5 + number)
    finally:
        process.kill()
        await process.wait()


def test_the_server_is_asked_for_more(run: Run, library: PremisesPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = run("logs", "levels", "--data", library.root)
    assert (refused.code, "No premises server is running" in refused.err) == (1, True)
    Running(process=1, portal="http://127.0.0.1:1", screen_port=1).write(library.running)
    asked: list[tuple[object, ...]] = []
    item = {"kind": "workstation", "name": "desk-7", "level": "debug", "by": "jane", "reason": "it stutters"}
    item |= {"until": "2026-11-23T12:30:00Z", "state": "in_force", "problem": ""}

    def ask(_self: Operator, *arguments: object) -> dict[str, object]:
        asked.append(arguments)
        return {**item, "items": [item]}

    monkeypatch.setattr(Operator, "_ask", ask)
    said = run("logs", "level", "desk-7", "debug", "--for", "30m", "--reason", "x", "--data", library.root)
    assert (said.code, "debug until 2026-11-23T12:30:00Z" in said.err) == (0, True)
    item |= {"state": "waiting", "problem": "Workstation desk-7 is not connected."}
    assert "is not connected" in run("logs", "level", "desk-7", "info", "--data", library.root).err
    table = run("logs", "levels", "--data", library.root).out
    for cell in ("desk-7", "2026-11-23T12:30:00Z", "jane", "waiting (Workstation", "it stutters"):
        assert cell in table
    assert json.loads(run("logs", "levels", "--json", "--data", library.root).out) == [item]
    assert run("logs", "level", "screen", "configured", "--data", library.root).code == 0
    path = "/api/logs/levels"
    order = {"kind": "workstation", "name": "desk-7", "level": "debug", "lengthMs": 1_800_000, "reason": "x"}
    assert asked[:2] == [("POST", path, order), ("POST", path, order | {"level": "info", "reason": ""})]
    assert asked[-1] == ("DELETE", f"{path}/service/screen")
    wrong = run("logs", "level", "desk-7", "debug", "--for", "soon", "--data", library.root)
    assert (wrong.code, "duration" in wrong.err) == (1, True)
