"""Who is who: everything about some addresses that decides which of them are one person's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from syncd.inference.identity import MOST_NAMESAKES, CardSays, Pair, Word
from syncd.store import people
from syncd.store.observations import mark
from syncd.store.query import Query, owned
from syncd.store.schema import involved
from syncd.store.schema_identity import hint, known_as, said

Seen = dict[str, list[tuple[str, str, int]]]  # by address: role, name beside it, how often


@dataclass(slots=True)
class Reached:
    """Addresses that may be one person's, and how they were seen."""

    seen: Seen = field(default_factory=dict)  # without addresses that nothing names any more
    cards: dict[int, CardSays] = field(default_factory=dict)
    words: set[Word] = field(default_factory=set)
    keys: dict[str, frozenset[str]] = field(default_factory=dict)  # names as they are now
    addrs: set[str] = field(default_factory=set)
    # As they were found, for whoever changes them next:
    before: dict[str, frozenset[str]] = field(default_factory=dict)  # names by address
    whose: dict[str, str] = field(default_factory=dict)  # persons by address


def neighbourhood(
    connection: Connection,
    owner: str,
    addrs: Collection[str],
    keys_of: Callable[[str, list[tuple[str, str, int]]], frozenset[str]],
) -> Reached:
    """All addresses that share a card, a person, a full name or a word of the owner's with these,
    transitively. `keys_of` gives the full names of an address, from how it was seen."""
    reached = Reached()
    frontier = set(addrs)
    while frontier:
        reached.addrs |= frontier
        seen = people.roles(connection, owner, frontier)
        reached.seen.update(seen)
        keys = {addr: keys_of(addr, seen[addr]) if addr in seen else _NONE for addr in frontier}
        reached.keys.update(keys)
        words = words_about(connection, owner, frontier)
        reached.words |= words
        cards = _cards_with(connection, owner, frontier, reached.cards.keys())
        reached.cards.update(cards)
        before = known(connection, owner, frontier)
        reached.before.update(before)
        names = frozenset().union(*keys.values(), *before.values())
        frontier = {addr for card in cards.values() for addr in card.addrs}
        frontier |= {addr for word in words for addr in (word.one, word.other)}
        frontier |= holders(connection, owner, names)
        reached.whose = people.owners_of(connection, owner, reached.addrs)
        frontier |= _companions(connection, owner, reached.whose)
        frontier -= reached.addrs
    return reached


_NONE: frozenset[str] = frozenset()


def _companions(connection: Connection, owner: str, whose: Mapping[str, str]) -> set[str]:
    """The addresses of the people to whom these (by address) belong now."""
    theirs = people.addresses_of(connection, owner, set(whose.values()) - {""})
    return {addr for some in theirs.values() for addr in some}


def _cards_with(
    connection: Connection, owner: str, addrs: Collection[str], but: Collection[int]
) -> dict[int, CardSays]:
    """The cards of humans on which any of these addresses stands."""
    numbers = set(_CARDS.column(connection, owner=owner, addrs=sorted(addrs))) - set(but)
    if not numbers:
        return {}
    theirs: dict[int, set[str]] = defaultdict(set)
    names: dict[int, str] = {}
    for number, addr, name in _ON_CARDS(connection, numbers=sorted(numbers)):
        theirs[number].add(addr)
        names[number] = name
    senders = dict(_ATTACHED(connection, numbers=sorted(numbers)))
    return {
        n: CardSays(names[n], frozenset(found), senders.get(n, "")) for n, found in theirs.items()
    }


_CARDS = Query(
    lambda many: select(involved.c.observation).where(
        owned(involved), involved.c.role == "card", involved.c.addr.in_(many("addrs"))
    )
)
_ON_CARDS = Query(
    lambda many: select(involved.c.observation, involved.c.addr, involved.c.name).where(
        involved.c.observation.in_(many("numbers")), involved.c.role == "card"
    )
)
_ATTACHED = Query(
    lambda many: select(hint.c.observation, hint.c.other).where(
        hint.c.observation.in_(many("numbers")), hint.c.kind == "attached"
    )
)


# --- names --------------------------------------------------------------------------------------


def known(connection: Connection, owner: str, addrs: Collection[str]) -> dict[str, frozenset[str]]:
    """The full names these addresses went by when they were last looked at."""
    found: dict[str, set[str]] = defaultdict(set)
    for addr, key in _KNOWN(connection, owner=owner, addrs=sorted(addrs)):
        found[addr].add(key)
    return {addr: frozenset(keys) for addr, keys in found.items()}


_KNOWN = Query(
    lambda many: select(known_as.c.addr, known_as.c.key).where(
        owned(known_as), known_as.c.addr.in_(many("addrs"))
    )
)


def holders(connection: Connection, owner: str, keys: Collection[str]) -> set[str]:
    """Who goes by one of these names, but for names that are too common to tell anything."""
    rare = set(keys) - common(connection, owner, keys)
    return _holders(connection, owner, rare)


def _holders(connection: Connection, owner: str, keys: Collection[str]) -> set[str]:
    return {addr for (addr,) in _HOLDERS.each(connection, "key", sorted(keys), owner=owner)}


_HOLDERS = Query(
    lambda _: select(known_as.c.addr).where(owned(known_as), known_as.c.key == bindparam("key"))
)


def called(connection: Connection, owner: str, words: Collection[str]) -> set[str]:
    """The addresses that go by a full name with all these (folded) words in it."""
    if not words:
        return set()
    longest = max(words, key=len)
    query = select(known_as.c.addr, known_as.c.key).where(
        known_as.c.owner == owner, known_as.c.key.contains(longest, autoescape=True)
    )
    return {addr for addr, key in connection.execute(query) if set(words) <= set(key.split())}


def common(connection: Connection, owner: str, keys: Collection[str]) -> frozenset[str]:
    """Names by which more than MOST_NAMESAKES addresses go."""
    if not keys:
        return frozenset()
    return frozenset(_COMMON.column(connection, owner=owner, keys=sorted(keys)))


_COMMON = Query(
    lambda many: (
        select(known_as.c.key)
        .where(owned(known_as), known_as.c.key.in_(many("keys")))
        .group_by(known_as.c.key)
        .having(func.count() > MOST_NAMESAKES)
    )
)


def put_names(
    connection: Connection,
    owner: str,
    keys: Mapping[str, frozenset[str]],
    before: Mapping[str, frozenset[str]],
) -> None:
    """Note the full names of addresses, which were those of `before`; whoever shares one that
    becomes common, or ceases to be, has to be looked at again."""
    gone = {(a, k) for a, were in before.items() for k in were - keys[a]}
    fresh = {(a, k) for a, are in keys.items() for k in are - before.get(a, frozenset())}
    touched = {key for _, key in gone | fresh}
    were = common(connection, owner, touched)
    for addr, key in sorted(gone):
        ours = (known_as.c.owner == owner, known_as.c.addr == addr, known_as.c.key == key)
        connection.execute(delete(known_as).where(*ours))
    if fresh:
        rows = [{"owner": owner, "addr": addr, "key": key} for addr, key in sorted(fresh)]
        connection.execute(known_as.insert(), rows)
    crossed = were ^ common(connection, owner, touched)
    if crossed:
        mark(connection, owner, _holders(connection, owner, crossed))


# --- the owner's word ---------------------------------------------------------------------------


def words_about(connection: Connection, owner: str, addrs: Collection[str]) -> set[Word]:
    """What the owner said about these addresses."""
    rows = [
        row
        for query in (_SAID_ONE, _SAID_OTHER)
        for row in query.each(connection, "addr", sorted(addrs), owner=owner)
    ]
    return {Word(one, other, bool(same), number) for one, other, same, number in rows}


def _said(column: Any) -> Query:
    return Query(
        lambda _: select(said.c.one, said.c.other, said.c.same, said.c.number).where(
            owned(said), column == bindparam("addr")
        )
    )


_SAID_ONE, _SAID_OTHER = _said(said.c.one), _said(said.c.other)


def told_apart(connection: Connection, owner: str) -> set[Pair]:
    """Every pair about which the owner's last word is that they are two people's."""
    query = select(said).where(said.c.owner == owner).order_by(said.c.number)
    last = {(row.one, row.other): row.same for row in connection.execute(query)}
    return {pair for pair, same in last.items() if not same}
