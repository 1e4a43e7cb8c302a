"""docs/wire/screen.md §4: every field at its bounds and one past them."""

import contextlib
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.screen.ends import ONE_OF_EACH

from playhead.base.errors import ProtocolError
from playhead.wire.screen import messages as m
from playhead.wire.screen.codec import decode_control, encode_control
from playhead.wire.screen.limits import MAX_CONTROL_BYTES, MAX_FIRST_BYTES

CONTROL = [message for message in ONE_OF_EACH if not isinstance(message, m.Records)]
TOP = 2**63 - 1


def packed(message):
    return msgspec.msgpack.encode(message)


def refused(payload):
    with pytest.raises(ProtocolError) as caught:
        decode_control(payload)
    return caught.value.code == "screen.message"


@pytest.mark.parametrize("message", CONTROL, ids=lambda message: type(message).__name__)
def test_round_trip(message):
    assert decode_control(encode_control(message)) == message


def test_there_is_one_of_each():
    assert {type(message) for message in ONE_OF_EACH} == set(m.Message.__args__)


def test_names_and_defaults_on_the_wire():
    assert msgspec.msgpack.decode(encode_control(m.Welcome(1, "hq", b"k" * 32, 5))) == {
        "type": "welcome",
        "version": 1,
        "site": "hq",
        "siteKey": b"k" * 32,
        "wallTimeUs": 5,
    }
    assert msgspec.msgpack.decode(encode_control(m.Ack(3, 9, final=True))) == {
        "type": "ack",
        "channel": 3,
        "offset": 9,
        "final": True,
    }


def change(message, /, **fields):
    return {"type": message.__struct_config__.tag} | msgspec.to_builtins(message, builtin_types=(bytes,)) | fields


BY_NAME = {type(message).__name__: message for message in CONTROL}

LISTENS = {"service": "https", "port": 65535}

ENTRY = {"seq": 1, "atUs": 2, "state": "locked"}

ORDER = {"source": "api", "by": "sue", "lengthMs": 60_000, "any": True}
ASKED = {"source": "agent", "sinceUs": 1}

BOUNDS = [
    # message, field, accepted at the limit, refused past it
    ("Hello", "versions", [[1], [65535] * 16], [[], [0], [65536], [1] * 17]),
    ("Hello", "workstation", ["w", "w" * 63], ["", "w" * 64]),
    ("Hello", "software", ["", "s" * 1024], ["s" * 1025]),
    ("Hello", "user", ["", "ü" * 1024], ["u" * 1025]),
    ("Authority", "certificate", [b"c", b"c" * 8192], [b"", b"c" * 8193]),
    ("Enrol", "code", ["", "c" * 64], ["c" * 65]),
    ("Enrol", "workstation", ["w"], ["", "w" * 64]),
    ("Enrol", "request", [b"r", b"r" * 8192], [b"", b"r" * 8193]),
    ("Enrolled", "certificate", [b"c" * 8192], [b"", b"c" * 8193]),
    ("Enrolled", "authority", [b"c" * 8192], [b"", b"c" * 8193]),
    ("Enrolled", "siteKey", [b"k" * 32], [b"k" * 31, b"k" * 33]),
    ("Welcome", "version", [1, 65535], [0, 65536]),
    ("Welcome", "site", ["s" * 63], ["", "s" * 64]),
    ("Welcome", "siteKey", [b"k" * 32], [b"k" * 31, b"k" * 33]),
    ("Welcome", "wallTimeUs", [0, TOP], [-1, TOP + 1]),
    ("Welcome", "server", [b"", b"p" * 16], [b"p" * 15, b"p" * 17]),
    ("Welcome", "journal", [-1, 0, TOP], [-2, TOP + 1]),
    ("Welcome", "examined", [-1, 0, TOP], [-2, TOP + 1]),
    ("Journal", "entries", [[], [ENTRY] * 64], [[ENTRY] * 65, [{}]]),
    ("Journal", "entries", [[ENTRY | {"seq": TOP}]], [[ENTRY | {"seq": -1}], [ENTRY | {"seq": TOP + 1}]]),
    (
        "Journal",
        "entries",
        [[ENTRY | {"state": "off", "last": True}]],
        [[ENTRY | {"state": "spooled"}], [ENTRY | {"wanted": "no"}]],
    ),
    ("Journal", "entries", [[ENTRY | {"detail": "ü" * 200}]], [[ENTRY | {"detail": "d" * 201}]]),
    ("Journal", "entries", [[ENTRY | {"recording": b"r" * 16}]], [[ENTRY | {"recording": b"r"}]]),
    ("Journal", "heldFromUs", [0, TOP], [-1, TOP + 1]),
    ("JournalAck", "seq", [0, TOP], [-1, TOP + 1]),
    ("Examine", "request", [1, TOP], [0, -1, TOP + 1]),
    ("Examined", "request", [0, TOP], [-1, TOP + 1]),
    ("Examined", "atUs", [0, TOP], [-1, TOP + 1]),
    ("Examined", "report", [b"", b"r" * 98304], [b"r" * 98305, "text"]),
    ("Examined", "code", ["", "c" * 64], ["c" * 65]),
    ("Examined", "message", ["t" * 1024], ["t" * 1025]),
    ("Elsewhere", "recording", [b"r" * 16], [b"", b"r" * 15, b"r" * 17]),
    ("Elsewhere", "segment", [b"s" * 16], [b"", b"s" * 15, b"s" * 17]),
    ("Elsewhere", "server", [b"p" * 16], [b"", b"p" * 15, b"p" * 17]),
    ("Released", "segment", [b"s" * 16], [b"", b"s" * 15, b"s" * 17]),
    ("Backlog", "bytes", [0, TOP], [-1, TOP + 1]),
    ("Pace", "bytesPerS", [0, TOP], [-1, TOP + 1]),
    ("Probe", "versions", [[1], [65535] * 16], [[], [0], [65536], [1] * 17]),
    ("Probe", "answerBytes", [0, 16384], [-1, 16385]),
    ("Probe", "padding", [b"", b"p" * 16384], [b"p" * 16385, "text"]),
    ("Probed", "versions", [[1], [65535] * 16], [[], [0], [65536], [1] * 17]),
    ("Probed", "software", ["", "s" * 1024], ["s" * 1025]),
    ("Probed", "site", ["s" * 63], ["", "s" * 64]),
    ("Probed", "wallTimeUs", [0, TOP], [-1, TOP + 1]),
    ("Probed", "code", ["", "c" * 64], ["c" * 65]),
    ("Probed", "listeners", [[], [LISTENS] * 16], [[LISTENS] * 17, [LISTENS | {"port": 0}], [{"port": 65536}]]),
    ("Probed", "listeners", [[LISTENS | {"service": "s" * 63}]], [[LISTENS | {"certificate": b"c" * 33}]]),
    ("Probed", "padding", [b"", b"p" * 16384], [b"p" * 16385]),
    ("Offer", "channel", [1, 2**32 - 1], [0, 2**32]),
    ("Offer", "recording", [b"r" * 16], [b"", b"r" * 15, b"r" * 17]),
    ("Offer", "segment", [b"s" * 16], [b"", b"s" * 15, b"s" * 17]),
    ("Offer", "header", [b"h", b"h" * 98304], [b"", b"h" * 98305]),
    ("Accept", "channel", [1], [0, 2**32]),
    ("Accept", "offset", [0, TOP], [-1, TOP + 1]),
    ("Decline", "code", ["", "c" * 64], ["c" * 65]),
    ("Decline", "message", ["t" * 1024], ["t" * 1025]),
    ("Ack", "offset", [0, TOP], [-1, TOP + 1]),
    ("End", "size", [0, TOP], [-1, TOP + 1]),
    ("End", "reason", ["sealed", "killed", "disk_full", "lost"], ["", "tired"]),
    ("Command", "id", [0, TOP], [-1, TOP + 1]),
    (
        "Command",
        "name",
        ["start", "stop", "blackout_on", "blackout_off", "live_on", "live_off", "status"],
        ["", "format_disk"],
    ),
    ("Command", "recording", [b"", b"r" * 16], [b"r", b"r" * 15, b"r" * 17]),
    ("Command", "reason", ["t" * 1024], ["t" * 1025]),
    ("Command", "blackout", [{"source": "agent"}, ORDER], [ORDER | {"source": "cat"}, ORDER | {"lengthMs": -1}]),
    ("Command", "blackout", [ORDER | {"by": "ü" * 120}], [ORDER | {"by": "b" * 121}, ORDER | {"label": "l" * 121}]),
    ("Result", "id", [0, TOP], [-1, TOP + 1]),
    ("Result", "code", ["c" * 64], ["c" * 65]),
    ("Result", "message", ["t" * 1024], ["t" * 1025]),
    ("Result", "recording", [b"", b"r" * 16], [b"r", b"r" * 15, b"r" * 17]),
    ("Status", "state", ["idle", "recording", "logged_out", "asleep", "failed"], ["", "happy", "off"]),
    ("Status", "recording", [b"", b"r" * 16], [b"r", b"r" * 17]),
    ("Status", "reason", ["t" * 1024], ["t" * 1025]),
    ("Status", "fps", [0, 0.0, 1000.0], [-0.1, 1000.1, math.nan, math.inf]),
    ("Status", "spoolBytes", [0, TOP], [-1, TOP + 1]),
    ("Status", "monitors", [[], ["m" * 255] * 32], [["m"] * 33, ["m" * 256]]),
    ("Status", "asideSegments", [0, TOP], [-1, TOP + 1]),
    ("Status", "asideBytes", [0, TOP], [-1, TOP + 1]),
    ("Status", "blackouts", [[], [ASKED] * 48], [[ASKED] * 49, [{}], [ASKED | {"source": "cat"}]]),
    ("Status", "blackouts", [[ASKED | {"untilUs": TOP}]], [[ASKED | {"untilUs": -1}], [ASKED | {"sinceUs": TOP + 1}]]),
    ("Status", "blackouts", [[ASKED | {"reason": "r" * 1024}]], [[ASKED | {"reason": "r" * 1025}]]),
    ("Status", "blackoutsExpired", [0, TOP], [-1, TOP + 1]),
    ("Heartbeat", "wallTimeUs", [0, TOP], [-1, TOP + 1]),
    ("Goodbye", "code", ["c" * 64], ["c" * 65]),
    ("Goodbye", "message", ["t" * 1024], ["t" * 1025]),
    ("Goodbye", "retryMs", [0, 86_400_000], [-1, 86_400_001]),
]


@pytest.mark.parametrize(("name", "field", "good", "bad"), BOUNDS, ids=[f"{row[0]}.{row[1]}" for row in BOUNDS])
def test_bounds(name, field, good, bad):
    message = BY_NAME[name]
    for value in good:
        assert type(decode_control(packed(change(message, **{field: value})))) is type(message)
    for value in [*bad, None, {}]:
        assert refused(packed(change(message, **{field: value}))), value


@pytest.mark.parametrize("message", CONTROL, ids=lambda message: type(message).__name__)
def test_fields_without_default_are_required_and_unknown_ones_ignored(message):
    fields = change(message)
    assert decode_control(packed(fields | {"fromTheFuture": [1, {"x": b""}]})) == message
    for info in msgspec.structs.fields(message):
        if info.required:
            assert refused(packed({key: value for key, value in fields.items() if key != info.encode_name}))


@pytest.mark.parametrize(
    "payload",
    [
        b"\x80",
        b"\x01",
        b"\xc0",
        b"\x91\x80",
        b"\xc1",
        b"\x81\xa4type\xa5hello",
        b"\x81\xa4type\xa7records",
        b"\x81\xa4type\xa3xyz",
        b"\x81\xa4type\x01",
        b"\x82\xa4type\xa7inquire",
        packed(m.Inquire()) + b"\x80",
        b"\x82\xa4type\xa7inquire\xa1x" + b"\x91" * 120_000 + b"\x01",
        b"\x82\xa4type\xa7inquire\xa1x\xc6\x7f\xff\xff\xff",
        b"\x82\xa4type\xa9heartbeat\xaawallTimeUs\xcb" + bytes(8),
        b"\x83\xa4type\xa7goodbye\xa4code\xa1\xff\xa7message\xa0",
    ],
    ids=[
        "no type",
        "number",
        "nil",
        "array",
        "reserved byte",
        "no fields",
        "records as control",
        "unknown type",
        "type not text",
        "truncated",
        "bytes after",
        "deep",
        "huge unknown field",
        "float for int",
        "not UTF-8",
    ],
)
def test_malformed_messages_are_refused(payload):
    assert refused(payload)


def test_what_breaks_its_own_bounds_is_ours_to_mend():
    with pytest.raises(AssertionError, match="Goodbye"):
        encode_control(m.Goodbye("c" * 65, ""))
    with pytest.raises(ValueError, match="UUID"):
        m.Command(1, "start", recording=b"short")


def test_the_largest_messages_fit_their_frames():
    offer = m.Offer(2**32 - 1, bytes(16), bytes(16), bytes(98304))
    status = m.Status("recording", bytes(16), "😀" * 1024, 5.0, TOP, ("😀" * 255,) * 32)
    assert max(len(encode_control(offer)), len(encode_control(status))) <= MAX_CONTROL_BYTES
    enrolled = m.Enrolled(bytes(8192), bytes(8192), "s" * 63, bytes(32))
    hello = m.Hello((65535,) * 16, "w" * 63, "😀" * 1024, "😀" * 1024)
    welcome = m.Welcome(65535, "s" * 63, bytes(32), TOP, live=True)
    for message in (enrolled, hello, welcome, m.Enrol("c" * 64, "w" * 63, bytes(8192)), m.Authority(bytes(8192))):
        assert len(encode_control(message)) <= MAX_FIRST_BYTES


@given(st.binary(max_size=200))
def test_garbage_is_a_protocol_error_or_a_message(payload):
    try:
        message = decode_control(payload)
    except ProtocolError as error:
        code, text = error.code, error.message
    else:
        code, text = "screen.message", ""
        assert decode_control(encode_control(message)) == message
    assert code == "screen.message"
    assert len(text) <= 512


@given(st.sampled_from(CONTROL), st.data())
def test_damaged_messages_are_a_protocol_error_or_a_message(message, data):
    payload = bytearray(encode_control(message))
    position = data.draw(st.integers(0, len(payload) - 1))
    payload[position] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ProtocolError):
        decode_control(payload)
