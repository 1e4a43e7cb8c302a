"""What is caught up shares the site's one number."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from premises.screen.rig import Premises

from playhead.base.quantities import Size
from playhead.premises.screen.pace import Division, Pacing
from playhead.testing.loop import Simulation, run
from playhead.wire.screen.messages import Backlog, Pace


def test_everybody_gets_the_same_and_is_told_once() -> None:
    division = Division[str](100)
    division.join("a")
    assert division.divide() == [("a", 100)]
    assert division.divide() == []
    division.join("b")
    division.join("c")
    assert division.divide() == [("a", 33), ("b", 33), ("c", 33)]
    division.leave("a")
    division.leave("a")
    assert division.divide() == [("b", 50), ("c", 50)]
    division.join("b")
    assert division.divide() == [("b", 50)], "it asked again, in another connection"
    division.leave("b")
    division.leave("c")
    assert division.divide() == []


def test_without_a_number_everybody_goes_as_fast_as_they_can() -> None:
    division = Division[str](0)
    division.join("a")
    division.join("b")
    assert division.divide() == [("a", 0), ("b", 0)]


def test_a_number_that_is_too_small_for_all_stops_nobody() -> None:
    division = Division[int](2)
    for member in range(3):
        division.join(member)
    assert {share for _, share in division.divide()} == {1}


@given(
    limit=st.integers(100, 1 << 40),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 30), st.booleans()), max_size=80),
)
def test_all_together_never_more_than_the_number(limit: int, steps: list[tuple[bool, int, bool]]) -> None:
    division = Division[int](limit)
    told: dict[int, int] = {}
    for joins, member, divides in steps:
        (division.join if joins else division.leave)(member)
        told.pop(member, None)  # who joins waits to be told, and who leaves sends nothing
        if divides:
            for one, share in division.divide():
                told[one] = share
                assert sum(told.values()) <= limit
            assert len(told) == len(division)
            assert len(set(told.values())) <= 1


def test_an_outage_does_not_make_a_message_for_everybody_at_everybody() -> None:
    async def scenario(simulation: Simulation) -> None:
        told: list[tuple[int, int]] = []
        pacing = Pacing[int](1000 << 10, lambda member, share: told.append((member, share)))
        simulation.spawn("premises", pacing.run())
        for member in range(1000):
            await asyncio.sleep(0.01)
            pacing.join(member)
        await asyncio.sleep(1)
        assert {share for _, share in told[-1000:]} == {1 << 10}
        assert len(told) < 25_000
        await simulation.kill("premises")

    run(scenario, seed=1)


async def test_the_service_tells_who_has_a_backlog_and_divides_again_when_one_leaves(tmp_path) -> None:
    async with Premises(tmp_path, config={"catch_up": Size(3000)}).running() as premises:
        first, second = await premises.desk("desk-1"), await premises.desk("desk-2")
        async with first.connected() as one:
            await one.peer.send(Backlog(1 << 20))
            assert await one.next(Pace) == Pace(3000)
            async with second.connected() as other:
                await other.peer.send(Backlog(1))
                assert await other.next(Pace) == Pace(1500)
                assert await one.next(Pace) == Pace(1500)
            assert await one.next(Pace) == Pace(3000), "the other one is gone"
            async with second.connected() as other:
                await other.peer.send(Backlog(1))
                assert await one.next(Pace) == Pace(1500)
                await other.peer.send(Backlog(0))
                assert await one.next(Pace) == Pace(3000), "the other one is through"
