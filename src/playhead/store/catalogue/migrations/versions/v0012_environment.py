"""What the doctor found on each workstation."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The newest report of each."""
    op.create_table(
        "workstation_reports",
        sa.Column("workstation_id", sa.String(63), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("received_at_us", sa.BigInteger, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("workstation_id", name="pk_workstation_reports"),
        sa.ForeignKeyConstraint(
            ["workstation_id"], ["workstations.id"], name="fk_workstation_reports_workstation_id_workstations"
        ),
    )
