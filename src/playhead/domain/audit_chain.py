"""The audit log as a chain: each entry's hash covers the entry and the hash of the one before it.

Whoever changes, removes, adds or exchanges an entry has to change every later hash too, and so the newest one: the
*head*. A head that is kept elsewhere (`playhead.store.audit_anchor`, or a note of an auditor) therefore proves
everything before it. The encoding is for ever; another one would need another first link.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from playhead.base.errors import InvalidInputError

HASH_BYTES: Final = 32

FIRST: Final = bytes(HASH_BYTES)
"""What stands before the first entry."""

_ID_DIGITS_MAX: Final = 18

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def link(
    before: bytes,
    *,
    number: int,
    at_us: int,
    actor: str,
    action: str,
    subject: str,
    address: str,
    page: str,
    details: Mapping[str, str | int],
) -> bytes:
    """The hash of an entry: SHA-256 (FIPS 180-4) over the hash before it and the entry.

    The entry is the JSON array of these arguments in this order, without white space, members of ``details`` sorted,
    strings and numbers as RFC 8785 §3.2.2 writes them, in UTF-8.

    Args:
        before: the hash of the entry before, or `FIRST`.
        number: the entry's id.
        at_us: microseconds since 1970.
        actor: who.
        action: what.
        subject: to what.
        address: from where.
        page: from which page.
        details: more.
    """
    entry = _ENCODER.encode([number, at_us, actor, action, subject, address, page, dict(details)])
    return hashlib.sha256(before + entry).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry at some time: what all entries up to it can be held against."""

    id: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.id}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` wrote.

        Raises:
            InvalidInputError: ``audit.head``.
        """
        number, _, digits = text.strip().partition(":")
        whole = number.isascii() and number.isdecimal() and len(number) <= _ID_DIGITS_MAX
        if not whole or len(digits) != 2 * HASH_BYTES or not set(digits) <= set("0123456789abcdef"):
            hint = "It is a number, a colon and 64 hexadecimal digits, as `playhead audit verify` prints it."
            raise InvalidInputError("audit.head", "This is not the head of an audit log.", hint=hint)
        return cls(int(number), bytes.fromhex(digits))
