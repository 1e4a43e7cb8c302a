"""Lines of logs, from a seed."""

import random

from playhead.base.instants import rfc3339
from playhead.domain.logs import Level, LogLine

START_US = 1_795_392_000_000_000
"""2026-11-23T00:00:00Z."""

_WORDS = (
    "premises",
    "reached",
    "segment",
    "sealed",
    "blackout",
    "began",
    "Größe",
    "C:\\temp",
    'said "no"',
    "a=b",
    "\t",
)


def some_lines(count: int, *, seed: int = 1, workstations: int = 7, step_us: int = 1_000_000) -> list[LogLine]:
    """Lines in the order in which they arrive, some of them late."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    found: list[LogLine] = []
    for number in range(count):
        late_us = chance.choice((0, 0, 0, 5_000_000, 3_600_000_000))
        found.append(
            LogLine(
                at=rfc3339(START_US + number * step_us - late_us),
                level=chance.choice(list(Level)).name.lower(),
                workstation=f"desk-{chance.randrange(workstations)}",
                service=chance.choice(("shipper", "capture", "")),
                text=" ".join(chance.choices(_WORDS, k=4)) + f" {number}",
                interaction=chance.choice(("", "", f"call-{chance.randrange(20)}")),
                fields={"code": f"net.{chance.choice(('timeout', 'unreachable'))}"} if number % 3 else {},
            )
        )
    return found
