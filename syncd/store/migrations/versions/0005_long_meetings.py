"""An index of the few meetings that take more than a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LONG = "kind = 'meeting' AND until - at > 86400000000"


def upgrade() -> None:
    """Create the index."""
    op.create_index(
        "ix_observation_long",
        "observation",
        ["owner", "until"],
        unique=False,
        sqlite_where=sa.text(_LONG),
        postgresql_where=sa.text(_LONG),
    )
