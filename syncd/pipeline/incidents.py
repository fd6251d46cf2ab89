"""Many tasks that vanished from a list at once, or the list with them: the owner is asked, and says
that it was meant (`--accept-deletions`) or puts them back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection

from connectors.errors import Vanished
from syncd.store import facts, ledger_tasks, sources

_ACCEPT: Final = "accept:"


def incident(connection: Connection, owner: str, account: str) -> list[str]:
    """Keys of tasks that vanished from this list in a way that is not believed to be an answer."""
    if is_gone(connection, owner, account):
        return [row.key for row in ledger_tasks.open_tasks(connection, owner, account)]
    return asked(connection, owner, account)


def incidents(
    connection: Connection, owner: str, accounts: Collection[str], said: Mapping[str, str]
) -> frozenset[str]:
    """Those of these accounts with such a task. `said` holds the facts named by `asked_of`."""
    gone = sources.failed_by(connection, owner, "tasks", Vanished.__name__)
    return frozenset(
        name
        for name in accounts
        if (
            ledger_tasks.open_tasks(connection, owner, name)
            if name in gone
            else json.loads(said.get(asked_of(name)) or "[]")
        )
    )


def asked_of(account: str) -> str:
    """The name of the fact that says of which tasks the owner is asked."""
    return f"incident:{account}"


def asked(connection: Connection, owner: str, account: str) -> list[str]:
    """Keys of the tasks of which the owner is asked, as they are stored."""
    return list(json.loads(facts.get(connection, owner, asked_of(account)) or "[]"))


def ask(connection: Connection, owner: str, account: str, keys: Collection[str]) -> None:
    """The owner is asked of these tasks as well."""
    every = sorted({*asked(connection, owner, account), *keys})
    facts.put(connection, owner, asked_of(account), json.dumps(every))


def is_gone(connection: Connection, owner: str, account: str) -> bool:
    """Whether the whole list was not there when it was read last."""
    return account in sources.failed_by(connection, owner, "tasks", Vanished.__name__)


def accept(connection: Connection, owner: str, accounts: Collection[str]) -> None:
    """What vanished from these lists was deleted on purpose: the daemon's next reading takes it
    so."""
    for account in accounts:
        facts.put(connection, owner, _ACCEPT + account, "yes")


def to_accept(connection: Connection, owner: str, accounts: Collection[str]) -> set[str]:
    """Those of these lists of which that was said, and which were not read since."""
    return {one for one in accounts if facts.get(connection, owner, _ACCEPT + one) is not None}


def accepted(connection: Connection, owner: str, account: str) -> None:
    """What was said of this list has been done."""
    facts.drop(connection, owner, _ACCEPT + account)
