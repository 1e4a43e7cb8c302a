"""The smallest honest workstation and premises that speak the screen protocol: what its promises are proven with.

Both have a *platter*, which outlives them, and memory, which does not. Content is random bytes instead of video. Each
has faults that can be switched on, to show that a simulation would catch them.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.net.network import Network
from playhead.net.screen import Listener, ScreenPeer, connect, listen
from playhead.testing.loop import Simulation
from playhead.wire.screen import (
    Accept,
    Ack,
    Command,
    End,
    Hello,
    Offer,
    Records,
    Result,
    Status,
    Welcome,
    choose_version,
)
from playhead.wire.screen.commands import CommandLog

PORT = 5633
PIECE_BYTES = 16 * 1024
SEGMENT_BYTES = 96 * 1024
HEADER = b"header"
BUSY_SHARE = 0.02
"""Share of messages before which the premises is busy with something else."""


@dataclass(slots=True)
class WorkstationPlatter:
    """What a workstation's disk holds."""

    spool: dict[bytes, bytearray] = field(default_factory=dict[bytes, bytearray])
    ended: dict[bytes, str] = field(default_factory=dict[bytes, str])
    highest_command: int = -1
    # What the test knows besides:
    captured: dict[bytes, bytearray] = field(default_factory=dict[bytes, bytearray])
    """All that was ever captured; nothing is deleted here."""
    acknowledged: dict[bytes, int] = field(default_factory=dict[bytes, int])
    carried_out: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class PremisesPlatter:
    """What the premises' disk holds."""

    segments: dict[bytes, bytearray] = field(default_factory=dict[bytes, bytearray])
    ended: dict[bytes, str] = field(default_factory=dict[bytes, str])


class ModelWorkstation:
    """Captures, spools, ships, and does as it is told."""

    def __init__(
        self, name: str, simulation: Simulation, network: Network, platter: WorkstationPlatter, *, forgets: bool = False
    ) -> None:
        self.capturing = True
        self.peer: ScreenPeer | None = None
        self._name = name
        self._simulation = simulation
        self._chance = simulation.chance
        self._network = network
        self._platter = platter
        self._commands = CommandLog(-1 if forgets else platter.highest_command)
        self._grown = asyncio.Event()
        self._channel = 0
        self._channels: dict[int, bytes] = {}

    async def run(self) -> None:
        """From power-on until it is killed."""
        for segment in self._platter.spool:
            self._platter.ended.setdefault(segment, "killed")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._capture())
            group.create_task(self._stay_connected())

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def _capture(self) -> None:
        platter, chance = self._platter, self._chance
        while self.capturing:
            segment = chance.randbytes(16)
            platter.spool[segment] = bytearray()
            platter.captured[segment] = bytearray()
            size = chance.randint(1, SEGMENT_BYTES)
            while len(platter.spool[segment]) < size and self.capturing:
                piece = chance.randbytes(chance.randint(1, 6000))
                platter.captured[segment] += piece
                platter.spool[segment] += piece
                self._wake()
                await asyncio.sleep(chance.uniform(0.05, 1.0))
            platter.ended[segment] = "sealed"
            self._wake()

    async def _stay_connected(self) -> None:
        delay_s = 1.0
        while True:
            with contextlib.suppress(PlayheadError):
                peer = await connect(
                    Address("premises", PORT), tls=None, clock=self._simulation.clock, network=self._network
                )
                self.peer = peer
                try:
                    async with asyncio.TaskGroup() as group:
                        await self._converse(peer, group)
                        delay_s = 1.0
                        raise UnavailableError("net.closed", "Over.")  # ends the group's senders
                except* PlayheadError:
                    pass
                finally:
                    peer.abort()
                    self._channels.clear()
            await asyncio.sleep(delay_s * self._chance.uniform(0.5, 1.0))
            delay_s = min(delay_s * 2, 20.0)

    async def _converse(self, peer: ScreenPeer, group: asyncio.TaskGroup) -> None:
        self._channel = 0
        await peer.send(Hello((1,), self._name, "model"))
        async for message in peer:
            match message:
                case Welcome():
                    await peer.send(Status("recording"))
                    group.create_task(self._offer(peer))
                case Accept():
                    group.create_task(self._ship(peer, message.channel, message.offset))
                case Ack():
                    self._acknowledged(message)
                case Command():
                    group.create_task(self._obey(peer, message))
                case _:
                    pass

    async def _offer(self, peer: ScreenPeer) -> None:
        offered: set[bytes] = set()
        while True:
            grown = self._grown
            for segment in [segment for segment in self._platter.spool if segment not in offered]:
                offered.add(segment)
                self._channel += 1
                self._channels[self._channel] = segment
                await peer.send(Offer(self._channel, b"r" * 16, segment, HEADER))
            await grown.wait()

    async def _ship(self, peer: ScreenPeer, channel: int, offset: int) -> None:
        segment = self._channels[channel]
        self._note(segment, offset)
        content = self._platter.spool[segment]
        if offset > len(content):
            raise AssertionError(f"Accepted at {offset}, but only {len(content)} bytes exist")
        while True:
            grown = self._grown
            while offset < len(content):
                data = bytes(content[offset : offset + PIECE_BYTES])
                await peer.send(Records(channel, offset, data))
                offset += len(data)
            if segment in self._platter.ended:
                reason = self._platter.ended[segment]
                await peer.send(End(channel, offset, "sealed" if reason == "sealed" else "killed"))
                return
            await grown.wait()

    def _acknowledged(self, message: Ack) -> None:
        segment = self._channels[message.channel]
        self._note(segment, message.offset)
        if message.final:
            del self._platter.spool[segment]

    def _note(self, segment: bytes, offset: int) -> None:
        before = self._platter.acknowledged.get(segment, 0)
        if offset < before:
            raise AssertionError(f"Acknowledged {before}, then {offset}")
        self._platter.acknowledged[segment] = offset

    async def _obey(self, peer: ScreenPeer, command: Command) -> None:
        admission = self._commands.admit(command)
        result = admission.result
        if admission.run:
            self._platter.highest_command = self._commands.highest
            await asyncio.sleep(self._chance.uniform(0, 0.2))
            self._platter.carried_out.append(command.id)
            result = Result(command.id, ok=True)
            self._commands.answer(result)
        if result is not None:
            await peer.send(result)


@dataclass(slots=True)
class _Incoming:
    """A segment that is arriving, on the newest channel offered for it."""

    peer: ScreenPeer
    channel: int
    pending: bytearray = field(default_factory=bytearray)
    ended: str = ""


class ModelPremises:
    """Takes segments, makes them durable together, then acknowledges."""

    def __init__(
        self,
        simulation: Simulation,
        network: Network,
        platter: PremisesPlatter,
        *,
        acknowledges_early: bool = False,
        believes_old_connections: bool = False,
    ) -> None:
        self.peers: dict[str, ScreenPeer] = {}
        """The newest connection of each workstation, by name."""
        self.results: dict[int, Result] = {}
        self.listener: Listener | None = None
        self._acknowledges_early = acknowledges_early
        self._believes_old_connections = believes_old_connections
        self._simulation = simulation
        self._chance = simulation.chance
        self._network = network
        self._platter = platter
        self._incoming: dict[bytes, _Incoming] = {}
        self._last_command = -1

    async def run(self) -> None:
        """From power-on until it is killed."""
        clock = self._simulation.clock
        self.listener = await listen(
            self._serve, Address("premises", PORT), tls=None, clock=clock, network=self._network
        )
        while True:
            await asyncio.sleep(self._chance.uniform(0.02, 0.5))
            await self._commit()

    def crash(self) -> None:
        """The power goes: of what was not synced, any part may have reached the platter."""
        for segment, incoming in self._incoming.items():
            kept = incoming.pending[: self._chance.randint(0, len(incoming.pending))]
            self._platter.segments.setdefault(segment, bytearray()).extend(kept)

    def command(self, workstation: str, command_id: int | None = None) -> int:
        """Send a command, or send it again. Its id."""
        if command_id is None:
            command_id = self._last_command = max(self._simulation.clock.wall_us(), self._last_command + 1)
        if (peer := self.peers.get(workstation)) is not None:
            with contextlib.suppress(PlayheadError):
                peer.post(Command(command_id, "status"))
        return command_id

    async def _serve(self, peer: ScreenPeer) -> None:
        segments: dict[int, bytes] = {}
        async for message in peer:
            if self._chance.random() < BUSY_SHARE:
                await asyncio.sleep(self._chance.uniform(0, 3.0))  # its peers must bear it
            match message:
                case Hello():
                    await self._welcome(peer, message)
                case Offer():
                    segments[message.channel] = message.segment
                    durable = len(self._platter.segments.setdefault(message.segment, bytearray()))
                    self._incoming[message.segment] = _Incoming(peer, message.channel)
                    await peer.send(Accept(message.channel, durable))
                case Records() | End():
                    await self._take(peer, message, segments[message.channel])
                case Result():
                    self.results[message.id] = message
                case _:
                    pass

    async def _welcome(self, peer: ScreenPeer, hello: Hello) -> None:
        if (older := self.peers.get(hello.workstation)) is not None:
            older.abort()
        self.peers[hello.workstation] = peer
        version = choose_version(hello.versions)
        await peer.send(Welcome(version, "site", bytes(32), self._simulation.clock.wall_us()))

    async def _take(self, peer: ScreenPeer, message: Records | End, segment: bytes) -> None:
        incoming = self._owned(peer, message, segment)
        if incoming is None:
            return
        if isinstance(message, End):
            incoming.ended = message.reason
            return
        incoming.pending += message.data
        if self._acknowledges_early:
            await peer.send(Ack(message.channel, message.offset + len(message.data)))

    def _owned(self, peer: ScreenPeer, message: Records | End, segment: bytes) -> _Incoming | None:
        """Where the message belongs, unless a newer connection has taken the segment over."""
        incoming = self._incoming.get(segment)
        if incoming is None:
            return None
        if self._believes_old_connections or (incoming.peer is peer and incoming.channel == message.channel):
            return incoming
        return None

    async def _commit(self) -> None:
        """Group commit: write, sync, and only then acknowledge."""
        batch = [(segment, incoming, len(incoming.pending), incoming.ended) for segment, incoming in self._ready()]
        if not batch:
            return
        await asyncio.sleep(self._chance.uniform(0, 0.1))  # the sync
        for segment, incoming, size, ended in batch:
            if self._incoming.get(segment) is not incoming:
                continue
            content = self._platter.segments[segment]
            content += incoming.pending[:size]
            del incoming.pending[:size]
            if ended:
                self._platter.ended[segment] = ended
                del self._incoming[segment]
            with contextlib.suppress(UnavailableError):
                if not self._acknowledges_early or ended:
                    incoming.peer.post(Ack(incoming.channel, len(content), final=bool(ended)))

    def _ready(self) -> list[tuple[bytes, _Incoming]]:
        return [
            (segment, incoming) for segment, incoming in self._incoming.items() if incoming.pending or incoming.ended
        ]
