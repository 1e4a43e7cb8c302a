"""The library beside a real catalogue: what is written is found at once, by whomever it was written."""

import asyncio
from uuid import UUID

import pytest

from playhead.base.errors import LimitError, UnavailableError
from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.domain.access import Sight
from playhead.domain.library import PAGE_ITEMS_MAX, Order, Question
from playhead.domain.recordings import RecordingState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.bookmarks import Bookmark, add_bookmark, change_bookmark, delete_bookmark, get_bookmark
from playhead.store.catalogue.counters import get_counter
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.recordings import (
    add_recording,
    name_site,
    note_blackout,
    set_recording_start,
    set_recording_state,
)
from playhead.store.catalogue.schema import library_chunks, recording_changes, recordings
from playhead.store.catalogue.tags import add_tag, remove_tag
from playhead.store.catalogue.users import User, add_user
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.library import Library, columns
from playhead.store.library import library as module

ALL = Sight(everyone=True)
SUE = UserId("sue")


def recording(number):
    return RecordingId(UUID(int=number))


@pytest.fixture
async def catalogue(location, monkeypatch):
    monkeypatch.setattr(columns, "CHUNK_ROWS", 4)
    monkeypatch.setattr(module, "LOADED_AT_ONCE", 3)
    opened = await Catalogue.open(location)
    async with opened.writing() as connection:
        for name in ("pc-1", "pc-2"):
            await enrol_workstation(
                connection, workstation=WorkstationId(name), signer=bytes(32), certificate_hash=bytes(32), now_us=1
            )
        await add_user(connection, User(SUE, "Sue", "hash", 1))
    yield opened
    await opened.close()


@pytest.fixture
def library(catalogue):
    return Library(catalogue, patience_s=60)


async def add(catalogue, *numbers, agent="jane", workstation="pc-1", site="north"):
    async with catalogue.writing() as connection:
        for number in numbers:
            await add_recording(
                connection,
                recording=recording(number),
                workstation=WorkstationId(workstation),
                agent=agent,
                started_at_us=number * 1_000_000,
                site=site,
            )


async def found(library, order=Order.NEWEST, **question):
    page = await library.page(Question(**{"sight": ALL} | question), order)
    return [item.id.value.int for item in page.items]


class TestKeepingInStep:
    async def test_what_is_new_is_found_at_once(self, catalogue, library):
        assert await found(library) == []
        await add(catalogue, 1, 2)
        assert await found(library) == [2, 1]
        await add(catalogue, 3, agent="CORP\\Joe", workstation="pc-2", site="south")
        assert await found(library) == [3, 2, 1]
        for question in ({"agents": {"joe"}}, {"workstations": {"pc-2"}}, {"sites": {"south"}}, {"words": ("jo",)}):
            assert await found(library, **question) == [3]

    async def test_every_change_is_taken_up(self, catalogue, library):
        await add(catalogue, 1, 2)
        steps = (
            (lambda c: set_recording_state(c, recording(1), RecordingState.COMPLETE, 9), {"states": {"complete"}}),
            (lambda c: note_blackout(c, recording(1)), {"has_blackout": True}),
            (lambda c: set_recording_start(c, recording(1), 5), {"to_us": 6}),
            (lambda c: add_tag(c, recording(1), "vip", by_user=SUE, now_us=1), {"tags": {"vip"}}),
            (lambda c: add_hold(c, Hold(recording(1), "Case 4711", SUE, 1)), {"held": True, "words": ("4711",)}),
        )
        for step, question in steps:
            assert await found(library, **question) == []
            async with catalogue.writing() as connection:
                await step(connection)
            assert await found(library, **question) == [1]
        async with catalogue.writing() as connection:
            await remove_tag(connection, recording(1), "vip")
            await release_hold(connection, recording(1))
        assert await found(library, tags={"vip"}) == await found(library, held=True) == []
        assert await found(library, words=("4711",)) == []

    async def test_shared_bookmarks_are_searched_and_private_ones_are_not(self, catalogue, library):
        await add(catalogue, 1)
        async with catalogue.writing() as connection:
            private = Bookmark(recording(1), SUE, 0, None, "Really angry", shared=False, created_at_us=1)
            identifier = await add_bookmark(connection, private)
        assert await found(library, words=("angry",)) == []
        async with catalogue.writing() as connection:
            kept = await get_bookmark(connection, identifier, SUE)
            shared = Bookmark(recording(1), SUE, 0, None, kept.text, shared=True, created_at_us=1, id=identifier)
            await change_bookmark(connection, shared)
        assert await found(library, words=("real", "angry")) == [1]
        async with catalogue.writing() as connection:
            await delete_bookmark(connection, shared)
        assert await found(library, words=("angry",)) == []

    async def test_what_was_deleted_is_gone(self, catalogue, library):
        await add(catalogue, 1, 2)
        assert await found(library) == [2, 1]
        async with catalogue.writing() as connection:
            await connection.execute(recording_changes.insert().values(number=0))
            await connection.execute(recordings.delete().where(recordings.c.number == 0))
        assert await found(library) == [2]

    async def test_sites_of_before_are_named(self, catalogue, library):
        await add(catalogue, 1, 2, 3, site="")
        async with catalogue.writing() as connection:
            assert await name_site(connection, "north", 2) == 2
        assert await found(library, sites={"north"}) == [2, 1]
        async with catalogue.writing() as connection:
            assert [await name_site(connection, "north", 2) for _ in range(2)] == [1, 0]


class TestPages:
    async def test_hold_each_recording_once_in_every_order(self, catalogue, library):
        await add(catalogue, *range(1, 12))
        for order in Order:
            seen, after = [], None
            while True:
                page = await library.page(Question(sight=ALL), order, after=after, limit=4)
                seen += [item.id.value.int for item in page.items]
                after = page.next
                if after is None:
                    break
                assert len(page.items) == 4
            assert seen == sorted(range(1, 12), reverse=order.descends)

    async def test_a_full_last_page_has_no_next(self, catalogue, library):
        await add(catalogue, 1, 2)
        assert (await library.page(Question(sight=ALL), limit=2)).next is None
        assert (await library.page(Question(sight=ALL), limit=1)).next is not None

    async def test_tell_of_tags_and_holds(self, catalogue, library):
        await add(catalogue, 1)
        async with catalogue.writing() as connection:
            for tag in ("vip", "angry"):
                await add_tag(connection, recording(1), tag, by_user=SUE, now_us=1)
            await add_hold(connection, Hold(recording(1), "case", SUE, 1))
        (item,) = (await library.page(Question(sight=ALL))).items
        assert (item.tags, item.held, item.site) == (("angry", "vip"), True, "north")

    @pytest.mark.parametrize("limit", [0, -1, PAGE_ITEMS_MAX + 1])
    async def test_limits(self, library, limit):
        with pytest.raises(LimitError) as raised:
            await library.page(Question(sight=ALL), limit=limit)
        assert raised.value.code == "list.limit"
        await library.page(Question(sight=ALL), limit=PAGE_ITEMS_MAX)


class TestKeeping:
    async def rows(self, catalogue, table):
        async with catalogue.reading() as connection:
            return (await connection.execute(table.select())).all()

    async def test_a_start_reads_what_was_kept_and_what_changed_since(self, catalogue, library, monkeypatch):
        await add(catalogue, *range(1, 8))
        async with catalogue.writing() as connection:
            await add_tag(connection, recording(2), "vip", by_user=SUE, now_us=1)
            await add_hold(connection, Hold(recording(3), "case 4711", SUE, 1))
        await found(library)
        await library.keep()
        assert len(await self.rows(catalogue, library_chunks)) == 2
        await add(catalogue, 8, agent="joe")
        async with catalogue.writing() as connection:
            await remove_tag(connection, recording(2), "vip")

        async def not_read(*_):
            raise AssertionError("every recording is read again")

        monkeypatch.setattr(module, "rows_between", not_read)
        again = Library(catalogue, patience_s=60)
        assert await found(again) == list(range(8, 0, -1))
        assert await found(again, agents={"joe"}) == [8]
        assert await found(again, words=("47",)) == [3]
        assert await found(again, tags={"vip"}) == []

    async def test_only_what_changed_is_kept_again(self, catalogue, library, monkeypatch):
        await add(catalogue, *range(1, 8))
        await found(library)
        await library.keep()
        kept = []
        whole = module.keep_chunk
        monkeypatch.setattr(module, "keep_chunk", lambda c, place, data: kept.append(place) or whole(c, place, data))
        await library.keep()
        async with catalogue.writing() as connection:
            await note_blackout(connection, recording(6))
        await found(library)
        await library.keep()
        assert kept == [1]

    async def test_changes_that_are_kept_are_forgotten(self, catalogue, library):
        await add(catalogue, *range(1, 8))
        await found(library)
        await library.keep()
        assert len(await self.rows(catalogue, recording_changes)) == 7
        await library.keep()
        assert len(await self.rows(catalogue, recording_changes)) == 1
        await add(catalogue, 8)
        assert await found(library) == await found(Library(catalogue, patience_s=60)) == list(range(8, 0, -1))

    async def test_a_library_that_was_asleep_meanwhile_reads_all_again(self, catalogue, library):
        other = Library(catalogue, patience_s=60)
        await add(catalogue, 1)
        assert await found(other) == await found(library) == [1]
        await add(catalogue, 2, 3)
        for _ in range(2):
            await library.keep()
        with pytest.raises(UnavailableError) as raised:
            await found(other)
        assert raised.value.code == "library.loading"
        assert await found(other) == [3, 2, 1]

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 1000])
    async def test_what_cannot_be_read_is_made_anew(self, catalogue, library, data):
        await add(catalogue, *range(1, 8))
        await found(library)
        await library.keep()
        async with catalogue.writing() as connection:
            await connection.execute(library_chunks.update().where(library_chunks.c.id == 1).values(data=data))
        assert await found(Library(catalogue, patience_s=60)) == list(range(7, 0, -1))

    async def test_what_was_kept_in_part_is_made_anew(self, catalogue, library, monkeypatch):
        """The server died while it kept the library for the first time."""
        await add(catalogue, *range(1, 8))
        await found(library)

        async def fail(*_):
            raise UnavailableError("catalogue.unavailable", "")

        with monkeypatch.context() as between:
            between.setattr(module, "raise_counter", fail)
            with pytest.raises(UnavailableError):
                await library.keep()
        async with catalogue.writing() as connection:
            await connection.execute(library_chunks.delete().where(library_chunks.c.id == 1))
            assert await get_counter(connection, "library") == 0
        assert await found(Library(catalogue, patience_s=60)) == list(range(7, 0, -1))

    async def test_a_chunk_that_could_not_be_kept_is_kept_the_next_time(self, catalogue, library, monkeypatch):
        await add(catalogue, 1)
        await found(library)

        async def fail(*_):
            raise UnavailableError("catalogue.unavailable", "")

        with monkeypatch.context() as between:
            between.setattr(module, "keep_chunk", fail)
            with pytest.raises(UnavailableError):
                await library.keep()
        await library.keep()
        assert len(await self.rows(catalogue, library_chunks)) == 1


class TestSeveralProcesses:
    """Each has the catalogue open for itself; the tests are about what one does while another is in the middle."""

    @pytest.fixture
    async def other(self, location):
        opened = await Catalogue.open(location)
        yield Library(opened, patience_s=60)
        await opened.close()

    async def test_see_what_the_others_write(self, catalogue, library, other):
        await add(catalogue, 1)
        assert await found(other) == await found(library) == [1]
        await add(other._catalogue, 2)
        assert await found(library) == [2, 1]

    async def test_that_keep_by_turns_leave_it_whole(self, catalogue, library, other):
        await add(catalogue, *range(1, 8))
        assert await found(library) == await found(other)
        for number in range(8, 14):
            await add(catalogue, number)
            await (library if number % 2 else other).keep()
        expected = list(range(13, 0, -1))
        assert await found(library) == await found(other) == await found(Library(catalogue, patience_s=60)) == expected

    async def test_who_is_overtaken_while_keeping_stops_and_spoils_nothing(
        self, catalogue, library, other, monkeypatch
    ):
        await add(catalogue, *range(1, 8))
        await found(library)
        await found(other)
        kept = []
        whole = module.keep_chunk
        monkeypatch.setattr(module, "keep_chunk", lambda c, place, data: kept.append(place) or whole(c, place, data))
        begin = library._begin_to_keep

        async def begin_and_wait(seen):
            turn = await begin(seen)
            await add(catalogue, 8)
            await other.keep()
            return turn

        monkeypatch.setattr(library, "_begin_to_keep", begin_and_wait)
        await library.keep()
        assert kept == [0, 1]  # by the other alone
        assert library._columns.changed == {0, 1}
        assert await found(Library(catalogue, patience_s=60)) == list(range(8, 0, -1))

    async def test_who_knows_less_than_is_kept_keeps_nothing(self, catalogue, library, other, monkeypatch):
        await add(catalogue, 1)
        await found(library)
        await found(other)
        caught_up = library._catch_up

        async def catch_up(connection):
            known = await caught_up(connection)
            await add(catalogue, 2)
            await other.keep()
            return known

        monkeypatch.setattr(library, "_catch_up", catch_up)
        await library.keep()
        monkeypatch.undo()
        assert await found(Library(catalogue, patience_s=60)) == [2, 1]


class TestLoading:
    async def test_whoever_asks_meanwhile_is_told_to_come_back(self, catalogue, monkeypatch):
        await add(catalogue, 1)
        goes_on = asyncio.Event()
        whole = module.rows_between

        async def slow(*arguments):
            await goes_on.wait()
            return await whole(*arguments)

        monkeypatch.setattr(module, "rows_between", slow)
        library = Library(catalogue, patience_s=0.01)
        with pytest.raises(UnavailableError) as raised:
            await found(library)
        assert raised.value.code == "library.loading"
        goes_on.set()
        await library._loading
        assert await found(library) == [1]

    async def test_a_load_that_failed_is_tried_again(self, catalogue, library, monkeypatch):
        await add(catalogue, 1)

        async def fail(*_):
            raise UnavailableError("catalogue.unavailable", "")

        with monkeypatch.context() as between:
            between.setattr(module, "highest_number", fail)
            with pytest.raises(UnavailableError):
                await found(library)
        assert await found(library) == [1]

    async def test_it_loads_and_keeps_while_it_runs(self, catalogue, monkeypatch):
        await add(catalogue, 1)
        kept = asyncio.Event()
        library = Library(catalogue, patience_s=60)
        whole = library.keep

        async def keep():
            await whole()
            kept.set()

        monkeypatch.setattr(library, "keep", keep)
        running = asyncio.create_task(library.run())
        await kept.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        async with catalogue.reading() as connection:
            assert await get_counter(connection, "library") > 0
