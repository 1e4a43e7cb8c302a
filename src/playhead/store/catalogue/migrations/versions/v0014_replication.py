"""What the cloud is told of, noted by triggers; and, in the cloud, how far each site's changes are applied."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OF_SEGMENT: Final = "(SELECT recording_id FROM segments WHERE id = {row}.segment_id)"

WATCHED: Final = {
    "recordings": ("recording", "{row}.id"),
    "segments": ("recording", "{row}.recording_id"),
    "uploads": ("recording", "{row}.recording_id"),
    "key_grants": ("recording", _OF_SEGMENT),
    "tags": ("recording", "{row}.recording_id"),
    "holds": ("recording", "{row}.recording_id"),
    "erasures": ("recording", "{row}.recording_id"),
    "workstations": ("workstation", "{row}.id"),
    "workstation_signers": ("workstation", "{row}.workstation_id"),
    "coverage_days": ("day", "{row}.workstation_id || '/' || {row}.day"),
}
"""Tables, and of which thing the cloud is told when a row changes."""

_ROWS: Final = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def upgrade() -> None:
    """Make the tables and triggers, and have everything that is here told."""
    op.create_table(
        "replication_changes",
        sa.Column("position", _SERIAL, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_replication_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_replication_changes_kind_key", "replication_changes", ["kind", "key"], unique=True)
    op.create_table(
        "replication_sources",
        sa.Column("site", sa.String(63), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("stream", "position", "applied_at_us")),
        sa.Column("origins", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_replication_sources"),
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    every = (("workstations", "id"), ("coverage_days", ""), ("recordings", "number"), ("erasures", "id"))
    for table, order in every:
        kind, told = WATCHED[table][0], _key(table, row=table, on_postgresql=on_postgresql)
        ordered = f" ORDER BY {order}" if order else ""
        op.execute(
            f"INSERT INTO replication_changes (kind, key) SELECT '{kind}', {told} FROM {table} WHERE true{ordered} "  # noqa: S608 # names of ours
            "ON CONFLICT DO NOTHING"
        )
    for table in WATCHED:
        (_watch_on_postgresql if on_postgresql else _watch_on_sqlite)(table)


def _watch_on_sqlite(table: str) -> None:
    kind = WATCHED[table][0]
    for what, row in _ROWS.items():
        told = _key(table, row=row, on_postgresql=False)
        # Not by REPLACE: the statement that pulled the trigger decides what becomes of conflicts within it.
        op.execute(
            f"CREATE TRIGGER replicated_{table}_{what.lower()} AFTER {what} ON {table} BEGIN "  # noqa: S608 # names of ours
            f"DELETE FROM replication_changes WHERE kind = '{kind}' AND key = {told}; "
            f"INSERT INTO replication_changes (kind, key) SELECT '{kind}', {told} WHERE {told} IS NOT NULL; END"
        )


def _watch_on_postgresql(table: str) -> None:
    kind = WATCHED[table][0]
    new, old = (_key(table, row=row, on_postgresql=True) for row in ("NEW", "OLD"))
    op.execute(
        f"CREATE FUNCTION replicated_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE told text; BEGIN "  # noqa: S608 # likewise
        f"IF TG_OP = 'DELETE' THEN told := {old}; ELSE told := {new}; END IF; "
        "IF told IS NOT NULL THEN "
        f"DELETE FROM replication_changes WHERE kind = '{kind}' AND key = told; "
        f"INSERT INTO replication_changes (kind, key) VALUES ('{kind}', told); "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER replicated_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION replicated_{table}()"
    )


def _key(table: str, *, row: str, on_postgresql: bool) -> str:
    """The key in SQL: ids of recordings are 32 hexadecimal digits in both."""
    kind, expression = WATCHED[table]
    told = expression.format(row=row)
    return f"replace(({told})::text, '-', '')" if on_postgresql and kind == "recording" else told
