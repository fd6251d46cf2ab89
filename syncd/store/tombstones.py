"""Tombstones in the database, and their key beside it.

The key is a file of its own (`syncd.db.key`, 0600): whoever has the database alone, or a backup of
it, cannot even try addresses. Losing it must not let the forgotten back in, so a state that has
tombstones and no key is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from sqlalchemy import Connection, delete, select

from syncd.people.forgotten import Forgotten
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreWrong
from syncd.store.schema_words import tombstone
from syncd.store.statements import insert_or

_BYTES = 32


def key_path(database: Database) -> Path:
    """Where the key lies: beside an SQLite file, else in the state folder. Raises `StoreError` for
    a state that is in memory only."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise StoreError("a state in memory forgets everybody by itself: nothing to do")
        return Path(f"{url.database}.key")
    name = hashlib.sha256(f"{url.database}/{database.owner}".encode()).hexdigest()[:16]
    home = os.environ.get("STATE_DIRECTORY")
    user = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return (Path(home) if home else Path(user) / "syncd") / f"{name}.key"


def load(database: Database) -> Forgotten:
    """Who is forgotten. Raises `StoreWrong` when the key is lost, or another one."""
    query = select(tombstone.c.digest).where(tombstone.c.owner == database.owner)
    with database.read() as connection:
        digests = frozenset(connection.execute(query).scalars())
    if not digests:
        return Forgotten()
    path = key_path(database)
    key = _read(path)
    if key is None:
        raise StoreWrong(
            f"{path}, the key that keeps forgotten people out, is lost: put it back from a copy. "
            "Without it nothing is read, because they would come back"
        )
    forgotten = Forgotten(key, digests)
    if not forgotten.has("check"):
        raise StoreWrong(
            f"{path} is not the key that this state was made with: put the right one back"
        )
    return forgotten


def key_of(database: Database) -> bytes:
    """The key, made where there is none yet. Call it only while the state is held."""
    path = key_path(database)
    key = _read(path)
    if key is None:
        key = secrets.token_bytes(_BYTES)
        try:
            _publish(path, key.hex() + "\n")
        except OSError as error:
            raise StoreError(f"{path} cannot be written ({error.strerror})") from error
    return key


def _read(path: Path) -> bytes | None:
    try:
        text = path.read_text(encoding="ascii").strip()
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        key = bytes.fromhex(text)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror})") from error
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise StoreWrong(f"{path} is damaged: put it back from a copy")
    return key


def _publish(path: Path, text: str) -> None:
    """All of it or nothing, and never over another: `mkstemp` makes it 0600."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".syncd-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def put(connection: Connection, owner: str, forgotten: Forgotten, whose: str) -> None:
    """Keep tombstones; those that are undone together share `whose`."""
    rows = [{"owner": owner, "digest": one, "whose": whose} for one in sorted(forgotten.digests)]
    keys = ("owner", "digest", "whose")
    connection.execute(insert_or(connection, tombstone, keys, replace=False), rows)


def lift(connection: Connection, owner: str, digest: str) -> bool:
    """Take away every tombstone of whoever this one is about; False where there is none."""
    ours = tombstone.c.owner == owner
    about = select(tombstone.c.whose).where(ours, tombstone.c.digest == digest)
    groups = list(connection.execute(about).scalars())
    connection.execute(delete(tombstone).where(ours, tombstone.c.whose.in_(groups)))
    return bool(groups)
