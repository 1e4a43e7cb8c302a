"""Rules of desktop analytics, whom they are rolled out to, who has them; and who may see what was worked with."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_ANALYSING: Final = {"agent": "own", "supervisor": "team", "manager": "all", "administrator": "all"}


def upgrade() -> None:
    """Make the tables. Roles that a site has made itself are left as they are: they allow nothing new."""
    op.create_table(
        "analytics_rules",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("everyone", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_analytics_rules"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_analytics_rules_name", "analytics_rules", ["name"], unique=True)
    op.create_table(
        "analytics_rule_groups",
        sa.Column("rules_id", _SERIAL, nullable=False),
        sa.Column("group_id", sa.String(63), nullable=False),
        sa.PrimaryKeyConstraint("rules_id", "group_id", name="pk_analytics_rule_groups"),
        sa.ForeignKeyConstraint(
            ["rules_id"],
            ["analytics_rules.id"],
            name="fk_analytics_rule_groups_rules_id_analytics_rules",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_analytics_rule_groups_group_id_groups", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_analytics_rule_groups_group_id", "analytics_rule_groups", ["group_id"])
    op.create_table(
        "analytics_workstations",
        sa.Column("workstation_id", sa.String(63), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("digest_at_us", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger),
        sa.Column("events_at_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("workstation_id", name="pk_analytics_workstations"),
        sa.ForeignKeyConstraint(
            ["workstation_id"], ["workstations.id"], name="fk_analytics_workstations_workstation_id_workstations"
        ),
    )
    permissions = sa.table("role_permissions", sa.column("role_id"), sa.column("action"), sa.column("scope"))
    op.bulk_insert(
        permissions,
        [{"role_id": role, "action": "analyse", "scope": scope} for role, scope in _ANALYSING.items()],
    )
