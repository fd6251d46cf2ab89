"""Task lists that the state may be older than, because a copy of it was put back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from syncd.store import facts

_AGAIN: Final = "reread:"


def doubt(connection: Connection, owner: str, accounts: Collection[str]) -> None:
    """The state may be older than these lists: all of each is read before it is written to."""
    for account in accounts:
        facts.put(connection, owner, _AGAIN + account, "yes")


def older_than(connection: Connection, owner: str, accounts: Collection[str]) -> set[str]:
    """Those of these lists that the state may be older than."""
    return {one for one in accounts if facts.get(connection, owner, _AGAIN + one) is not None}


def trust(connection: Connection, owner: str, accounts: Collection[str]) -> None:
    """These lists were read as a whole, and what was in them is taken in."""
    for account in accounts:
        facts.drop(connection, owner, _AGAIN + account)
