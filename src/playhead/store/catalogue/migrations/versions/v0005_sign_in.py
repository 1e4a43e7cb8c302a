"""Second factors, failures to sign in, and identities at the organisation's own sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Nobody has a second factor yet, and every password holds on."""
    op.add_column("users", sa.Column("password_expires_at_us", sa.BigInteger))
    op.add_column("users", sa.Column("signed_in_at_us", sa.BigInteger))
    _second_factors()
    op.create_table(
        "sign_in_failures",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("user_key", sa.LargeBinary(32), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at_us", sa.BigInteger, nullable=False),
        sa.Column("locked_until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("kind", "user_key", "address", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_user_key", "sign_in_failures", ["user_key"])
    op.create_index("ix_sign_in_failures_failed_at_us", "sign_in_failures", ["failed_at_us"])
    op.create_table(
        "outside_identities",
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("linked_at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_outside_identities"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_outside_identities_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("uq_outside_identities_user_id", "outside_identities", ["user_id", "issuer"], unique=True)


def _second_factors() -> None:
    op.create_table(
        "totp",
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at_us", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at_us", sa.BigInteger),
        sa.Column("used_step", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_totp_user_id_users", ondelete="CASCADE"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.String(63), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id_users", ondelete="CASCADE"),
    )
