"""After an erasure: nothing of it is left in the bytes of the database either.

Deleting a row leaves its bytes in the file, and the log holds pages as they were before. VACUUM
writes the file anew from the rows there are, and truncating the log empties it.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from syncd.store import facts
from syncd.store.database import Database, translated

DUE = "shred"


def due(database: Database) -> bool:
    """Whether an erasure was committed whose bytes may still be there."""
    with database.read() as connection:
        return facts.get(connection, database.owner, DUE) == "yes"


def shred(database: Database) -> bool:
    """Write the file anew if that is due; False where another process keeps it from being done,
    and the next run has to try again."""
    if not due(database):
        return True
    if database.engine.dialect.name == "sqlite":
        if not _sqlite(database):
            return False
    else:
        # Old row versions go; what of them is in the server's own log is the server's to keep.
        with translated(database.engine), database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
    with database.begin() as connection:
        facts.put(connection, database.owner, DUE, "no")
    return True


def _sqlite(database: Database) -> bool:
    database.engine.dispose()  # no other connection of ours may hold an old view
    with translated(database.engine):
        raw = database.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            # A large state does not fit into memory; the file has no name and no other reader.
            cursor.execute("PRAGMA temp_store = FILE")
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute("PRAGMA temp_store = MEMORY")
        finally:
            raw.close()
    return not busy


def order(connection: Connection, owner: str) -> None:
    """Note, in the transaction that erases, that this is to be done."""
    facts.put(connection, owner, DUE, "yes")
