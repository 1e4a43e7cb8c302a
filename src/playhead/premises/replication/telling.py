"""How the cloud is told of anything: from where it stands, and again after a while where that fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
import structlog

from playhead.base.errors import PlayheadError, ProtocolError, RefusedError
from playhead.premises.link.interface import SiteLink
from playhead.premises.replication import metrics
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.rules import rest_s

MSGPACK: Final = (b"content-type", b"application/msgpack")

P = TypeVar("P")

_log: Final[Any] = structlog.get_logger()


async def keep_telling(
    link: SiteLink,
    config: ReplicationConfig,
    begin: Callable[[], Awaitable[P]],
    tell: Callable[[P], Awaitable[P]],
    *,
    failing: str,
    jitter: Callable[[], float],
) -> None:
    """Tell until cancelled; where it fails, begin again after a while.

    Args:
        link: to the cloud.
        config: how often to look for more.
        begin: where to go on.
        tell: sends everything after a place; where the cloud stands then.
        failing: what the log says where it fails.
        jitter: a number from 0 to 1, another each time.
    """
    failures = 0
    while True:
        await link.wait_up()
        try:
            place = await begin()
            failures = 0
            while True:
                place = await tell(place)
                await asyncio.sleep(config.interval.seconds)
        except PlayheadError as error:
            failures += 1
            metrics.FAILED.labels(error.code).inc()
            _log.warning(failing, code=error.code, reason=error.message, failures=failures)
            await asyncio.sleep(rest_s(failures, jitter()))


async def asked(
    link: SiteLink, method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]] = (), body: bytes = b""
) -> bytes:
    """What the cloud answers.

    Raises:
        UnavailableError: there is no link.
        RefusedError: ``replication.refused``.
        ProtocolError: ``http.answer``: something else answers.
    """
    answer = await link.ask(method, target, headers, body)
    found = await answer.read()
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer.status, found)
    return found


def _refusal(status: int, body: bytes) -> PlayheadError:
    """What the cloud says where it does not do what it was asked.

    Args:
        status: of its answer.
        body: likewise.
    """
    try:
        found = msgspec.json.decode(body, type=dict[str, dict[str, str]])
    except msgspec.MsgspecError:
        return ProtocolError("http.answer", "The cloud answers with what is no error of ours.")
    reason = found.get("error", {}).get("message", "")
    return RefusedError("replication.refused", f"The cloud answers {status}: {reason}")
