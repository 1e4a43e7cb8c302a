"""What a workstation keeps of what was refused is offered again, or removed, as a person decided; now or later."""

import asyncio
import contextlib
from dataclasses import dataclass

import pytest
from premises.screen.rig import Desk, Premises, unique

from playhead.base.clock import SystemClock
from playhead.base.errors import ConflictError
from playhead.base.ids import RecordingId
from playhead.domain.quarantine import Order
from playhead.premises.aside import AsideOrders
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.quarantine import list_quarantined
from playhead.testing.segments import MadeSegment
from playhead.wire.screen import Ack, Command, Decline, End, Result, Status

TOLD = Order("retry", "told")
WAITING = Order("retry")


@dataclass
class World:
    """A premises with one refused segment in its list, which its desk has set aside."""

    premises: Premises
    orders: AsideOrders
    desk: Desk
    made: MadeSegment

    async def listed(self):
        async with self.premises.catalogue.reading() as connection:
            return await list_quarantined(connection, before=None, limit=10)

    async def give(self, name):
        (found,) = await self.listed()
        return await self.orders.give(found, name)

    async def until(self, *expected):
        """The list is of things with these orders."""

        async def is_so():
            return tuple(one.order for one in await self.listed()) == expected

        await self.premises.until(is_so)

    @contextlib.asynccontextmanager
    async def connected(self, **more):
        async with self.desk.connected(**({"aside": True} | more)) as conversation:
            await conversation.peer.send(Status("idle"))
            yield conversation

    async def answer(self, conversation, name, *, ok=True, message=""):
        command = await conversation.next(Command)
        assert (command.name, command.segment) == (name, self.made.header.segment.bytes)
        await conversation.peer.send(Result(command.id, ok=ok, message=message))

    async def refuse(self, conversation):
        """Offer it under a recording that it is not of, so that it is refused for good."""
        refusal = await conversation.offer(self.made, recording=unique(RecordingId).bytes)
        assert isinstance(refusal, Decline)
        assert refusal.final


@pytest.fixture
async def world(tmp_path):
    async with Premises(tmp_path).running() as premises:
        desk = await premises.desk()
        orders = AsideOrders(premises.catalogue, premises.service, AuditTrail(premises.catalogue, SystemClock()))
        world = World(premises, orders, desk, desk.made())
        async with world.connected() as conversation:
            await world.refuse(conversation)
            await world.until(None)
        telling = asyncio.create_task(orders.run())
        yield world
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def test_a_workstation_that_is_there_offers_it_again_at_once_and_it_goes_off_the_list(world):
    async with world.connected() as conversation:
        await world.premises.until(lambda: speaks(world))
        giving = asyncio.create_task(world.give("retry"))
        await world.answer(conversation, "aside_retry")
        assert await giving == TOLD
        await world.until(TOLD)
        accepted = await conversation.offer(world.made)
        await conversation.send(world.made.data[accepted.offset :], accepted.offset)
        await conversation.peer.send(End(conversation.channel, len(world.made.data), "sealed"))
        while not (await conversation.next(Ack)).final:
            pass
        await world.until()


async def test_one_that_is_away_is_told_when_it_comes_and_not_again(world):
    assert await world.give("retry") == WAITING
    await world.until(WAITING)
    async with world.connected() as conversation:
        await world.answer(conversation, "aside_retry")
        await world.until(TOLD)
    async with world.connected() as conversation:
        await world.premises.until(lambda: speaks(world))
        asked = asyncio.create_task(world.premises.service.command(world.desk.name, "status"))
        command = await conversation.next(Command)
        assert command.name == "status", "the first that comes: the order was told before"
        await conversation.peer.send(Result(command.id, ok=True))
        await asked


async def test_what_is_refused_again_waits_for_another_decision(world):
    async with world.connected() as conversation:
        await world.premises.until(lambda: speaks(world))
        giving = asyncio.create_task(world.give("retry"))
        command = await conversation.next(Command)
        await world.refuse(conversation)

        async def was_tried_twice():
            return [one.attempts for one in await world.listed()] == [2]

        await world.premises.until(was_tried_twice)
        await conversation.peer.send(Result(command.id, ok=True))
        await giving
        await world.until(None)


async def test_a_decision_outlives_a_refusal_that_comes_before_it_was_told(world):
    await world.give("drop")
    async with world.connected(aside=False) as conversation:
        await world.refuse(conversation)

        async def was_tried_twice():
            return [(one.attempts, one.order) for one in await world.listed()] == [(2, Order("drop"))]

        await world.premises.until(was_tried_twice)


async def test_an_old_program_is_not_told_what_it_does_not_know(world):
    async with world.connected(aside=False) as conversation:
        await world.premises.until(lambda: speaks(world))
        assert await world.give("retry") == WAITING
        asked = asyncio.create_task(world.premises.service.command(world.desk.name, "status"))
        command = await conversation.next(Command)
        assert command.name == "status"
        await conversation.peer.send(Result(command.id, ok=True))
        await asked


async def test_what_is_given_up_is_off_the_list_once_the_workstation_has_removed_it(world):
    assert await world.give("drop") == Order("drop")
    await world.until(Order("drop"))
    async with world.connected() as conversation:
        await world.answer(conversation, "aside_drop")
        await world.until()

        async def is_noted():
            async with world.premises.catalogue.reading() as connection:
                return [one.actor for one in await list_audit(connection) if one.action == "quarantine.removed"]

        await world.premises.until(is_noted)
        assert await is_noted() == ["desk-1"]


async def test_what_the_workstation_cannot_do_is_said(world):
    async with world.connected() as conversation:
        await world.premises.until(lambda: speaks(world))
        giving = asyncio.create_task(world.give("retry"))
        await world.answer(conversation, "aside_retry", ok=False, message="It is gone.")
        failed = Order("retry", "failed", "It is gone.")
        assert await giving == failed
        await world.until(failed)


async def test_nobody_waits_for_a_workstation_that_is_not_enrolled_any_more(world):
    world.orders = AsideOrders(world.premises.catalogue, Nobody(), AuditTrail(world.premises.catalogue, SystemClock()))
    with pytest.raises(ConflictError) as caught:
        await world.give("retry")
    assert caught.value.code == "quarantine.workstation_gone"
    assert await world.give("drop") is None
    assert await world.listed() == []


class Nobody:
    def workstations(self):
        return []


async def speaks(world):
    """It has told what it does, and was told what had waited for it."""
    (live,) = world.premises.service.workstations()
    arrivals = world.orders._arrivals
    was_told = arrivals._told_us.get(live.id) == live.changed_at_us and not arrivals._tasks
    return live.connected and live.state == "idle" and was_told
