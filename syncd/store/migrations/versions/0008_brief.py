"""What the newest message of a person is taken with, without looking at the older ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; it fills as people are folded."""
    op.create_table(
        "brief",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "person", name=op.f("pk_brief")),
    )
