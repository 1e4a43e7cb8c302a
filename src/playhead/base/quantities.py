"""Lengths of time and amounts of bytes as people write them in a configuration: ``"10 s"``, ``"1 GiB"``."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

_QUANTITY = re.compile(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]+)\s*")

_TIME_UNITS: Final = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_SIZE_UNITS: Final = {
    "B": 1,
    "kB": 1_000,
    "MB": 1_000_000,
    "GB": 1_000_000_000,
    "TB": 1_000_000_000_000,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
}


def _parse(text: object, units: dict[str, int], *, noun: str, example: str) -> int:
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2] not in units:
        allowed = ", ".join(units)
        raise ValueError(f"Expected a {noun} as text with its unit ({allowed}), such as {example!r}")
    value = Decimal(match[1]) * units[match[2]]
    if value != int(value):
        raise ValueError(f"Expected a whole number of {next(iter(units))}, got {text!r}")
    return int(value)


def _format(value: int, units: dict[str, int]) -> str:
    for unit, factor in sorted(units.items(), key=lambda item: -item[1]):
        if value and value % factor == 0:
            return f"{value // factor} {unit}"
    return "0 s" if "s" in units else "0 B"


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time, never negative."""

    us: int
    """Whole microseconds."""

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read ``"<number> <unit>"``, unit one of us, ms, s, min, h, d.

        Raises:
            ValueError: it is not that; the message says what is expected.
        """
        return cls(_parse(text, _TIME_UNITS, noun="duration", example="10 s"))

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.us / 1_000_000

    def __str__(self) -> str:
        return _format(self.us, _TIME_UNITS)


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """An amount of bytes, never negative."""

    bytes: int

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read ``"<number> <unit>"``, unit one of B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024).

        Raises:
            ValueError: it is not that; the message says what is expected.
        """
        return cls(_parse(text, _SIZE_UNITS, noun="size", example="1 GiB"))

    def __str__(self) -> str:
        return _format(self.bytes, _SIZE_UNITS)
