"""Segments to store, and a catalogue in memory to tell of them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue.segments import CORRUPT, DELETING, Located, Progress
from playhead.wire.vid import Envelope, Flag, Header, Kind, Track, Writer

PIECE_US = 1_000_000
"""Media time from one piece to the next in `make_segment`."""


@dataclass(frozen=True, slots=True)
class MadeSegment:
    """The bytes of a sealed segment, in its parts."""

    header: Header
    start: bytes
    """The file header."""
    records: tuple[bytes, ...]
    """An INIT, the pieces, the SEAL."""

    @property
    def data(self) -> bytes:
        """The whole file."""
        return b"".join((self.start, *self.records))

    @property
    def ends(self) -> list[int]:
        """Every offset at which a record, or the header, ends."""
        found = [len(self.start)]
        for record in self.records:
            found.append(found[-1] + len(record))
        return found


def make_segment(
    *,
    recording: RecordingId,
    segment: SegmentId,
    signer: Ed25519PrivateKey,
    workstation: str = "desk-1",
    site: str = "site-1",
    agent: str = "alex",
    started_at_us: int = 1_800_000_000_000_000,
    pieces: Sequence[int] = (300, 2_000, 700),
    keys: tuple[Envelope, ...] = (),
    data_key: bytes = bytes(32),
    seed: int = 0,
) -> MadeSegment:
    """A sealed segment with one track.

    Args:
        recording: it belongs to.
        segment: its own id.
        signer: the workstation's key.
        workstation: its name.
        site: whose.
        agent: who sat there.
        started_at_us: wall time of media time zero.
        pieces: bytes of each piece's body, one piece a second; the first is a key frame.
        keys: envelopes of ``data_key``.
        data_key: sealed with.
        seed: of the bodies' random bytes.
    """
    header = Header(
        recording=recording,
        segment=segment,
        site=SiteId(site),
        workstation=WorkstationId(workstation),
        agent=agent,
        started_at_us=started_at_us,
        tracks=(Track(1, "screen"),),
        keys=keys,
        signer=signer.public_key().public_bytes_raw(),
    )
    chance = random.Random(seed)  # noqa: S311 # noise that can be made again
    writer = Writer(header, data_key, signer)
    start = writer.start()
    records = [writer.record(Kind.INIT, track=1, media_time_us=0, wall_time_us=started_at_us, body=b"init")]
    for number, size in enumerate(pieces):
        at_us = number * PIECE_US
        records.append(
            writer.record(
                Kind.PIECE,
                track=1,
                flags=Flag.KEY if number == 0 else Flag.NONE,
                media_time_us=at_us,
                wall_time_us=started_at_us + at_us,
                span_us=PIECE_US,
                body=chance.randbytes(size),
            )
        )
    end_us = len(pieces) * PIECE_US
    records.append(writer.seal(end_us, started_at_us + end_us))
    return MadeSegment(header, start, tuple(records))


@dataclass
class MemoryLedger:
    """A `playhead.store.segments.Ledger` in memory; it outlives the power as far as a ledger must."""

    rows: dict[SegmentId, Located] = field(default_factory=dict[SegmentId, Located])
    durable_rows: dict[SegmentId, Located] = field(default_factory=dict[SegmentId, Located])
    """What a power cut leaves."""
    quarantined: dict[str, Quarantined] = field(default_factory=dict[str, Quarantined])
    durable_quarantined: dict[str, Quarantined] = field(default_factory=dict[str, Quarantined])
    step: Callable[[str, PurePath], object] = lambda _name, _path: None
    """Told before a call takes effect; what it raises keeps the call from doing so."""
    refused: frozenset[RecordingId] = frozenset()
    """Recordings that are gone."""

    def restart(self) -> None:
        """The power goes, and comes back."""
        self.rows = dict(self.durable_rows)
        self.quarantined = dict(self.durable_quarantined)

    async def record(self, created: Sequence[Located], progress: Sequence[Progress]) -> set[SegmentId]:
        """As `Ledger.record`."""
        self.step("record", PurePath("catalogue"))
        refused = {found.segment.id for found in created if found.segment.recording in self.refused}
        for located in created:
            if located.segment.id not in refused:
                self.rows[located.segment.id] = located
        for item in progress:
            row = self.rows[item.segment]
            grown = replace(
                row.segment,
                durable_bytes=item.durable_bytes,
                covered_us=item.covered_us,
                ended=item.ended,
                sealed=item.sealed,
            )
            self.rows[item.segment] = replace(row, segment=grown, resume=item.resume)
        if created or any(item.ended for item in progress):
            self._settle()
        return refused

    async def mark(self, segment: SegmentId, ended: str) -> None:
        """As `Ledger.mark`."""
        self.step("mark", PurePath("catalogue"))
        row = self.rows[segment]
        self.rows[segment] = replace(row, segment=replace(row.segment, ended=ended))
        self._settle()

    async def moved(self, segment: SegmentId, location: str) -> None:
        """As `Ledger.moved`."""
        self.step("moved", PurePath("catalogue"))
        self.rows[segment] = replace(self.rows[segment], location=location)
        self._settle()

    async def forget(self, segment: SegmentId) -> None:
        """As `Ledger.forget`."""
        self.step("forget", PurePath("catalogue"))
        self.rows.pop(segment, None)
        self._settle()

    async def find(self, segment: SegmentId) -> Located | None:
        """As `Ledger.find`."""
        return self.rows.get(segment)

    async def unfinished(self) -> list[Located]:
        """As `Ledger.unfinished`."""
        return [row for row in self.rows.values() if row.segment.ended in {"", DELETING}]

    async def known(self, segments: Sequence[SegmentId]) -> set[SegmentId]:
        """As `Ledger.known`."""
        return {segment for segment in segments if segment in self.rows}

    async def quarantine(self, found: Quarantined) -> None:
        """As `Ledger.quarantine`."""
        self.step("quarantine", PurePath("catalogue"))
        self.quarantined[found.subject] = found
        if found.place == "store":
            segment = SegmentId.parse(found.subject)
            row = self.rows[segment]
            self.rows[segment] = replace(row, segment=replace(row.segment, ended=CORRUPT))
        self._settle()

    async def unlist(self, subject: str) -> None:
        """As `Ledger.unlist`."""
        self.step("unlist", PurePath("catalogue"))
        self.quarantined.pop(subject, None)
        self._settle()

    async def listed(self, locations: Sequence[str]) -> set[str]:
        """As `Ledger.listed`."""
        return {found.location for found in self.quarantined.values() if found.location in locations}

    def _settle(self) -> None:
        self.durable_rows = dict(self.rows)
        self.durable_quarantined = dict(self.quarantined)
