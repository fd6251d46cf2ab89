"""Connections that stay out of the pool between two transactions.

To take a connection from SQLAlchemy's pool and to give it back takes longer than the transaction of
a small step takes to begin and to commit. And the one that was used last has in memory what the
next transaction will look at, while a pool hands them round in turn.

Only those that ended well are kept; whatever else happened to one, the pool deals with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

_OPTION = "syncd_kept"
_MOST = 3  # as many as are at work at once, most of the time; the pool keeps five more
# What may be said of a connection for one transaction, as long as nothing is.
_NOTHING = {"syncd_read": False, "syncd_repeatable": False, "syncd_held_marks": None}


def keep(engine: Engine) -> None:
    """From now on let `borrowed` keep connections of this engine."""
    engine.update_execution_options(**{_OPTION: []})
    event.listen(engine, "engine_disposed", _close)


def _close(engine: Engine) -> None:
    free: list[Connection] = engine.get_execution_options()[_OPTION]
    # Those that are out are not put into the new list: they end with the pool they are from.
    engine.update_execution_options(**{_OPTION: []})
    while free:
        connection = free.pop()
        connection.invalidate()
        connection.close()


@contextmanager
def borrowed(engine: Engine, **said: bool) -> Iterator[Connection]:
    """A connection without a transaction, and what is `said` of the next one. Whatever it was left
    in is undone."""
    free: list[Connection] | None = engine.get_execution_options().get(_OPTION)
    if free is None:
        with engine.connect() as connection:
            connection.execution_options(**said)
            yield connection
        return
    try:
        connection = free.pop()
    except IndexError:  # asked first, another thread could take the last one in between
        connection = engine.connect()
    try:
        connection.execution_options(**{**_NOTHING, **said})
        yield connection
        connection.rollback()
    except BaseException:
        connection.close()
        raise
    now = engine.get_execution_options()
    if now[_OPTION] is not free:
        connection.invalidate()  # its pool was disposed of meanwhile
    other = connection.get_execution_options().keys() - now.keys() - _NOTHING.keys()
    if len(free) < _MOST and not other and not connection.invalidated:
        free.append(connection)
    else:
        connection.close()
