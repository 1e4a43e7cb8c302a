"""Every key that a workstation was enrolled with, not only the newest."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, with the keys that are known."""
    op.create_table(
        "workstation_signers",
        sa.Column("workstation_id", sa.String(63), nullable=False),
        sa.Column("since_us", sa.BigInteger, nullable=False),
        sa.Column("signer", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("workstation_id", "since_us", "signer", name="pk_workstation_signers"),
        sa.ForeignKeyConstraint(
            ["workstation_id"], ["workstations.id"], name="fk_workstation_signers_workstation_id_workstations"
        ),
    )
    op.execute(
        "INSERT INTO workstation_signers (workstation_id, since_us, signer) "
        "SELECT id, enrolled_at_us, signer FROM workstations"
    )
