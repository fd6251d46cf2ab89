"""How the outside fares, and what was set aside.

health  one facet of an account, or the writing to its list: up, degraded or down, since when
trial   what failed by itself (an item, or the folding of one person) and is tried again, or not
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from syncd.store.schema import metadata, partial

__all__ = ["health", "metadata", "trial"]

health = Table(
    "health",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("account", String(128), primary_key=True),
    Column("facet", String(16), primary_key=True),  # mail calendar contacts tasks | delivery
    Column("scope", Text, primary_key=True),
    Column("state", String(8), nullable=False),  # up | degraded | down
    Column("since", BigInteger, nullable=False),
    Column("last_ok", BigInteger),
    Column("error", Text, nullable=False),  # one sentence for the owner, "" where it is up
    Column("kind", String(32), nullable=False),  # the error's class, "" where it is up
    Column("remedy", String(8), nullable=False),  # none | wait | signin | owner
    Column("next_try", BigInteger),
    Column("tries", Integer, nullable=False),  # that failed, in a row
    # Readings from the very beginning, because a cursor had expired, since `restarted`.
    Column("restarts", Integer, nullable=False),
    Column("restarted", BigInteger),
    # It was asked so often, and let nothing through: see `syncd.store.pauses`.
    Column("pauses", Integer),
    Column("paused_since", BigInteger),
    Column("paused_at", BigInteger),
    sqlite_with_rowid=False,
)

trial = Table(
    "trial",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("kind", String(8), primary_key=True),  # item | person | mark
    Column("account", String(128), primary_key=True),  # "" but for an item
    Column("facet", String(16), primary_key=True),
    Column("ref", Text, primary_key=True),  # of the item, the person's id, or the mark
    Column("tries", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("next_at", BigInteger),  # when it is tried again; null: set aside
    Column("fault", String(64), nullable=False),  # the error's class
    Column("reason", Text, nullable=False),  # for the owner; never text out of an item
    Column("version", String(64), nullable=False),  # of syncd and its inference, that failed
    sqlite_with_rowid=False,
)
partial(
    "ix_trial_next_at",
    trial.c.owner,
    trial.c.next_at,
    where=trial.c.next_at.is_not(None),
)
