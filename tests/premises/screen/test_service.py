"""The screen service over real TLS, with a workstation written by hand."""

import asyncio
import contextlib
import ssl

import pytest
from premises.screen.rig import SITE, Desk, Premises, unique

from playhead.base.clock import SystemClock
from playhead.base.errors import LimitError, NotFoundError, RefusedError, UnavailableError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.quantities import Duration
from playhead.domain.live import RecordingChanged, SegmentGrew, WorkstationChanged
from playhead.domain.recordings import RecordingState
from playhead.net.screen import connect
from playhead.net.tls import client_context
from playhead.premises.screen.connected import UNWRITTEN_BYTES_MAX
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.segments import get_segment
from playhead.store.catalogue.workstations import get_workstation, revoke_workstation
from playhead.store.erasure import Eraser, Order
from playhead.wire.pki import create_request
from playhead.wire.screen.messages import (
    Accept,
    Ack,
    Command,
    Decline,
    End,
    Enrol,
    Enrolled,
    Goodbye,
    Hello,
    Offer,
    Records,
    Result,
    Status,
)
from playhead.wire.vid import verify


@pytest.fixture
async def premises(tmp_path):
    async with Premises(tmp_path).running() as found:
        yield found


@pytest.fixture
async def desk(premises):
    return await premises.desk()


async def ship(conversation, made):
    """A whole segment, from wherever it is accepted to the final acknowledgement."""
    accepted = await conversation.offer(made)
    assert isinstance(accepted, Accept)
    channel = conversation.channel
    await conversation.send(made.data[accepted.offset :], accepted.offset)
    await conversation.peer.send(End(channel, len(made.data), "sealed"))
    while True:
        ack = await conversation.next(Ack)
        if ack.final:
            assert ack.offset == len(made.data)
            return


class TestEnrolment:
    async def test_a_code_lets_one_workstation_in(self, premises):
        desk = Desk(premises, WorkstationId("desk-1"))
        code = await premises.code()
        await desk.enrol(code)
        async with premises.catalogue.reading() as connection:
            known = await get_workstation(connection, desk.name)
        assert known.signer == desk.key.public_key().public_bytes_raw()
        async with desk.connected():
            pass
        with pytest.raises(RefusedError) as raised:
            await Desk(premises, WorkstationId("desk-2")).enrol(code)
        assert raised.value.code == "enrolment.code"

    async def test_an_expired_code_is_refused(self, premises):
        with pytest.raises(RefusedError) as raised:
            await Desk(premises, WorkstationId("desk-1")).enrol(await premises.code(lasts_us=0))
        assert raised.value.code == "enrolment.code"

    async def test_a_code_for_any_workstation_does_not_take_over_one(self, premises, desk):
        code = await premises.code()
        with pytest.raises(RefusedError) as raised:
            await Desk(premises, desk.name).enrol(code)
        assert raised.value.code == "enrolment.name_taken"
        await Desk(premises, WorkstationId("desk-2")).enrol(code)  # it was not used up

    async def test_a_code_for_this_workstation_replaces_its_key(self, premises, desk):
        anew = Desk(premises, desk.name)
        await anew.enrol(await premises.code(desk.name))
        async with anew.connected():
            pass
        with pytest.raises(RefusedError) as raised:
            async with desk.connected():
                pass
        assert raised.value.code == "screen.superseded"

    async def test_what_the_key_before_has_sealed_still_comes(self, premises, desk):
        recording = unique(RecordingId)
        whole, broken_off = (desk.made(recording) for _ in range(2))
        async with desk.connected() as conversation:
            accepted = await conversation.offer(broken_off)
            await conversation.send(broken_off.data[accepted.offset : broken_off.ends[1]], accepted.offset)
            await conversation.acknowledged(broken_off.ends[1])
        anew = Desk(premises, desk.name)
        await anew.enrol(await premises.code(desk.name))
        async with anew.connected() as conversation:
            for made in (whole, broken_off, anew.made(recording)):
                await ship(conversation, made)

    async def test_guessing_is_slowed_down(self, premises, monkeypatch):
        monkeypatch.setattr("playhead.premises.screen.rules.GUESSES_MAX", 2)
        desk = Desk(premises, WorkstationId("desk-1"))
        expired = await premises.code(lasts_us=0)
        codes = []
        for _ in range(3):
            with pytest.raises(RefusedError) as raised:
                await desk.enrol(expired)
            codes.append(raised.value.code)
        assert codes == ["enrolment.code", "enrolment.code", "enrolment.too_many"]
        with pytest.raises(RefusedError):
            await desk.enrol(await premises.code())

    async def test_a_certificate_is_renewed_for_the_same_key(self, premises, desk):
        peer = await connect(premises.address, tls=desk.context(), clock=SystemClock(), site=SITE)
        await peer.send(Enrol("", str(desk.name), create_request(desk.key, desk.name)))
        answer = await anext(aiter(peer))
        assert isinstance(answer, Enrolled)
        assert answer.certificate != desk.enrolled.certificate
        desk.enrolled = answer
        async with desk.connected():
            pass

    async def test_a_renewal_for_another_key_is_refused(self, premises, desk):
        peer = await connect(premises.address, tls=desk.context(), clock=SystemClock(), site=SITE)
        other = Desk(premises, desk.name)
        await peer.send(Enrol("", str(desk.name), create_request(other.key, desk.name)))
        answer = await anext(aiter(peer))
        assert isinstance(answer, Goodbye)
        assert answer.code == "screen.superseded"


class TestAdmission:
    async def _refused(self, desk, name=None):
        peer = await connect(desk.premises.address, tls=desk.context(), clock=SystemClock(), site=SITE)
        await peer.send(Hello((1,), name or str(desk.name), "test"))
        answer = await anext(aiter(peer))
        assert isinstance(answer, Goodbye), answer
        await peer.close()
        return answer.code

    async def test_a_certificate_of_another_site_ends_the_handshake(self, premises, tmp_path_factory):
        async with Premises(tmp_path_factory.mktemp("other")).running() as other:
            foreign = await other.desk()
        ours = await premises.desk("desk-2")
        files = [foreign.premises.folder / f"{foreign.name}.{end}" for end in ("crt", "key")]
        foreign.context()
        context = client_context(ours.enrolled.authority, *files)

        async def say_hello():
            peer = await connect(premises.address, tls=context, clock=SystemClock(), site=SITE)
            await peer.send(Hello((1,), str(foreign.name), "test"))
            await anext(aiter(peer))

        # With TLS 1.3 the client may have sent its hello before it hears that it was refused.
        with pytest.raises((RefusedError, UnavailableError, StopAsyncIteration)):
            await say_hello()
        assert [found.id for found in premises.service.workstations()] == []

    async def test_another_name_than_the_certificates(self, premises, desk):
        await premises.desk("desk-2")
        assert await self._refused(desk, "desk-2") == "screen.identity"

    async def test_no_certificate(self, premises, desk):
        peer = await connect(
            premises.address, tls=client_context(desk.enrolled.authority), clock=SystemClock(), site=SITE
        )
        await peer.send(Hello((1,), str(desk.name), "test"))
        assert (await anext(aiter(peer))).code == "screen.certificate_required"

    async def test_a_revoked_one(self, premises, desk):
        async with premises.catalogue.writing() as connection:
            await revoke_workstation(connection, desk.name, 1)
        assert await self._refused(desk) == "screen.revoked"

    async def test_one_that_is_revoked_while_connected(self, premises, desk):
        from playhead.premises.screen.upkeep import watch_revocations  # noqa: PLC0415 # at another pace

        async with desk.connected() as conversation:
            async with premises.catalogue.writing() as connection:
                await revoke_workstation(connection, desk.name, 1)
            watching = asyncio.create_task(
                watch_revocations(
                    premises.catalogue,
                    premises.service._connected,
                    premises.service._directory,
                    premises.service.examinations,
                    every_s=0.01,
                )
            )
            assert (await conversation.next()).code == "screen.revoked"
            async with asyncio.timeout(10):
                while premises.service.workstations():  # noqa: ASYNC110 # it is shown no more, which nobody announces
                    await asyncio.sleep(0.01)
            watching.cancel()

    async def test_several_at_once_although_one_leaves_meanwhile(self, premises):
        from playhead.premises.screen.upkeep import watch_revocations  # noqa: PLC0415 # at another pace

        desks = [await premises.desk(f"desk-{number}") for number in range(3)]
        async with contextlib.AsyncExitStack() as stack:
            conversations = [await stack.enter_async_context(desk.connected()) for desk in desks]
            async with premises.catalogue.writing() as connection:
                for desk in desks:
                    await revoke_workstation(connection, desk.name, 1)
            connected = dict(premises.service._connected)
            for name, found in list(connected.items()):
                close = found.peer.close

                async def leave(*arguments, name=name, close=close):
                    """The others leave while this one is told."""
                    for other in connected.keys() - {name}:
                        del connected[other]
                    await close(*arguments)

                found.peer.close = leave
            directory, examinations = premises.service._directory, premises.service.examinations
            watching = asyncio.create_task(
                watch_revocations(premises.catalogue, connected, directory, examinations, every_s=0.01)
            )
            assert [(await found.next()).code for found in conversations] == ["screen.revoked"] * 3
            assert not watching.done()
            watching.cancel()

    async def test_one_too_many(self, tmp_path):
        premises = Premises(tmp_path)
        async with premises.running():
            desk, other = await premises.desk(), await premises.desk("desk-2")
        premises.config = {"connections_max": 1}
        async with premises.running(), desk.connected():
            peer = await connect(premises.address, tls=other.context(), clock=SystemClock(), site=SITE)
            answer = await anext(aiter(peer))
            assert (answer.code, answer.retry_ms) == ("screen.busy", 30_000)

    async def test_what_is_no_tls_harms_nobody(self, premises, desk):
        reader, writer = await asyncio.open_connection("127.0.0.1", premises.service.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n" * 1000)
        async with desk.connected() as conversation:
            await ship(conversation, desk.made())
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)):
            await reader.readexactly(1 << 20)
        writer.close()


class TestShipping:
    async def test_a_segment_arrives_byte_for_byte(self, premises, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            await ship(conversation, made)

            async def complete():
                found = await premises.recording(made.header.recording)
                return found.state is RecordingState.COMPLETE

            await premises.until(complete)
        async with premises.catalogue.reading() as connection:
            located = await get_segment(connection, made.header.segment)
        assert premises.file(located.location) == made.data
        assert located.segment.sealed
        recording = await premises.recording(made.header.recording)
        assert recording.agent == "alex"
        assert recording.workstation == desk.name
        assert recording.ended_at_us == made.header.started_at_us + 3_000_000

    async def test_goes_on_after_a_break(self, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            assert accepted.offset == len(made.start)
            await conversation.send(made.data[accepted.offset : made.ends[2] + 100], accepted.offset)
            await conversation.acknowledged(made.ends[2])
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            assert accepted.offset == made.ends[2]
        async with desk.connected() as conversation:
            await ship(conversation, made)
        async with desk.connected() as conversation:  # the final acknowledgement was lost
            accepted = await conversation.offer(made)
            assert accepted.offset == len(made.data)
            await conversation.peer.send(End(conversation.channel, len(made.data), "sealed"))
            assert await conversation.next() == Ack(conversation.channel, len(made.data), final=True)

    async def test_what_the_premises_lost_comes_again(self, premises, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            await conversation.send(made.data[accepted.offset : made.ends[2]], accepted.offset)
            await conversation.acknowledged(made.ends[2])
        (path,) = (premises.folder / "segments").rglob(f"{made.header.segment}.vid")
        path.write_bytes(made.data[: made.ends[1]])
        async with desk.connected() as conversation:
            await ship(conversation, made)
        assert path.read_bytes() == made.data
        damaged = premises.folder / "segments" / "quarantine" / path.name
        assert damaged.read_bytes() == made.data[: made.ends[1]]

    async def test_a_recording_goes_on_in_a_new_segment(self, premises, desk):
        recording = unique(RecordingId)
        first = desk.made(recording, started_at_us=1_800_000_000_000_000)
        second = desk.made(recording, started_at_us=1_800_000_100_000_000)
        states = []
        async with desk.connected() as conversation:
            accepted = await conversation.offer(first)
            states.append((await premises.recording(recording)).state)
            await conversation.send(first.data[accepted.offset : first.ends[2]], accepted.offset)
            await conversation.peer.send(End(conversation.channel, first.ends[2], "killed"))
            await conversation.acknowledged(first.ends[2])
            await ship(conversation, second)

            async def complete():
                return (await premises.recording(recording)).state is RecordingState.COMPLETE

            await premises.until(complete)
        found = await premises.recording(recording)
        assert states == [RecordingState.RECORDING]
        assert [segment.ended for segment in found.segments] == ["killed", "sealed"]

    async def test_an_older_segment_may_come_later(self, premises, desk):
        recording = unique(RecordingId)
        newer = desk.made(recording, started_at_us=1_800_000_100_000_000)
        older = desk.made(recording, started_at_us=1_800_000_000_000_000)
        async with desk.connected() as conversation:
            await ship(conversation, newer)
            await ship(conversation, older)
        found = await premises.recording(recording)
        assert found.started_at_us == older.header.started_at_us
        assert [segment.id for segment in found.segments] == [older.header.segment, newer.header.segment]

    async def test_many_channels_at_once(self, desk):
        segments = [desk.made() for _ in range(20)]
        async with desk.connected() as conversation:
            offsets = [(await conversation.offer(made)).offset for made in segments]
            for number, (made, offset) in enumerate(zip(segments, offsets, strict=True), 1):
                await conversation.send(made.data[offset:], offset, channel=number)
                await conversation.peer.send(End(number, len(made.data), "sealed"))
            final = set()
            while len(final) < len(segments):
                ack = await conversation.next(Ack)
                if ack.final:
                    final.add(ack.channel)

    async def test_lost_ends_a_segment_as_it_is(self, premises, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            await conversation.peer.send(End(conversation.channel, 999_999, "lost"))
            assert await conversation.next() == Ack(conversation.channel, accepted.offset, final=True)

            async def interrupted():
                return (await premises.recording(made.header.recording)).state is RecordingState.INTERRUPTED

            await premises.until(interrupted)

    async def test_a_lost_connection_interrupts(self, premises, desk):
        made = desk.made()

        async def state_is(state):
            return (await premises.recording(made.header.recording)).state is state

        async with desk.connected() as conversation:
            await conversation.offer(made)
            await premises.until(lambda: state_is(RecordingState.RECORDING))
        await premises.until(lambda: state_is(RecordingState.INTERRUPTED))
        async with desk.connected() as conversation:
            await conversation.offer(made)
            await premises.until(lambda: state_is(RecordingState.RECORDING))


class TestDeclining:
    async def test_a_broken_chain(self, premises, desk):
        made, good = desk.made(), desk.made()
        bad = bytearray(made.data)
        bad[made.ends[2] + 60] ^= 1
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            await conversation.send(bytes(bad[accepted.offset :]), accepted.offset)
            answer = await conversation.next(Decline)
            assert (answer.code, answer.final) == ("vid.chain", True)
            await conversation.peer.send(Records(conversation.channel, len(made.data), b"crossed it"))
            await ship(conversation, good)  # the connection and other segments are unharmed
        async with premises.catalogue.reading() as connection:
            located = await get_segment(connection, made.header.segment)
        assert located.segment.durable_bytes == made.ends[2]
        assert located.segment.ended == "lost"

    async def test_a_seal_that_is_missing(self, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            await conversation.send(made.data[accepted.offset : made.ends[2]], accepted.offset)
            await conversation.peer.send(End(conversation.channel, made.ends[2], "sealed"))
            answer = await conversation.next(Decline)
            assert (answer.code, answer.final) == ("store.not_sealed", True)

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"workstation": "desk-9"}, "segment.workstation"),
            ({"site": "elsewhere"}, "segment.site"),
        ],
    )
    async def test_a_header_of_another(self, desk, arguments, code):
        async with desk.connected() as conversation:
            answer = await conversation.offer(desk.made(**arguments))
            assert (answer.code, answer.final) == (code, True)

    async def test_a_header_signed_by_another_key(self, premises, desk):
        other = Desk(premises, desk.name)
        async with desk.connected() as conversation:
            assert (await conversation.offer(other.made())).code == "segment.signer"

    async def test_other_ids_than_the_headers(self, desk):
        async with desk.connected() as conversation:
            assert (await conversation.offer(desk.made(), recording=bytes(16))).code == "segment.ids"

    async def test_what_is_no_header(self, desk):
        async with desk.connected() as conversation:
            answer = await conversation.offer(desk.made(), header=b"nonsense, and long enough to be looked at")
            assert (answer.code, answer.final) == ("vid.magic", True)

    async def test_the_recording_of_another_workstation(self, premises, desk):
        other = await premises.desk("desk-2")
        made = other.made()
        async with other.connected() as conversation:
            await ship(conversation, made)
        async with desk.connected() as conversation:
            answer = await conversation.offer(desk.made(made.header.recording))
            assert (answer.code, answer.final) == ("segment.recording", True)

    async def test_what_was_erased_does_not_come_back(self, premises, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            await ship(conversation, made)

            async def complete():
                return (await premises.recording(made.header.recording)).state is RecordingState.COMPLETE

            await premises.until(complete)
        eraser = Eraser(
            premises.folder / "segments",
            premises.folder / "erasures",
            catalogue=premises.catalogue,
            disk=premises.disk,
            authority=premises.keyring.authority,
            audit=AuditTrail(premises.catalogue, SystemClock()),
            clock=SystemClock(),
        )
        await eraser.begin(Order(made.header.recording, "sue", "why"))
        await eraser.shred()
        async with desk.connected() as conversation:
            for late in (made, desk.made(made.header.recording)):
                answer = await conversation.offer(late)
                assert (answer.code, answer.final) == ("recording.erased", True)
        with pytest.raises(NotFoundError) as caught:
            await premises.recording(made.header.recording)
        assert caught.value.code == "recording.erased"

    async def test_a_segment_that_is_coming_already(self, desk):
        made = desk.made()
        async with desk.connected() as conversation:
            await conversation.offer(made)
            answer = await conversation.offer(made)
            assert (answer.code, answer.final) == ("store.in_use", False)

    async def test_one_that_is_declined_while_there_is_no_room(self, premises, desk, monkeypatch):
        """What came for it meanwhile is passed over, and harms neither the connection nor another segment."""
        made, other = desk.made(), desk.made()
        waiting, room = asyncio.Event(), asyncio.Event()
        wait_for_room = premises.store.room

        async def no_room():
            waiting.set()
            await room.wait()
            await wait_for_room()

        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            monkeypatch.setattr(premises.store, "room", no_room)
            await conversation.send(made.data[accepted.offset :], accepted.offset)
            await waiting.wait()
            (connected,) = premises.service._connected.values()
            (channel,) = connected._channels.values()
            channel.segment.failure = UnavailableError("store.full", "Full.")
            channel.failed(channel.segment, channel.segment.failure)
            assert (await conversation.next(Decline)).code == "store.full"
            monkeypatch.setattr(premises.store, "room", wait_for_room)
            room.set()
            await ship(conversation, other)

    async def test_a_full_disk_is_said_and_may_be_tried_again(self, premises, desk):
        made, other = desk.made(), desk.made()
        async with desk.connected() as conversation:
            accepted = await conversation.offer(made)
            free_bytes, premises.disk.free_bytes = premises.disk.free_bytes, lambda _path: -1
            await conversation.send(made.data[accepted.offset :], accepted.offset)
            answer = await conversation.next(Decline)
            assert (answer.code, answer.final) == ("store.full", False)
            assert (await conversation.offer(other)).code == "store.full"
            premises.disk.free_bytes = free_bytes
            await ship(conversation, made)


class TestConnections:
    async def test_the_newest_of_a_workstation_wins(self, premises, desk):
        made = desk.made()
        async with desk.connected() as older:
            accepted = await older.offer(made)
            await older.send(made.data[accepted.offset : made.ends[1]], accepted.offset)
            async with desk.connected() as newer:
                goodbye = await older.next(Goodbye)
                assert (goodbye.code, goodbye.retry_ms) == ("screen.replaced", 5_000)
                await ship(newer, made)
                (live,) = premises.service.workstations()
                assert live.connected
        assert premises.file((await self._located(premises, made)).location) == made.data

    async def _located(self, premises, made):
        async with premises.catalogue.reading() as connection:
            return await get_segment(connection, made.header.segment)

    async def test_a_flood_harms_no_other(self, premises, desk):
        """One sends as fast as it can; another's second is acknowledged in time, and memory stays bounded."""
        flood = desk.made(pieces=[200_000] * 100)
        calm = await premises.desk("desk-2")
        most = 0

        async def pour(conversation):
            nonlocal most
            accepted = await conversation.offer(flood)
            for start in range(accepted.offset, len(flood.data), 65536):
                await conversation.peer.send(Records(1, start, flood.data[start : start + 65536]))
                most = max(most, premises.store.pending_bytes)
            await conversation.peer.send(End(1, len(flood.data), "sealed"))
            while not (await conversation.next(Ack)).final:
                pass

        async with desk.connected() as first, calm.connected() as second:
            pouring = asyncio.create_task(pour(first))
            for _ in range(5):
                async with asyncio.timeout(5):
                    await ship(second, calm.made())
            await pouring
        # Twice, because a commit may be under way while as much again is taken in.
        assert most <= 2 * UNWRITTEN_BYTES_MAX + 65536

    async def test_a_fault_ends_one_connection_only(self, premises, desk):
        other = await premises.desk("desk-2")
        async with desk.connected() as bad, other.connected() as good:
            await bad.peer.send(Offer(5, bytes(16), bytes(16), b"x"))
            bad.peer._transport.write(b"\xff" * 100)
            goodbye = await bad.next(Goodbye)
            assert goodbye.code == "screen.frame_type"
            await ship(good, other.made())

    async def test_stopping_acknowledges_what_has_arrived(self, tmp_path):
        premises = Premises(tmp_path, commit_s=60)
        async with premises.running():
            desk = await premises.desk()
            made = desk.made()
            async with desk.connected() as conversation:
                offering = asyncio.create_task(conversation.offer(made))
                while not offering.done():
                    await premises.store.commit()
                    await asyncio.sleep(0)
                offset = offering.result().offset
                await conversation.send(made.data[offset:], offset)
                while premises.store.pending_bytes < len(made.data) - offset:  # noqa: ASYNC110 # it is no event
                    await asyncio.sleep(0)
                peer = conversation.peer

                async def hear():
                    return [message async for message in peer]

                hearing = asyncio.create_task(hear())
                stopping = [task for task in asyncio.all_tasks() if "ScreenService.run" in repr(task.get_coro())]
                assert len(stopping) == 1
                stopping[0].cancel()
                heard = await hearing
        assert heard[0] == Ack(1, len(made.data))
        assert heard[-1].code == "screen.shutdown"

    async def test_plain_tcp_where_it_is_asked_for(self, tmp_path):
        premises = Premises(tmp_path)
        async with premises.running():
            desk = await premises.desk()
            made = desk.made()
        premises.config = {"transport": "plain"}
        async with premises.running():
            peer = await connect(premises.address, tls=None, clock=SystemClock())
            await peer.send(Hello((1,), "desk-2", "test"))
            assert (await anext(aiter(peer))).code == "screen.not_enrolled"
            peer = await connect(premises.address, tls=None, clock=SystemClock())
            await peer.send(Hello((1,), str(desk.name), "test"))
            from premises.screen.rig import Conversation  # noqa: PLC0415 # only without TLS

            conversation = Conversation(peer)
            await conversation.next()
            await ship(conversation, made)
            await peer.close()
            with pytest.raises((RefusedError, UnavailableError)):
                await desk.enrol(await premises.code())

    async def test_a_taken_port_is_said(self, premises, tmp_path_factory):
        second = Premises(tmp_path_factory.mktemp("second"), config={"listen": premises.address})
        with pytest.raises(UnavailableError) as raised:
            async with second.running():
                pass
        assert raised.value.code == "net.port_taken"


class TestCommands:
    async def test_reaches_the_workstation_and_its_answer_comes_back(self, premises, desk):
        recording = unique(RecordingId)
        async with desk.connected() as conversation:
            asking = asyncio.create_task(premises.service.command(desk.name, "start", recording=recording))
            command = await conversation.next(Command)
            assert (command.name, command.recording) == ("start", recording.bytes)
            await conversation.peer.send(Result(command.id, ok=True, recording=recording.bytes))
            assert (await asking).ok
            asking = asyncio.create_task(premises.service.command(desk.name, "blackout_on", reason="card number"))
            second = await conversation.next(Command)
            assert second.id > command.id
            assert second.reason == "card number"
            await conversation.peer.send(Result(second.id, ok=False, code="workstation.no_display"))
            assert (await asking).code == "workstation.no_display"

    async def test_nobody_there(self, premises, desk):
        with pytest.raises(UnavailableError) as raised:
            await premises.service.command(desk.name, "start")
        assert raised.value.code == "screen.not_connected"

    async def test_no_answer(self, tmp_path):
        async with Premises(tmp_path, config={"command_timeout": Duration(10_000)}).running() as premises:
            desk = await premises.desk()
            async with desk.connected():
                with pytest.raises(UnavailableError) as raised:
                    await premises.service.command(desk.name, "start")
                assert raised.value.code == "screen.no_answer"

    async def test_the_workstation_goes_away_meanwhile(self, premises, desk):
        async with desk.connected() as conversation:
            asking = asyncio.create_task(premises.service.command(desk.name, "stop"))
            await conversation.next(Command)
        with pytest.raises(UnavailableError) as raised:
            await asking
        assert raised.value.code == "screen.not_connected"

    async def test_too_many_unanswered(self, premises, desk):
        async with desk.connected() as conversation:
            asking = [asyncio.create_task(premises.service.command(desk.name, "status")) for _ in range(32)]
            for _ in asking:
                await conversation.next(Command)
            with pytest.raises(LimitError) as raised:
                await premises.service.command(desk.name, "status")
            assert raised.value.code == "screen.commands"
        await asyncio.gather(*asking, return_exceptions=True)

    async def test_watching_live_is_counted(self, premises, desk):
        async with desk.connected() as conversation:

            async def obey():
                names = []
                async for message in conversation.peer:
                    if isinstance(message, Command):
                        names.append(message.name)
                        await conversation.peer.send(Result(message.id, ok=True))
                return names

            obeying = asyncio.create_task(obey())
            async with premises.service.watching(desk.name), premises.service.watching(desk.name):
                pass
            await conversation.peer.close()
        assert await obeying == ["live_on", "live_off"]

    async def test_who_comes_back_hears_that_it_is_watched(self, premises, desk):
        async with premises.service.watching(desk.name):
            peer = await connect(premises.address, tls=desk.context(), clock=SystemClock(), site=SITE)
            await peer.send(Hello((1,), str(desk.name), "test"))
            assert (await anext(aiter(peer))).live
            await peer.close()


class TestTelling:
    async def test_workstations_as_they_are(self, premises, desk):
        recording = unique(RecordingId)
        with premises.service.subscribe() as events:
            stream = aiter(events)
            async with desk.connected(user="kim") as conversation:
                seen = (await anext(stream)).workstation
                assert (seen.connected, seen.agent, seen.software, seen.state) == (True, "kim", "test 1", "")
                status = Status("recording", recording.bytes, "", 5.0, 7, ("DP-1",))
                await conversation.peer.send(status)
                seen = (await anext(stream)).workstation
                assert (seen.state, seen.recording, seen.fps, seen.spool_bytes) == ("recording", recording, 5.0, 7)
                assert premises.service.workstations() == [seen]
            seen = (await anext(stream)).workstation
            assert not seen.connected
            assert seen.recording == recording

    async def test_those_enrolled_before_the_start(self, tmp_path):
        premises = Premises(tmp_path)
        async with premises.running():
            await premises.desk()
        async with premises.running():
            (known,) = premises.service.workstations()
            assert (known.id, known.connected) == (WorkstationId("desk-1"), False)

    async def test_growth_of_one_recording(self, premises, desk):
        made = desk.made()
        with (
            premises.service.subscribe(made.header.recording) as mine,
            premises.service.subscribe(unique(RecordingId)) as others,
            premises.service.subscribe() as everything,
        ):
            async with desk.connected() as conversation:
                await ship(conversation, made)
            seen = []
            async for event in mine:
                seen.append(event)
                if isinstance(event, SegmentGrew) and event.ended:
                    break
            grown = [event for event in seen if isinstance(event, SegmentGrew)]
            assert grown[-1].durable_bytes == len(made.data)
            assert grown[-1].ended == "sealed"
            assert RecordingChanged(made.header.recording) in seen
            assert others._waiting.empty()
            kinds = set()
            while not everything._waiting.empty():
                kinds.add(type(everything._waiting.get_nowait()))
            assert kinds == {WorkstationChanged, RecordingChanged}

    async def test_subscriptions_end_with_the_service(self, tmp_path):
        async with Premises(tmp_path).running() as premises:
            with premises.service.subscribe() as events:
                listening = asyncio.create_task(_all(events))
                await asyncio.sleep(0)
                (running,) = [task for task in asyncio.all_tasks() if "ScreenService.run" in repr(task.get_coro())]
                running.cancel()
                await asyncio.wait_for(listening, 5)


async def _all(events):
    return [event async for event in events]


class TestRestart:
    async def test_everything_is_where_it_was(self, tmp_path):
        premises = Premises(tmp_path)
        async with premises.running():
            desk = await premises.desk()
            made = desk.made()
            async with desk.connected() as conversation:
                accepted = await conversation.offer(made)
                await conversation.send(made.data[accepted.offset : made.ends[2] + 9], accepted.offset)
                await conversation.acknowledged(made.ends[2])
        async with premises.running():
            found = await premises.recording(made.header.recording)
            assert found.state is RecordingState.INTERRUPTED
            assert found.durable_bytes == made.ends[2]
            async with desk.connected() as conversation:
                await ship(conversation, made)
            async with premises.catalogue.reading() as connection:
                located = await get_segment(connection, made.header.segment)
            data = premises.file(located.location)
            assert verify(lambda size, offset: data[offset : offset + size], len(data)).complete
