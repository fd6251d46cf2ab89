"""What is known of those whom cards and drafts are for: whether they have a card, and their mails.
Functions take a connection and never commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, exists, select

from syncd.store.query import Query, owned
from syncd.store.schema import involved, observation, sighting
from syncd.store.times import to_int


class Sheet(NamedTuple):
    """One sighting: where it is, and its packed record."""

    account: str
    ref: str
    kind: str
    record: str
    author: str


_FEW: Final = 10
_SHEET: Final = (
    sighting.c.account, sighting.c.ref, observation.c.kind, sighting.c.record,
    observation.c.author,
)  # fmt: skip


def has_card(connection: Connection, owner: str, addrs: Iterable[str]) -> bool:
    """Whether one of these addresses stands on a card in a book that is read; not on one of ours.
    What came attached to a mail is in no book."""
    return any(_CARDS(connection, owner=owner, addr=addr) for addr in sorted(addrs))


_CARDS = Query(
    lambda _: (
        select(observation.c.id)
        .join(involved, involved.c.observation == observation.c.id)
        .where(
            owned(involved),
            involved.c.addr == bindparam("addr"),
            involved.c.role == "card",
            ~observation.c.key.startswith("card:<", autoescape=True),
        )
        .limit(1)
    )
)


def bare_cards(connection: Connection, owner: str) -> list[Sheet]:
    """The cards without any address in the books that are read."""
    return [Sheet(*row) for row in _BARE_CARDS(connection, owner=owner)]


_BARE_CARDS = Query(
    lambda _: (
        select(*_SHEET)
        .join(observation, observation.c.id == sighting.c.observation)
        .where(
            owned(observation),
            observation.c.kind == "card",
            ~observation.c.key.startswith("card:<", autoescape=True),
            sighting.c.gone_at.is_(None),
            ~exists().where(involved.c.observation == observation.c.id),
        )
    )
)


def mentions(connection: Connection, owner: str, addr: str) -> list[Sheet]:
    """The newest mails and meetings that this address has a part in, newest first."""
    return [Sheet(*row) for row in _MENTIONS(connection, owner=owner, addr=addr)]


_MENTIONS = Query(
    lambda _: (
        select(*_SHEET)
        .join(observation, observation.c.id == sighting.c.observation)
        .join(involved, involved.c.observation == observation.c.id)
        .where(
            owned(involved),
            involved.c.addr == bindparam("addr"),
            observation.c.kind != "card",
        )
        .order_by(observation.c.at.desc(), observation.c.key.desc(), sighting.c.account)
        .limit(_FEW)
    )
)


def mails_of(
    connection: Connection,
    owner: str,
    addrs: Iterable[str],
    since: datetime,
    now: datetime,
    most: int,
) -> list[str]:
    """The keys of the newest messages that they wrote, newest first."""
    found: list[tuple[int, str]] = []
    for addr in sorted(addrs):
        found += _MAILS(
            connection, owner=owner, addr=addr, since=to_int(since), now=to_int(now), most=most
        )
    return [key for _, key in sorted(found, reverse=True)[:most]]


_MAILS = Query(
    lambda _: (
        select(observation.c.at, observation.c.key)
        .join(involved, involved.c.observation == observation.c.id)
        .where(
            owned(involved),
            involved.c.addr == bindparam("addr"),
            involved.c.role == "from",
            observation.c.kind == "message",
            observation.c.at >= bindparam("since"),
            observation.c.at <= bindparam("now"),
        )
        .order_by(observation.c.at.desc(), observation.c.key.desc())
        .limit(bindparam("most"))
    )
)


def sheets(connection: Connection, owner: str, key: str) -> list[Sheet]:
    """Where a message or a card is now; none where it is gone everywhere."""
    return [Sheet(*row) for row in _SHEETS(connection, owner=owner, key=key)]


_SHEETS = Query(
    lambda _: (
        select(*_SHEET)
        .join(observation, observation.c.id == sighting.c.observation)
        .where(owned(observation), observation.c.key == bindparam("key"))
        .where(sighting.c.gone_at.is_(None))
        .order_by(sighting.c.account, sighting.c.ref)
    )
)
