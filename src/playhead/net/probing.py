"""Probes a premises server over the screen protocol (docs/wire/screen.md §13), and tells what was measured."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import RefusedError, UnavailableError
from playhead.net.network import Network
from playhead.net.screen import ScreenPeer, connect
from playhead.wire.screen import VERSIONS, Goodbye, Probe, Probed
from playhead.wire.screen.limits import MAX_PADDING_BYTES

SIZES: Final = (512, 1024, 1200, 1300, 1400, 2048, 4096)
"""Bytes of padding, one after the other: a path that loses large packets stands still at one of them. From the last but
one on there is a full packet in each, so that none larger need be tried."""
ROUNDS: Final = 3
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
    """How fast the server takes bytes on one connection."""


async def measure(
    address: Address,
    *,
    tls: ssl.SSLContext | None,
    clock: Clock,
    thorough: bool = True,
    on_told: Callable[[Probed], None] | None = None,
    network: Network | None = None,
) -> Measured:
    """Connect beside whatever runs, probe, and close. On a good network that takes a fraction of a second.

    Args:
        address: of a premises server.
        tls: a context of `playhead.net.tls`; None for plain TCP.
        clock: for round trips, and to be compared with the server's.
        thorough: also sizes and the rate.
        on_told: called with the first answer, while the rest goes on.
        network: for simulations.

    Raises:
        UnavailableError: ``net.unreachable``, ``net.timeout``, ``net.closed``, ``net.silent``: no answer to the first.
        RefusedError: ``net.untrusted_server``, ``net.tls``; or in the server's own words (``screen.*``).
        ProtocolError: the server answers nonsense.
    """
    peer = await connect(address, tls=tls, clock=clock, network=network)
    try:
        return await _measure(peer, clock, on_told or _nobody, thorough=thorough)
    finally:
        peer.abort()


def _nobody(_told: Probed) -> None:
    pass


async def _measure(peer: ScreenPeer, clock: Clock, on_told: Callable[[Probed], None], *, thorough: bool) -> Measured:
    told, round_trip_us, ahead_us = await _small(peer, clock)
    on_told(told)
    passed = 0
    if not thorough:
        return Measured(told, round_trip_us, ahead_us, passed, None)
    for size in SIZES:
        try:
            await _ask(peer, Probe(VERSIONS, size, bytes(size)))
        except UnavailableError:
            return Measured(told, round_trip_us, ahead_us, passed, size)
        passed = size
    return Measured(told, round_trip_us, ahead_us, passed, None, await _rate(peer, clock, round_trip_us))


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


async def _rate(peer: ScreenPeer, clock: Clock, round_trip_us: int) -> int:
    """Bytes a second that the server takes: from the first byte to the last answer, less a round trip."""
    began_us = last_us = clock.monotonic_us()
    answered = 0
    with suppress(TimeoutError):  # then it is what came within the time
        async with asyncio.timeout(WAIT_S):
            for _ in range(BURST):
                await peer.send(Probe(VERSIONS, 0, bytes(MAX_PADDING_BYTES)))
            for _ in range(BURST):
                await _answer(peer)
                answered += 1
                last_us = clock.monotonic_us()
    took_us = last_us - began_us if answered == BURST else clock.monotonic_us() - began_us
    return answered * MAX_PADDING_BYTES * 1_000_000 // max(1, took_us - round_trip_us)


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
