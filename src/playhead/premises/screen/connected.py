"""One connected workstation, from its `Hello` to the end of its connection."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.live import LiveWorkstation, SegmentGrew
from playhead.net.screen import ScreenPeer
from playhead.premises.screen import metrics
from playhead.premises.screen.blackouts import Blackouts
from playhead.premises.screen.channel import LOST, Channel, post
from playhead.premises.screen.directory import Directory
from playhead.premises.screen.elsewhere import Claims
from playhead.premises.screen.examinations import Examination, Examinations
from playhead.premises.screen.journals import Journals
from playhead.premises.screen.pace import Pacing
from playhead.premises.screen.recordings import Recordings
from playhead.premises.screen.refusals import Refusals
from playhead.premises.screen.rules import Refusal
from playhead.store.catalogue.workstations import Workstation
from playhead.store.segments import OpenSegment, SegmentStore
from playhead.wire.screen.messages import (
    Backlog,
    Command,
    CommandName,
    Decline,
    Elsewhere,
    End,
    Examined,
    Heartbeat,
    Journal,
    JournalAck,
    Message,
    Offer,
    Records,
    Released,
    Result,
    Status,
)
from playhead.wire.vid import decode_header

UNWRITTEN_BYTES_MAX: Final = 4 << 20
"""What one connection may have the store hold for the next commit: then it is not read until a commit is over. (Twice
that at the most, for as much again may come while one is under way.)"""

BLACKOUT: Final = "blackout"
"""`Status.state` while nothing is captured on purpose."""

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every connected workstation works with."""

    store: SegmentStore
    recordings: Recordings
    clock: Clock
    directory: Directory
    refusals: Refusals
    claims: Claims
    pacing: Pacing[ScreenPeer]
    journals: Journals
    blackouts: Blackouts
    examinations: Examinations


class ConnectedWorkstation:
    """Acts on the messages of one workstation.

    Args:
        workstation: who it is, admitted.
        peer: its connection.
        around: what all of them share.
        examines: whether its program can examine its machine.
        unknown: commands that its program does not know.
    """

    def __init__(
        self,
        workstation: Workstation,
        peer: ScreenPeer,
        around: Surroundings,
        *,
        examines: bool = False,
        unknown: frozenset[CommandName] = frozenset(),
    ) -> None:
        self.workstation = workstation
        self.peer = peer
        self.gone = asyncio.Event()
        """Set when nothing of it is left: another connection may take its place."""
        self.unknown = unknown
        self.examination = Examination(workstation.id, peer, examines=examines)
        """How its machine is asked about."""
        self._around = around
        self._channels: dict[int, Channel] = {}
        self._commands: dict[int, asyncio.Future[Result]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unwritten = 0

    async def serve(self) -> None:
        """Act on every message until the connection ends; then let go of everything.

        Raises:
            ProtocolError: the workstation broke the protocol.
        """
        try:
            async for message in self.peer:
                if not isinstance(message, Records | Heartbeat):  # they come all the time
                    _log.debug("workstation says", workstation=str(self.workstation.id), what=type(message).__name__)
                match message:
                    case Records():
                        await self._receive(message)
                    case Status():
                        await self._told(message)
                    case Elsewhere():
                        await self._elsewhere(message)
                    case Examined():
                        await self._examined(message)
                    case _:
                        self._act(message)
        finally:
            await self._let_go()

    async def command(self, command: Command) -> Result:
        """Send a command and wait for its result, for ever.

        Raises:
            UnavailableError: ``screen.not_connected``: it went away meanwhile.
            LimitError: ``screen.commands``.
        """
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._commands[command.id] = answer
        try:
            self.peer.post(command)
            return await answer
        finally:
            self._commands.pop(command.id, None)

    @property
    def _address(self) -> str:
        return self.peer.remote.rpartition(":")[0]

    async def _receive(self, message: Records) -> None:
        await self._around.store.room()
        channel = self._channels.get(message.channel)  # now, for it may have been declined while there was no room
        if channel is None:
            return  # it crossed our Decline
        channel.receive(message)
        self._unwritten += len(message.data)
        if self._unwritten > UNWRITTEN_BYTES_MAX and message.channel in self._channels:
            await channel.segment.changed()
            self._unwritten = 0

    def _act(self, message: Message) -> None:
        match message:
            case Backlog():
                (self._around.pacing.join if message.bytes else self._around.pacing.leave)(self.peer)
            case Offer():
                self._run(self._offered(message))
            case Journal():
                self._run(self._noted(message))
            case End():
                channel = self._channels.get(message.channel)
                if channel is not None:
                    channel.end(message)
            case Result():
                answer = self._commands.get(message.id)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case _:
                pass  # a heartbeat: that it came was noted below us

    async def _told(self, message: Status) -> None:
        """Waiting for the catalogue here keeps a workstation that tells much from being heard faster than that."""
        before = self._around.directory.find(self.workstation.id)
        now = self._around.directory.told(self.workstation.id, message)
        events = self._around.blackouts.told(before, now, message.blackouts_expired)
        await self._around.recordings.publish(events)
        if before is not None and before.recording != now.recording:
            for recording in filter(None, (before.recording, now.recording)):
                await self._around.recordings.refresh(recording)
        was_dark = before is not None and _is_dark(before) and before.recording == now.recording
        if _is_dark(now) and not was_dark and now.recording is not None:
            await self._around.recordings.darkened(now.recording)

    async def _elsewhere(self, message: Elsewhere) -> None:
        """Waiting here keeps a workstation from having more than one looked up at a time."""
        if await self._around.claims.let_go(self.workstation.id, self._address, message):
            post(self.peer, Released(message.segment))

    async def _examined(self, message: Examined) -> None:
        """Waiting here keeps a workstation that tells much from being heard faster than the catalogue takes it."""
        try:
            await self._around.examinations.take(self.workstation.id, message)
        except UnavailableError as error:
            _log.warning("report not kept", workstation=str(self.workstation.id), code=error.code)
        self.examination.answered(message)

    async def _noted(self, journal: Journal) -> None:
        """Keep what it noted of itself, and say so."""
        seq = await self._around.journals.take(self.workstation.id, journal)
        if journal.entries:
            post(self.peer, JournalAck(seq))

    async def _offered(self, offer: Offer) -> None:
        """Judge an offer, open its segment, and accept; or decline. Takes a commit's time, so beside the others."""
        refusal = await self._opened(offer)
        metrics.OFFERS.labels(refusal.code if refusal else "accepted").inc()
        if refusal is not None:
            _log.warning("offer declined", workstation=str(self.workstation.id), code=refusal.code)
            post(self.peer, Decline(offer.channel, refusal.code, refusal.message, final=refusal.final))
            segment = SegmentId(UUID(bytes=offer.segment))
            if refusal.final or self._around.store.has_given_up(segment):
                recording = RecordingId(UUID(bytes=offer.recording))
                await self._list(segment, recording, refusal.code, refusal.message)

    async def _list(
        self, segment: SegmentId, recording: RecordingId, code: str, message: str, taken_bytes: int = 0
    ) -> None:
        await self._around.refusals.note(
            self.workstation.id,
            self._address,
            segment,
            recording,
            code=code,
            message=message,
            taken_bytes=taken_bytes,
        )

    def _refused(self, segment: OpenSegment, error: PlayheadError) -> None:
        self._run(self._list(segment.id, segment.recording, error.code, error.message, segment.durable))

    async def _opened(self, offer: Offer) -> Refusal | None:
        around = self._around
        try:
            header = decode_header(offer.header)
            await around.store.check_room(header.segment)
            refusal = await around.recordings.begin(offer, header, self.workstation)
            if refusal is not None:
                return refusal
            segment = await around.store.open(offer.header)
        except UnavailableError as error:
            return Refusal(error.code, error.message, final=False)
        except PlayheadError as error:
            # In use: by a connection of ours that is ending, or twice in this one. Not what trying again cannot help.
            # Or it is being erased: then it is said soon that it was, and the workstation removes its copy, too.
            return Refusal(error.code, error.message, final=error.code not in {"store.in_use", "store.deleting"})
        if self.peer.end is not None:
            around.store.release(segment)
            return None
        self._channels[offer.channel] = Channel(
            offer.channel,
            segment,
            peer=self.peer,
            store=around.store,
            clock=around.clock,
            on_durable=self._grew,
            on_closed=self._closed,
            on_refused=self._refused,
        )
        await around.recordings.refresh(header.recording, changed=True)
        return None

    def _grew(self, segment: OpenSegment) -> None:
        self._around.journals.touched(self.workstation.id, segment.header.started_at_us)
        self._around.directory.publish(
            SegmentGrew(segment.recording, segment.id, segment.durable, segment.covered_us, segment.durable_end)
        )

    def _closed(self, channel: Channel) -> None:
        del self._channels[channel.number]
        self._run(self._refresh(channel.segment))

    async def _refresh(self, segment: OpenSegment) -> None:
        """After its end is in the catalogue, or will not be."""
        try:
            await self._around.store.settled(segment)
            if segment.durable_end not in {"", LOST}:
                await self._around.refusals.taken(segment.id)
        except PlayheadError as error:
            _log.info("segment not settled", segment=str(segment.id), code=error.code)
        await self._around.recordings.refresh(segment.recording)

    def _run(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        if isinstance(error, UnavailableError):
            _log.warning("catalogue not updated", workstation=str(self.workstation.id), code=error.code)
            return
        _log.error("screen service failed", workstation=str(self.workstation.id), exc_info=error)
        self.peer.abort()

    async def _let_go(self) -> None:
        """Leave nothing behind that the next connection of this workstation could stumble over."""
        self._around.pacing.leave(self.peer)
        for channel in self._channels.values():
            channel.release()
        self._channels.clear()
        for answer in self._commands.values():
            if not answer.done():
                answer.set_exception(UnavailableError("screen.not_connected", "The workstation went away."))
        self.examination.end()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _is_dark(live: LiveWorkstation) -> bool:
    """Whether nothing is captured on purpose, whatever else keeps it from recording."""
    return live.state == BLACKOUT or bool(live.blackouts)
