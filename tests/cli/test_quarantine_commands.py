"""``playhead quarantine`` and ``playhead premises status``, without a server and with one that is made up."""

import asyncio
import json
from uuid import UUID

import pytest
from cli.conftest import Run

from playhead.base.ids import SegmentId, WorkstationId
from playhead.cli import condition
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces, Running
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import quarantine_one

SEGMENT = str(SegmentId(UUID(int=77)))


@pytest.fixture
def waiting(library: PremisesPlaces) -> PremisesPlaces:
    async def add() -> None:
        catalogue = await Catalogue.open(library.catalogue)
        found = Quarantined(
            kind="segment",
            subject=SEGMENT,
            place="workstation",
            code="vid.chain",
            message="The chain is broken.",
            at_us=1_800_000_000_000_000,
            workstation=WorkstationId("pc-1"),
            bytes=2_000,
        )
        async with catalogue.writing() as connection:
            await quarantine_one(connection, found)
        await catalogue.close()

    asyncio.run(add())
    return library


def test_an_empty_list(run: Run, library: PremisesPlaces) -> None:
    said = run("quarantine", "list", "--data", library.root)
    assert (said.code, said.out) == (0, "")
    assert "Nothing is in quarantine." in said.err
    assert json.loads(run("quarantine", "list", "--json", "--data", library.root).out) == []


def test_what_waits(run: Run, waiting: PremisesPlaces) -> None:
    said = run("quarantine", "list", "--data", waiting.root)
    assert said.out.splitlines()[1].split() == [
        *("1", "segment", "workstation", "pc-1", "2.0", "kB", "1", "x", "vid.chain", "2027-01-15T08:00:00Z"),
    ]
    (found,) = json.loads(run("quarantine", "list", "--json", "--data", waiting.root).out)
    assert (found["subject"], found["message"]) == (SEGMENT, "The chain is broken.")
    assert "The chain is broken." in run("quarantine", "show", 1, "--data", waiting.root).out
    assert json.loads(run("quarantine", "show", 1, "--json", "--data", waiting.root).out) == found


def test_what_is_not_there(run: Run, waiting: PremisesPlaces) -> None:
    said = run("quarantine", "show", 2, "--data", waiting.root)
    assert said.code == 1
    assert "Nothing with the number 2" in said.err


@pytest.mark.parametrize("command", [("retry", 1), ("drop", 1, "--reason", "broken")])
def test_acting_takes_the_server(run: Run, waiting: PremisesPlaces, command: tuple[object, ...]) -> None:
    said = run("quarantine", *command, "--data", waiting.root)
    assert said.code == 1
    assert "No premises server is running" in said.err


def test_giving_up_takes_a_reason(run: Run, waiting: PremisesPlaces) -> None:
    assert run("quarantine", "drop", 1, "--data", waiting.root).code == 2


def test_the_server_is_asked(run: Run, waiting: PremisesPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    Running(process=1, portal="http://127.0.0.1:1", screen_port=1).write(waiting.running)

    def ask(_self: Operator, *arguments: object) -> dict[str, object]:
        asked.append(arguments)
        return {}

    monkeypatch.setattr(Operator, "_ask", ask)
    assert run("quarantine", "retry", 1, "--data", waiting.root).code == 0
    assert run("quarantine", "drop", 1, "--reason", "broken", "--data", waiting.root).code == 0
    assert asked == [
        ("POST", "/api/quarantine/1/retry"),
        ("POST", "/api/quarantine/1/drop", {"reason": "broken"}),
    ]


class TestStatus:
    def test_a_server_that_does_not_run(self, run: Run, waiting: PremisesPlaces) -> None:
        said = run("premises", "status", "--data", waiting.root)
        assert said.code == 1
        assert "does not run" in said.out
        assert "quarantine    1" in said.out
        found = json.loads(run("premises", "status", "--json", "--data", waiting.root).out)
        assert (found["running"], found["quarantined"], found["diskReserve"]) == (False, 1, 256 << 20)
        assert found["diskFree"] > 0

    def test_a_full_disk(self, run: Run, waiting: PremisesPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
        Running(process=1, portal="http://127.0.0.1:1", screen_port=1).write(waiting.running)
        problem = {"code": "disk.full", "message": "It is full.", "hint": "Make room.", "since": "2027-01-15T08:00:00Z"}
        answers: dict[str, dict[str, object]] = {
            "/api/health": {"problems": [problem]},
            "/api/workstations": {
                "items": [{"connected": True, "asideSegments": 2}, {"connected": False, "asideSegments": 0}]
            },
        }
        monkeypatch.setattr(condition.Operator, "_ask", lambda _self, _method, path: answers[path])
        said = run("premises", "status", "--data", waiting.root)
        assert said.code == 1
        assert "1 of 2 workstations" in said.out
        assert "2 refused segments wait on workstations" in said.out
        assert "It is full. (disk.full, since 2027-01-15T08:00:00Z) Make room." in said.out
        answers["/api/health"] = {"problems": []}
        assert run("premises", "status", "--data", waiting.root).code == 0
