"""What somebody was sent of a recording, from when to when, for the audit log.

That a recording was opened is noted at once; which part of it was played is known when the playing has paused, and
noted then. What was sent is what is told: a player asks for some 30 s ahead of what it shows.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId
from playhead.store.audit_trail import AuditTrail, done_from
from playhead.store.catalogue import Catalogue, recordings
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry

PAUSE_US: Final = 60_000_000
"""Without a request for so long, playing is over and noted."""

LENGTH_US: Final = 600_000_000
"""It is noted after so long in any case; what follows is another entry."""

VIEWINGS_MAX: Final = 1_024
"""Viewings under way; past it the one that began first is noted early."""

SPANS_MAX: Final = 16
"""Stretches told of one viewing; past it those that are closest together are told as one."""

_log = structlog.get_logger()

Span = tuple[int, int]


@dataclass(slots=True)
class _Viewing:
    """Somebody plays a recording."""

    page: str
    began_us: int
    last_us: int
    spans: list[Span] = field(default_factory=list[Span])
    """Wall times, sorted, apart from each other."""
    size: int = 0
    """Bytes of media."""


def merged(spans: list[Span], span: Span) -> list[Span]:
    """``spans`` with one more: what touches becomes one, and there are never more than `SPANS_MAX`."""
    found: list[Span] = []
    for begin, end in sorted([*spans, span]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    while len(found) > SPANS_MAX:
        closest = min(range(1, len(found)), key=lambda number: found[number][0] - found[number - 1][1])
        found[closest - 1 : closest + 1] = [(found[closest - 1][0], found[closest][1])]
    return found


class Viewings:
    """Remembers who was sent what, and notes it when they have paused.

    Args:
        catalogue: open.
        audit: makes the entries.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, audit: AuditTrail, clock: Clock) -> None:
        self._catalogue = catalogue
        self._audit = audit
        self._clock = clock
        self._under_way: OrderedDict[tuple[str, RecordingId, str], _Viewing] = OrderedDict()

    def sent(self, user: str, recording: RecordingId, address: str, span: Span, *, size: int, page: str = "") -> None:
        """Somebody is sent the pictures between two wall times, in microseconds: ``size`` bytes of media."""
        now_us = self._clock.monotonic_us()
        viewing = self._under_way.setdefault((user, recording, address), _Viewing(page, now_us, now_us))
        viewing.last_us = now_us
        viewing.spans = merged(viewing.spans, span)
        viewing.size += size

    async def note(self, *, everything: bool = False) -> None:
        """Note those that are over; or all of them, before the service ends."""
        now_us = self._clock.monotonic_us()
        excess = len(self._under_way) - VIEWINGS_MAX
        over = [
            key
            for number, (key, viewing) in enumerate(self._under_way.items())
            if everything
            or number < excess
            or now_us - viewing.last_us >= PAUSE_US
            or now_us - viewing.began_us >= LENGTH_US
        ]
        if not over:
            return
        try:
            async with self._catalogue.writing() as connection:
                started = await recordings.starts_of(connection, [recording for _, recording, _ in over])
                for key in over:
                    user, recording, address = key
                    began_us = started.get(recording)
                    if began_us is not None:
                        entry = self._entry(user, recording, address, self._under_way[key], began_us)
                        await add_audit_entry(connection, entry)
        except PlayheadError as error:
            _log.warning("what was played was not noted", code=error.code)  # tried again, until there are too many
            over = over[: max(0, excess)]
        for key in over:
            self._under_way.pop(key, None)

    def _entry(self, user: str, recording: RecordingId, address: str, viewing: _Viewing, started_us: int) -> AuditEntry:
        spans = [(max(0, begin - started_us) // 1000, max(0, end - started_us) // 1000) for begin, end in viewing.spans]
        details: dict[str, str | int] = {
            "from_ms": spans[0][0],
            "to_ms": spans[-1][1],
            "length_ms": sum(end - begin for begin, end in spans),
            "bytes": viewing.size,
        }
        if len(spans) > 1:
            details["parts_ms"] = " ".join(f"{begin}-{end}" for begin, end in spans)
        with done_from(viewing.page):
            return self._audit.entry(user, "recording.played", str(recording), address, details)
