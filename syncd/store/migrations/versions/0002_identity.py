"""Who is who: names, what the owner said about them, the owner's own aliases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "known_as",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "addr", "key", name=op.f("pk_known_as")),
    )
    op.create_index("ix_known_as_key", "known_as", ["owner", "key"], unique=False)
    op.create_table(
        "hint",
        sa.Column(
            "observation",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("observation.id", name=op.f("fk_hint_observation_observation")),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("observation", "kind", "addr", "other", name=op.f("pk_hint")),
    )
    op.create_index("ix_hint_addr", "hint", ["owner", "addr"], unique=False)
    op.create_index("ix_hint_kind", "hint", ["owner", "kind"], unique=False)
    op.create_table(
        "said",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "number", "one", "other", name=op.f("pk_said")),
    )
    op.create_index("ix_said_one", "said", ["owner", "one"], unique=False)
    op.create_index("ix_said_other", "said", ["owner", "other"], unique=False)
    op.create_table(
        "undo",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "number", name=op.f("pk_undo")),
    )
    op.create_table(
        "alias",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "addr", name=op.f("pk_alias")),
    )
    # What is stored already gets its hints and names when it is derived anew.
    op.execute("DELETE FROM fact WHERE name IN ('print:index', 'print:people')")
