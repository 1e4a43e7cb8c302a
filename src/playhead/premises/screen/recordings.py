"""Recordings in the catalogue, as the segments and workstations of the screen service change them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from playhead.base.clock import Clock
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.domain import events
from playhead.domain.live import Event, LiveWorkstation, RecordingChanged
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import facts_of
from playhead.premises.screen.rules import Refusal, end_of, judge_offer, state_of
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import was_erased
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.recordings import (
    add_recording,
    find_recording,
    has_known_gap,
    list_unfinished,
    note_blackout,
    set_recording_start,
    set_recording_state,
    update_facts,
)
from playhead.store.catalogue.workstations import Workstation, list_signers
from playhead.store.event_log import publish
from playhead.wire.screen.messages import RECORDING_ERASED, Offer
from playhead.wire.vid import Header

MEASURED_AT_ONCE: Final = 50
"""Recordings whose length is noted in one transaction: some 30 ms."""

_KINDS: Final = {
    RecordingState.COMPLETE: events.ENDED,
    RecordingState.INTERRUPTED: events.INTERRUPTED,
    RecordingState.RECORDING: events.RESUMED,
}


class Recordings:
    """Keeps the state of recordings true.

    Args:
        catalogue: open.
        site: this one.
        clock: says when a recording is first heard of.
        live: what a workstation last said, by its name.
        publish: tells everyone of an event.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        site: SiteId,
        clock: Clock,
        live: Callable[[WorkstationId], LiveWorkstation | None],
        publish: Callable[[Event], None],
    ) -> None:
        self._catalogue = catalogue
        self._site = site
        self._clock = clock
        self._live = live
        self._publish = publish

    async def begin(self, offer: Offer, header: Header, workstation: Workstation) -> Refusal | None:
        """Judge an offer; where it is taken, the recording is in the catalogue afterwards.

        It need not be durable there before its first segment is: that makes both so.
        """
        async with self._catalogue.writing(durable=False) as connection:
            recording = await find_recording(connection, header.recording)
            refusal = judge_offer(
                offer,
                header,
                site=self._site,
                workstation=workstation,
                signers={signer.key for signer in await list_signers(connection, workstation.id)},
                recording=recording,
            )
            if refusal is not None:
                return refusal
            if recording is None:
                if await was_erased(connection, header.recording) is not None:
                    return Refusal(RECORDING_ERASED, "This recording has been erased here.")
                now_us = self._clock.wall_us()
                await add_recording(
                    connection,
                    recording=header.recording,
                    workstation=workstation.id,
                    agent=header.agent,
                    started_at_us=header.started_at_us,
                    site=str(self._site),
                    heard_at_us=now_us,
                )
                began_us = header.started_at_us
                told = events.started(
                    header.recording, workstation.id, header.agent, started_at_us=began_us, at_us=now_us
                )
                await add_events(connection, [told])
            elif header.started_at_us < recording.started_at_us:
                await set_recording_start(connection, header.recording, header.started_at_us)
        return None

    async def refresh(self, recording: RecordingId, *, changed: bool = False) -> None:
        """Set a recording's state to what it is now.

        Args:
            recording: which; none is fine.
            changed: tell everyone even where the state stays as it was (a new segment).

        Should a power cut undo it, the next start finds the same again.
        """
        async with self._catalogue.writing(durable=False) as connection:
            found = await find_recording(connection, recording)
            if found is None:
                return
            state = self._state(found)
            ended_at_us = end_of(found.segments, state)
            now_us, told = self._clock.wall_us(), list[events.Event]()
            if facts_of(found).has_gap and not await has_known_gap(connection, recording):
                told.append(events.gap(found, now_us))
            if (state, ended_at_us) != (found.state, found.ended_at_us):
                await set_recording_state(connection, recording, state, ended_at_us)
                changed = True
            if state != found.state:
                now = replace(found, state=state, ended_at_us=ended_at_us)
                told.append(events.state(_KINDS[state], now, now_us))
            changed = await update_facts(connection, found) or changed
            await add_events(connection, told)
        if changed:
            self._publish(RecordingChanged(recording))

    async def publish(self, told: Sequence[events.Event]) -> None:
        """Tell everyone outside of what is in no table."""
        await publish(self._catalogue, told)

    async def darkened(self, recording: RecordingId) -> None:
        """A blackout has begun in a recording."""
        async with self._catalogue.writing(durable=False) as connection:
            is_new = await note_blackout(connection, recording)
        if is_new:
            self._publish(RecordingChanged(recording))

    async def measure(self) -> None:
        """Note how long the unfinished recordings have become, for who looks for long ones.

        A few at a time, so that nobody who writes waits long.
        """
        async with self._catalogue.reading() as connection:
            unfinished = await list_unfinished(connection)
        for begin in range(0, len(unfinished), MEASURED_AT_ONCE):
            async with self._catalogue.writing(durable=False) as connection:
                now_us, told = self._clock.wall_us(), list[events.Event]()
                for recording in unfinished[begin : begin + MEASURED_AT_ONCE]:
                    if await update_facts(connection, recording):
                        told.append(events.progress(recording, now_us))
                await add_events(connection, told)

    async def refresh_of(self, workstation: WorkstationId | None = None) -> None:
        """Set the state of every unfinished recording, of one workstation or of all, to what it is now."""
        async with self._catalogue.reading() as connection:
            unfinished = await list_unfinished(connection, workstation)
        for recording in unfinished:
            await self.refresh(recording.id)

    def _state(self, recording: Recording) -> RecordingState:
        live = self._live(recording.workstation)
        connected = live is not None and live.connected
        making = live is not None and live.recording == recording.id
        return state_of(recording.segments, connected=connected, making=making)
