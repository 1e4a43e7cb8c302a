"""Users, workstations, recordings and their segments, enrolment codes, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _people()
    _recordings()
    _log()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at_us", sa.BigInteger, nullable=False),
        sa.Column("disabled_at_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_table(
        "login_sessions",
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("created_at_us", sa.BigInteger, nullable=False),
        sa.Column("expires_at_us", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_login_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_login_sessions_user_id_users", ondelete="CASCADE"),
    )
    op.create_index("ix_login_sessions_user_id", "login_sessions", ["user_id"])
    op.create_index("ix_login_sessions_expires_at_us", "login_sessions", ["expires_at_us"])


def _recordings() -> None:
    op.create_table(
        "workstations",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("signer", sa.LargeBinary(32), nullable=False),
        sa.Column("certificate_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("enrolled_at_us", sa.BigInteger, nullable=False),
        sa.Column("revoked_at_us", sa.BigInteger),
        sa.Column("seen_at_us", sa.BigInteger),
        sa.Column("software", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workstations"),
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("workstation_id", sa.String(63), nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at_us", sa.BigInteger, nullable=False),
        sa.Column("ended_at_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.ForeignKeyConstraint(
            ["workstation_id"], ["workstations.id"], name="fk_recordings_workstation_id_workstations"
        ),
    )
    for filters in ([], ["workstation_id"], ["state"], ["workstation_id", "state"]):
        columns = [*filters, "started_at_us", "id"]
        op.create_index("ix_recordings_" + "_".join(columns), "recordings", columns)
    op.create_table(
        "segments",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("recording_id", sa.Uuid, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("started_at_us", sa.BigInteger, nullable=False),
        sa.Column("covered_us", sa.BigInteger, nullable=False),
        sa.Column("durable_bytes", sa.BigInteger, nullable=False),
        sa.Column("resume", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.Boolean, nullable=False),
        sa.Column("ended", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_segments_recording_id_recordings", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_segments_recording_id_started_at_us_id", "segments", ["recording_id", "started_at_us", "id"])
    op.create_index("ix_segments_ended", "segments", ["ended"])


def _log() -> None:
    op.create_table(
        "enrolment_codes",
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("workstation_id", sa.String(63)),
        sa.Column("created_at_us", sa.BigInteger, nullable=False),
        sa.Column("expires_at_us", sa.BigInteger, nullable=False),
        sa.Column("used_at_us", sa.BigInteger),
        sa.Column("used_by", sa.String(63)),
        sa.PrimaryKeyConstraint("code_hash", name="pk_enrolment_codes"),
    )
    op.create_index("ix_enrolment_codes_expires_at_us", "enrolment_codes", ["expires_at_us"])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    for column in ("actor", "action", "subject"):
        op.create_index(f"ix_audit_{column}_id", "audit", [column, "id"])
