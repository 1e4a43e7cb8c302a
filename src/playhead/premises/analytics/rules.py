"""What is taken and what is refused of a batch, and how it is unpacked: pure."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import zstandard

from playhead.base.errors import InvalidInputError, LimitError, RefusedError
from playhead.domain.access import agent_key
from playhead.domain.analytics.events import BATCH_BYTES_MAX, DesktopEvent, Received, Refused, joined
from playhead.net.http import zstd

AHEAD_US_MAX: Final = 300_000_000
"""A sender's clock that is further ahead than this is wrong: its events would lie in days to come."""
_GZIP: Final = 31
"""zlib's window bits for gzip with the greatest window."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of a batch."""

    events: Sequence[DesktopEvent]
    """To be stored; agents are agent keys."""
    refused: tuple[Refused, ...]
    settled: int
    """The highest number that was in it."""


def unpacked(body: bytes, coding: str) -> bytes:
    """A body as it was before it was packed (RFC 9110 §8.4.1).

    Args:
        body: as it came.
        coding: ``zstd``, ``gzip``, ``identity``.

    Raises:
        InvalidInputError: ``analytics.coding``, ``analytics.packed``.
        LimitError: ``analytics.batch``: there is more in it than a batch may hold.
    """
    match coding.strip().lower():
        case "" | "identity":
            found, is_more = body, False
        case "zstd":
            found, is_more = _of_zstd(body)
        case "gzip":
            found, is_more = _of_gzip(body)
        case other:
            hint = "Use zstd, gzip or identity."
            raise InvalidInputError("analytics.coding", f"{other[:32]!r} cannot be unpacked.", hint=hint)
    if is_more or len(found) > BATCH_BYTES_MAX:
        text = f"A batch holds at most {BATCH_BYTES_MAX} bytes once it is unpacked."
        raise LimitError("analytics.batch", text, hint="Send several.")
    return found


def judged(received: Received, certified: str | None, *, now_us: int, kept_us: int) -> Taken:
    """What of a batch is to be stored.

    Args:
        received: as it was read.
        certified: the workstation whose certificate was shown; None where none is asked for.
        now_us: wall time.
        kept_us: what is older than this is not kept.

    Raises:
        RefusedError: ``analytics.foreign``: the batch is another workstation's.
    """
    if certified is not None and received.workstation != certified:
        text = f"The batch is of {received.workstation[:64]}, and the certificate of {certified}."
        raise RefusedError("analytics.foreign", text, hint="A workstation sends its own events.")
    events, refused = received.events, list(received.refused)
    soonest_us, latest_us = now_us - kept_us, now_us + AHEAD_US_MAX
    first_us = min([event.from_us for event in events], default=latest_us)
    last_us = max([event.from_us + event.lasts_us for event in events], default=soonest_us)
    if first_us < soonest_us or last_us > latest_us:
        events = list[DesktopEvent]()
        for event in received.events:
            if event.to_us > latest_us:
                text = "It is in the future: the sender's clock is wrong."
                refused.append(Refused(event.sequence, "analytics.future", text))
            elif event.from_us < soonest_us:
                refused.append(Refused(event.sequence, "analytics.too_old", "It is older than what is kept."))
            else:
                events.append(event)
    settled = max(
        received.events[-1].sequence if received.events else 0,
        max((one.through or one.sequence for one in refused), default=0),
    )
    return Taken(_keyed(events), joined(refused), settled)


def replayed(events: Sequence[DesktopEvent], reached: int) -> tuple[Refused, ...]:
    """Those that are stored already: told, though sending again is right where an answer was lost."""
    text = "It is stored already."
    return joined(Refused(each.sequence, "analytics.replay", text) for each in events if each.sequence <= reached)


def _keyed(events: Sequence[DesktopEvent]) -> Sequence[DesktopEvent]:
    keys = {login: agent_key(login) for login in {event.agent for event in events}}
    if all(login == key for login, key in keys.items()):
        return events
    return [
        event if keys[event.agent] == event.agent else msgspec.structs.replace(event, agent=keys[event.agent])
        for event in events
    ]


def _of_zstd(body: bytes) -> tuple[bytes, bool]:
    try:
        found = zstd.unpacked(body, BATCH_BYTES_MAX)
    except zstandard.ZstdError as error:
        raise InvalidInputError("analytics.packed", f"This cannot be unpacked: {error}.") from error
    return found or b"", found is None


def _of_gzip(body: bytes) -> tuple[bytes, bool]:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        found = unpacking.decompress(body, BATCH_BYTES_MAX + 1)
    except zlib.error as error:
        raise InvalidInputError("analytics.packed", f"This cannot be unpacked: {error}.") from error
    if not unpacking.eof and len(found) <= BATCH_BYTES_MAX:
        raise InvalidInputError("analytics.packed", "This is not all of what was packed.")
    return found, not unpacking.eof
