"""What the owner said: what they logged, and who is to stay forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "logged",
        sa.Column(
            "observation",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("observation.id", name=op.f("fk_logged_observation_observation")),
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("observation", name=op.f("pk_logged")),
    )
    op.create_index("ix_logged_owner", "logged", ["owner"], unique=False)
    op.create_table(
        "tombstone",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("whose", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("owner", "digest", "whose", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "removal",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "account", "key", name=op.f("pk_removal")),
    )
