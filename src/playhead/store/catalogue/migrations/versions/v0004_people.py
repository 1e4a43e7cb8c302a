"""Users with several roles, groups of agents, and sign-ins that can be listed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SUPERVISING = ("view", "play", "live", "export", "annotate", "record", "blackout_on", "blackout_off")
_EVERYTHING = (*_SUPERVISING, "hold", "delete", "audit", "administer", "operate")
_ROLES = {
    "agent": ("Agent", "own", ("view", "play", "blackout_on")),
    "supervisor": ("Supervisor", "team", _SUPERVISING),
    "manager": ("Manager", "all", (*_SUPERVISING, "hold")),
    "auditor": ("Auditor", "all", ("view", "audit")),
    "administrator": ("Administrator", "all", _EVERYTHING),
}


def upgrade() -> None:
    """Make the tables, with the roles that every site has.

    Who was a supervisor saw everybody, as a manager does now.
    """
    _roles()
    _groups()
    _sign_ins()


def _roles() -> None:
    roles = op.create_table(
        "roles",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("built_in", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
    )
    permissions = op.create_table(
        "role_permissions",
        sa.Column("role_id", sa.String(63), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("role_id", "action", name="pk_role_permissions"),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name="fk_role_permissions_role_id_roles", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("role_id", sa.String(63), nullable=False),
        sa.Column("since_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("user_id", "role_id", name="pk_user_roles"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_roles_user_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="fk_user_roles_role_id_roles"),
    )
    op.create_index("ix_user_roles_role_id", "user_roles", ["role_id"])
    op.bulk_insert(roles, [{"id": role, "name": name, "built_in": True} for role, (name, _, _) in _ROLES.items()])
    op.bulk_insert(
        permissions,
        [
            {"role_id": role, "action": action, "scope": scope}
            for role, (_, scope, actions) in _ROLES.items()
            for action in actions
        ],
    )
    op.execute(
        "INSERT INTO user_roles (user_id, role_id) "
        "SELECT id, CASE role WHEN 'supervisor' THEN 'manager' ELSE role END FROM users"
    )
    op.drop_column("users", "role")


def _groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
    )
    for table, column, others in (("group_members", "agent_key", []), ("group_supervisors", "user_id", ["users.id"])):
        op.create_table(
            table,
            sa.Column("group_id", sa.String(63), nullable=False),
            sa.Column(column, sa.String(63) if others else sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("group_id", column, name=f"pk_{table}"),
            sa.ForeignKeyConstraint(
                ["group_id"], ["groups.id"], name=f"fk_{table}_group_id_groups", ondelete="CASCADE"
            ),
            *(
                sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}_users", ondelete="CASCADE")
                for other in others
            ),
        )
        op.create_index(f"ix_{table}_{column}", table, [column])


def _sign_ins() -> None:
    for column in (
        sa.Column("public_id", sa.String(16), nullable=False, server_default=""),
        sa.Column("seen_at_us", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("agent", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("login_sessions", column)
    sessions = sa.table(
        "login_sessions",
        sa.column("key_hash", sa.LargeBinary),
        sa.column("public_id", sa.String),
        sa.column("seen_at_us", sa.BigInteger),
        sa.column("created_at_us", sa.BigInteger),
    )
    connection = op.get_bind()
    for number, (key_hash,) in enumerate(connection.execute(sa.select(sessions.c.key_hash)).all()):
        row = sa.update(sessions).where(sessions.c.key_hash == key_hash)
        connection.execute(row.values(public_id=f"{number:08x}", seen_at_us=sessions.c.created_at_us))
    op.create_index("uq_login_sessions_public_id", "login_sessions", ["public_id"], unique=True)
