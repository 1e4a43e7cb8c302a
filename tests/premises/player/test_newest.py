"""The newest thumbnail of what grows: noticed as it arrives, durable, bounded."""

import pytest

from playhead.base.errors import NotFoundError
from playhead.premises.player import newest as newest_module
from playhead.store.segments import open_segment
from playhead.wire.vid import Kind


@pytest.fixture
def newest(service):
    return service.newest


async def test_of_several_monitors_the_first_is_shown(site, newest, make):
    fixture = make(tracks=("left", "right"), thumbnails=3, sealed=False)
    await site.add_fixture(fixture)
    found = (await newest.find([fixture.header.recording]))[fixture.header.recording]
    last = fixture.of_kind(Kind.THUMBNAIL, 1)[-1].header
    assert (found.record, found.at_us) == (last.sequence, fixture.header.started_at_us + last.media_time_us)


async def test_it_is_what_the_workstation_sealed(site, newest, make):
    fixture = make(thumbnails=3, sealed=False, sizes=((320, 180),))
    segment = await site.add_fixture(fixture)
    tag, jpeg = await newest.open(fixture.header.recording)
    assert tag == f"{segment.id}-{fixture.of_kind(Kind.THUMBNAIL)[-1].header.sequence}"
    assert jpeg[:2] == b"\xff\xd8"


async def test_what_does_not_grow_has_none(site, newest, make):
    fixture = make(thumbnails=2)
    segment = await site.add_fixture(fixture)
    site.store.release(segment)
    while any(one.id == segment.id for one in site.store.growing()):
        await site.store.commit()
    assert await newest.find([fixture.header.recording]) == {}
    with pytest.raises(NotFoundError) as raised:
        await newest.open(fixture.header.recording)
    assert raised.value.code == "thumbnail.none"


async def test_one_that_is_too_long_is_not_sent(site, newest, make, monkeypatch):
    fixture = make(sealed=False)
    await site.add_fixture(fixture)
    size = fixture.of_kind(Kind.THUMBNAIL)[0].size
    monkeypatch.setattr(newest_module, "THUMBNAIL_BYTES_MAX", size)
    await newest.open(fixture.header.recording)
    monkeypatch.setattr(newest_module, "THUMBNAIL_BYTES_MAX", size - 1)
    with pytest.raises(NotFoundError):
        await newest.open(fixture.header.recording)


async def test_what_was_looked_into_is_remembered_and_bounded(site, newest, make, monkeypatch):
    monkeypatch.setattr(newest_module, "FOUND_MAX", 2)
    fixtures = [make(f"f{number}", seconds=0.4, extras=False, sealed=False) for number in range(3)]
    for fixture in fixtures:
        await site.add_fixture(fixture)
    assert await newest.find([fixture.header.recording for fixture in fixtures]) == {}
    assert len(newest._found) == 2


async def test_few_that_are_not_durable_are_remembered(site, make, monkeypatch):
    monkeypatch.setattr(open_segment, "THUMBNAILS_MAX", 3)
    fixture = make(seconds=4, thumbnails=8, sealed=False)
    first = fixture.of_kind(Kind.THUMBNAIL)[0]
    segment = await site.add_fixture(fixture, size=first.offset + first.size)
    segment.take_in(fixture.data[first.offset + first.size :])  # nothing of it is committed
    assert segment.newest_thumbnail() == first
    kept = [one.header.sequence for one in segment.thumbnails[1]]
    last = [one.header.sequence for one in fixture.of_kind(Kind.THUMBNAIL)[-2:]]
    assert kept == [first.header.sequence, *last]
