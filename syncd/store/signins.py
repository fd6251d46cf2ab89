"""Sign-ins that a server refused: what was refused is not shown again for a while, by no process.

In the database stands a keyed digest (HMAC-SHA256) of what was shown. Its key is a file of its own
beside the state (`syncd.db.signin`, 0600), which no backup holds: whoever has the database alone
cannot even try secrets. Where the key is lost, what was refused is shown once more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from syncd.store import facts, tombstones
from syncd.store.database import Database
from syncd.store.errors import StoreWrong
from syncd.store.times import from_int, to_int

_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Refusal:
    """`words` is what was said of it."""

    words: str
    at: datetime


def note(database: Database, name: str, shown: str, words: str, now: datetime) -> None:
    """A server refused what was `shown` as the secret `name`, as whom and where included. Raises
    `StoreError` where that cannot be stored."""
    mark = _digest(_key(database) or _made(database), name, shown)
    noted = {"mark": mark, "words": words, "at": to_int(now)}
    with database.begin() as connection:
        facts.put(connection, database.owner, _fact(name), json.dumps(noted))


def standing(database: Database, name: str, shown: str) -> Refusal | None:
    """What became of exactly this, where it is what was refused last. Raises `StoreError`."""
    with database.read() as connection:
        value = facts.get(connection, database.owner, _fact(name))
    key = None if value is None else _key(database)
    if value is None or key is None:
        return None
    noted = json.loads(value)
    if not hmac.compare_digest(noted["mark"], _digest(key, name, shown)):
        return None
    return Refusal(noted["words"], from_int(noted["at"]))


def drop(database: Database, name: str) -> None:
    """Let it be tried again. Raises `StoreError`."""
    fact = _fact(name)
    with database.read() as connection:
        if facts.get(connection, database.owner, fact) is None:
            return
    with database.begin() as connection:
        facts.drop(connection, database.owner, fact)


def _fact(name: str) -> str:
    """Names of accounts may be longer than those of facts."""
    return f"signin:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _digest(key: bytes, name: str, shown: str) -> str:
    text = f"{name}\0{shown}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _path(database: Database) -> Path:
    return tombstones.key_path(database).with_suffix(".signin")


def _key(database: Database) -> bytes | None:
    try:
        return tombstones.read_key(_path(database))
    except StoreWrong:  # it is damaged, and made anew when it is needed
        return None


def _made(database: Database) -> bytes:
    """Of two who make one the last one counts, and the other's digest is of no use."""
    key = secrets.token_bytes(_BYTES)
    tombstones.write_key(_path(database), key)
    return key
