from dataclasses import replace

import pytest
from wire.vid import reference

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, InvalidInputError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.testing.vid import make_header, site_key
from playhead.wire import vid

HEADER, DATA_KEY = make_header()


def test_the_site_opens_what_was_sealed_for_it():
    assert vid.open_data_key(HEADER, site_key()) == DATA_KEY


def test_an_independent_hpke_opens_it_too():
    body = {
        "recording": str(HEADER.recording),
        "segment": str(HEADER.segment),
        "signer": reference.base64url(HEADER.signer),
        "keys": [
            {"recipient": key.recipient, "suite": key.suite, "sealed": reference.base64url(key.sealed)}
            for key in HEADER.keys
        ],
    }
    assert reference.open_envelope(body, site_key()) == DATA_KEY


def test_another_site_is_refused():
    with pytest.raises(RefusedError) as caught:
        vid.open_data_key(HEADER, site_key("another"))
    assert caught.value.code == "vid.recipient"


@pytest.mark.parametrize(
    "moved",
    [
        {"recording": RecordingId.new(SystemClock())},
        {"segment": SegmentId.new(SystemClock())},
        {"signer": bytes(32)},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_an_envelope_cannot_be_moved_to_another_segment(moved):
    with pytest.raises(CorruptError) as caught:
        vid.open_data_key(replace(HEADER, **moved), site_key())
    assert caught.value.code == "vid.envelope"


def test_every_byte_of_an_envelope_counts():
    (key,) = HEADER.keys
    assert len(key.sealed) == 32 + 32 + 16
    damaged = [key.sealed[:at] + bytes([key.sealed[at] ^ 1]) + key.sealed[at + 1 :] for at in range(len(key.sealed))]
    for sealed in [*damaged, b"", key.sealed[:-1], key.sealed + b"\0", bytes(80)]:
        with pytest.raises(CorruptError) as caught:
            vid.open_data_key(replace(HEADER, keys=(replace(key, sealed=sealed),)), site_key())
        assert caught.value.code == "vid.envelope"


def test_an_envelope_that_holds_something_else_is_refused():
    for size in (0, 16, 31, 33):
        made = reference.envelope(
            bytes(size),
            site_key().public_key().public_bytes_raw(),
            recording=HEADER.recording.bytes,
            segment=HEADER.segment.bytes,
            signer=HEADER.signer,
            ephemeral=site_key("ephemeral"),
        )
        key = vid.Envelope(made["recipient"], made["suite"], reference.unbase64url(made["sealed"]))
        with pytest.raises(CorruptError):
            vid.open_data_key(replace(HEADER, keys=(key,)), site_key())


def test_envelopes_of_unknown_suites_and_recipients_are_passed_over():
    (key,) = HEADER.keys
    others = (replace(key, suite="HPKE-FFFF"), replace(key, recipient="0" * 64))
    assert vid.open_data_key(replace(HEADER, keys=(*others, key)), site_key()) == DATA_KEY
    with pytest.raises(RefusedError):
        vid.open_data_key(replace(HEADER, keys=others), site_key())


@pytest.mark.parametrize(
    ("data_key", "public"), [(bytes(31), bytes(32)), (bytes(32), bytes(31)), (bytes(32), bytes(32))]
)
def test_unusable_keys_are_refused_when_sealing(data_key, public):
    with pytest.raises(InvalidInputError):
        vid.seal_data_key(data_key, public, recording=HEADER.recording, segment=HEADER.segment, signer=HEADER.signer)
