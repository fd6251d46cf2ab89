"""What the owner does not want to be reminded of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, String, Table, Text

from syncd.store.schema import metadata

__all__ = ["metadata", "mute"]

mute = Table(
    "mute",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("target", Text, primary_key=True),  # an address, or a domain (no @ in it)
    Column("rule", Text, primary_key=True),  # * for all
    # False: what two deletions muted is not, for those before `since`.
    Column("muted", Boolean, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("until", String(10)),  # ISO date in the owner's zone: holds no more from its start
)
