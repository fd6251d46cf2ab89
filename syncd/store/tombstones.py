"""Tombstones in the database, and their key beside it.

The key is a file of its own (`syncd.db.key`, 0600): whoever has the database alone cannot even try
addresses. Losing it must not let the forgotten back in, so a state that has tombstones and no key
is refused. A service manager may hand the key over instead, as the credential `forgetting-key` (64
hexadecimal digits): then it lies on no disk in the clear.

The tombstones themselves lie beside the database as well (`syncd.db.forgotten`), so that an older
copy of it that is put back, or a new one after a loss, lets nobody in again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import URL, Connection, delete, select

from syncd.people.forgotten import Forgotten
from syncd.secrets import FORGETTING_KEY, SecretWrong, credential
from syncd.store import disk
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreWrong
from syncd.store.folder import is_in_memory, state_file, state_folder
from syncd.store.schema_words import tombstone
from syncd.store.statements import insert_or

_BYTES = 32


def key_path(database: Database) -> Path:
    """Where the key lies: beside an SQLite file, else in the state folder. Raises `StoreError` for
    a state that is in memory only."""
    return key_path_of(database.engine.url, database.owner)


def key_path_of(url: URL, owner: str) -> Path:
    """The same of a state that need not be open."""
    if is_in_memory(url):
        raise StoreError("a state in memory forgets everybody by itself: nothing to do")
    if (state := state_file(url)) is not None:
        return Path(f"{state}.key")
    name = hashlib.sha256(f"{url.database}/{owner}".encode()).hexdigest()[:16]
    return state_folder() / f"{name}.key"


def beside_path(database: Database) -> Path:
    """Where the tombstones lie once more: one a line, after the digest they are undone with."""
    return key_path(database).with_suffix(".forgotten")


def load(database: Database) -> Forgotten:
    """Who is forgotten. Raises `StoreWrong` when the key is lost, or another one."""
    digests = frozenset(digest for _, digest in stored(database) | beside(database))
    if not digests:
        return Forgotten()
    path = key_path(database)
    keys = _keys(path)
    if not keys:
        raise StoreWrong(
            f"{path}, the key that keeps forgotten people out, is lost: put it back from a copy. "
            "Without it nothing is read, because they would come back"
        )
    for key in keys.values():
        forgotten = Forgotten(key, digests)
        if forgotten.has("check"):
            return forgotten
    raise StoreWrong(
        f"{' and '.join(keys)} is not the key that this state was made with: put the right one back"
    )


def key_of(database: Database) -> bytes:
    """The key, made where there is none yet. Call it only while the state is held."""
    used = load(database).key
    if used:
        return used
    path = key_path(database)
    key = next(iter(_keys(path).values()), None)
    if key is None:
        key = secrets.token_bytes(_BYTES)
        try:
            _publish(path, key.hex() + "\n")
        except OSError as error:
            raise disk.trouble_of(path, error) or StoreError(
                f"{path} cannot be written ({error.strerror})"
            ) from error
    return key


def _keys(path: Path) -> dict[str, bytes]:
    """The keys there are, by what they are called: the first is the one to begin with."""
    found = {f"the credential {FORGETTING_KEY}": given_key(), str(path): read_key(path)}
    return {name: key for name, key in found.items() if key is not None}


def given_key() -> bytes | None:
    """The key as a credential. Raises `StoreWrong` for one that is no key."""
    try:
        found = credential(FORGETTING_KEY)
        key = None if found is None else bytes.fromhex(found.get_secret_value())
    except SecretWrong as error:
        raise StoreWrong(str(error)) from error
    except ValueError:
        key = b""
    if key is not None and len(key) != _BYTES:
        raise StoreWrong(
            f"the credential {FORGETTING_KEY} is no key: it has {2 * _BYTES} hexadecimal digits"
        )
    return key


def read_key(path: Path) -> bytes | None:
    """The key in a file; None where there is no file. Raises `StoreWrong` for one that is none."""
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


def write_key(path: Path, key: bytes) -> None:
    """Put a key there, over another one. Raises `StoreError`."""
    _write(path, key.hex() + "\n")


def _write(path: Path, text: str) -> None:
    try:
        _publish(path, text, over=True)
    except OSError as error:
        raise disk.trouble_of(path, error) or StoreError(
            f"{path} cannot be written ({error.strerror})"
        ) from error


def _publish(path: Path, text: str, *, over: bool = False) -> None:
    """All of it or nothing, and never `over` another unless told: `mkstemp` makes it 0600."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".syncd-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        disk.give(Path(temporary), path.parent)
        if over:
            Path(temporary).replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def stored(database: Database) -> set[tuple[str, str]]:
    """(whose, digest) of every tombstone in the database."""
    query = select(tombstone.c.whose, tombstone.c.digest).where(tombstone.c.owner == database.owner)
    with database.read() as connection:
        return {(whose, digest) for whose, digest in connection.execute(query)}


def beside(database: Database) -> set[tuple[str, str]]:
    """(whose, digest) of every tombstone beside the database."""
    if is_in_memory(database.engine.url):
        return set()
    return read_beside(beside_path(database))


def read_beside(path: Path) -> set[tuple[str, str]]:
    """The tombstones in such a file; none where there is no file."""
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    except FileNotFoundError:
        return set()
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    return {(line[0], line[1]) for line in lines if len(line) == 2}


def write_beside(path: Path, found: Collection[tuple[str, str]]) -> None:
    """Replace such a file. Raises `StoreError`."""
    if not found and not path.exists():
        return
    _write(path, "".join(f"{whose} {one}\n" for whose, one in sorted(found)))


def settle(database: Database) -> None:
    """Let the database and the file beside it hold the same tombstones. Under the lock."""
    mine, theirs = stored(database), beside(database)
    if theirs - mine:
        rows = [
            {"owner": database.owner, "digest": digest, "whose": whose}
            for whose, digest in sorted(theirs - mine)
        ]
        keys = ("owner", "digest", "whose")
        with database.begin() as connection:
            connection.execute(insert_or(connection, tombstone, keys, replace=False), rows)
    if mine - theirs:
        write_beside(beside_path(database), mine | theirs)


def lift_beside(database: Database, digest: str) -> None:
    """Take away what `lift` does, before it: a crash between both leaves them forgotten."""
    found = beside(database)
    groups = {whose for whose, one in found if one == digest}
    if groups:
        left = {(whose, one) for whose, one in found if whose not in groups}
        write_beside(beside_path(database), left)


def put(connection: Connection, owner: str, forgotten: Forgotten, whose: str) -> None:
    """Keep tombstones; those that are undone together share `whose`."""
    rows = [{"owner": owner, "digest": one, "whose": whose} for one in sorted(forgotten.digests)]
    keys = ("owner", "digest", "whose")
    connection.execute(insert_or(connection, tombstone, keys, replace=False), rows)


def lift_all(connection: Connection, owner: str) -> None:
    """Take away every one."""
    connection.execute(delete(tombstone).where(tombstone.c.owner == owner))


def lift(connection: Connection, owner: str, digest: str) -> bool:
    """Take away every tombstone of whoever this one is about; False where there is none."""
    ours = tombstone.c.owner == owner
    about = select(tombstone.c.whose).where(ours, tombstone.c.digest == digest)
    groups = list(connection.execute(about).scalars())
    connection.execute(delete(tombstone).where(ours, tombstone.c.whose.in_(groups)))
    return bool(groups)
