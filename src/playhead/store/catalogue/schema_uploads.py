"""The tables of uploads: see `playhead.store.catalogue.schema`, of which they are a part."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from playhead.base.ids import RecordingId, SegmentId
from playhead.store.catalogue.schema_base import metadata
from playhead.store.catalogue.types import UniqueIdType

# One for each segment that has, or is to have, an object. Without references: an object has to be deleted
# after its segment is forgotten, and only this knows of it then.
uploads = Table(
    "uploads",
    metadata,
    Column("segment_id", UniqueIdType(SegmentId), primary_key=True),
    Column("recording_id", UniqueIdType(RecordingId), nullable=False),
    # `playhead.domain.uploads.UploadState`.
    Column("state", String(8), nullable=False),
    # The object's URL; empty before it is begun.
    Column("location", Text, nullable=False),
    # What the store calls the multipart upload that is under way; empty for none.
    Column("multipart", Text, nullable=False),
    # In parts that are noted; and in the object, once it is there.
    Column("sent_bytes", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    # The last link of the object's chain, which covers every byte of it (docs/wire/vid.md §5.3); empty before.
    Column("chain", LargeBinary(32), nullable=False),
    # Failures since something last went well, when to try again, and what the last one was.
    Column("attempts", Integer, nullable=False),
    Column("retry_at_us", BigInteger, nullable=False),
    Column("code", String(64), nullable=False),
    Column("begun_at_us", BigInteger),
    Column("verified_at_us", BigInteger),
    # When the file here was removed. Its row has the object's location already.
    Column("local_removed_at_us", BigInteger),
    Index("ix_uploads_state_retry_at_us", "state", "retry_at_us", "segment_id"),
    Index(None, "recording_id"),
    Index("ix_uploads_local_removed_at_us", "local_removed_at_us", "state", "verified_at_us", "segment_id"),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column(
        "segment_id", UniqueIdType(SegmentId), ForeignKey("uploads.segment_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("bytes", BigInteger, nullable=False),
    Column("etag", Text, nullable=False),
)

# The data key of a segment, sealed to somebody's public key beside the site's (docs/decisions/0007): whoever holds the
# private one may play it. Goes with the segment.
key_grants = Table(
    "key_grants",
    metadata,
    Column("segment_id", UniqueIdType(SegmentId), ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True),
    # SHA-256 of the public key, in hexadecimal, as an envelope in a header names it.
    Column("recipient", String(64), primary_key=True),
    Column("suite", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)
