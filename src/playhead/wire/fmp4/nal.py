"""NAL units: from the encoder's byte stream (H.264 Annex B) to the file's length prefixes (ISO/IEC 14496-15 §5)."""

from collections.abc import Iterator

from playhead.base.errors import CorruptError

_NAL_SPS = 7
_NAL_PPS = 8
_START = b"\x00\x00\x01"
LENGTH_BYTES = 4
"""Size of the length before each NAL unit: lengthSizeMinusOne is 3 (ISO/IEC 14496-15 §5.3.3.1)."""


def annexb_nals(data: bytes) -> Iterator[bytes]:
    """The NAL units of a byte stream, without start codes and padding (H.264 §B.1).

    Raises:
        CorruptError: ``fmp4.nal``, where it does not begin with a start code.
    """
    begin = data.find(_START)
    if begin < 0 or data[:begin].strip(b"\x00"):
        raise CorruptError("fmp4.nal", "This is not an H.264 byte stream.")
    while begin >= 0:
        begin += len(_START)
        end = data.find(_START, begin)
        # A NAL unit never ends in a zero byte (§7.4.1), so zeros before a start code belong to the code.
        nal = data[begin : end if end >= 0 else len(data)].rstrip(b"\x00")
        if nal:
            yield nal
        begin = end


def annexb_to_lengths(data: bytes) -> tuple[bytes, list[bytes], list[bytes]]:
    """Turn one access unit of an encoder's byte stream into a sample.

    Returns:
        The sample (each NAL unit after its 4-byte length) without parameter sets, then the SPS and the PPS NAL units
        found: an ``avc1`` track keeps those in its initialisation segment alone (ISO/IEC 14496-15 §5.4.2.1).

    Raises:
        CorruptError: ``fmp4.nal``.
    """
    sample: list[bytes] = []
    sps: list[bytes] = []
    pps: list[bytes] = []
    for nal in annexb_nals(data):
        kind = nal[0] & 0x1F
        if kind == _NAL_SPS:
            sps.append(nal)
        elif kind == _NAL_PPS:
            pps.append(nal)
        else:
            sample += (len(nal).to_bytes(LENGTH_BYTES, "big"), nal)
    return b"".join(sample), sps, pps


def length_nals(sample: bytes) -> Iterator[bytes]:
    """The NAL units of a sample.

    Raises:
        CorruptError: ``fmp4.nal``, where the lengths do not fill the sample.
    """
    offset = 0
    while offset < len(sample):
        begin = offset + LENGTH_BYTES
        end = begin + int.from_bytes(sample[offset:begin], "big")
        if begin > len(sample) or end > len(sample):
            raise CorruptError("fmp4.nal", "A sample's NAL units do not fill it.")
        yield sample[begin:end]
        offset = end
