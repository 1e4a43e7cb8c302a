"""What waits for one who may be slow."""

import asyncio

from playhead.net.inbox import Inbox


async def test_in_order_one_by_one_or_all_at_once() -> None:
    inbox: Inbox[int] = Inbox()
    assert await inbox.next(0) is None
    assert await inbox.all(0) == []
    for one in range(4):
        inbox.add(one)
    inbox.drop_oldest()
    assert (len(inbox), await inbox.next(0)) == (3, 1)
    assert await inbox.all(0) == [2, 3]
    inbox.add(5)
    inbox.clear()
    assert await inbox.next(0) is None


async def test_who_waits_is_told_at_once() -> None:
    inbox: Inbox[str] = Inbox()
    waiting = asyncio.ensure_future(inbox.next(60))
    await asyncio.sleep(0)
    inbox.add("x")
    assert await waiting == "x"
