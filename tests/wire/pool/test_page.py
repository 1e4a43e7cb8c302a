"""docs/wire/pool.md says what the code does: its frames, limits, times and codes."""

import re
from pathlib import Path

import pytest

from playhead.wire.pool import Urgency, limits
from playhead.wire.pool.frames import MAX_PAYLOAD, OF_LINK, FrameType

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "wire" / "pool.md").read_text()
SOURCES = [
    path.read_text()
    for folder in ("wire/pool", "net/pool")
    for path in (ROOT / "src" / "playhead" / folder).glob("*.py")
]


def rows(title):
    text = re.search(rf"^## {title}.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_every_frame_and_its_longest_payload():
    listed = {row[1]: row for row in rows("2. Frames")[2:]}
    assert set(listed) == set(FrameType.__members__)
    for kind in FrameType:
        number, name, stream, _, payload = listed[kind.name]
        assert (int(number), name) == (kind, kind.name)
        assert (stream == "0") == (kind in OF_LINK)
        if "a code" in payload:
            assert MAX_PAYLOAD[kind] == limits.MAX_CODE_BYTES
        else:
            assert MAX_PAYLOAD[kind] == int(payload.split()[-1] if payload != "–" else 0)


def test_every_class():
    listed = {row[1]: int(row[0]) for row in rows("5. Streams")[2:]}
    assert listed == {urgency.name.lower(): urgency for urgency in Urgency}


def test_every_code_and_no_others():
    used = set(re.findall(r'"(pool\.[a-z_]+)"', "".join(SOURCES)))
    local = {
        "pool.closed",
        "pool.failed",
        "pool.http",
        "pool.no_link",
        "pool.outgoing",
        "pool.proxy",
        "pool.refused",
        "pool.stream_over",
        "pool.streams_ahead",
        "pool.unanswered",
        "pool.unavailable",
    }
    assert set(re.findall(r"`(pool\.[a-z_]+)`", PAGE)) == used - local


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("up to 8 **links**", limits.MAX_LINKS == 8),
        ("at most 8192", limits.MAX_STREAMS == 8192),
        ("for 2.5 s", limits.PING_IDLE_US == 2_500_000),
        ("for 1 s", limits.PING_BUSY_US == 1_000_000),
        ("After 2 s more", limits.DOUBT_US == 2_000_000),
        ("or three round trips", limits.DOUBT_ROUND_TRIPS == 3),
        ("After 10 s it is", limits.SILENCE_US == 10_000_000),
        ("at most 10 s", limits.HANDSHAKE_US == 10_000_000),
        ("with 16 KiB", limits.ACK_BYTES == 16 * 1024),
        ("within 20 ms", limits.ACK_DELAY_US == 20_000),
        ("at most 65536 bytes", limits.MAX_FIRST_BYTES == 65536),
        ("text ≤ 64", limits.MAX_KIND_CHARACTERS == 64),
        ("bytes ≤ 16128", limits.MAX_OPENING_BYTES - 256 == 16128),
        ("`pool.memory`: 64 MiB", limits.MEMORY_BYTES == 64 * 2**20),
        ("between 64 KiB and 16 MiB", (limits.INITIAL_WINDOW_BYTES, limits.MAX_WINDOW_BYTES) == (2**16, 2**24)),
        ("four round trips", limits.WINDOW_ROUNDS == 4),
        ("5 % of", limits.FLOOR_SHARE == 0.05),
        ("for 10 ms, up to 64 KiB", (limits.SPARSE_IDLE_US, limits.SPARSE_BYTES) == (10_000, 2**16)),
        ("about 3 ms each", limits.QUANTUM_US == 3_000),
        ("(16 KiB to 1 MiB, 192 KiB", (limits.QUANTUM_BYTES_MIN, limits.QUANTUM_BYTES_MIXED) == (2**14, 192 * 1024)),
        ("within 50 ms", limits.MIXED_US == 50_000),
        ("`1.2 × rate", limits.FLIGHT_GAIN == 1.2),
        ("+ 16 KiB`", limits.FLIGHT_SLACK_BYTES == 2**14),
        ("of twelve round trips", limits.RATE_ROUNDS == 12),
        ("the factor is 2", limits.STARTUP_GAIN == 2),
        ("older than 10 s", limits.ROUND_TRIP_AGE_US == 10_000_000),
        ("kept for 60 s", limits.RESUME_US == 60_000_000),
        ("is 65536 streams ahead", limits.MAX_STREAMS_AHEAD == 65536),
        ("more than 4096 pieces", limits.MAX_EARLY_PIECES == 4096),
        ("16384 small frames", limits.MAX_QUEUED_FRAMES == 16384),
        ("64 MiB sent and not acknowledged", limits.RETAINED_BYTES_MAX == 64 * 2**20),
    ],
)
def test_every_limit(text, value):
    assert text in re.sub(r"\s+", " ", PAGE)
    assert value
