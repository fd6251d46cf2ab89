"""Task lists that the state may be older than, because a copy of it was put back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from syncd.store import facts, rewound

_AGAIN: Final = "reread:"
# A list that never answers again is no reason to write nothing to another.
_PATIENCE: Final = timedelta(days=7)


def doubt(connection: Connection, owner: str, accounts: Collection[str]) -> None:
    """The state may be older than these lists: all of each is read before it is written to."""
    for account in accounts:
        facts.put(connection, owner, _AGAIN + account, "yes")


def older_than(connection: Connection, owner: str, accounts: Collection[str]) -> set[str]:
    """Those of these lists that the state may be older than."""
    return {one for one in accounts if facts.get(connection, owner, _AGAIN + one) is not None}


def may_be_elsewhere(
    connection: Connection,
    owner: str,
    lists: Collection[str],
    beside: Collection[str],
    now: datetime,
) -> bool:
    """Whether what is to be created in `lists` may stand in one `beside` them, which was not read
    since the state was put back: evidence that came by two accounts opens a task in either."""
    others = [one for one in beside if one not in lists]
    unread = bool(others) and bool(older_than(connection, owner, others))
    return unread and rewound.behind(connection, owner, now - _PATIENCE)


def unread_beside(
    connection: Connection, owner: str, lists: Collection[str], now: datetime
) -> dict[str, set[str]]:
    """By list, those of the others for which what is to be created in it waits, if any."""
    if not rewound.behind(connection, owner, now - _PATIENCE):
        return {}
    unread = older_than(connection, owner, lists)
    return {one: unread - {one} for one in lists if unread - {one}}


def trust(connection: Connection, owner: str, accounts: Collection[str]) -> None:
    """These lists were read as a whole, and what was in them is taken in."""
    for account in accounts:
        facts.drop(connection, owner, _AGAIN + account)
