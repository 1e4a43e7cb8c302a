"""Valid ``.vid`` segments with real, tiny H.264 media, for tests that need one without a desktop."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.testing.pictures import EncodedPictures, encode_numbered, numbered_jpeg
from playhead.wire import fmp4, vid
from playhead.wire.vid import Flag, Kind

STARTED_AT_US = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z, when a fixture's media time begins unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in a fixture: ``number`` is what `playhead.testing.pictures.number_of` reads from its pixels."""

    track: int
    epoch: int
    at_us: int
    number: int


@dataclass(frozen=True, slots=True)
class VidFixture:
    """A segment and all that is needed to judge what a reader makes of it."""

    data: bytes
    """The whole file, sealed or not."""
    header: vid.Header
    data_key: bytes
    signer: Ed25519PrivateKey
    site_private_key: X25519PrivateKey
    records: tuple[vid.Scanned, ...]
    pictures: tuple[Picture, ...]
    """Every picture of every track, in the order of their times."""
    covered_us: int

    @property
    def header_bytes(self) -> bytes:
        """The file header alone."""
        return self.data[: self.records[0].offset] if self.records else self.data

    @property
    def site_public_key(self) -> bytes:
        """The raw X25519 public key the segment is sealed for."""
        return self.site_private_key.public_key().public_bytes_raw()

    def read_at(self, size: int, offset: int) -> bytes:
        """As `playhead.store.disk.File.read_at`."""
        return self.data[offset : offset + size]

    def record_bytes(self, sequence: int) -> bytes:
        """One whole record."""
        scanned = self.records[sequence]
        return self.data[scanned.offset : scanned.offset + scanned.size]

    def of_kind(self, kind: Kind, track: int | None = None) -> tuple[vid.Scanned, ...]:
        """The records of a kind, perhaps of one track."""
        return tuple(
            scanned
            for scanned in self.records
            if scanned.header.kind == kind and (track is None or scanned.header.track == track)
        )


def site_key(seed: str = "site") -> X25519PrivateKey:
    """A site's recording key that is the same in every run."""
    return X25519PrivateKey.from_private_bytes(_digest("site key", seed))


def signing_key(seed: str = "workstation") -> Ed25519PrivateKey:
    """A workstation's signing key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(_digest("signing key", seed))


def make_header(
    seed: str = "fixture",
    *,
    recording: RecordingId | None = None,
    segment: SegmentId | None = None,
    site: str = "site",
    workstation: str = "pc-1",
    agent: str = "agent.one",
    started_at_us: int = STARTED_AT_US,
    tracks: Sequence[str] = ("screen",),
    site_private_key: X25519PrivateKey | None = None,
    signer: Ed25519PrivateKey | None = None,
) -> tuple[vid.Header, bytes]:
    """A header and its data key, both told by ``seed`` wherever nothing else is given."""
    recording = recording or RecordingId(UUID(bytes=_digest("recording", seed)[:16], version=4))
    segment = segment or SegmentId(UUID(bytes=_digest("segment", seed)[:16], version=4))
    data_key = _digest("data key", seed)
    public = (signer or signing_key()).public_key().public_bytes_raw()
    envelope = vid.seal_data_key(
        data_key,
        (site_private_key or site_key()).public_key().public_bytes_raw(),
        recording=recording,
        segment=segment,
        signer=public,
    )
    header = vid.Header(
        recording=recording,
        segment=segment,
        site=SiteId(site),
        workstation=WorkstationId(workstation),
        agent=agent,
        started_at_us=started_at_us,
        tracks=tuple(vid.Track(number, name) for number, name in enumerate(tracks, 1)),
        keys=(envelope,),
        signer=public,
    )
    return header, data_key


def make_vid(
    seed: str = "fixture",
    *,
    seconds: float = 3.0,
    fps: float = 5.0,
    sizes: Sequence[tuple[int, int]] = ((160, 96),),
    tracks: Sequence[str] = ("screen",),
    pictures_per_piece: int = 5,
    sealed: bool = True,
    extras: bool = True,
    thumbnails: int = 1,
    first_number: int = 0,
    recording: RecordingId | None = None,
    segment: SegmentId | None = None,
    site: str = "site",
    workstation: str = "pc-1",
    agent: str = "agent.one",
    started_at_us: int = STARTED_AT_US,
    site_private_key: X25519PrivateKey | None = None,
    signer: Ed25519PrivateKey | None = None,
) -> VidFixture:
    """A segment of numbered pictures.

    Args:
        seed: tells ids and keys apart; the same seed gives the same ones.
        seconds: of media.
        fps: pictures a second; their times are a little uneven, as a desktop's are.
        sizes: picture sizes, even; each after the first is a new epoch of every track, all equally long.
        tracks: names; track ids count from 1. Track *n* begins (*n* - 1) × 10 ms late, so that tracks interleave.
        pictures_per_piece: how many samples a PIECE holds (fewer at an epoch's end). A piece begins with a random
            access point where its first picture is the fifth, tenth, … of its epoch.
        sealed: ends with a SEAL.
        extras: thumbnails, markers and a heartbeat as well.
        thumbnails: of each epoch with extras: of its first pictures.
        first_number: number in the first picture of track 1; track *n* begins 1000 × (*n* - 1) higher.
        recording: its id; told by ``seed`` otherwise, as ``segment`` is.
        segment: its id.
        site: name.
        workstation: name.
        agent: login.
        started_at_us: wall time of media time zero.
        site_private_key: who may open it; `site_key` otherwise.
        signer: who seals it; `signing_key` otherwise.
    """
    site_private_key, signer = site_private_key or site_key(), signer or signing_key()
    header, data_key = make_header(
        seed,
        recording=recording,
        segment=segment,
        site=site,
        workstation=workstation,
        agent=agent,
        started_at_us=started_at_us,
        tracks=tracks,
        site_private_key=site_private_key,
        signer=signer,
    )
    end_us = round(seconds * 1_000_000)
    plan = _Plan(started_at_us, end_us)
    for track, name in enumerate(tracks, 1):
        number = first_number + 1000 * (track - 1)
        for epoch, size in enumerate(sizes):
            begin, end = end_us * epoch // len(sizes), end_us * (epoch + 1) // len(sizes)
            count = max(1, round((end - begin) * fps / 1_000_000))
            times = [
                begin + round(index * 1_000_000 / fps) + (track - 1) * 10_000 + index % 3 * 1000
                for index in range(count)
            ]
            plan.add_epoch(
                track=track,
                epoch=epoch,
                name=name,
                media=encode_numbered(number, count, *size),
                times=times,
                end_us=end,
                per_piece=pictures_per_piece,
            )
            plan.pictures += [Picture(track, epoch, at, number + index) for index, at in enumerate(times)]
            if extras:
                for index, at in enumerate(times[:thumbnails]):
                    plan.add(at, Kind.THUMBNAIL, track=track, epoch=epoch, body=numbered_jpeg(number + index, *size))
            number += count
    if extras:
        plan.add(0, Kind.MARKER, body=json.dumps({"code": "test.began", "note": "a marker"}).encode())
        plan.add(end_us, Kind.HEARTBEAT)
    writer = vid.Writer(header, data_key, signer)
    data = writer.start() + plan.write(writer)
    if sealed:
        data += writer.seal(end_us, started_at_us + end_us)
    return VidFixture(
        data=data,
        header=header,
        data_key=data_key,
        signer=signer,
        site_private_key=site_private_key,
        records=tuple(vid.Scanner().feed(data)),
        pictures=tuple(sorted(plan.pictures, key=lambda picture: (picture.at_us, picture.track))),
        covered_us=writer.covered_us,
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    written_us: int
    kind: Kind
    track: int
    epoch: int
    flags: Flag
    media_time_us: int
    span_us: int
    body: bytes


class _Plan:
    """Collects records and writes them in the order in which a workstation would have finished them."""

    def __init__(self, started_at_us: int, end_us: int) -> None:
        self._started_at_us = started_at_us
        self._end_us = end_us
        self._entries: list[_Entry] = []
        self.pictures: list[Picture] = []

    def add(self, at_us: int, kind: Kind, *, track: int = 0, epoch: int = 0, body: bytes = b"") -> None:
        self._entries.append(_Entry(at_us, kind, track, epoch, Flag.NONE, at_us, 0, body))

    def add_epoch(
        self,
        *,
        track: int,
        epoch: int,
        name: str,
        media: EncodedPictures,
        times: Sequence[int],
        end_us: int,
        per_piece: int,
    ) -> None:
        init = fmp4.init_segment(width=media.width, height=media.height, sps=media.sps, pps=media.pps, name=name)
        self.add(times[0], Kind.INIT, track=track, epoch=epoch, body=init)
        for sequence, first in enumerate(range(0, len(times), per_piece), 1):
            last = min(first + per_piece, len(times))
            durations = [times[i + 1] - times[i] for i in range(first, last - 1)] + [fmp4.HOLD_US]
            samples = [
                fmp4.Sample(media.samples[first + i], duration, media.keys[first + i])
                for i, duration in enumerate(durations)
            ]
            end = times[last] if last < len(times) else max(end_us, times[last - 1] + 1)
            body = fmp4.fragment(sequence=sequence, base_time_us=times[first], samples=samples)
            flags = Flag.KEY if media.keys[first] else Flag.NONE
            span_us = min(end, self._end_us) - times[first]
            self._entries.append(_Entry(end, Kind.PIECE, track, epoch, flags, times[first], span_us, body))

    def write(self, writer: vid.Writer) -> bytes:
        # Stable: what was added first comes first among equals, so an INIT stays before its first PIECE.
        ordered = sorted(self._entries, key=lambda entry: entry.written_us)
        return b"".join(
            writer.record(
                entry.kind,
                track=entry.track,
                epoch=entry.epoch,
                flags=entry.flags,
                media_time_us=entry.media_time_us,
                wall_time_us=self._started_at_us + entry.written_us,
                span_us=entry.span_us,
                body=entry.body,
            )
            for entry in ordered
        )


def _digest(label: str, seed: str) -> bytes:
    return hashlib.sha256(f"playhead test {label} {seed}".encode()).digest()
