"""What the library filters, finds and keeps: facts of recordings, tags, holds, bookmarks, views."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_NUMBER: Final = """
UPDATE recordings SET number = counted.number
FROM (SELECT id, row_number() OVER (ORDER BY started_at_us, id) - 1 AS number FROM recordings) AS counted
WHERE counted.id = recordings.id
"""

_LENGTH: Final = """
UPDATE recordings SET length_us = coalesce((
    SELECT max(segments.started_at_us + segments.covered_us) - recordings.started_at_us
    FROM segments WHERE segments.recording_id = recordings.id
), 0)
"""

# As `playhead.domain.timeline.gaps` tells them: a second or more that nothing covers, or what cannot be played.
_GAPS: Final = """
UPDATE recordings SET has_gap = true WHERE id IN (
    SELECT parts.recording_id
    FROM (
        SELECT segments.recording_id, segments.ended, segments.started_at_us AS begins_us,
            segments.started_at_us + segments.covered_us AS ends_us,
            coalesce(max(segments.started_at_us + segments.covered_us) OVER (
                PARTITION BY segments.recording_id ORDER BY segments.started_at_us, segments.id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), recordings.started_at_us) AS reached_us
        FROM segments JOIN recordings ON recordings.id = segments.recording_id
    ) AS parts
    WHERE parts.begins_us - parts.reached_us >= 1000000
        OR (parts.ended IN ('corrupt', 'deleting') AND parts.ends_us > parts.reached_us)
)
"""


def upgrade() -> None:
    """Make the tables, and tell what SQL can tell of recordings that are there; the service tells the rest."""
    _facts()
    _annotations()
    op.create_table(
        "recording_changes",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recording_changes"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "library_chunks",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_library_chunks"),
    )


def _facts() -> None:
    for column in (
        sa.Column("number", sa.BigInteger, nullable=False, server_default="-1"),
        sa.Column("site", sa.String(63), nullable=False, server_default=""),
        sa.Column("agent_key", sa.Text, nullable=False, server_default=""),
        sa.Column("length_us", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("has_gap", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("has_blackout", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("recordings", column)
    for statement in (_NUMBER, _LENGTH, _GAPS):
        op.execute(statement)
    _agent_keys()
    op.create_index("uq_recordings_number", "recordings", ["number"], unique=True)
    op.drop_index("ix_recordings_started_at_us_id", "recordings")
    op.drop_index("ix_recordings_workstation_id_started_at_us_id", "recordings")
    op.create_index("ix_recordings_agent_key_started_at_us_id", "recordings", ["agent_key", "started_at_us", "id"])
    op.add_column("segments", sa.Column("has_blackout", sa.Boolean))
    op.create_index("ix_segments_has_blackout_ended", "segments", ["has_blackout", "ended"])


def _agent_keys() -> None:
    """As `playhead.domain.access.agent_key` had it when this was written. SQL knows the case of ASCII alone."""
    connection = op.get_bind()
    op.create_index("ix_recordings_agent", "recordings", ["agent"])
    agents = connection.execute(sa.text("SELECT DISTINCT agent FROM recordings")).scalars().all()
    keys = [{"agent": agent, "key": agent.rpartition("\\")[2].casefold()} for agent in agents]
    if keys:
        connection.execute(sa.text("UPDATE recordings SET agent_key = :key WHERE agent = :agent"), keys)
    op.drop_index("ix_recordings_agent", "recordings")


def _annotations() -> None:
    op.create_table(
        "tags",
        sa.Column("recording_id", sa.Uuid, nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.Column("by_user", sa.String(63), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("recording_id", "tag", name="pk_tags"),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_tags_recording_id_recordings", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_tags_tag", "tags", ["tag"])
    op.create_table(
        "holds",
        sa.Column("recording_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by_user", sa.String(63), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_holds"),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name="fk_holds_recording_id_recordings"),
    )
    op.create_table(
        "bookmarks",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("recording_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("end_us", sa.BigInteger),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("created_at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookmarks"),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_bookmarks_recording_id_recordings", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_bookmarks_user_id_users", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    for column in ("recording_id", "user_id", "shared"):
        op.create_index(f"ix_bookmarks_{column}_id", "bookmarks", [column, "id"])
    op.create_table(
        "views",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_views_user_id_users", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_views_user_id_name", "views", ["user_id", "name"], unique=True)
    op.create_index("ix_views_shared", "views", ["shared"])
