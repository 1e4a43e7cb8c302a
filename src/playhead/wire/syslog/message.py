"""One message (RFC 5424 §6; RFC 3164 §4).

`parse` never refuses: what is neither becomes the text of a message whose other parts are unknown (RFC 3164 §4.3.3).
"""

import re
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final, NamedTuple

from playhead.base.instants import from_rfc3339, last_such_moment, rfc3339
from playhead.wire.syslog.limits import ELEMENTS_MAX, PARAMETERS_MAX

PRIORITY_UNKNOWN: Final = 13
"""user.notice, of what says nothing of it (RFC 3164 §4.3.3)."""
PRIORITY_MAX: Final = 191
"""23 facilities of 8 severities (RFC 5424 §6.2.1)."""

_NO_DATA: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({})
_BOM: Final = "\ufeff"

# HEADER of RFC 5424 §6: "<" PRIVAL ">" VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP SD [SP MSG]
_RFC5424: Final = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<at>\S{1,64}) (?P<host>\S{1,255}) (?P<app>\S{1,255}) (?P<process>\S{1,255}) "
    r"(?P<id>\S{1,255})(?: |$)"
)
# PRI, TIMESTAMP and HOSTNAME of RFC 3164 §4.1, or the RFC 3339 timestamp that rsyslog and others put there; Python and
# many devices leave out both, and `logger` the host name.
_RFC3164: Final = re.compile(
    r"<(?P<pri>\d{1,3})>"
    r"(?:(?:(?P<moment>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)|(?P<at>\d{4}-\d\d-\d\dT\S{8,30})) "
    r"(?:(?P<host>[^\s:\[]{1,255}) )?)?"
)
# TAG of RFC 3164 §4.1.3, with the number of the process.
_TAG: Final = re.compile(r"(?P<app>[^\s:\[\]]{1,255})(?:\[(?P<process>[^\]\s]{0,128})\])?:(?: |$)")
# SD-ELEMENT and SD-PARAM of RFC 5424 §6.3, by runs rather than by characters: it is most of what reading a line takes.
_DATA_NAME: Final = r'[^ =\]"]{1,255}'
_DATA_VALUE: Final = r'[^"\\\]]*(?:\\.[^"\\\]]*)*'
_PARAMETER: Final = re.compile(f' ({_DATA_NAME})="({_DATA_VALUE})"', re.DOTALL)
_ELEMENT: Final = re.compile(rf'\[({_DATA_NAME})((?: {_DATA_NAME}="{_DATA_VALUE}")*)\]', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\\]])')
_NOT_PRINTABLE: Final = re.compile(r"[^!-~]")
_NOT_IN_NAME: Final = re.compile(r'[^!-~]|[="\]]')


class Message(NamedTuple):
    """What a message says; empty where it says nothing (NILVALUE)."""

    facility: int
    severity: int
    text: str
    at_us: int | None = None
    """When, in wall time of its sender; None where it does not say."""
    host: str = ""
    app: str = ""
    process: str = ""
    id: str = ""
    data: Mapping[str, Mapping[str, str]] = _NO_DATA
    """STRUCTURED-DATA, by SD-ID."""


def parse(octets: bytes, now_us: int) -> Message:
    """Read a message.

    Args:
        octets: without framing. What is not UTF-8 in it is replaced.
        now_us: the wall time, for timestamps without a year.
    """
    text = octets.decode(errors="replace")
    match = _RFC5424.match(text)
    if match is not None and int(match["pri"]) <= PRIORITY_MAX:
        return _modern(text, match)
    match = _RFC3164.match(text)
    if match is not None and int(match["pri"]) <= PRIORITY_MAX:
        return _old(text, match, now_us)
    return Message(PRIORITY_UNKNOWN >> 3, PRIORITY_UNKNOWN & 7, text)


def render(message: Message) -> bytes:
    """Write a message as RFC 5424 has it. What a name may not hold becomes ``_``."""
    at = "-" if message.at_us is None else rfc3339(message.at_us)
    header = (
        f"<{message.facility << 3 | message.severity}>1 {at} {_name(message.host, 255)} {_name(message.app, 48)} "
        f"{_name(message.process, 128)} {_name(message.id, 32)} "
    )
    data = "".join(
        f"[{_data_name(name)}{''.join(_parameter(*each) for each in parameters.items())}]"
        for name, parameters in message.data.items()
    )
    return f"{header}{data or '-'} {_BOM}{message.text}".encode(errors="replace")


def _modern(text: str, match: re.Match[str]) -> Message:
    pri, at, host, app, process, name = match.groups()
    priority = int(pri)
    data, end = _structured_data(text, match.end())
    rest = text[end:].removeprefix(" ").removeprefix(_BOM)
    said = _said(host), _said(app), _said(process), _said(name)
    return Message(priority >> 3, priority & 7, rest, _instant(at), *said, data)


def _structured_data(text: str, start: int) -> tuple[dict[str, dict[str, str]], int]:
    """STRUCTURED-DATA (§6.3) at ``start``, and where it ends: where it is malformed, before the first bad element."""
    found: dict[str, dict[str, str]] = {}
    if text.startswith("-", start) and text[start + 1 : start + 2] in {"", " "}:
        return found, start + 1
    position = start
    while (element := _ELEMENT.match(text, position)) is not None:
        name, told = element.groups()
        position = element.end()
        if len(found) < ELEMENTS_MAX:
            found[name] = _parameters(told)
    return found, position


def _parameters(told: str) -> dict[str, str]:
    pairs: list[tuple[str, str]] = _PARAMETER.findall(told)
    found = dict(pairs) if len(pairs) <= PARAMETERS_MAX else dict(islice(dict(pairs).items(), PARAMETERS_MAX))
    return {name: _ESCAPED.sub(r"\1", value) for name, value in found.items()} if "\\" in told else found


def _old(text: str, match: re.Match[str], now_us: int) -> Message:
    priority = int(match["pri"])
    end = match.end()
    host = match["host"] or ""
    tag = _TAG.match(text, end)
    at_us = None
    if match["moment"] is not None:
        try:
            at_us = last_such_moment(match["moment"], now_us)
        except ValueError:
            at_us = None
    elif match["at"] is not None:
        at_us = _instant(match["at"])
    app, process = ("", "") if tag is None else (tag["app"], tag["process"] or "")
    rest = text[end if tag is None else tag.end() :]
    return Message(priority >> 3, priority & 7, rest, at_us, host, app, process)


def _instant(text: str) -> int | None:
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError):
        return None


def _said(text: str) -> str:
    return "" if text == "-" else text


def _name(text: str, chars_max: int) -> str:
    return _NOT_PRINTABLE.sub("_", text)[:chars_max] or "-"


def _data_name(text: str) -> str:
    return _NOT_IN_NAME.sub("_", text)[:32] or "_"


def _parameter(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
    return f' {_data_name(name)}="{escaped}"'
