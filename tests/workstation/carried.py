"""Carries out a recorder's actions in memory, and reads back what it recorded."""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.testing.vid import signing_key, site_key
from playhead.wire import fmp4, vid
from playhead.workstation.actions import Action, ForceKey, Now, OpenSegment, SealSegment, SetBlackout, WriteRecord

WALL_US = 1_767_225_600_000_000


class Shown(NamedTuple):
    """One picture as a reader finds it."""

    track: int
    at_us: int
    key: bool
    name: str


@dataclass
class Segment:
    """One segment's file and what it says."""

    recording: RecordingId
    writer: vid.Writer
    data: bytearray
    key: bytes
    started_at_us: int
    sealed: bool = False

    @property
    def records(self) -> list[vid.Scanned]:
        scanner = vid.Scanner()
        records = scanner.feed(self.data)
        assert scanner.offset == len(self.data)
        assert scanner.sealed == self.sealed
        return records

    def body(self, scanned: vid.Scanned) -> bytes:
        return vid.open_at(lambda size, offset: bytes(self.data[offset : offset + size]), self.key, scanned)

    def of(self, kind: vid.Kind) -> list[vid.Scanned]:
        return [scanned for scanned in self.records if scanned.header.kind == kind]

    @property
    def markers(self) -> list[dict[str, object]]:
        return [
            {"at_us": scanned.header.media_time_us, **json.loads(self.body(scanned))}
            for scanned in self.of(vid.Kind.MARKER)
        ]

    @property
    def pictures(self) -> list[Shown]:
        shown = []
        for scanned in self.of(vid.Kind.PIECE):
            piece = fmp4.parse_fragment(self.body(scanned))
            at_us = piece.base_time_us
            for sample in piece.samples:
                shown.append(Shown(scanned.header.track - 1, at_us, sample.key, sample.data[4:].decode()))
                at_us += sample.duration_us
        return shown


@dataclass
class Carried:
    """The world around a recorder."""

    now: Now = field(default_factory=lambda: Now(WALL_US, 1_000_000_000))
    segments: list[Segment] = field(default_factory=list)
    forced: int = 0
    blackouts: list[bool] = field(default_factory=list)
    written: list[WriteRecord] = field(default_factory=list)

    def carry(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case OpenSegment():
                    self._open(action)
                case WriteRecord():
                    self.written.append(action)
                    segment = self.segments[-1]
                    segment.data += segment.writer.record(
                        action.kind,
                        track=action.track,
                        epoch=action.epoch,
                        flags=action.flags,
                        media_time_us=action.media_time_us,
                        wall_time_us=action.wall_time_us,
                        span_us=action.span_us,
                        body=action.body,
                    )
                case SealSegment():
                    segment = self.segments[-1]
                    segment.data += segment.writer.seal(action.media_time_us, action.wall_time_us)
                    segment.sealed = True
                case ForceKey():
                    self.forced += 1
                case SetBlackout():
                    self.blackouts.append(action.on)

    def pass_time(self, us: int) -> None:
        self.now = Now(self.now.wall_us + us, self.now.monotonic_us + us)

    def _open(self, action: OpenSegment) -> None:
        number = len(self.segments)
        recording, segment = action.recording, SegmentId.parse(f"{number:032x}")
        key = number.to_bytes(32, "big")
        signer = signing_key()
        public = signer.public_key().public_bytes_raw()
        envelope = vid.seal_data_key(
            key, site_key().public_key().public_bytes_raw(), recording=recording, segment=segment, signer=public
        )
        header = vid.Header(
            recording=recording,
            segment=segment,
            site=SiteId("site"),
            workstation=WorkstationId("pc-1"),
            agent="agent",
            started_at_us=action.started_at_us,
            tracks=action.tracks,
            keys=(envelope,),
            signer=public,
        )
        writer = vid.Writer(header, key, signer)
        self.segments.append(Segment(recording, writer, bytearray(writer.start()), key, action.started_at_us))
