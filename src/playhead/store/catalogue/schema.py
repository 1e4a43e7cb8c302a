"""The tables of the catalogue as they are now. ``migrations/`` says how each older catalogue becomes this.

Times are integer microseconds since the Unix epoch (``_at_us``). An index is here because a named query needs it;
``tests/store/catalogue`` asks the query planner.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from playhead.base.ids import RecordingId, SegmentId, UserId, WorkstationId
from playhead.store.catalogue.types import NameIdType, UniqueIdType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is spelled INTEGER.
_serial = BigInteger().with_variant(Integer(), "sqlite")

users = Table(
    "users",
    metadata,
    Column("id", NameIdType(UserId), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("disabled_at_us", BigInteger),
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("expires_at_us", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Index(None, "user_id"),
    Index(None, "expires_at_us"),
)

workstations = Table(
    "workstations",
    metadata,
    Column("id", NameIdType(WorkstationId), primary_key=True),
    Column("signer", LargeBinary(32), nullable=False),
    Column("certificate_hash", LargeBinary(32), nullable=False),
    Column("enrolled_at_us", BigInteger, nullable=False),
    Column("revoked_at_us", BigInteger),
    Column("seen_at_us", BigInteger),
    Column("software", Text, nullable=False),
    Column("agent", Text, nullable=False),
)

# Every key that a workstation was enrolled with; ``workstations.signer`` is the newest.
workstation_signers = Table(
    "workstation_signers",
    metadata,
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), primary_key=True),
    Column("since_us", BigInteger, primary_key=True, autoincrement=False),
    Column("signer", LargeBinary(32), primary_key=True),
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", UniqueIdType(RecordingId), primary_key=True),
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), nullable=False),
    Column("agent", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at_us", BigInteger, nullable=False),
    Column("ended_at_us", BigInteger),
    # One index for each set of filters that the list of recordings knows: equalities first, then the order.
    Index(None, "started_at_us", "id"),
    Index(None, "workstation_id", "started_at_us", "id"),
    Index(None, "state", "started_at_us", "id"),
    Index(None, "workstation_id", "state", "started_at_us", "id"),
)

segments = Table(
    "segments",
    metadata,
    Column("id", UniqueIdType(SegmentId), primary_key=True),
    Column("recording_id", UniqueIdType(RecordingId), ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False),
    Column("location", Text, nullable=False),
    Column("started_at_us", BigInteger, nullable=False),
    Column("covered_us", BigInteger, nullable=False),
    Column("durable_bytes", BigInteger, nullable=False),
    # What checking the bytes after durable_bytes needs to know about those before it.
    Column("resume", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("ended", String(16), nullable=False),
    Index(None, "recording_id", "started_at_us", "id"),
    Index(None, "ended"),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("workstation_id", NameIdType(WorkstationId)),
    Column("created_at_us", BigInteger, nullable=False),
    Column("expires_at_us", BigInteger, nullable=False),
    Column("used_at_us", BigInteger),
    Column("used_by", NameIdType(WorkstationId)),
    Index(None, "expires_at_us"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _serial, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Index(None, "actor", "id"),
    Index(None, "action", "id"),
    Index(None, "subject", "id"),
    sqlite_autoincrement=True,
)
