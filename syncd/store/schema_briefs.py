"""What is kept of a person so that their newest message can be taken without the older ones."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from syncd.store.schema import metadata

__all__ = ["brief", "metadata"]

# Derived, and good for as long as nobody is folded anew: it may be dropped at any time.
brief = Table(
    "brief",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("person", String(32), primary_key=True),
    # Some kilobytes (see `syncd/pipeline/brief.py`): in a table that is its key, SQLite would put
    # most of it on pages of its own.
    Column("text", Text, nullable=False),
)
