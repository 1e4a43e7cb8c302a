import asyncio

import pytest

from playhead.base.addresses import Address
from playhead.base.errors import UnavailableError
from playhead.testing.loop import run
from playhead.testing.network import Conditions, SimNetwork


class Recorder(asyncio.Protocol):
    """Notes what its transport tells it."""

    def __init__(self):
        self.data = b""
        self.events = []
        self.transport = None
        self.over = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        self.events.append("made")

    def data_received(self, data):
        self.data += data

    def eof_received(self):
        self.events.append("eof")

    def pause_writing(self):
        self.events.append("pause")

    def resume_writing(self):
        self.events.append("resume")

    def connection_lost(self, exc):
        self.events.append("lost" if exc is None else type(exc).__name__)
        self.over.set()


class Buffered(asyncio.BufferedProtocol):
    """The same by way of a buffer of three bytes."""

    def __init__(self):
        self.data = b""
        self.buffer = bytearray(3)

    def connection_made(self, transport):
        pass

    def get_buffer(self, _sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.data += self.buffer[:nbytes]


def simulate(play, *, seed=1, client=Recorder, server=Recorder, conditions=None):
    async def scenario(simulation):
        network = SimNetwork(simulation.chance, conditions)
        made = []
        gate = asyncio.Semaphore(100)
        listening = await network.host("server").listen(
            lambda: made.append(server()) or made[-1], Address("server", 0), None, strangers=gate
        )
        mine = await network.host("client").connect(client, listening.address, None)
        return await play(network, mine, made[0], listening)

    return run(scenario, seed=seed, limit_s=1000)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("server", [Recorder, Buffered])
def test_everything_arrives_in_order_in_pieces(seed, server):
    content = bytes(range(256)) * 400

    async def play(_, mine, other, __):
        for start in range(0, len(content), 7000):
            mine.transport.write(content[start : start + 7000])
        await asyncio.sleep(100)
        return other.data

    assert simulate(play, seed=seed, server=server, conditions=Conditions(piece_bytes_max=5000)) == content


def test_a_close_delivers_what_was_written_and_the_end():
    async def play(network, mine, other, _):
        mine.transport.write(b"x" * 1000)
        mine.transport.close()
        mine.transport.write(b"too late")
        await mine.over.wait()
        await other.over.wait()
        assert other.data == b"x" * 1000
        assert other.events == ["made", "eof", "lost"]
        assert mine.events == ["made", "lost"]
        assert network.links == []

    simulate(play)


def test_writers_are_paused_while_the_reader_is():
    async def play(_, mine, other, __):
        other.transport.pause_reading()
        mine.transport.set_write_buffer_limits(high=1000)
        mine.transport.write(bytes(1001))
        assert mine.events == ["made", "pause"]
        await asyncio.sleep(60)
        assert other.data == b""
        assert mine.transport.get_write_buffer_size() == 1001
        other.transport.resume_reading()
        await asyncio.sleep(60)
        assert len(other.data) == 1001
        assert mine.events == ["made", "pause", "resume"]

    simulate(play)


def test_a_cut_is_told_to_both_and_what_was_on_its_way_is_lost():
    async def play(network, mine, other, _):
        mine.transport.write(bytes(1000))
        network.links[0].cut()
        await asyncio.sleep(10)
        assert mine.events == other.events == ["made", "ConnectionResetError"]
        assert other.data == b""

    simulate(play)


@pytest.mark.parametrize("side", [0, 1])
def test_a_half_cut_is_told_to_one_side_only(side):
    async def play(network, mine, other, _):
        network.links[0].cut_half(side)
        ends = [mine, other]
        ends[1 - side].transport.write(b"into the void")
        await asyncio.sleep(1000 - 10)
        assert ends[side].events == ["made", "ConnectionResetError"]
        assert ends[1 - side].events == ["made"]
        assert ends[side].data == b""
        ends[1 - side].transport.abort()
        await asyncio.sleep(1)
        assert ends[1 - side].events == ["made", "lost"]

    simulate(play)


def test_a_stall_ends():
    async def play(network, mine, other, _):
        network.links[0].stall(60)
        mine.transport.write(b"late")
        await asyncio.sleep(59)
        assert other.data == b""
        await asyncio.sleep(2)
        assert other.data == b"late"

    simulate(play)


def test_an_abort_is_told_to_the_other_side():
    async def play(_, mine, other, __):
        mine.transport.abort()
        await other.over.wait()
        assert mine.events == ["made", "lost"]
        assert other.events == ["made", "ConnectionResetError"]

    simulate(play)


@pytest.mark.parametrize("silent", [False, True])
def test_a_crashed_host_is_never_heard_of_again(silent):
    async def play(network, mine, other, listening):
        network.crash("server", silent=silent)
        await asyncio.sleep(1)
        assert other.events == ["made"]
        assert mine.events == (["made"] if silent else ["made", "ConnectionResetError"])
        with pytest.raises(UnavailableError) as caught:
            await network.host("client").connect(Recorder, listening.address, None)
        assert caught.value.code == "net.unreachable"

    simulate(play)


def test_who_does_not_listen_cannot_be_reached_and_a_port_is_listened_on_once():
    async def play(network, _, __, listening):
        with pytest.raises(UnavailableError) as caught:
            await network.host("x").listen(Recorder, listening.address, None, strangers=asyncio.Semaphore(1))
        assert caught.value.code == "net.port_taken"
        await listening.close()
        with pytest.raises(UnavailableError) as caught:
            await network.host("client").connect(Recorder, listening.address, None)
        assert caught.value.code == "net.unreachable"
        network.conditions.reachable = False
        with pytest.raises(UnavailableError) as caught:
            await network.host("client").connect(Recorder, listening.address, None)
        assert caught.value.code == "net.timeout"

    simulate(play)
