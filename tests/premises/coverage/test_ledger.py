"""Accounts of days and recordings, from a real catalogue."""

from datetime import UTC, date, datetime, timedelta

import pytest
from premises.coverage.conftest import DAY_US, HOUR_US, PC

from playhead.domain.coverage import Reason
from playhead.domain.history import CRASH_US
from playhead.premises.coverage.config import CoverageConfig
from playhead.store.catalogue.coverage import past_days
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.segments import delete_segment, segments_of
from playhead.store.catalogue.workstations import revoke_workstation

FIRST = date(2027, 1, 15)


def hours(account) -> dict[str, float]:
    told = {str(reason): us / HOUR_US for reason, us in account.ledger.by_reason().items()}
    assert account.ledger.due_us == account.ledger.kept_us + sum(account.ledger.by_reason().values())
    return {"kept": account.ledger.kept_us / HOUR_US} | told


async def day_of(ledger, day=FIRST):
    return (await ledger.day(day, [PC]))[PC]


async def test_a_day_told_by_the_journal(site, past):
    await past.note((0, "recording"), (2, "blackout"), (3, "recording"), (5, "off"))
    await past.note((6, "killed", 6.5), (7, "recording"))
    await past.link(0, connected=True)
    await past.record([(0, 4), (4, 5), (7, 7.5)])
    await past.held(7)
    site.clock.advance(16 * HOUR_US + 5_000_000)  # midnight, and what is not due yet
    ledger = site.coverage().ledger
    account = await day_of(ledger)
    assert account.from_us == past.at(0)
    assert hours(account) == {"kept": 4.5, "blackout": 1, "killed": 0.5, "off": 1.5, "spooled": 16.5}
    await past.held(None)
    assert hours(await day_of(ledger)) == {"kept": 4.5, "blackout": 1, "killed": 0.5, "off": 1.5, "unknown": 16.5}


async def test_what_is_not_settled_yet_is_not_due(site, past):
    await past.note((0, "recording"))
    await past.link(0, connected=True)
    await past.record([(0, 8)])
    ledger = site.coverage().ledger
    assert hours(await day_of(ledger)) == pytest.approx({"kept": 8 - 5 / 3600})
    site.clock.advance(4_000_000)
    assert set(hours(await day_of(ledger))) == {"kept"}, "it may be on its way"
    site.clock.advance(1_900_000)
    assert set(hours(await day_of(ledger))) == {"kept"}, "and less than a second beside what is there is no gap"
    site.clock.advance(2_100_000)
    assert hours(await day_of(ledger))["unknown"] == pytest.approx(3 / 3600)


async def test_the_sites_hours_and_orders(site, past):
    await past.note((0, "recording"), (12, "recording"))
    config = CoverageConfig(time_zone="UTC", hours=("fri 09:00-10:30", "fri 11:00-12:00"))
    site.clock.advance(DAY_US)
    ledger = site.coverage(config).ledger
    assert hours(await day_of(ledger)) == {"kept": 0, "unknown": 2.5}
    await past.note((20, "recording"), (21, "idle"), wanted="ordered")
    await past.note((22, "idle"), wanted="")
    ledger.touched(PC, past.at(20))
    assert hours(await day_of(ledger)) == {"kept": 0, "unknown": 4.5}, "ordered ones whenever that was"


async def test_days_begin_where_the_site_is_and_may_be_short(site, past):
    config = CoverageConfig(time_zone="Europe/Berlin")
    ledger = site.coverage(config).ledger
    begin, end = ledger.bounds(date(2027, 3, 28))
    assert end - begin == 23 * HOUR_US
    assert begin == datetime(2027, 3, 27, 23, tzinfo=UTC).timestamp() * 1e6
    assert ledger.hours.between(begin, end, ledger.zone).length_us == 23 * HOUR_US
    await past.note((0, "recording"))
    assert (await day_of(ledger, date(2027, 1, 14))).ledger.due_us == 0
    assert (await day_of(ledger, ledger.today + timedelta(days=1))).ledger.due_us == 0


async def test_a_workstation_without_a_journal_owes_what_it_recorded(site, past):
    await past.record([(1, 2), (3, 4)])
    site.clock.advance(DAY_US)
    assert hours(await day_of(site.coverage().ledger)) == {"kept": 2, "unknown": 1}


async def test_one_that_was_shut_out_owes_nothing_any_more(site, past):
    await past.note((0, "recording"))
    async with site.catalogue.writing() as connection:
        await revoke_workstation(connection, PC, past.at(6))
    site.clock.advance(DAY_US)
    assert hours(await day_of(site.coverage().ledger)) == {"kept": 0, "unknown": 6}


async def test_a_day_that_is_over_outlasts_its_recordings(site, past):
    await past.note((0, "recording"), (10, "off"))
    await past.link(0, connected=True)
    recording = await past.record([(0, 10)])
    site.clock.advance(DAY_US)
    service = site.coverage()
    await service.keep_past()
    async with site.catalogue.writing() as connection:
        for segment in await segments_of(connection, [recording]):
            await delete_segment(connection, segment.id)
    expected = {"kept": 10, "off": 14}
    assert hours(await day_of(service.ledger)) == expected
    service.ledger.touched(PC, past.at(0))
    assert hours(await day_of(service.ledger)) == expected, "the fuller account stays"
    assert hours(await day_of(site.coverage().ledger)) == expected


async def test_what_comes_late_is_added_to_its_day(site, past):
    await past.note((0, "recording"))
    await past.link(0, connected=True)
    await past.held(0)
    site.clock.advance(DAY_US)
    ledger = site.coverage().ledger
    assert hours(await day_of(ledger)) == {"kept": 0, "spooled": 24}
    await past.record([(0, 12)])
    assert hours(await day_of(ledger)) == {"kept": 12, "spooled": 12}, "a day is open while something may come"
    await past.record([(12, 24)], number=2)
    await past.held(None)
    assert hours(await day_of(ledger)) == {"kept": 24}
    async with site.catalogue.reading() as connection:
        assert (await past_days(connection, str(FIRST), [PC]))[PC].is_final
    await past.note((25, "asleep", 26))
    ledger.touched(PC, past.at(23))
    assert hours(await day_of(ledger)) == {"kept": 24}


async def test_a_recording(site, past):
    await past.note((1, "recording"), (2, "killed", 2.5), wanted="ordered")
    await past.note((3, "blackout"), (3.5, "recording"), wanted="ordered")
    recording = await past.record([(1, 2), (2.5, 4), (4, 5)])
    async with site.catalogue.reading() as connection:
        found = await get_recording(connection, recording)
    ledger = site.coverage().ledger
    account = await ledger.recording(found)
    assert hours(account) == {"kept": 3, "killed": 0.5, "blackout": 0.5}
    why = await ledger.explain(found, [(past.at(1.75), past.at(2.25)), (past.at(4), past.at(4.5))])
    assert [(one.reason, one.to_us - one.from_us) for one in why] == [
        (Reason.UNKNOWN, HOUR_US // 4 - CRASH_US),
        (Reason.KILLED, HOUR_US // 4 + CRASH_US),
        (Reason.UNKNOWN, HOUR_US // 2),
    ]


async def test_corrupt_bytes_are_not_kept(site, past):
    await past.note((1, "recording"), (2, "idle"), wanted="ordered")
    await past.record([(1, 2)], ended="corrupt")
    account = await day_of(site.coverage().ledger)
    assert account.ledger.kept_us == 0


async def test_what_is_too_old_is_forgotten_but_the_newest_change(site, past):
    await past.note((0, "recording"), (1, "off"), (2, "recording"), (3, "asleep", 4))
    await past.link(0, connected=True)
    service = site.coverage()
    site.clock.advance(DAY_US)
    await service.keep_past()
    site.clock.advance(400 * DAY_US)
    await service.keep_past()
    async with site.catalogue.reading() as connection:
        assert await past_days(connection, str(FIRST), [PC]) == {}
    assert hours(await day_of(service.ledger, service.ledger.today - timedelta(days=1))) == {"kept": 0, "unknown": 24}
