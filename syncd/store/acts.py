"""What the owner says at the command line beside a running daemon: stored there, followed here.

acts      the number of the last act that was stored; raised in the transaction that stores it
followed  the number of the last one after which everybody was brought up to date
"""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.store import facts

_ACTS, _FOLLOWED = "acts", "followed"


def number(connection: Connection, owner: str) -> int:
    """The number of the last act."""
    return int(facts.get(connection, owner, _ACTS) or 0)


def followed(connection: Connection, owner: str) -> int:
    """The number of the last act that was followed."""
    return int(facts.get(connection, owner, _FOLLOWED) or 0)


def raise_number(connection: Connection, owner: str) -> int:
    """One more act is stored in this transaction; returns its number."""
    raised = number(connection, owner) + 1
    facts.put(connection, owner, _ACTS, str(raised))
    return raised


def follow(connection: Connection, owner: str) -> None:
    """Every act so far has been followed."""
    last = facts.get(connection, owner, _ACTS)
    if last is not None and last != facts.get(connection, owner, _FOLLOWED):
        facts.put(connection, owner, _FOLLOWED, last)
