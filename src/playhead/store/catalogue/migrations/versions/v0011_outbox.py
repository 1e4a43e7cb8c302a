"""Events that wait to be delivered, messages that could not be, and commands that were carried out."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("direction", sa.String(4), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("message_id", "type", "subject")),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "handled_messages",
        sa.Column("sender", sa.String(63), nullable=False),
        sa.Column("message_id", sa.String(256), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("recording_id", sa.String(36)),
        sa.Column("answer", sa.LargeBinary),
        sa.PrimaryKeyConstraint("sender", "message_id", name="pk_handled_messages"),
    )
    op.create_index("ix_handled_messages_at_us", "handled_messages", ["at_us"])
