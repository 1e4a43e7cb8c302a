"""Events kept for the cloud at a site, and taken from sites in the cloud; who tells a tenant's events there."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COPIED: Final = ("id", "event_id", "type", "subject", "at_us", "data")


def upgrade() -> None:
    """Make the tables, and the trigger that keeps each event as long as somebody follows."""
    op.add_column("outbox", sa.Column("source", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "event_followers",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_event_followers"),
    )
    op.create_table(
        "kept_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_events"),
    )
    op.create_table(
        "event_sources",
        sa.Column("site", sa.String(63), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("stream", "position")),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_event_sources"),
    )
    op.create_table(
        "taken_events",
        sa.Column("site", sa.String(63), nullable=False),
        sa.Column("event_id", sa.LargeBinary(16), nullable=False),
        sa.Column("taken_at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("site", "event_id", name="pk_taken_events"),
    )
    op.create_index("ix_taken_events_taken_at_us", "taken_events", ["taken_at_us"])
    op.create_table(
        "event_teller",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("process", sa.String(63), nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_teller"),
    )
    columns, new = ", ".join(_COPIED), ", ".join(f"NEW.{name}" for name in _COPIED)
    copy = f"INSERT INTO kept_events ({columns}) VALUES ({new});"  # noqa: S608 # names of ours
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            "CREATE TRIGGER outbox_kept AFTER INSERT ON outbox WHEN EXISTS (SELECT 1 FROM event_followers) "  # noqa: S608 # likewise
            f"BEGIN {copy} END"
        )
        return
    op.execute(
        "CREATE FUNCTION outbox_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 # likewise
        f"IF EXISTS (SELECT 1 FROM event_followers) THEN {copy} END IF; RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER outbox_kept AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_kept()")
