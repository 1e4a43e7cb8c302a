"""The tables of the ledger of coverage: see `playhead.store.catalogue.schema`, of which they are a part."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from playhead.base.ids import RecordingId, WorkstationId
from playhead.store.catalogue.schema_base import metadata
from playhead.store.catalogue.types import NameIdType, UniqueIdType

# What workstations noted of themselves: changes (``until_us`` is 0) and stretches. Times are theirs.
workstation_states = Table(
    "workstation_states",
    metadata,
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("wanted", String(16), nullable=False),
    Column("recording_id", UniqueIdType(RecordingId)),
    Column("detail", Text, nullable=False),
    Column("is_last", Boolean, nullable=False),
    Index(None, "workstation_id", "until_us", "at_us"),
    Index(None, "at_us"),
)

# When each workstation came or went last, as this server has seen it; and what it says that it still holds: when the
# oldest segment begins, 0 where it holds none.
workstation_links = Table(
    "workstation_links",
    metadata,
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("held_from_us", BigInteger, nullable=False),
)

# The ledger of days that are over, so that it outlasts what it is about.
coverage_days = Table(
    "coverage_days",
    metadata,
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("due_us", BigInteger, nullable=False),
    Column("kept_us", BigInteger, nullable=False),
    # [[from, to, reason], …], and [[from, to], …] of what is kept; microseconds from the day's beginning.
    Column("missing", JSON, nullable=False),
    Column("kept", JSON, nullable=False),
    Column("is_final", Boolean, nullable=False),
    Index(None, "day"),
)
