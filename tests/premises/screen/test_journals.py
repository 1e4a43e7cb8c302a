"""Journals as they come from workstations: kept before they are acknowledged, each entry once, over reconnections."""

import pytest
from premises.screen.rig import Premises

from playhead.domain.history import Entry
from playhead.premises.screen import journals
from playhead.store.catalogue.coverage import entries_between, links_of
from playhead.wire.screen.messages import Journal, JournalAck, JournalEntry


@pytest.fixture
async def premises(tmp_path):
    async with Premises(tmp_path).running() as running:
        yield running


def entry(seq, state="recording", **more):
    return JournalEntry(seq, seq * 10, state, wanted="continuous", **more)


async def kept(premises, name):
    async with premises.catalogue.reading() as connection:
        found = await entries_between(connection, [name], 0, 1 << 60)
    return [(one.seq, one.state) for one in found.get(name, [])]


async def told(conversation, *entries, held=0):
    await conversation.peer.send(Journal(entries, held))
    return (await conversation.next(JournalAck)).seq


async def test_it_is_kept_acknowledged_and_known_at_the_next_welcome(premises):
    desk = await premises.desk()
    touched = []
    premises.service.on_history(lambda workstation, from_us: touched.append((workstation, from_us)))
    async with desk.connected() as conversation:
        assert conversation.peer.core.welcome.journal == 0
        assert await told(conversation, entry(1), entry(2, "off", last=True), held=5) == 2
        assert await kept(premises, desk.name) == [(1, "recording"), (2, "off")]
        assert premises.service.newest_change(desk.name) == Entry(2, 20, "off", wanted="continuous", last=True)
        assert touched == [(desk.name, 10)]
        async with premises.catalogue.reading() as connection:
            link = (await links_of(connection, [desk.name]))[desk.name]
        assert (link.connected, link.held_from_us) == (True, 5)
    async with desk.connected() as conversation:
        assert conversation.peer.core.welcome.journal == 2
        await conversation.peer.send(Journal((), 0))
        assert await told(conversation, entry(3)) == 3
        async with premises.catalogue.reading() as connection:
            assert (await links_of(connection, [desk.name]))[desk.name].held_from_us == 0


async def test_what_comes_twice_is_kept_once_and_as_it_came_first(premises):
    desk = await premises.desk()
    async with desk.connected() as conversation:
        await told(conversation, entry(1), entry(5))
        assert await told(conversation, replace_state(entry(1)), replace_state(entry(5)), entry(6)) == 6
        assert await told(conversation, entry(3)) == 3, "from before what is known: nothing is missing of it"
    assert await kept(premises, desk.name) == [(1, "recording"), (5, "recording"), (6, "recording")]


def replace_state(one):
    return JournalEntry(one.seq, one.at_us, "failed", wanted=one.wanted)


async def test_a_stretch_is_no_change(premises):
    desk = await premises.desk()
    async with desk.connected() as conversation:
        await told(conversation, entry(1), JournalEntry(2, 3, "asleep", 9, "continuous"))
    assert premises.service.newest_change(desk.name).seq == 1


async def test_after_a_restart_all_is_known_and_nobody_is_connected(tmp_path):
    premises = Premises(tmp_path)
    async with premises.running():
        desk = await premises.desk()
        async with desk.connected() as conversation:
            await told(conversation, entry(1), entry(2, "blackout"))
    async with premises.running():
        assert premises.service.newest_change(desk.name).state == "blackout"
        async with premises.catalogue.reading() as connection:
            assert not (await links_of(connection, [desk.name]))[desk.name].connected
        async with desk.connected() as conversation:
            assert conversation.peer.core.welcome.journal == 2


async def test_one_that_notes_without_end_loses_its_oldest(premises, monkeypatch):
    monkeypatch.setattr(journals, "ENTRIES_MAX", 8)
    desk = await premises.desk()
    async with desk.connected() as conversation:
        await told(conversation, *(entry(seq) for seq in range(1, 9)))
        assert len(await kept(premises, desk.name)) == 8
        await told(conversation, entry(9))
    assert [seq for seq, _ in await kept(premises, desk.name)] == [3, 4, 5, 6, 7, 8, 9]
