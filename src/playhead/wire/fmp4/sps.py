"""What a sequence parameter set says about the pictures (ITU-T H.264 §7.3.2.1.1, Annex E)."""

from dataclasses import dataclass

from playhead.base.errors import CorruptError
from playhead.wire.fmp4.bits import BitReader

_NAL_SPS = 7
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""profile_idc values whose SPS carries chroma format and bit depth (§7.3.2.1.1)."""
_CHROMA_444 = 3
_MAX_DEPTH = 14
_EXTENDED_SAR = 255
_LISTS_444 = 12
_LISTS = 8
_UNSPECIFIED = 2
_MAX_CYCLE = 255


@dataclass(frozen=True, slots=True)
class Colour:
    """Code points of ITU-T H.273 §8; 2 is "unspecified"."""

    primaries: int = _UNSPECIFIED
    transfer: int = _UNSPECIFIED
    matrix: int = _UNSPECIFIED
    full_range: bool = False


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """The fields that a container repeats."""

    profile: int
    constraints: int
    level: int
    chroma_format: int
    luma_depth: int
    chroma_depth: int
    width: int
    """Luma samples after cropping."""
    height: int
    colour: Colour | None
    """None where the SPS does not say."""


def has_chroma(profile: int) -> bool:
    """Whether a profile's configuration record repeats chroma format and bit depths (ISO/IEC 14496-15 §5.3.3.1.2)."""
    return profile in _WITH_CHROMA


def parse_sps(nal: bytes) -> SequenceParameters:
    """Read an SPS NAL unit, without start code.

    Raises:
        CorruptError: ``fmp4.nal``.
    """
    if len(nal) < 4 or nal[0] & 0x1F != _NAL_SPS:  # noqa: PLR2004 - NAL header, profile, constraints, level
        raise CorruptError("fmp4.nal", "This is not a sequence parameter set.")
    profile, constraints, level = nal[1:4]
    reader = BitReader(nal[4:])
    reader.unsigned()  # seq_parameter_set_id
    chroma, luma_depth, chroma_depth, planes = 1, 8, 8, False
    if has_chroma(profile):
        chroma = reader.unsigned()
        planes = reader.flag() if chroma == _CHROMA_444 else False
        luma_depth = 8 + reader.unsigned()
        chroma_depth = 8 + reader.unsigned()
        if chroma > _CHROMA_444 or max(luma_depth, chroma_depth) > _MAX_DEPTH:  # §7.4.2.1.1
            raise CorruptError("fmp4.nal", "A sequence parameter set holds a number out of range.")
        reader.flag()  # qpprime_y_zero_transform_bypass_flag
        if reader.flag():  # seq_scaling_matrix_present_flag
            _skip_scaling_lists(reader, _LISTS_444 if chroma == _CHROMA_444 else _LISTS)
    reader.unsigned()  # log2_max_frame_num_minus4
    _skip_picture_order(reader)
    reader.unsigned()  # max_num_ref_frames
    reader.flag()  # gaps_in_frame_num_value_allowed_flag
    width = (reader.unsigned() + 1) * 16
    map_units = reader.unsigned() + 1
    frames_only = reader.flag()
    height = map_units * 16 * (1 if frames_only else 2)
    if not frames_only:
        reader.flag()  # mb_adaptive_frame_field_flag
    reader.flag()  # direct_8x8_inference_flag
    if reader.flag():  # frame_cropping_flag
        left, right, top, bottom = (reader.unsigned() for _ in range(4))
        unit_x, unit_y = _crop_units(0 if planes else chroma, frames_only=frames_only)
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
    if width <= 0 or height <= 0:
        raise CorruptError("fmp4.nal", "A sequence parameter set crops its whole picture.")
    colour = _colour(reader) if reader.flag() else None
    return SequenceParameters(profile, constraints, level, chroma, luma_depth, chroma_depth, width, height, colour)


def _skip_picture_order(reader: BitReader) -> None:
    kind = reader.unsigned()  # pic_order_cnt_type
    if kind == 0:
        reader.unsigned()
    elif kind == 1:
        reader.flag()
        reader.signed()
        reader.signed()
        cycle = reader.unsigned()
        if cycle > _MAX_CYCLE:  # §7.4.2.1.1
            raise CorruptError("fmp4.nal", "A sequence parameter set holds a number out of range.")
        for _ in range(cycle):
            reader.signed()


def _skip_scaling_lists(reader: BitReader, count: int) -> None:
    for index in range(count):
        if not reader.flag():
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):  # noqa: PLR2004 - six 4×4 lists come first (§7.3.2.1.1.1)
            if following:
                following = (last + reader.signed()) % 256
            last = following or last


def _crop_units(chroma: int, *, frames_only: bool) -> tuple[int, int]:
    """CropUnitX and CropUnitY (equations 7-19 to 7-22)."""
    sub_width = {1: 2, 2: 2}.get(chroma, 1)
    sub_height = {1: 2}.get(chroma, 1)
    return sub_width, sub_height * (1 if frames_only else 2)


def _colour(reader: BitReader) -> Colour | None:
    """The colour fields of the VUI (§E.1.1), which come before anything that need not be read."""
    if reader.flag() and reader.bits(8) == _EXTENDED_SAR:
        reader.bits(32)
    if reader.flag():  # overscan_info_present_flag
        reader.flag()
    if not reader.flag():  # video_signal_type_present_flag
        return None
    reader.bits(3)  # video_format
    full_range = reader.flag()
    if not reader.flag():  # colour_description_present_flag
        return Colour(full_range=full_range)
    primaries, transfer, matrix = reader.bits(8), reader.bits(8), reader.bits(8)
    return Colour(primaries, transfer, matrix, full_range)
