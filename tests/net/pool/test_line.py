"""What a site sends beside its pool, within the same number."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from playhead.net.pool.line import Line
from playhead.testing.loop import run
from playhead.wire.pool.governor import BURST_BYTES_MIN, BURST_US


@given(st.integers(65_536, 10_000_000), st.lists(st.integers(1, 65_536), min_size=1, max_size=40), st.integers(1, 4))
def test_together_they_send_no_more_than_the_site_may(rate, sizes, senders):
    async def scenario(_simulation):
        line, loop = Line(), asyncio.get_running_loop()
        line.allow(rate)
        began = loop.time()

        async def send():
            for size in sizes:
                await line.take(size)

        await asyncio.gather(*(send() for _ in range(senders)))
        allowed = rate * (loop.time() - began) + max(rate * BURST_US / 1e6, BURST_BYTES_MIN)
        assert sum(sizes) * senders <= allowed + max(sizes)  # whoever goes last owes what it took

    run(scenario, seed=1)


def test_without_a_number_nobody_waits_and_a_new_one_holds_at_once():
    async def scenario(_simulation):
        line, loop = Line(), asyncio.get_running_loop()
        began = loop.time()
        for _ in range(100):
            await line.take(65_536)
        assert loop.time() == began
        line.allow(65_536)
        await line.take(65_536)
        await line.take(1)
        assert loop.time() > began + 0.5
        waiting = asyncio.ensure_future(line.take(1))
        await asyncio.sleep(0)
        line.allow(None)
        await waiting

    run(scenario, seed=1)
