"""What the catalogue promises in PostgreSQL: one order of commits for all processes, and clear errors."""

import asyncio
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, select, text

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.store.catalogue import Catalogue, postgres
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry
from playhead.store.catalogue.audit_verify import verify_audit
from playhead.store.catalogue.changes import changes_after
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.schema import metadata, recordings
from playhead.store.catalogue.users import User, add_user, find_user
from playhead.store.catalogue.workstations import enrol_workstation

ALEX = User(UserId("alex"), "Alex", "hash", 1)
DESK = WorkstationId("pc-1")


@pytest.fixture
async def url(postgres):
    made = await postgres.make(like="catalogue")
    yield made
    await postgres.drop(made)


@pytest.fixture
async def opened(url):
    found = await Catalogue.open(url)
    yield found
    await found.close()


async def refusal(location, **more):
    with pytest.raises((UnavailableError, InvalidInputError)) as raised:
        await Catalogue.open(location, **more)
    return raised.value


class TestSchema:
    async def test_is_what_the_code_describes(self, opened):
        async with opened.reading() as connection:
            found = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
            )
        assert found == []

    async def test_several_may_make_it_at_once(self, postgres):
        url = await postgres.make()
        made = await asyncio.gather(*(Catalogue.open(url) for _ in range(3)))
        async with made[0].writing() as connection:
            await add_user(connection, ALEX)
        async with made[1].reading() as connection:
            assert await find_user(connection, ALEX.id) == ALEX
        for found in made:
            await found.close()
        await postgres.drop(url)

    async def test_text_sorts_by_code_points_whatever_the_database_was_made_for(self, opened):
        async with opened.reading() as connection:
            by_default = (await connection.execute(text("SELECT pg_collation_for('x'::text)"))).scalar_one()
            otherwise = (await connection.execute(postgres._SORTED_OTHERWISE)).all()
        assert by_default != '"C"'
        assert otherwise == []

    async def test_each_of_several_schemas_is_a_catalogue_of_its_own(self, url, opened):
        other = await Catalogue.open(url, schema="other-1")
        async with opened.writing() as one, other.writing() as two:  # they do not wait for each other
            await add_user(one, ALEX)
            assert await find_user(two, ALEX.id) is None
        await other.close()

    @pytest.mark.parametrize("schema", ["", "A", "1a", 'a"b', "a b", "a" * 64])
    async def test_names_that_no_schema_can_have(self, url, schema):
        assert (await refusal(url, schema=schema)).code == "catalogue.location"


class TestSeveralProcesses:
    """Each with a catalogue of its own, as processes have them."""

    async def test_write_in_one_order_and_a_reader_misses_nothing(self, url, opened):
        async with opened.writing() as connection:
            await enrol_workstation(
                connection, workstation=DESK, signer=bytes(32), certificate_hash=bytes(32), now_us=1
            )
        others = await asyncio.gather(*(Catalogue.open(url) for _ in range(3)))
        seen, known = 0, []

        turn = asyncio.Lock()

        async def look():
            nonlocal seen
            async with turn, opened.reading() as connection:
                changes = await changes_after(connection, seen)
                known.extend(changes.numbers)
                seen = changes.last

        async def write(catalogue, base):
            for number in range(8):
                try:
                    async with catalogue.writing() as connection:
                        recording = RecordingId(UUID(int=base + number))
                        await add_recording(
                            connection, recording=recording, workstation=DESK, agent="", started_at_us=1
                        )
                        await add_audit_entry(connection, AuditEntry(1, "sue", "a.b", str(recording)))
                        if number % 4 == 3:  # what is undone leaves holes in PostgreSQL's own numbers
                            _ = 1 / 0
                except ZeroDivisionError:
                    pass
                await look()

        await asyncio.gather(*(write(one, 100 * place) for place, one in enumerate(others, 1)))
        await look()
        async with opened.reading() as connection:
            numbers = (await connection.execute(select(recordings.c.number))).scalars().all()
            events = [one.event.subject for one in await next_events(connection, 100)]
        assert sorted(numbers) == list(range(18))
        assert sorted(known) == list(range(18))
        verified = await verify_audit(opened)
        assert (verified.whole, verified.entries) == (True, 18)
        assert len(events) == 18
        for one in others:
            await one.close()

    async def test_who_waits_too_long_for_the_others_is_told(self, url, opened, monkeypatch):
        monkeypatch.setitem(postgres._SETTINGS, "lock_timeout", "20ms")
        other = await Catalogue.open(url)
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
            with pytest.raises(UnavailableError, match="lock timeout") as raised:
                async with other.writing():
                    pytest.fail("it wrote beside another")
        assert raised.value.code == "catalogue.unavailable"
        assert "Another process" in raised.value.hint
        async with other.writing() as connection:
            assert await find_user(connection, ALEX.id) == ALEX
        await other.close()


class TestErrors:
    async def test_readers_change_nothing(self, opened):
        with pytest.raises(UnavailableError, match="read-only"):
            async with opened.reading() as connection:
                await add_user(connection, ALEX)

    @pytest.mark.parametrize(
        "user",
        [
            User(UserId("a"), "with \0 in it", "", 1),
            User(UserId("a"), "with \ud800 in it", "", 1),
            User(UserId("a"), "", "", 1 << 63),
        ],
        ids=["nul", "surrogate", "large"],
    )
    async def test_values_that_cannot_be_kept_are_somebodys_input(self, opened, user):
        with pytest.raises(InvalidInputError) as raised:
            async with opened.writing() as connection:
                await add_user(connection, user)
        assert raised.value.code == "catalogue.value"
        async with opened.writing() as connection:
            await add_user(connection, ALEX)

    async def test_who_may_not_make_the_schema_is_told_what_to_do(self, postgres, url):
        await postgres.tell("CREATE ROLE guest LOGIN")
        refused = await refusal(url.set(username="guest"), schema="other")
        assert (refused.code, "own the database" in refused.hint) == ("catalogue.unavailable", True)
        await postgres.tell("CREATE SCHEMA other AUTHORIZATION guest", url.database)
        await (await Catalogue.open(url.set(username="guest"), schema="other")).close()

    async def test_a_statement_that_takes_too_long_is_given_up(self, opened):
        async def sleep():
            async with opened.reading() as connection:
                assert (await connection.execute(text("SHOW statement_timeout"))).scalar_one() == "1min"
                await connection.execute(text("SET LOCAL statement_timeout = '1ms'"))
                await connection.execute(text("SELECT pg_sleep(60)"))

        with pytest.raises(UnavailableError, match="statement timeout"):
            await sleep()

    @pytest.mark.parametrize("end", ["stop", "kill"])
    async def test_a_server_that_comes_back_is_used_again_and_nothing_is_lost(self, postgres, opened, end):
        async with opened.writing() as connection:
            await add_user(connection, ALEX)
        second = User(UserId("second"), "", "", 1)

        async def add_while_it_ends():
            async with opened.writing() as connection:
                await add_user(connection, second)
                await asyncio.to_thread(getattr(postgres, end))

        with pytest.raises(UnavailableError) as raised:
            await add_while_it_ends()
        assert raised.value.code == "catalogue.unavailable"
        with pytest.raises(UnavailableError):
            async with opened.reading():
                pytest.fail("there is no server")
        await asyncio.to_thread(postgres.resume)
        async with opened.reading() as connection:
            assert await find_user(connection, ALEX.id) == ALEX
            assert await find_user(connection, second.id) is None
        async with opened.writing() as connection:
            await add_user(connection, second)

    async def test_connections_that_were_lost_while_nobody_used_them_are_made_again(self, opened, postgres):
        for used in (opened.reading, opened.writing):
            async with used():
                pass
        await postgres.tell(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'playhead'"
        )
        for used in (opened.reading, opened.writing):
            async with used() as connection:
                assert await find_user(connection, ALEX.id) is None

    async def test_what_is_not_there_is_said_without_the_password(self, postgres):
        nowhere = make_url("postgresql+asyncpg://sam:hunter2@/none?host=/nowhere")
        unreachable = await refusal(nowhere)
        assert unreachable.code == "catalogue.unavailable"
        assert "hunter2" not in str(unreachable)
        missing = await refusal(postgres.url("missing").set(password="hunter2"))
        assert "does not exist" in str(missing)
        assert "CREATE DATABASE" in missing.hint
        assert "hunter2" not in str(missing)

    async def test_a_database_that_cannot_hold_every_name_is_refused(self, postgres):
        await postgres.tell("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        assert (await refusal(postgres.url("narrow"))).code == "catalogue.encoding"

    async def test_other_databases_are_refused(self):
        assert (await refusal("mysql+aiomysql://sam@host/name")).code == "catalogue.location"
