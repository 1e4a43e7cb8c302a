"""What becomes of a message: a line, whose every part is bounded and says how far it can be believed."""

from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from playhead.base.instants import rfc3339
from playhead.base.logs import Said
from playhead.domain.logs import FIELDS_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX, VALUE_CHARS_MAX, Level, LogLine
from playhead.wire.syslog import Message

OURS: Final = "playhead@32473"
"""SD-ID of what Playhead says of a line (RFC 5424 §6.3.2; 32473 is kept for documents by RFC 5612)."""
FIELDS: Final = "fields@32473"
"""SD-ID of a line's further values."""

_KNOWN: Final = frozenset({OURS, FIELDS})
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_LEVELS: Final = tuple(level.name.lower() for level in Level)
"""By severity."""

AHEAD_US_MAX: Final = 60_000_000
"""A sender's time that is further ahead of ours is its clock's fault; then the line's time is when it came."""
BEHIND_US_MAX: Final = 40 * 86_400_000_000
"""Likewise behind. Lines may wait for weeks in a spool."""
ABOUT_US: Final = 2_000_000
"""A line that came so soon after it was said says nothing of when it came."""
_OFFSET_US_MAX: Final = 10 * 366 * 86_400_000_000
_DIGITS_MAX: Final = 18


def line_of(message: Message, *, workstation: str | None, address: str, now_us: int) -> LogLine:
    """The line of a message.

    Args:
        message: as it was read.
        workstation: whose certificate the sender showed; None without one: then its name is what it says.
        address: of the sender.
        now_us: the wall time.
    """
    ours = message.data.get(OURS, _NOTHING)
    fields = _fields(message)
    at_us, said_us = _time(message.at_us, _number(ours.get("offset", "")), now_us)
    sequence = _number(ours.get("sequence", ""))
    spool = ours.get("spool", "")[:NAME_CHARS_MAX]
    return LogLine(
        at=rfc3339(at_us),
        level=_LEVELS[message.severity],
        workstation=(workstation or message.host or address)[:NAME_CHARS_MAX],
        service=message.app[:NAME_CHARS_MAX],
        text=message.text.rstrip("\r\n")[:TEXT_CHARS_MAX],
        interaction=_interaction(ours, fields),
        proven=workstation is not None,
        address="" if workstation is not None else address,
        process=message.process[:NAME_CHARS_MAX],
        received_at=rfc3339(now_us) if abs(now_us - at_us) > ABOUT_US else "",
        said_at="" if said_us is None else rfc3339(said_us),
        spool=spool if sequence > 0 else "",
        sequence=max(sequence, 0) if spool else 0,
        fields=fields,
    )


def own_line(said: Said) -> LogLine:
    """The line of something that this process has logged."""
    fields = dict(list(said.fields.items())[:FIELDS_MAX])
    return LogLine(
        at=said.at,
        level=said.level,
        workstation="",
        service=said.service,
        text=said.text[:TEXT_CHARS_MAX],
        interaction=_interaction({}, fields),
        proven=True,
        fields={name[:NAME_CHARS_MAX]: value[:VALUE_CHARS_MAX] for name, value in fields.items()},
    )


def _fields(message: Message) -> dict[str, str]:
    found = dict(message.data.get(FIELDS, {}))
    for element, parameters in message.data.items():
        if element not in _KNOWN:
            found |= {f"{element}.{name}": value for name, value in parameters.items()}
    if message.id:
        found.setdefault("msgid", message.id)
    return {name[:NAME_CHARS_MAX]: value[:VALUE_CHARS_MAX] for name, value in islice(found.items(), FIELDS_MAX)}


def _interaction(ours: Mapping[str, str], fields: Mapping[str, str]) -> str:
    found = ours.get("interaction") or fields.get("interaction") or fields.get("recording") or ""
    return found[:NAME_CHARS_MAX]


def _time(said_us: int | None, offset_us: int, now_us: int) -> tuple[int, int | None]:
    """When it happened, and what the sender's clock said, where that was corrected."""
    if said_us is None:
        return now_us, None
    corrected_us = said_us + (offset_us if abs(offset_us) <= _OFFSET_US_MAX else 0)
    if not now_us - BEHIND_US_MAX <= corrected_us <= now_us + AHEAD_US_MAX:
        return now_us, said_us if said_us > 0 else None
    return corrected_us, said_us if corrected_us != said_us else None


def _number(text: str) -> int:
    if not text:
        return 0
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX
    return int(text) if is_number else 0
