"""A hotkey as people write it: ``ctrl+alt+b``."""

from dataclasses import dataclass
from typing import Final, Self

MODIFIERS: Final = {"shift": 1 << 0, "ctrl": 1 << 2, "alt": 1 << 3, "super": 1 << 6}
"""Bits of KEYBUTMASK (X11 protocol §4): Shift, Control, Mod1 and Mod4, as practically every keyboard has them."""

_NAMED: Final = {
    "space": 0x0020,
    "pause": 0xFF13,
    "escape": 0xFF1B,
    "home": 0xFF50,
    "end": 0xFF57,
    "print": 0xFF61,
    "insert": 0xFF63,
    "menu": 0xFF67,
    "delete": 0xFFFF,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
}
"""Keysyms (X11 protocol appendix A) of keys without a character."""


@dataclass(frozen=True, slots=True)
class Keys:
    """A hotkey."""

    modifiers: int
    """Of `MODIFIERS`, ored."""
    keysym: int
    """Of the other key."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read modifiers and one key, joined by ``+``.

        Raises:
            ValueError: what to write instead.
        """
        *modifiers, key = text.lower().replace(" ", "").split("+")
        keysym = ord(key) if len(key) == 1 and key.isascii() and key.isalnum() else _NAMED.get(key, 0)
        if not keysym:
            raise ValueError(f"{key[:20]!r} is no key: write a letter, a digit, or one of {', '.join(sorted(_NAMED))}")
        unknown = [each for each in modifiers if each not in MODIFIERS]
        if unknown:
            raise ValueError(f"{unknown[0][:20]!r} is none of {', '.join(MODIFIERS)}")
        bits = 0
        for each in modifiers:
            bits |= MODIFIERS[each]
        if not bits & ~MODIFIERS["shift"] and len(key) == 1:
            raise ValueError("a letter or digit needs ctrl, alt or super with it, or it could not be typed any more")
        return cls(bits, keysym)
