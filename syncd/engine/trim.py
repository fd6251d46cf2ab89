"""Memory that a long life should not keep: glibc's mallopt(3) and malloc_trim(3), where they are.

Each thread that asks for memory may get an arena of its own; one is enough for threads that wait.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

_ARENA_MAX = -8  # M_ARENA_MAX
_CACHE = 2000  # KiB, each connection's


@cache
def _libc() -> Any:
    return ctypes.CDLL(None)


def _small_cache(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA cache_size = -{_CACHE}")


def one_arena() -> None:
    """Before any thread is started."""
    with contextlib.suppress(OSError, AttributeError):
        _libc().mallopt(_ARENA_MAX, 1)


def settle_down(engine: Engine) -> None:
    """Everything was read for the first time: give back what was needed for that, and look no
    more at what stays. Each thread has a connection, and none needs a large cache any more."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _small_cache):
        event.listen(engine, "connect", _small_cache)
        engine.dispose()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        _libc().malloc_trim(0)
