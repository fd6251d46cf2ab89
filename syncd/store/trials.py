"""What failed by itself while everything else went well: it is tried again some times, then set
aside until the owner asks for it, or another version comes.

An item has its row among the items as well, which tells the owner why (`item.reason`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from syncd.store.query import Query, owned
from syncd.store.schema import address, cursor, item
from syncd.store.schema_health import trial
from syncd.store.statements import put_rows
from syncd.store.times import from_int, maybe_int, maybe_moment, to_int

ITEM: Final = "item"
PERSON: Final = "person"
MARK: Final = "mark"


class Subject(NamedTuple):
    """What failed: an item of a facet, or (account and facet "") a person by their id, or a mark:
    an address or calendar entry whose people could not even be found."""

    kind: str
    account: str
    facet: str
    ref: str

    @classmethod
    def person(cls, who: str) -> Subject:
        return cls(PERSON, "", "", who)


@dataclass(frozen=True, slots=True)
class Trial:
    """How often it failed, and when it is tried again; `next_at` is None where it is set aside."""

    subject: Subject
    tries: int
    since: datetime
    next_at: datetime | None
    fault: str = ""  # the error's class, where one was raised
    reason: str = ""
    version: str = ""

    def due(self, now: datetime, version: str) -> bool:
        """Whether it is to be tried. Another version than the one that failed may well succeed."""
        return self.version != version or (self.next_at is not None and now >= self.next_at)


def load(connection: Connection, owner: str) -> list[Trial]:
    """All of them, oldest first."""
    return sorted(map(_row, _ALL(connection, owner=owner)), key=lambda t: (t.since, t.subject))


def of_facet(connection: Connection, owner: str, account: str, facet: str) -> list[Trial]:
    """Those of the items of one facet."""
    rows = _FACET(connection, owner=owner, kind=ITEM, account=account, facet=facet)
    return [_row(row) for row in rows]


def of_people(connection: Connection, owner: str) -> dict[str, Trial]:
    """Those of people, by their id."""
    return of_kind(connection, owner, PERSON)


def of_kind(connection: Connection, owner: str, kind: str) -> dict[str, Trial]:
    """Those of people, or of marks, by ref."""
    rows = _FACET(connection, owner=owner, kind=kind, account="", facet="")
    return {one.subject.ref: one for one in map(_row, rows)}


def put(connection: Connection, owner: str, one: Trial) -> None:
    values = (
        owner,
        *one.subject,
        one.tries,
        to_int(one.since),
        maybe_int(one.next_at),
        one.fault[:64],
        one.reason,
        one.version,
    )
    keys = ("owner", "kind", "account", "facet", "ref")
    put_rows(connection, trial, [values], keys, replace=True)


def drop(connection: Connection, owner: str, subjects: Collection[Subject]) -> None:
    """They went well, or are not there any more."""
    for one in subjects:
        connection.execute(delete(trial).where(*_is(owner, one)))


def again(connection: Connection, owner: str, subjects: Sequence[Subject], now: datetime) -> None:
    """Try these anew, as if they had never failed, what never had a trial as well."""
    there = {one.subject: one for one in load(connection, owner)}
    for subject in subjects:
        one = there.get(subject) or Trial(subject, 0, now, now)
        put(connection, owner, replace(one, tries=0, next_at=now, version=""))


def hasten(connection: Connection, owner: str, now: datetime) -> None:
    """Try whatever is not set aside at once."""
    later = (trial.c.owner == owner, trial.c.next_at > to_int(now))
    connection.execute(update(trial).where(*later).values(next_at=to_int(now)))


def next_at(connection: Connection, owner: str) -> datetime | None:
    """When something is tried again."""
    found = [moment for moment in _NEXT.column(connection, owner=owner) if moment is not None]
    return from_int(min(found)) if found else None


def tidy(connection: Connection, owner: str) -> None:
    """Drop those whose item or person is not there any more."""
    items = exists().where(
        item.c.owner == trial.c.owner,
        item.c.account == trial.c.account,
        item.c.facet == trial.c.facet,
        item.c.ref == trial.c.ref,
    )
    people = exists().where(address.c.owner == trial.c.owner, address.c.person == trial.c.ref)
    for kind, there in ((ITEM, items), (PERSON, people)):
        ours = (trial.c.owner == owner, trial.c.kind == kind)
        connection.execute(delete(trial).where(*ours, ~there))


def definitive(connection: Connection, owner: str) -> list[Subject]:
    """Every item that could not be read, whether it has a trial or not."""
    query = select(item.c.account, item.c.facet, item.c.ref).where(
        item.c.owner == owner, item.c.reason != ""
    )
    return [Subject(ITEM, *row) for row in connection.execute(query)]


def relist(connection: Connection, owner: str, subjects: Collection[Subject]) -> None:
    """Let items be listed as if they had never been seen: for sources that cannot be asked for a
    single one."""
    for one in subjects:
        ours = (item.c.owner == owner, item.c.account == one.account, item.c.facet == one.facet)
        connection.execute(delete(item).where(*ours, item.c.ref == one.ref))
    for account, facet in {(one.account, one.facet) for one in subjects}:
        theirs = (cursor.c.owner == owner, cursor.c.account == account, cursor.c.facet == facet)
        connection.execute(update(cursor).where(*theirs).values(cursor=None))


_ALL = Query(lambda _: select(trial).where(owned(trial)))
_FACET = Query(
    lambda _: select(trial).where(
        owned(trial),
        trial.c.kind == bindparam("kind"),
        trial.c.account == bindparam("account"),
        trial.c.facet == bindparam("facet"),
    )
)
_NEXT = Query(
    lambda _: (
        select(trial.c.next_at)
        .where(owned(trial), trial.c.next_at.is_not(None))
        .order_by(trial.c.next_at)
        .limit(1)
    )
)


def _is(owner: str, one: Subject) -> tuple[Any, ...]:
    return (
        trial.c.owner == owner,
        trial.c.kind == one.kind,
        trial.c.account == one.account,
        trial.c.facet == one.facet,
        trial.c.ref == one.ref,
    )


def _row(row: Sequence[Any]) -> Trial:
    """A row, its values in the order of the table's columns."""
    _, kind, account, facet, ref, tries, since, next_at_, fault, reason, version = row
    return Trial(
        Subject(kind, account, facet, ref),
        tries,
        from_int(since),
        maybe_moment(next_at_),
        fault,
        reason,
        version,
    )
