"""What the owner said: the tables of what they logged, and of who is to stay forgotten.

logged      a meeting, call or message that no source saw; its people are `involved` in it
tombstone   keyed digests of what was forgotten; the key lies outside the database
removal     what is still to be deleted, or reworded, in a task list
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from syncd.store.schema import metadata

__all__ = ["logged", "metadata", "removal", "tombstone"]

# One row beside an observation of kind `log`, which has no sighting: its place is the owner's word.
logged = Table(
    "logged",
    metadata,
    Column("observation", ForeignKey("observation.id"), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("number", Integer, nullable=False),  # by which the owner takes it back
    Column("kind", String(8), nullable=False),  # meeting | call | message
    Column("mode", String(10), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("size", Integer, nullable=False),  # people besides the owner
    Column("seen_at", BigInteger, nullable=False),  # when it was logged
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),  # HMAC-SHA256, hexadecimal
    Column("whose", String(64), primary_key=True),  # digest of what is undone together
)

# Nothing here says whose it was.
removal = Table(
    "removal",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("account", String(128), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("op", String(8), nullable=False),  # remove | reword | card
    Column("ref", Text, nullable=False),
    Column("error", Text, nullable=False),
)
