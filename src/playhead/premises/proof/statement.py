"""Signed statements: what was found about recordings, for those who must show it to others.

A statement is a JSON document. Anyone who knows the site's authority can verify it without this program: Ed25519 (RFC
8032) over a line of text, and the member ``statement`` without white space, its members sorted, in UTF-8 (RFC 8785
§3.2; there are no numbers but integers in it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.wire.pki import Authority, fingerprint

FORM: Final = "playhead statement 1"

STATEMENT_BYTES_MAX: Final = 256 << 20
"""More than one about a hundred thousand recordings takes."""

_PURPOSE: Final = b"playhead statement 1\n"
"""Before what is signed, so that no other thing that the same key signs can be taken for it."""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    statement: dict[str, Any]
    signature: bytes
    authority: bytes
    """Certificate (DER) of the site's authority."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose signature fits the authority that is in it."""

    said: dict[str, Any]
    authority: str
    """SHA-256 of the authority's certificate (DER), in hexadecimal: the fingerprint that enrolment codes carry."""


def sign_statement(said: Mapping[str, Any], authority: Authority) -> bytes:
    """The document, as JSON that people can read, too."""
    body = {"form": FORM, "site": str(authority.site), **said}
    document = _Document(body, authority.key.sign(_PURPOSE + _canonical(body)), authority.certificate)
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def read_statement(document: bytes) -> Statement:
    """Read a document, in whatever order and spacing its members are, and verify it.

    Whether the authority in it is that of the site is for the caller to compare.

    Raises:
        InvalidInputError: ``statement.malformed``.
        CorruptError: ``statement.signature``: it was changed, or signed by somebody else.
    """
    try:
        found = msgspec.json.decode(document, type=_Document)
        key = x509.load_der_x509_certificate(found.authority).public_key()
    except (msgspec.MsgspecError, ValueError, UnicodeDecodeError, RecursionError):
        raise InvalidInputError("statement.malformed", "This is no statement.") from None
    if found.statement.get("form") != FORM or not isinstance(key, Ed25519PublicKey):
        raise InvalidInputError("statement.malformed", "This is no statement that this version knows.")
    try:
        key.verify(found.signature, _PURPOSE + _canonical(found.statement))
    except InvalidSignature:
        text = "The statement was changed after it was signed, or signed by somebody else."
        raise CorruptError("statement.signature", text) from None
    return Statement(found.statement, fingerprint(found.authority).hex())


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
