"""How both ends of a link prove who they are where there is no TLS (docs/wire/pool.md §10).

By the scheme ``Playhead-Key`` of HTTP authentication (RFC 9110 §11): each end shows its certificate, and with its key
(Ed25519, RFC 8032) signs what both have made by chance. That proves who is there at the beginning and nothing of what
comes after it. Challenges and the time are given from outside.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from playhead.base.errors import RefusedError
from playhead.wire.pki import holder_of, key_of, validity_of
from playhead.wire.pool.classes import Role

SCHEME: Final = "Playhead-Key"
CHALLENGE_BYTES: Final = 32
_PARAMETER: Final = re.compile(r'([a-z]+)="([A-Za-z0-9_=-]{1,8192})"')


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an end proves itself with."""

    key: Ed25519PrivateKey
    certificate: bytes
    """Its own, DER."""
    authority: bytes
    """That has signed both ends' certificates, DER."""


class Challenger:
    """The end that accepts.

    Args:
        own: its credentials.
        challenge: 32 bytes made by chance for this connection.
        now_us: wall time, microseconds since 1970.
    """

    def __init__(self, own: Credentials, challenge: bytes, now_us: int) -> None:
        self._own = own
        self._challenge = challenge
        self._now_us = now_us

    @property
    def challenge(self) -> str:
        """For ``WWW-Authenticate``."""
        return f"{SCHEME} {_written(challenge=self._challenge, certificate=self._own.certificate)}"

    def check(self, authorization: str) -> tuple[bytes, str]:
        """Who answers the challenge, by its certificate (DER), and the words for ``Authentication-Info``.

        Raises:
            RefusedError: ``pool.proof``.
        """
        said = _read(authorization, "certificate", "challenge", "signature")
        certificate, theirs = said["certificate"], said["challenge"]
        key = _checked(certificate, self._own.authority, self._now_us)
        both = (self._challenge, theirs, self._own.certificate, certificate)
        _verify(key, said["signature"], _signed(Role.DIALER, *both))
        return certificate, _written(signature=self._own.key.sign(_signed(Role.ACCEPTOR, *both)))


class Prover:
    """The end that dials.

    Args:
        own: its credentials.
        challenge: 32 bytes made by chance for this connection.
        now_us: wall time, microseconds since 1970.
    """

    def __init__(self, own: Credentials, challenge: bytes, now_us: int) -> None:
        self._own = own
        self._challenge = challenge
        self._now_us = now_us
        self._expected: tuple[Ed25519PublicKey, bytes] | None = None

    def answer(self, challenge: str) -> str:
        """The words for ``Authorization``, given those of ``WWW-Authenticate``.

        Raises:
            RefusedError: ``pool.proof``.
        """
        said = _read(challenge, "challenge", "certificate")
        certificate = said["certificate"]
        key = _checked(certificate, self._own.authority, self._now_us)
        if holder_of(certificate) != holder_of(self._own.authority):
            raise _refused("the certificate is not the cloud's own")
        both = (said["challenge"], self._challenge, certificate, self._own.certificate)
        self._expected = (key, _signed(Role.ACCEPTOR, *both))
        signature = self._own.key.sign(_signed(Role.DIALER, *both))
        words = _written(certificate=self._own.certificate, challenge=self._challenge, signature=signature)
        return f"{SCHEME} {words}"

    def check(self, info: str) -> None:
        """Whether the other end proves itself, too, by ``Authentication-Info``.

        Raises:
            RefusedError: ``pool.proof``.
        """
        if self._expected is None:
            raise _refused("it has not asked who is here")
        key, text = self._expected
        _verify(key, _read(info, "signature")["signature"], text)


def _signed(role: Role, acceptors: bytes, dialers: bytes, certificate: bytes, other: bytes) -> bytes:
    """What an end signs: which end it is, both challenges, and both certificates."""
    hashes = hashlib.sha256(certificate).digest() + hashlib.sha256(other).digest()
    return f"playhead-pool/1 {role.name}\0".encode() + acceptors + dialers + hashes


def _written(**values: bytes) -> str:
    return ", ".join(f'{name}="{base64.urlsafe_b64encode(value).decode()}"' for name, value in values.items())


def _read(text: str, *names: str) -> dict[str, bytes]:
    try:
        said = {name: base64.urlsafe_b64decode(value) for name, value in _PARAMETER.findall(text)}
    except binascii.Error:
        raise _refused("what it says cannot be understood") from None
    if not said.keys() >= set(names) or len(said.get("challenge", bytes(CHALLENGE_BYTES))) != CHALLENGE_BYTES:
        raise _refused("what it says cannot be understood")
    return said


def _checked(certificate: bytes, authority: bytes, now_us: int) -> Ed25519PublicKey:
    """The key in a certificate of the authority that holds now."""
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(authority))
        key, validity = key_of(certificate), validity_of(certificate)
    except (ValueError, TypeError, InvalidSignature):
        key, validity = None, None
    if key is None or validity is None:
        raise _refused("its certificate is of another authority")
    if not validity.not_before_us <= now_us <= validity.not_after_us:
        raise _refused("its certificate does not hold now, by this clock")
    return key


def _verify(key: Ed25519PublicKey, signature: bytes, text: bytes) -> None:
    try:
        key.verify(signature, text)
    except InvalidSignature:
        raise _refused("it has not the key of its certificate") from None


def _refused(why: str) -> RefusedError:
    hint = "Are the clocks of both machines right? Otherwise enrol again."
    return RefusedError("pool.proof", f"The other end does not prove who it is: {why}.", hint=hint)
