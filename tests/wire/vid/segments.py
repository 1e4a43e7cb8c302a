"""Small segments without media, quick to make and to damage."""

from playhead.testing.vid import make_header, signing_key, site_key
from playhead.wire import vid
from playhead.wire.vid import Flag, Kind

RECORDS = (
    {"kind": Kind.INIT, "track": 1, "body": b"init one"},
    {"kind": Kind.PIECE, "track": 1, "flags": Flag.KEY, "span_us": 400_000, "body": b"piece one"},
    {"kind": Kind.MARKER, "media_time_us": 300_000, "body": b'{"code":"a.b"}'},
    {"kind": Kind.INIT, "track": 2, "media_time_us": 350_000, "body": b"init two"},
    {"kind": Kind.PIECE, "track": 2, "flags": Flag.KEY, "media_time_us": 350_000, "span_us": 10_000, "body": b"two"},
    {"kind": Kind.PIECE, "track": 1, "media_time_us": 400_000, "span_us": 900_000, "body": bytes(100)},
    {"kind": Kind.HEARTBEAT, "media_time_us": 1_500_000},
)


def start(seed="small"):
    header, data_key = make_header(seed, tracks=("one", "two"))
    return vid.Writer(header, data_key, signing_key()), header, data_key


def small(records=RECORDS, *, sealed=True, seed="small"):
    """The bytes of a segment of these records, its header and its data key."""
    writer, header, data_key = start(seed)
    data = writer.start()
    for number, fields in enumerate(records):
        data += writer.record(**{"media_time_us": 0, "wall_time_us": 1_000 + number, **fields})
    if sealed:
        data += writer.seal(writer.covered_us, 2_000)
    return data, header, data_key


def reader(data):
    """``read_at`` over bytes."""
    return lambda size, offset: data[offset : offset + size]


def scan(data):
    """A scanner that was fed ``data``, and what it found."""
    scanner = vid.Scanner()
    return scanner, scanner.feed(data)


__all__ = ["RECORDS", "reader", "scan", "signing_key", "site_key", "small", "start"]
