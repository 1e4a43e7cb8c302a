"""The tables of keeping and destroying: see `playhead.store.catalogue.schema`, of which they are a part."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from playhead.base.ids import RecordingId, SegmentId
from playhead.store.catalogue.schema_base import metadata, serial
from playhead.store.catalogue.types import UniqueIdType

# How long recordings are kept: the rules in their order (`playhead.domain.retention`), and what holds beside them.
retention_rules = Table(
    "retention_rules",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", String(63), nullable=False),
    Column("name", String(64), nullable=False),
    # Null for ever.
    Column("days", Integer),
    Column("agents", JSON, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("states", JSON, nullable=False),
)

# One row: the rest of the policy, and how many recordings somebody has confirmed that the next run may take.
retention = Table(
    "retention",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("default_days", Integer),
    Column("confirmed", Integer),
    Column("confirmed_by", Text),
    Column("confirmed_at_us", BigInteger),
)

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("id", serial, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("held", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    # Recordings that it found due and left, because nobody had confirmed so many.
    Column("waiting", Integer, nullable=False),
    sqlite_autoincrement=True,
)

# What was erased, or is being: kept when the recording is gone.
erasures = Table(
    "erasures",
    metadata,
    Column("id", serial, primary_key=True),
    Column("recording_id", UniqueIdType(RecordingId), nullable=False),
    Column("workstation", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("started_at_us", BigInteger, nullable=False),
    Column("length_us", BigInteger, nullable=False),
    # A user, `operator`, or `policy`; and the rule of the policy.
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("decided_at_us", BigInteger, nullable=False),
    # `begun`, `shredded`, `removed`.
    Column("phase", String(8), nullable=False),
    Column("shredded_at_us", BigInteger),
    Column("removed_at_us", BigInteger),
    Column("bytes", BigInteger, nullable=False),
    Column("certificate", Text, nullable=False),
    Index("uq_erasures_recording_id", "recording_id", unique=True),
    Index(None, "phase", "id"),
    sqlite_autoincrement=True,
)

erasure_segments = Table(
    "erasure_segments",
    metadata,
    Column("segment_id", UniqueIdType(SegmentId), primary_key=True),
    Column("erasure_id", serial, ForeignKey("erasures.id", ondelete="CASCADE"), nullable=False),
    Column("location", Text, nullable=False),
    Column("started_at_us", BigInteger, nullable=False),
    Column("covered_us", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    # The last link of its chain, and the hashes of its key envelopes, as they were before.
    Column("chain", LargeBinary(32), nullable=False),
    Column("keys", JSON, nullable=False),
    # The URL of the object that it had in a bucket, or null.
    Column("object", Text),
    Index(None, "erasure_id"),
    Index(None, "started_at_us"),
)
