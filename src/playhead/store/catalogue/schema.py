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
    String,
    Table,
    Text,
)

from playhead.base.ids import GroupId, RecordingId, RoleId, SegmentId, UserId, WorkstationId
from playhead.store.catalogue.schema_analytics import analytics_rule_groups, analytics_rules, analytics_workstations
from playhead.store.catalogue.schema_base import metadata
from playhead.store.catalogue.schema_base import serial as _serial
from playhead.store.catalogue.schema_coverage import (
    coverage_days,
    workstation_links,
    workstation_states,
)
from playhead.store.catalogue.schema_environment import workstation_reports
from playhead.store.catalogue.schema_keeping import (
    erasure_segments,
    erasures,
    retention,
    retention_rules,
    retention_runs,
)
from playhead.store.catalogue.schema_messages import dead_letters, handled_messages, outbox
from playhead.store.catalogue.schema_replication import replication_changes, replication_sources
from playhead.store.catalogue.schema_uploads import key_grants, upload_parts, uploads
from playhead.store.catalogue.types import NameIdType, UniqueIdType

__all__ = [
    "analytics_rule_groups",
    "analytics_rules",
    "analytics_workstations",
    "coverage_days",
    "dead_letters",
    "erasure_segments",
    "erasures",
    "handled_messages",
    "key_grants",
    "metadata",
    "outbox",
    "replication_changes",
    "replication_sources",
    "retention",
    "retention_rules",
    "retention_runs",
    "upload_parts",
    "uploads",
    "workstation_links",
    "workstation_reports",
    "workstation_states",
]
"""What is defined elsewhere; the rest is below."""

users = Table(
    "users",
    metadata,
    Column("id", NameIdType(UserId), primary_key=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("disabled_at_us", BigInteger),
    # From then on the password is good for nothing but choosing another; null without end.
    Column("password_expires_at_us", BigInteger),
    Column("signed_in_at_us", BigInteger),
)

roles = Table(
    "roles",
    metadata,
    Column("id", NameIdType(RoleId), primary_key=True),
    Column("name", Text, nullable=False),
    Column("built_in", Boolean, nullable=False),
)

role_permissions = Table(
    "role_permissions",
    metadata,
    Column("role_id", NameIdType(RoleId), ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    Column("action", String(16), primary_key=True),
    Column("scope", String(8), nullable=False),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", NameIdType(RoleId), ForeignKey("roles.id"), primary_key=True),
    # Null without limit.
    Column("since_us", BigInteger),
    Index(None, "role_id"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", NameIdType(GroupId), primary_key=True),
    Column("name", Text, nullable=False),
)

# Agents by the key of their operating-system login, whether or not they may sign in.
group_members = Table(
    "group_members",
    metadata,
    Column("group_id", NameIdType(GroupId), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_key", Text, primary_key=True),
    Index(None, "agent_key"),
)

group_supervisors = Table(
    "group_supervisors",
    metadata,
    Column("group_id", NameIdType(GroupId), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "user_id"),
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("key_hash", LargeBinary(32), primary_key=True),
    # What it is called where it is listed; tells nothing of the secret.
    Column("public_id", String(16), nullable=False),
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("seen_at_us", BigInteger, nullable=False),
    Column("expires_at_us", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    # The browser, in short.
    Column("agent", Text, nullable=False),
    Index(None, "user_id"),
    Index(None, "expires_at_us"),
    Index("uq_login_sessions_public_id", "public_id", unique=True),
)

# The second factor (RFC 6238). The secret is sealed by a key of the keyring; it holds once it is confirmed.
totp = Table(
    "totp",
    metadata,
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("confirmed_at_us", BigInteger),
    # The time step of the newest code that was accepted: none is accepted twice.
    Column("used_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary(32), primary_key=True),
)

# Names are kept as hashes: people type passwords where the name belongs.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("user_key", LargeBinary(32), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at_us", BigInteger, nullable=False),
    Column("locked_until_us", BigInteger, nullable=False),
    Index(None, "user_key"),
    Index(None, "failed_at_us"),
)

# Who somebody is at the organisation's own sign-in (OpenID Connect).
outside_identities = Table(
    "outside_identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at_us", BigInteger, nullable=False),
    Index("uq_outside_identities_user_id", "user_id", "issuer", unique=True),
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
    # Counts the recordings as they came, from 0: where a recording stands in the library's columns.
    Column("number", BigInteger, nullable=False),
    # When the first of it came here, by the server's clock; null where it came before that was noted.
    Column("heard_at_us", BigInteger),
    # What the library filters by, told from the segments whenever they change (`recordings.update_facts`).
    Column("site", String(63), nullable=False),
    Column("agent_key", Text, nullable=False),
    Column("length_us", BigInteger, nullable=False),
    Column("has_gap", Boolean, nullable=False),
    Column("has_blackout", Boolean, nullable=False),
    Index("uq_recordings_number", "number", unique=True),
    # An agent's own, and those under way: of all, and of a workstation. Everything else asks `playhead.store.library`.
    Index(None, "agent_key", "started_at_us", "id"),
    Index(None, "state", "started_at_us", "id"),
    Index(None, "workstation_id", "state", "started_at_us", "id"),
)

# What people call recordings.
tags = Table(
    "tags",
    metadata,
    Column(
        "recording_id", UniqueIdType(RecordingId), ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("tag", String(40), primary_key=True),
    Column("by_user", NameIdType(UserId), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index(None, "tag"),
)

# What must not be deleted, and why. The reference keeps anyone from it.
holds = Table(
    "holds",
    metadata,
    Column("recording_id", UniqueIdType(RecordingId), ForeignKey("recordings.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by_user", NameIdType(UserId), nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("id", _serial, primary_key=True),
    Column("recording_id", UniqueIdType(RecordingId), ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("end_us", BigInteger),
    Column("text", Text, nullable=False),
    # The words of the text as they are searched.
    Column("words", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Index(None, "recording_id", "id"),
    Index(None, "user_id", "id"),
    Index(None, "shared", "id"),
    sqlite_autoincrement=True,
)

# Questions to the library that somebody keeps.
views = Table(
    "views",
    metadata,
    Column("id", _serial, primary_key=True),
    Column("user_id", NameIdType(UserId), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("query", Text, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("shared", Boolean, nullable=False),
    Index("uq_views_user_id_name", "user_id", "name", unique=True),
    Index(None, "shared"),
    sqlite_autoincrement=True,
)

# Which recordings changed, in order, since the library's columns were last kept: see `playhead.store.library`.
recording_changes = Table(
    "recording_changes",
    metadata,
    Column("id", _serial, primary_key=True),
    Column("number", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# The library's columns as they were at a change. Can be made again from the rest at any time.
library_chunks = Table(
    "library_chunks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
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
    # Whether its markers tell of a blackout; null until they were looked at, once it has ended.
    Column("has_blackout", Boolean),
    Index(None, "recording_id", "started_at_us", "id"),
    Index(None, "started_at_us"),
    Index(None, "ended"),
    Index(None, "has_blackout", "ended"),
)

# What could not be taken in, or not be made, and waits for somebody to look at it.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _serial, primary_key=True),
    # "segment", "upload" or "object"; with the subject, such as a segment's id, what it is told apart by.
    Column("kind", String(8), nullable=False),
    Column("subject", Text, nullable=False),
    # Without references: neither need be known here.
    Column("recording_id", UniqueIdType(RecordingId)),
    Column("workstation_id", NameIdType(WorkstationId)),
    # Where it waits: "store", "aside", "workstation", "nowhere" (`playhead.domain.quarantine`).
    Column("place", String(16), nullable=False),
    Column("location", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("first_at_us", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("details", JSON, nullable=False),
    Index("uq_quarantine_kind_subject", "kind", "subject", unique=True),
    Index(None, "workstation_id", "id"),
    sqlite_autoincrement=True,
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
    Column("page", Text, nullable=False),
    Column("details", JSON, nullable=False),
    # SHA-256 over the hash of the entry before and this entry: `playhead.domain.audit_chain`.
    Column("hash", LargeBinary(32), nullable=False),
    Index(None, "actor", "id"),
    Index(None, "action", "id"),
    Index(None, "subject", "id"),
    Index(None, "address", "id"),
    Index(None, "at_us", "id"),
    sqlite_autoincrement=True,
)
