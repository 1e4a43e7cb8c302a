"""The cloud's own lines about a recording, in the timeline that its site tells."""

import logging

import pytest
import structlog

from playhead.base import logs
from playhead.base.ids import TenantId
from playhead.cloud.own_lines import LINES_MAX, OwnLines, merged, query_of
from playhead.domain.logs import Level
from playhead.testing.clock import SimClock

ACME = TenantId("acme")
TIMELINE = {"interaction": "r1"}


def said(at, text="opened", level="info", **fields):
    told = {"tenant": "acme", "recording": "r1"} | fields
    return logs.Said(f"2026-11-23T08:00:0{at}.000000Z", level, "playing", text, told)


def site_page(*seconds, following=None):
    items = [{"id": f"2026-11-23T08:00:0{one}.000000Z.7", "at": f"2026-11-23T08:00:0{one}Z", "text": "site"}
             for one in seconds]  # fmt: skip
    return {"items": items, "next": following, "searchedTo": None}


def times(page):
    return [(item["text"], item["at"][17:19]) for item in page["items"]]


class TestKeeping:
    @pytest.fixture
    def configured(self):
        handlers = list(logging.getLogger().handlers)
        logs.configure(SimClock())
        yield
        logging.getLogger().handlers[:] = handlers
        structlog.reset_defaults()

    @pytest.mark.usefixtures("configured")
    def test_a_line_of_this_process_that_names_tenant_and_recording(self):
        own = OwnLines(SimClock())
        log = structlog.get_logger("playhead.cloud.playing")
        log.info("recording opened in the cloud", tenant="acme", recording="r1")
        log.info("something else")
        own.close()
        log.info("later", tenant="acme", recording="r1")
        [line] = own.find(ACME, query_of(TIMELINE))
        assert (line.text, line.interaction, line.service) == ("recording opened in the cloud", "r1", "cloud")

    def test_nobody_sees_what_is_about_another_tenants(self):
        own = OwnLines(SimClock())
        own.close()
        own.add(said(1, tenant="other"))
        own.add(said(2, recording="r2"))
        assert own.find(ACME, query_of(TIMELINE)) == []

    def test_the_oldest_goes(self):
        own = OwnLines(SimClock())
        own.close()
        for number in range(LINES_MAX + 1):
            own.add(said(1, text=str(number)))
        found = own.find(ACME, query_of(TIMELINE))
        assert (len(found), found[-1].text) == (LINES_MAX, "1")

    def test_questions_narrow_it(self):
        own = OwnLines(SimClock())
        own.close()
        own.add(said(1, "one"))
        own.add(said(2, "two", level="warning"))
        for asked, found in (
            ({"level": "warning"}, ["two"]),
            ({"q": "ONE"}, ["one"]),
            ({"from": "2026-11-23T08:00:02Z"}, ["two"]),
            ({"to": "2026-11-23T08:00:02Z"}, ["one"]),
        ):
            assert [line.text for line in own.find(ACME, query_of(TIMELINE | asked))] == found

    def test_only_a_timeline_has_them(self):
        assert query_of({}) is None
        assert query_of(TIMELINE | {"workstation": "desk-7"}) is None
        assert query_of(TIMELINE).level is Level.DEBUG


class TestMerging:
    def lines(self, *seconds):
        own = OwnLines(SimClock())
        own.close()
        for one in seconds:
            own.add(said(one, "own"))
        return own.find(ACME, query_of(TIMELINE))

    def test_they_stand_where_they_happened(self):
        page = merged(site_page(6, 2), self.lines(1, 4, 8), None)
        assert times(page) == [("own", "08"), ("site", "06"), ("own", "04"), ("site", "02"), ("own", "01")]

    def test_each_stands_on_one_page(self):
        own = self.lines(1, 4, 8)
        first = merged(site_page(6, 3, following="2026-11-23T08:00:03.000000Z.7"), own, None)
        second = merged(site_page(2), own, "2026-11-23T08:00:03.000000Z.7")
        assert times(first) == [("own", "08"), ("site", "06"), ("own", "04"), ("site", "03")]
        assert times(second) == [("site", "02"), ("own", "01")]

    def test_where_the_site_has_nothing_they_are_all(self):
        assert times(merged(site_page(), self.lines(1), None)) == [("own", "01")]
