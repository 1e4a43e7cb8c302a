"""Requests for blackouts at the workstation: in virtual time, with what the capture is told of them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from playhead.base.errors import LimitError, RefusedError
from playhead.domain.blackouts import REQUESTS_PER_SOURCE_MAX, Asker, Binding, Source
from playhead.domain.leases import Failing
from playhead.testing.loop import Simulation, run
from playhead.workstation.darkness import KEEP_US, SILENT, WATCHING, WATCHING_LEASE_US, BlackoutRules, Darkness
from playhead.workstation.pieces import Details
from playhead.workstation.state_file import KeptBlackout

MINUTE_US = 60_000_000
AGENT = Asker(Source.AGENT, "jane")
ANNA = Asker(Source.API, "anna")
WATCHED = BlackoutRules(source="watcher", lease_us=5_000_000)


class World:
    def __init__(self, simulation: Simulation, rules: BlackoutRules, agent: str = "jane") -> None:
        self.simulation = simulation
        self.marks: list[tuple[str, Details]] = []
        self.in_force: tuple[Details, ...] = ()
        self.at_us: int | None = None
        self.kept_times = 0
        self.darkness = Darkness(rules, self, simulation.clock, agent=agent, changed=self.changed)

    def changed(self) -> None:
        self.kept_times += 1

    def set_blackout(
        self, code: str, details: Details, in_force: tuple[Details, ...], *, at_us: int | None = None
    ) -> None:
        self.marks.append((code, details))
        self.at_us = at_us
        self.in_force = in_force

    @property
    def is_dark(self) -> bool:
        return bool(self.in_force)

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in self.marks]

    def on(self, asker: Asker = AGENT, **more: object) -> None:
        self.darkness.begin(asker, **{"reason": "card", "length_us": None, "interaction": ""} | more)

    def off(self, asker: Asker = AGENT, *, any_of_them: bool = False, by: str = "") -> None:
        self.darkness.end(self.darkness.endable(asker, any_of_them=any_of_them), by=by)


NOTHING_SET = BlackoutRules()


def simulate(
    story: Callable[[World], Awaitable[None]], rules: BlackoutRules = NOTHING_SET, agent: str = "jane"
) -> None:
    async def scenario(simulation: Simulation) -> None:
        world = World(simulation, rules, agent)
        try:
            await story(world)
        finally:
            world.darkness.close()

    run(scenario, seed=1)


def test_it_is_black_at_once_and_until_the_last_request_ends() -> None:
    async def story(world: World) -> None:
        world.on()
        assert world.is_dark
        world.on(ANNA)
        world.off()
        assert world.is_dark
        assert [one["by"] for one in world.in_force] == ["anna"]
        world.off(ANNA)
        assert not world.is_dark
        assert world.codes == ["blackout.on", "blackout.on", "blackout.off", "blackout.off"]

    simulate(story)


def test_one_who_may_ends_any_and_the_marker_says_who() -> None:
    async def story(world: World) -> None:
        world.on()
        world.on(Asker(Source.ANALYTICS, "da"))
        world.off(ANNA)
        assert world.is_dark
        world.off(ANNA, any_of_them=True, by="anna")
        assert not world.is_dark
        assert [details["ended_by"] for _, details in world.marks[2:]] == ["anna", "anna"]

    simulate(story)


def test_an_end_does_not_end_what_began_after_it_was_ordered() -> None:
    async def story(world: World) -> None:
        world.on()
        ends = world.darkness.endable(AGENT, any_of_them=True)
        world.on()
        world.darkness.end(ends)
        assert world.is_dark

    simulate(story)


def test_its_time_ends_it_and_that_is_told() -> None:
    async def story(world: World) -> None:
        world.on(length_us=90 * MINUTE_US)
        (told,) = world.darkness.told
        assert told.until_us == world.simulation.clock.wall_us() + 30 * MINUTE_US
        await asyncio.sleep(30 * 60 - 0.001)
        assert world.is_dark
        await asyncio.sleep(0.002)
        assert not world.is_dark
        assert world.codes == ["blackout.on", "blackout.expired"]
        assert world.darkness.expired_count == 1
        assert world.darkness.kept() == ()

    simulate(story, BlackoutRules(max_us=30 * MINUTE_US))


def test_a_step_of_the_wall_clock_ends_nothing_early() -> None:
    async def story(world: World) -> None:
        world.on(length_us=10 * MINUTE_US)
        world.simulation.clock.jump(100 * MINUTE_US)
        await asyncio.sleep(9 * 60)
        assert world.is_dark
        world.simulation.clock.jump(-200 * MINUTE_US)
        await asyncio.sleep(61)
        assert not world.is_dark

    simulate(story)


def test_the_end_of_a_longer_one_is_not_brought_forward_by_a_shorter_one() -> None:
    async def story(world: World) -> None:
        world.on(length_us=10 * MINUTE_US)
        world.on(length_us=MINUTE_US)
        world.on(ANNA, length_us=2 * MINUTE_US)
        await asyncio.sleep(5 * 60)
        assert [one.by for one in world.darkness.told] == ["jane"]

    simulate(story)


def test_what_is_left_is_kept_every_minute_and_counted_on_after_a_restart() -> None:
    kept: list[KeptBlackout] = []

    async def before(world: World) -> None:
        world.on(length_us=10 * MINUTE_US)
        await asyncio.sleep(3 * 60 + 1)
        assert world.kept_times == 3
        assert KEEP_US == MINUTE_US
        kept.extend(world.darkness.kept())

    async def after(world: World) -> None:
        world.darkness.restore(kept)
        assert world.is_dark
        await asyncio.sleep(6 * 60)
        assert world.is_dark
        await asyncio.sleep(60)
        assert not world.is_dark

    simulate(before)
    assert 6 * MINUTE_US < kept[0].left_us <= 7 * MINUTE_US
    simulate(after)


def test_time_that_was_over_before_the_restart_is_over_at_once() -> None:
    async def story(world: World) -> None:
        world.darkness.restore([KeptBlackout(source="agent", since_us=1, left_us=0)])
        assert world.is_dark
        await asyncio.sleep(0.001)
        assert world.codes == ["blackout.on", "blackout.expired"]

    simulate(story)


@pytest.mark.parametrize(
    ("binding", "dark"), [("none", True), ("agent", True), ("interaction", False), ("both", False)]
)
def test_the_end_of_the_interaction(binding: str, *, dark: bool) -> None:
    async def story(world: World) -> None:
        world.on(interaction="one")
        world.darkness.interaction_over("other")
        assert world.is_dark
        world.darkness.interaction_moved("one", "two")  # the same interaction in another recording: not lost with it
        world.darkness.interaction_over("one")
        assert world.is_dark
        world.darkness.interaction_over("two")
        assert world.is_dark == dark

    simulate(story, BlackoutRules(binding=Binding(binding)))


@pytest.mark.parametrize(
    ("binding", "dark"), [("none", True), ("agent", False), ("interaction", True), ("both", False)]
)
def test_another_agent(binding: str, *, dark: bool) -> None:
    kept: list[KeptBlackout] = []

    async def before(world: World) -> None:
        world.on()
        kept.extend(world.darkness.kept())

    async def after(world: World) -> None:
        world.darkness.restore(kept)
        assert world.is_dark == dark

    rules = BlackoutRules(binding=Binding(binding))
    simulate(before, rules)
    simulate(after, rules, agent="joe")


def test_a_request_outside_any_interaction_does_not_end_with_one() -> None:
    async def story(world: World) -> None:
        world.on()
        world.darkness.interaction_over("")
        world.darkness.interaction_over("one")
        assert world.is_dark

    simulate(story, BlackoutRules(binding=Binding.BOTH))


def test_too_many_are_refused_and_it_stays_black() -> None:
    async def story(world: World) -> None:
        for number in range(REQUESTS_PER_SOURCE_MAX):
            world.on(Asker(Source.ANALYTICS, "da", str(number)))
        with pytest.raises(LimitError):
            world.on(Asker(Source.ANALYTICS, "da", "more"))
        assert world.is_dark
        world.on()

    simulate(story)


# The decision source


def test_without_its_word_it_is_black_from_the_start() -> None:
    async def story(world: World) -> None:
        world.darkness.restore(())
        assert [one["reason"] for one in world.in_force] == [SILENT]
        assert world.darkness.kept() == ()
        world.off(ANNA, any_of_them=True)
        assert world.is_dark

    simulate(story, WATCHED)


def test_its_word_holds_for_the_length_of_the_lease_and_silence_is_black() -> None:
    async def story(world: World) -> None:
        world.darkness.restore(())
        for _ in range(10):
            world.darkness.decide("watcher", black=False, reason="")
            assert not world.is_dark
            await asyncio.sleep(4)
        assert world.codes == ["blackout.on", "blackout.off"]
        await asyncio.sleep(0.999)
        assert not world.is_dark
        await asyncio.sleep(0.002)
        assert world.is_dark

    simulate(story, WATCHED)


def test_whoever_looks_before_the_timer_finds_it_black_since_the_end_of_the_lease() -> None:
    async def story(world: World) -> None:
        world.darkness.decide("watcher", black=False, reason="")
        world.darkness.look()
        assert not world.is_dark
        due_us = world.simulation.clock.monotonic_us() + WATCHED.lease_us
        world.simulation.clock.advance(WATCHED.lease_us + 3_000_000)  # the loop is held up
        assert not world.is_dark
        world.darkness.look()
        assert world.is_dark
        assert world.at_us == due_us

    simulate(story, WATCHED)


def test_silence_after_black_stays_black_without_light_between() -> None:
    async def story(world: World) -> None:
        world.darkness.decide("watcher", black=True, reason="card page")
        world.darkness.decide("watcher", black=True, reason="card page")
        assert world.codes == ["blackout.on"]
        await asyncio.sleep(6)
        assert world.codes == ["blackout.on", "blackout.on"]
        assert [one["reason"] for one in world.in_force] == [SILENT]
        await asyncio.sleep(3600)
        assert world.is_dark  # however long blackouts may be otherwise

    simulate(story, BlackoutRules(source="watcher", max_us=MINUTE_US))


def test_an_open_one_keeps_its_last_word_black_for_a_limited_time_and_light_for_ever() -> None:
    async def story(world: World) -> None:
        world.darkness.restore(())
        assert not world.is_dark
        world.darkness.decide("watcher", black=True, reason="card page")
        await asyncio.sleep(5 + 59)
        assert world.is_dark
        await asyncio.sleep(2)
        assert not world.is_dark
        assert world.codes == ["blackout.on", "blackout.on", "blackout.expired"]
        await asyncio.sleep(3600)
        assert not world.is_dark
        world.darkness.decide("watcher", black=True, reason="again")
        assert world.is_dark
        world.darkness.decide("watcher", black=False, reason="")
        assert not world.is_dark

    simulate(story, BlackoutRules(source="watcher", failing=Failing.OPEN, max_us=MINUTE_US))


@pytest.mark.parametrize(("rules", "name"), [(BlackoutRules(), ""), (BlackoutRules(), "watcher"), (WATCHED, "other")])
def test_others_do_not_decide(rules: BlackoutRules, name: str) -> None:
    async def story(world: World) -> None:
        with pytest.raises(RefusedError) as caught:
            world.darkness.decide(name, black=False, reason="")
        assert caught.value.code == "blackout.not_the_source"

    simulate(story, rules)


def test_its_light_does_not_end_what_others_want() -> None:
    async def story(world: World) -> None:
        world.on()
        world.darkness.decide("watcher", black=True, reason="")
        world.darkness.decide("watcher", black=False, reason="")
        assert world.is_dark

    simulate(story, WATCHED)


RULES_ON = BlackoutRules(source="watcher", lease_us=60_000_000, watching=Failing.CLOSED)


def test_the_rules_about_the_screen_are_another_that_must_say_it_may_be_light() -> None:
    async def story(world: World) -> None:
        world.darkness.restore(())
        assert len(world.in_force) == 2  # nobody has said anything
        world.darkness.decide("watcher", black=False, reason="")
        world.darkness.watched(black=False, reason="")
        assert not world.is_dark
        since_us = world.simulation.clock.monotonic_us() - 30_000
        world.darkness.watched(black=True, reason="On the screen: card", since_us=since_us)
        assert world.at_us == since_us  # as of when nothing had changed yet
        assert [one["by"] for one in world.in_force] == [WATCHING]
        assert world.darkness.endable(AGENT, any_of_them=True) == frozenset()
        world.darkness.watched(black=False, reason="")
        assert not world.is_dark
        await asyncio.sleep(WATCHING_LEASE_US / 1e6 + 0.1)
        assert [one["reason"] for one in world.in_force] == [SILENT]
        assert world.darkness.kept() == ()

    simulate(story, RULES_ON)


def test_nobody_else_speaks_for_the_rules() -> None:
    async def story(world: World) -> None:
        with pytest.raises(RefusedError):
            world.darkness.decide(WATCHING, black=False, reason="")

    simulate(story, BlackoutRules(watching=Failing.CLOSED))
