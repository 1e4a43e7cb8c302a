"""What only a real broker does: it goes away, has no room, refuses, keeps strangers out."""

import asyncio
import json
import logging
from urllib.parse import quote

import aio_pika
import msgspec
import pytest
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import ChannelAccessRefused
from broker.bus import PASSWORDS
from broker.rabbit import MEMORY
from broker.test_contract import Failing, command, numbered, up

from playhead.base.addresses import Address
from playhead.net.messaging import State, rabbitmq
from playhead.net.messaging.rabbitmq import COMMANDS, DEAD, EVENTS
from playhead.premises.messaging import commands, relay, service
from playhead.store.catalogue.dead_letters import retry_dead_letter


async def reached(bus, state):
    while bus.service.transport.state is not state:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.02)


async def subscribed(bus):
    """As soon as the queue has a leader again."""
    while True:
        bus.connections.clear()
        try:
            return await bus.subscribe("all", "#")
        except AMQPError:
            await asyncio.sleep(0.1)


@pytest.fixture
async def bus(through_rabbit):
    await through_rabbit.start()
    return through_rabbit


class TestOutage:
    async def test_a_broker_that_is_killed_misses_nothing_and_what_waited_comes_in_order(self, bus, rabbit):
        inbox = await bus.subscribe("all", "#")
        await bus.tell(*(numbered(f"s{number % 5}", number) for number in range(50)))
        got = await inbox.many(50)
        await asyncio.to_thread(rabbit.settle)
        rabbit.kill()
        try:
            await reached(bus, State.AWAY)
            for begin in range(50, 500, 50):  # recording goes on
                await bus.tell(*(numbered(f"s{number % 5}", number) for number in range(begin, begin + 50)))
            assert await bus.waiting() == 450
        finally:
            await asyncio.to_thread(rabbit.start)
        again = await subscribed(bus)
        seen = {one["id"] for one in got}
        while len(seen) < 500:
            one = await again.next()
            if one["id"] not in seen:  # at least once: what was not confirmed may come again
                seen.add(one["id"])
                got.append(one)
        for subject in range(5):
            mine = [one["data"][0] for one in got if one["subject"] == f"s{subject}"]
            assert mine == [number for number in range(500) if number % 5 == subject]
        await bus.drained()

    async def test_a_broker_without_room_is_waited_for(self, bus, rabbit):
        inbox = await bus.subscribe("all", "#")
        await asyncio.to_thread(rabbit.set_memory, "1")
        try:
            for number in range(20):
                await bus.tell(numbered("s", number))
            await reached(bus, State.BLOCKED)
            assert await bus.waiting() == 20
        finally:
            await asyncio.to_thread(rabbit.set_memory, MEMORY)
        assert [one["data"][0] for one in await inbox.many(20)] == list(range(20))
        await bus.drained()
        assert bus.service.transport.state is State.READY

    async def test_a_connection_that_is_closed_by_the_broker_comes_back(self, bus, rabbit):
        inbox = await bus.subscribe("all", "#")
        mine = [
            one["name"]
            for one in await asyncio.to_thread(connections, rabbit, bus.config.vhost)
            if one["user"] == "playhead"
        ]
        assert len(mine) == 2
        await asyncio.to_thread(rabbit.ask, "DELETE", f"/api/connections/{quote(mine[0])}")
        await bus.tell(up(1))
        assert (await inbox.next())["id"] == up(1).id
        assert (await bus.order(command()))[1]["data"]["ok"]


def connections(rabbit, vhost):
    """The management API learns of connections some seconds late."""
    while True:
        found = [one for one in rabbit.ask("GET", f"/api/vhosts/{vhost}/connections") if one.get("user")]
        if len(found) >= 3:
            return found


class TestDeadLetters:
    async def test_an_event_for_a_full_queue_waits_for_a_person_and_can_be_tried_again(self, bus, monkeypatch):
        monkeypatch.setattr(relay, "REFUSED", quick(relay.REFUSED))
        channel = await (await bus.connect("crm")).channel()
        arguments = {"x-queue-type": "classic", "x-max-length": 1, "x-overflow": "reject-publish"}
        queue = await channel.declare_queue("crm.small", durable=True, arguments=arguments)
        await queue.bind(EVENTS, "#")
        await bus.tell(numbered("a", 1), numbered("a", 2))
        (letter,) = await bus.dead(1)
        assert (letter.direction, letter.message_id, letter.code) == ("out", "a-2", "messaging.refused")
        await bus.drained()
        assert (await queue.get()).message_id == "a-1"
        async with bus.site.catalogue.writing() as connection:
            await retry_dead_letter(connection, letter.id)
        await bus.drained()
        again = await queue.get()
        assert json.loads(again.body)["data"] == [2]

    async def test_a_command_that_nobody_takes_in_time_is_one(self, bus):
        await bus.stop()
        await bus.order(command(), reply_to="", expiration=0.001)
        bus.make()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rabbitmq.RabbitMq, "_handle", never)
            await bus.start()
            (letter,) = await bus.dead(1)
        assert (letter.direction, letter.code, letter.subject) == ("in", "message.expired", "crm")
        assert bus.site.control.asked == []

    async def test_they_wait_in_the_broker_while_the_catalogue_cannot_be_used(self, bus, monkeypatch):
        monkeypatch.setattr(service, "bury_message", Failing(service.bury_message, 3))
        monkeypatch.setattr(commands, "begin_handling", Failing(commands.begin_handling, 100))
        await bus.order(command(), reply_to="")
        (letter,) = await bus.dead(1)
        assert letter.code == "message.failed"


async def never(*_):
    await asyncio.Event().wait()


def quick(backoff):
    return type(backoff)(attempts_max=backoff.attempts_max, first_us=1_000, longest_us=1_000)


class TestRights:
    @pytest.mark.parametrize("name", ["playhead", "crm", "board"])
    @pytest.mark.parametrize("queue", ["other.queue", "playhead.more", COMMANDS])
    async def test_nobody_declares_what_is_not_theirs(self, through_rabbit, name, queue):
        channel = await (await through_rabbit.connect(name)).channel()
        with pytest.raises(ChannelAccessRefused):
            await channel.declare_queue(queue, durable=True)

    @pytest.mark.parametrize("name", ["crm", "board"])
    async def test_nobody_but_the_server_tells_events(self, through_rabbit, name):
        with pytest.raises(ChannelAccessRefused):
            await published(through_rabbit, name, EVENTS, "playhead.workstation.up.v1")

    async def test_a_subscriber_gives_no_commands(self, through_rabbit):
        with pytest.raises(ChannelAccessRefused):
            await published(through_rabbit, "board", COMMANDS, "playhead.command.start.v1")

    async def test_the_server_gives_none_either(self, through_rabbit):
        with pytest.raises(ChannelAccessRefused):
            await published(through_rabbit, "playhead", COMMANDS, "playhead.command.start.v1")

    @pytest.mark.parametrize("queue", [COMMANDS, DEAD])
    async def test_nobody_but_the_server_reads_commands(self, through_rabbit, queue):
        channel = await (await through_rabbit.connect("crm")).channel()
        with pytest.raises(ChannelAccessRefused):
            await (await channel.get_queue(queue)).get(fail=False)

    async def test_a_command_in_somebody_elses_name_is_refused_by_the_broker(self, through_rabbit):
        with pytest.raises(AMQPError):
            await published(through_rabbit, "crm", COMMANDS, "playhead.command.start.v1", user_id="root")

    async def test_the_accounts_are_what_was_provisioned_however_often(self, through_rabbit, rabbit):
        through_rabbit.provision()
        permissions = await asyncio.to_thread(
            rabbit.ask, "GET", f"/api/vhosts/{through_rabbit.config.vhost}/permissions"
        )
        assert {one["user"] for one in permissions} >= set(PASSWORDS)


async def published(bus, name, exchange, key, **more):
    channel = await (await bus.connect(name)).channel()
    to = await channel.get_exchange(exchange, ensure=False)
    await to.publish(aio_pika.Message(b"{}", **more), key, mandatory=False)


class TestTls:
    def config(self, bus, rabbit, authority):
        address = Address("127.0.0.1", rabbit.tls_port)
        return msgspec.structs.replace(bus.config, broker=address, security="tls", authority=authority)

    async def test_events_go_over_it(self, through_rabbit, rabbit, certificates):
        bus = through_rabbit
        bus.config = self.config(bus, rabbit, certificates / "certificate.pem")
        await bus.start()
        inbox = await bus.subscribe("all", "#")
        await bus.tell(up(1))
        assert (await inbox.next())["id"] == up(1).id

    async def test_a_broker_that_nobody_vouches_for_gets_no_password(self, through_rabbit, rabbit, capsys):
        bus = through_rabbit
        bus.config = self.config(bus, rabbit, None)
        bus.make()
        running = asyncio.create_task(bus.service.run())
        said = ""
        while "broker away" not in said:
            said += capsys.readouterr().out
            await asyncio.sleep(0.02)
        running.cancel()
        assert "certificate verify failed" in said.lower()
        assert PASSWORDS["playhead"] not in said

    async def test_a_wrong_password_is_said_and_not_shown(self, through_rabbit, capsys, caplog):
        bus = through_rabbit
        bus.config.password_file.write_text("not-the-password")
        bus.make()
        with caplog.at_level(logging.DEBUG):
            running = asyncio.create_task(bus.service.run())
            said = ""
            while "broker away" not in said:
                said += capsys.readouterr().out
                await asyncio.sleep(0.02)
            bus.config.password_file.write_text(PASSWORDS["playhead"])  # no restart is needed
            await asyncio.wait_for(bus.service.transport.ready(), 60)
            running.cancel()
        assert "not-the-password" not in said + caplog.text
        assert PASSWORDS["playhead"] not in said + caplog.text
