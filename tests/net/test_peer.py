"""The loop that drives a core, in virtual time: what it holds, when it gives up, and how it says so."""

import asyncio

import pytest

from playhead.base.addresses import Address
from playhead.base.errors import ProtocolError, UnavailableError
from playhead.net.core import End, Timings
from playhead.net.peer import CLOSE_S, INBOUND_BYTES, OUTBOUND_BYTES, OUTBOUND_BYTES_MAX, READ_BYTES, Peer
from playhead.testing.loop import run
from playhead.testing.network import Conditions, SimNetwork
from playhead.wire.screen import (
    Accept,
    Connection,
    Goodbye,
    Heartbeat,
    Hello,
    Offer,
    Records,
    Role,
    Status,
    Welcome,
)

TIMINGS = Timings(handshake_s=10, heartbeat_s=10, silence_s=30)
HELLO = Hello((1,), "ws-1", "test")
WELCOME = Welcome(1, "site-1", bytes(32), 5)


class Raw(asyncio.Protocol):
    """A peer that follows no protocol."""

    def __init__(self):
        self.data = bytearray()
        self.lost = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data

    def connection_lost(self, _exc):
        self.lost.set()


class Scene:
    """Two ends on one simulated link."""

    def __init__(self, simulation, conditions=None):
        self.network = SimNetwork(simulation.chance, conditions or Conditions(delay_ms_max=1))
        self.clock = simulation.clock
        self.now = simulation.loop.time
        self.settled = 0

    def workstation(self):
        return Peer(lambda _: Connection(Role.WORKSTATION), clock=self.clock, timings=TIMINGS)

    def premises(self):
        return Peer(
            lambda _: Connection(Role.PREMISES, trusting=True),
            clock=self.clock,
            timings=TIMINGS,
            on_settled=self.settle,
        )

    def settle(self):
        self.settled += 1

    async def link(self, client, server):
        made = []
        listening = await self.network.host("server").listen(
            lambda: made.append(server()) or made[-1], Address("server", 0), None, strangers=asyncio.Semaphore(9)
        )
        return await self.network.host("client").connect(client, listening.address, None), made[0]

    async def open(self):
        ws, pr = await self.link(self.workstation, self.premises)
        await ws.send(HELLO)
        assert await anext(pr) == HELLO
        await pr.send(WELCOME)
        assert await anext(ws) == WELCOME
        return ws, pr


def play(scenario, seed=1, **conditions):
    async def act(simulation):
        return await scenario(Scene(simulation, Conditions(**{"delay_ms_max": 1} | conditions)))

    return run(act, seed=seed, limit_s=1000)


def test_messages_go_both_ways_and_goodbye_ends_it():
    async def scenario(scene):
        ws, pr = await scene.open()
        assert scene.settled == 1
        await ws.send(Status("idle"))
        await ws.close("net.closed", "Enough.")
        assert [message async for message in pr] == [Status("idle"), Goodbye("net.closed", "Enough.")]
        assert (ws.end, pr.end) == (End.CLOSED, End.GOODBYE)
        await pr.wait_closed()
        for peer in (ws, pr):
            with pytest.raises(UnavailableError) as caught:
                await peer.send(Status("idle"))
            assert caught.value.code == "net.closed"
            await peer.close()

    play(scenario)


def test_small_messages_of_one_turn_go_out_together():
    async def scenario(scene):
        raw, pr = await scene.link(Raw, scene.premises)
        writes = []
        write = pr._transport.write
        pr._transport.write = lambda data: (writes.append(data), write(data))
        pr.core.state = pr.core.state.OPEN
        for _ in range(10):
            pr.post(Heartbeat(1))
        assert pr.held_bytes > 0
        await asyncio.sleep(1)
        assert len(writes) == 1
        assert len(raw.data) == len(writes[0])
        assert pr.held_bytes == 0

    play(scenario)


def test_silence_is_filled_with_heartbeats():
    async def scenario(scene):
        ws, pr = await scene.open()
        begin = scene.now()
        for peer in (pr, ws):
            assert isinstance(await anext(peer), Heartbeat)
            assert scene.now() - begin == pytest.approx(10, abs=0.1)
        await ws.send(Status("idle"))
        await anext(pr)
        await anext(pr)
        assert scene.now() - begin == pytest.approx(20, abs=0.2)  # counted from the last thing sent
        assert ws.end is pr.end is None

    play(scenario)


def test_a_peer_that_is_not_heard_of_is_given_up():
    async def scenario(scene):
        ws, pr = await scene.open()
        begin = scene.now()
        scene.network.links[0].ends[0].silence()
        got = [message async for message in pr]
        assert got == []
        assert pr.end is End.SILENT
        assert scene.now() - begin == pytest.approx(30, abs=0.1)
        await pr.wait_closed()
        assert scene.now() - begin == pytest.approx(30 + CLOSE_S, abs=0.1)  # its goodbye could not be delivered
        assert ws.end is End.SILENT

    play(scenario)


@pytest.mark.parametrize("bite", [1, 100])
def test_a_peer_that_feeds_single_bytes_is_given_up(bite):
    async def scenario(scene):
        raw, pr = await scene.link(Raw, scene.premises)
        begin = scene.now()
        raw.transport.write(b"\0\0\x10\0\x01")
        while not raw.lost.is_set():
            raw.transport.write(bytes(bite))
            await asyncio.sleep(1)
        assert pr.end is End.TIMEOUT
        assert scene.settled == 1
        assert scene.now() - begin < 12
        assert b"net.timeout" in raw.data

    play(scenario)


def test_a_peer_that_feeds_single_bytes_after_the_handshake_is_given_up():
    async def scenario(scene):
        ws, pr = await scene.open()
        begin = scene.now()
        ws._timer.cancel()
        ws._transport.write(b"\0\0\x10\0\x01")
        for _ in range(60):
            if pr.end is None:
                ws._transport.write(b"x")
            await asyncio.sleep(1)
        assert pr.end is End.SILENT
        assert scene.now() - begin >= 30

    play(scenario)


def test_a_handshake_that_does_not_come_to_an_end_is_given_up():
    async def scenario(scene):
        ws, pr = await scene.link(scene.workstation, scene.premises)
        await ws.send(HELLO)
        begin = scene.now()
        # The premises never answers: both give up.
        assert [message async for message in ws][-1:] in ([], [Goodbye("net.timeout", "The handshake took too long.")])
        assert {ws.end, pr.end} <= {End.TIMEOUT, End.GOODBYE}
        assert scene.now() - begin == pytest.approx(10, abs=0.1)

    play(scenario)


def accepted(ws, pr):
    async def shake():
        await ws.send(Offer(1, bytes(16), bytes(16), b"h"))
        await anext(pr)
        await pr.send(Accept(1, 0))
        await anext(ws)

    return shake()


def test_who_is_behind_stops_reading_and_the_sender_waits():
    async def scenario(scene):
        ws, pr = await scene.open()
        await accepted(ws, pr)
        sent = 0

        async def pour():
            nonlocal sent
            while True:
                await ws.send(Records(1, sent, bytes(60_000)))
                sent += 60_000

        pouring = asyncio.create_task(pour())
        await asyncio.sleep(25)
        stopped_at = sent
        await asyncio.sleep(25)
        assert sent == stopped_at  # nothing moves while the owner of pr does not read
        assert INBOUND_BYTES < pr.held_bytes <= INBOUND_BYTES + READ_BYTES + 60_017
        assert ws.held_bytes <= OUTBOUND_BYTES + 60_017
        assert ws.end is pr.end is None  # the silence was ours
        taken = 0
        while taken < 10 * INBOUND_BYTES:
            message = await anext(pr)
            if isinstance(message, Records):
                assert message.offset == taken
                taken += len(message.data)
        assert pr.end is None
        pouring.cancel()

    play(scenario, piece_bytes_max=200_000)


async def drain(peer):
    async for _ in peer:
        pass


def test_a_slow_peer_is_borne_as_long_as_it_takes_something():
    async def scenario(scene):
        ws, pr = await scene.open()
        await accepted(ws, pr)
        scene.network.conditions.piece_bytes_max = 3000
        scene.network.conditions.delay_ms_max = 2000  # about 1.5 kB/s
        for number in range(60):
            ws.post(Records(1, number * 10_000, bytes(10_000)))
            await asyncio.sleep(0)
        assert ws.held_bytes > OUTBOUND_BYTES
        reading = asyncio.create_task(drain(pr))
        await ws.send(Status("idle"))
        assert ws.end is None
        assert pr.end is None
        reading.cancel()

    play(scenario)


def test_writers_learn_that_a_peer_does_not_read():
    async def scenario(scene):
        ws, pr = await scene.open()
        await accepted(ws, pr)
        begin, sent = scene.now(), 0
        with pytest.raises(UnavailableError) as caught:  # noqa: PT012 - it happens after some writes
            while True:
                await ws.send(Records(1, sent, bytes(60_000)))
                sent += 60_000
                assert ws.held_bytes <= OUTBOUND_BYTES_MAX
        assert caught.value.code == "net.closed"
        assert ws.end is End.STALLED
        assert scene.now() - begin == pytest.approx(60, abs=30)
        assert pr.end is not None

    play(scenario)


def test_who_posts_without_waiting_gives_the_peer_up_at_the_limit():
    async def scenario(scene):
        ws, pr = await scene.open()
        await accepted(ws, pr)
        ws_transport, offset = ws._transport, 0
        scene.network.links[0].stall(100)
        while ws_transport.get_write_buffer_size() + 60_017 <= OUTBOUND_BYTES_MAX:
            ws.post(Records(1, offset, bytes(60_000)))
            offset += 60_000
            await asyncio.sleep(0)
        assert ws.end is None
        ws.post(Records(1, offset, bytes(60_000)))
        await asyncio.sleep(0.1)
        assert ws.end is End.STALLED
        with pytest.raises(UnavailableError):
            ws.post(Records(1, offset, b"x"))

    play(scenario)


def test_a_fault_is_raised_after_the_messages_before_it_and_told_to_the_peer():
    async def scenario(scene):
        raw, pr = await scene.link(Raw, scene.premises)
        sender = Connection(Role.WORKSTATION)
        sender.send(HELLO)
        raw.transport.write(b"".join(sender.data_to_send()) + b"\0\0\0\0\xff")
        assert await anext(pr) == HELLO
        with pytest.raises(ProtocolError) as caught:
            await anext(pr)
        assert caught.value.code == "screen.frame_type"
        assert [message async for message in pr] == []
        assert pr.end is End.FAULT
        await raw.lost.wait()
        assert b"screen.frame_type" in raw.data
        assert b"Traceback" not in raw.data

    play(scenario)


@pytest.mark.parametrize(("written", "end", "raises"), [(b"", End.EOF, False), (b"\0\0", End.FAULT, True)])
def test_the_end_of_the_stream(written, end, raises):
    async def scenario(scene):
        raw, pr = await scene.link(Raw, scene.premises)
        raw.transport.write(written)
        raw.transport.close()
        await pr.wait_closed()
        assert pr.end is end
        if raises:
            with pytest.raises(ProtocolError) as caught:
                await anext(pr)
            assert caught.value.code == "screen.truncated"
        assert [message async for message in pr] == []

    play(scenario)


def test_a_lost_connection_ends_the_iteration_and_wakes_who_waits():
    async def scenario(scene):
        ws, pr = await scene.open()
        waiting = asyncio.create_task(anext(pr, None))
        await asyncio.sleep(1)
        scene.network.links[0].cut()
        assert await waiting is None
        await ws.wait_closed()
        assert ws.end is pr.end is End.LOST

    play(scenario)


def test_a_cancelled_reader_leaves_no_trace():
    async def scenario(scene):
        ws, pr = await scene.open()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(pr), 1)
        await ws.send(Status("idle"))
        assert await anext(pr) == Status("idle")

    play(scenario)


def test_closing_takes_no_longer_than_its_limit_whatever_the_peer_does():
    async def scenario(scene):
        ws, _ = await scene.open()
        scene.network.links[0].ends[1].silence()
        begin = scene.now()
        await ws.close()
        assert scene.now() - begin == pytest.approx(CLOSE_S, abs=0.1)
        assert ws.end is End.CLOSED

    play(scenario)


def test_what_was_received_before_the_end_is_still_delivered():
    async def scenario(scene):
        ws, pr = await scene.open()
        await ws.send(Status("idle"))
        await ws.send(Status("recording"))
        await asyncio.sleep(1)
        ws.abort()
        await pr.wait_closed()
        assert [message async for message in pr] == [Status("idle"), Status("recording")]

    play(scenario)
