"""What workstations did and when, for the ledger of coverage."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _workstation() -> sa.Column[str]:
    return sa.Column("workstation_id", sa.String(63), nullable=False)


def _of_workstation(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_workstation_id_workstations"
    return sa.ForeignKeyConstraint(["workstation_id"], ["workstations.id"], name=name)


def upgrade() -> None:
    """Journals, connections and the days that are over; and finding segments by time."""
    op.create_table(
        "workstation_states",
        _workstation(),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("wanted", sa.String(16), nullable=False),
        sa.Column("recording_id", sa.Uuid),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("is_last", sa.Boolean, nullable=False),
        _of_workstation("workstation_states"),
        sa.PrimaryKeyConstraint("workstation_id", "seq", name="pk_workstation_states"),
    )
    op.create_index(
        "ix_workstation_states_workstation_id_until_us_at_us",
        "workstation_states",
        ["workstation_id", "until_us", "at_us"],
    )
    op.create_index("ix_workstation_states_at_us", "workstation_states", ["at_us"])
    op.create_table(
        "workstation_links",
        _workstation(),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("connected", sa.Boolean, nullable=False),
        sa.Column("held_from_us", sa.BigInteger, nullable=False),
        _of_workstation("workstation_links"),
        sa.PrimaryKeyConstraint("workstation_id", name="pk_workstation_links"),
    )
    op.create_table(
        "coverage_days",
        _workstation(),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("kept_us", sa.BigInteger, nullable=False),
        sa.Column("missing", sa.JSON, nullable=False),
        sa.Column("kept", sa.JSON, nullable=False),
        sa.Column("is_final", sa.Boolean, nullable=False),
        _of_workstation("coverage_days"),
        sa.PrimaryKeyConstraint("workstation_id", "day", name="pk_coverage_days"),
    )
    op.create_index("ix_coverage_days_day", "coverage_days", ["day"])
    op.create_index("ix_segments_started_at_us", "segments", ["started_at_us"])
