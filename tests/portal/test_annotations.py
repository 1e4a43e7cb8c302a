"""Tags and holds of many recordings, bookmarks and views, over HTTP: who may, what is noted, what others see."""

from uuid import UUID

import pytest
from http_answers import code_of

from playhead.base.ids import GroupId, RecordingId, UserId
from playhead.domain.annotations import BULK_MAX
from playhead.domain.roles import SUPERVISOR
from playhead.portal.api import bulk
from playhead.portal.feed import TOLD_ONE_BY_ONE_MAX
from playhead.store import annotating
from playhead.store.catalogue import tags
from playhead.store.catalogue.groups import Group, add_group

START_US = 1_750_000_000_000_000
NOBODYS = str(UUID(int=99))


def recording(number):
    return str(UUID(int=number))


@pytest.fixture(autouse=True)
async def recordings(site):
    """1 and 2 of jane, 3 of joe; max supervises jane."""
    await site.add_user("max", SUPERVISOR)
    for number, agent in ((1, "jane"), (2, "jane"), (3, "joe")):
        await site.add_recording(RecordingId(UUID(int=number)), agent=agent, started_at_us=START_US + number)
    async with site.catalogue.writing() as connection:
        await add_group(connection, Group(GroupId("g"), "G", ("jane",), (UserId("max"),)))


async def change(browser, action, *numbers, **more):
    order = {"recordings": [recording(number) for number in numbers], "action": action, **more}
    return await browser.post("/api/recordings/bulk", json=order)


class TestBulk:
    async def test_tags_and_holds_are_seen_and_noted(self, browser, site, monkeypatch):
        monkeypatch.setattr(bulk, "LOOKED_UP_AT_ONCE", 2)
        monkeypatch.setattr(annotating, "AT_ONCE", 2)
        await browser.sign_in("sue")
        answer = await change(browser, "tag", 1, 2, 3, 1, 99, tag=" To Train ")
        assert answer.json() == {"done": 3, "refused": [{"id": NOBODYS, "code": "recording.not_found"}]}
        assert (await change(browser, "tag", 1, tag="to train")).json()["done"] == 1
        assert (await change(browser, "hold", 1, reason=" case 4711 ")).json() == {"done": 1, "refused": []}
        item = (await browser.get(f"/api/recordings/{recording(1)}")).json()
        assert (item["tags"], item["held"]) == (["to train"], True)
        assert len((await browser.get("/api/recordings?tag=to+train")).json()["items"]) == 3
        await change(browser, "release", 1)
        await change(browser, "untag", 1, 2, tag="to train")
        assert len((await browser.get("/api/recordings?tag=to+train")).json()["items"]) == 1
        assert (await browser.get("/api/recordings?held=true")).json()["items"] == []
        noted = {
            action: [
                (entry.subject, entry.details.get("detail")) for entry in await site.audited(f"recording.{action}")
            ]
            for action in ("tagged", "untagged", "held", "released")
        }
        assert sorted(noted["tagged"]) == [(recording(number), "to train") for number in (1, 2, 3)]
        assert noted["held"] == [(recording(1), "case 4711")]
        assert noted["released"] == [(recording(1), None)]
        assert len(noted["untagged"]) == 2

    async def test_each_recording_is_decided_by_itself(self, browser, site):
        await browser.sign_in("max")
        answer = await change(browser, "tag", 1, 3, tag="vip")
        assert answer.json() == {"done": 1, "refused": [{"id": recording(3), "code": "recording.not_found"}]}
        answer = await change(browser, "hold", 1, reason="mine")
        assert answer.json() == {"done": 0, "refused": [{"id": recording(1), "code": "access.refused"}]}
        assert [entry.subject for entry in await site.audited("access.refused")] == [recording(1)]

    async def test_a_limit_is_told_of_each(self, browser, monkeypatch):
        monkeypatch.setattr(tags, "TAGS_OF_RECORDING_MAX", 1)
        await browser.sign_in("sue")
        await change(browser, "tag", 1, tag="a")
        answer = await change(browser, "tag", 1, 2, tag="b")
        assert answer.json() == {"done": 1, "refused": [{"id": recording(1), "code": "tag.recording"}]}

    async def test_what_is_malformed(self, browser):
        await browser.sign_in("sue")
        for wrong, code in (
            ({"action": "tag"}, "tag.malformed"),
            ({"action": "hold"}, "hold.reason"),
            ({"action": "shred"}, "http.request"),
            ({"action": "release", "recordings": ["x"]}, "id.malformed"),
            ({"action": "release", "recordings": []}, "http.request"),
            ({"action": "release", "recordings": [NOBODYS] * (BULK_MAX + 1)}, "http.request"),
        ):
            answer = await browser.post("/api/recordings/bulk", json={"recordings": [NOBODYS], **wrong})
            assert code_of(answer) == (400, code), wrong
        many = [recording(number) for number in range(1000, 1000 + BULK_MAX)]
        answer = await browser.post("/api/recordings/bulk", json={"recordings": many, "action": "release"})
        assert len(answer.json()["refused"]) == BULK_MAX

    @pytest.mark.parametrize(
        ("count", "events"), [(TOLD_ONE_BY_ONE_MAX, {"recordings"}), (TOLD_ONE_BY_ONE_MAX + 1, {"resync"})]
    )
    async def test_open_pages_hear_of_it(self, browser, site, parts, count, events):
        for number in range(100, 100 + count):
            await site.add_recording(RecordingId(UUID(int=number)), agent="jane", started_at_us=START_US)
        await browser.sign_in("sue")
        session = await parts.sessions.find(browser.cookies["playhead_session"])
        with parts.feed.watch(session.who) as watcher:
            await change(browser, "tag", *range(100, 100 + count), tag="vip")
            news = [await watcher.next(0)]
            while news[-1] is not None:
                news.append(await watcher.next(0))
        assert {one.event for one in news[:-1]} == events


async def bookmark(browser, number=1, **more):
    return await browser.post(
        "/api/bookmarks", json={"recording": recording(number), "atMs": 1500, "text": "here", **more}
    )


async def texts(browser, query=""):
    return [item["text"] for item in (await browser.get(f"/api/bookmarks{query}")).json()["items"]]


class TestBookmarks:
    async def test_are_told_with_all_their_facts(self, browser, site):
        await browser.sign_in("sue")
        answer = await bookmark(browser, text=" A refund ", endMs=2000, shared=True)
        made = answer.json()
        assert answer.status_code == 201
        assert made == {
            "id": made["id"],
            "recording": recording(1),
            "atMs": 1500,
            "endMs": 2000,
            "text": "A refund",
            "shared": True,
            "by": "sue",
            "mine": True,
            "createdAt": made["createdAt"],
        }
        assert (await browser.get("/api/bookmarks")).json() == {"items": [made], "next": None}
        assert await texts(browser, f"?recording={recording(1)}&q=ref") == ["A refund"]
        assert await texts(browser, f"?recording={recording(2)}") == await texts(browser, "?q=fund") == []
        assert len((await browser.get("/api/recordings?q=refund")).json()["items"]) == 1
        assert [entry.details["detail"] for entry in await site.audited("bookmark.added")] == ["A refund"]

    async def test_private_ones_are_seen_by_nobody_else(self, browser, browse):
        await browser.sign_in("sue")
        made = (await bookmark(browser)).json()
        async with browse() as other:
            await other.sign_in("root")
            assert await texts(other) == []
            for answer in (
                await other.patch(f"/api/bookmarks/{made['id']}", json={"text": "x"}),
                await other.delete(f"/api/bookmarks/{made['id']}"),
            ):
                assert code_of(answer) == (404, "bookmark.not_found")

    async def test_shared_ones_are_seen_by_those_who_see_the_recording(self, browser, browse, site):
        await browser.sign_in("sue")
        for number in (1, 3):
            await bookmark(browser, number, text=f"of {number}", shared=True)
        async with browse() as other:
            await other.sign_in("jane")
            (item,) = (await other.get("/api/bookmarks")).json()["items"]
            assert (item["text"], item["mine"], item["by"]) == ("of 1", False, "sue")
            path = f"/api/bookmarks/{item['id']}"
            assert code_of(await other.patch(path, json={"text": "x"})) == (403, "access.refused")
            assert code_of(await other.delete(path)) == (403, "access.refused")
            assert code_of(await bookmark(other, shared=True)) == (403, "access.refused")
            assert code_of(await bookmark(other, 3)) == (403, "access.refused")
            assert (await bookmark(other)).status_code == 201
            await other.sign_in("root")
            assert (await other.delete(path)).status_code == 204
        assert len(await site.audited("bookmark.deleted")) == 1

    async def test_are_changed_in_parts(self, browser, site):
        await browser.sign_in("sue")
        made = (await bookmark(browser, endMs=2000)).json()
        path = f"/api/bookmarks/{made['id']}"
        changed = (await browser.patch(path, json={"text": "there", "shared": True})).json()
        assert changed == {**made, "text": "there", "shared": True}
        changed = (await browser.patch(path, json={"atMs": 5, "endMs": None})).json()
        assert (changed["atMs"], changed["endMs"]) == (5, None)
        for wrong in ({}, {"text": "x" * 201}, {"atMs": -1}, {"recording": recording(2)}):
            assert code_of(await browser.patch(path, json=wrong)) == (400, "http.request")
        assert code_of(await browser.patch(path, json={"endMs": 5})) == (400, "bookmark.range")
        assert (await browser.delete(path)).status_code == 204
        assert code_of(await browser.delete(path)) == (404, "bookmark.not_found")
        assert len(await site.audited("bookmark.changed")) == 2

    async def test_come_page_by_page(self, browser):
        await browser.sign_in("sue")
        for number in range(3):
            await bookmark(browser, text=f"{number}")
        page = (await browser.get("/api/bookmarks?limit=2")).json()
        assert [item["text"] for item in page["items"]] == ["2", "1"]
        assert await texts(browser, f"?before={page['next']}") == ["0"]
        for query in ("?before=x", "?limit=0", "?limit=201", "?recording=x"):
            assert (await browser.get(f"/api/bookmarks{query}")).status_code == 400

    @pytest.mark.parametrize("identifier", ["x", "-1", "9" * 19, "%D9%A1", "0"])
    async def test_there_is_no_such_one(self, browser, identifier):
        await browser.sign_in("sue")
        assert code_of(await browser.delete(f"/api/bookmarks/{identifier}")) == (404, "bookmark.not_found")
        assert code_of(await browser.delete(f"/api/views/{identifier}")) == (404, "view.not_found")


class TestViews:
    async def test_are_kept_for_oneself_or_for_all(self, browser, browse, site):
        await browser.sign_in("sue")
        view = {"name": " Long ones ", "query": "minLength=600", "shared": False, "columns": ["agent", "length"]}
        answer = await browser.post("/api/views", json=view)
        made = answer.json()
        assert (answer.status_code, made) == (201, {**view, "name": "Long ones", "id": made["id"], "mine": True})
        path = f"/api/views/{made['id']}"
        assert code_of(await browser.post("/api/views", json=view)) == (409, "view.exists")
        async with browse() as other:
            await other.sign_in("jane")
            assert (await other.get("/api/views")).json() == {"items": []}
            assert code_of(await other.delete(path)) == (404, "view.not_found")
            shared = (await browser.put(path, json={**view, "shared": True})).json()
            assert shared == {**made, "shared": True}
            assert (await other.get("/api/views")).json() == {"items": [{**shared, "mine": False}]}
            for answer in (await other.put(path, json=view), await other.delete(path)):
                assert code_of(answer) == (403, "access.refused")
        assert (await browser.delete(path)).status_code == 204
        assert (await browser.get("/api/views")).json() == {"items": []}
        assert [len(await site.audited(f"view.{what}")) for what in ("added", "changed", "deleted")] == [0, 1, 1]

    async def test_what_is_malformed(self, browser):
        await browser.sign_in("sue")
        for wrong in ({"name": ""}, {"name": "x" * 65}, {"query": "x" * 2001}, {"columns": ["x"] * 21}, {"colour": 1}):
            answer = await browser.post("/api/views", json={"name": "x", "query": "", **wrong})
            assert code_of(answer) == (400, "http.request"), wrong
