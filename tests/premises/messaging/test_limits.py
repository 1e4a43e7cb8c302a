"""The outbox, its limits and dead letters, without any transport."""

import json

import pytest

from playhead.base.errors import ConflictError, InvalidInputError, NotFoundError
from playhead.base.quantities import Duration
from playhead.domain.events import Event
from playhead.premises.messaging import limits
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.limits import keep_within_limits, measure_outbox
from playhead.premises.messaging.provision import Account, Login, definitions, hashed
from playhead.store.catalogue import dead_letters
from playhead.store.catalogue.dead_letters import (
    DeadLetter,
    bury_event,
    bury_message,
    count_dead_letters,
    drop_dead_letter,
    list_dead_letters,
    retry_dead_letter,
)
from playhead.store.catalogue.outbox import add_events, next_events, outbox_state
from playhead.testing.clock import START_US
from playhead.testing.site import opened_site


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


def event(number, at_us=START_US):
    return Event(f"e-{number}", "playhead.workstation.up.v1", "desk-7", at_us, b'{"n":%d}' % number)


async def fill(site, *events):
    async with site.catalogue.writing() as connection:
        await add_events(connection, events)


async def waiting(site):
    async with site.catalogue.reading() as connection:
        return [one.event for one in await next_events(connection, 5_000)]


async def kept(site, config):
    state = await measure_outbox(site.catalogue, site.clock)
    return await keep_within_limits(site.catalogue, config, site.clock, state)


class TestLimits:
    async def test_as_many_as_may_wait_stay(self, site, monkeypatch):
        monkeypatch.setattr(limits, "AT_ONCE_MAX", 2)
        await fill(site, *map(event, range(1_000)))
        config = MessagingConfig(kept_events=1_000)
        assert await kept(site, config) == 0
        assert len(await waiting(site)) == 1_000

    async def test_of_more_the_oldest_go_and_an_event_says_so(self, site):
        await fill(site, *map(event, range(1_003)))
        assert await kept(site, MessagingConfig(kept_events=1_000)) == 3
        *rest, told = await waiting(site)
        assert [one.id for one in rest] == [f"e-{number}" for number in range(3, 1_003)]
        assert told.type == "playhead.messaging.dropped.v1"
        assert json.loads(told.data) | {"oldestAt": "", "newestAt": ""} == {
            "events": 3, "reason": "count", "oldestAt": "", "newestAt": "",
        }  # fmt: skip

    async def test_what_is_too_old_goes(self, site):
        await fill(site, event(1, START_US - 60_000_001), event(2, START_US - 60_000_000), event(3))
        config = MessagingConfig(kept=Duration(60_000_000))
        assert await kept(site, config) == 1
        assert [one.id for one in await waiting(site)][:2] == ["e-2", "e-3"]
        assert await kept(site, config) == 0


class TestDeadLetters:
    async def test_an_event_goes_back_to_the_end_as_it_was(self, site):
        await fill(site, event(2))
        async with site.catalogue.writing() as connection:
            await bury_event(connection, event(1), code="a.b", message="No.", at_us=5, attempts=3)
            (letter,) = await list_dead_letters(connection, 10)
            await retry_dead_letter(connection, letter.id)
            assert await count_dead_letters(connection) == 0
        assert await waiting(site) == [event(2), event(1)]

    async def test_a_command_is_given_up_and_not_tried_again(self, site):
        async with site.catalogue.writing() as connection:
            await bury_message(connection, DeadLetter("in", "m", "t", "crm", "a.b", "No.", b"{}", 5))
            (letter,) = await list_dead_letters(connection, 10)
            with pytest.raises(ConflictError):
                await retry_dead_letter(connection, letter.id)
            await drop_dead_letter(connection, letter.id)
            for act in (retry_dead_letter, drop_dead_letter):
                with pytest.raises(NotFoundError):
                    await act(connection, letter.id)

    async def test_they_are_bounded_in_number_and_size(self, site, monkeypatch):
        monkeypatch.setattr(dead_letters, "KEPT_MAX", 3)
        monkeypatch.setattr(dead_letters, "BODY_BYTES_MAX", 4)
        async with site.catalogue.writing() as connection:
            for number in range(4):
                body = b"12345"[: 4 + number % 2]
                letter = DeadLetter("in", f"m-{number}", "t" * 2_000, "crm", "a.b", "\x00\ud800", body, 5)
                await bury_message(connection, letter)
            found = await list_dead_letters(connection, 10)
        assert [(one.message_id, one.body) for one in found] == [
            ("m-3", b"1234"), ("m-2", b"1234"), ("m-1", b"1234"),
        ]  # fmt: skip
        assert len(found[0].type) == dead_letters.TEXT_CHARS_MAX


class TestProvision:
    def test_a_password_is_hashed_as_the_documentation_of_rabbitmq_shows(self):
        """https://www.rabbitmq.com/docs/passwords#computing-password-hash."""
        assert hashed("test12", bytes.fromhex("908DC60A")) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"

    def test_no_password_is_in_the_definitions(self):
        login = Login("crm", Account.INTEGRATOR, "a-secret", b"salt")
        assert "a-secret" not in json.dumps(definitions("playhead", [login])) + repr(login)

    @pytest.mark.parametrize("name", ["", "a.b", "A", ".*", "a" * 64, "-a"])
    def test_a_name_that_would_mean_more_in_a_pattern_is_refused(self, name):
        with pytest.raises(InvalidInputError):
            Login(name, Account.INTEGRATOR, "a", b"salt")

    def test_the_servers_account_is_nobody_elses(self):
        with pytest.raises(InvalidInputError):
            Login("playhead", Account.SUBSCRIBER, "a", b"salt")


async def test_the_state_of_an_empty_outbox(site):
    async with site.catalogue.reading() as connection:
        state = await outbox_state(connection)
    assert (state.events, state.oldest_at_us) == (0, None)
