"""The contract every encoder keeps, so that codecs can be compared and exchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from playhead.base.errors import InvalidInputError
from playhead.workstation.capture.source import Rectangle

QUALITY_MIN = 18
QUALITY_MAX = 34


@dataclass(frozen=True, slots=True)
class Settings:
    """How to encode.

    Args:
        quality: x264's constant rate factor: higher is smaller and softer. At 26 small text is still
            clear (docs/decisions/0004-codec.md).
        fps_max: the highest frame rate that will come, for the level written into the parameter sets.
        threads: how many share the work on one picture, each a slice of it.

    Raises:
        InvalidInputError: ``config.out_of_range``.
    """

    quality: int = 26
    fps_max: int = 15
    threads: int = 1

    def __post_init__(self) -> None:
        if not QUALITY_MIN <= self.quality <= QUALITY_MAX:
            message = f"Quality {self.quality} is not between {QUALITY_MIN} (best) and {QUALITY_MAX} (smallest)."
            raise InvalidInputError("config.out_of_range", message)


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded picture: NAL units, each behind its length in 4 bytes; ``key`` where decoding can begin with it."""

    data: bytes
    key: bool


class Encoder(Protocol):
    """Encodes the pictures of one track, one in, one out, without delay. Used from one thread."""

    @property
    def width(self) -> int:
        """Of the picture a decoder shows: even, so up to one pixel more than what was captured."""
        ...

    @property
    def height(self) -> int:
        """Of the picture a decoder shows."""
        ...

    @property
    def sps(self) -> bytes:
        """Sequence parameter set, a NAL unit (ITU-T H.264 §7.3.2.1)."""
        ...

    @property
    def pps(self) -> bytes:
        """Picture parameter set, a NAL unit (§7.3.2.2)."""
        ...

    def encode(self, pixels: memoryview, stride: int, changed: Sequence[Rectangle], *, key: bool = False) -> Coded:
        """Encode a picture that differs only in ``changed`` from the one encoded before.

        ``pixels`` is BGRX, ``stride`` bytes a row, as in `Frame`. The first call looks at everything.

        Raises:
            UnavailableError: ``encode.failed``; the encoder is not to be used any more.
        """
        ...

    def repeat(self, *, key: bool = False) -> Coded:
        """Encode the same picture again. Raises as `encode`."""
        ...

    def black(self) -> Coded:
        """Encode a black picture, as a key frame that nothing before can be seen through. Raises as `encode`."""
        ...

    def thumbnail(self) -> bytes:
        """The picture encoded last, small, as JPEG. Raises as `encode`."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...
