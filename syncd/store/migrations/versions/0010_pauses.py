"""How often a place was asked in vain, because what it allows was used up, and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; none has been asked in vain so far."""
    op.add_column("health", sa.Column("pauses", sa.Integer(), nullable=True))
    op.add_column("health", sa.Column("paused_since", sa.BigInteger(), nullable=True))
    op.add_column("health", sa.Column("paused_at", sa.BigInteger(), nullable=True))
