"""Since when somebody is known to come to a meeting, where that was seen later than the meeting.

What was seen before has none: nobody knows when they accepted, so they count from the first sight.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("sighting", sa.Column("since", sa.Text(), nullable=True))
