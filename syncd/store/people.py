"""People in and out: which address is whose, the folded state of each relationship, names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from rules.values import value
from syncd.store import briefs
from syncd.store.query import Query, owned
from syncd.store.schema import (
    address,
    dirty,
    involved,
    name_token,
    named,
    person,
    title_token,
)
from syncd.store.statements import chunked, put_rows
from syncd.store.times import from_int, maybe_int, maybe_moment, to_int


@value
class PersonRow:
    """One relationship as folded at `folded_at`. `snapshot` answers for later moments."""

    id: str
    name: str
    kind: str  # person | silent | machine | robot | role | list | resource
    reasons: str
    known: bool
    strength: float
    last_at: datetime | None
    snapshot: str
    folded_at: datetime
    next_at: datetime | None


# --- who is touched -----------------------------------------------------------------------------


def dirty_addresses(connection: Connection, owner: str, limit: int) -> set[str]:
    return set(_DIRTY.column(connection, owner=owner, limit=limit))


def clean(connection: Connection, owner: str, addrs: Iterable[str]) -> None:
    _CLEAN.do(connection, owner=owner, addrs=sorted(addrs))


def due_people(connection: Connection, owner: str, now: datetime, limit: int) -> list[str]:
    """Whose state changes by itself at or before `now`; through the index, never a scan."""
    return _DUE.column(connection, owner=owner, now=to_int(now), limit=limit)


def outdated_people(connection: Connection, owner: str, now: datetime, limit: int) -> list[str]:
    """Those of them who were not folded at `now` already."""
    return _OUTDATED.column(connection, owner=owner, now=to_int(now), limit=limit)


def next_moment(connection: Connection, owner: str) -> datetime | None:
    """The earliest moment at which anything can change by itself; through the index, never a
    scan."""
    return maybe_moment(NEXT(connection, owner=owner)[0][0])


_DIRTY = Query(lambda _: select(dirty.c.addr).where(owned(dirty)).limit(bindparam("limit")))
_CLEAN = Query(lambda many: delete(dirty).where(owned(dirty), dirty.c.addr.in_(many("addrs"))))
_DUE = Query(
    lambda _: (
        select(person.c.id)
        .where(owned(person), person.c.next_at <= bindparam("now"))
        .order_by(person.c.next_at)
        .limit(bindparam("limit"))
    )
)
_OUTDATED = Query(
    lambda _: (
        select(person.c.id)
        .where(owned(person), person.c.next_at <= bindparam("now"))
        .where(person.c.folded_at != bindparam("now"))
        .order_by(person.c.next_at)
        .limit(bindparam("limit"))
    )
)
NEXT = Query(lambda _: select(func.min(person.c.next_at)).where(owned(person)))


# --- which address is whose ---------------------------------------------------------------------


def roles(
    connection: Connection, owner: str, addrs: Collection[str]
) -> dict[str, list[tuple[str, str, int]]]:
    """How each address was seen: (role, name beside it, how often). To be named in a delivery
    report is not to be seen."""
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for addr, role, name, count in _ROLES(connection, owner=owner, addrs=sorted(addrs)):
        found[addr].append((role, name, count))
    return found


_ROLES = Query(
    lambda many: (
        select(involved.c.addr, involved.c.role, involved.c.name, func.count())
        .where(owned(involved), involved.c.addr.in_(many("addrs")), involved.c.role != "bounced")
        .group_by(involved.c.addr, involved.c.role, involved.c.name)
    )
)


def owners_of(connection: Connection, owner: str, addrs: Collection[str]) -> dict[str, str]:
    """The person each address belongs to now ("" for one that is no person's)."""
    return dict(_OWNERS(connection, owner=owner, addrs=sorted(addrs)))


def assign(connection: Connection, owner: str, whose: Mapping[str, str]) -> None:
    rows = [(owner, addr, who) for addr, who in sorted(whose.items())]
    put_rows(connection, address, rows, ("owner", "addr"), replace=True)


def addresses_of(connection: Connection, owner: str, ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for whose, addr in _ADDRESSES.each(connection, "who", sorted(set(ids)), owner=owner):
        found[whose].append(addr)
    return found


_OWNERS = Query(
    lambda many: select(address.c.addr, address.c.person).where(
        owned(address), address.c.addr.in_(many("addrs"))
    )
)
_ADDRESSES = Query(
    lambda _: (
        select(address.c.person, address.c.addr)
        .where(owned(address), address.c.person == bindparam("who"))
        .order_by(address.c.addr)
    )
)


# --- the folded state ---------------------------------------------------------------------------


def save(connection: Connection, owner: str, rows: Sequence[PersonRow]) -> None:
    """Store them; the briefs of everybody among them are for the caller to put anew."""
    values = [
        (
            owner,
            row.id,
            row.name,
            row.kind,
            row.reasons,
            row.known,
            row.strength,
            maybe_int(row.last_at) or 0,
            row.snapshot,
            to_int(row.folded_at),
            maybe_int(row.next_at),
        )
        for row in rows
    ]
    put_rows(connection, person, values, ("owner", "id"), replace=True)


def remove(
    connection: Connection, owner: str, ids: Collection[str], keep: Collection[str] = ()
) -> set[str]:
    """Forget people whose addresses are now somebody else's; returns the words of their names.
    Of those to `keep` only the names go."""
    lost: set[str] = set()
    for some in chunked(ids):
        words = select(name_token.c.token).where(
            name_token.c.owner == owner, name_token.c.person.in_(some)
        )
        lost |= set(connection.execute(words).scalars())
        for table, column in ((name_token, name_token.c.person), (named, named.c.person)):
            connection.execute(delete(table).where(table.c.owner == owner, column.in_(some)))
        briefs.drop(connection, owner, some)
        gone = [one for one in some if one not in keep]
        connection.execute(delete(person).where(person.c.owner == owner, person.c.id.in_(gone)))
    return lost


def load(connection: Connection, owner: str, ids: Iterable[str]) -> dict[str, PersonRow]:
    asked = sorted(ids)
    rows = _PEOPLE(connection, owner=owner, ids=asked) if asked else ()
    return {row[1]: person_of(row) for row in rows}


_PEOPLE = Query(lambda many: select(person).where(owned(person), person.c.id.in_(many("ids"))))


def everyone(connection: Connection, owner: str, kinds: Collection[str]) -> list[PersonRow]:
    query = (
        select(person)
        .where(person.c.owner == owner, person.c.kind.in_(list(kinds)))
        .order_by(person.c.last_at.desc(), person.c.id)
    )
    return [person_of(row) for row in connection.execute(query)]


def person_of(row: Sequence[Any]) -> PersonRow:
    """A row, its values in the order of the table's columns."""
    _, who, name, kind, reasons, known, strength, last_at, snapshot, folded_at, next_at = row
    return PersonRow(
        id=who,
        name=name,
        kind=kind,
        reasons=reasons,
        known=bool(known),
        strength=strength,
        last_at=from_int(last_at) if last_at else None,
        snapshot=snapshot,
        folded_at=from_int(folded_at),
        next_at=maybe_moment(next_at),
    )


# --- names in titles ----------------------------------------------------------------------------


def set_name_tokens(
    connection: Connection,
    owner: str,
    tokens: Mapping[str, frozenset[str]],
    renamed: Collection[str] = (),
) -> set[str]:
    """Note by which words each person may be named; returns the words whose meaning may have
    changed: those that came or went, and all those of somebody who was `renamed`."""
    before: dict[str, set[str]] = defaultdict(set)
    for who, token in _TOKENS(connection, owner=owner, ids=sorted(tokens)):
        before[who].add(token)
    changed: set[str] = set()
    fresh = []
    for who, words in tokens.items():
        if who in renamed:
            changed |= before[who] | words
        if before[who] == words:
            continue
        changed |= before[who] ^ words
        connection.execute(
            delete(name_token).where(name_token.c.owner == owner, name_token.c.person == who)
        )
        fresh += [{"owner": owner, "token": token, "person": who} for token in sorted(words)]
    if fresh:
        connection.execute(name_token.insert(), fresh)
    return changed


_TOKENS = Query(
    lambda many: select(name_token.c.person, name_token.c.token).where(
        owned(name_token), name_token.c.person.in_(many("ids"))
    )
)


def entries_with(connection: Connection, owner: str, tokens: Collection[str]) -> set[int]:
    """Calendar entries without attendees whose titles hold one of these words."""
    found: set[int] = set()
    for some in chunked(sorted(tokens)):
        query = select(title_token.c.observation).where(
            title_token.c.owner == owner, title_token.c.token.in_(some)
        )
        found |= set(connection.execute(query).scalars())
    return found


def candidates_for(
    connection: Connection, owner: str, numbers: Collection[int]
) -> dict[int, set[str]]:
    """For each entry: the people who have a word of their name in its title."""
    found: dict[int, set[str]] = defaultdict(set)
    for some in chunked(sorted(numbers)):
        query = (
            select(title_token.c.observation, name_token.c.person)
            .join(
                name_token,
                (name_token.c.token == title_token.c.token)
                & (name_token.c.owner == title_token.c.owner),
            )
            .where(title_token.c.owner == owner, title_token.c.observation.in_(some))
            .distinct()
        )
        for number, who in connection.execute(query):
            found[number].add(who)
    return found


def set_named(
    connection: Connection, owner: str, meant: Mapping[int, str | None]
) -> tuple[set[str], set[int]]:
    """Note whom each entry means now; returns the people and the entries for which that changed."""
    before: dict[int, str] = {}
    for some in chunked(sorted(meant)):
        query = select(named).where(named.c.observation.in_(some))
        before |= {row.observation: row.person for row in connection.execute(query)}
    changed: set[str] = set()
    entries: set[int] = set()
    for number, who in meant.items():
        if before.get(number) == who:
            continue
        entries.add(number)
        changed |= {one for one in (before.get(number), who) if one}
        connection.execute(delete(named).where(named.c.observation == number))
        if who:
            connection.execute(named.insert().values(observation=number, owner=owner, person=who))
    return changed, entries


def retire(connection: Connection, owner: str, ids: Collection[str], now: datetime) -> None:
    """Keep people who are no people any more (an address that turned out to be a list's, or the
    owner's own) for as long as their tasks need them; they are to be followed once more."""
    values = {"kind": "gone", "known": False, "next_at": to_int(now), "last_at": 0}
    briefs.drop(connection, owner, ids)
    for some in chunked(sorted(ids)):
        ours = (person.c.owner == owner, person.c.id.in_(some))
        connection.execute(update(person).where(*ours).values(values))


def is_anybody(connection: Connection, owner: str) -> bool:
    """Whether anybody is known."""
    query = select(address.c.addr).where(address.c.owner == owner).limit(1)
    return connection.execute(query).first() is not None


def all_addresses(connection: Connection, owner: str) -> list[str]:
    """Every address ever seen but the owner's, people's or not."""
    query = (
        select(involved.c.addr)
        .where(involved.c.owner == owner)
        .distinct()
        .order_by(involved.c.addr)
    )
    return list(connection.execute(query).scalars())


def set_next(connection: Connection, owner: str, moments: Mapping[str, datetime | None]) -> None:
    """Put when each of these people has to be looked at again; None: never by itself."""
    for who, moment in sorted(moments.items()):
        _SET_NEXT.do(connection, owner=owner, who=who, moment=maybe_int(moment))


_SET_NEXT = Query(
    lambda _: (
        update(person)
        .where(owned(person), person.c.id == bindparam("who"))
        .values(next_at=bindparam("moment"))
    )
)


def evaluate_all(connection: Connection, owner: str, now: datetime) -> None:
    """Everybody is to be evaluated anew: the rules, or what is known of the accounts, changed."""
    connection.execute(update(person).where(person.c.owner == owner).values(next_at=to_int(now)))


def count(connection: Connection, owner: str) -> int:
    """How many people there are whom the owner has to do with."""
    query = select(func.count()).where(person.c.owner == owner, person.c.kind == "person")
    return int(connection.execute(query).scalar() or 0)


def unassign(connection: Connection, owner: str, addrs: Collection[str]) -> None:
    """Forget that these addresses were anybody's."""
    for some in chunked(sorted(addrs)):
        connection.execute(
            delete(address).where(address.c.owner == owner, address.c.addr.in_(some))
        )
