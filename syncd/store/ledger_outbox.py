"""Writes that are decided and not yet confirmed, in the order they were decided.

ready  never tried, or known not to have been written
doubt  it may have been written: whoever tries it next has to look first
aside  the list will never take it; kept for the owner to see
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from connectors.contract import Draft
from syncd.planner import Complete, Intent, Update
from syncd.store.query import Query, owned
from syncd.store.schema import outbox
from syncd.store.times import from_int, maybe_moment, to_int

READY, DOUBT, ASIDE = "ready", "doubt", "aside"
CREATE, UPDATE, COMPLETE = "create", "update", "complete"


@dataclass(frozen=True, slots=True)
class Entry:
    """One write. `work` is what to write; `not_before` a moment, `error` the last trouble."""

    id: int
    account: str
    key: str
    work: Draft | Intent
    state: str
    tries: int
    not_before: datetime
    error: str


def enqueue(connection: Connection, owner: str, intent: Intent) -> None:
    """Add an intent, and drop those that it makes pointless.

    Closing makes every change before it pointless, reopening a closing that nobody tried yet.
    An update without any content is not worth an entry.
    """
    if intent == Update(intent.key, intent.account, anchored=True):
        return
    pointless = None
    if isinstance(intent, Complete):
        pointless = UPDATE
    elif intent.reopen:
        pointless = COMPLETE
    if pointless is not None:
        _POINTLESS.do(connection, owner=owner, key=intent.key, op=pointless, ready=READY, tries=0)
    _insert(connection, owner, intent.account, intent)


def enqueue_create(
    connection: Connection, owner: str, account: str, draft: Draft, state: str = READY
) -> None:
    """Add the creation of a task."""
    _insert(connection, owner, account, draft, state)


def _insert(
    connection: Connection, owner: str, account: str, work: Draft | Intent, state: str = READY
) -> None:
    op, payload = _packed(work)
    _ADD.do(
        connection,
        owner=owner,
        account=account,
        key=work.key,
        op=op,
        payload=json.dumps(payload, ensure_ascii=False),
        state=state,
        tries=0,
        not_before=0,
        error="",
    )


_NEW = ("owner", "account", "key", "op", "payload", "state", "tries", "not_before", "error")
_ADD = Query(lambda _: outbox.insert().values({name: bindparam(name) for name in _NEW}))
_POINTLESS = Query(
    lambda _: delete(outbox).where(
        owned(outbox),
        outbox.c.key == bindparam("key"),
        outbox.c.op == bindparam("op"),
        outbox.c.state == bindparam("ready"),
        outbox.c.tries == bindparam("tries"),
    )
)


def after(connection: Connection, owner: str, account: str, last: int) -> Entry | None:
    """The oldest entry behind `last` that is not set aside."""
    rows = _AFTER(connection, owner=owner, account=account, last=last, aside=ASIDE)
    return _entry(rows[0]) if rows else None


_AFTER = Query(
    lambda _: (
        select(outbox)
        .where(
            owned(outbox),
            outbox.c.account == bindparam("account"),
            outbox.c.id > bindparam("last"),
            outbox.c.state != bindparam("aside"),
        )
        .order_by(outbox.c.id)
        .limit(1)
    )
)


def of_key(connection: Connection, owner: str, key: str) -> list[Entry]:
    """Everything pending for one task, oldest first, what was set aside included."""
    return [_entry(row) for row in _OF_KEY(connection, owner=owner, key=key)]


_OF_KEY = Query(
    lambda _: (
        select(outbox).where(owned(outbox), outbox.c.key == bindparam("key")).order_by(outbox.c.id)
    )
)


def mark(
    connection: Connection,
    owner: str,
    entry: Entry,
    state: str,
    *,
    tries: int = 0,
    not_before: datetime | None = None,
    error: str = "",
) -> None:
    """Note how an entry fares; `tries` are added to those it had."""
    _MARK.do(
        connection,
        owner=owner,
        number=entry.id,
        now=state,
        tried=entry.tries + tries,
        why=error,
        early=to_int(entry.not_before if not_before is None else not_before),
    )


_MARK = Query(
    lambda _: (
        update(outbox)
        .where(owned(outbox), outbox.c.id == bindparam("number"))
        .values(
            state=bindparam("now"),
            tries=bindparam("tried"),
            error=bindparam("why"),
            not_before=bindparam("early"),
        )
    )
)


def again(connection: Connection, owner: str, entry: Entry) -> None:
    """Try an entry anew that was set aside; it may have been written, though."""
    ours = (outbox.c.owner == owner, outbox.c.id == entry.id)
    values = {"state": DOUBT, "tries": 0, "not_before": 0}
    connection.execute(update(outbox).where(*ours).values(values))


def postpone(connection: Connection, owner: str, account: str, until: datetime) -> None:
    """Try nothing of this account before `until`."""
    ours = (outbox.c.owner == owner, outbox.c.account == account)
    connection.execute(update(outbox).where(*ours).values(not_before=to_int(until)))


def hasten(connection: Connection, owner: str) -> None:
    """Put nothing off any more."""
    ours = (outbox.c.owner == owner, outbox.c.not_before != 0)
    connection.execute(update(outbox).where(*ours).values(not_before=0))


def drop(connection: Connection, owner: str, entry: Entry) -> None:
    """The entry is confirmed, or there is nothing left of it to do."""
    _DROP.do(connection, owner=owner, number=entry.id)


def drop_key(connection: Connection, owner: str, key: str) -> None:
    """Nothing is to be written about this task any more."""
    _DROP_KEY.do(connection, owner=owner, key=key)


_DROP = Query(lambda _: delete(outbox).where(owned(outbox), outbox.c.id == bindparam("number")))
_DROP_KEY = Query(lambda _: delete(outbox).where(owned(outbox), outbox.c.key == bindparam("key")))


def doubt_all(connection: Connection, owner: str) -> None:
    """The state was restored: whatever is pending may have been written since the backup."""
    ours = (outbox.c.owner == owner, outbox.c.state == READY)
    connection.execute(update(outbox).where(*ours).values(state=DOUBT))


def next_try(
    connection: Connection, owner: str, account: str, *, creating: bool = True
) -> datetime | None:
    """When the account's deliverer has something to do; in the past means now. Unless `creating`,
    new tasks wait."""
    but = "" if creating else CREATE
    found = _NEXT(connection, owner=owner, account=account, aside=ASIDE, but=but)
    return maybe_moment(found[0][0])


_NEXT = Query(
    lambda _: select(func.min(outbox.c.not_before)).where(
        owned(outbox),
        outbox.c.account == bindparam("account"),
        outbox.c.state != bindparam("aside"),
        outbox.c.op != bindparam("but"),
    )
)


def is_pending(connection: Connection, owner: str) -> bool:
    """Whether anything waits to be written to any list."""
    return bool(_PENDING(connection, owner=owner, aside=ASIDE))


_PENDING = Query(
    lambda _: (
        select(outbox.c.id).where(owned(outbox), outbox.c.state != bindparam("aside")).limit(1)
    )
)


def due(
    connection: Connection, owner: str, account: str, now: datetime, *, creating: bool = True
) -> list[tuple[Any, ...]]:
    """(op, id, key, state, tries, allowed from) of the account's writes that may be tried at
    `now`, some of them if they are many. Unless `creating`, new tasks wait."""
    found = _DUE(connection, owner=owner, account=account, now=to_int(now), aside=ASIDE)
    return [tuple(row) for row in found if creating or row[0] != CREATE]


_DUE = Query(
    lambda _: (
        select(
            outbox.c.op,
            outbox.c.id,
            outbox.c.key,
            outbox.c.state,
            outbox.c.tries,
            outbox.c.not_before,
        )
        .where(
            owned(outbox),
            outbox.c.account == bindparam("account"),
            outbox.c.not_before <= bindparam("now"),
            outbox.c.state != bindparam("aside"),
        )
        .order_by(outbox.c.id)
        .limit(1000)
    )
)


def troubles(connection: Connection, owner: str) -> list[Entry]:
    """What was set aside or failed when last tried, for `status`."""
    query = select(outbox).where(
        outbox.c.owner == owner, or_(outbox.c.state == ASIDE, outbox.c.error != "")
    )
    return [_entry(row) for row in connection.execute(query.order_by(outbox.c.id))]


def _entry(row: Sequence[Any]) -> Entry:
    """A row, its values in the order of the table's columns."""
    number, _, account, key, op, payload, state, tries, not_before, error = row
    return Entry(
        id=number,
        account=account,
        key=key,
        work=_unpacked(op, key, account, json.loads(payload)),
        state=state,
        tries=tries,
        not_before=from_int(not_before),
        error=error,
    )


def _packed(work: Draft | Intent) -> tuple[str, dict[str, object]]:
    if isinstance(work, Draft):
        return CREATE, {
            "title": work.title,
            "notes": work.notes,
            "due": work.due.isoformat(),
            "created": to_int(work.created),
            "link": work.link,
            "priority": work.priority,
        }
    if isinstance(work, Complete):
        return COMPLETE, {"at": to_int(work.at), "reason": work.reason}
    return UPDATE, {
        "title": work.title,
        "notes": work.notes,
        "due": None if work.due is None else work.due.isoformat(),
        "reopen": work.reopen,
        "unsay": work.unsay,
    }


def _unpacked(op: str, key: str, account: str, values: dict[str, Any]) -> Draft | Intent:
    if op == CREATE:
        due, created = date.fromisoformat(values["due"]), from_int(values["created"])
        return Draft(
            key=key,
            title=values["title"],
            notes=values["notes"],
            due=due,
            created=created,
            link=values["link"],
            priority=values["priority"],
        )
    if op == COMPLETE:
        return Complete(key, account, from_int(values["at"]), values["reason"])
    due_text = values["due"]
    return Update(
        key,
        account,
        title=values["title"],
        notes=values["notes"],
        due=None if due_text is None else date.fromisoformat(due_text),
        reopen=values["reopen"],
        unsay=values["unsay"],
    )
