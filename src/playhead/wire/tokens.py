"""Tokens: who may do what to which recording until when, signed by the site (docs/services/tokens.md).

A token is a JSON Web Token (RFC 7519) in JWS compact serialization (RFC 7515 §7.1), signed by Ed25519 under the
algorithm name ``Ed25519`` (RFC 9864; the older name ``EdDSA`` leaves the curve open and is deprecated). Following
RFC 8725 the algorithm is fixed, the type is explicit in ``typ``, and audience, issuer and times are always checked.
Time, ids and keys are arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import CompactSignature

from playhead.base.errors import InvalidInputError, RefusedError
from playhead.base.ids import RecordingId, SiteId, UserId

TOKEN_CHARS_MAX: Final = 2_048
"""Longer text is no token of ours, which take about 500, and is not looked into."""

LEEWAY_S: Final = 5
"""How far the clocks of issuer and verifier may differ (RFC 7519 §4.1.4: "a few minutes" at most)."""

ALGORITHM: Final = "Ed25519"
_ALGORITHMS: Final = [ALGORITHM]


class Audience(StrEnum):
    """What a token is for; it opens nothing else."""

    MEDIA = "media"
    """The bytes of one recording."""
    API = "api"
    """The HTTP API, for a program of the operator's."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    audience: Audience
    user: UserId
    id: str
    """``jti``: names the token in the audit log."""
    issued_at_s: int
    expires_at_s: int
    recording: RecordingId | None = None
    actions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that new tokens are signed with, and the ``kid`` it is found by."""

    id: str
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"SigningKey(id={self.id!r})"


VerifyingKeys = Mapping[str, Ed25519PublicKey]
"""Public keys by ``kid``: the one in use and those before it whose tokens have not all expired."""


class _Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    iss: Annotated[str, msgspec.Meta(max_length=63)]
    aud: Audience
    sub: Annotated[str, msgspec.Meta(max_length=63)]
    jti: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    iat: Annotated[int, msgspec.Meta(ge=0)]
    exp: Annotated[int, msgspec.Meta(ge=0)]
    rec: Annotated[str, msgspec.Meta(max_length=36)] = ""
    act: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=32)], ...], msgspec.Meta(max_length=16)] = ()


_DECODER = msgspec.json.Decoder(_Payload)


def key_id(public: Ed25519PublicKey) -> str:
    """The ``kid`` of a key: its JWK thumbprint by SHA-256 (RFC 7638 §3, RFC 8037 §2)."""
    return OKPKey.import_key(public).thumbprint()


def key_set(keys: VerifyingKeys) -> dict[str, list[dict[str, str]]]:
    """The public keys as a JWK Set (RFC 7517 §5)."""
    rows: list[dict[str, str]] = []
    for identifier, public in keys.items():
        known = OKPKey.import_key(public).as_dict(private=False)
        rows.append(
            {"kty": "OKP", "crv": "Ed25519", "x": str(known["x"]), "kid": identifier, "use": "sig", "alg": ALGORITHM}
        )
    return {"keys": rows}


def sign(claims: Claims, key: SigningKey, *, issuer: SiteId) -> str:
    """The token of some claims."""
    payload = _Payload(
        iss=str(issuer),
        aud=claims.audience,
        sub=str(claims.user),
        jti=claims.id,
        iat=claims.issued_at_s,
        exp=claims.expires_at_s,
        rec="" if claims.recording is None else str(claims.recording),
        act=tuple(sorted(claims.actions)),
    )
    header = {"typ": _type_of(claims.audience), "alg": ALGORITHM, "kid": key.id}
    return jws.serialize_compact(header, msgspec.json.encode(payload), OKPKey.import_key(key.private), _ALGORITHMS)


def verify(token: str, keys: VerifyingKeys, *, audience: Audience, issuer: SiteId, now_s: int) -> Claims:
    """The claims of a token that is valid now, for this audience, from this site.

    Args:
        token: what somebody sent.
        keys: of the site.
        audience: what it is presented for.
        issuer: our site.
        now_s: Unix time in seconds.

    Raises:
        RefusedError: ``token.malformed``, ``token.unknown_key``, ``token.signature``, ``token.audience``,
            ``token.issuer``, ``token.expired``, ``token.not_yet``.
    """
    signature = _parsed(token)
    public = keys.get(str(signature.headers().get("kid", "")))
    if public is None:
        raise RefusedError("token.unknown_key", "The token is signed by a key that this site does not use.")
    try:
        if not jws.validate_compact(signature, OKPKey.import_key(public), _ALGORITHMS):
            raise BadSignatureError
    except JoseError as error:
        raise RefusedError("token.signature", "The token is not signed by this site.") from error
    if signature.headers().get("typ") != _type_of(audience):
        raise RefusedError("token.audience", f"The token is not for {audience}.")
    claims, origin = _claims(signature.payload)
    if claims.audience != audience:
        raise RefusedError("token.audience", f"The token is for {claims.audience}, not for {audience}.")
    if origin != str(issuer):
        raise RefusedError("token.issuer", "The token is of another site.")
    if now_s >= claims.expires_at_s + LEEWAY_S:
        raise RefusedError("token.expired", "The token has expired.", hint="Ask for a new one.")
    if now_s < claims.issued_at_s - LEEWAY_S:
        raise RefusedError("token.not_yet", "The token comes from the future.", hint="Set the clocks right.")
    return claims


def _type_of(audience: Audience) -> str:
    """Explicit typing (RFC 8725 §3.11)."""
    return f"playhead-{audience}+jwt"


def _parsed(token: str) -> CompactSignature:
    malformed = RefusedError("token.malformed", "This is not a token.")
    if len(token) > TOKEN_CHARS_MAX or not token.isascii():
        raise malformed
    try:
        return jws.extract_compact(token.encode("ascii"))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise malformed from error


def _claims(payload: bytes) -> tuple[Claims, str]:
    try:
        found = _DECODER.decode(payload)
        recording = RecordingId.parse(found.rec) if found.rec else None
        user = UserId(found.sub)
    except (msgspec.MsgspecError, InvalidInputError, RecursionError) as error:
        raise RefusedError("token.malformed", "The token lacks what a token must say.") from error
    return Claims(found.aud, user, found.jti, found.iat, found.exp, recording, frozenset(found.act)), found.iss
