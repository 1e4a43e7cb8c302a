"""The sealed-record file format ``.vid`` (docs/wire/vid.md): one file per segment, the same bytes everywhere.

`Writer` makes it, `Scanner` checks it without keys as it arrives, `walk` indexes it, `open_record` decrypts one
record, `verify` says whether a whole file is what its workstation recorded.
"""

from playhead.wire.vid.envelope import SUITE, open_data_key, recipient_of, regrant, seal_data_key
from playhead.wire.vid.header import (
    MAGIC,
    PREFIX_BYTES,
    VERSION,
    Envelope,
    Header,
    Track,
    decode_header,
    encode_header,
    header_size,
)
from playhead.wire.vid.limits import (
    CHAIN_BYTES,
    DATA_KEY_BYTES,
    MAX_AGENT_CHARS,
    MAX_HEADER_BODY_BYTES,
    MAX_KEYS,
    MAX_NAME_CHARS,
    MAX_RECORD_BODY_BYTES,
    MAX_TIME_US,
    MAX_TRACKS,
    REORDER_US,
    TAG_BYTES,
)
from playhead.wire.vid.order import Order, OrderState
from playhead.wire.vid.reading import Glance, ReadAt, glance, open_at, read_header, walk
from playhead.wire.vid.record import RECORD_HEADER_BYTES, RECORD_OVERHEAD_BYTES, Flag, Kind, RecordHeader, open_record
from playhead.wire.vid.scanner import Scanned, Scanner, ScanState
from playhead.wire.vid.verify import Verification, verify
from playhead.wire.vid.writer import Writer

__all__ = [
    "CHAIN_BYTES",
    "DATA_KEY_BYTES",
    "MAGIC",
    "MAX_AGENT_CHARS",
    "MAX_HEADER_BODY_BYTES",
    "MAX_KEYS",
    "MAX_NAME_CHARS",
    "MAX_RECORD_BODY_BYTES",
    "MAX_TIME_US",
    "MAX_TRACKS",
    "PREFIX_BYTES",
    "RECORD_HEADER_BYTES",
    "RECORD_OVERHEAD_BYTES",
    "REORDER_US",
    "SUITE",
    "TAG_BYTES",
    "VERSION",
    "Envelope",
    "Flag",
    "Glance",
    "Header",
    "Kind",
    "Order",
    "OrderState",
    "ReadAt",
    "RecordHeader",
    "ScanState",
    "Scanned",
    "Scanner",
    "Track",
    "Verification",
    "Writer",
    "decode_header",
    "encode_header",
    "glance",
    "header_size",
    "open_at",
    "open_data_key",
    "open_record",
    "read_header",
    "recipient_of",
    "regrant",
    "seal_data_key",
    "verify",
    "walk",
]
