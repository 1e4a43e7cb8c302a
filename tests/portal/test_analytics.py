"""Desktop analytics over the API: figures, bands, moments and files, of the agents that somebody may see."""

import asyncio
import csv
import io
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import UUID

import duckdb
import pytest
from portal.conftest import open_browser

from playhead.base.ids import GroupId, RecordingId, UserId, WorkstationId
from playhead.base.instants import rfc3339
from playhead.domain.analytics.events import DesktopEvent, Kind
from playhead.domain.analytics.rollout import Rollout, RuleSet
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import AUDITOR, SUPERVISOR
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.api import recordings_worked
from playhead.portal.application import create_application
from playhead.store.analytics.asking import Asking
from playhead.store.analytics.store import EventStore
from playhead.store.catalogue.analytics_rules import note_digest
from playhead.store.catalogue.groups import Group, add_group
from playhead.store.disk import SystemDisk

S = 1_000_000
TEXT = """[[rule]]
name = "card form"
when = { title = "*Card payment*" }
then = [{ blackout = "start" }, { tag = "card" }]
"""
JANES = RecordingId(UUID(int=1))
SUES = RecordingId(UUID(int=2))


class Analytics:
    """The module on a store of its own."""

    known = ("crm", "mail*")
    zone = "Europe/Berlin"

    def __init__(self, asking):
        self.ask = asking.ask

    def digest(self, rules):
        return Rollout(sets=tuple(RuleSet(name=one.name, text=one.text) for one in rules)).digest


@pytest.fixture
async def began_us(site):
    return site.clock.wall_us() // S * S - 3_600 * S


@pytest.fixture
async def stored(site, tmp_path, began_us):
    """An hour of two agents, whose seconds are told below."""
    store = EventStore(SystemDisk(), tmp_path / "events", site.clock, site="site-1")
    await store.open()
    running = asyncio.create_task(store.run())

    def at(sequence, from_s, lasts_s, application, title="", kind=Kind.ACTIVE, agent="jane", **more):  # noqa: PLR0917 - as they are read below
        return DesktopEvent(
            sequence=sequence,
            kind=kind,
            from_us=began_us + from_s * S,
            lasts_us=lasts_s * S,
            agent=agent,
            application=application,
            title=title,
            **more,
        )

    janes = [
        at(1, 0, 600, "crm", "Customer 1"),
        at(2, 600, 90, "firefox", "Card payment", url="https://pay.example/card"),
        at(3, 600, 0, "firefox", kind=Kind.TRIGGER, rule="card form", action="tag", detail="card"),
        at(4, 690, 110, "crm", "Customer 1", kind=Kind.IDLE),
        at(5, 800, 200, "=games", "Level 3"),
    ]
    sues = [at(1, 0, 500, "crm", "Customer 2", agent="sue"), at(2, 500, 500, "mailer", "Inbox", agent="sue")]
    for workstation, events in (("pc-jane", janes), ("pc-sue", sues)):
        await store.append(workstation, "spool", events)
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def analytics(stored, tmp_path):  # noqa: ARG001 - it is there before it is asked
    asking = Asking(SystemDisk(), tmp_path / "events")
    yield Analytics(asking)
    asking.close()


@pytest.fixture
async def parts(parts, analytics):
    return replace(parts, analytics=analytics)


@pytest.fixture
async def recorded(site, began_us):
    """Each agent's hour."""
    for name, agent, recording in (("pc-jane", "CORP\\Jane", JANES), ("pc-sue", "sue", SUES)):
        await site.add_recording(recording, workstation=name, agent=agent, started_at_us=began_us)
        await site.set_state(recording, RecordingState.COMPLETE, began_us + 1_000 * S)


@pytest.fixture
def period(began_us):
    return {"from": rfc3339(began_us), "to": rfc3339(began_us + 3_600 * S)}


async def answer(browser, what, period, **more):
    found = await browser.get(f"/api/analytics/{what}", params=[*period.items(), *more.items()])
    assert found.status_code == 200, found.text
    return found.json()


def seconds(found):
    return {one["key"]: (one["usage"]["activeMs"] / 1000, one["usage"]["idleMs"] / 1000) for one in found["items"]}


class TestFigures:
    async def test_usage_is_what_the_script_says(self, browser, period):
        await browser.sign_in("sue")
        found = await answer(browser, "usage", period)
        assert seconds(found) == {"crm": (1100, 110), "mailer": (500, 0), "=games": (200, 0), "firefox": (90, 0)}
        assert found["total"]["usage"]["activeMs"] == 1_890_000
        assert found["total"]["agents"] == 2
        assert found["timeZone"] == "Europe/Berlin"
        assert found["counted"]
        assert seconds(await answer(browser, "usage", period, by="agent")) == {"jane": (890, 110), "sue": (1000, 0)}

    async def test_an_agent_sees_their_own_alone(self, browser, period):
        await browser.sign_in("jane")
        assert set(seconds(await answer(browser, "usage", period, by="agent"))) == {"jane"}
        assert (await answer(browser, "usage", period))["total"]["usage"]["activeMs"] == 890_000
        assert (await answer(browser, "usage", period, agent="sue"))["items"] == []
        moments = (await answer(browser, "moments", period))["items"]
        assert {one["agent"] for one in moments} == {"jane"}

    async def test_a_supervisor_sees_their_groups(self, site, browser, period):
        await site.add_user("max", SUPERVISOR)
        async with site.catalogue.writing() as connection:
            await add_group(connection, Group(GroupId("care"), "Care", ("jane",), (UserId("max"),)))
            await add_group(connection, Group(GroupId("back"), "Back office", ("sue",)))
        await browser.sign_in("max")
        found = await answer(browser, "usage", period, by="group")
        assert [(one["key"], one["name"]) for one in found["items"]] == [("care", "Care")]
        assert (await answer(browser, "usage", period, group="back"))["items"] == []

    @pytest.mark.usefixtures("recorded")
    async def test_queues_come_from_tags(self, browser, period):
        await browser.sign_in("root")
        order = {"recordings": [str(SUES)], "action": "tag", "tag": "queue: orders"}
        assert (await browser.post("/api/recordings/bulk", json=order)).json()["done"] == 1
        found = seconds(await answer(browser, "usage", period, by="queue"))
        assert found["orders"] == (1000, 0)

    async def test_two_periods_are_compared(self, browser, period, began_us):
        await browser.sign_in("sue")
        before = {"beforeFrom": rfc3339(began_us - 3_600 * S), "beforeTo": period["from"]}
        found = await answer(browser, "comparison", period, **before)
        assert found["before"]["activeMs"] == 0
        assert found["after"]["activeMs"] == 1_890_000
        assert {one["key"] for one in found["items"]} == {"crm", "mailer", "=games", "firefox"}

    async def test_what_is_unusual_is_told(self, browser, period):
        await browser.sign_in("sue")
        unknown = (await answer(browser, "unknown", period))["items"]
        assert {one["application"] for one in unknown} == {"=games", "firefox"}
        assert (await answer(browser, "outliers", period))["items"] == []
        idle = await answer(browser, "idle", period)
        assert [one["lastsMs"] for one in idle["items"]] == [110_000]

    async def test_reading_is_noted_once(self, site, browser, period):
        await browser.sign_in("sue")
        for what in ("usage", "unknown", "outliers"):
            await answer(browser, what, period)
        assert [one.actor for one in await site.audited("analytics.read")] == ["sue"]

    @pytest.mark.parametrize(
        "wrong", [{"to": "2020-01-01T00:00:00Z"}, {"from": "yesterday"}, {"by": "mood"}, {"extra": "1"}]
    )
    async def test_what_is_malformed_is_refused(self, browser, period, wrong):
        await browser.sign_in("sue")
        found = await browser.get("/api/analytics/usage", params=period | wrong)
        assert found.status_code == 400


class TestMoments:
    @pytest.mark.usefixtures("recorded")
    async def test_lead_to_where_they_were_recorded(self, browser, period):
        await browser.sign_in("sue")
        found = await answer(browser, "moments", period, application="firefox", kind="active")
        assert [(one["title"], one["place"]) for one in found["items"]] == [
            ("Card payment", {"recording": str(JANES), "atMs": 600_000})
        ]
        found = await answer(browser, "moments", period, rule="card*")
        assert [(one["rule"], one["action"], one["detail"]) for one in found["items"]] == [("card form", "tag", "card")]

    async def test_come_in_pages(self, browser, period):
        await browser.sign_in("sue")
        first = await answer(browser, "moments", period, limit=4)
        rest = await answer(browser, "moments", period, limit=4, before=first["next"])
        at = [one["at"] for one in (*first["items"], *rest["items"])]
        assert len(at) == 7
        assert at == sorted(at, reverse=True)
        assert rest["next"] is None

    @pytest.mark.parametrize("cursor", ["x", "1~~2", "1~pc~x", "²~pc~1", "~~"])
    async def test_a_made_up_cursor_is_refused(self, browser, period, cursor):
        await browser.sign_in("sue")
        found = await browser.get("/api/analytics/moments", params=period | {"before": cursor})
        assert (found.status_code, found.json()["error"]["code"]) == (400, "list.cursor")


class TestBands:
    @pytest.mark.usefixtures("recorded")
    async def test_lie_on_the_timeline_of_a_recording(self, browser):
        await browser.sign_in("jane")
        found = (await browser.get(f"/api/analytics/recordings/{JANES}")).json()
        assert [(one["fromMs"], one["toMs"], one["kind"], one["application"]) for one in found["bands"]] == [
            (0, 600_000, "active", "crm"),
            (600_000, 690_000, "active", "firefox"),
            (690_000, 800_000, "idle", "crm"),
            (800_000, 1_000_000, "active", "=games"),
        ]
        assert found["triggers"] == [{"atMs": 600_000, "rule": "card form", "action": "tag", "detail": "card"}]
        assert not found["cut"]

    @pytest.mark.usefixtures("recorded")
    async def test_of_somebody_else_are_refused(self, site, browser):
        await browser.sign_in("jane")
        assert (await browser.get(f"/api/analytics/recordings/{SUES}")).status_code == 403
        assert await site.audited("access.refused")


@pytest.mark.usefixtures("recorded")
class TestLibrary:
    """Narrowed to recordings during which something was worked with."""

    async def found(self, browser, **more):
        answer = (await browser.get("/api/recordings", params=more)).json()
        return [one["id"] for one in answer["items"]], answer["next"]

    @pytest.mark.parametrize(
        ("sought", "found"),
        [
            ({"application": "fire*"}, [JANES]),
            ({"application": "CRM"}, [SUES, JANES]),
            ({"application": "crm", "url": "*pay*"}, []),
            ({"url": "https://pay.*"}, [JANES]),
            ({"rule": "card form"}, [JANES]),
            ({"idleFrom": 10}, [JANES]),
            ({"idleTo": 10}, [SUES]),
            ({"idleFrom": 10, "idleTo": 100, "application": "mailer"}, []),
        ],
    )
    async def test_holds_those_that_fit(self, browser, sought, found):
        await browser.sign_in("root")
        assert (await self.found(browser, **sought))[0] == [str(one) for one in found]

    async def test_comes_in_pages(self, browser):
        await browser.sign_in("root")
        first, following = await self.found(browser, application="crm", limit=1)
        assert first == [str(SUES)]
        assert following is not None
        assert await self.found(browser, application="crm", limit=1, before=following) == ([str(JANES)], None)

    async def test_looks_no_further_than_it_may(self, browser, monkeypatch):
        monkeypatch.setattr(recordings_worked, "LOOKED_AT_MAX", 1)
        monkeypatch.setattr(recordings_worked, "PAGE_ITEMS_MAX", 1)
        await browser.sign_in("root")
        first, following = await self.found(browser, application="firefox")
        assert first == []
        assert await self.found(browser, application="firefox", before=following) == ([str(JANES)], None)

    async def test_tells_nobody_what_they_may_not_analyse(self, site, browser):
        await site.add_user("ann", AUDITOR)
        await browser.sign_in("ann")
        assert len((await self.found(browser))[0]) == 2
        refused = await browser.get("/api/recordings", params={"application": "crm"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "access.refused")


class TestFiles:
    @pytest.mark.parametrize("form", ["csv", "parquet"])
    async def test_every_report_can_be_taken_away(self, browser, period, form):
        await browser.sign_in("sue")
        before = {"beforeFrom": "2020-01-01T00:00:00Z", "beforeTo": "2020-01-02T00:00:00Z"}
        for report in ("usage", "comparison", "outliers", "unknown", "idle", "moments"):
            more = before if report == "comparison" else {}
            wanted = period | more | {"report": report, "format": form}
            found = await browser.get("/api/analytics/export", params=wanted)
            assert found.status_code == 200, report
            assert found.headers["content-disposition"] == f'attachment; filename="{report}.{form}"'

    async def test_hold_the_figures_and_no_formula(self, site, browser, period, tmp_path):
        await browser.sign_in("sue")
        found = await browser.get("/api/analytics/export", params=period | {"report": "usage", "format": "csv"})
        rows = {row["key"]: row for row in csv.DictReader(io.StringIO(found.text))}
        assert (rows["crm"]["active_ms"], rows["crm"]["idle_ms"]) == ("1100000", "110000")
        assert "'=games" in rows
        found = await browser.get("/api/analytics/export", params=period | {"report": "usage", "format": "parquet"})
        path = tmp_path / "usage.parquet"
        path.write_bytes(found.content)
        assert duckdb.sql(f"SELECT sum(active_ms) FROM '{path}'").fetchone() == (1_890_000,)  # noqa: S608 - ours
        details = [one.details for one in await site.audited("analytics.exported")]
        assert {one["format"] for one in details} == {"csv", "parquet"}

    async def test_a_comparison_needs_two_periods(self, browser, period):
        await browser.sign_in("sue")
        found = await browser.get("/api/analytics/export", params=period | {"report": "comparison", "format": "csv"})
        assert (found.status_code, found.json()["error"]["code"]) == (400, "analytics.period")


class TestRules:
    async def add(self, browser, **more):
        return await browser.post("/api/analytics/rules", json={"name": "Cards", "text": TEXT, **more})

    async def test_are_written_rolled_out_and_removed(self, site, browser, analytics):
        await site.add_workstation("pc-1")
        await browser.sign_in("root")
        added = (await self.add(browser)).json()
        assert (added["version"], added["workstations"], added["author"]) == (1, 0, "root")
        assert added["rules"] == [{"name": "card form", "does": ["blackout", "tag"]}]
        wanted = {"name": "Cards", "text": TEXT, "everyone": True, "version": 1}
        changed = (await browser.put(f"/api/analytics/rules/{added['id']}", json=wanted)).json()
        assert (changed["version"], changed["workstations"], changed["holding"]) == (2, 1, 0)
        again = await browser.put(f"/api/analytics/rules/{added['id']}", json=wanted)
        assert (again.status_code, again.json()["error"]["code"]) == (409, "analytics.rules_outdated")
        digest = analytics.digest([SimpleNamespace(name="Cards", text=TEXT)])
        async with site.catalogue.writing() as connection:
            await note_digest(connection, WorkstationId("pc-1"), digest, site.clock.wall_us())
        (holder,) = (await browser.get("/api/analytics/rules/workstations")).json()["items"]
        assert (holder["workstation"], holder["holds"], holder["rules"]) == ("pc-1", True, [added["id"]])
        (listed,) = (await browser.get("/api/analytics/rules")).json()["items"]
        assert listed["holding"] == 1
        assert (await browser.delete(f"/api/analytics/rules/{added['id']}")).status_code == 204
        assert (await browser.get("/api/analytics/rules")).json()["items"] == []
        for action in ("added", "changed", "deleted"):
            assert len(await site.audited(f"analytics.rules_{action}")) == 1

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (TEXT.replace("blackout", "blakout"), 4),
            (TEXT.replace("when =", "whem ="), 3),
            ('[[rule]]\nname = "x', 2),
            (TEXT + TEXT, 6),
        ],
    )
    async def test_what_is_wrong_is_told_by_line(self, browser, text, line):
        await browser.sign_in("root")
        found = (await browser.post("/api/analytics/rules/check", json={"text": text})).json()
        (problem,) = found["problems"]
        assert problem["line"] == line
        assert not problem["message"].startswith("rules")
        refused = await browser.post("/api/analytics/rules", json={"name": "Wrong", "text": text})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "analytics.rule")

    async def test_two_sets_cannot_have_a_rule_of_one_name(self, browser):
        await browser.sign_in("root")
        assert (await self.add(browser)).status_code == 201
        refused = await self.add(browser, name="Others")
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "analytics.rule")

    @pytest.mark.usefixtures("recorded")
    async def test_are_tried_over_what_is_stored(self, browser, period):
        await browser.sign_in("root")
        found = (await browser.post("/api/analytics/rules/trial", json={"text": TEXT, **period})).json()
        assert found["rules"] == [{"name": "card form", "firings": 1}]
        (match,) = found["items"]
        assert match["place"] == {"recording": str(JANES), "atMs": 600_000}
        assert (match["application"], match["detail"]) == ("firefox", "blackout start, tag card")
        assert (found["workstations"], found["more"]) == (2, False)

    async def test_a_trial_is_not_of_years(self, browser, period):
        await browser.sign_in("root")
        wanted = {"text": TEXT, **period, "from": "2020-01-01T00:00:00Z"}
        refused = await browser.post("/api/analytics/rules/trial", json=wanted)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "analytics.period")


class TestOff:
    @pytest.mark.parametrize(
        "path", ["usage", "moments", "export?report=usage&format=csv", f"recordings/{JANES}", "rules"]
    )
    async def test_nothing_is_there(self, parts, period, path):
        application = create_application(replace(parts, analytics=None), hosts=AllowedHosts())
        async with open_browser(application) as browser:
            session = (await browser.sign_in("root")).json()
            assert "analytics" not in session["capabilities"]
            query = "" if path == "rules" or "/" in path else ("&" if "?" in path else "?") + urlencode(period)
            found = await browser.get(f"/api/analytics/{path}{query}")
        assert (found.status_code, found.json()["error"]["code"]) == (404, "analytics.off")

    async def test_pages_are_told_that_it_is_on(self, browser):
        assert "analytics" in (await browser.sign_in("root")).json()["capabilities"]
