"""What could not be taken in or made, over the API; and what is wrong with the server."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from playhead.base.errors import ConflictError
from playhead.base.ids import RecordingId, SegmentId, UserId, WorkstationId
from playhead.domain.health import Problem
from playhead.domain.live import HealthChanged
from playhead.domain.quarantine import REFUSED_MAX, Quarantined
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.premises.aside import AsideOrders
from playhead.premises.quarantine import Quarantine
from playhead.store.catalogue.access import load_who
from playhead.store.catalogue.quarantine import list_quarantined, quarantine_one
from playhead.store.disk import SystemDisk
from playhead.store.segments.mending import Mending

RECORDING = RecordingId(UUID(int=5))
FULL = Problem("disk.full", "The disk is full.", "Make room.", 1_800_000_000_000_000)


def refused(number, **changes):
    segment = str(SegmentId(UUID(int=number)))
    found = Quarantined(
        kind="segment",
        subject=segment,
        place="workstation",
        code="vid.chain",
        message="The chain is broken.",
        at_us=1_800_000_000_000_000 + number,
        recording=RECORDING,
        workstation=WorkstationId("desk-1"),
        bytes=number,
        details={"segment": segment},
    )
    return replace(found, **changes)


class NoUploads:
    def __init__(self):
        self.retried = []

    async def retry(self, found, /):
        self.retried.append(found.subject)


@pytest.fixture
def uploads():
    return NoUploads()


@pytest.fixture
def application(parts, site, uploads):
    changed = []

    async def note(recording):
        changed.append(recording)

    mending = Mending(
        site.folder / "segments", disk=SystemDisk(), catalogue=site.catalogue, store=site.store, clock=site.clock
    )
    orders = AsideOrders(site.catalogue, site.control, site.audit)
    acting = Quarantine(site.catalogue, mending, uploads, uploads, orders, changed=note)
    return create_application(replace(parts, quarantine=acting), hosts=AllowedHosts())


async def load_jane(site):
    async with site.catalogue.reading() as connection:
        return await load_who(connection, UserId("jane"))


async def listed(site, *those):
    async with site.catalogue.writing() as connection:
        return [str((await quarantine_one(connection, one)).id) for one in those]


async def ids(browser, query=""):
    return [one["id"] for one in (await browser.get(f"/api/quarantine{query}")).json()["items"]]


async def test_a_page_newest_first_and_the_next(browser, site):
    numbers = await listed(site, *(refused(number) for number in range(1, 4)))
    await browser.sign_in("root")
    page = (await browser.get("/api/quarantine?limit=2")).json()
    assert [one["id"] for one in page["items"]] == numbers[:0:-1]
    assert page["items"][0] == {
        "id": numbers[2],
        "kind": "segment",
        "segment": str(SegmentId(UUID(int=3))),
        "recording": str(RECORDING),
        "workstation": "desk-1",
        "place": "workstation",
        "location": "",
        "code": "vid.chain",
        "message": "The chain is broken.",
        "bytes": 3,
        "firstAt": "2027-01-15T08:00:00.000003Z",
        "at": "2027-01-15T08:00:00.000003Z",
        "attempts": 1,
        "order": None,
    }
    assert await ids(browser, f"?before={page['next']}&limit=2") == numbers[:1]
    assert (await browser.get(f"/api/quarantine/{numbers[0]}")).json()["id"] == numbers[0]
    missing = await browser.get("/api/quarantine/999")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "quarantine.not_found")


async def test_found_again_it_is_one_thing_that_was_tried_twice(browser, site):
    (first,) = await listed(site, refused(1))
    assert await listed(site, refused(1, code="vid.magic", at_us=1_800_000_001_000_000)) == [first]
    await browser.sign_in("root")
    (found,) = (await browser.get("/api/quarantine")).json()["items"]
    assert (found["attempts"], found["code"]) == (2, "vid.magic")
    assert found["firstAt"] < found["at"]


async def test_of_one_workstation_only_so_many_are_listed(site):
    await listed(site, refused(1, place="store", workstation=WorkstationId("desk-1")))
    await listed(site, *(refused(number) for number in range(2, REFUSED_MAX + 2)))
    other = refused(9_000, workstation=WorkstationId("desk-2"))
    await listed(site, other)
    async with site.catalogue.reading() as connection:
        assert len(await list_quarantined(connection, before=None, limit=1_000)) == REFUSED_MAX + 2
    await listed(site, refused(5_000))
    async with site.catalogue.reading() as connection:
        found = {one.subject for one in await list_quarantined(connection, before=None, limit=1_000)}
    assert len(found) == REFUSED_MAX + 2
    assert refused(2).subject not in found, "the oldest went"
    assert {refused(1).subject, refused(3).subject, other.subject} < found


async def test_workstations_that_keep_something_are_named(browser, site):
    live = site.control.connect("desk-1")
    site.control.live[live.id] = replace(live, aside_segments=2, aside_bytes=70)
    site.control.connect("desk-2")
    await browser.sign_in("root")
    page = (await browser.get("/api/quarantine")).json()
    assert page["aside"] == [{"workstation": "desk-1", "segments": 2, "bytes": 70}]
    items = (await browser.get("/api/workstations")).json()["items"]
    assert [one["asideSegments"] for one in items] == [2, 0]


async def test_dropping_takes_a_reason_and_is_noted(browser, site):
    (number,) = await listed(site, refused(1))
    await browser.sign_in("root")
    for reason in ("", "   ", "x" * 201):
        assert (await browser.post(f"/api/quarantine/{number}/drop", json={"reason": reason})).status_code == 400
    assert (await browser.post(f"/api/quarantine/{number}/drop", json={"reason": " broken "})).status_code == 200
    assert await ids(browser) == []
    (entry,) = await site.audited("quarantine.dropped")
    assert (entry.actor, entry.subject) == ("root", refused(1).subject)
    assert entry.details == {"kind": "segment", "code": "vid.chain", "bytes": 1, "reason": "broken"}


async def test_trying_again_is_noted_too(browser, site, uploads):
    number, upload = await listed(site, refused(1), refused(2, kind="upload", subject="export x", place="nowhere"))
    await browser.sign_in("root")
    gone = await browser.post(f"/api/quarantine/{number}/retry")
    assert (gone.status_code, gone.json()["error"]["code"]) == (409, "quarantine.workstation_gone")
    site.control.connect("desk-1")
    answer = await browser.post(f"/api/quarantine/{number}/retry")
    told = {"name": "retry", "state": "told", "message": ""}
    assert (answer.status_code, answer.json()) == (200, {"order": told})
    assert (await browser.get(f"/api/quarantine/{number}")).json()["order"] == told
    assert site.control.asked == [("desk-1", "aside_retry", refused(1).subject)]
    assert (await browser.post(f"/api/quarantine/{upload}/retry")).status_code == 200
    assert uploads.retried == ["export x"]
    assert [entry.subject for entry in await site.audited("quarantine.retried")] == ["export x", refused(1).subject]


async def test_what_is_as_bad_as_before_stays(browser, site, monkeypatch):
    (number,) = await listed(site, refused(1))

    async def still(_self, _found):
        raise ConflictError("quarantine.still", "It is.")

    monkeypatch.setattr(Mending, "retry", still)
    await browser.sign_in("root")
    answer = await browser.post(f"/api/quarantine/{number}/retry")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "quarantine.still")
    assert await ids(browser) == [number]
    assert await site.audited("quarantine.retried") == []


class TestHealth:
    async def test_a_server_that_is_well(self, browser):
        assert (await browser.get("/healthz")).json()["status"] == "ok"
        assert (await browser.get("/api/health")).status_code == 401
        await browser.sign_in("jane")
        found = (await browser.get("/api/health")).json()
        assert (found["status"], found["problems"]) == ("ok", [])

    async def test_a_full_disk_is_told_to_all_who_are_signed_in_and_by_its_code_to_anyone(self, browser, site):
        site.control.wrong.append(FULL)
        found = (await browser.get("/healthz")).json()
        assert (found["status"], found["problems"]) == ("degraded", ["disk.full"])
        await browser.sign_in("jane")
        found = (await browser.get("/api/health")).json()
        assert found["status"] == "degraded"
        (told,) = found["problems"]
        assert told == {
            "code": "disk.full",
            "message": "The disk is full.",
            "hint": "Make room.",
            "since": "2027-01-15T08:00:00Z",
        }

    async def test_open_pages_are_told(self, site, parts):
        following = asyncio.create_task(parts.feed.run())
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(5):
                with parts.feed.watch(await load_jane(site)) as watcher:
                    site.control.publish(HealthChanged((FULL,)))
                    news = await watcher.next(5)
                    assert news.event == "health"
                    assert '"code":"disk.full"' in news.data
                    site.control.publish(HealthChanged(()))
                    assert '"problems":[]' in (await watcher.next(5)).data
        finally:
            following.cancel()
