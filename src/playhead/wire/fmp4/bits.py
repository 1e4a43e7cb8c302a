"""Reads H.264 syntax elements from the bits of a NAL unit (ITU-T H.264 §7.2, §9.1)."""

from playhead.base.errors import CorruptError

_MAX_LEADING_ZEROS = 32


class BitReader:
    """Big-endian bits of a NAL unit's payload, emulation prevention bytes taken out (H.264 §7.4.1)."""

    def __init__(self, payload: bytes) -> None:
        data = payload.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def bits(self, count: int) -> int:
        """``u(count)``.

        Raises:
            CorruptError: ``fmp4.nal``, past the end.
        """
        if count > self._left:
            raise CorruptError("fmp4.nal", "A parameter set ends too early.")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """``u(1)``."""
        return self.bits(1) == 1

    def unsigned(self) -> int:
        """``ue(v)``: Exp-Golomb (H.264 §9.1)."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > _MAX_LEADING_ZEROS:
                raise CorruptError("fmp4.nal", "A parameter set holds a number beyond 32 bits.")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """``se(v)`` (H.264 §9.1.1)."""
        value = self.unsigned()
        return (value + 1) // 2 if value % 2 else -(value // 2)
