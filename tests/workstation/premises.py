"""A small premises that keeps what it is sent, and misbehaves on request."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from playhead.base.addresses import Address
from playhead.net.screen import Listener, ScreenPeer, listen
from playhead.testing.loop import Simulation
from playhead.testing.network import SimNetwork
from playhead.testing.vid import site_key
from playhead.wire.screen import (
    Accept,
    Ack,
    Authority,
    Backlog,
    Command,
    Decline,
    Elsewhere,
    End,
    Hello,
    Inquire,
    Message,
    Offer,
    Pace,
    Records,
    Released,
    Result,
    Status,
    Welcome,
)

ADDRESS = Address("premises", 5633)
COMMIT_S = 0.1


async def until(what: Callable[[], object], *, seconds: float = 300) -> None:
    """Wait in virtual time, where looking again costs nothing."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - what is waited for lies in code that has no event for it
            await asyncio.sleep(0.05)


@dataclass(repr=False)
class Premises:
    """What it holds outlives its connections and restarts."""

    simulation: Simulation
    network: SimNetwork
    files: dict[bytes, bytearray] = field(default_factory=dict)
    ended: dict[bytes, str] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    received: list[Message] = field(default_factory=list)
    decline: dict[bytes, Decline] = field(default_factory=dict)
    cut_after: int = -1
    live: bool = False
    peer: ScreenPeer | None = None
    listener: Listener | None = None
    forgets_acks: bool = False
    stored: int = 0
    server: bytes = b""
    address: Address = ADDRESS
    pace: int | None = 0
    backlogs: list[int] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    releases: bool = True
    waiting: dict[ScreenPeer, deque[Ack]] = field(default_factory=dict)

    async def open(self) -> None:
        self.listener = await listen(
            self.serve,
            self.address,
            tls=None,
            clock=self.simulation.clock,
            network=self.network.host(self.address.host),
        )

    async def command(self, number: int, name: str, recording: bytes = b"", reason: str = "") -> Result:
        await until(lambda: self.peer is not None and self.peer.core.established)
        await self.peer.send(Command(number, name, recording, reason))
        await until(lambda: any(result.id == number for result in self.results))
        return next(result for result in self.results if result.id == number)

    async def serve(self, peer: ScreenPeer) -> None:
        channels: dict[int, bytes] = {}
        self.peer = peer
        try:
            async for message in peer:
                self.received.append(message)
                if self.cut_after >= 0 and len(self.received) > self.cut_after:
                    self.cut_after = -1
                    peer.abort()
                    return
                await self.receive(peer, channels, message)
        finally:
            self.peer = None

    async def receive(self, peer: ScreenPeer, channels: dict[int, bytes], message: Message) -> None:
        match message:
            case Hello():
                key, now_us = site_key().public_key().public_bytes_raw(), self.simulation.clock.wall_us()
                await peer.send(Welcome(1, "site", key, now_us, live=self.live, server=self.server))
            case Inquire():
                await peer.send(Authority(b"certificate"))
            case Offer() | Records() | End():
                await self.receive_segment(peer, channels, message)
            case Backlog():
                self.backlogs.append(message.bytes)
                if message.bytes and self.pace is not None:
                    await peer.send(Pace(self.pace))
            case Elsewhere():
                self.elsewhere.append(message)
                if self.releases:
                    await peer.send(Released(message.segment))
            case Status():
                self.statuses.append(message)
            case Result():
                self.results.append(message)
            case _:
                pass

    async def receive_segment(self, peer: ScreenPeer, channels: dict[int, bytes], message: Message) -> None:
        match message:
            case Offer():
                channels[message.channel] = message.segment
                refusal = self.decline.get(message.segment)
                if refusal is not None:
                    await peer.send(Decline(message.channel, refusal.code, refusal.message, refusal.final))
                else:
                    held = self.files.setdefault(message.segment, bytearray())
                    await peer.send(Accept(message.channel, len(held)))
            case Records():
                held = self.files[channels[message.channel]]
                assert message.offset == len(held)
                held += message.data
                self.stored += len(message.data)
                if not self.forgets_acks:
                    self.later(peer, Ack(message.channel, len(held)))
            case End():
                held = self.files[channels[message.channel]]
                self.ended[channels[message.channel]] = message.reason
                self.later(peer, Ack(message.channel, len(held), final=True))
            case _:
                pass

    def later(self, peer: ScreenPeer, ack: Ack) -> None:
        """Acknowledge once it is durable, in the order in which it came."""
        waiting = self.waiting.setdefault(peer, deque())
        waiting.append(ack)

        def send() -> None:
            first = waiting.popleft()
            if peer.end is None:
                peer.post(first)

        asyncio.get_running_loop().call_later(COMMIT_S, send)
