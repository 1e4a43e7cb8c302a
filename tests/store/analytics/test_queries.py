from collections import defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from store.analytics.eventrows import (
    DAY_US,
    EVERYONE,
    MIDNIGHT_US,
    Told,
    active,
    some_days,
    store_rig,
)

from playhead.base.errors import InvalidInputError
from playhead.domain.access import Sight
from playhead.domain.analytics.events import STRETCHES, Kind
from playhead.domain.spans import Span
from playhead.store.analytics.outliers import outliers
from playhead.store.analytics.queries import comparison, unknown_applications, usage
from playhead.store.analytics.questions import By, Measure, Question

HOUR_US = 3_600_000_000


def tenths(us):
    return (us + 50_000) // 100_000


def truth(told, question, key):
    """What a plain loop says: active, idle, locked, away in tenths; stretches, keys, clicks; by key."""
    begin, end = tenths(question.period.from_us), tenths(question.period.to_us)
    found = defaultdict(lambda: [0] * 7)
    for one in told:
        event = one.event
        if event.kind not in STRETCHES:
            continue
        since, until = tenths(event.from_us), tenths(event.to_us)
        for name, low, high in key(one, max(since, begin), min(until, end)):
            part = max(0, min(until, end, high) - max(since, begin, low))
            row = found[name]
            row[list(Kind).index(event.kind)] += part
            if max(begin, low) <= since < min(end, high):
                row[4] += 1
                row[5] += event.keys
                row[6] += event.clicks
    return {name: row for name, row in found.items() if any(row)}


def told_by(report):
    return {
        row.keys: [
            row.usage.active_us // 100_000,
            row.usage.idle_us // 100_000,
            row.usage.locked_us // 100_000,
            row.usage.away_us // 100_000,
            row.usage.stretches,
            row.usage.keys,
            row.usage.clicks,
        ]
        for row in report.rows
        if any(vars_of(row.usage))
    }


def vars_of(one):
    return (one.active_us, one.idle_us, one.locked_us, one.away_us, one.stretches, one.keys, one.clicks)


ALL = (0, 1 << 60)
PERIODS = {
    "whole days": Span(MIDNIGHT_US, MIDNIGHT_US + 5 * DAY_US),
    "ends within quarters": Span(MIDNIGHT_US + 7_777_777_777, MIDNIGHT_US + DAY_US + 12_345_678_901),
    "within one quarter": Span(MIDNIGHT_US + 3_700_000_000, MIDNIGHT_US + 4_000_000_000),
}


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
async def test_usage_equals_a_plain_loop_whether_packed_or_not(tmp_path, period):
    told = some_days(1200)
    question = Question(sight=EVERYONE, period=period)
    expected = truth(told, question, lambda one, _f, _t: [((one.event.application,), *ALL)])
    of_pairs = truth(told, question, lambda one, _f, _t: [((one.event.agent, one.workstation), *ALL)])
    async with store_rig(tmp_path) as rig:
        await rig.add(told[:600])
        assert await rig.store.pack(now=True) == 600
        await rig.add(told[600:])
        for _ in range(2):
            report = await rig.ask(lambda session: usage(session, question, [By.APPLICATION]))
            assert told_by(report) == expected
            assert sum(row.usage.active_us for row in report.rows) == report.total.usage.active_us
            assert report.total.agents == 3
            assert "tenths" in report.counted
            pairs = await rig.ask(lambda session: usage(session, question, [By.AGENT, By.WORKSTATION]))
            assert told_by(pairs) == of_pairs
            await rig.store.pack(now=True)


async def test_days_are_those_of_the_zone_with_its_changes_of_the_clock(tmp_path):
    zone = ZoneInfo("Europe/Berlin")
    spring = int(datetime(2026, 3, 28, tzinfo=zone).astimezone(UTC).timestamp()) * 1_000_000
    shift = spring - MIDNIGHT_US
    told = [Told("d", "s", active(n, shift / 1e6 + n * 1800 - 1800, 1800, agent="a")) for n in range(1, 2 * 24 * 3)]
    question = Question(sight=EVERYONE, period=Span(spring, spring + 3 * DAY_US), zone="Europe/Berlin")
    async with store_rig(tmp_path) as rig:
        await rig.add(told)
        await rig.store.pack(now=True)
        report = await rig.ask(lambda session: usage(session, question, [By.DAY]))
        hours = [(row.keys[0], row.usage.active_us / HOUR_US) for row in report.rows]
        # The 29th has 23 hours; what is left of 71.5 goes to the days after it.
        assert hours == [("2026-03-28", 24), ("2026-03-29", 23), ("2026-03-30", 24), ("2026-03-31", 0.5)]
        with pytest.raises(InvalidInputError) as refused:
            await rig.ask(
                lambda session: usage(session, Question(sight=EVERYONE, period=question.period, zone="Mars"), [By.DAY])
            )
        assert refused.value.code == "analytics.zone"


async def test_days_of_every_zone_are_put_together_from_those_of_utc(tmp_path):
    told = some_days(1200)
    zones = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Pacific/Pago_Pago")
    async with store_rig(tmp_path) as rig:
        await rig.add(told)
        await rig.store.pack(now=True)
        for zone in zones:
            question = Question(sight=EVERYONE, period=PERIODS["whole days"], zone=zone)

            def days_of(one, since, until, zone=zone):
                day = datetime.fromtimestamp(since / 10, ZoneInfo(zone)).replace(
                    hour=0, minute=0, second=0, microsecond=0
                )
                while day.timestamp() * 10 <= until:
                    after = day + timedelta(days=1)
                    yield (f"{day:%Y-%m-%d}", one.event.application), day.timestamp() * 10, after.timestamp() * 10
                    day = after

            report = await rig.ask(lambda session, q=question: usage(session, q, [By.DAY, By.APPLICATION]))
            assert told_by(report) == truth(told, question, days_of), zone


async def test_filters_and_groups(tmp_path):
    told = some_days(800)
    period = PERIODS["ends within quarters"]
    async with store_rig(tmp_path) as rig:
        await rig.add(told)
        await rig.store.pack(now=True)

        async def rows(by=(By.APPLICATION,), **asked):
            question = Question(sight=EVERYONE, period=period, **asked)
            return told_by(await rig.ask(lambda session: usage(session, question, by)))

        def loop(keep):
            plain = Question(sight=EVERYONE, period=period)
            return truth([t for t in told if keep(t)], plain, lambda t, _f, _t: [((t.event.application,), *ALL)])

        assert await rows(agents=frozenset({"agent1"})) == loop(lambda t: t.event.agent == "agent1")
        assert await rows(workstations=frozenset({"desk-2"})) == loop(lambda t: t.workstation == "desk-2")
        assert await rows(applications=frozenset({"MAIL"})) == loop(lambda t: t.event.application == "Mail")
        assert await rows(title="*100%_\\") == loop(lambda t: t.event.title.endswith("100%_\\"))
        assert await rows(title="kunde ? *") == loop(lambda t: t.event.title.startswith("Kunde"))
        assert await rows(url="*crm.example*") == loop(lambda t: "crm" in t.event.url)
        assert await rows(agents=frozenset()) == {}
        groups = {"agent0": ("north", "all"), "agent1": ("all",)}
        grouped = await rows([By.GROUP], groups=groups)
        expected = truth(
            told,
            Question(sight=EVERYONE, period=period),
            lambda t, _f, _t: [((g,), *ALL) for g in groups.get(t.event.agent, ("",))],
        )
        assert grouped == expected


async def test_nothing_is_told_of_who_is_out_of_sight(tmp_path):
    told = some_days(400)
    period = PERIODS["whole days"]
    sights = [
        (Sight(everyone=False), lambda _t: False),
        (Sight(everyone=False, agents={"agent1": None}), lambda t: t.event.agent == "agent1"),
    ]
    async with store_rig(tmp_path) as rig:
        await rig.add(told)
        for packed in (False, True):
            if packed:
                await rig.store.pack(now=True)
            for sight, keep in sights:
                question = Question(sight=sight, period=period)
                report = await rig.ask(lambda session, q=question: usage(session, q, [By.AGENT]))
                expected = truth([t for t in told if keep(t)], question, lambda t, _f, _t: [((t.event.agent,), *ALL)])
                assert told_by(report) == expected


async def test_what_was_before_a_limit_is_out_of_sight(tmp_path):
    early = Told("d", "s", active(1, 0, 60, agent="anna"))
    late = Told("d", "s", active(2, 7200, 30, agent="anna"))
    sight = Sight(everyone=True, everyone_since_us=MIDNIGHT_US + HOUR_US)
    question = Question(sight=sight, period=PERIODS["whole days"])
    async with store_rig(tmp_path) as rig:
        await rig.add([early, late])
        for _ in range(2):
            report = await rig.ask(lambda session: usage(session, question, []))
            assert report.total.usage.active_us == 30_000_000
            await rig.store.pack(now=True)


async def test_switches_are_counted_over_batches_logs_and_idle_time(tmp_path):
    rows = [
        active(1, 0, 10, "crm"),
        active(2, 10, 10, "crm", title="other"),
        active(3, 20, 10, "mail"),
        active(4, 30, 10, "mail", kind=Kind.IDLE),
        active(5, 40, 10, "", kind=Kind.LOCKED),
        active(6, 50, 10, "mail"),
        active(7, 60, 10, "crm"),
    ]
    question = Question(sight=EVERYONE, period=PERIODS["whole days"])
    async with store_rig(tmp_path) as rig:
        for event in rows:
            await rig.add([Told("d", "s", event)])
            if event.sequence in {2, 5}:
                await rig.store.pack(now=True)
        report = await rig.ask(lambda session: usage(session, question, []))
    assert report.total.usage.switches == 2
    assert report.total.usage.switches_per_hour == 2 * 3600 / 50
    assert report.total.usage.idle_share == 10 / 60


async def test_two_periods_are_compared_by_shares(tmp_path):
    day = DAY_US // 1_000_000
    rows = [
        active(1, 0, 60, "crm"),
        active(2, 60, 60, "mail"),
        active(3, day, 30, "crm"),
        active(4, day + 30, 90, "chat"),
    ]
    before, after = Span(MIDNIGHT_US, MIDNIGHT_US + DAY_US), Span(MIDNIGHT_US + DAY_US, MIDNIGHT_US + 2 * DAY_US)
    async with store_rig(tmp_path) as rig:
        await rig.add([Told("d", "s", event) for event in rows])
        question = Question(sight=EVERYONE, period=after)
        found = await rig.ask(lambda session: comparison(session, question, before, By.APPLICATION))
    shares = {one.keys[0]: (one.share_before, one.share_after) for one in found.rows}
    assert shares == {"chat": (0.0, 0.75), "mail": (0.5, 0.0), "crm": (0.5, 0.25)}
    assert [one.keys[0] for one in found.rows] == ["chat", "mail", "crm"]


async def test_unknown_applications_and_outliers(tmp_path):
    told = []
    for desk in range(8):
        game = 1800 if desk == 7 else 10
        told += [
            Told(f"d{desk}", "s", active(1, 0, 3600 + desk, "crm.exe", agent=f"a{desk}")),
            Told(f"d{desk}", "s", active(2, 4000, game, "Game", agent=f"a{desk}")),
            Told(f"d{desk}", "s", active(3, 7000, 100 + desk, "crm.exe", agent=f"a{desk}", kind=Kind.IDLE)),
        ]
    question = Question(sight=EVERYONE, period=PERIODS["whole days"])
    async with store_rig(tmp_path) as rig:
        await rig.add(told)
        unknown = await rig.ask(lambda session: unknown_applications(session, question, ["CRM*"]))
        assert [(one.application, one.agents) for one in unknown.rows] == [("Game", 8)]
        assert unknown.rows[0].first_us == MIDNIGHT_US + 2 * 1_800_000_000
        far = await rig.ask(lambda session: outliers(session, question))
    assert far.agents == 8
    assert {(one.agent, one.measure, one.application) for one in far.rows} >= {
        ("a7", Measure.APPLICATION_SHARE, "Game")
    }
    assert {one.agent for one in far.rows} == {"a7"}


def test_a_question_is_bounded():
    for period, asked in (
        (Span(5, 5), {}),
        (Span(0, 3_661 * DAY_US), {}),
        (Span(0, DAY_US), {"title": "x" * 201}),
        (Span(0, DAY_US), {"agents": frozenset(map(str, range(2_001)))}),
    ):
        with pytest.raises(InvalidInputError):
            Question(sight=EVERYONE, period=period, **asked)
    Question(sight=EVERYONE, period=Span(0, 3_660 * DAY_US), title="x" * 200, agents=frozenset(map(str, range(2_000))))
