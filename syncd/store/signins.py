"""Sign-ins that a server refused: what was refused is not shown again for a while, by no process.
Also that one was accepted: one refusal of it is no proof.

In the database stand a few bits of a keyed digest (HMAC-SHA256) of what was shown: enough to tell
it from another one, too few to find it by trying many. The key is a file of its own beside the
state (`syncd.db.signin`, 0600; with PostgreSQL in the state folder of whoever runs), which no
backup holds. What is noted goes by the key: of several machines, or users of one, each has its own,
and shows a secret once. Where the key is lost, what was refused is shown once more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select

from syncd.store import facts, tombstones
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.schema import fact
from syncd.store.times import from_int, to_int

_BYTES: Final = 32
# Hexadecimal digits that are kept. Of 65,536 other secrets one passes for the refused one, for an
# hour; what was accepted is kept for long, and may say less.
_REFUSED: Final = 4
_ACCEPTED: Final = 2
_FRESH: Final = timedelta(days=1)  # that it was accepted need not be noted more often
_LONG: Final = timedelta(days=30)  # since when it may have been closed for good


@dataclass(frozen=True, slots=True)
class Refusal:
    """`words` is what was said of it. `doubted`: it was accepted before, so it is tried again
    soon."""

    words: str
    at: datetime
    doubted: bool = False


def note(database: Database, name: str, shown: str, refusal: Refusal) -> None:
    """A server refused what was `shown` as the secret `name`, as whom and where included. Raises
    `StoreError` where that cannot be stored."""
    key = _key(database) or _made(database)
    mark = _mark(key, name, shown, _REFUSED)
    noted = {"mark": mark, "words": refusal.words, "at": to_int(refusal.at)}
    if refusal.doubted:
        noted["doubted"] = True
    with database.begin() as connection:
        facts.put(connection, database.owner, _fact(name, key), json.dumps(noted))


def accepted(database: Database, name: str, shown: str, now: datetime) -> None:
    """A server let somebody in by this: what is said against it is dropped. Raises `StoreError`."""
    key = _key(database) or _made(database)
    noted = {"mark": _mark(key, name, shown, _ACCEPTED), "at": to_int(now)}
    with database.read() as connection:
        before = facts.get(connection, database.owner, _fact(name, key, _LET_IN))
        refused = facts.get(connection, database.owner, _fact(name, key))
    known = before is not None and _is_fresh(_read(before), noted)
    if known and refused is None:
        return
    with database.begin() as connection:
        if not known:
            facts.put(connection, database.owner, _fact(name, key, _LET_IN), json.dumps(noted))
        facts.drop(connection, database.owner, _fact(name, key))


def was_accepted(database: Database, name: str, shown: str, now: datetime) -> bool:
    """Whether somebody was let in by this, lately. Raises `StoreError`."""
    key, value = _noted(database, name, _LET_IN)
    if value is None or key is None:
        return False
    noted = _read(value)
    same = noted.get("mark") == _mark(key, name, shown, _ACCEPTED)
    return same and now - from_int(noted["at"]) < _LONG


def standing(database: Database, name: str, shown: str) -> Refusal | None:
    """What became of exactly this, where it is what was refused last. Raises `StoreError`."""
    key, value = _noted(database, name, _OUT)
    if value is None or key is None:
        return None
    noted = _read(value)
    if noted.get("mark") != _mark(key, name, shown, _REFUSED):
        return None
    return Refusal(noted["words"], from_int(noted["at"]), noted.get("doubted", False))


def lapse(database: Database, name: str) -> None:
    """What was refused here is long ago. Raises `StoreError`."""
    key, value = _noted(database, name, _OUT)
    if value is not None and key is not None:
        with database.begin() as connection:
            facts.drop(connection, database.owner, _fact(name, key))


def drop(database: Database, name: str) -> None:
    """Let it be tried again, by everybody. Raises `StoreError`."""
    theirs = fact.c.name.startswith(_about(name, _OUT), autoescape=True)
    ours = (fact.c.owner == database.owner, theirs)
    with database.read() as connection:
        if connection.execute(select(fact.c.name).where(*ours).limit(1)).first() is None:
            return
    with database.begin() as connection:
        connection.execute(delete(fact).where(*ours))


_OUT, _LET_IN = "signin", "signed-in"


def _about(name: str, kind: str) -> str:
    """Names of accounts may be longer than those of facts."""
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _fact(name: str, key: bytes, kind: str = _OUT) -> str:
    """Who has the same key shares what is noted."""
    return f"{_about(name, kind)}:{hashlib.sha256(key).hexdigest()[:8]}"


def _noted(database: Database, name: str, kind: str) -> tuple[bytes | None, str | None]:
    """The key, and what was noted with it."""
    key = _key(database)
    if key is None:
        return None, None
    with database.read() as connection:
        return key, facts.get(connection, database.owner, _fact(name, key, kind))


def _mark(key: bytes, name: str, shown: str, digits: int) -> str:
    text = f"{digits}\0{name}\0{shown}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:digits]


def _is_fresh(before: dict[str, Any], noted: dict[str, Any]) -> bool:
    """Whether the same was noted a short while ago."""
    if before.get("mark") != noted["mark"]:
        return False
    return timedelta() <= from_int(noted["at"]) - from_int(before["at"]) < _FRESH


def _read(value: str) -> dict[str, Any]:
    """What was noted; nothing where a later version, or a damage, wrote something else."""
    try:
        noted = json.loads(value)
    except ValueError:
        return {}
    if not isinstance(noted, dict) or not isinstance(noted.get("at"), int):
        return {}
    return noted if isinstance(noted.get("words", ""), str) else {}


def _path(database: Database) -> Path:
    return tombstones.key_path(database).with_suffix(".signin")


def _key(database: Database) -> bytes | None:
    try:
        return tombstones.read_key(_path(database))
    except StoreError:  # it is damaged, or cannot be read: made anew when it is needed
        return None


def _made(database: Database) -> bytes:
    """Of two who make one the last one counts, and the other's digest is of no use."""
    key = secrets.token_bytes(_BYTES)
    tombstones.write_key(_path(database), key)
    return key
