"""Commands without any transport: what nobody can read."""

import json

from playhead.net.messaging import Message
from playhead.premises.messaging.commands import MINUTE_MAX, Commands
from playhead.testing.clock import SimClock
from playhead.testing.site import FakeControl


async def test_what_nobody_can_read_is_kept_for_a_person_but_not_without_end():
    clock, buried = SimClock(), []

    async def bury(message, code, _sentence):
        buried.append((message.sender, code))

    commands = Commands(None, FakeControl(), bury, "/playhead/sites/a", clock)

    async def said(sender):
        answer = await commands.handle(Message("m", "playhead.command.x", b"start!", sender))
        return json.loads(answer.body)["data"]["code"]

    assert {await said("crm") for _ in range(MINUTE_MAX)} == {"message.malformed"}
    assert await said("crm") == "command.too_many"
    assert await said("board") == "message.malformed"
    assert buried == [("crm", "message.malformed")] * MINUTE_MAX + [("board", "message.malformed")]
    clock.advance(60_000_000)
    assert await said("crm") == "message.malformed"
