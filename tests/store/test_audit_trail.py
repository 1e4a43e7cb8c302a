"""Writing the audit log: everything that matters, and no more than a disk can bear."""

import pytest

from playhead.store import audit_trail as audit_trail_module
from playhead.store.audit_trail import ADDRESSES_MAX, REFUSALS_MAX, REPEAT_US, WINDOW_US, AuditTrail, done_from
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import list_audit
from playhead.testing.clock import SimClock


@pytest.fixture
def clock():
    return SimClock()


@pytest.fixture
async def catalogue(location):
    opened = await Catalogue.open(location)
    yield opened
    await opened.close()


@pytest.fixture
def trail(catalogue, clock):
    return AuditTrail(catalogue, clock)


async def entries(catalogue):
    async with catalogue.reading() as connection:
        return await list_audit(connection, limit=500)


async def test_an_entry_says_who_did_what_to_what_from_where_and_when(trail, catalogue, clock):
    await trail.note("sue", "recording.start", "pc-1", "192.0.2.1", {"detail": "x"})
    (entry,) = await entries(catalogue)
    assert (entry.at_us, entry.actor, entry.action, entry.subject) == (
        clock.wall_us(),
        "sue",
        "recording.start",
        "pc-1",
    )
    assert (entry.address, entry.details) == ("192.0.2.1", {"detail": "x"})


async def test_the_same_again_is_one_entry_for_a_while(trail, catalogue, clock):
    for _ in range(3):
        await trail.note_once("sue", "recording.viewed", "r", "a")
        clock.advance(REPEAT_US // 3)
    assert len(await entries(catalogue)) == 1
    await trail.note_once("sue", "recording.viewed", "r", "a")
    assert len(await entries(catalogue)) == 2
    await trail.note_once("joe", "recording.viewed", "r", "a")
    await trail.note_once("sue", "recording.viewed", "other", "a")
    assert len(await entries(catalogue)) == 4


async def test_refusals_of_one_address_are_limited_and_the_rest_is_counted(trail, catalogue, clock):
    for _ in range(REFUSALS_MAX + 5):
        await trail.refuse("unknown", "media.refused", "r", "a")
    assert len(await entries(catalogue)) == REFUSALS_MAX
    await trail.refuse("unknown", "media.refused", "r", "elsewhere")
    assert len(await entries(catalogue)) == REFUSALS_MAX + 1
    clock.advance(WINDOW_US)
    await trail.refuse("unknown", "media.refused", "r", "a", {"code": "token.expired"})
    newest = (await entries(catalogue))[0]
    assert newest.details == {"code": "token.expired", "unlisted": 5}
    await trail.refuse("unknown", "media.refused", "r", "a")
    assert (await entries(catalogue))[0].details == {}


async def test_memory_is_bounded(trail, monkeypatch):
    monkeypatch.setattr(audit_trail_module, "ADDRESSES_MAX", 3)
    monkeypatch.setattr(audit_trail_module, "NOTED_MAX", 3)
    for number in range(5):
        await trail.refuse("unknown", "media.refused", "r", f"a{number}")
        await trail.note_once("sue", "recording.viewed", f"r{number}", "a")
    assert len(trail._refusals) == 3
    assert len(trail._noted) == 3
    assert ADDRESSES_MAX > 3


async def test_an_entry_says_from_which_page_it_was_done(trail, catalogue):
    with done_from("/audit"):
        await trail.note("sue", "recording.start", "pc-1", "a")
        with done_from("/live"):
            await trail.note_once("sue", "recording.viewed", "r", "a")
        await trail.refuse("sue", "access.refused", "r", "a")
    await trail.note("sue", "recording.stop", "pc-1", "a")
    assert [one.page for one in await entries(catalogue)] == ["", "/audit", "/live", "/audit"]


async def test_many_at_once_are_each_noted_once(trail, catalogue, clock):
    await trail.note_all_once("sue", "wall.watched", ["r1", "r2"], "a", repeat_us=100)
    await trail.note_all_once("sue", "wall.watched", ["r1", "r2", "r3"], "a", repeat_us=100)
    assert [one.subject for one in await entries(catalogue)] == ["r3", "r2", "r1"]
    clock.advance(100)
    await trail.note_all_once("sue", "wall.watched", ["r1"], "a", repeat_us=100)
    assert len(await entries(catalogue)) == 4
