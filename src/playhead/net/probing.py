"""Probes a premises server over the screen protocol (docs/wire/screen.md §13), and tells what was measured."""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Final

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import RefusedError, UnavailableError
from playhead.net.network import Network
from playhead.net.screen import ScreenPeer, connect
from playhead.wire.screen import VERSIONS, Goodbye, Probe, Probed
from playhead.wire.screen.limits import MAX_PADDING_BYTES

SIZES: Final = (0, 512, 1024, 1300, 1400, 2048, 4096, 8192, MAX_PADDING_BYTES)
"""Bytes of padding, one after the other: a path that loses large packets stands still at one of them."""
ROUNDS: Final = 5
"""Small probes, of which the quickest is the round trip."""
BURST: Final = 32
"""Probes of the largest size sent without waiting: 512 KiB, from whose time follows the rate."""
WAIT_S: Final = 2.0
"""For one answer. A lost packet is sent again several times within it (RFC 6298)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a connection can do. None: not measured, because it stood still before."""

    told: Probed
    """The first answer."""
    round_trip_us: int
    clock_ahead_us: int
    """How far the server's clock is ahead of ours, to half a round trip."""
    passed_bytes: int
    """The largest padding that came through both ways."""
    stuck_bytes: int | None
    """The first one that did not; None where all did."""
    up_bytes_per_s: int | None = None


async def measure(
    address: Address, *, tls: ssl.SSLContext | None, clock: Clock, network: Network | None = None
) -> Measured:
    """Connect beside whatever runs, probe, and close. Takes at most about 8 s, and well below one on a good network.

    Raises:
        UnavailableError: ``net.unreachable``, ``net.timeout``, ``net.closed``, ``net.silent``: no answer to the first.
        RefusedError: ``net.untrusted_server``, ``net.tls``; or in the server's own words (``screen.*``).
        ProtocolError: the server answers nonsense.
    """
    peer = await connect(address, tls=tls, clock=clock, network=network)
    try:
        return await _measure(peer, clock)
    finally:
        peer.abort()


async def _measure(peer: ScreenPeer, clock: Clock) -> Measured:
    told, round_trip_us, ahead_us = await _small(peer, clock)
    passed = 0
    for size in SIZES:
        try:
            await _ask(peer, Probe(VERSIONS, size, bytes(size)))
        except UnavailableError:
            return Measured(told, round_trip_us, ahead_us, passed, size)
        passed = size
    return Measured(told, round_trip_us, ahead_us, passed, None, await _rate(peer, clock))


async def _small(peer: ScreenPeer, clock: Clock) -> tuple[Probed, int, int]:
    """First answer, quickest round trip, and the clock's difference as that one shows it (RFC 5905 §8)."""
    best: tuple[Probed, int, int] | None = None
    for _ in range(ROUNDS):
        asked_us, wall_us = clock.monotonic_us(), clock.wall_us()
        answer = await _ask(peer, Probe(VERSIONS))
        took_us = clock.monotonic_us() - asked_us
        if best is None or took_us < best[1]:
            best = (answer, took_us, answer.wall_time_us - wall_us - took_us // 2)
    assert best is not None  # noqa: S101 - there is at least one round
    return best


async def _rate(peer: ScreenPeer, clock: Clock) -> int | None:
    """How fast the server takes bytes, from the second answer to the last: the first ones fill the path."""
    first_us = 0
    try:
        async with asyncio.timeout(WAIT_S):
            for _ in range(BURST):
                await peer.send(Probe(VERSIONS, 0, bytes(MAX_PADDING_BYTES)))
            for place in range(BURST):
                await _answer(peer)
                if place == 1:
                    first_us = clock.monotonic_us()
    except TimeoutError:
        return None
    took_us = max(1, clock.monotonic_us() - first_us)
    return (BURST - 2) * MAX_PADDING_BYTES * 1_000_000 // took_us


async def _ask(peer: ScreenPeer, probe: Probe) -> Probed:
    try:
        async with asyncio.timeout(WAIT_S):
            await peer.send(probe)
            return await _answer(peer)
    except TimeoutError as error:
        text = f"{peer.remote} did not answer a probe of {len(probe.padding)} bytes within {WAIT_S:g} s."
        raise UnavailableError("net.silent", text) from error


async def _answer(peer: ScreenPeer) -> Probed:
    message = await anext(aiter(peer), None)
    match message:
        case Probed():
            return message
        case Goodbye():
            raise RefusedError(message.code, message.message)
        case _:
            raise UnavailableError("net.closed", f"{peer.remote} closed the connection ({peer.end}).")
