"""The doctor at a workstation: when it looks, what a premises is told of it, and nothing twice."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from workstation.test_service import NAME, office

from playhead.base.errors import UnavailableError
from playhead.base.instants import utc
from playhead.environment.doctor.findings import REPORT_BYTES_MAX, TEXT_CHARS_MAX, Finding, Report, Role, Severity
from playhead.testing.loop import Simulation, run
from playhead.wire.screen import Examined
from playhead.workstation import examining
from playhead.workstation.examining import EVERY_S, START_S, Examining, Telling

DAY_US = 86_400_000_000


def report(at_us: int, *findings: Finding) -> Report:
    return Report(machine="pc", role=Role.WORKSTATION, version="1", at=utc(at_us), elapsed_ms=1, findings=findings)


class Doctor:
    """Takes five seconds, and remembers when it looked."""

    def __init__(self, simulation: Simulation) -> None:
        self.clock = simulation.clock
        self.looked: list[float] = []
        self.news = 0
        self.outcome: Callable[[int], Report] = report
        self.examining = Examining(self.examine, simulation.chance, self.notify)

    async def examine(self) -> Report:
        self.looked.append(self.clock.monotonic_us() / 1e6)
        await asyncio.sleep(5)
        return self.outcome(self.clock.wall_us())

    def notify(self) -> None:
        self.news += 1


def simulate(story: Callable[[Doctor], Awaitable[None]]) -> None:
    async def scenario(simulation: Simulation) -> None:
        await story(Doctor(simulation))

    run(scenario, seed=3)


def refuse(_at_us: int) -> Report:
    raise UnavailableError("doctor.broken", "No.")


def test_it_looks_soon_after_the_start_and_daily() -> None:
    async def scenario(simulation: Simulation) -> None:
        doctor = Doctor(simulation)
        began_s = simulation.clock.monotonic_us() / 1e6
        task = asyncio.create_task(doctor.examining.run())
        await asyncio.sleep(2.5 * 86_400)
        task.cancel()
        first, *others = doctor.looked
        assert 0.5 * START_S <= first - began_s <= 1.5 * START_S
        assert others
        for before, after in zip(doctor.looked, others, strict=False):
            assert 0.9 * EVERY_S <= after - before - 5 <= 1.1 * EVERY_S + 1
        assert doctor.news == len(doctor.looked)

    run(scenario, seed=3, limit_s=4 * 86_400)


def test_a_program_that_cannot_says_nothing() -> None:
    async def scenario(simulation: Simulation) -> None:
        examining = Examining(None, simulation.chance, lambda: None)
        await examining.run()
        assert not examining.can
        assert Telling(examining, 0, lambda: None).next() is None

    run(scenario, seed=3)


def test_who_asks_while_it_looks_gets_the_same() -> None:
    async def story(doctor: Doctor) -> None:
        one, other = await asyncio.gather(doctor.examining.look(), doctor.examining.look())
        assert one == other
        assert len(doctor.looked) == 1
        await doctor.examining.look()
        assert len(doctor.looked) == 2

    simulate(story)


def test_a_look_that_fails_is_told_and_the_next_one_happens() -> None:
    async def story(doctor: Doctor) -> None:
        doctor.outcome = refuse
        telling = Telling(doctor.examining, 0, doctor.notify)
        telling.asked(4)
        await asyncio.sleep(6)
        assert telling.next() == Examined(4, 0, b"", "doctor.broken", "No.")
        assert telling.next() is None
        doctor.outcome = report
        assert (await doctor.examining.look()).report

    simulate(story)


@pytest.mark.parametrize("more", [0, 1])
def test_a_report_at_the_limit_is_told_and_one_past_it_is_not(more: int) -> None:
    def finding(length: int) -> Finding:
        words = {"message": "m" * length, "meaning": "", "subject": ""}
        return Finding(code="a.b", severity=Severity.OK, **words)

    async def story(doctor: Doctor) -> None:
        def big(at_us: int) -> Report:
            full = [finding(TEXT_CHARS_MAX)] * 45
            room = REPORT_BYTES_MAX - len(report(at_us, *full, finding(0)).as_json())
            return report(at_us, *full, finding(room + more))

        doctor.outcome = big
        outcome = await doctor.examining.look()
        assert len(outcome.report) == (0 if more else REPORT_BYTES_MAX)
        assert outcome.code == ("doctor.report" if more else "")

    simulate(story)


class TestTelling:
    def test_a_premises_is_told_what_it_has_not_and_once(self) -> None:
        async def story(doctor: Doctor) -> None:
            await doctor.examining.look()
            newest = doctor.examining.newest
            telling = Telling(doctor.examining, 0, doctor.notify)
            assert telling.next() == Examined(0, newest.at_us, newest.report)
            assert telling.next() is None
            assert Telling(doctor.examining, newest.at_us, doctor.notify).next() is None, "it has it"
            assert Telling(doctor.examining, newest.at_us + DAY_US, doctor.notify).next() is not None, "clock set back"
            assert Telling(doctor.examining, -1, doctor.notify).next() is None, "it takes none"

        simulate(story)

    def test_an_answer_is_not_told_again_unasked(self) -> None:
        async def story(doctor: Doctor) -> None:
            telling = Telling(doctor.examining, 0, doctor.notify)
            telling.asked(1)
            await asyncio.sleep(6)
            answer = telling.next()
            assert answer is not None
            assert (answer.request, answer.report) == (1, doctor.examining.newest.report)
            assert telling.next() is None

        simulate(story)

    def test_nothing_is_answered_after_the_end(self) -> None:
        async def story(doctor: Doctor) -> None:
            telling = Telling(doctor.examining, -1, doctor.notify)
            telling.asked(1)
            await asyncio.sleep(1)
            telling.close()
            await asyncio.sleep(6)
            assert telling.next() is None
            assert doctor.examining.newest.report, "it went on looking, for the next one"

        simulate(story)


async def test_over_the_enrolled_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real workstation and a real premises: at the start, and when asked."""
    monkeypatch.setattr(examining, "START_S", 0)
    made: list[Report] = []

    async def examine() -> Report:
        made.append(report(1_000_000 * (len(made) + 1)))
        return made[-1]

    async with office(tmp_path) as desk:
        service = desk.premises.service
        kept = asyncio.Event()
        service.examinations.changed = kept.set
        desk.examine = examine
        async with desk.running():
            await kept.wait()
            assert await service.examinations.newest(NAME) == made[0]
            assert await service.examine(NAME) == made[1]
            assert await service.examinations.newest(NAME) == made[1]
        with pytest.raises(UnavailableError):
            await service.examine(NAME)
