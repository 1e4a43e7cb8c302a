"""How long recordings are kept, and what became of those that are not."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables. When older recordings were first heard of is not known."""
    op.add_column("recordings", sa.Column("heard_at_us", sa.BigInteger))
    _retention()
    _erasures()


def _retention() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("days", sa.Integer),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("agents", "groups", "tags", "states")),
        sa.PrimaryKeyConstraint("position", name="pk_retention_rules"),
    )
    op.create_table(
        "retention",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("default_days", sa.Integer),
        sa.Column("confirmed", sa.Integer),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("confirmed_at_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_retention"),
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("held", "failed", "waiting")),
        sa.PrimaryKeyConstraint("id", name="pk_retention_runs"),
        sqlite_autoincrement=True,
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("recording_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("workstation", "agent")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("started_at_us", "length_us")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("by", "reason", "rule")),
        sa.Column("decided_at_us", sa.BigInteger, nullable=False),
        sa.Column("phase", sa.String(8), nullable=False),
        sa.Column("shredded_at_us", sa.BigInteger),
        sa.Column("removed_at_us", sa.BigInteger),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_erasures_recording_id", "erasures", ["recording_id"], unique=True)
    op.create_index("ix_erasures_phase_id", "erasures", ["phase", "id"])
    op.create_table(
        "erasure_segments",
        sa.Column("segment_id", sa.Uuid, nullable=False),
        sa.Column("erasure_id", _SERIAL, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("started_at_us", "covered_us", "bytes")),
        sa.Column("chain", sa.LargeBinary(32), nullable=False),
        sa.Column("keys", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_erasure_segments"),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name="fk_erasure_segments_erasure_id_erasures", ondelete="CASCADE"
        ),
    )
    for column in ("erasure_id", "started_at_us"):
        op.create_index(f"ix_erasure_segments_{column}", "erasure_segments", [column])
