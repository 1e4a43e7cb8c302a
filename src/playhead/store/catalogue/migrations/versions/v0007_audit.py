"""The audit log as a chain of hashes, with the page that each thing was done from."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BATCH = 1_000
_INDEXED = ("actor", "action", "subject")


def upgrade() -> None:
    """Make the table anew, and link the entries that there are in the order of their ids."""
    for column in _INDEXED:
        op.drop_index(f"ix_audit_{column}_id", "audit")
    op.rename_table("audit", "audit_before")
    if op.get_bind().dialect.name == "postgresql":  # where the names of keys are those of a whole schema
        op.execute("ALTER INDEX pk_audit RENAME TO pk_audit_before")
    audit = op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    for column in (*_INDEXED, "address", "at_us"):
        op.create_index(f"ix_audit_{column}_id", "audit", [column, "id"])
    _link(op.get_bind(), audit)
    op.drop_table("audit_before")


def _link(connection: sa.Connection, audit: sa.Table) -> None:
    names = ("id", "at_us", "actor", "action", "subject", "address")
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    old = sa.table("audit_before", *columns, sa.column("details", sa.JSON))
    before, last = bytes(32), 0
    while True:
        query = sa.select(old).where(old.c.id > last).order_by(old.c.id).limit(_BATCH)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return
        linked: list[dict[str, Any]] = []
        for row in rows:
            facts = [*(row[name] for name in names), "", row["details"]]
            entry = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            before, last = hashlib.sha256(before + entry.encode()).digest(), row["id"]
            linked.append({**row, "page": "", "hash": before})
        connection.execute(audit.insert(), linked)
