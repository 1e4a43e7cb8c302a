"""Runs rules over what is on the screen: what begins, what ends, and whether it is to be black. Deterministic.

A scene holds until the next one. What becomes due between two scenes, because something has lasted long enough, is
done as of the moment at which it was due, whenever the engine is asked: so the same scenes give the same firings, live
and over stored events.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from playhead.domain.analytics.events import STRETCHES, DesktopEvent, Kind
from playhead.domain.analytics.rules import Act, Action, Facts, Rule, Scene

RELEASE_US: Final = 500_000
"""A rule ends when it has not held for this long: a title that flickers fires once, and a page whose title has changed
may still be on the screen."""

STEPS_MAX: Final = 10_000
"""Between two scenes. Each rule can begin and end once or twice in a scene: far less than this."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule began, or ended."""

    at_us: int
    rule: str
    actions: tuple[Action, ...]
    is_begin: bool


@dataclass(slots=True)
class _State:
    since_us: int | None = None
    """Since when it holds without a pause."""
    is_begun: bool = False
    held_us: int = 0
    """When it held last, while it is begun."""
    after_us: int | None = None
    """When what it comes after was so last."""
    is_after: bool = False
    """Whether it was so in the scene before."""
    stays_us: int | None = None
    """Until when its blackout goes on."""
    in_doubt: bool = False
    """Whether it cannot be found out whether it holds, so that it is black to be sure; nothing fires for that."""


class Engine:
    """See the module.

    Args:
        rules: what to go by.
        unknown_darkens: while it cannot be found out whether a rule for a blackout holds, it is black: fail closed.
        staying: of an engine before: rules whose blackouts go on, and until when.
    """

    def __init__(
        self, rules: Sequence[Rule], *, unknown_darkens: bool = False, staying: Iterable[tuple[str, int]] = ()
    ) -> None:
        self._rules = tuple(rules)
        self._unknown_darkens = unknown_darkens
        self._scene: Scene | None = None
        self._states = {rule.name: _State() for rule in rules}
        for name, until_us in staying:
            if name in self._states:
                self._states[name].stays_us = until_us

    def followed_by(self, rules: Sequence[Rule]) -> "Engine":
        """One with other rules; those that stay as they are go on as they were."""
        other = Engine(rules, unknown_darkens=self._unknown_darkens)
        before = {rule: self._states[rule.name] for rule in self._rules}
        other._states |= {rule.name: before[rule] for rule in rules if rule in before}
        other._scene = self._scene
        return other

    @property
    def dark(self) -> tuple[str, ...]:
        """The rules that want it black."""
        return tuple(rule.name for rule in self._rules if rule.darkens and self._is_dark(self._states[rule.name]))

    @property
    def staying(self) -> tuple[tuple[str, int], ...]:
        """The rules whose blackouts go on although they do not hold, and until when."""
        return tuple((name, one.stays_us) for name, one in self._states.items() if one.stays_us is not None)

    @property
    def due_us(self) -> int | None:
        """When something happens without another scene; None: nothing will."""
        scene = self._scene
        if scene is None:
            return min((until_us for _, until_us in self.staying), default=None)
        return min((at_us for rule in self._rules for at_us in self._dues(rule, scene)), default=None)

    def take(self, scene: Scene) -> list[Firing]:
        """Something has changed, or is due: what follows from it, in order."""
        fired = self.advance(scene.at_us - 1, input_us=scene.at_us - scene.idle_us)
        return [*fired, *self._look(scene)]

    def advance(self, at_us: int, *, input_us: int | None = None) -> list[Firing]:
        """Nothing has changed until now: what was due.

        Args:
            at_us: now.
            input_us: when the last key or movement came, where it is known by now.
        """
        fired: list[Firing] = []
        for _ in range(STEPS_MAX):
            due_us, scene = self.due_us, self._scene
            if due_us is None or due_us > at_us:
                break
            scene = scene or Scene(due_us)
            idle_us = 0 if scene.is_busy else scene.idle_us + due_us - scene.at_us
            if input_us is not None and input_us <= due_us:
                idle_us = min(idle_us, due_us - input_us)
            fired += self._look(replace(scene, at_us=due_us, idle_us=idle_us))
        return fired

    def _is_dark(self, state: _State) -> bool:
        return state.is_begun or state.stays_us is not None or (state.in_doubt and self._unknown_darkens)

    def _look(self, scene: Scene) -> list[Firing]:
        """Take a scene in for what it is: all rules see the same."""
        self._scene = scene
        fired: list[Firing] = []
        for rule in self._rules:
            state = self._states[rule.name]
            if rule.after is not None:
                was_after, state.is_after = state.is_after, bool(rule.after.fits(scene, rule.where))
                state.after_us = scene.at_us if was_after or state.is_after else state.after_us
            if self._holds(rule, state, scene):
                state.since_us = scene.at_us if state.since_us is None else state.since_us
                state.held_us = scene.at_us
                if not state.is_begun and scene.at_us - state.since_us >= rule.when.for_us:
                    state.is_begun, state.stays_us = True, None
                    fired.append(Firing(scene.at_us, rule.name, rule.then, is_begin=True))
            else:
                if state.since_us is not None:
                    state.held_us = scene.at_us
                state.since_us = None
                if state.is_begun and scene.at_us - state.held_us >= RELEASE_US:
                    fired.append(self._ended(rule, state, scene.at_us))
            if state.stays_us is not None and scene.at_us >= state.stays_us:
                state.stays_us = None
        self._lift(fired)
        return fired

    def _ended(self, rule: Rule, state: _State, at_us: int) -> Firing:
        state.is_begun = False
        darkens = rule.darkens
        ends = () if darkens is None else (Action(Act.BLACKOUT, "end"),)
        if darkens is not None and darkens.lasts_us:
            state.stays_us, ends = at_us + darkens.lasts_us, ()
        said = any(one.act is Act.BLACKOUT for one in rule.otherwise)
        return Firing(at_us, rule.name, rule.otherwise if said else (*ends, *rule.otherwise), is_begin=False)

    def _lift(self, fired: Sequence[Firing]) -> None:
        """A rule's end of a blackout ends what only stays; what holds goes on."""
        if any((one.act, one.detail) == (Act.BLACKOUT, "end") for each in fired for one in each.actions):
            for state in self._states.values():
                state.stays_us = None

    def _holds(self, rule: Rule, state: _State, scene: Scene) -> bool:
        state.in_doubt = False
        if rule.unless is not None and rule.unless.fits(scene, rule.where) is True:
            return False
        # Once it has begun it goes on for as long as the rest holds, however long that is.
        comes_late = state.after_us is None or scene.at_us - state.after_us > rule.when.within_us
        if rule.after is not None and state.since_us is None and not state.is_begun and comes_late:
            return False
        verdict = rule.when.fits(scene, rule.where)
        state.in_doubt = verdict is None
        return state.is_begun if verdict is None else verdict

    def _dues(self, rule: Rule, scene: Scene) -> Iterator[int]:
        state = self._states[rule.name]
        if state.stays_us is not None:
            yield max(state.stays_us, scene.at_us + 1)
        if state.since_us is not None and not state.is_begun:
            yield state.since_us + rule.when.for_us
        if state.since_us is None and state.is_begun:
            yield state.held_us + RELEASE_US
        for one in (rule.when, rule.unless, rule.after):
            if one is not None:
                for bound_us, more in ((one.idle_above_us, 1), (one.idle_below_us, 0)):
                    if bound_us is not None and scene.idle_us < bound_us + more and not scene.is_busy:
                        yield scene.at_us + bound_us + more - scene.idle_us


def replay(rules: Sequence[Rule], events: Iterable[DesktopEvent]) -> Iterator[Firing]:
    """What the rules would have done over stored events of one workstation, in the order of their beginnings.

    What was not stored is not matched: control texts, windows that were not in front, and titles that were hashed.
    """
    engine = Engine(rules)
    reached_us = 0
    for event in events:
        if event.kind not in STRETCHES or event.from_us < reached_us:
            continue
        if event.from_us > reached_us:
            yield from engine.take(Scene(reached_us, is_busy=True))
        yield from engine.take(scene_of(event))
        reached_us = event.to_us
    yield from engine.take(Scene(reached_us, is_busy=True))
    yield from engine.advance(reached_us + RELEASE_US)


def scene_of(event: DesktopEvent) -> Scene:
    """The scene at the beginning of a stored stretch, as far as it tells."""
    if event.kind not in {Kind.ACTIVE, Kind.IDLE}:
        return Scene(event.from_us, is_busy=True)
    front = Facts(event.application, event.title, event.url, None)
    return Scene(event.from_us, front, (front,), is_busy=event.kind is not Kind.IDLE)
