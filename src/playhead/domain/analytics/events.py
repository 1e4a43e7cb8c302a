"""What a workstation tells of its desktop, schema 1: one kind of row, so that it is one table wherever it is kept.

A sender numbers its events from 1 on and sends them in that order, in batches. It may leave numbers out: then it has
given these events up. Every event of a batch that was answered is settled: stored, or refused for good.

Of keys and clicks there are counts. There is no member for their content, and members that are not known are left out
before anything is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError, LimitError

SCHEMA: Final = 1
"""Of what is described here. A later one may add members with defaults, and never takes one away."""

NAME_CHARS_MAX: Final = 128
"""Of an application, an agent and a rule."""
TITLE_CHARS_MAX: Final = 512
"""Of a window's title; a sender cuts what is longer."""
URL_CHARS_MAX: Final = 2048
"""Likewise of an address; what browsers and servers are sure to take."""
DETAIL_CHARS_MAX: Final = 256
"""Of what a rule's action is about."""
COUNT_MAX: Final = 1_000_000
"""Keys or clicks of one event: ten a second for a whole day, and more."""
MONITORS_MAX: Final = 64
LASTS_US_MAX: Final = 86_400_000_000
"""A day. What lasts longer is told in several events."""
AT_US_MAX: Final = 253_402_300_799_999_999
"""The end of 9999, where calendars and databases end."""
SEQUENCE_MAX: Final = (1 << 53) - 1
"""What every JSON parser reads exactly (RFC 8259 §6)."""
EVENTS_MAX: Final = 10_000
"""Of a batch: some hours of one desktop."""
BATCH_BYTES_MAX: Final = 8 << 20
"""Of a batch once it is unpacked."""
PACKED_BYTES_MAX: Final = 2 << 20
"""Of a batch as it is sent."""
REASON_CHARS_MAX: Final = 256


class Kind(StrEnum):
    """What an event says."""

    ACTIVE = "active"
    """Somebody used the keyboard or the pointer, with this window in front."""
    IDLE = "idle"
    """Nobody did for longer than the workstation's idle time; the window stayed in front."""
    LOCKED = "locked"
    """The screen was locked."""
    AWAY = "away"
    """Private time, or nobody was signed in: nothing else is known, and on purpose."""
    LOGIN = "login"
    LOGOUT = "logout"
    LOCK = "lock"
    UNLOCK = "unlock"
    TRIGGER = "trigger"
    """A rule did something: `DesktopEvent.rule`, `action` and `detail` say what."""
    MARK = "mark"
    """Somebody marked the moment; `detail` says what for."""


STRETCHES: Final = frozenset({Kind.ACTIVE, Kind.IDLE, Kind.LOCKED, Kind.AWAY})
"""These last; all others are moments."""

_Name = Annotated[str, Meta(max_length=NAME_CHARS_MAX)]
_Count = Annotated[int, Meta(ge=0, le=COUNT_MAX)]


class DesktopEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One row. Members are named alike in JSON and in the columns of files."""

    sequence: Annotated[
        int, Meta(ge=1, le=SEQUENCE_MAX, description="Its number in the sender's spool, from 1 on, never used again.")
    ]
    kind: Kind
    from_us: Annotated[int, Meta(ge=0, le=AT_US_MAX, description="When it began: µs since 1970, UTC.")]
    lasts_us: Annotated[int, Meta(ge=0, le=LASTS_US_MAX, description="How long, µs; 0 for moments.")] = 0
    agent: Annotated[_Name, Meta(description="Login of whoever sat there; empty where nobody did.")] = ""
    application: Annotated[_Name, Meta(description="Of the window in front; empty where there was none.")] = ""
    title: Annotated[str, Meta(max_length=TITLE_CHARS_MAX, description="The window's, as far as it may be told.")] = ""
    url: Annotated[str, Meta(max_length=URL_CHARS_MAX, description="What it showed: an address or a document.")] = ""
    monitor: Annotated[int, Meta(ge=0, le=MONITORS_MAX, description="That it was on, from 1 on; 0 where unknown.")] = 0
    keys: Annotated[_Count, Meta(description="How many keys were pressed; never which.")] = 0
    clicks: Annotated[_Count, Meta(description="How often a button was pressed; never where.")] = 0
    rule: Annotated[_Name, Meta(description="Name of the rule; of triggers.")] = ""
    action: Annotated[_Name, Meta(description="What it did, such as `tag`; of triggers.")] = ""
    detail: Annotated[str, Meta(max_length=DETAIL_CHARS_MAX, description="With what: the tag, `name=value` …")] = ""

    @property
    def to_us(self) -> int:
        """Its end, which is no longer part of it."""
        return self.from_us + self.lasts_us


class Refused(msgspec.Struct, frozen=True, omit_defaults=True):
    """Events that were not stored, and never will be."""

    sequence: int
    """The first of them; 0 where it could not be read."""
    code: str
    """``analytics.*``."""
    reason: str
    through: int = 0
    """The last of them, where there are several in a row with the same reason."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """To a batch, with status 200: all of it is settled."""

    durable: int
    """The highest number of the sender's spool that is settled. Lower ones need not be sent again."""
    refused: Sequence[Refused] = ()
    rules: str = ""
    """Digest of what ``GET /v1/rules`` would say now."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: one JSON object (RFC 8259), packed by zstd or gzip or plain."""

    schema: Annotated[int, Meta(ge=1, description="The version of this document.")] = SCHEMA
    workstation: Annotated[_Name, Meta(min_length=1, description="Whose desktop. Its certificate must say the same.")]
    spool: Annotated[
        str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$", description="Id of what numbers the events; another, another count.")
    ]
    events: Annotated[Sequence[DesktopEvent], Meta(max_length=EVENTS_MAX, description="In the order of their numbers.")]


@dataclass(frozen=True, slots=True)
class Received:
    """A batch as it was read: what is well-formed, and why the rest is not."""

    workstation: str
    spool: str
    events: Sequence[DesktopEvent]
    """Numbers rise strictly."""
    refused: Sequence[Refused]


class _Rows(msgspec.Struct, frozen=True, kw_only=True):
    """A batch whose rows are read one by one."""

    schema: int
    workstation: Annotated[_Name, Meta(min_length=1)]
    spool: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    events: list[msgspec.Raw]


class _Numbered(msgspec.Struct, frozen=True):
    sequence: Annotated[int, Meta(ge=1, le=SEQUENCE_MAX)]


_BATCHES: Final = msgspec.json.Decoder(Batch)
_ROWS: Final = msgspec.json.Decoder(_Rows)
_ROW: Final = msgspec.json.Decoder(DesktopEvent)
_NUMBER: Final = msgspec.json.Decoder(_Numbered)


def encoded(workstation: str, spool: str, events: Sequence[DesktopEvent]) -> bytes:
    """A batch as it is sent, not packed yet."""
    return msgspec.json.encode(Batch(workstation=workstation, spool=spool, events=events))


def decoded(data: bytes) -> Received:
    """A batch as it came, unpacked; rows that are wrong are refused one by one.

    Raises:
        InvalidInputError: ``analytics.malformed``, ``analytics.schema``: nothing of it can be read.
        LimitError: ``analytics.batch``: it holds more than `EVENTS_MAX` events, or `BATCH_BYTES_MAX`.
    """
    if len(data) > BATCH_BYTES_MAX:
        raise LimitError("analytics.batch", f"A batch holds at most {BATCH_BYTES_MAX} bytes.", hint="Send several.")
    try:
        batch = _BATCHES.decode(data)
    except msgspec.MsgspecError:
        return _by_rows(data)  # which also says what is wrong with the whole
    _check_schema(batch.schema)
    return _received(batch.workstation, batch.spool, batch.events, [])


def problem_of(event: DesktopEvent) -> str:
    """What is wrong with an event whose members are each in order; empty where nothing is."""
    if event.kind in STRETCHES:
        return "" if event.lasts_us else "It lasts no time, and is no moment."
    return "A moment lasts no time." if event.lasts_us else ""


def joined(refused: Iterable[Refused]) -> tuple[Refused, ...]:
    """The same in as few as can be: numbers that follow one another with the same code and reason are told as one."""
    stretches: list[Refused] = []
    for each in sorted(refused, key=lambda one: one.sequence):
        last = stretches[-1] if stretches else each
        follows = last.sequence > 0 and each.sequence == (last.through or last.sequence) + 1
        if follows and (last.code, last.reason) == (each.code, each.reason):
            stretches[-1] = Refused(last.sequence, last.code, last.reason, each.through or each.sequence)
        else:
            stretches.append(each)
    return tuple(stretches)


def _by_rows(data: bytes) -> Received:
    try:
        rows = _ROWS.decode(data)
    except msgspec.MsgspecError as error:
        hint = "The page on desktop analytics has the schema of a batch."
        raise InvalidInputError("analytics.malformed", f"This is no batch: {error}.", hint=hint) from error
    _check_schema(rows.schema)
    if len(rows.events) > EVENTS_MAX:
        raise LimitError("analytics.batch", f"A batch holds at most {EVENTS_MAX} events.", hint="Send several.")
    events: list[DesktopEvent] = []
    refused: list[Refused] = []
    for raw in rows.events:
        try:
            events.append(_ROW.decode(raw))
        except msgspec.MsgspecError as error:
            refused.append(Refused(_number_of(raw), "analytics.malformed", str(error)[:REASON_CHARS_MAX]))
    return _received(rows.workstation, rows.spool, events, refused)


def _check_schema(schema: int) -> None:
    if schema != SCHEMA:
        hint = f"This server reads schema {SCHEMA}."
        raise InvalidInputError("analytics.schema", f"Schema {schema} is not known.", hint=hint)


def _received(workstation: str, spool: str, events: Sequence[DesktopEvent], refused: list[Refused]) -> Received:
    good: list[DesktopEvent] = []
    reached = 0
    for event in events:
        if event.sequence <= reached:
            refused.append(Refused(event.sequence, "analytics.order", "Its number is not higher than the one before."))
            continue
        reached = event.sequence
        if problem := problem_of(event):
            refused.append(Refused(event.sequence, "analytics.malformed", problem))
        else:
            good.append(event)
    return Received(workstation, spool, good, refused)


def _number_of(raw: msgspec.Raw) -> int:
    try:
        return _NUMBER.decode(raw).sequence
    except msgspec.MsgspecError:
        return 0
