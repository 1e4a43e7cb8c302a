from datetime import UTC

from playhead.domain.analytics.events import DesktopEvent, Kind, problem_of
from playhead.domain.analytics.privacy import Hide, Privacy
from playhead.domain.analytics.rules import Act, Action
from playhead.testing.clock import SimClock
from playhead.workstation.analytics.source import SeenWindow, View
from playhead.workstation.analytics.telling import Teller

S = 1_000_000
CRM, MAIL = SeenWindow(1, "crm", "Customer 17", 5, 2), SeenWindow(2, "mail", "Inbox")


class Desk:
    """Somebody at work, seen each second."""

    def __init__(self, **privacy) -> None:
        self.clock = SimClock()
        self.events: list[DesktopEvent] = []
        self.teller = Teller(self.keep, "anna", b"k" * 32, self.clock, idle_us=60 * S, zone=UTC)
        self.teller.set_privacy(Privacy(**privacy))

    def keep(self, event: DesktopEvent) -> bool:
        self.events.append(event)
        return True

    def work(self, seconds, window=CRM, *, idle_s=0, session="", private=False, url=""):
        for number in range(seconds):
            self.clock.advance(S)
            idle_us = (idle_s + number) * S if idle_s else 0
            view = View(window, () if window is None else (window,), idle_us)
            self.teller.see(view, url, (3, 1), session=session, private=private)

    def told(self):
        self.teller.end()
        assert all(not problem_of(one) for one in self.events)
        return [
            (one.kind, one.application, one.title, one.lasts_us / S)
            for one in self.events
            if one.kind is not Kind.LOGOUT
        ]


def test_what_was_worked_with_and_for_how_long():
    desk = Desk()
    started_us = desk.clock.wall_us()
    desk.work(10)
    desk.work(5, MAIL, url="https://mail.example/?q=secret")
    desk.work(1, None)
    assert desk.told() == [(Kind.ACTIVE, "crm", "Customer 17", 10.0), (Kind.ACTIVE, "mail", "Inbox", 5.0)]
    first, second = desk.events[:2]
    assert (first.from_us, first.agent, first.monitor) == (started_us + S, "anna", 2)
    assert (first.keys, first.clicks) == (33, 11)  # with those between the last look and the change
    assert second.url == "https://mail.example/"


def test_idleness_begins_with_the_last_key():
    desk = Desk()
    desk.work(100)
    desk.work(30, idle_s=60)
    desk.work(10)
    assert desk.told() == [
        (Kind.ACTIVE, "crm", "Customer 17", 40.0),
        (Kind.IDLE, "crm", "Customer 17", 90.0),
        (Kind.ACTIVE, "crm", "Customer 17", 9.0),
    ]


def test_a_window_that_changes_by_itself_does_so_now():
    desk = Desk()
    desk.work(10, idle_s=5)
    desk.work(10, MAIL, idle_s=15)
    assert desk.told() == [(Kind.ACTIVE, "crm", "Customer 17", 10.0), (Kind.ACTIVE, "mail", "Inbox", 9.0)]


def test_a_locked_screen_and_what_the_agent_keeps_private_have_no_name():
    desk = Desk()
    desk.work(5)
    desk.work(5, session="locked")
    desk.work(5, private=True)
    desk.teller.triggered("r", Action(Act.TAG, "t"), desk.clock.monotonic_us())
    desk.work(5, session="logged_out")
    assert desk.told() == [
        (Kind.LOCK, "", "", 0),
        (Kind.ACTIVE, "crm", "Customer 17", 5.0),
        (Kind.UNLOCK, "", "", 0),
        (Kind.LOCKED, "", "", 5.0),
        (Kind.AWAY, "", "", 9.0),
    ]
    assert all(not one.keys for one in desk.events if one.kind in {Kind.LOCKED, Kind.AWAY})


def test_outside_its_hours_nothing_is_told():
    desk = Desk(hours=("fri 00:00-08:00",))  # it is Friday, eight o'clock
    desk.teller.begin()
    desk.work(100)
    desk.teller.triggered("r", Action(Act.TAG, "t"), desk.clock.monotonic_us())
    assert desk.told() == []
    assert desk.events == []
    desk.teller.set_privacy(Privacy(hours=("fri 08:00-09:00",)))
    desk.work(3)
    assert desk.told() == [(Kind.ACTIVE, "crm", "Customer 17", 2.0)]


def test_counts_and_titles_only_as_far_as_they_may_be_told():
    desk = Desk(counts=False, applications=("crm",), hide=(Hide(title="*17*", how="drop"),))
    desk.work(5)
    desk.work(5, MAIL)
    assert desk.told() == [(Kind.ACTIVE, "crm", "", 5.0), (Kind.ACTIVE, "other", "", 4.0)]
    assert all(one.keys == one.clicks == 0 for one in desk.events)


def test_a_trigger_is_told_with_its_time():
    desk = Desk()
    desk.clock.advance(10 * S)
    desk.teller.triggered("card", Action(Act.BLACKOUT, "start"), desk.clock.monotonic_us() - 2 * S)
    (event,) = desk.events
    assert (event.kind, event.rule, event.action, event.detail) == (Kind.TRIGGER, "card", "blackout", "start")
    assert event.from_us == desk.clock.wall_us() - 2 * S


def test_a_step_of_the_wall_clock_lengthens_nothing():
    desk = Desk()
    desk.work(5)
    desk.clock.jump(3600 * S)
    desk.work(5)
    assert desk.told() == [(Kind.ACTIVE, "crm", "Customer 17", 9.0)]
