"""Cards and drafts that are decided, in and out. Functions take a connection and never commit.

gather    mails are still to be read for it
ready     it is to be written
doubt     it may have been written: it is written once more, which makes no second one
done      it was
aside     it will never be taken
over      it is not wanted, or was not from the start
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from rules.verdict import State
from syncd.inference.humans import OURS
from syncd.store.query import Query, owned
from syncd.store.schema import involved, observation, sighting, verdict
from syncd.store.schema_errands import errand
from syncd.store.statements import put_rows
from syncd.store.times import from_int, to_int

CARD: Final = "card"
DRAFT: Final = "draft"
GATHER, READY, DOUBT, DONE, ASIDE, OVER = "gather", "ready", "doubt", "done", "aside", "over"
OPEN: Final = (GATHER, READY, DOUBT)


@dataclass(frozen=True, slots=True)
class Errand:
    """One card or draft (`op`). `found` holds what mails told: of a card the fields of a signature,
    of a draft the language and the key of the message that it answers."""

    key: str
    op: str
    account: str
    state: str
    name: str
    addrs: tuple[str, ...]
    mails: tuple[str, ...]
    made: datetime
    found: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""
    tries: int = 0
    not_before: datetime | None = None
    error: str = ""

    @property
    def uid(self) -> str:
        """Of a card: always the same for one key."""
        return card_uid(self.key)

    @property
    def written(self) -> bool:
        """Whether it is in its account, or may be."""
        return self.state in (DOUBT, DONE) or (self.state in (ASIDE, OVER) and self.tries > 0)


def card_uid(key: str) -> str:
    """The UID of the card that goes with a verdict."""
    return OURS + key.removeprefix("syncd-")


class Wanting(NamedTuple):
    """A verdict that may want a card or a draft and has none."""

    key: str
    person: str
    rule: str


def wanting(
    connection: Connection,
    owner: str,
    op: str,
    rules: Collection[str],
    states: Collection[State],
    since: datetime,
    now: datetime,
) -> list[Wanting]:
    """Verdicts of these rules, in one of these states, that were found open and whose moment came
    since then; those alone of which nothing was decided yet."""
    if not rules:
        return []
    rows = _WANTING(
        connection,
        owner=owner,
        op=op,
        rules=sorted(rules),
        states=[str(state) for state in states],
        since=to_int(since),
        now=to_int(now),
    )
    return [Wanting(*row) for row in rows]


_WANTING = Query(
    lambda many: (
        select(verdict.c.key, verdict.c.person, verdict.c.rule)
        .where(
            owned(verdict),
            verdict.c.rule.in_(many("rules")),
            verdict.c.remind >= bindparam("since"),
            verdict.c.remind <= bindparam("now"),
            verdict.c.state.in_(many("states")),
            verdict.c.found_at.is_not(None),
            ~exists().where(
                errand.c.owner == verdict.c.owner,
                errand.c.key == verdict.c.key,
                errand.c.op == bindparam("op"),
            ),
        )
        .order_by(verdict.c.remind, verdict.c.key)
    )
)


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


class Mail(NamedTuple):
    """A message of somebody's."""

    key: str
    author: str


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


class Sheet(NamedTuple):
    """One sighting of a message: where it is, and its packed record."""

    account: str
    ref: str
    record: str
    author: str


def sheets(connection: Connection, owner: str, key: str) -> list[Sheet]:
    """Where a message is now; none where it is gone everywhere."""
    return [Sheet(*row) for row in _SHEETS(connection, owner=owner, key=key)]


_SHEETS = Query(
    lambda _: (
        select(sighting.c.account, sighting.c.ref, sighting.c.record, observation.c.author)
        .join(observation, observation.c.id == sighting.c.observation)
        .where(owned(observation), observation.c.key == bindparam("key"))
        .where(sighting.c.gone_at.is_(None))
        .order_by(sighting.c.account, sighting.c.ref)
    )
)


def load(
    connection: Connection, owner: str, states: Collection[str] = (), account: str | None = None
) -> list[Errand]:
    """Those in one of these states (all of them by default), oldest first."""
    rows = _BY_STATE.each(connection, "state", sorted(states or _ALL_STATES), owner=owner)
    found = sorted(map(_errand, rows), key=lambda one: (one.made, one.key, one.op))
    return [one for one in found if account is None or one.account == account]


_ALL_STATES: Final = (*OPEN, DONE, ASIDE, OVER)
_COLUMNS: Final = (
    errand.c.key, errand.c.op, errand.c.account, errand.c.state, errand.c.name, errand.c.addrs,
    errand.c.mails, errand.c.found, errand.c.ref, errand.c.made, errand.c.tries,
    errand.c.not_before, errand.c.error,
)  # fmt: skip
_BY_STATE = Query(
    # In order afterwards: for an order SQLite takes another index, and looks at all there are.
    lambda _: select(*_COLUMNS).where(owned(errand), errand.c.state == bindparam("state"))
)
_BY_KEY = Query(
    lambda _: (
        select(*_COLUMNS)
        .where(owned(errand), errand.c.key == bindparam("key"))
        .order_by(errand.c.op)
    )
)


def to_gather(connection: Connection, owner: str) -> tuple[tuple[str, str], ...]:
    """Another one when other mails are to be read; () where none is."""
    return tuple(sorted(map(tuple, _TO_GATHER(connection, owner=owner, state=GATHER))))


_TO_GATHER = Query(
    lambda _: select(errand.c.key, errand.c.mails).where(
        owned(errand), errand.c.state == bindparam("state")
    )
)


def of_key(connection: Connection, owner: str, key: str) -> list[Errand]:
    """What goes with one verdict."""
    return [_errand(row) for row in _BY_KEY(connection, owner=owner, key=key)]


def of_people(connection: Connection, owner: str, addrs: Collection[str]) -> list[Errand]:
    """What was decided about whoever holds one of these addresses."""
    theirs = set(addrs)
    return [one for one in load(connection, owner) if not theirs.isdisjoint(one.addrs)]


def put(connection: Connection, owner: str, one: Errand) -> None:
    """Store it, new or changed."""
    row = (
        owner, one.key, one.op, one.account, one.state, one.name, json.dumps(one.addrs),
        json.dumps(one.mails), json.dumps(one.found, ensure_ascii=False), one.ref,
        to_int(one.made), one.tries, 0 if one.not_before is None else to_int(one.not_before),
        one.error,
    )  # fmt: skip
    put_rows(connection, errand, [row], ("owner", "key", "op"), replace=True)


def changed(connection: Connection, owner: str, before: Errand, **values: Any) -> Errand | None:
    """Store a change of it; None where it is another one by now, or gone, and nothing is stored."""
    now = next((one for one in of_key(connection, owner, before.key) if one.op == before.op), None)
    if now != before:
        return None
    after = replace(before, **values)
    put(connection, owner, after)
    return after


def drop(connection: Connection, owner: str, one: Errand) -> None:
    """Nothing was decided after all."""
    ours = (errand.c.owner == owner, errand.c.key == one.key, errand.c.op == one.op)
    connection.execute(delete(errand).where(*ours))


def erase(connection: Connection, owner: str, addrs: Collection[str]) -> None:
    """Nothing is known any more of what was decided about whoever holds one of these addresses."""
    for one in of_people(connection, owner, addrs):
        drop(connection, owner, one)


def hasten(connection: Connection, owner: str) -> None:
    """What was put off may be tried at once."""
    ours = (errand.c.owner == owner, errand.c.state.in_(OPEN))
    connection.execute(update(errand).where(*ours).values(not_before=0))


def again(connection: Connection, owner: str, one: Errand) -> None:
    """What did not succeed is tried again, as though for the first time."""
    state = DOUBT if one.state == ASIDE else one.state
    put(connection, owner, replace(one, state=state, tries=0, not_before=None))


def troubles(connection: Connection, owner: str) -> Iterator[Errand]:
    """What was tried and did not succeed."""
    return (one for one in load(connection, owner, (*OPEN, ASIDE)) if one.error)


def _errand(row: Sequence[Any]) -> Errand:
    (key, op, account, state, name, addrs, mails, found, ref, made, tries, not_before, error) = row
    return Errand(
        key,
        op,
        account,
        state,
        name,
        tuple(json.loads(addrs)),
        tuple(json.loads(mails)),
        from_int(made),
        json.loads(found),
        ref,
        tries,
        from_int(not_before) if not_before else None,
        error,
    )
