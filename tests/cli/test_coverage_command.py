"""``playhead coverage``: days, recordings and the present, and the exit code for a monitoring system."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from cli.conftest import BROKEN_OFF, WHOLE, Run

from playhead.base.ids import WorkstationId
from playhead.cli import covering
from playhead.cli.places import PremisesPlaces
from playhead.domain.history import Entry
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.coverage import add_entries, set_link
from playhead.testing.vid import STARTED_AT_US

DAY = "2026-01-01"
MINUTE_US = 60_000_000


@pytest.fixture
def places(library: PremisesPlaces) -> PremisesPlaces:
    library.config.write_text('[coverage]\ntime_zone = "UTC"\n')
    return library


def note(places: PremisesPlaces, entries: Sequence[Entry]) -> None:
    async def add() -> None:
        catalogue = await Catalogue.open(places.catalogue)
        try:
            async with catalogue.writing() as connection:
                await add_entries(connection, WorkstationId("pc-1"), entries)
                await set_link(connection, WorkstationId("pc-1"), at_us=STARTED_AT_US + 60 * MINUTE_US)
        finally:
            await catalogue.close()

    asyncio.run(add())


def entry(seq: int, minute: int, state: str, wanted: str = "continuous") -> Entry:
    return Entry(seq, STARTED_AT_US + minute * MINUTE_US, state, wanted=wanted, last=state == "off")


def test_a_day_on_which_nothing_is_missing_but_for_an_excuse(run: Run, places: PremisesPlaces) -> None:
    note(places, [entry(1, -1, "locked"), entry(2, 0, "recording", "ordered"), entry(3, 2, "off")])
    said = run("coverage", "--day", DAY, "--workstation", "pc-1", "--data", places.root)
    assert said.code == 3, "of the recording that broke off"
    said = run("coverage", "--day", "2025-12-31", "--data", places.root)
    heads, first, *_ = said.out.splitlines()
    assert heads.split() == ["WORKSTATION", "AGENT", "DUE", "RECORDED", "SHARE", "MISSING"]
    assert first.split() == ["pc-1", "0:01:00", "0:00:00", "0.0%", "locked", "0:01:00"]
    assert (said.code, said.err) == (0, "")


def test_what_is_missing_without_excuse_is_the_exit_code(run: Run, places: PremisesPlaces) -> None:
    note(places, [entry(1, 0, "recording"), entry(2, 2, "off")])
    said = run("coverage", "--day", DAY, "--workstation", "pc-1", "--data", places.root)
    heads, first, second, third = map(str.split, said.out.splitlines())
    assert heads == ["FROM", "TO", "LENGTH", "WHY"]
    assert first == ["00:00:03", "00:01:00", "0:00:57", "unknown"]
    assert second[0] == "00:01:03", "of the recording that broke off"
    assert third == ["00:02:00", "00:00:00", "23:58:00", "off"]
    assert "missing without excuse: unknown 0:01:54" in said.err
    assert said.code == 3


def test_a_day_for_a_program(run: Run, places: PremisesPlaces) -> None:
    note(places, [entry(1, 0, "recording"), entry(2, 2, "off")])
    said = run("coverage", "--day", DAY, "--json", "--data", places.root)
    answer = json.loads(said.out)
    assert (answer["day"], answer["timeZone"], said.code) == (DAY, "UTC", 3)
    one = next(item for item in answer["items"] if item["workstation"] == "pc-1")
    assert one["dueMs"] == one["keptMs"] + sum(each["ms"] for each in one["missing"]) == 86_400_000
    assert one["strip"][0] == {"fromMs": 0, "toMs": 3_000, "kind": "kept"}


def test_a_recording(run: Run, places: PremisesPlaces) -> None:
    said = run("coverage", "--recording", str(WHOLE)[:12], "--data", places.root)
    assert (said.code, said.out) == (0, "")
    assert "0:00:03 of 0:00:03 recorded" in said.err
    told = json.loads(run("coverage", "--recording", BROKEN_OFF, "--json", "--data", places.root).out)
    assert told["dueMs"] == told["keptMs"] + sum(each["ms"] for each in told["byReason"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--day", DAY, "--now"),
        ("--recording", WHOLE, "--workstation", "pc-1"),
        ("--day", "soon"),
        ("--day", "9999-12-31"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, places: PremisesPlaces, arguments: tuple[object, ...]) -> None:
    assert run("coverage", *arguments, "--data", places.root).code == 2


def test_who_is_not_there(run: Run, places: PremisesPlaces) -> None:
    said = run("coverage", "--workstation", "pc-9", "--data", places.root)
    assert (said.code, said.err.splitlines()[0]) == (1, "playhead: There is no workstation pc-9.")
    said = run("coverage", "--now", "--data", places.root)
    assert said.code == 1
    assert "No premises server is running" in said.err


class Answers:
    """The running server's."""

    def __init__(self, *_: object) -> None:
        pass

    def coverage(self) -> list[dict[str, object]]:
        fine = {"workstation": "pc-1", "agent": "sam", "state": "recording", "covered": True, "code": None}
        bad = {"workstation": "pc-2", "agent": "jo", "state": "failed", "covered": False, "code": "failed"}
        return [fine | {"since": None, "alarm": False}, bad | {"since": "2026-01-01T00:00:00Z", "alarm": True}]


def test_now(run: Run, places: PremisesPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "Operator", Answers)
    said = run("coverage", "--now", "--data", places.root)
    assert [line.split()[:4] for line in said.out.splitlines()[1:]] == [
        ["pc-1", "sam", "yes"],
        ["pc-2", "jo", "NO", "failed"],
    ]
    assert (said.code, "1 should be recorded and are not" in said.err) == (3, True)
    said = run("coverage", "--now", "--workstation", "pc-1", "--json", "--data", places.root)
    assert (said.code, [one["covered"] for one in json.loads(said.out)]) == (0, [True])
