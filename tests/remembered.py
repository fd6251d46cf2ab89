"""A support module: what a process of its own does once is done once for all tests of this process.

A test runs `syncd` a dozen times in one process, where its users start a program each time. Without
this half of a test's time goes into reading the same rule packs and the same configuration, making
the same tables, and waiting until a disk has what no test ever takes the current from. Programs
that tests start are as they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Dialect, Engine, create_engine, event

SYNCHRONOUS = False
"""Whether what is committed waits for the disk, as it does out there."""


def remember() -> None:
    """To be called once, when all tests are known. What none of them uses is not loaded."""
    patch.object(os, "fsync", _unsynchronised).start()
    if "syncd.assembly" in sys.modules:
        from ruamel.yaml import YAML

        from rules.load import load
        from syncd import assembly
        from syncd.config import read

        patch.object(assembly, "load", _once_per_text(load)).start()
        patch.object(read, "YAML", _documents(YAML)).start()
    if "syncd.store.database" in sys.modules:
        from syncd.store import sqlite, statistics, tables

        making, telling = _Replayed(tables.metadata.create_all), _Replayed(statistics.tell)

        def make(where: Any, **more: Any) -> None:
            if more or not isinstance(where, Connection) or where.dialect.name != "sqlite":
                making.function(where, **more)
                return
            making(where)
            where.info[_NEW] = True

        def tell(connection: Connection) -> None:
            """Of tables that were brought up to date it finds out itself."""
            (telling if connection.info.pop(_NEW, False) else telling.function)(connection)

        patch.object(tables.metadata, "create_all", make).start()
        patch.object(statistics, "tell", tell).start()
        patch.object(sqlite, "create_engine", _alike(create_engine)).start()
        event.listen(Engine, "begin", _without_waiting)


# --- nothing waits for the disk ---

_fsync = os.fsync


def _unsynchronised(file: int) -> None:
    if SYNCHRONOUS:
        _fsync(file)
    else:
        os.fstat(file)  # as wrong as before where it is none


def _without_waiting(connection: Connection) -> None:
    """Comes before the listener that the engine itself has (`syncd/store/sqlite.py`), which finds
    that the connection waits already as it should."""
    options = connection.get_execution_options()
    if SYNCHRONOUS or connection.dialect.name != "sqlite" or options.get("syncd_read"):
        return
    if not connection.info.get("unsynchronised"):
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA synchronous = OFF")
        connection.info["unsynchronised"] = True
    sync = "NORMAL" if options.get("syncd_repeatable") else "FULL"
    connection.info["syncd_synchronous"] = sync


# --- the same text is read once ---


def _once_per_text(load: Callable[[Sequence[tuple[str, str]]], Any]) -> Callable[..., Any]:
    """Rules are values; mistakes are no result, so they are found each time."""
    loaded = lru_cache(maxsize=64)(load)
    return lambda sources: loaded(tuple(sources))


def _documents(yaml: type[Any]) -> type[Any]:
    """What `Document` reads it never changes."""

    class Documents:
        def __init__(self, typ: str) -> None:
            self._typ = typ
            self.allow_duplicate_keys = False

        def load(self, text: str) -> Any:
            if not self.allow_duplicate_keys:
                return found(self._typ, text)
            reader = yaml(typ=self._typ)
            reader.allow_duplicate_keys = True
            return reader.load(text)

    found = lru_cache(maxsize=64)(lambda typ, text: yaml(typ=typ).load(text))
    return Documents


# --- the same statement is compiled once ---


def _alike(made_by: Callable[..., Engine]) -> Callable[..., Engine]:
    """Engines with one dialect: what was compiled is kept with the dialect it was compiled for."""
    compiled: dict[Any, Any] = {}
    dialects: list[Dialect] = []

    def alike(*words: Any, **more: Any) -> Engine:
        engine = made_by(*words, **more)
        if dialects and dialects[-1].default_schema_name is not None:  # it has been connected
            engine.dialect = dialects[-1]
        else:
            dialects.append(engine.dialect)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    return alike


# --- the same tables are made by the same statements ---

_NEW = "tables made by `remember`"


class _Replayed:
    """Does to a new database what `function` did to the first one, without thinking again."""

    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function
        self._said: list[tuple[str, Any]] = []

    def __call__(self, connection: Connection) -> None:
        if self._said:
            driver: Any = connection.connection.dbapi_connection
            for statement, values in self._said:
                driver.execute(statement, values)
            return
        said: list[tuple[str, Any]] = []

        def note(*about: Any) -> None:
            statement, values = str(about[2]), about[3]
            if not statement.lstrip().startswith(("SELECT", "PRAGMA")):
                said.append((statement, values))

        event.listen(connection, "before_cursor_execute", note)
        try:
            self.function(connection)
        finally:
            event.remove(connection, "before_cursor_execute", note)
        self._said = said
