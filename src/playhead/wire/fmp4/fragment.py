"""Media pieces: ``moof mdat`` of one track with one run of samples (ISO/IEC 14496-12 §8.8)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.wire.fmp4.boxes import BOX_HEADER_BYTES, box, boxes, find, full_box, u32, unpack

HOLD_US = 10_000_000
"""Duration of a piece's last sample while nobody knows its end: "until further notice"."""
MAX_SAMPLES = 4096
"""Samples in one piece: 15 a second for minutes, far more than any piece holds."""

_SYNC = 0x0200_0000
"""Sample flags (§8.8.3.1): depends on no other sample."""
_NOT_SYNC = 0x0101_0000
"""Depends on others, and is no sync sample."""
_NON_SYNC_BIT = 0x0001_0000
_BASE_IS_MOOF = 0x02_0000
"""tfhd flag default-base-is-moof (§8.8.7.1)."""
_TRUN_FLAGS = 0x00_0701
"""trun: data offset, and each sample's duration, size and flags (§8.8.8.1)."""
_TRUN_HEAD = struct.Struct(">III")
_SAMPLE = struct.Struct(">III")
_U32 = struct.Struct(">I")
_TFDT = struct.Struct(">IQ")
_MAX_U32 = 0xFFFF_FFFF
_MAX_U63 = 2**63 - 1
"""Players count in signed 64-bit integers."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture: NAL units after their 4-byte lengths, in decoding order, which is presentation order."""

    data: bytes
    duration_us: int
    key: bool
    """A random access point."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a piece holds. The n-th sample begins at ``base_time_us`` plus the durations before it."""

    base_time_us: int
    samples: tuple[Sample, ...]
    sequence: int = 0
    track_id: int = 1


def fragment(*, sequence: int, base_time_us: int, samples: Sequence[Sample], track_id: int = 1) -> bytes:
    """One piece.

    Args:
        sequence: mfhd's number; should grow within a track (§8.8.5).
        base_time_us: media time of the first sample (tfdt, §8.8.12), at the timescale of `init_segment`.
        samples: at least one. The last one's duration is `HOLD_US` where its end is not known.
        track_id: as in the initialisation segment.

    Raises:
        InvalidInputError: ``fmp4.samples``, where there are none, too many, or a time is out of range.
    """
    if not 0 < len(samples) <= MAX_SAMPLES:
        raise InvalidInputError("fmp4.samples", f"A piece holds 1 to {MAX_SAMPLES} samples, not {len(samples)}.")
    if any(not 0 < sample.duration_us <= _MAX_U32 for sample in samples):
        raise InvalidInputError("fmp4.samples", "A sample's duration is out of range.")
    if not 0 <= base_time_us <= _MAX_U63:
        raise InvalidInputError("fmp4.samples", "A piece's time is out of range.")
    table = b"".join(
        _SAMPLE.pack(sample.duration_us, len(sample.data), _SYNC if sample.key else _NOT_SYNC) for sample in samples
    )

    def moof(data_offset: int) -> bytes:
        traf = box(
            b"traf",
            full_box(b"tfhd", 0, _BASE_IS_MOOF, u32(track_id)),
            full_box(b"tfdt", 1, 0, base_time_us.to_bytes(8, "big")),
            full_box(b"trun", 0, _TRUN_FLAGS, u32(len(samples)), u32(data_offset), table),
        )
        return box(b"moof", full_box(b"mfhd", 0, 0, u32(sequence & _MAX_U32)), traf)

    head = moof(len(moof(0)) + BOX_HEADER_BYTES)
    size = BOX_HEADER_BYTES + sum(len(sample.data) for sample in samples)
    return b"".join((head, u32(size), b"mdat", *(sample.data for sample in samples)))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things lie in a piece."""

    base_time_us: int
    sequence: int
    track_id: int
    table: int
    count: int
    media: int
    """First byte of the samples, which reach to the piece's end."""


def _layout(piece: bytes) -> _Layout:
    moof = find(piece, b"moof")
    mfhd = find(piece, b"mfhd", start=moof.start, end=moof.end)
    traf = find(piece, b"traf", start=moof.start, end=moof.end)
    tfhd = find(piece, b"tfhd", start=traf.start, end=traf.end)
    tfdt = find(piece, b"tfdt", start=traf.start, end=traf.end)
    trun = find(piece, b"trun", start=traf.start, end=traf.end)
    _, sequence = unpack(struct.Struct(">II"), piece, mfhd.start, mfhd.end)
    head, track_id = unpack(struct.Struct(">II"), piece, tfhd.start, tfhd.end)
    version, base_time_us = unpack(_TFDT, piece, tfdt.start, tfdt.end)
    flags, count, data_offset = unpack(_TRUN_HEAD, piece, trun.start, trun.end)
    if head != _BASE_IS_MOOF or version != 1 << 24 or flags != _TRUN_FLAGS or not 0 < count <= MAX_SAMPLES:
        raise CorruptError("fmp4.unsupported", "The piece is not laid out as Playhead's pieces are.")
    table = trun.start + _TRUN_HEAD.size
    if table + count * _SAMPLE.size != trun.end:
        raise CorruptError("fmp4.box", "The piece's sample table does not fit its box.")
    media = moof.start - BOX_HEADER_BYTES + data_offset
    mdat = next((inner for inner in boxes(piece, moof.end) if inner.kind == b"mdat"), None)
    if mdat is None or mdat.start != media:
        raise CorruptError("fmp4.missing", "The piece's samples are not where it says.")
    if mdat.end != len(piece):
        raise CorruptError("fmp4.unsupported", "Something follows the piece's samples.")
    return _Layout(base_time_us, sequence, track_id, table, count, media)


def parse_fragment(piece: bytes) -> Fragment:
    """Read a piece that `fragment` made.

    Raises:
        CorruptError: ``fmp4.box``, ``fmp4.missing``, ``fmp4.unsupported``.
    """
    layout = _layout(piece)
    samples: list[Sample] = []
    offset = layout.media
    for duration, size, flags in _SAMPLE.iter_unpack(piece[layout.table : layout.table + layout.count * _SAMPLE.size]):
        if offset + size > len(piece):
            raise CorruptError("fmp4.box", "The piece's samples do not fit its data.")
        samples.append(Sample(piece[offset : offset + size], duration, not flags & _NON_SYNC_BIT))
        offset += size
    if offset != len(piece):
        raise CorruptError("fmp4.box", "The piece's samples do not fill its data.")
    return Fragment(layout.base_time_us, tuple(samples), layout.sequence, layout.track_id)


def with_last_duration(piece: bytes, duration_us: int) -> bytes:
    """The piece with its last sample's duration set, as a reader does once it knows where the next piece begins.

    Args:
        piece: what `fragment` made.
        duration_us: at least 1.

    Raises:
        InvalidInputError: ``fmp4.samples``.
        CorruptError: what `parse_fragment` says.
    """
    if not 0 < duration_us <= _MAX_U32:
        raise InvalidInputError("fmp4.samples", "A sample's duration is out of range.")
    layout = _layout(piece)
    at = layout.table + (layout.count - 1) * _SAMPLE.size
    return b"".join((piece[:at], _U32.pack(duration_us), piece[at + _U32.size :]))


def ending_at(piece: bytes, end_us: int) -> bytes:
    """The piece with its last sample ending at media time ``end_us`` (at least one microsecond long).

    Raises:
        CorruptError: what `parse_fragment` says.
    """
    layout = _layout(piece)
    table = piece[layout.table : layout.table + (layout.count - 1) * _SAMPLE.size]
    begin = layout.base_time_us + sum(duration for duration, _, _ in _SAMPLE.iter_unpack(table))
    return with_last_duration(piece, min(max(end_us - begin, 1), _MAX_U32))
