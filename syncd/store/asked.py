"""What the owner wants tried now, for a daemon that runs: everything that failed before, of some
accounts the sign-in too. A password that is shown to a server too often closes the account.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from syncd.store import facts

_NAME: Final = "retry"


def ask(connection: Connection, owner: str, signing_in: Iterable[str] = ()) -> None:
    """Everything is to be tried; the passwords of these accounts are to be shown again."""
    names = set(signing_in) | (_read(connection, owner) or set())
    facts.put(connection, owner, _NAME, json.dumps(sorted(names)))


def take(connection: Connection, owner: str) -> set[str] | None:
    """What was asked since it was taken last: those accounts, None where nobody asked."""
    found = _read(connection, owner)
    if found is not None:
        facts.drop(connection, owner, _NAME)
    return found


def _read(connection: Connection, owner: str) -> set[str] | None:
    value = facts.get(connection, owner, _NAME)
    if value is None:
        return None
    # Earlier versions wrote one word.
    return set(json.loads(value)) if value.startswith("[") else set()
