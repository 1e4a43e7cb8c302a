"""Enrolment codes: what an administrator reads out and a person types in (docs/wire/screen.md §9).

A code holds a one-time secret, which proves the workstation to the site, and the fingerprint of the site's authority,
which proves the site to the workstation before the secret is sent. Text form: 44 symbols of Crockford's base32 in
groups of four: version (1) ‖ secret and fingerprint (208 bits in 42) ‖ check symbol.
The check symbol makes the code a Reed-Solomon word over GF(32): any one wrong symbol and any two neighbours swapped
are found, and told as a typing mistake rather than as a refusal. A cloud gives its sites codes of the same form.
"""

import hashlib
from dataclasses import dataclass, field

from playhead.base.errors import InvalidInputError
from playhead.wire.pki.names import fingerprint

SECRET_BYTES = 10
"""80 bits: not to be guessed through a server that answers, whatever the rate."""
FINGERPRINT_BYTES = 16
"""128 bits of SHA-256: nobody finds a second authority with the same."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {symbol: value for value, symbol in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_VERSION = 1
_BODY_SYMBOLS = 42
_SYMBOLS = 1 + _BODY_SYMBOLS + 1
_GROUP = 4
_SPARE_BITS = _BODY_SYMBOLS * 5 - (SECRET_BYTES + FINGERPRINT_BYTES) * 8
_FIELD = 0b100101
"""x⁵ + x² + 1, primitive over GF(2): it makes GF(32), with x as generator."""


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A one-time secret and the site's authority, as one thing to type."""

    secret: bytes = field(repr=False)
    authority: bytes
    """The first 16 bytes of the SHA-256 of the authority's DER certificate."""

    @classmethod
    def create(cls, secret: bytes, authority_certificate: bytes) -> "EnrolmentCode":
        """The code for a secret of `SECRET_BYTES` random bytes and the authority (DER)."""
        if len(secret) != SECRET_BYTES:
            raise AssertionError(f"A secret has {SECRET_BYTES} bytes, not {len(secret)}")
        return cls(secret, fingerprint(authority_certificate)[:FINGERPRINT_BYTES])

    @classmethod
    def parse(cls, text: str) -> "EnrolmentCode":
        """Read a code as typed: any case, hyphens and spaces anywhere, O for 0, I and L for 1.

        Raises:
            InvalidInputError: ``enrolment.symbol``, ``enrolment.length``, ``enrolment.typo``, ``enrolment.version``.
                The text never repeats the code.
        """
        symbols = text.upper().replace("-", "").replace(" ", "").strip()[: 4 * _SYMBOLS]
        for position, symbol in enumerate(symbols, 1):
            if symbol not in _VALUES:
                message = f"Symbol {position} of the enrolment code, {symbol!r}, is none of {_ALPHABET}."
                raise InvalidInputError("enrolment.symbol", message)
        if len(symbols) != _SYMBOLS:
            message = f"An enrolment code has {_SYMBOLS} symbols without the hyphens; this one has {len(symbols)}."
            raise InvalidInputError("enrolment.length", message)
        values = [_VALUES[symbol] for symbol in symbols]
        number = 0
        for value in values[1:-1]:
            number = number << 5 | value
        if _check(values[:-1]) != values[-1] or number % (1 << _SPARE_BITS):
            message = "The enrolment code has a typing mistake."
            raise InvalidInputError("enrolment.typo", message, hint="Compare it symbol by symbol.")
        if values[0] != _VERSION:
            message = "The enrolment code is of a newer kind."
            raise InvalidInputError("enrolment.version", message, hint="Update Playhead on this workstation.")
        body = (number >> _SPARE_BITS).to_bytes(SECRET_BYTES + FINGERPRINT_BYTES, "big")
        return cls(body[:SECRET_BYTES], body[SECRET_BYTES:])

    def matches(self, authority_certificate: bytes) -> bool:
        """Whether a DER certificate is the authority that the code speaks of."""
        return fingerprint(authority_certificate)[:FINGERPRINT_BYTES] == self.authority

    @property
    def secret_hash(self) -> bytes:
        """SHA-256 of the secret, 32 bytes: what the site keeps of it, and looks it up by."""
        return hashlib.sha256(b"playhead enrolment\0" + self.secret).digest()

    @property
    def text(self) -> str:
        """The code as shown: eleven groups of four. A secret: never log it."""
        number = int.from_bytes(self.secret + self.authority, "big") << _SPARE_BITS
        body = [number >> shift & 31 for shift in range((_BODY_SYMBOLS - 1) * 5, -1, -5)]
        values = [_VERSION, *body]
        symbols = "".join(_ALPHABET[value] for value in [*values, _check(values)])
        return "-".join(symbols[start : start + _GROUP] for start in range(0, _SYMBOLS, _GROUP))


def _check(values: list[int]) -> int:
    """The symbol that makes Σ value·xⁿ zero, by Horner's rule; the last symbol's weight is 1."""
    total = 0
    for value in values:
        total = _times_x(total ^ value)
    return total


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 32 else value
