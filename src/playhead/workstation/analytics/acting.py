"""Runs the rules over what is on the screen, and does at once what a workstation can do by itself.

Whether it is to be black is said to the blackouts' machinery all the time, as by a decision source: where this falls
silent it is black, or goes on, as configured (`playhead.domain.leases`).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.domain.analytics.engine import Engine, Firing
from playhead.domain.analytics.rules import Act, Action, Facts, Rule, Scene
from playhead.domain.blackouts import REASON_CHARS_MAX
from playhead.workstation.analytics.source import SeenWindow, View

_log: Any = structlog.get_logger(__name__)

FAILED: Final = "The screen cannot be watched."


class Eyes(Protocol):
    """Reads what a window shows, beyond its title."""

    def of(self, window: SeenWindow) -> tuple[str | None, str | None]:
        """Its address and the text of its controls, as far as they are known by now; None where one is not."""
        ...


class Blind:
    """Where programs are not asked."""

    def of(self, window: SeenWindow) -> tuple[str | None, str | None]:  # noqa: ARG002 - as `Eyes`
        """Nothing is known."""
        return None, None


class Decide(Protocol):
    """Takes the word about whether it is to be black."""

    def __call__(self, *, black: bool, reason: str, since_us: int | None = None) -> None:
        """As `playhead.workstation.darkness.Darkness.watched`."""
        ...


class Acting:
    """See the module.

    Args:
        decide: is told whether it is to be black, and why (`Darkness.watched`).
        order: starts or stops a recording: the verb, and why.
        tell: is told of each action of each rule, and when.
        clock: for the time.
        fails_closed: what cannot be found out counts against the picture.
        staying: rules whose blackouts go on from before, and for how much longer.
    """

    def __init__(
        self,
        decide: Decide,
        order: Callable[[str, str], None],
        tell: Callable[[str, Action, int], None],
        clock: Clock,
        *,
        fails_closed: bool,
        staying: Sequence[tuple[str, int]] = (),
    ) -> None:
        self._decide = decide
        self._order = order
        self._tell = tell
        self._clock = clock
        self._fails_closed = fails_closed
        now_us = clock.monotonic_us()
        self._kept = tuple((name, now_us + left_us) for name, left_us in staying)
        self._engine: Engine | None = None
        self._rules: tuple[Rule, ...] = ()
        self._asks = False
        """Whether any rule goes by more than applications and titles."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What it goes by."""
        return self._rules

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Go by these from the next look on."""
        self._rules = tuple(rules)
        self._asks = any(rule.needs("url") or rule.needs("text") for rule in rules)
        if self._engine is None:
            self._engine = Engine(rules, unknown_darkens=self._fails_closed, staying=self._kept)
        else:
            self._engine = self._engine.followed_by(rules)

    @property
    def due_us(self) -> int | None:
        """When to look again although nothing has changed."""
        return None if self._engine is None else self._engine.due_us

    @property
    def staying(self) -> tuple[tuple[str, int], ...]:
        """What is to be kept for the next start, where the order of things is not lost: rules, and for how long yet."""
        if self._engine is None:
            return ()
        now_us = self._clock.monotonic_us()
        return tuple((name, until_us - now_us) for name, until_us in self._engine.staying)

    def look(self, view: View, eyes: Eyes, *, since_us: int | None, is_locked: bool) -> None:
        """This is so now.

        Args:
            view: of the desktop.
            eyes: what its windows show.
            since_us: it may have been so since then (monotonic); no picture of after that has been taken in yet.
            is_locked: nobody sees it.
        """
        engine = self._engine
        if engine is None:
            return
        fired = engine.take(self._scene(view, eyes, is_locked=is_locked))
        dark = engine.dark
        reason = f"On the screen: {', '.join(dark)}"[:REASON_CHARS_MAX] if dark else ""
        self._decide(black=bool(dark), reason=reason, since_us=since_us)
        for firing in fired:
            self._carry_out(firing)

    def failed(self) -> None:
        """It is not known what is so now."""
        if self._fails_closed:
            self._decide(black=True, reason=FAILED)

    def _scene(self, view: View, eyes: Eyes, *, is_locked: bool) -> Scene:
        now_us = self._clock.monotonic_us()
        if is_locked:
            return Scene(now_us, idle_us=view.idle_us)
        front = None if view.front is None else _facts(view.front, eyes, asks=self._asks)
        shown = tuple(_facts(one, eyes, asks=self._asks) for one in view.shown)
        return Scene(now_us, front, shown, view.idle_us)

    def _carry_out(self, firing: Firing) -> None:
        verb = "began" if firing.is_begin else "ended"
        _log.info(f"rule {verb}", rule=firing.rule, actions=[f"{one.act}={one.detail}" for one in firing.actions])
        for action in firing.actions:
            if action.act is Act.RECORDING:
                self._order(action.detail, f"rule: {firing.rule}")
            self._tell(firing.rule, action, firing.at_us)


def _facts(window: SeenWindow, eyes: Eyes, *, asks: bool) -> Facts:
    url, text = eyes.of(window) if asks else (None, None)
    return Facts(window.application, window.title, url, text)
