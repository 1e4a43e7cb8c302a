"""The policy of retention, its runs, and erasures, in the catalogue: what is kept, and what serves the queries."""

import pytest
from databases import SQLITE_ONLY
from sqlalchemy import select
from store.catalogue.annotated import fill, plan_of, recording

from playhead.base.errors import LimitError, NotFoundError
from playhead.domain.retention import Policy, Rule
from playhead.store.catalogue import Catalogue, retention
from playhead.store.catalogue import erasures as e
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.retention import Confirmation, Run, query_due
from playhead.store.catalogue.schema import erasures, retention_runs

POLICY = Policy(
    (
        Rule("a", "first", 7, agents=frozenset({"jane"}), tags=frozenset({"x", "y"})),
        Rule("b", "second", None, groups=frozenset({"g"}), states=frozenset({"complete"})),
    ),
    30,
)


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as opened:
        await fill(opened)
        yield opened
    await catalogue.close()


async def erased(connection, number):
    found = await get_recording(connection, recording(number))
    erasure = e.erasure_of(found, (), by="sue", reason="why", rule="", now_us=5)
    return await e.add_erasure(connection, erasure)


class TestPolicy:
    async def test_is_kept_as_it_is(self, connection):
        assert await retention.load_policy(connection) == Policy()
        for policy in (POLICY, Policy(POLICY.rules[::-1], None), Policy()):
            await retention.save_policy(connection, policy)
            assert await retention.load_policy(connection) == policy

    async def test_a_confirmation_is_kept_until_it_is_used_or_the_policy_changes(self, connection):
        given = Confirmation(7, "root", 5)
        await retention.save_confirmation(connection, given)  # before there ever was a policy
        assert await retention.load_confirmation(connection) == given
        assert await retention.load_policy(connection) == Policy()
        await retention.save_confirmation(connection, None)
        assert await retention.load_confirmation(connection) is None
        await retention.save_confirmation(connection, given)
        await retention.save_policy(connection, POLICY)
        assert await retention.load_confirmation(connection) is None

    async def test_the_newest_run_is_found_and_old_ones_are_forgotten(self, connection, monkeypatch):
        monkeypatch.setattr(retention, "RUNS_KEPT", 3)
        assert await retention.last_run(connection) is None
        for number in range(5):
            await retention.add_run(connection, Run(number, 1, 2, 3, 4, 5))
        assert await retention.last_run(connection) == Run(4, 1, 2, 3, 4, 5)
        assert len((await connection.execute(select(retention_runs))).all()) == 3

    @pytest.mark.parametrize("place", [None, (5, recording(5))])
    @SQLITE_ONLY
    async def test_an_index_serves_those_that_may_be_due(self, connection, place):
        plan = await plan_of(connection, query_due("complete", 100, place))
        assert plan.startswith("SEARCH recordings USING INDEX")
        assert "state=? AND" in plan


class TestErasures:
    async def test_take_the_place_of_the_recording(self, connection):
        number = await erased(connection, 1)
        with pytest.raises(NotFoundError) as caught:
            await get_recording(connection, recording(1))
        assert (caught.value.code, caught.value.message) == (
            "recording.erased",
            "This recording was erased on 1970-01-01.",
        )
        found = await e.get_erasure(connection, number)
        assert (found.recording, found.agent, found.phase) == (recording(1), "jane", e.BEGUN)
        assert await e.unfinished_erasures(connection) == 1

    async def test_a_phase_is_found_from_a_place_and_a_time_on(self, connection):
        numbers = [await erased(connection, number) for number in (1, 2, 3)]
        for at_us, number in enumerate(numbers[:2], 10):
            await e.set_shredded(connection, number, at_us, "certificate")
        assert [one.id for one in await e.erasures_in(connection, e.BEGUN, limit=9)] == numbers[2:]
        shredded = await e.erasures_in(connection, e.SHREDDED, before_us=10, limit=9)
        assert [(one.id, one.certificate) for one in shredded] == [(numbers[0], "certificate")]
        assert await e.erasures_in(connection, e.SHREDDED, after=numbers[1], limit=9) == []
        await e.set_removed(connection, numbers[0], 20)
        assert (await e.get_erasure(connection, numbers[0])).removed_at_us == 20

    async def test_a_page_has_bounds(self, connection):
        for limit in (0, e.PAGE_ITEMS_MAX + 1):
            with pytest.raises(LimitError):
                await e.list_erasures(connection, before=None, limit=limit)
        await e.list_erasures(connection, before=None, limit=e.PAGE_ITEMS_MAX)

    @SQLITE_ONLY
    async def test_indexes_serve_what_is_asked(self, connection):
        query = select(erasures).where(erasures.c.phase == e.BEGUN, erasures.c.id > 3).order_by(erasures.c.id)
        assert "ix_erasures_phase_id" in await plan_of(connection, query)
        query = select(erasures).where(erasures.c.recording_id == recording(1))
        assert "uq_erasures_recording_id" in await plan_of(connection, query)
