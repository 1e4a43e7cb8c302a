"""One segment that is growing: checks what arrives, and holds it until the next group commit."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from playhead.base.errors import CorruptError, PlayheadError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import Segment
from playhead.store.catalogue.segments import Located, Progress
from playhead.store.disk import File
from playhead.store.segments.resume import encode_resume
from playhead.wire.vid import Header, Kind, Scanned, Scanner

SEALED = "sealed"
"""`Segment.ended` of a segment whose last record is its SEAL."""

THUMBNAILS_MAX = 8
"""Thumbnails remembered of a track that are not durable yet. One comes every ten seconds, and a commit every 0.2 s."""


class Observer(Protocol):
    """Whoever feeds a segment. Called on the event loop; must neither wait nor raise."""

    def durable(self, segment: "OpenSegment") -> None:
        """A commit of it is over: more of it may be durable, or its end."""
        ...

    def failed(self, segment: "OpenSegment", error: PlayheadError) -> None:
        """It takes no more; what is durable stays. The store has let go of it."""
        ...


@dataclass(eq=False, slots=True)
class OpenSegment:
    """Made by `SegmentStore.open`; fields are for reading."""

    header: Header
    location: str
    scanner: Scanner
    file: File | None
    """None until the first commit has made it."""
    written: int
    """Bytes handed to the file, durable or not: where the pending ones go."""
    durable: int
    """Bytes that are durable in the file *and* in the catalogue: what may be acknowledged."""
    recorded: bool
    """The catalogue has a row of it."""
    observer: Observer | None = None
    ended: str = ""
    """Why no more will come, or empty."""
    durable_end: str = ""
    """What the catalogue says of that."""
    released: bool = False
    failure: PlayheadError | None = None
    pending: list[bytes | memoryview] = field(default_factory=list[bytes | memoryview])
    pending_bytes: int = 0
    waiters: list[asyncio.Future[None]] = field(default_factory=list[asyncio.Future[None]])
    thumbnails: dict[int, list[Scanned]] = field(default_factory=dict[int, list[Scanned]])
    """By track: the newest one that was durable when the next one came, and those since then."""

    @property
    def id(self) -> SegmentId:
        """Its identifier."""
        return self.header.segment

    @property
    def recording(self) -> RecordingId:
        """The recording it belongs to."""
        return self.header.recording

    @property
    def whole(self) -> int:
        """End of the last whole, checked record that has arrived."""
        return self.scanner.offset

    @property
    def covered_us(self) -> int:
        """Media time that the whole records prove."""
        return self.scanner.covered_us

    @property
    def settled(self) -> bool:
        """Everything whole that has arrived is durable, and so is its end."""
        return self.recorded and self.durable == self.whole and self.ended == self.durable_end

    def take_in(self, data: bytes | memoryview) -> None:
        """Check the next bytes of the segment and hold them for the commit. ``data`` must not change afterwards.

        Raises:
            CorruptError: ``vid.*``. The whole records before the fault are kept and will be durable.
        """
        before = self.written + self.pending_bytes
        try:
            for scanned in self.scanner.feed(data):
                if scanned.header.kind == Kind.THUMBNAIL:
                    self._keep(scanned)
        except CorruptError:
            self.hold(memoryview(data)[: max(0, self.scanner.offset - before)])
            raise
        finally:
            if self.scanner.sealed:
                self.ended = SEALED
        self.hold(data)

    def newest_thumbnail(self) -> Scanned | None:
        """The newest durable one of the first track that has any; None before one has come in this process."""
        for track in sorted(self.thumbnails):
            durable = [one for one in self.thumbnails[track] if one.offset + one.size <= self.durable]
            if durable:
                return durable[-1]
        return None

    def _keep(self, thumbnail: Scanned) -> None:
        known = self.thumbnails.setdefault(thumbnail.header.track, [])
        while len(known) > 1 and known[1].offset + known[1].size <= self.durable:
            del known[0]
        if len(known) >= THUMBNAILS_MAX:
            del known[1]  # the oldest that is not durable yet
        known.append(thumbnail)

    def hold(self, data: bytes | memoryview) -> None:
        """Put bytes in line for the next commit."""
        if data:
            self.pending.append(data)
            self.pending_bytes += len(data)

    def drop_partial(self) -> None:
        """Forget the bytes of a record that will not be completed."""
        excess = self.written + self.pending_bytes - self.whole
        while excess > 0 and self.pending:
            last = memoryview(self.pending.pop())
            self.pending_bytes -= len(last)
            self.hold(last[: max(0, len(last) - excess)])
            excess -= len(last)

    def progress(self) -> Progress:
        """What the catalogue shall say once all whole records are durable."""
        state = self.scanner.state()
        assert state is not None  # noqa: S101 # a segment is opened with its header
        return Progress(
            segment=self.id,
            durable_bytes=state.offset,
            covered_us=self.covered_us,
            resume=encode_resume(state),
            ended=self.ended,
            sealed=state.sealed,
        )

    def located(self, progress: Progress) -> Located:
        """The catalogue's first row of it."""
        segment = Segment(
            id=self.id,
            recording=self.recording,
            started_at_us=self.header.started_at_us,
            covered_us=progress.covered_us,
            durable_bytes=progress.durable_bytes,
            sealed=progress.sealed,
            ended=progress.ended,
        )
        return Located(segment, self.location, progress.resume)

    async def changed(self) -> None:
        """Wait until a commit of it is over, or it has failed."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        await waiter

    def wake(self) -> None:
        """Let those go on who wait in `changed`."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.waiters.clear()
