"""Whoever is in the newest message: looked up with their briefs, and stored as they are with it.
Functions take a connection and never commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from syncd.store.people import PersonRow, person_of
from syncd.store.query import Query, owned
from syncd.store.schema import address, person
from syncd.store.schema_briefs import brief
from syncd.store.times import maybe_int, to_int


def with_brief(
    connection: Connection, owner: str, addrs: Collection[str]
) -> dict[str, tuple[PersonRow, str]]:
    """By address: whose it is, and their brief; without the addresses of those who have none."""
    rows = _BRIEFED(connection, owner=owner, addrs=sorted(addrs))
    return {row[0]: (person_of(row[2:]), row[1]) for row in rows}


def save(
    connection: Connection, owner: str, row: PersonRow, text: str, next_at: datetime | None
) -> None:
    """Store what one more message changes of somebody who was looked up in this transaction, their
    brief, and when they have to be looked at again."""
    _PERSON.do(
        connection,
        owner=owner,
        who=row.id,
        strong=row.strength,
        last=maybe_int(row.last_at) or 0,
        taken=row.snapshot,
        folded=to_int(row.folded_at),
        moment=maybe_int(next_at),
    )
    _BRIEF.do(connection, owner=owner, who=row.id, said=text)


_BRIEFED = Query(
    lambda many: (
        select(address.c.addr, brief.c.text, *person.c)
        .join(person, (person.c.owner == address.c.owner) & (person.c.id == address.c.person))
        .join(brief, (brief.c.owner == address.c.owner) & (brief.c.person == address.c.person))
        .where(owned(address), address.c.addr.in_(many("addrs")))
    )
)
# Only what changes: the key, by which most of the pages are found, stays as it is.
_PERSON = Query(
    lambda _: (
        update(person)
        .where(owned(person), person.c.id == bindparam("who"))
        .values(
            strength=bindparam("strong"),
            last_at=bindparam("last"),
            snapshot=bindparam("taken"),
            folded_at=bindparam("folded"),
            next_at=bindparam("moment"),
        )
    )
)
_BRIEF = Query(
    lambda _: (
        update(brief)
        .where(owned(brief), brief.c.person == bindparam("who"))
        .values(text=bindparam("said"))
    )
)
