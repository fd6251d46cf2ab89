"""Who is who: the tables behind joining addresses into people, and the owner's own aliases.

known_as  the full names (as keys) that a personal address goes by
hint      what an observation tells about whose an address is, beside who took part in it
said      the owner's word on pairs of addresses, one number for each command
undo      what each `merge` found before it, so that `split` can put it back exactly
alias     addresses that were found to be the owner's own
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from syncd.store.schema import metadata

__all__ = ["alias", "hint", "known_as", "metadata", "said", "undo"]


def _owner() -> Column[str]:
    return Column("owner", String(64), primary_key=True)


known_as = Table(
    "known_as",
    metadata,
    _owner(),
    Column("addr", Text, primary_key=True),
    Column("key", Text, primary_key=True),
)
Index("ix_known_as_key", known_as.c.owner, known_as.c.key)

hint = Table(
    "hint",
    metadata,
    Column("observation", ForeignKey("observation.id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("addr", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("owner", String(64), nullable=False),
)
Index("ix_hint_addr", hint.c.owner, hint.c.addr)
Index("ix_hint_kind", hint.c.owner, hint.c.kind)

said = Table(
    "said",
    metadata,
    _owner(),
    Column("number", Integer, primary_key=True),
    Column("one", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("same", Boolean, nullable=False),
)
Index("ix_said_one", said.c.owner, said.c.one)
Index("ix_said_other", said.c.owner, said.c.other)

undo = Table(
    "undo",
    metadata,
    _owner(),
    Column("number", Integer, primary_key=True),  # = said.number
    Column("at", BigInteger, nullable=False),
    # kept: as long as the merge stands | due: taken back, the rows are still to be put back
    Column("state", String(4), nullable=False),
    Column("before", Text, nullable=False),  # JSON: verdicts, decisions and pending writes
)

alias = Table(
    "alias",
    metadata,
    _owner(),
    Column("addr", Text, primary_key=True),
    Column("reasons", Text, nullable=False),  # JSON list
)
