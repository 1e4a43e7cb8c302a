import json
from base64 import b64decode
from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from store.erasure.world import AUTHORITY, SITE, recording_id

from playhead.base.errors import CorruptError, InvalidInputError, RefusedError
from playhead.base.ids import SegmentId
from playhead.store.catalogue.erasures import ErasedSegment, Erasure
from playhead.store.erasure.certificate import Certificate, check_authority, read_certificate, sign_certificate
from playhead.wire.pki import create_authority, fingerprint

ERASURE = Erasure(
    id=0,
    recording=recording_id(7),
    workstation="desk-1",
    agent="CORP\\Zoë",
    started_at_us=1_800_000_000_000_001,
    length_us=90_000_000,
    by="sue",
    reason="Art. 17 „Löschung“",
    rule="",
    decided_at_us=1_800_000_100_000_000,
    size_bytes=4188,
    segments=(
        ErasedSegment(
            segment=SegmentId(UUID(int=8)),
            location="2027/01/15/x.vid",
            started_at_us=1_800_000_000_000_001,
            covered_us=1_500_001,
            size_bytes=4188,
            chain=bytes(range(32)),
            keys=("ab" * 32,),
        ),
    ),
    shredded_at_us=1_800_000_101_000_000,
)
CERTIFICATE = Certificate(str(SITE), ERASURE, "12:" + "00" * 32)


def test_says_again_what_it_was_told():
    verified = read_certificate(sign_certificate(CERTIFICATE, AUTHORITY))
    assert verified.certificate == CERTIFICATE
    assert verified.authority == fingerprint(AUTHORITY.certificate).hex()


def test_can_be_verified_by_the_description_alone():
    document = json.loads(sign_certificate(CERTIFICATE, AUTHORITY))
    said = json.dumps(document["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    signed = b"playhead erasure certificate 1\n" + said.encode()
    AUTHORITY.key.public_key().verify(b64decode(document["signature"]), signed)
    with pytest.raises(InvalidSignature):
        AUTHORITY.key.public_key().verify(b64decode(document["signature"]), signed + b" ")


def test_another_order_and_spacing_is_the_same_document():
    document = json.loads(sign_certificate(CERTIFICATE, AUTHORITY))
    document["certificate"] = dict(reversed(document["certificate"].items()))
    assert read_certificate(json.dumps(document, indent=2)).certificate == CERTIFICATE


@pytest.mark.parametrize(
    ("name", "value"),
    [("by", "eve"), ("reason", ""), ("bytes", 0), ("keysDestroyedAt", "2020-01-01T00:00:00Z"), ("segments", [])],
)
def test_a_change_is_noticed(name, value):
    document = json.loads(sign_certificate(CERTIFICATE, AUTHORITY))
    document["certificate"][name] = value
    with pytest.raises(CorruptError) as caught:
        read_certificate(json.dumps(document))
    assert caught.value.code == "erasure.signature"


def test_another_authority_is_told():
    other = create_authority(SITE, Ed25519PrivateKey.generate(), serial=2, now_us=1_800_000_000_000_000)
    verified = read_certificate(sign_certificate(CERTIFICATE, other))
    with pytest.raises(RefusedError) as caught:
        check_authority(verified, fingerprint(AUTHORITY.certificate).hex())
    assert caught.value.code == "erasure.authority"
    check_authority(verified, fingerprint(other.certificate).hex())


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda document: {**document, "more": 1},
        lambda document: {**document, "authority": "AAAA"},
        lambda document: {**document, "certificate": {}},
        lambda document: {**document, "certificate": {**document["certificate"], "form": "another 1"}},
        lambda document: {**document, "certificate": {**document["certificate"], "decidedAt": "yesterday"}},
        lambda document: {**document, "certificate": {**document["certificate"], "recording": "7"}},
    ],
)
def test_what_is_no_certificate_is_said(change):
    document = json.loads(sign_certificate(CERTIFICATE, AUTHORITY))
    with pytest.raises(InvalidInputError) as caught:
        read_certificate(json.dumps(change(document)))
    assert caught.value.code == "erasure.malformed"


@pytest.mark.parametrize("text", ["", "{", "null", "\xff", "[" * 100_000])
def test_neither_is_garbage(text):
    with pytest.raises(InvalidInputError):
        read_certificate(text.encode("latin-1"))


def test_a_recording_without_files_has_one_too():
    bare = replace(CERTIFICATE, erasure=replace(ERASURE, segments=(), size_bytes=0))
    assert read_certificate(sign_certificate(bare, AUTHORITY)).certificate == bare
