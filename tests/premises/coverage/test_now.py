"""The present: who is covered, why not, and when that is an alarm; told within 15 s of the last durable progress."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.coverage import Reason
from playhead.domain.history import Entry
from playhead.domain.live import CoverageChanged, LiveWorkstation
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.coverage.now import LOST, is_due, reason_of
from playhead.premises.coverage.service import LOOK_S
from playhead.store.catalogue.outbox import next_events

PC = WorkstationId("pc-1")
RECORDING = RecordingId(UUID(int=1))
LIVE = LiveWorkstation(PC, connected=True, changed_at_us=0, state="recording", recording=RECORDING, agent="sam")
CONTINUOUS = Entry(1, 1, "recording", wanted="continuous")


@pytest.mark.parametrize(
    ("newest", "is_open", "expected"),
    [
        (None, False, True),
        (CONTINUOUS, True, True),
        (CONTINUOUS, False, False),
        (replace(CONTINUOUS, wanted="ordered"), False, True),
        (replace(CONTINUOUS, wanted=""), True, False),
    ],
)
def test_of_whom_something_is_due(newest, is_open, expected):
    assert is_due(LIVE, newest, is_open=is_open) == expected
    if newest is None:
        assert not is_due(replace(LIVE, recording=None), newest, is_open=True)


@pytest.mark.parametrize(
    ("live", "newest", "age_us", "expected"),
    [
        (LIVE, CONTINUOUS, 4_999_999, None),
        (LIVE, CONTINUOUS, 5_000_000, Reason.UNKNOWN),
        (LIVE, CONTINUOUS, None, Reason.UNKNOWN),
        (replace(LIVE, spool_bytes=1), CONTINUOUS, 5_000_000, Reason.SPOOLED),
        (replace(LIVE, state="blackout"), CONTINUOUS, 0, Reason.BLACKOUT),
        (replace(LIVE, state="denied"), CONTINUOUS, 0, Reason.DENIED),
        (replace(LIVE, state="idle"), CONTINUOUS, 0, Reason.UNKNOWN),
        (replace(LIVE, connected=False), CONTINUOUS, 0, Reason.UNKNOWN),
        (replace(LIVE, connected=False), replace(CONTINUOUS, state="off", last=True), 0, Reason.OFF),
        (replace(LIVE, connected=False), replace(CONTINUOUS, state="locked"), 0, Reason.UNKNOWN),
        (replace(LIVE, connected=False), None, 0, Reason.UNKNOWN),
    ],
)
def test_why_what_is_due_does_not_come_to_exist(live, newest, age_us, expected):
    assert reason_of(live, newest, age_us) is expected


async def ticks(site, service, events, seconds):
    """Look as often as the service does; what was told of alarms, with the second of it."""
    told = []
    for second in range(1, seconds + 1):
        site.clock.advance(int(LOOK_S * 1e6))
        if RECORDING in site.control.ages_us:
            site.control.ages_us[RECORDING] += int(LOOK_S * 1e6)
        service.look()
        while events._waiting.qsize():
            event = events._waiting.get_nowait()
            if isinstance(event, CoverageChanged):
                told.append((second, event.present.code, event.present.alarm))
    return told


async def test_what_stops_is_told_within_15_s_and_again_when_it_goes_on(site):
    control = site.control
    control.live[PC], control.newest[PC] = LIVE, CONTINUOUS
    control.ages_us[RECORDING] = 0
    service = site.coverage()
    with control.subscribe() as events, capture_logs() as logs:
        service.look()
        assert service.now.find(PC).covered is True
        lost_at = site.clock.wall_us()
        told = await ticks(site, service, events, 15)
        assert [(code, alarm) for _, code, alarm in told] == [
            (None, False),
            (Reason.UNKNOWN, False),
            (Reason.UNKNOWN, True),
        ]
        assert told[-1][0] <= 15
        present = service.now.find(PC)
        assert (present.covered, present.alarm) == (False, True)
        assert lost_at < present.since_us <= lost_at + 6_000_000
        control.ages_us[RECORDING] = 0
        assert [(code, alarm) for _, code, alarm in await ticks(site, service, events, 1)] == [(None, False)]
    codes = [(entry["event"], entry.get("code")) for entry in logs if entry["event"].startswith("coverage.")]
    assert codes == [("coverage.lost", "unknown"), ("coverage.regained", "")]
    for _ in range(2):  # each once
        await service.tell()
    async with site.catalogue.reading() as connection:
        told = [one.event for one in await next_events(connection, 10)]
    assert [(one.type, one.subject, json.loads(one.data)["code"]) for one in told] == [
        ("playhead.coverage.lost.v1", "pc-1", "unknown"),
        ("playhead.coverage.regained.v1", "pc-1", ""),
    ]


async def test_what_is_excused_is_no_alarm_and_the_link_is_spoken_of(site):
    control = site.control
    service = site.coverage()
    control.newest[PC] = replace(CONTINUOUS, state="off", last=True)
    control.live[PC] = replace(LIVE, connected=False)
    with control.subscribe() as events:
        await ticks(site, service, events, 60)
        present = service.now.find(PC)
        assert (present.covered, present.code, present.alarm, present.state) == (False, Reason.OFF, False, "offline")
        control.newest[PC] = CONTINUOUS
        await ticks(site, service, events, 1)
        present = service.now.find(PC)
        assert (present.code, present.alarm, present.message) == (Reason.UNKNOWN, True, LOST)


async def test_outside_the_hours_nothing_is_due(site):
    site.control.live[PC], site.control.newest[PC] = LIVE, CONTINUOUS
    service = site.coverage(CoverageConfig(time_zone="UTC", hours=("fri 08:00-09:00",)))
    service.look()
    assert service.now.find(PC).covered is False
    site.clock.advance(3_600_000_000)
    service.look()
    present = service.now.find(PC)
    assert (present.covered, present.code, present.alarm) == (None, None, False)


async def test_the_numbers(site):
    def value(name, **labels):
        return REGISTRY.get_sample_value(name, labels) or 0.0

    control = site.control
    control.live[PC], control.newest[PC] = LIVE, CONTINUOUS
    other = WorkstationId("pc-2")
    control.live[other], control.newest[other] = replace(LIVE, id=other, state="failed"), CONTINUOUS
    control.ages_us[RECORDING] = 0
    service = site.coverage()
    before = value("playhead_coverage_missing_seconds_total", code="failed")
    service.look()
    for _ in range(10):
        site.clock.advance(1_000_000)
        service.look()
    assert value("playhead_coverage_workstations", state="covered") == 1
    assert value("playhead_coverage_workstations", state="failed") == 1
    assert value("playhead_coverage_alarms") == 1
    assert value("playhead_coverage_missing_seconds_total", code="failed") - before == pytest.approx(10)


@pytest.mark.parametrize(
    "settings",
    [
        {"hours": ("mon 18:00-08:00",)},
        {"hours": ("mon 08:00-24:01",)},
        {"hours": ("sun-mon 08:00-09:00",)},
        {"hours": ("monday 08:00-09:00",)},
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../../etc/passwd"},
    ],
)
def test_what_would_not_work_is_refused(settings):
    with pytest.raises(ValueError, match=r"hours:|time_zone:"):
        CoverageConfig(**settings)
