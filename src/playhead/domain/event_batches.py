"""The events of a site on their way to the cloud (docs/services/cloud.md#events).

A site numbers its events as they happen, and sends them in that order. The cloud keeps how far it has come
(`EventPlace`) in the transaction in which it takes them, and the site asks where to go on: a batch may be lost, come
twice or late, and each event is taken once (`judge`). Numbers belong to a *stream*, as positions of
`playhead.domain.replication` do: a site that was put back to an older state begins another one (`resume`), and what it
tells again the cloud knows by its id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.cloudevents import MESSAGE_BYTES_MAX
from playhead.domain.events import Event
from playhead.domain.replication import Position, Us

BATCH_EVENTS_MAX: Final = 500
"""Events of one batch: one transaction in the cloud, of a fraction of a second."""

BATCH_BYTES: Final = 1 << 20
"""A batch ends with the event that reaches this; packed, it is a tenth."""

BATCH_BYTES_MAX: Final = 2 << 20
"""What the cloud takes at a time, unpacked: a batch below `BATCH_BYTES`, and one more event of the longest kind."""

SUBJECT_CHARS_MAX: Final = 256
AT_US_MAX: Final = 253_402_300_799_999_999
"""The end of the year 9999: RFC 3339 has four digits."""


class ToldEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event, with its number at its site. Members that are not here are left aside: a site may be of later make."""

    number: Position
    id: Annotated[str, Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    type: Annotated[str, Meta(max_length=64, pattern="^playhead(\\.[a-z0-9-]+)+$")]
    subject: Annotated[str, Meta(max_length=SUBJECT_CHARS_MAX, pattern="^[^\\x00]*$")]
    at_us: Annotated[int, Meta(ge=0, le=AT_US_MAX)]
    data: Annotated[bytes, Meta(max_length=MESSAGE_BYTES_MAX)]
    """JSON."""


class EventBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Events in the order of their numbers."""

    stream: Us
    after: Position
    """Whoever takes it has everything up to here."""
    upto: Position
    """And everything up to here afterwards."""
    last: Annotated[str, Meta(max_length=36)]
    """The id of the event at ``upto``."""
    events: Annotated[tuple[ToldEvent, ...], Meta(max_length=BATCH_EVENTS_MAX)] = ()


class _Written(msgspec.Struct, frozen=True):
    """`EventBatch` as it is written: its events are written already."""

    stream: int
    after: int
    upto: int
    last: str
    events: tuple[msgspec.Raw, ...]


class EventPlace(msgspec.Struct, frozen=True):
    """How far a site's events were taken."""

    stream: Us
    position: Position
    event: Annotated[str, Meta(max_length=36)] = ""
    """The id of the event at ``position``; empty where there is none."""


BEGINNING: Final = EventPlace(0, 0)
"""Of a site that has told nothing yet."""

_ENCODER: Final = msgspec.msgpack.Encoder()
_EVENTS: Final = msgspec.msgpack.Decoder(ToldEvent)
_BATCHES: Final = msgspec.msgpack.Decoder(EventBatch)
_PLACES: Final = msgspec.msgpack.Decoder(EventPlace)
_JSON: Final = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """A batch for a request."""

    body: bytes
    events: int
    left_out: tuple[int, ...]
    """Numbers of events that the cloud would not take: the others must not wait for them for ever."""


def write_events(place: EventPlace, numbered: Sequence[tuple[int, Event]]) -> WrittenBatch:
    """A batch that begins at ``place``, of as many of these events as one batch takes.

    Args:
        place: how far they are taken.
        numbered: events with their numbers, in their order; at least one.
    """
    written: list[msgspec.Raw] = []
    left_out: list[int] = []
    size = 0
    number, last = place.position, place.event
    for at, event in numbered[:BATCH_EVENTS_MAX]:
        told = ToldEvent(
            number=at, id=event.id, type=event.type, subject=event.subject, at_us=event.at_us, data=event.data
        )
        encoded = _ENCODER.encode(told)
        if size >= BATCH_BYTES:
            break
        number, last = at, event.id
        try:
            _EVENTS.decode(encoded)
        except msgspec.ValidationError:
            left_out.append(at)
            continue
        written.append(msgspec.Raw(encoded))
        size += len(encoded)
    body = _ENCODER.encode(_Written(place.stream, place.position, number, last, tuple(written)))
    return WrittenBatch(body, len(written), tuple(left_out))


def read_events(body: bytes) -> EventBatch:
    """Read what `write_events` wrote.

    Raises:
        LimitError: ``events.size``.
        InvalidInputError: ``events.malformed``.
    """
    if len(body) > BATCH_BYTES_MAX:
        raise LimitError("events.size", f"A batch has up to {BATCH_BYTES_MAX} bytes, not {len(body)}.")
    try:
        batch = _BATCHES.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInputError("events.malformed", f"This is not a batch of events: {error}.") from None
    numbers = [one.number for one in batch.events]
    if any(one >= following for one, following in pairwise([batch.after, *numbers, batch.upto + 1])):
        raise InvalidInputError("events.malformed", "The events of a batch are not in their order.")
    return batch


def write_event_place(place: EventPlace) -> bytes:
    """For an answer."""
    return _ENCODER.encode(place)


def read_event_place(body: bytes) -> EventPlace:
    """Read what `write_event_place` wrote.

    Raises:
        InvalidInputError: ``events.malformed``.
    """
    try:
        return _PLACES.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInputError("events.malformed", f"This is no place among events: {error}.") from None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a batch."""

    events: tuple[ToldEvent, ...]
    """To be taken, in this order, unless their ids are known."""
    place: EventPlace
    """Where the site stands afterwards. Nothing is to be noted where that is where it stood."""


def judge(known: EventPlace, batch: EventBatch) -> Verdict | None:
    """What to do with a batch of a site that stands at ``known``; None where it does not follow on that.

    A batch of an older stream, or with nothing new, does nothing. One that begins before what is known may go further.
    """
    same = batch.stream == known.stream
    if batch.stream < known.stream or (same and batch.upto <= known.position):
        return Verdict((), known)
    position = known.position if same else 0
    if batch.after > position:
        return None
    new = tuple(one for one in batch.events if one.number > position)
    return Verdict(new, EventPlace(batch.stream, batch.upto, batch.last))


@dataclass(frozen=True, slots=True)
class Own:
    """What a site knows itself."""

    stream: int
    """0 where it has none."""
    position: int
    """Up to here it has let go of its events, for the cloud had taken them."""
    newest: int
    """The number of its newest event."""
    event: str = ""
    """The id of its event at the place that the cloud knows; empty where it has none there."""


def resume(own: Own, known: EventPlace) -> EventPlace | None:
    """Where a site goes on: from what the cloud knows of it.

    Returns:
        None where the cloud knows another past than the site does: the site was put back, and has to begin another
        stream. What both know was told is then told again, and left aside by its ids.
    """
    if own.stream == 0 or known.stream > own.stream:
        return None
    if known.stream < own.stream:
        return EventPlace(own.stream, 0)
    if known.position > own.newest or (known.position > own.position and known.event != own.event):
        return None
    return known


def readable(events: Iterable[ToldEvent]) -> tuple[list[ToldEvent], list[ToldEvent]]:
    """Those whose data are JSON, and those whose are not: within a message, it would say anything at all."""
    good: list[ToldEvent] = []
    bad: list[ToldEvent] = []
    for one in events:
        try:
            _JSON.decode(one.data)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            bad.append(one)
        else:
            good.append(one)
    return good, bad
