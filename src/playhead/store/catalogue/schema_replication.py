"""The tables of replication: see `playhead.store.catalogue.schema`, of which they are a part."""

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table, Text

from playhead.store.catalogue.schema_base import metadata, serial

# What the cloud is told of, each once, where its newest change stands in the order of changes. Written by triggers
# (migration 0014), so that no change can be forgotten, whoever makes it.
replication_changes = Table(
    "replication_changes",
    metadata,
    Column("position", serial, primary_key=True),
    # "recording", "workstation", "day"; and its id, that of a day being the workstation's, a slash and the date.
    Column("kind", String(16), nullable=False),
    Column("key", Text, nullable=False),
    Index("uq_replication_changes_kind_key", "kind", "key", unique=True),
    sqlite_autoincrement=True,
)

# In the cloud: how far each site's changes have been applied (`playhead.domain.replication.Place`), and where browsers
# on its network reach its player.
replication_sources = Table(
    "replication_sources",
    metadata,
    Column("site", String(63), primary_key=True),
    Column("stream", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("applied_at_us", BigInteger, nullable=False),
    Column("origins", JSON, nullable=False),
)
