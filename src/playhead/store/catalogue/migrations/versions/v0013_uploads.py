"""Objects that segments are uploaded to, and keys of segments that others were given."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "uploads",
        sa.Column("segment_id", sa.Uuid, nullable=False),
        sa.Column("recording_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("multipart", sa.Text, nullable=False),
        sa.Column("sent_bytes", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("chain", sa.LargeBinary(32), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at_us", sa.BigInteger, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("begun_at_us", "verified_at_us", "local_removed_at_us")),
        sa.PrimaryKeyConstraint("segment_id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_state_retry_at_us", "uploads", ["state", "retry_at_us", "segment_id"])
    op.create_index("ix_uploads_recording_id", "uploads", ["recording_id"])
    op.create_index(
        "ix_uploads_local_removed_at_us", "uploads", ["local_removed_at_us", "state", "verified_at_us", "segment_id"]
    )
    op.create_table(
        "upload_parts",
        sa.Column("segment_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "number", name="pk_upload_parts"),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["uploads.segment_id"], name="fk_upload_parts_segment_id_uploads", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "key_grants",
        sa.Column("segment_id", sa.Uuid, nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("suite", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "recipient", name="pk_key_grants"),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name="fk_key_grants_segment_id_segments", ondelete="CASCADE"
        ),
    )
    op.add_column("erasure_segments", sa.Column("object", sa.Text))
