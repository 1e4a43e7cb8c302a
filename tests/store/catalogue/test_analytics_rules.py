"""Sets of rules in the catalogue, whom they are rolled out to, and what workstations told."""

from dataclasses import replace

import pytest

from playhead.base.errors import ConflictError, InvalidInputError, LimitError, NotFoundError
from playhead.base.ids import GroupId, WorkstationId
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import analytics_rules as a
from playhead.store.catalogue.groups import Group, add_group, delete_group
from playhead.store.catalogue.workstations import enrol_workstation

CARDS = a.RuleSet(name="Cards", text="[[rule]]", author="root", at_us=1)
SALES, CARE = GroupId("sales"), GroupId("care")


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as found:
        await add_group(found, Group(SALES, "Sales", ("jo",)))
        await add_group(found, Group(CARE, "Care", ("kim",)))
        yield found
    await catalogue.close()


async def refusal(call):
    with pytest.raises((ConflictError, NotFoundError, LimitError, InvalidInputError)) as raised:
        await call
    return raised.value.code


class TestRuleSets:
    async def test_adds_changes_and_deletes(self, connection):
        added = await a.add_rule_set(connection, CARDS)
        assert added == replace(CARDS, id=added.id, version=1)
        wanted = replace(added, name="Card forms", groups=(CARE, SALES), author="kim", at_us=2)
        changed = await a.change_rule_set(connection, wanted)
        assert changed == replace(wanted, version=2)
        assert await a.list_rule_sets(connection) == [changed]
        await a.delete_rule_set(connection, added.id)
        assert await a.list_rule_sets(connection) == []
        assert await refusal(a.get_rule_set(connection, added.id)) == "analytics.rules_not_found"
        assert await refusal(a.delete_rule_set(connection, added.id)) == "analytics.rules_not_found"

    async def test_who_looked_at_an_older_version_changes_nothing(self, connection):
        seen = await a.add_rule_set(connection, CARDS)
        now = await a.change_rule_set(connection, replace(seen, text="# hers"))
        assert await refusal(a.change_rule_set(connection, replace(seen, text="# his"))) == "analytics.rules_outdated"
        assert await a.get_rule_set(connection, seen.id) == now
        assert await refusal(a.change_rule_set(connection, replace(seen, id=99))) == "analytics.rules_not_found"

    async def test_a_name_is_given_once(self, connection):
        await a.add_rule_set(connection, CARDS)
        other = await a.add_rule_set(connection, replace(CARDS, name="Other"))
        assert await refusal(a.add_rule_set(connection, CARDS)) == "analytics.rules_exist"
        assert await refusal(a.change_rule_set(connection, replace(other, name="Cards"))) == "analytics.rules_exist"

    @pytest.mark.parametrize("name", ["", " ", "a\nb", "n" * (a.NAME_CHARS_MAX + 1)])
    async def test_a_name_can_be_read(self, connection, name):
        assert await refusal(a.add_rule_set(connection, replace(CARDS, name=name))) == "analytics.rules_name"

    async def test_holds_its_limits(self, connection, monkeypatch):
        longest = "#" * a.TEXT_CHARS_MAX
        assert (await a.add_rule_set(connection, replace(CARDS, text=longest))).text == longest
        longer = replace(CARDS, name="Longer", text=longest + "#")
        assert await refusal(a.add_rule_set(connection, longer)) == "analytics.rules_length"
        monkeypatch.setattr(a, "SETS_MAX", 2)
        await a.add_rule_set(connection, replace(CARDS, name="n" * a.NAME_CHARS_MAX))
        assert await refusal(a.add_rule_set(connection, replace(CARDS, name="3"))) == "analytics.rules_number"

    async def test_an_unknown_group_is_refused(self, connection):
        unknown = replace(CARDS, groups=(SALES, GroupId("none")))
        assert await refusal(a.add_rule_set(connection, unknown)) == "group.not_found"


class TestRollOut:
    async def test_goes_to_the_groups_of_the_agent(self, connection):
        everyone = await a.add_rule_set(connection, replace(CARDS, name="z", everyone=True))
        sales = await a.add_rule_set(connection, replace(CARDS, name="b", groups=(SALES,)))
        both = await a.add_rule_set(connection, replace(CARDS, name="a", groups=(CARE, SALES)))
        await a.add_rule_set(connection, replace(CARDS, name="draft"))
        assert await a.rule_sets_for(connection, "ACME\\Jo") == [everyone, sales, both]
        assert await a.rule_sets_for(connection, "kim") == [everyone, both]
        assert await a.rule_sets_for(connection, "") == [everyone]

    async def test_a_group_that_is_gone_takes_its_roll_out_along(self, connection):
        rules = await a.add_rule_set(connection, replace(CARDS, groups=(CARE, SALES)))
        await delete_group(connection, SALES)
        assert (await a.get_rule_set(connection, rules.id)).groups == (CARE,)


class TestTold:
    async def test_keeps_the_newest_of_each(self, connection):
        one, two = WorkstationId("pc-1"), WorkstationId("pc-2")
        for workstation in (one, two):
            await enrol_workstation(
                connection, workstation=workstation, signer=b"s" * 32, certificate_hash=b"c" * 32, now_us=1
            )
        await a.note_events(connection, two, 7, 10)
        await a.note_digest(connection, one, "aa", 11)
        await a.note_digest(connection, one, "bb", 12)
        await a.note_events(connection, one, 3, 13)
        assert await a.list_told(connection) == [a.Told(one, "bb", 12, 3, 13), a.Told(two, "", 10, 7, 10)]
