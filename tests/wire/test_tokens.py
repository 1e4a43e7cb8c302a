"""Tokens: what they say survives the trip; anything else about them is refused with its own code."""

import base64
import json
from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import RefusedError
from playhead.base.ids import RecordingId, SiteId, UserId
from playhead.wire.tokens import (
    LEEWAY_S,
    TOKEN_CHARS_MAX,
    Audience,
    Claims,
    SigningKey,
    key_id,
    key_set,
    sign,
    verify,
)

SITE = SiteId("site")
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = SigningKey(key_id(PRIVATE.public_key()), PRIVATE)
KEYS = {KEY.id: PRIVATE.public_key()}
NOW_S = 1_700_000_000
CLAIMS = Claims(
    Audience.MEDIA,
    UserId("jane"),
    "jti-1",
    NOW_S,
    NOW_S + 60,
    RecordingId(UUID(int=7)),
    frozenset({"play"}),
)


def check(token: str, *, audience: Audience = Audience.MEDIA, issuer: SiteId = SITE, now_s: int = NOW_S) -> Claims:
    return verify(token, KEYS, audience=audience, issuer=issuer, now_s=now_s)


def refusal(token: str, **arguments) -> str:
    with pytest.raises(RefusedError) as caught:
        check(token, **arguments)
    return caught.value.code


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_what_was_signed_is_what_is_read():
    assert check(sign(CLAIMS, KEY, issuer=SITE)) == CLAIMS


def test_a_token_without_a_recording_says_so():
    claims = replace(CLAIMS, audience=Audience.API, recording=None, actions=frozenset())
    assert check(sign(claims, KEY, issuer=SITE), audience=Audience.API) == claims


def test_key_id_is_the_thumbprint_of_rfc_8037_appendix_a_3():
    text = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text))
    assert key_id(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_key_set_tells_nothing_private():
    (row,) = key_set(KEYS)["keys"]
    assert set(row) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert row["kid"] == KEY.id


def test_lives_until_its_end_and_the_leeway_and_not_a_second_longer():
    token = sign(CLAIMS, KEY, issuer=SITE)
    check(token, now_s=NOW_S + 60 + LEEWAY_S - 1)
    assert refusal(token, now_s=NOW_S + 60 + LEEWAY_S) == "token.expired"
    check(token, now_s=NOW_S - LEEWAY_S)
    assert refusal(token, now_s=NOW_S - LEEWAY_S - 1) == "token.not_yet"


def test_another_audience_is_refused():
    assert refusal(sign(CLAIMS, KEY, issuer=SITE), audience=Audience.API) == "token.audience"


def test_another_site_is_refused():
    assert refusal(sign(CLAIMS, KEY, issuer=SiteId("elsewhere"))) == "token.issuer"


def test_a_key_of_another_site_is_refused_under_its_own_name_and_under_ours():
    foreign = Ed25519PrivateKey.generate()
    assert refusal(sign(CLAIMS, SigningKey(key_id(foreign.public_key()), foreign), issuer=SITE)) == "token.unknown_key"
    assert refusal(sign(CLAIMS, SigningKey(KEY.id, foreign), issuer=SITE)) == "token.signature"


def test_an_old_key_still_verifies_after_rotation():
    newer = Ed25519PrivateKey.generate()
    keys = {**KEYS, key_id(newer.public_key()): newer.public_key()}
    token = sign(CLAIMS, KEY, issuer=SITE)
    assert verify(token, keys, audience=Audience.MEDIA, issuer=SITE, now_s=NOW_S) == CLAIMS


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "playhead-media+jwt", "alg": "none", "kid": KEY.id},
        {"typ": "playhead-media+jwt", "alg": "HS256", "kid": KEY.id},
        {"typ": "playhead-media+jwt", "alg": "EdDSA", "kid": KEY.id},
        {"typ": "playhead-media+jwt", "alg": "Ed25519", "kid": KEY.id, "crit": ["x"], "x": 1},
        {"typ": "playhead-media+jwt", "kid": KEY.id},
        {"typ": "playhead-media+jwt", "alg": "Ed25519", "kid": ["a"]},
        {"typ": "playhead-media+jwt", "alg": ["Ed25519"], "kid": KEY.id},
        [],
        "text",
    ],
)
def test_headers_that_are_not_ours_are_refused(header):
    _, payload, signature = sign(CLAIMS, KEY, issuer=SITE).split(".")
    for tail in (signature, ""):
        assert refusal(f"{b64(header)}.{payload}.{tail}") in {"token.malformed", "token.signature", "token.unknown_key"}


def test_a_well_signed_payload_that_says_too_little_is_refused():
    from joserfc import jws  # noqa: PLC0415 - only this test forges
    from joserfc.jwk import OKPKey  # noqa: PLC0415

    header = {"typ": "playhead-media+jwt", "alg": "Ed25519", "kid": KEY.id}
    whole = {"iss": "site", "aud": "media", "sub": "jane", "jti": "a", "iat": NOW_S, "exp": NOW_S + 60}
    for missing in whole:
        payload = json.dumps({key: value for key, value in whole.items() if key != missing})
        token = jws.serialize_compact(header, payload, OKPKey.import_key(PRIVATE), ["Ed25519"])
        assert refusal(token) == "token.malformed"
    for change in ({"sub": "Not A User"}, {"rec": "x"}, {"exp": "soon"}, {"act": "play"}, {"iat": -1}):
        token = jws.serialize_compact(header, json.dumps(whole | change), OKPKey.import_key(PRIVATE), ["Ed25519"])
        assert refusal(token) == "token.malformed"


def test_length_is_limited():
    token = sign(CLAIMS, KEY, issuer=SITE)
    assert refusal(token + "A" * (TOKEN_CHARS_MAX - len(token))) != ""
    assert refusal("A" * (TOKEN_CHARS_MAX + 1)) == "token.malformed"


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
def test_garbage_is_refused_and_never_crashes(text):
    assert refusal(text).startswith("token.")


@given(st.data())
def test_any_change_of_one_character_is_refused(data):
    token = sign(CLAIMS, KEY, issuer=SITE)
    place = data.draw(st.integers(0, len(token) - 2))  # the last one has bits that base64url does not use
    other = data.draw(st.sampled_from("ABCwxyz0129-_.~"))
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        assert refusal(changed).startswith("token.")


def test_private_keys_do_not_show():
    assert repr(KEY) == f"SigningKey(id={KEY.id!r})"
