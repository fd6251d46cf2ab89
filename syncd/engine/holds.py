"""Who uses which source: the connections of one that nobody uses any more are closed.

A source outlives the thread that reads it: another takes the seat of one that died, and a crew that
was dismissed may still hang in the network while the next one works with the same sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from connectors.contract import Closable
from syncd import log


@dataclass(slots=True)
class _Use:
    """Of one source. Nobody begins to use it while it is `closing`."""

    users: int = 0
    closing: Lock = field(default_factory=Lock)


class Holds:
    """Any thread may use it."""

    def __init__(self) -> None:
        self._uses: dict[int, _Use] = {}  # by the identity of a source that is in use
        self._alone = Lock()

    @contextmanager
    def using(self, source: object) -> Iterator[None]:
        """Have the use of a source, if it is one; whoever is the last to leave it closes it."""
        if source is None:
            yield
            return
        with self._alone:
            use = self._uses.setdefault(id(source), _Use())
            use.users += 1
        with use.closing:
            pass
        try:
            yield
        finally:
            self._leave(source, use)

    def _leave(self, source: object, use: _Use) -> None:
        with use.closing:
            with self._alone:
                use.users -= 1
                last = not use.users
            if last and isinstance(source, Closable):
                _close(source)
            with self._alone:
                if not use.users:
                    self._uses.pop(id(source), None)


def _close(source: Closable) -> None:
    """Whoever leaves has nothing to do with what goes wrong here."""
    try:
        source.close()
    except Exception as error:  # noqa: BLE001  # the connection is gone either way
        log.event("worker.failed", worker="close", error=error)
