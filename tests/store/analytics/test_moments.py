import pytest
from store.analytics.eventrows import DAY_US, EVERYONE, MIDNIGHT_US, Told, active, some_days, store_rig

from playhead.base.errors import InvalidInputError
from playhead.domain.access import Sight
from playhead.domain.analytics.events import Kind
from playhead.domain.analytics.rules import parsed
from playhead.domain.spans import Span
from playhead.store.analytics.dry_run import dry_run
from playhead.store.analytics.moments import BANDS_US_MAX, bands, longest_idle, moments
from playhead.store.analytics.questions import Interaction, Question, Sought
from playhead.store.analytics.within import recordings_where, usage_by_queue, within

S_US = 1_000_000
DAY = Span(MIDNIGHT_US, MIDNIGHT_US + DAY_US)
NOBODY = Sight(everyone=False)


def span(from_s, to_s):
    return Span(MIDNIGHT_US + from_s * S_US, MIDNIGHT_US + to_s * S_US)


ROWS = [
    active(1, 0, 10, "crm", title="a"),
    active(2, 10, 10, "crm", title="a"),
    active(3, 20, 10, "crm", title="b"),
    active(4, 30, 100, "crm", title="b", kind=Kind.IDLE),
    active(5, 130, 50, "mail", title="b", kind=Kind.IDLE),
    active(6, 180, 0, "mail", kind=Kind.TRIGGER, rule="card form", action="tag", detail="card"),
    active(7, 180, 20, "firefox", title="Card payment", url="https://pay.example/x"),
]


def of(report):
    return [((each.from_us - MIDNIGHT_US) // S_US, (each.to_us - MIDNIGHT_US) // S_US, each.title) for each in report]


@pytest.fixture
async def kept(tmp_path):
    async with store_rig(tmp_path) as rig:
        await rig.add([Told("d", "s", event) for event in ROWS[:4]])
        await rig.store.pack(now=True)
        await rig.add([Told("d", "s", event) for event in ROWS[4:]])
        yield rig


async def test_bands_join_what_touches_and_says_the_same(kept):
    found = await kept.ask(lambda session: bands(session, "d", span(5, 190), sight=EVERYONE))
    assert of(found.bands) == [(5, 20, "a"), (20, 30, "b"), (30, 130, "b"), (130, 180, "b"), (180, 190, "Card payment")]
    assert [each.rule for each in found.moments] == ["card form"]
    assert [(row.keys, row.usage.present_us // S_US) for row in found.usage] == [
        (("crm",), 125),
        (("mail",), 50),
        (("firefox",), 10),
    ]
    hidden = await kept.ask(lambda session: bands(session, "d", span(5, 190), sight=NOBODY))
    assert (hidden.bands, hidden.moments, hidden.usage) == ((), (), ())
    with pytest.raises(InvalidInputError):
        await kept.ask(lambda session: bands(session, "d", Span(0, BANDS_US_MAX + 1), sight=EVERYONE))


async def test_moments_come_newest_first_and_page_by_page(tmp_path):
    told = some_days(300)
    question = Question(
        sight=EVERYONE, period=Span(DAY.from_us, DAY.to_us + 30 * DAY_US), applications=frozenset({"MAIL"})
    )
    expected = sorted(
        (
            ((one.event.from_us + 50_000) // 100_000 * 100_000, one.workstation, one.event.sequence)
            for one in told
            if one.event.application == "Mail"
        ),
        reverse=True,
    )
    async with store_rig(tmp_path) as rig:
        await rig.add(told)
        found, before = [], None
        while True:
            page = await rig.ask(lambda session, last=before: moments(session, question, before=last, limit=7))
            found += [(each.from_us, each.workstation, each.sequence) for each in page.rows]
            if not page.more:
                break
            before = found[-1]
    assert found == expected


async def test_idle_stretches_that_touch_are_one(kept):
    question = Question(sight=EVERYONE, period=DAY)
    found = await kept.ask(lambda session: longest_idle(session, question))
    assert [(each.from_us - MIDNIGHT_US, each.lasts_us // S_US, each.application) for each in found.rows] == [
        (30 * S_US, 150, "crm")
    ]
    fired = await kept.ask(lambda session: moments(session, question, kinds=[Kind.TRIGGER], rule="CARD*"))
    assert [(each.rule, each.detail) for each in fired.rows] == [("card form", "card")]


async def test_what_was_done_within_interactions(kept):
    calls = [
        Interaction("one", "d", "anna", span(15, 35), "sales"),
        Interaction("two", "d", "anna", span(175, 500), "billing"),
        Interaction("elsewhere", "d9", "anna", span(0, 500), "sales"),
    ]
    found = await kept.ask(lambda session: within(session, calls, sight=EVERYONE))
    assert [(row.recording, row.total.active_us // S_US, row.total.idle_us // S_US) for row in found.rows] == [
        ("one", 15, 5),
        ("two", 20, 5),
    ]
    question = Question(sight=EVERYONE, period=DAY)
    queues = await kept.ask(lambda session: usage_by_queue(session, question, calls))
    assert [(row.keys, row.usage.active_us // S_US) for row in queues.rows] == [(("billing",), 20), (("sales",), 15)]
    for sought, expected in (
        (Sought(application="fire*"), {"two"}),
        (Sought(title="b", application="crm"), {"one"}),
        (Sought(title="b", application="firefox"), set()),
        (Sought(url="*pay.example*"), {"two"}),
        (Sought(rule="card ????"), {"two"}),
        (Sought(idle_share_min=0.22), {"one"}),
        (Sought(idle_share_max=0.22), {"two"}),
        (Sought(idle_share_max=0.22, application="crm"), set()),
    ):
        ids = await kept.ask(lambda session, s=sought: recordings_where(session, calls, s, sight=EVERYONE))
        assert ids == expected, sought
        assert not await kept.ask(lambda session, s=sought: recordings_where(session, calls, s, sight=NOBODY))


async def test_rules_are_run_over_what_was_stored(kept):
    rules = parsed(
        '[[rule]]\nname = "card"\nwhen = { title = "*card payment*" }\nthen = [{ blackout = "start" }]\n'
        '[[rule]]\nname = "never"\nwhen = { application = "sap" }\nthen = [{ mark = "x" }]\n'
    )
    question = Question(sight=EVERYONE, period=DAY)
    found = await kept.ask(lambda session: dry_run(session, question, rules))
    begins = [
        (one.workstation, (one.at_us - MIDNIGHT_US) // S_US, one.rule, one.title) for one in found.rows if one.is_begin
    ]
    assert begins == [("d", 180, "card", "Card payment")]
    assert found.begins == (("card", 1), ("never", 0))
    assert found.workstations == 1
