"""Runs checks: all at once, each within its time, none able to stop another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from playhead import __version__
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.instants import utc
from playhead.environment.doctor.aside import aside
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import FINDINGS_MAX, Finding, Report, Role

CHECK_S: Final = 8.0
"""Longest that a check may take. The whole is to answer within 10 s, however many ports are dead."""

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    name: str
    """For a person, where it does not end or fails."""
    look: Callable[[], Awaitable[Sequence[Finding]]]
    within_s: float = CHECK_S

    @classmethod
    def blocking(cls, name: str, look: Callable[[], Sequence[Finding]], within_s: float = CHECK_S) -> "Check":
        """One that asks the system in calls that block."""
        return cls(name, lambda: aside(look), within_s)

    @classmethod
    def done(cls, name: str, found: Sequence[Finding]) -> "Check":
        """One that was made already."""

        async def look() -> Sequence[Finding]:
            return found

        return cls(name, look)


async def examine(checks: Sequence[Check], *, machine: str, role: Role, clock: Clock) -> Report:
    """Run ``checks`` all at once and report what they found, the worst first.

    One that takes too long or fails becomes a finding itself (``doctor.slow``, ``doctor.failed``).

    Args:
        checks: what to look at.
        machine: name of this machine.
        role: what it is.
        clock: says when, and measures how long.
    """
    began_us = clock.monotonic_us()
    at = utc(clock.wall_us())
    found = [one for some in await asyncio.gather(*map(look, checks)) for one in some]
    found.sort(key=lambda one: -one.severity.rank)
    return Report(
        machine=machine,
        role=role,
        version=__version__,
        at=at,
        elapsed_ms=(clock.monotonic_us() - began_us) // 1000,
        findings=tuple(found[:FINDINGS_MAX]),
    )


async def look(check: Check) -> Sequence[Finding]:
    """What one check finds; or that it took too long, or failed."""
    try:
        async with asyncio.timeout(check.within_s):
            return await check.look()
    except TimeoutError:
        return [finding("doctor.slow", check.name, f"It was not done within {check.within_s:g} s.")]
    except PlayheadError as error:
        return [finding("doctor.failed", check.name, str(error), error=error.code)]
    except Exception as error:  # noqa: BLE001 - a check that fails must not take the others with it
        _log.exception("a check failed", check=check.name)
        return [finding("doctor.failed", check.name, f"{type(error).__name__}: {error}"[:500])]
