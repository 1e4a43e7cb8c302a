"""The tables of the environment: see `playhead.store.catalogue.schema`, of which they are a part."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from playhead.base.ids import WorkstationId
from playhead.store.catalogue.schema_base import metadata
from playhead.store.catalogue.types import NameIdType

# The newest report of the doctor from each workstation: one row each, of at most 96 KiB.
workstation_reports = Table(
    "workstation_reports",
    metadata,
    Column("workstation_id", NameIdType(WorkstationId), ForeignKey("workstations.id"), primary_key=True),
    # By the workstation's clock, and by ours.
    Column("at_us", BigInteger, nullable=False),
    Column("received_at_us", BigInteger, nullable=False),
    # JSON, as it came.
    Column("report", Text, nullable=False),
)
