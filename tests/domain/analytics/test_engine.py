from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.analytics.engine import RELEASE_US, Engine, replay
from playhead.domain.analytics.events import DesktopEvent, Kind
from playhead.domain.analytics.rules import Act, Action, Facts, Scene, parsed

S = 1_000_000
CARD = '[[rule]]\nname="card"\nwhen={title="*card*"}\nthen=[{blackout="start"},{tag="c"}]\n'


def scene(at_us, title="", *, others=(), idle_us=0, url=""):
    front = Facts("app", title, url)
    return Scene(at_us, front, (front, *(Facts("app", other) for other in others)), idle_us)


def names(fired):
    return [(one.at_us, one.rule, one.is_begin) for one in fired]


def test_a_rule_begins_at_once_and_ends_a_moment_after():
    engine = Engine(parsed(CARD))
    assert engine.take(scene(0)) == []
    (begin,) = engine.take(scene(S, "a card form"))
    assert begin.at_us == S
    assert begin.actions == (Action(Act.BLACKOUT, "start"), Action(Act.TAG, "c"))
    assert engine.dark == ("card",)
    assert engine.take(scene(2 * S, "news")) == []
    assert engine.due_us == 2 * S + RELEASE_US
    (end,) = engine.advance(9 * S)
    assert end.at_us == 2 * S + RELEASE_US
    assert end.actions == (Action(Act.BLACKOUT, "end"),)
    assert not engine.dark
    assert engine.due_us is None


def test_a_flicker_neither_ends_it_nor_begins_it_again():
    engine = Engine(parsed(CARD))
    fired = []
    for number in range(10):
        fired += engine.take(scene(number * RELEASE_US // 2, "card" if number % 2 else ""))
    assert [one.is_begin for one in fired] == [True]
    assert engine.dark


def test_a_form_behind_another_window_is_shown_all_the_same():
    engine = Engine(parsed(CARD + '[[rule]]\nname="front"\nwhen={title="*card*"}\nthen={tag="x"}'))
    assert names(engine.take(scene(0, "news", others=["card"]))) == [(0, "card", True)]


def test_for_counts_without_a_pause():
    engine = Engine(parsed('[[rule]]\nname="r"\nwhen={title="x",for="2s"}\nthen={tag="t"}'))
    engine.take(scene(0, "x"))
    assert engine.take(scene(S, "y")) == []
    assert engine.take(scene(2 * S, "x")) == []
    assert engine.due_us == 4 * S
    assert names(engine.take(scene(9 * S, "y"))) == [(4 * S, "r", True)]


def test_within_a_time_after_something_else():
    text = '[[rule]]\nname="r"\nwhen={title="refund",within="10s"}\nafter={title="crm"}\nthen={tag="t"}'
    late = Engine(parsed(text))
    late.take(scene(0, "crm"))
    late.take(scene(20 * S, "mail"))
    assert names(late.take(scene(30 * S + 1, "refund"))) == []
    soon = Engine(parsed(text))
    soon.take(scene(0, "crm"))
    soon.take(scene(20 * S, "mail"))
    assert names(soon.take(scene(30 * S, "refund"))) == [(30 * S, "r", True)]
    assert soon.advance(999 * S) == []  # it holds for as long as the rest does
    never = Engine(parsed(text))
    assert never.take(scene(0, "refund")) == []


def test_idle_comes_without_news_and_ends_with_a_key():
    engine = Engine(parsed('[[rule]]\nname="r"\nwhen={idle="> 2m"}\nthen={alarm="away"}'))
    engine.take(scene(0, idle_us=60 * S))
    assert engine.due_us == 60 * S + 1
    assert names(engine.advance(61 * S)) == [(60 * S + 1, "r", True)]
    engine.take(scene(62 * S, idle_us=0))
    assert names(engine.advance(70 * S)) == [(62 * S + RELEASE_US, "r", False)]


def test_a_key_between_two_looks_counts():
    engine = Engine(parsed('[[rule]]\nname="r"\nwhen={idle="> 2m"}\nthen={alarm="away"}'))
    engine.take(scene(0, idle_us=119 * S))
    assert engine.take(scene(5 * S, idle_us=4 * S + S // 2)) == []


def test_an_exception_wins():
    engine = Engine(parsed('[[rule]]\nname="r"\nwhen={title="*card*"}\nunless={title="*test*"}\nthen={tag="t"}'))
    assert engine.take(scene(0, "test card")) == []
    assert names(engine.take(scene(1, "card"))) == [(1, "r", True)]


LASTS = """
[[rule]]
name = "pay"
when = { title = "pay" }
then = { blackout = "start", lasts = "1m" }
[[rule]]
name = "paid"
when = { title = "thanks" }
then = { blackout = "end" }
"""


def test_a_blackout_may_outlast_its_rule():
    engine = Engine(parsed(LASTS))
    engine.take(scene(0, "pay"))
    engine.take(scene(S, "please wait"))
    assert names(engine.advance(2 * S)) == [(S + RELEASE_US, "pay", False)]
    assert engine.dark == ("pay",)
    assert engine.staying == (("pay", S + RELEASE_US + 60 * S),)
    kept = Engine(parsed(LASTS), staying=engine.staying)
    assert kept.dark == ("pay",)
    engine.advance(62 * S)
    assert not engine.dark
    kept.take(scene(3 * S, "thanks"))
    assert not kept.dark


def test_an_end_by_rule_does_not_end_what_still_holds():
    engine = Engine(parsed(LASTS))
    shown = (Facts("a", "pay"), Facts("a", "thanks"))
    engine.take(Scene(0, shown[1], shown))
    assert engine.dark == ("pay",)


def test_what_is_unknown_darkens_where_it_shall():
    text = '[[rule]]\nname="r"\nwhen={application="app",url="*pay*"}\nthen={blackout="start"}\n'
    text += '[[rule]]\nname="t"\nwhen={application="app",url="*pay*"}\nthen={tag="t"}'
    closed, opened = Engine(parsed(text), unknown_darkens=True), Engine(parsed(text))
    for engine in (closed, opened):
        assert engine.take(scene(0, url=None)) == []
    assert closed.dark == ("r",)
    assert opened.dark == ()
    assert names(closed.take(scene(1, url="https://news"))) == []
    assert closed.dark == ()  # it was never so: nothing lingers
    assert names(closed.take(scene(2, url="https://pay"))) == [(2, "r", True), (2, "t", True)]
    assert closed.take(scene(9 * S, url=None)) == []
    assert closed.advance(20 * S) == []  # what has begun goes on while nobody knows
    assert closed.dark == ("r",)


def event(sequence, from_s, lasts_s, title="", kind=Kind.ACTIVE):
    return DesktopEvent(
        sequence=sequence, kind=kind, from_us=from_s * S, lasts_us=lasts_s * S, application="app", title=title
    )


def test_stored_events_say_what_would_have_been():
    text = CARD + '[[rule]]\nname="idle"\nwhen={idle="> 1m"}\nthen={tag="i"}'
    events = [
        event(1, 100, 300, "news"),
        event(2, 400, 10, "card"),
        event(3, 410, 90, "news", Kind.IDLE),
        event(4, 600, 5, "card"),
    ]
    assert names(replay(parsed(text), events)) == [
        (400 * S, "card", True),
        (410 * S + RELEASE_US, "card", False),
        (470 * S + 1, "idle", True),
        (500 * S + RELEASE_US, "idle", False),
        (600 * S, "card", True),
        (605 * S + RELEASE_US, "card", False),
    ]


def test_rules_that_stay_as_they_are_go_on_when_others_come():
    engine = Engine(parsed(CARD + '[[rule]]\nname="x"\nwhen={title="*card*"}\nthen={tag="x"}'))
    assert len(engine.take(scene(0, "card"))) == 2
    other = engine.followed_by(parsed(CARD + '[[rule]]\nname="x"\nwhen={title="*card*"}\nthen={tag="y"}'))
    assert other.dark == ("card",)
    assert names(other.take(scene(1, "card"))) == [(1, "x", True)]
    assert other.followed_by(()).dark == ()


TITLES = st.sampled_from(["card", "x", "crm", "thanks", "pay", ""])
TEXT = (
    CARD
    + LASTS
    + '[[rule]]\nname="f"\nwhen={title="x",for="2s"}\nthen={tag="t"}\n'
    + '[[rule]]\nname="w"\nwhen={title="x",within="3s"}\nafter={title="crm"}\nthen={tag="t"}\n'
    + '[[rule]]\nname="i"\nwhen={idle="> 2s"}\nthen={tag="t"}\n'
)


@given(st.lists(st.tuples(st.integers(1, 5 * S), TITLES), max_size=30), st.data())
def test_it_does_not_matter_how_often_it_is_asked(steps, data):
    scenes, at_us = [], 0
    for step_us, title in steps:
        at_us += step_us
        scenes.append(scene(at_us, title, idle_us=data.draw(st.integers(0, step_us))))
    seldom, often = Engine(parsed(TEXT)), Engine(parsed(TEXT))
    once = [firing for each in scenes for firing in seldom.take(each)]
    twice = []
    for each, following in zip(scenes, [*scenes[1:], None], strict=bool(scenes)):
        twice += often.take(each)
        if following is not None:  # asked in between, where nothing is known to be due later
            middle_us = data.draw(st.integers(each.at_us, following.at_us - 1))
            twice += often.advance(middle_us, input_us=following.at_us - following.idle_us)
    assert once == twice
    begun = [one.rule for one in once if one.is_begin]
    ended = [one.rule for one in once if not one.is_begin]
    assert all(0 <= begun.count(name) - ended.count(name) <= 1 for name in begun)
