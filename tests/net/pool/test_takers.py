"""Streams without coroutines: whoever takes what comes, and has what goes when it is asked for."""

import asyncio

import pytest
from net.pool.site import accepting, dialing, identify

from playhead.base.addresses import Address
from playhead.base.errors import UnavailableError
from playhead.net.network import SystemNetwork
from playhead.net.pool import Pools
from playhead.wire.pool import Outgoing

SENT = bytes(range(256)) * 8_000


class Echo:
    """Gives back what it takes."""

    def __init__(self, end, stream):
        self.end, self.stream = end, stream
        self.broken = asyncio.get_running_loop().create_future()
        self.outgoing = stream.source = Outgoing(limit_bytes=len(SENT))

    def note_data(self, data):
        self.outgoing.write(bytes(data))
        self.end.consume(self.stream, len(data))
        self.end.wake(self.stream)

    def note_ended(self):
        self.end.finish(self.stream)

    def note_broken(self, code):
        self.broken.set_result(code)


class Asking:
    """Sends, and keeps what comes."""

    def __init__(self):
        self.outgoing, self.got = Outgoing(limit_bytes=len(SENT)), bytearray()
        self.over = asyncio.get_running_loop().create_future()
        self.begun = asyncio.Event()

    def note_data(self, data):
        self.got += data
        self.begun.set()
        self.end.consume(self.stream, len(data))

    def note_ended(self):
        self.over.set_result(None)

    def note_broken(self, code):
        self.over.set_exception(UnavailableError(code, "broken"))

    def ask(self, end):
        self.end = end
        self.outgoing.write(SENT)
        self.stream = end.open_for("echo", self, self.outgoing)
        end.finish(self.stream)


@pytest.fixture
async def echoes():
    taken = []

    def take(end, stream):
        taken.append(Echo(end, stream))
        return taken[-1]

    async def refuse(_end, _caller, stream):
        stream.reset("test.unwanted")

    pools = Pools(refuse, identify, take=take)
    listening = await pools.listen(Address("127.0.0.1", 0), None, SystemNetwork(receive_buffer_bytes=None))
    yield listening.address, taken
    await listening.close()
    await pools.close()


async def test_everything_comes_back(echoes):
    address, taken = echoes
    async with dialing(address) as end:
        one = Asking()
        one.ask(end)
        await asyncio.wait_for(one.over, 20)
        assert one.got == SENT
        assert [echo.broken.done() for echo in taken] == [False]


async def test_both_hear_that_it_is_broken(echoes):
    address, taken = echoes
    async with dialing(address) as end:
        one = Asking()
        one.ask(end)
        await asyncio.wait_for(one.begun.wait(), 20)
        end.reset(one.stream, "test.enough")
        assert await asyncio.wait_for(taken[0].broken, 20) == "test.enough"


async def test_who_closes_the_pool_is_told_too():
    async with accepting() as (_, address), dialing(address) as end:
        one = Asking()
        one.ask(end)
        await end.close("test.closed")
        with pytest.raises(UnavailableError, match="broken"):
            await asyncio.wait_for(one.over, 20)
