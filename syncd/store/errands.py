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
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, or_, select, update

from rules.verdict import State
from syncd.inference.humans import OURS
from syncd.people.forgotten import Forgotten
from syncd.store.query import Query, owned
from syncd.store.schema import verdict
from syncd.store.schema_errands import errand
from syncd.store.statements import chunked, put_rows
from syncd.store.times import from_int, to_int

CARD: Final = "card"
DRAFT: Final = "draft"
GATHER, READY, DOUBT, DONE, ASIDE, OVER = "gather", "ready", "doubt", "done", "aside", "over"
OPEN: Final = (GATHER, READY, DOUBT)


@dataclass(frozen=True, slots=True)
class Errand:
    """One card or draft (`op`). `found` holds what mails told: of a card the fields of a signature
    and how the addresses are `written`, of a draft the language and the key of the message that it
    `answers`. Of one that is over without having been written nothing is kept."""

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
    theirs = sorted(set(addrs))
    found: dict[tuple[str, str], Errand] = {}
    for some in chunked(theirs):
        # As each stands in the JSON, quotes included: no other one holds it.
        holds = (errand.c.addrs.contains(json.dumps(one), autoescape=True) for one in some)
        rows = connection.execute(select(*_COLUMNS).where(errand.c.owner == owner, or_(*holds)))
        found |= {(one.key, one.op): one for one in map(_errand, rows)}
    return sorted(found.values(), key=lambda one: (one.made, one.key, one.op))


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


def end(connection: Connection, owner: str, one: Errand) -> None:
    """It is not wanted (any more); what mails told for it is not kept, unless it may have been
    written."""
    told = {"mails": (), "found": one.found if one.written else {}}
    changed(connection, owner, one, state=OVER, not_before=None, error="", **told)


def drop(connection: Connection, owner: str, one: Errand) -> None:
    """Nothing was decided after all."""
    ours = (errand.c.owner == owner, errand.c.key == one.key, errand.c.op == one.op)
    connection.execute(delete(errand).where(*ours))


def erase(connection: Connection, owner: str, forgotten: Forgotten, addrs: Collection[str]) -> None:
    """Nothing is known any more of what was decided about whoever holds one of these addresses, and
    what others' signatures say of whoever is forgotten is not kept."""
    for one in of_people(connection, owner, addrs):
        drop(connection, owner, one)
    for one in load(connection, owner):
        found = {name: _without(said, forgotten) for name, said in one.found.items()}
        if found != one.found:
            put(connection, owner, replace(one, found=found))


def _without(said: Any, forgotten: Forgotten) -> Any:
    """What was found, but for texts that name whoever is forgotten."""
    if isinstance(said, list):
        return [one for one in said if forgotten.text(str(one)) == one]
    return said if forgotten.text(str(said)) == said else ""


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
