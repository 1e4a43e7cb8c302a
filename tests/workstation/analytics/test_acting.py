from playhead.domain.analytics.rules import Act, Action, parsed
from playhead.testing.clock import SimClock
from playhead.workstation.analytics.acting import FAILED, Acting, Blind
from playhead.workstation.analytics.source import SeenWindow, View

S = 1_000_000
RULES = """
[[rule]]
name = "card"
when = { title = "*card*" }
then = [{ blackout = "start", lasts = "1m" }, { recording = "stop" }]
[[rule]]
name = "pay"
when = { application = "firefox", url = "*/pay*" }
then = { blackout = "start" }
"""


class Eyes:
    def __init__(self, url):
        self.url = url

    def of(self, _window):
        return self.url, None


class Stage:
    def __init__(self, *, closed=True, staying=()):
        self.clock = SimClock()
        self.said, self.orders, self.told = [], [], []
        self.acting = Acting(
            self.decide,
            lambda name, why: self.orders.append((name, why)),
            lambda rule, action, at_us: self.told.append((rule, action, at_us)),
            self.clock,
            fails_closed=closed,
            staying=staying,
        )

    def decide(self, *, black, reason, since_us=None):
        self.said.append((black, reason, since_us))

    def look(self, *titles, application="app", eyes=None, is_locked=False, since_us=7):
        windows = tuple(SeenWindow(number, application, title) for number, title in enumerate(titles, 1))
        view = View(windows[0] if windows else None, windows, 0)
        self.acting.look(view, eyes or Blind(), since_us=since_us, is_locked=is_locked)
        return self.said[-1][:2] if self.said else None


def test_nothing_is_said_before_the_rules_are_known():
    stage = Stage()
    assert stage.look("a card") is None
    stage.acting.failed()
    assert stage.said == [(True, FAILED, None)]


def test_a_window_makes_it_black_and_a_recording_stop():
    stage = Stage()
    stage.acting.set_rules(parsed(RULES))
    assert stage.look("news") == (False, "")
    stage.clock.advance(S)
    stage.look("news", "the card form", since_us=123)
    assert stage.said[-1] == (True, "On the screen: card", 123)
    assert stage.orders == [("stop", "rule: card")]
    at_us = stage.clock.monotonic_us()
    assert stage.told == [
        ("card", Action(Act.BLACKOUT, "start", 60 * S), at_us),
        ("card", Action(Act.RECORDING, "stop"), at_us),
    ]


def test_a_locked_screen_shows_nothing():
    stage = Stage()
    stage.acting.set_rules(parsed(RULES))
    assert stage.look("the card form", is_locked=True) == (False, "")


def test_a_page_that_cannot_be_read_is_black_or_not_as_configured():
    closed, opened = Stage(), Stage(closed=False)
    for stage in (closed, opened):
        stage.acting.set_rules(parsed(RULES))
    assert closed.look("shop", application="firefox") == (True, "On the screen: pay")
    assert opened.look("shop", application="firefox") == (False, "")
    assert closed.look("shop", application="crm") == (False, "")
    assert closed.look("shop", application="firefox", eyes=Eyes("https://shop/cart")) == (False, "")
    assert closed.look("shop", application="firefox", eyes=Eyes("https://shop/pay")) == (True, "On the screen: pay")
    opened.acting.failed()
    assert opened.said[-1][0] is False


def test_what_lasts_goes_on_after_a_restart():
    stage = Stage()
    stage.acting.set_rules(parsed(RULES))
    stage.look("card")
    stage.look("news")
    stage.clock.advance(20 * S)
    assert stage.look("news") == (True, "On the screen: card")
    ((name, left_us),) = stage.acting.staying
    assert name == "card"
    again = Stage(staying=((name, left_us),))
    again.acting.set_rules(parsed(RULES))
    assert again.look("news") == (True, "On the screen: card")
    again.clock.advance(left_us)
    assert again.look("news") == (False, "")
    assert again.acting.staying == ()
