"""What the owner muted, in and out. Functions take a connection and never commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection, delete, or_, select

from syncd.planner.mutes import Mute
from syncd.store.query import Query, owned
from syncd.store.schema import address
from syncd.store.schema_mutes import mute
from syncd.store.statements import chunked, insert_or
from syncd.store.times import from_int, to_int


def load(connection: Connection, owner: str) -> tuple[Mute, ...]:
    """Every word there is, those that hold no more among them."""
    return tuple(
        Mute(
            target=target,
            since=from_int(since),
            rule=rule,
            until=None if until is None else date.fromisoformat(until),
            muted=bool(muted),
        )
        for target, since, rule, until, muted in _ALL(connection, owner=owner)
    )


_ALL = Query(
    lambda _: (
        select(mute.c.target, mute.c.since, mute.c.rule, mute.c.until, mute.c.muted)
        .where(owned(mute))
        .order_by(mute.c.target, mute.c.rule)
    )
)


def put(connection: Connection, owner: str, words: Iterable[Mute]) -> None:
    """Store them; each replaces an older word of its kind about the same target and rule."""
    rows = [
        {
            "owner": owner,
            "target": word.target,
            "rule": word.rule,
            "muted": word.muted,
            "since": to_int(word.since),
            "until": None if word.until is None else word.until.isoformat(),
        }
        for word in words
    ]
    if rows:
        keys = ("owner", "target", "rule", "muted")
        connection.execute(insert_or(connection, mute, keys, replace=True), rows)


def remove(connection: Connection, owner: str, words: Iterable[Mute]) -> None:
    """Take them back."""
    for word in words:
        said = (mute.c.target == word.target, mute.c.rule == word.rule, mute.c.muted == word.muted)
        connection.execute(delete(mute).where(mute.c.owner == owner, *said))


def persons_at(connection: Connection, owner: str, targets: Collection[str]) -> set[str]:
    """Whoever holds one of these addresses, or one at these domains or below them."""
    found: set[str] = set()
    domains = [target for target in targets if "@" not in target]
    for some in chunked(sorted(target for target in targets if "@" in target)):
        query = select(address.c.person).where(address.c.owner == owner, address.c.addr.in_(some))
        found |= set(connection.execute(query).scalars())
    if domains:
        ends = [
            address.c.addr.endswith(mark + domain, autoescape=True)
            for domain in domains
            for mark in "@."
        ]
        query = select(address.c.person).where(address.c.owner == owner, or_(*ends))
        found |= set(connection.execute(query).scalars())
    return found - {""}
