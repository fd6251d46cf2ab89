"""What is still to be done in the task lists for those who were forgotten. No row says whose it
was: a task is found by its key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from syncd.people.forgotten import Forgotten
from syncd.planner import addressee
from syncd.store import errands
from syncd.store.ledger_outbox import CREATE, READY
from syncd.store.query import Query, owned
from syncd.store.schema import item, outbox, task
from syncd.store.schema_words import removal
from syncd.store.statements import chunked, insert_or
from syncd.store.strays import Stray

REMOVE, REWORD = "remove", "reword"
CARD = "card"  # one to delete; its key is its UID


@dataclass(frozen=True, slots=True)
class Removal:
    """One task to delete (`remove`), or to write anew without the forgotten (`reword`); or a card
    to delete (`card`)."""

    account: str
    key: str
    op: str
    ref: str
    error: str = ""


def pending(connection: Connection, owner: str, account: str | None = None) -> list[Removal]:
    """What is left to do, in one list or in all."""
    if account is None:
        rows = _PENDING(connection, owner=owner)
    else:
        rows = _PENDING_IN(connection, owner=owner, account=account)
    return [Removal(*row) for row in rows]


def _pending() -> Any:
    columns = (removal.c.account, removal.c.key, removal.c.op, removal.c.ref, removal.c.error)
    return select(*columns).where(owned(removal)).order_by(removal.c.account, removal.c.key)


_PENDING = Query(lambda _: _pending())
_PENDING_IN = Query(lambda _: _pending().where(removal.c.account == bindparam("account")))


def of_tasks(
    connection: Connection, owner: str, keys: Collection[str], keep: Collection[str] = ()
) -> list[Removal]:
    """The deletions that these tasks need, but for those to `keep`: one that was never tried to be
    written is in no list."""
    found: list[Removal] = []
    for some in chunked(sorted(set(keys) - set(keep))):
        untried = select(outbox.c.key).where(
            outbox.c.owner == owner,
            outbox.c.key.in_(some),
            outbox.c.op == CREATE,
            outbox.c.state == READY,
            outbox.c.tries == 0,
        )
        never = set(connection.execute(untried).scalars())
        query = select(task.c.account, task.c.key, task.c.ref).where(
            task.c.owner == owner, task.c.key.in_(some)
        )
        found += [
            Removal(row.account, row.key, REMOVE, row.ref or "")
            for row in connection.execute(query)
            if row.ref is not None or row.key not in never
        ]
    return found


def of_strays(strays: Mapping[str, Stray], forgotten: Forgotten) -> list[Removal]:
    """What is to be done about tasks that only a list knows: our own footer says whether one is
    about somebody who is forgotten, and any other text may name them."""
    found = []
    for key, one in strays.items():
        task = one.found.task
        if one.gone:
            continue
        about = addressee(task.notes, key)
        if forgotten.text(about) != about:
            found.append(Removal(one.account, key, REMOVE, one.found.ref))
        elif any(forgotten.text(text) != text for text in (task.title, task.notes)):
            found.append(Removal(one.account, key, REWORD, one.found.ref))
    return found


def of_cards(
    connection: Connection, owner: str, addrs: Collection[str], keep: Collection[str] = ()
) -> list[Removal]:
    """The deletions of the cards that were added for whoever holds one of these addresses, or may
    have been; but for those to `keep`."""
    return [
        Removal(one.account, one.uid, CARD, one.ref)
        for one in errands.of_people(connection, owner, addrs)
        if one.op == errands.CARD and one.written and one.uid not in keep
    ]


def of_lists(connection: Connection, owner: str, account: str) -> list[Removal]:
    """What is left to do in a task list."""
    return [one for one in pending(connection, owner, account) if one.op != CARD]


def add(connection: Connection, owner: str, removals: Iterable[Removal]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "owner": owner,
            "account": one.account,
            "key": one.key,
            "op": one.op,
            "ref": one.ref,
            "error": "",
        }
        for one in removals
    ]
    if rows:
        statement = insert_or(connection, removal, ("owner", "account", "key"), replace=True)
        connection.execute(statement, rows)


def failed(connection: Connection, owner: str, one: Removal, error: str) -> None:
    connection.execute(update(removal).where(*_ours(owner, one)).values(error=error))


def done(connection: Connection, owner: str, one: Removal, refs: Iterable[str] = ()) -> None:
    """The list confirmed it; items that were deleted are not missed when it is read next."""
    connection.execute(delete(removal).where(*_ours(owner, one)))
    facet = "contacts" if one.op == CARD else "tasks"
    for ref in {*refs, one.ref} if one.op in (REMOVE, CARD) else ():
        connection.execute(
            delete(item).where(
                item.c.owner == owner,
                item.c.account == one.account,
                item.c.facet == facet,
                item.c.ref == ref,
            )
        )


def _ours(owner: str, one: Removal) -> tuple[Any, ...]:
    return (
        removal.c.owner == owner,
        removal.c.account == one.account,
        removal.c.key == one.key,
    )
