"""A real premises keeps the ledger of a real process: blackout, lost connection, kill -9 and a clean stop."""

import asyncio
import signal
from pathlib import Path

from premises.screen.rig import Premises
from workstation.test_kill import NAME, captured, process, until_captured

from playhead.base.clock import SystemClock
from playhead.domain.accounts import Present
from playhead.domain.coverage import Reason
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.coverage.ledger import SETTLED_US
from playhead.premises.coverage.service import CoverageService
from playhead.workstation.control import Question, ask
from playhead.workstation.enrolment import enrol

SECOND_US = 1_000_000


class Later(SystemClock):
    """By which everything up to the real present is settled."""

    def wall_us(self) -> int:
        return super().wall_us() + SETTLED_US


class Watch:
    """Looks at the present, as the service does."""

    def __init__(self, premises: Premises) -> None:
        config = CoverageConfig(time_zone="UTC")
        self.service = CoverageService(
            config, catalogue=premises.catalogue, watched=premises.service, clock=SystemClock()
        )
        self.later = CoverageService(config, catalogue=premises.catalogue, watched=premises.service, clock=Later())

    async def until(self, what: str) -> Present:
        async with asyncio.timeout(20):
            while True:
                self.service.look()
                present = self.service.now.find(NAME)
                if present is not None and (str(present.code or "") if present.covered is False else "covered") == what:
                    return present
                await asyncio.sleep(0.05)

    async def until_told(self, kept_since_us: int, reasons: set[Reason]) -> dict[Reason, int]:
        """Wait for an account that holds these reasons; the sums of it."""
        async with asyncio.timeout(20):
            while True:
                ledger = self.later.ledger
                ledger.touched(NAME, kept_since_us)
                account = (await ledger.day(ledger.today, [NAME]))[NAME]
                found = account.ledger.by_reason()
                assert account.ledger.due_us == account.ledger.kept_us + sum(found.values())
                # What was captured in the last second is on its way.
                if reasons <= set(found) <= reasons | {Reason.SPOOLED}:
                    return found
                await asyncio.sleep(0.1)


async def test_every_second_of_a_workstation_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "premises").mkdir()
    data, log = tmp_path / "data", tmp_path / "log"
    async with Premises(tmp_path / "premises", commit_s=0.02).running() as premises:
        await enrol(premises.address, (await premises.code()).text, NAME, data, clock=SystemClock())
        watch, began_us = Watch(premises), SystemClock().wall_us()
        async with process(data, premises.address, log) as child:
            await watch.until("covered")
            await ask(data, Question("blackout_on", reason="card"))
            assert not (await watch.until("blackout")).alarm
            await asyncio.sleep(1)
            await ask(data, Question("blackout_off", reason="card"))
            await watch.until("covered")
            status = (await ask(data, Question("status")))["status"]
            assert (status["due"], status["durable"], status["code"], status["alarm"]) == (True, True, "", False)
            premises.service._connected[NAME].peer.abort()
            await until_captured(log, len(captured(log)) + 20)
            await watch.until("covered")
            child.send_signal(signal.SIGKILL)
            await child.wait()
        await watch.until("unknown")
        await asyncio.sleep(1.5)  # less than a second beside what is there is no gap
        async with process(data, premises.address, log) as child:
            await watch.until("covered")
            told = await watch.until_told(began_us, {Reason.BLACKOUT, Reason.KILLED})
            assert SECOND_US <= told[Reason.BLACKOUT] < 3 * SECOND_US
            assert told[Reason.KILLED] < 20 * SECOND_US
            child.send_signal(signal.SIGINT)
            await child.wait()
        await watch.until("off")
        await asyncio.sleep(1.2)
        told = await watch.until_told(began_us, {Reason.BLACKOUT, Reason.KILLED, Reason.OFF})
        assert told[Reason.OFF] < 10 * SECOND_US
