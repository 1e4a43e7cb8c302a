"""Tags, holds, bookmarks and views: what people keep of recordings, and its limits."""

from dataclasses import replace

import pytest
from databases import SQLITE_ONLY
from sqlalchemy import and_
from sqlalchemy.exc import IntegrityError
from store.catalogue.annotated import JOE, SUE, fill, plan_of, recording

from playhead.base.errors import ConflictError, InvalidInputError, LimitError, NotFoundError
from playhead.domain.access import Sight
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import bookmarks as b
from playhead.store.catalogue import tags as t
from playhead.store.catalogue import views as v
from playhead.store.catalogue.bookmarks import Bookmark
from playhead.store.catalogue.changes import changes_after, forget_changes, last_change, note_changed
from playhead.store.catalogue.holds import REASON_CHARS_MAX, Hold, add_hold, find_hold, held_of, release_hold
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.schema import bookmarks, recordings
from playhead.store.catalogue.views import View
from playhead.store.library.rows import label_queries

ALL = Sight(everyone=True)


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as found:
        await fill(found)
        yield found
    await catalogue.close()


def raises(kind, code):
    return pytest.raises(kind, check=lambda error: error.code == code)


class TestTags:
    async def test_are_added_once_and_removed(self, connection):
        assert await t.add_tag(connection, recording(1), "vip", by_user=SUE, now_us=1)
        assert not await t.add_tag(connection, recording(1), "vip", by_user=JOE, now_us=2)
        await t.add_tag(connection, recording(1), "angry", by_user=SUE, now_us=1)
        assert (await find_recording(connection, recording(1))).tags == ("angry", "vip")
        assert await t.remove_tag(connection, recording(1), "vip")
        assert not await t.remove_tag(connection, recording(1), "vip")
        assert (await find_recording(connection, recording(1))).tags == ("angry",)

    async def test_so_many_of_a_recording(self, connection, monkeypatch):
        monkeypatch.setattr(t, "TAGS_OF_RECORDING_MAX", 2)
        for tag in ("a", "b"):
            await t.add_tag(connection, recording(1), tag, by_user=SUE, now_us=1)
        with raises(LimitError, "tag.recording"):
            await t.add_tag(connection, recording(1), "c", by_user=SUE, now_us=1)

    async def test_so_many_different_ones_at_a_site(self, connection, monkeypatch):
        monkeypatch.setattr(t, "TAGS_OF_SITE_MAX", 2)
        for tag in ("a", "b"):
            await t.add_tag(connection, recording(1), tag, by_user=SUE, now_us=1)
        with raises(LimitError, "tag.site"):
            await t.add_tag(connection, recording(2), "c", by_user=SUE, now_us=1)
        await t.add_tag(connection, recording(2), "b", by_user=SUE, now_us=1)


class TestHolds:
    async def test_keep_a_recording_from_being_deleted(self, connection):
        hold = Hold(recording(1), " case 4711 ", SUE, 5)
        assert await add_hold(connection, hold)
        assert not await add_hold(connection, replace(hold, reason="another"))
        assert await find_hold(connection, recording(1)) == replace(hold, reason="case 4711")
        assert await held_of(connection, [recording(1), recording(2)]) == {recording(1)}
        with pytest.raises(IntegrityError):
            async with connection.begin_nested():
                await connection.execute(recordings.delete().where(recordings.c.id == recording(1)))
        assert await release_hold(connection, recording(1))
        assert not await release_hold(connection, recording(1))
        assert not (await find_recording(connection, recording(1))).held

    @pytest.mark.parametrize("reason", ["", "  ", "x" * (REASON_CHARS_MAX + 1)])
    async def test_need_a_reason(self, connection, reason):
        with raises(InvalidInputError, "hold.reason"):
            await add_hold(connection, Hold(recording(1), reason, SUE, 5))
        await add_hold(connection, Hold(recording(1), "x" * REASON_CHARS_MAX, SUE, 5))


async def add_bookmark(connection, text="here", *, of=1, user=SUE, shared=False, **more):
    made = Bookmark(recording(of), user, more.get("at_us", 7), more.get("end_us"), text, shared, 1)
    return replace(made, id=await b.add_bookmark(connection, made))


class TestBookmarks:
    async def test_are_ones_own_and_the_shared_ones(self, connection):
        private = await add_bookmark(connection, "mine")
        shared = await add_bookmark(connection, "for all", shared=True, end_us=9)
        others = await add_bookmark(connection, "of joe", user=JOE)
        assert await b.list_bookmarks(connection, SUE, ALL) == [shared, private]
        assert await b.list_bookmarks(connection, JOE, ALL) == [others, shared]
        assert await b.get_bookmark(connection, shared.id, JOE) == shared
        with raises(NotFoundError, "bookmark.not_found"):
            await b.get_bookmark(connection, private.id, JOE)

    async def test_of_recordings_in_sight_alone(self, connection):
        first = await add_bookmark(connection, of=1)
        second = await add_bookmark(connection, of=2)
        third = await add_bookmark(connection, of=3)
        for sight, seen in (
            (ALL, [third, second, first]),
            (Sight(everyone=True, everyone_since_us=2), [third, second]),
            (Sight(everyone=False, agents={"jane": None}), [second, first]),
            (Sight(everyone=False, agents={"jane": 2, "joe": 4}), [second]),
            (Sight(everyone=True, everyone_since_us=3, agents={"jane": 2}), [third, second]),
            (Sight(everyone=False), []),
        ):
            assert await b.list_bookmarks(connection, SUE, sight) == seen

    async def test_are_searched_by_the_beginnings_of_words(self, connection):
        found = await add_bookmark(connection, "Refund of 100 % promised")
        await add_bookmark(connection, "something else")
        for words, expected in ((["ref", "prom"], [found]), (["fund"], []), (["100"], [found]), (["%"], [])):
            assert await b.list_bookmarks(connection, SUE, ALL, words=words) == expected

    async def test_come_page_by_page_and_by_recording(self, connection):
        made = [await add_bookmark(connection, of=1 + at % 2) for at in range(5)]
        assert await b.list_bookmarks(connection, SUE, ALL, recording=recording(2)) == [made[3], made[1]]
        assert await b.list_bookmarks(connection, SUE, ALL, limit=2, before=made[3].id) == [made[2], made[1]]
        for limit in (0, b.PAGE_ITEMS_MAX + 1):
            with raises(LimitError, "list.limit"):
                await b.list_bookmarks(connection, SUE, ALL, limit=limit)

    @pytest.mark.parametrize(
        ("which", "index"),
        [
            (bookmarks.c.user_id == SUE, "user_id_id (user_id=?"),
            (and_(bookmarks.c.shared, bookmarks.c.user_id != SUE), "shared_id (shared=?"),
            (bookmarks.c.recording_id == recording(1), "recording_id_id (recording_id=?"),
        ],
    )
    @pytest.mark.parametrize("sight", [ALL, Sight(everyone=False, agents={"jane": 2, "joe": None})])
    @pytest.mark.parametrize("more", [{}, {"before": 9}, {"words": ["refund"]}])
    @SQLITE_ONLY
    async def test_an_index_serves_every_list_without_scan_or_sort(self, connection, which, index, sight, more):
        plan = await plan_of(connection, b.bookmarks_query(sight, which, **more).limit(50))
        assert f"SEARCH bookmarks USING INDEX ix_bookmarks_{index}" in plan

    async def test_change_and_go(self, connection):
        made = await add_bookmark(connection)
        changed = replace(made, text="there", at_us=1, end_us=2, shared=True)
        await b.change_bookmark(connection, changed)
        assert await b.list_bookmarks(connection, JOE, ALL) == [changed]
        await b.delete_bookmark(connection, changed)
        await b.delete_bookmark(connection, changed)
        assert await b.list_bookmarks(connection, SUE, ALL) == []

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"text": " "}, "bookmark.text"),
            ({"text": "x" * (b.TEXT_CHARS_MAX + 1)}, "bookmark.text"),
            ({"end_us": 7}, "bookmark.range"),
        ],
    )
    async def test_what_is_no_bookmark(self, connection, wrong, code):
        with raises(InvalidInputError, code):
            await add_bookmark(connection, **wrong)
        await add_bookmark(connection, "x" * b.TEXT_CHARS_MAX, end_us=8)

    @pytest.mark.parametrize(
        ("limit", "code"),
        [("BOOKMARKS_OF_RECORDING_MAX", "bookmark.recording"), ("BOOKMARKS_OF_USER_MAX", "bookmark.user")],
    )
    async def test_so_many(self, connection, monkeypatch, limit, code):
        monkeypatch.setattr(b, limit, 2)
        for _ in range(2):
            await add_bookmark(connection)
        with raises(LimitError, code):
            await add_bookmark(connection)
        await add_bookmark(connection, of=2, user=JOE)


class TestViews:
    async def test_are_ones_own_and_the_shared_ones_by_name(self, connection):
        mine = View(SUE, "long ones", "minLength=600", shared=False, columns=("agent", "length"))
        theirs = View(JOE, "Complaints", "tag=complaint", shared=True)
        mine, theirs = [replace(one, id=await v.add_view(connection, one)) for one in (mine, theirs)]
        assert await v.list_views(connection, SUE) == [theirs, mine]
        assert await v.list_views(connection, JOE) == [theirs]
        with raises(NotFoundError, "view.not_found"):
            await v.get_view(connection, mine.id, JOE)
        changed = replace(mine, name="very long ones", shared=True)
        await v.change_view(connection, changed)
        assert await v.get_view(connection, mine.id, JOE) == changed
        await v.delete_view(connection, mine.id)
        await v.delete_view(connection, mine.id)
        assert await v.list_views(connection, SUE) == [theirs]

    async def test_have_a_name_each(self, connection):
        view = View(SUE, "mine", "", shared=False)
        await v.add_view(connection, view)
        with raises(ConflictError, "view.exists"):
            async with connection.begin_nested():
                await v.add_view(connection, view)
        other = replace(view, name="other", id=await v.add_view(connection, replace(view, name="other")))
        with raises(ConflictError, "view.exists"):
            async with connection.begin_nested():
                await v.change_view(connection, replace(other, name="mine"))
        await v.add_view(connection, replace(view, user=JOE))
        for name in ("", " ", "a\x00"):
            with raises(InvalidInputError, "view.name"):
                await v.add_view(connection, replace(view, name=name))

    async def test_so_many(self, connection, monkeypatch):
        monkeypatch.setattr(v, "VIEWS_OF_USER_MAX", 2)
        monkeypatch.setattr(v, "SHARED_MAX", 1)
        shared = View(SUE, "a", "", shared=True)
        shared = replace(shared, id=await v.add_view(connection, shared))
        await v.change_view(connection, shared)
        with raises(LimitError, "view.shared"):
            await v.add_view(connection, View(JOE, "a", "", shared=True))
        await v.add_view(connection, View(SUE, "b", "", shared=False))
        with raises(LimitError, "view.number"):
            await v.add_view(connection, View(SUE, "c", "", shared=False))


class TestChanges:
    async def test_each_recording_once(self, connection):
        seen = await last_change(connection)
        assert await changes_after(connection, seen) == await changes_after(connection, seen)
        await note_changed(connection, [recording(1), recording(3)])
        await note_changed(connection, [recording(1), recording(9)])
        changes = await changes_after(connection, seen)
        assert (sorted(changes.numbers), changes.last, changes.whole) == ([0, 2], seen + 3, True)

    async def test_what_is_forgotten_is_missed(self, connection):
        await note_changed(connection, [recording(1), recording(2), recording(3)])
        last = await last_change(connection)
        await forget_changes(connection, last)
        assert (await changes_after(connection, last)).whole
        assert (await changes_after(connection, last - 1)).whole
        assert not (await changes_after(connection, last - 2)).whole
        assert await last_change(connection) == last


class TestWhatTheLibraryReads:
    @pytest.mark.parametrize("which", [recordings.c.number.in_([1, 2]), recordings.c.number.between(1, 9)])
    @SQLITE_ONLY
    async def test_is_looked_up_and_not_searched_for(self, connection, which):
        for query in label_queries(which):
            plan = await plan_of(connection, query)
            assert plan.startswith("SEARCH recordings USING INDEX uq_recordings_number (number")
            assert "(recording_id=?)" in plan
