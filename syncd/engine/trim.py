"""Memory that a long life should not keep: glibc's mallopt(3) and malloc_trim(3), where they are.

Each thread that asks for memory may get an arena of its own; one is enough for threads that wait.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

_ARENA_MAX = -8  # M_ARENA_MAX
_CACHE = 2000  # KiB, each connection's
_OURS = ("syncd.", "connectors.", "rules.")
_LARGE = 500  # answers remembered


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
    forget_answers()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        _libc().malloc_trim(0)


def forget_answers() -> None:
    """Empty what our functions remember of arguments they were given before, where that is much: a
    pass over everybody fills all of it, with people of whom nothing is heard for months."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS):
            for one in list(vars(module).values()):
                if isinstance(one, type(_libc)) and one.cache_info().currsize > _LARGE:
                    one.cache_clear()
