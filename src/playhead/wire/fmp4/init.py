"""Initialisation segments: one H.264 video track, no samples (ISO/IEC 14496-12 §8; ISO/IEC 14496-15 §5)."""

import struct

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.wire.fmp4.boxes import box, find, full_box, u32, unpack
from playhead.wire.fmp4.sps import SequenceParameters, has_chroma, parse_sps

TIMESCALE = 1_000_000
"""Media time is counted in microseconds, as everywhere in Playhead."""

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The unity matrix (ISO/IEC 14496-12 §8.2.2.2)."""
_UNDETERMINED = (ord("u") - 0x60) << 10 | (ord("n") - 0x60) << 5 | (ord("d") - 0x60)
"""Language "und", three 5-bit letters (§8.4.2.3)."""
_ENTRY_BYTES = 78
"""A VisualSampleEntry's fields before its boxes (§12.1.3.2)."""
_SIZE = struct.Struct(">HH")
_MAX_U16 = 0xFFFF


def init_segment(
    *,
    width: int,
    height: int,
    sps: bytes,
    pps: bytes,
    timescale: int = TIMESCALE,
    track_id: int = 1,
    name: str = "",
) -> bytes:
    """``ftyp moov`` of one track, ready for a Media Source or a file reader.

    Args:
        width: of the picture in pixels; what a player shows.
        height: likewise.
        sps: one sequence parameter set NAL unit, without start code.
        pps: one picture parameter set NAL unit.
        timescale: units in a second.
        track_id: 1 or more; the fragments must use the same.
        name: a person's name for the track, such as the monitor's.

    Raises:
        InvalidInputError: ``fmp4.dimensions``, ``fmp4.nal``.
        CorruptError: ``fmp4.nal``, where the SPS is none.
    """
    if not (0 < width <= _MAX_U16 and 0 < height <= _MAX_U16):
        raise InvalidInputError("fmp4.dimensions", f"A track of {width} × {height} pixels cannot be described.")
    if not (len(sps) <= _MAX_U16 and 0 < len(pps) <= _MAX_U16):
        raise InvalidInputError("fmp4.nal", "A parameter set is empty or too long.")
    parameters = parse_sps(sps)
    # mp42: version 2 files; iso6: fragments whose base is their own moof (§8.8.7); avc1, dash: who may play it.
    ftyp = box(b"ftyp", b"iso6", u32(1), b"iso6mp42avc1dash")
    entry = _avc1(width, height, parameters, sps, pps)
    stbl = box(
        b"stbl",
        full_box(b"stsd", 0, 0, u32(1), entry),
        full_box(b"stts", 0, 0, u32(0)),
        full_box(b"stsc", 0, 0, u32(0)),
        full_box(b"stsz", 0, 0, u32(0), u32(0)),
        full_box(b"stco", 0, 0, u32(0)),
    )
    dinf = box(b"dinf", full_box(b"dref", 0, 0, u32(1), full_box(b"url ", 0, 1)))
    minf = box(b"minf", full_box(b"vmhd", 0, 1, bytes(8)), dinf, stbl)
    hdlr = full_box(b"hdlr", 0, 0, u32(0), b"vide", bytes(12), name.replace("\0", "").encode() + b"\0")
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, _UNDETERMINED, 0))
    # Flags 3: the track is enabled and part of the presentation (§8.3.2.3).
    tkhd = full_box(
        b"tkhd",
        0,
        3,
        struct.pack(">IIIII8xHHHH", 0, 0, track_id, 0, 0, 0, 0, 0, 0),
        _MATRIX,
        u32(width << 16),
        u32(height << 16),
    )
    trak = box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf))
    mvhd = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">IIIIIH10x", 0, 0, timescale, 0, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        u32(track_id + 1),
    )
    trex = full_box(b"trex", 0, 0, struct.pack(">IIIII", track_id, 1, 0, 0, 0))
    return ftyp + box(b"moov", mvhd, trak, box(b"mvex", trex))


def _avc1(width: int, height: int, parameters: SequenceParameters, sps: bytes, pps: bytes) -> bytes:
    """AVCSampleEntry with its configuration (ISO/IEC 14496-15 §5.4.2.1) and colour (ISO/IEC 14496-12 §12.1.5)."""
    fields = struct.pack(">6xH16xHHIIIH32shH", 1, width, height, 0x00480000, 0x00480000, 0, 1, bytes(32), 0x18, 0xFFFF)
    return box(b"avc1", fields, _avcc(parameters, sps, pps), _colr(parameters))


def _avcc(parameters: SequenceParameters, sps: bytes, pps: bytes) -> bytes:
    """AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1.2)."""
    record = struct.pack(
        ">BBBBBBH", 1, parameters.profile, parameters.constraints, parameters.level, 0xFC | 3, 0xE0 | 1, len(sps)
    )
    record += sps + struct.pack(">BH", 1, len(pps)) + pps
    if has_chroma(parameters.profile):
        chroma = 0xFC | parameters.chroma_format & 3
        record += bytes((chroma, 0xF8 | (parameters.luma_depth - 8), 0xF8 | (parameters.chroma_depth - 8), 0))
    return box(b"avcC", record)


def _colr(parameters: SequenceParameters) -> bytes:
    """Colour as the SPS signals it, or nothing where it is silent."""
    colour = parameters.colour
    if colour is None:
        return b""
    return box(
        b"colr",
        b"nclx",
        struct.pack(">HHHB", colour.primaries, colour.transfer, colour.matrix, 0x80 if colour.full_range else 0),
    )


def _configuration(init: bytes) -> tuple[int, int, bytes]:
    """Width, height and the AVCDecoderConfigurationRecord of an initialisation segment."""
    stsd = find(init, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    entry = find(init, b"avc1", start=stsd.start + 8, end=stsd.end)
    width, height = unpack(_SIZE, init, entry.start + 24, entry.end)
    avcc = find(init, b"avcC", start=entry.start + _ENTRY_BYTES, end=entry.end)
    return width, height, init[avcc.start : avcc.end]


def dimensions(init: bytes) -> tuple[int, int]:
    """Width and height in pixels that an initialisation segment declares.

    Raises:
        CorruptError: ``fmp4.box``, ``fmp4.missing``.
    """
    width, height, _ = _configuration(init)
    return width, height


def codec_string(init: bytes) -> str:
    """The ``codecs`` parameter of RFC 6381 §3.3, such as ``avc1.64002A``.

    Raises:
        CorruptError: ``fmp4.box``, ``fmp4.missing``.
    """
    _, _, avcc = _configuration(init)
    if len(avcc) < 4:  # noqa: PLR2004 - version, profile, constraints, level
        raise CorruptError("fmp4.box", "The track's codec configuration is too short.")
    return f"avc1.{avcc[1:4].hex()}"


def parameter_sets(init: bytes) -> tuple[bytes, bytes]:
    """The SPS and the PPS of an initialisation segment made by `init_segment`.

    Raises:
        CorruptError: ``fmp4.box``, ``fmp4.missing``.
    """
    _, _, avcc = _configuration(init)
    offset, sets = 6, list[bytes]()
    for _ in range(2):
        begin = offset + 2
        end = begin + int.from_bytes(avcc[offset:begin], "big")
        if begin > len(avcc) or not begin < end <= len(avcc):
            raise CorruptError("fmp4.box", "The track's codec configuration is cut off.")
        sets.append(avcc[begin:end])
        offset = end + 1  # the count of PPS, which is one
    return sets[0], sets[1]


def track_name(init: bytes) -> str:
    """The person's name for the track, or an empty string (HandlerBox, ISO/IEC 14496-12 §8.4.3).

    Raises:
        CorruptError: ``fmp4.box``, ``fmp4.missing``.
    """
    hdlr = find(init, b"moov", b"trak", b"mdia", b"hdlr")
    return init[hdlr.start + 24 : hdlr.end].split(b"\0")[0].decode("utf-8", "replace")
