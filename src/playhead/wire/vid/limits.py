"""Every bound of the format, with its reason (docs/wire/vid.md §9)."""

MAX_HEADER_BODY_BYTES = 64 * 1024
"""File header body: 16 envelopes and 64 tracks with the longest names take less than half of it."""

MAX_RECORD_BODY_BYTES = 8 * 1024 * 1024
"""Record body with its tag: a key frame of a noisy 4K display is about 4 MiB, and a reader must hold one record."""

MAX_SEAL_BODY_BYTES = 1024
"""A SEAL is the one body that keyless readers hold in memory; it takes less than 300 bytes."""

MAX_TRACKS = 64
"""Different tracks in one segment: no desktop has more displays, and a reader keeps state for each."""

MAX_KEYS = 16
"""Key envelopes in one header: recipients that may open the segment."""

MAX_NAME_CHARS = 128
"""A track's name, such as a monitor's connector and model."""

MAX_AGENT_CHARS = 256
"""The agent's login as the operating system tells it."""

MAX_TIME_US = 2**53 - 1
"""Any time in microseconds: exact in a double, so that no reader's number type can change it. Lasts until 2255."""

REORDER_US = 2_000_000
"""How far a record's media time may lie before the newest one: tracks are written as their pieces are finished."""

TAG_BYTES = 16
"""AES-GCM's authentication tag (NIST SP 800-38D §5.2.1.2), at the end of every record body."""

CHAIN_BYTES = 32
"""One link of the hash chain: SHA-256 (FIPS 180-4)."""

DATA_KEY_BYTES = 32
"""AES-256."""
