"""Log set-up: one line per event, JSON for machines or columns for people, with secrets struck out.

Every module logs through ``structlog.get_logger()`` with an event in words and the rest as keys; records of libraries
that use the standard ``logging`` join the same stream.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from playhead.base.clock import Clock
from playhead.base.instants import rfc3339

STRUCK_OUT: Final = "[struck out]"

_SECRET_KEY = re.compile(
    r"(?i)(password|passphrase|secret|token|cookie|authori[sz]ation|csrf|private|data_?key|enrolment_?code|credential)"
)
_SECRET_TEXT: Final = (
    re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),  # JSON Web Token (RFC 7519 §3)
    re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]+=*"),  # RFC 6750 §2.1
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),  # RFC 7468
    re.compile(r"(?i)(?<=[?&])(?:token|code|password|secret)=[^&\s#]+"),  # in a URL's query
    re.compile(r"(?<=://)[^/@\s:]+:[^/@\s]+(?=@)"),  # user:password@ in a URL (RFC 3986 §3.2.1)
)
_DEPTH_MAX: Final = 6

_FOLDERS_OF_SERVICES: Final = frozenset({"premises", "workstation"})

_TALKATIVE: Final = ("alembic", "httpx2")
"""Libraries whose information is for those who develop them: each start, each request would tell it."""


_QUIET: Final = ("aiormq.connection",)
"""Libraries that say again and again what they raise, too: we tell it, as often as it is worth it."""


def configure(
    clock: Clock,
    *,
    form: Literal["json", "human"] = "json",
    level: Literal["debug", "info", "warning", "error"] = "info",
    stream: TextIO | None = None,
) -> None:
    """Set up logging for the whole process; called once by the command line.

    Args:
        clock: stamps every line with its wall time, as ISO 8601 in UTC.
        form: ``json``: one object a line; ``human``: columns, coloured where the stream is a terminal.
        level: the least level that is written.
        stream: where to; standard error by default.
    """
    target = sys.stderr if stream is None else stream
    shared = _shared(clock)
    ending: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        ending += [structlog.processors.format_exc_info, strike_out, structlog.processors.JSONRenderer(default=str)]
    else:
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=plain)
        ending += [strike_out, renderer]
    handler = logging.StreamHandler(target)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=ending))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """A line that the process has logged, without its secrets."""

    at: str
    """RFC 3339, in UTC."""
    level: str
    """``debug`` to ``critical``."""
    service: str
    """Which part of the program said it."""
    text: str
    fields: Mapping[str, str]
    """The rest; what is no text as JSON."""


class _Keeper(logging.Handler):
    """Hands on every line."""

    def __init__(self, clock: Clock, keep: Callable[[Said], None]) -> None:
        super().__init__()

        def hand_on(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
            service = service_of(event.pop("_record").name)
            event.pop("_from_structlog", None)
            at, level, text = event.pop("timestamp"), str(event.pop("level")), str(event.pop("event"))
            keep(Said(at, level, service, text, {name: _text(value) for name, value in event.items()}))
            return ""

        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=_shared(clock),
                processors=[structlog.processors.format_exc_info, _strike_out_but_record, hand_on],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.format(record)
        except Exception:  # noqa: BLE001 - as logging.StreamHandler does: a line that cannot be kept stops nobody
            self.handleError(record)


def keep(clock: Clock, keep: Callable[[Said], None]) -> Callable[[], None]:
    """Have every line of this process kept elsewhere, too, after `configure`.

    Args:
        clock: stamps the lines.
        keep: told of each, in whatever thread it was said in; must not log.

    Returns:
        What ends it.
    """
    handler = _Keeper(clock, keep)
    root = logging.getLogger()
    root.addHandler(handler)
    return lambda: root.removeHandler(handler)


def service_of(logger: str) -> str:
    """Which part of the program a logger's name means: ``playhead.premises.screen.service`` is ``screen``."""
    parts = logger.split(".")
    if parts[0] != "playhead" or len(parts) == 1:
        return parts[0]
    is_of_service = parts[1] in _FOLDERS_OF_SERVICES and len(parts) > 2 and parts[2] != "service"  # noqa: PLR2004
    return parts[2] if is_of_service else parts[1]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _shared(clock: Clock) -> list[Processor]:
    """What is done to every line, whoever writes it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _stamp(clock),
        structlog.processors.StackInfoRenderer(),
    ]


def _strike_out_but_record(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    record = event.pop("_record")
    return {**strike_out(logger, method, event), "_record": record}


def strike_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what looks like a secret, by the name of its key or by its form; bytes become their length."""
    for key, value in event.items():
        event[key] = _clean(key, value, 0)
    return event


def _clean(key: str, value: object, depth: int) -> object:
    if _SECRET_KEY.search(key) is not None and value not in (None, True, False, ""):
        return STRUCK_OUT
    if isinstance(value, str):
        for pattern in _SECRET_TEXT:
            value = pattern.sub(STRUCK_OUT, value)
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{memoryview(cast('bytes', value)).nbytes} bytes>"
    return _clean_inside(value, depth) if depth < _DEPTH_MAX else value


def _clean_inside(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(name): _clean(str(name), inner, depth + 1) for name, inner in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner, depth + 1) for inner in cast("list[object]", value)]
    return value


def _stamp(clock: Clock) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["timestamp"] = rfc3339(clock.wall_us())
        return event

    return stamp
