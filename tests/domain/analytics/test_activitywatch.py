import json

import pytest

from playhead.base.errors import InvalidInputError
from playhead.domain.analytics.activitywatch import imported, read_export
from playhead.domain.analytics.events import Kind, encoded
from playhead.domain.analytics.events import decoded as batch_of


def export():
    def bucket(kind, *events):
        rows = [{"id": 1, "timestamp": at, "duration": lasts, "data": data} for at, lasts, data in events]
        return {"id": "b", "type": kind, "client": "x", "hostname": "Office PC", "created": "2026", "events": rows}

    window = bucket(
        "currentwindow",
        ("2026-11-23T09:01:00+00:00", 60, {"app": "Firefox", "title": "Shop"}),
        ("2026-11-23T09:00:00.500000Z", 59.5, {"app": "crm.exe", "title": "Customer"}),
        ("2026-11-23T09:01:30+00:00", 90, {"app": "crm.exe", "title": "Customer"}),  # overlaps by half a minute
    )
    away = bucket(
        "afkstatus",
        ("2026-11-23T09:00:00+00:00", 120, {"status": "not-afk"}),
        ("2026-11-23T09:02:00+00:00", 600, {"status": "afk"}),
    )
    web = bucket(
        "web.tab.current",
        ("2026-11-23T09:00:50+00:00", 30, {"url": "https://a.example/"}),
        ("2026-11-23T09:01:20+00:00", 10, {"url": "https://b.example/"}),
    )
    return json.dumps({"buckets": {"w": window, "a": away, "t": web, "o": bucket("app.editor.activity")}}).encode()


def test_windows_are_cut_where_somebody_went_away_or_the_page_changed():
    (machine,) = imported(read_export(export()), "jane")
    seconds = [
        (each.from_us % 3_600_000_000 / 1e6, each.lasts_us / 1e6, each.kind, each.application, each.url)
        for each in machine.events
    ]
    assert seconds == [
        (0.5, 59.5, Kind.ACTIVE, "crm.exe", ""),
        (60, 20, Kind.ACTIVE, "Firefox", "https://a.example/"),
        (80, 10, Kind.ACTIVE, "Firefox", "https://b.example/"),
        (90, 30, Kind.ACTIVE, "Firefox", ""),
        (120, 60, Kind.IDLE, "crm.exe", ""),
    ]
    assert {each.agent for each in machine.events} == {"jane"}
    assert [each.sequence for each in machine.events] == [each.from_us for each in machine.events]
    assert not batch_of(encoded("pc", machine.spool, machine.events)).refused


@pytest.mark.parametrize("data", [b"", b"[]", b'{"buckets": 3}', b'{"buckets":{"a":{"type":"x","events":[{}]}}}'])
def test_what_is_no_export_is_refused(data):
    with pytest.raises(InvalidInputError) as refused:
        read_export(data)
    assert refused.value.code == "analytics.import"


def test_what_is_no_time_is_refused():
    with pytest.raises(InvalidInputError) as refused:
        imported(read_export(export().replace(b"2026-11-23T09:01:00+00:00", b"yesterday")), "")
    assert refused.value.code == "analytics.import"
