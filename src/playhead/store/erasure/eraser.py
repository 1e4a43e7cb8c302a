"""Erasing recordings: procedure *erase* of docs/storage.md."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain import events
from playhead.domain.event_data import RecordingErased
from playhead.domain.recordings import Recording
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import add_audit_entry, audit_head
from playhead.store.catalogue.erasures import (
    BEGUN,
    SHREDDED,
    ErasedSegment,
    Erasure,
    add_erasure,
    check_erasable,
    erased_recordings,
    erasure_of,
    erasures_in,
    find_erasure,
    set_removed,
    set_shredded,
    was_erased,
)
from playhead.store.catalogue.holds import release_hold
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.quarantine import release_quarantined
from playhead.store.catalogue.recordings import find_recording, get_recording
from playhead.store.catalogue.segments import Located, every_segment_of
from playhead.store.catalogue.uploads import delete_objects_of, uploads_of
from playhead.store.disk import Disk
from playhead.store.erasure import files
from playhead.store.erasure.certificate import Certificate, Verified, sign_certificate
from playhead.store.erasure.journal import Journal
from playhead.store.segments.committer import Offload, unavailable
from playhead.store.segments.elsewhere import Elsewhere, Nowhere
from playhead.store.segments.layout import is_object
from playhead.wire.pki import Authority, fingerprint
from playhead.wire.vid import CHAIN_BYTES

AT_ONCE: Final = 20
"""Recordings whose files are looked at, or overwritten, together: one sync of the disk, and one transaction."""

ATTEMPTS_MAX: Final = 3
"""How often a recording that changes while it is being looked at is looked at."""

REASON_CHARS_MAX: Final = 200

_log: Any = structlog.get_logger()

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Order:
    """A recording to erase."""

    recording: RecordingId
    by: str
    """A user, ``operator``, or `playhead.store.catalogue.erasures.BY_POLICY`."""
    reason: str
    rule: str = ""
    """Of the policy, where that decided."""
    address: str = ""
    """From where, for the audit log."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What has just ceased to exist, for those who keep something of it at hand."""

    recording: RecordingId
    segments: tuple[SegmentId, ...]


class Eraser:
    """Destroys recordings, each in phases: decided, keys destroyed, files removed. What was begun is always finished.

    Args:
        root: of the segment store.
        journal: folder of the journal of erasures; its parent exists.
        catalogue: open.
        disk: where both lie.
        authority: of the site; signs certificates.
        audit: where each phase is noted.
        clock: tells the time.
        on_gone: told as soon as it is decided; must not wait.
        elsewhere: opens segments that lie in a store of objects.
        delete_object: of a segment, with everything that there is of it. Raises as `ObjectStore`.
        offload: runs what blocks.
    """

    def __init__(
        self,
        root: Path,
        journal: Path,
        *,
        catalogue: Catalogue,
        disk: Disk,
        authority: Authority,
        audit: AuditTrail,
        clock: Clock,
        on_gone: Callable[[Gone], None] = lambda _: None,
        elsewhere: Elsewhere | None = None,
        delete_object: Callable[[SegmentId], Awaitable[None]] | None = None,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._root = root
        self._journal = Journal(journal, disk)
        self._catalogue = catalogue
        self._disk = disk
        self._authority = authority
        self._audit = audit
        self._clock = clock
        self._on_gone = on_gone
        self._elsewhere = elsewhere or Nowhere()
        self._delete_object = delete_object
        self._offload = offload
        self._turn = asyncio.Lock()
        self._aside: dict[Path, RecordingId] = {}

    async def begin(self, order: Order) -> Erasure:
        """Decide it: durable, and not to be undone, when this returns. From then on nobody finds the recording.

        Raises:
            NotFoundError: ``recording.not_found``, ``recording.erased``.
            ConflictError: ``recording.held``, ``recording.recording``, ``recording.changing``.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        for _ in range(ATTEMPTS_MAX):
            located, parts = await self._looked_at(order.recording)
            async with self._catalogue.writing() as connection:
                found = await get_recording(connection, order.recording)
                await check_erasable(connection, found)
                if await every_segment_of(connection, found.id) != located:
                    continue  # more of it came meanwhile: that has to be on the certificate, too
                erasure = await self._add(connection, found, parts, order)
            self._on_gone(Gone(erasure.recording, tuple(part.segment for part in parts)))
            return erasure
        text = "More of this recording is arriving just now."
        raise ConflictError("recording.changing", text, hint="Try again in a moment.")

    async def shred(self, *, limit: int = AT_ONCE) -> int:
        """Destroy the keys of what was decided, up to ``limit`` recordings; returns of how many.

        What fails is tried again by the next call. It is logged as ``erasure.failed``.

        Raises:
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        async with self._turn:
            done, after = 0, 0
            while done < limit:
                async with self._catalogue.reading() as connection:
                    begun = await erasures_in(connection, BEGUN, after=after, limit=min(AT_ONCE, limit - done))
                    head = await audit_head(connection)
                if not begun:
                    break
                after = begun[-1].id
                shredded = await self._shredded(begun)
                await self._certify(shredded, "" if head is None else str(head))
                done += len(shredded)
            return done

    async def remove(self, *, before_us: int, limit: int = AT_ONCE) -> int:
        """Remove the files of recordings whose keys were destroyed at or before a wall time; returns of how many.

        Raises:
            UnavailableError: ``store.failed``, ``catalogue.unavailable``; calling again goes on.
        """
        async with self._turn:
            async with self._catalogue.reading() as connection:
                shredded = await erasures_in(connection, SHREDDED, before_us=before_us, limit=limit)
            for erasure in shredded:
                await self._blocking(lambda one=erasure: files.remove(self._disk, self._root, one.segments))
                async with self._catalogue.writing() as connection:
                    await set_removed(connection, erasure.id, self._clock.wall_us())
                    for part in erasure.segments:
                        await release_quarantined(connection, "segment", str(part.segment))
                    await self._note(connection, erasure, "erasure.done", {"bytes": erasure.size_bytes})
            return len(shredded)

    async def replay(self) -> int:
        """Erase again what the journal knows to be erased and the catalogue does not, after that was restored.

        Not even a hold keeps a recording then: its keys are gone, and its hold had been released. Call `shred` next.

        Returns:
            How many were decided anew.

        Raises:
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        newest = await self._blocking(self._journal.newest)
        if newest is None or await self._knows(newest):
            return 0
        count = 0
        every = self._journal.read()
        while (verified := await self._blocking(lambda: next(every, None))) is not None:
            count += await self._replayed(verified)
        if count:
            _log.warning("recordings erased again that a restored catalogue had", count=count)
        return count

    async def sweep(self) -> int:
        """Destroy what was set aside of recordings that were erased, and that no row told of: it came just too late.

        Returns:
            How many files.

        Raises:
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        self._aside = await self._blocking(lambda: files.recordings_aside(self._disk, self._root, self._aside))
        async with self._catalogue.reading() as connection:
            erased = await erased_recordings(connection, set(self._aside.values()))
        paths = [path for path, recording in self._aside.items() if recording in erased]

        def work() -> None:
            for error in files.shred(self._disk, paths).values():
                raise error
            files.remove_all(self._disk, paths)

        if paths:
            await self._blocking(work)
            _log.warning("files of erased recordings destroyed that had come too late", count=len(paths))
        return len(paths)

    async def _looked_at(self, identifier: RecordingId) -> tuple[list[Located], tuple[ErasedSegment, ...]]:
        async with self._catalogue.reading() as connection:
            await get_recording(connection, identifier)
            located = await every_segment_of(connection, identifier)
            objects = await uploads_of(connection, [one.segment.id for one in located])
        urls = {one.segment: one.location for one in objects}

        def look() -> tuple[ErasedSegment, ...]:
            return tuple(replace(self._note_one(one), object=urls.get(one.segment.id, "")) for one in located)

        return located, await self._blocking(look)

    def _note_one(self, located: Located) -> ErasedSegment:
        if is_object(located.location):
            return files.note_object(self._elsewhere, located)
        return files.note_segment(self._disk, self._root, located)

    async def _add(
        self, connection: AsyncConnection, recording: Recording, parts: Sequence[ErasedSegment], order: Order
    ) -> Erasure:
        now_us = self._clock.wall_us()
        reason = order.reason.strip()[:REASON_CHARS_MAX]
        erasure = erasure_of(recording, parts, by=order.by, reason=reason, rule=order.rule, now_us=now_us)
        try:
            identifier = await add_erasure(connection, erasure)
        except IntegrityError as error:  # a hold that was not seen
            raise ConflictError("recording.held", "This recording is held.") from error
        await delete_objects_of(connection, [part.segment for part in parts])
        await add_events(connection, [_told(erasure, now_us)])
        details: dict[str, str | int] = {"reason": reason, "agent": recording.agent, "bytes": erasure.size_bytes}
        details |= {"rule": order.rule} if order.rule else {}
        await self._note(connection, erasure, "erasure.began", details, order.address)
        return replace(erasure, id=identifier)

    async def _shredded(self, begun: Sequence[Erasure]) -> list[Erasure]:
        """Those whose keys are destroyed afterwards."""

        def work() -> list[Erasure]:
            copies = {one.id: files.copies_of(self._disk, self._root, one.segments) for one in begun}
            failed = files.shred(self._disk, [path for paths in copies.values() for path in paths])
            for path, error in failed.items():
                _log.error("erasure.failed", path=str(path.relative_to(self._root)), reason=error.strerror)
            return [one for one in begun if failed.keys().isdisjoint(copies[one.id])]

        done = [one for one in await self._blocking(work) if await self._objects_deleted(one)]
        now_us = self._clock.wall_us()
        return [replace(one, phase=SHREDDED, shredded_at_us=one.shredded_at_us or now_us) for one in done]

    async def _objects_deleted(self, erasure: Erasure) -> bool:
        """The objects hold the keys in their headers, which cannot be overwritten: so they go here, and not later."""
        async with self._catalogue.reading() as connection:
            known = await uploads_of(connection, [part.segment for part in erasure.segments])
        try:
            for upload in known:
                if self._delete_object is None:
                    text = "No store is configured in which this recording's objects lie."
                    raise UnavailableError("objects.unknown", text)
                await self._delete_object(upload.segment)
        except PlayheadError as error:
            _log.error("erasure.failed", recording=str(erasure.recording), code=error.code, reason=error.message)
            return False
        return True

    async def _certify(self, shredded: Sequence[Erasure], head: str) -> None:
        """First the journal, so that it knows of everything that the catalogue says is erased."""
        certified = [
            one
            if one.certificate
            else replace(
                one,
                certificate=sign_certificate(Certificate(str(self._authority.site), one, head), self._authority),
            )
            for one in shredded
        ]
        fresh = [one.certificate for one, before in zip(certified, shredded, strict=True) if not before.certificate]
        if fresh:
            await self._blocking(lambda: self._journal.append(fresh, self._clock.wall_us()))
        if not certified:
            return
        async with self._catalogue.writing() as connection:
            for one in certified:
                assert one.shredded_at_us is not None  # noqa: S101 # set above
                await set_shredded(connection, one.id, one.shredded_at_us, one.certificate)
                keys = sum(len(part.keys) for part in one.segments)
                await self._note(connection, one, "erasure.shredded", {"keys": keys, "segments": len(one.segments)})

    async def _knows(self, verified: Verified) -> bool:
        async with self._catalogue.reading() as connection:
            return await was_erased(connection, verified.certificate.erasure.recording) is not None

    async def _replayed(self, verified: Verified) -> bool:
        """Whether it was decided anew."""
        told = verified.certificate.erasure
        if verified.authority != fingerprint(self._authority.certificate).hex():
            _log.warning("certificate of another authority passed over", recording=str(told.recording))
            return False
        async with self._catalogue.writing() as connection:
            if await find_erasure(connection, told.recording) is not None:
                return False
            known = {part.segment: part for part in told.segments}
            recording = await find_recording(connection, told.recording)
            if recording is not None:
                await release_hold(connection, recording.id)
                for one in await every_segment_of(connection, recording.id):
                    part = known.get(one.segment.id)
                    fresh = files.erased_segment(one, one.segment.durable_bytes, bytes(CHAIN_BYTES), ())
                    known[one.segment.id] = fresh if part is None else replace(part, location=one.location)
            again = replace(told, segments=tuple(known.values()), certificate=verified.document)
            await add_erasure(connection, again)
            await delete_objects_of(connection, list(known))
            await add_events(connection, [_told(again, self._clock.wall_us())])
            await self._note(connection, again, "erasure.replayed", {"reason": told.reason, "by": told.by})
        self._on_gone(Gone(told.recording, tuple(known)))
        return True

    async def _note(
        self,
        connection: AsyncConnection,
        erasure: Erasure,
        action: str,
        details: dict[str, str | int],
        address: str = "",
    ) -> None:
        actor = erasure.by if action == "erasure.began" else "system"
        entry = self._audit.entry(actor, action, str(erasure.recording), address, details)
        await add_audit_entry(connection, entry)

    async def _blocking(self, work: Callable[[], _T]) -> _T:
        try:
            return await self._offload(work)
        except OSError as error:
            raise unavailable(error) from error


def _told(erasure: Erasure, at_us: int) -> events.Event:
    """The event of one that was decided."""
    told = RecordingErased(
        recording=str(erasure.recording),
        workstation=erasure.workstation,
        agent=erasure.agent,
        by=erasure.by,
        reason=erasure.reason,
        rule=erasure.rule,
    )
    return events.erased(told, at_us)
