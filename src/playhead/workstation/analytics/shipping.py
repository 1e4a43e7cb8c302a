"""Sends desktop events to a premises, in batches that are answered when they are durable, and asks it for its rules."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import structlog
import zstandard

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.domain.analytics.events import Answer, DesktopEvent, encoded
from playhead.domain.analytics.rollout import Rollout, decoded
from playhead.net.http.asking import HttpAnswer, HttpPeer
from playhead.workstation.analytics.spool import EventSpool

EVENTS_PATH: Final = "/v1/events"
RULES_PATH: Final = "/v1/rules"
BATCH_EVENTS: Final = 400
"""At a time: an hour or two of one desktop. Even if each is as long as can be they stay below what a batch may hold."""
GATHER_S: Final = 5.0
"""Events are sent together for so long. A workstation has one every few seconds."""
RULES_S: Final = 60.0
"""How often the site is asked for its rules where nothing is sent by whose answer it would tell of others."""

_OK: Final = 200
_UNCHANGED: Final = 304
_NOT_FOUND: Final = 404
_REFUSALS: Final = range(400, 500)
_PASSING: Final = frozenset({408, 429})
"""Of those, what may be otherwise soon (RFC 9110 §15.5, RFC 6585 §4)."""

_log: Any = structlog.get_logger(__name__)


class Shipment:
    """One connection to one premises, from its making to its end.

    Args:
        peer: the connection.
        workstation: its name.
        spool: what is sent.
        news: set when there is more of it.
        digest: of the rules that are here.
        take_rules: keeps what the site says.
        settled: is told of each answer for events.
        clock: for how long ago it was asked.
    """

    def __init__(
        self,
        peer: HttpPeer,
        workstation: WorkstationId,
        spool: EventSpool,
        news: asyncio.Event,
        *,
        digest: Callable[[], str],
        take_rules: Callable[[Rollout], Any],
        settled: Callable[[Answer], None],
        clock: Clock,
    ) -> None:
        self._peer = peer
        self._workstation = workstation
        self._spool = spool
        self._news = news
        self._digest = digest
        self._take_rules = take_rules
        self._settled = settled
        self._clock = clock

    async def run(self) -> None:
        """Send and ask until the connection ends, with an error.

        Raises:
            PlayheadError: why it ended.
            OSError: the spool cannot be read.
        """
        asked_us = await self._ask_rules()
        while True:
            self._news.clear()
            wanted = await self.send_all()
            now_us = self._clock.monotonic_us()
            if (wanted and wanted != self._digest()) or now_us - asked_us >= RULES_S * 1e6:
                asked_us = await self._ask_rules()
            await asyncio.sleep(GATHER_S)
            try:
                async with asyncio.timeout(RULES_S - GATHER_S):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def send_all(self) -> str:
        """Send what there is; the digest of the rules that the site has, empty where it did not say.

        Raises:
            PlayheadError: why it could not be sent.
            OSError: the spool cannot be read.
        """
        digest = ""
        self._spool.rewind()
        while True:
            await asyncio.to_thread(self._spool.sync)
            events = await asyncio.to_thread(self._spool.read, BATCH_EVENTS)
            if not events:
                return digest
            digest = (await self._send(events)).rules
            await asyncio.to_thread(self._spool.save)

    async def _send(self, events: Sequence[DesktopEvent]) -> Answer:
        body = zstandard.ZstdCompressor().compress(encoded(str(self._workstation), self._spool.name, events))
        headers = {"content-type": "application/json", "content-encoding": "zstd"}
        answer = await self._peer.ask("POST", EVENTS_PATH, headers=headers, body=body)
        if answer.status != _OK:
            raise _refused(answer)
        try:
            settled = msgspec.json.decode(answer.body, type=Answer)
        except msgspec.MsgspecError as error:
            raise ProtocolError("analytics.answer", f"The premises' answer cannot be read: {error}.") from error
        for one in settled.refused:
            _log.warning("desktop event refused", sequence=one.sequence, code=one.code, reason=one.reason)
        self._settled(settled)
        self._spool.acknowledge(min(settled.durable, events[-1].sequence))
        if settled.durable < events[-1].sequence:
            raise ProtocolError("analytics.answer", "The premises has not settled what it was sent.")
        return settled

    async def _ask_rules(self) -> int:
        """Ask for the rules; when that was."""
        answer = await self._peer.ask("GET", RULES_PATH, headers={"if-none-match": f'"{self._digest()}"'})
        if answer.status == _OK:
            before = self._digest()
            self._take_rules(decoded(answer.body))
            if self._digest() != before:  # asked once more, it is told that they hold here
                return await self._ask_rules()
        elif answer.status not in {_UNCHANGED, _NOT_FOUND}:
            raise _refused(answer)
        return self._clock.monotonic_us()


def _refused(answer: HttpAnswer) -> PlayheadError:
    text = f"The premises answered {answer.status}: {answer.body[:200].decode('utf-8', 'replace')}"
    if answer.status in _REFUSALS and answer.status not in _PASSING:
        return RefusedError("analytics.refused", text)
    return UnavailableError("analytics.unavailable", text)
