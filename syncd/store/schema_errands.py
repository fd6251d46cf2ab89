"""Cards and drafts that are decided: what is to be written beside the tasks, and what was."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from syncd.store.schema import metadata, verdict

__all__ = ["errand", "metadata"]

# A row stays for ever, so that nothing is written twice: what the owner deleted least of all.
errand = Table(
    "errand",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("key", String(40), primary_key=True),  # the verdict's, as it was then
    Column("op", String(8), primary_key=True),  # card | draft
    Column("account", String(128), nullable=False),
    # gather: mails are to be read for it | ready | doubt: it may have been written
    # | done | aside: it will never be taken | over: not wanted any more
    Column("state", String(8), nullable=False),
    Column("name", Text, nullable=False),  # whose it is, as they were called
    Column("addrs", Text, nullable=False),  # JSON list, theirs
    Column("mails", Text, nullable=False),  # JSON list: keys of the messages still to be read
    Column("found", Text, nullable=False),  # JSON: what they told (see `store/errands.py`)
    Column("ref", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)
Index("ix_errand_state", errand.c.owner, errand.c.state)
Index("ix_verdict_remind", verdict.c.owner, verdict.c.rule, verdict.c.remind)
