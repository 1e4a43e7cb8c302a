"""One bad segment does not stand in the way of others, and is listed with its reason until it is well."""

import pytest
from premises.screen.rig import Premises, unique

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.quarantine import list_quarantined
from playhead.wire.screen.messages import Accept, Ack, Decline, End


@pytest.fixture
async def premises(tmp_path):
    async with Premises(tmp_path).running() as running:
        yield running


@pytest.fixture
async def desk(premises):
    return await premises.desk()


async def listed(premises):
    async with premises.catalogue.reading() as connection:
        return await list_quarantined(connection, before=None, limit=100)


async def added(premises):
    async with premises.catalogue.reading() as connection:
        return [one for one in await list_audit(connection) if one.action == "quarantine.added"]


def broken(made, record):
    """Its bytes with one turned in a record."""
    data = bytearray(made.data)
    data[made.ends[record] - 40] ^= 1
    return bytes(data)


async def until_listed(premises, count=1):
    async def are_listed():
        return len(await listed(premises)) == count

    await premises.until(are_listed)
    return await listed(premises)


async def test_a_broken_chain_is_listed_and_harms_no_other_in_the_same_connection(premises, desk):
    bad, good = desk.made(), desk.made()
    async with desk.connected() as conversation:
        accepted = await conversation.offer(bad)
        number = conversation.channel
        assert isinstance(await conversation.offer(good), Accept)
        await conversation.send(broken(bad, 2)[accepted.offset :], accepted.offset, channel=number)
        refusal = await conversation.next(Decline)
        assert (refusal.channel, refusal.code, refusal.final) == (number, "vid.chain", True)
        await conversation.send(good.data[len(good.start) :], len(good.start))
        await conversation.peer.send(End(conversation.channel, len(good.data), "sealed"))
        while not (await conversation.next(Ack)).final:
            pass
        (found,) = await until_listed(premises)
    assert (found.code, found.place, found.attempts) == ("vid.chain", "workstation", 1)
    assert (found.subject, found.recording) == (str(bad.header.segment), bad.header.recording)
    assert found.workstation == desk.name

    async def is_audited():
        return await added(premises)

    await premises.until(is_audited)
    (entry,) = await added(premises)
    assert (entry.actor, entry.subject, entry.details) == ("desk-1", found.subject, {"code": "vid.chain"})


async def test_what_is_refused_again_is_counted_and_what_comes_after_all_is_not_listed_any_more(premises, desk):
    made = desk.made()
    async with desk.connected() as conversation:
        for attempt in (1, 2):
            accepted = await conversation.offer(made)
            await conversation.send(broken(made, 2)[accepted.offset :], accepted.offset)
            assert (await conversation.next(Decline)).final

            async def was_tried(attempt=attempt):
                return [one.attempts for one in await listed(premises)] == [attempt]

            await premises.until(was_tried)
    async with desk.connected() as conversation:
        accepted = await conversation.offer(made)
        assert accepted.offset == made.ends[1], "the whole records before the fault were kept"
        await conversation.send(made.data[accepted.offset :], accepted.offset)
        await conversation.peer.send(End(conversation.channel, len(made.data), "sealed"))
        while not (await conversation.next(Ack)).final:
            pass
        await until_listed(premises, 0)


async def test_the_list_outlives_a_restart(tmp_path):
    place = Premises(tmp_path)
    async with place.running() as premises:
        desk = await premises.desk()
        made = desk.made()
        async with desk.connected() as conversation:
            header = made.header
            refusal = await conversation.offer(made, recording=unique(RecordingId).bytes)
            assert (refusal.code, refusal.final) == ("segment.ids", True)
            (found,) = await until_listed(premises)
            assert found.subject == str(header.segment)
    async with place.running() as premises:
        assert len(await listed(premises)) == 1
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            assert len(await listed(premises)) == 1
            await conversation.send(made.data[accepted.offset :], accepted.offset)
            await conversation.peer.send(End(conversation.channel, len(made.data), "sealed"))
            await until_listed(premises, 0)


async def test_a_header_that_cannot_be_read(premises, desk):
    made = desk.made()
    async with desk.connected() as conversation:
        refusal = await conversation.offer(made, header=b"nonsense" * 9)
        assert (refusal.code, refusal.final) == ("vid.magic", True)
        (found,) = await until_listed(premises)
    assert found.code == "vid.magic"


async def test_while_the_disk_is_full_nothing_is_begun_and_what_is_here_is_acknowledged(premises, desk):
    whole, more = desk.made(), desk.made()
    async with desk.connected() as conversation:
        accepted = await conversation.offer(whole)
        await conversation.send(whole.data[accepted.offset :], accepted.offset)
        await conversation.acknowledged(len(whole.data))
    premises.store.disk_room.reserve_bytes = 1 << 60
    await premises.store.look_at_disk()
    assert [one.code for one in premises.service.problems()] == ["disk.full"]
    async with desk.connected() as conversation:
        refusal = await conversation.offer(more)
        assert isinstance(refusal, Decline)
        assert (refusal.code, refusal.final) == ("store.full", False)
        assert await premises.known(more.header.recording) is None, "no recording of which nothing is here"
        accepted = await conversation.offer(whole)
        assert accepted.offset == len(whole.data)
        await conversation.peer.send(End(conversation.channel, len(whole.data), "sealed"))
        assert (await conversation.next(Ack)).final
        premises.store.disk_room.reserve_bytes = 0
        assert isinstance(await conversation.offer(more), Accept), "it is looked at once more before it is declined"
    assert premises.service.problems() == ()
    assert await listed(premises) == []


async def test_a_new_segment_that_the_disk_fails_with_again_and_again_is_listed_and_kept_by_its_workstation(
    premises, desk, monkeypatch
):
    """There is nothing here to set aside: it rests, and somebody is told."""
    made = desk.made()
    monkeypatch.setattr(premises.store, "has_given_up", lambda segment: segment == made.header.segment)

    async def fails(_header, _observer=None):
        raise UnavailableError("store.failed", "The disk failed.")

    monkeypatch.setattr(premises.store, "open", fails)
    async with desk.connected() as conversation:
        refusal = await conversation.offer(made)
        assert (refusal.code, refusal.final) == ("store.failed", False), "the workstation keeps it, and comes back"
        (found,) = await until_listed(premises)
    assert (found.code, found.place, found.subject) == ("store.failed", "workstation", str(made.header.segment))
