"""The tables of desktop analytics: see `playhead.store.catalogue.schema`, of which they are a part.

The events themselves are in columnar files (`playhead.store.analytics`); here is what decides and what is few.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from playhead.base.ids import GroupId, WorkstationId
from playhead.store.catalogue.schema_base import metadata, serial
from playhead.store.catalogue.types import NameIdType

# Sets of rules, each one TOML text (`playhead.domain.analytics.rules`).
analytics_rules = Table(
    "analytics_rules",
    metadata,
    Column("id", serial, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("text", Text, nullable=False),
    # Rolled out to every workstation; otherwise to those of the groups below.
    Column("everyone", Boolean, nullable=False),
    # Counts the changes, from 1.
    Column("version", Integer, nullable=False),
    # A user's id, or how the audit log names whoever it was.
    Column("author", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("uq_analytics_rules_name", "name", unique=True),
    sqlite_autoincrement=True,
)

# Whom a set is rolled out to: the workstations that the groups' members were last seen at.
analytics_rule_groups = Table(
    "analytics_rule_groups",
    metadata,
    Column("rules_id", serial, ForeignKey("analytics_rules.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", NameIdType(GroupId), ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "group_id"),
)

# What each workstation last told of itself.
analytics_workstations = Table(
    "analytics_workstations",
    metadata,
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), primary_key=True),
    # Of the rules that it has in force (SHA-256, hexadecimal); empty where it has told of none.
    Column("digest", String(64), nullable=False),
    Column("digest_at_us", BigInteger, nullable=False),
    # Its newest event that is durable here, and when it came; null before the first.
    Column("sequence", BigInteger),
    Column("events_at_us", BigInteger),
)
