"""The ability to wait, for whatever lies at a path of this machine. Linux has inotify(7); elsewhere
`Watched` adds nothing, and these sources are polled.
"""

from __future__ import annotations

import sys
import threading
import weakref
from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from connectors.errors import Unavailable

if TYPE_CHECKING:
    from connectors.local.spots import Spot
    from connectors.local.watch import Watch

if sys.platform == "linux":
    _OPENING: Final = threading.Lock()

    class Watched:
        """A source at a path that is a `Waiting` and a `Hindered`."""

        _watch: Watch | None = None

        @abstractmethod
        def where(self) -> str:
            """The path itself, absolute."""

        @abstractmethod
        def spots(self) -> Iterator[Spot]:
            """The folders that have to be watched for all that lies there."""

        def wait(self, timeout: float) -> bool:
            """See `connectors.contract.Waiting`. The first sets the watches up and returns True;
            so does the first after `close`. Raises `Unavailable`."""
            return self._open().wait(timeout)

        def wake(self) -> None:
            """See `connectors.contract.Waiting`. The first `wait` returns at once anyway."""
            watch = self._watch
            if watch is not None:
                watch.wake()

        @property
        def hindrance(self) -> str:
            """See `connectors.contract.Hindered`."""
            return "" if self._watch is None else self._watch.hindrance

        def close(self) -> None:
            """Give the watches back, once nobody waits any more."""
            watch, self._watch = self._watch, None
            if watch is not None:
                watch.close()

        def _open(self) -> Watch:
            with _OPENING:
                if self._watch is None:
                    from connectors.local.watch import Watch  # costs 30 ms, and `once` never waits

                    spots = weakref.WeakMethod(self.spots)  # what it closes for must not live by it

                    def now() -> Iterator[Spot]:
                        method = spots()
                        return iter(()) if method is None else method()

                    try:
                        self._watch = Watch(self.where(), now)
                    except OSError as error:
                        raise Unavailable(
                            f"nothing can be watched ({error.strerror}): raise the limit of open "
                            "files (LimitNOFILE, ulimit -n)"
                        ) from error
                    weakref.finalize(self, self._watch.close)
                return self._watch

        def __getstate__(self) -> dict[str, object]:
            """What another process needs: not the watches."""
            return {name: value for name, value in self.__dict__.items() if name != "_watch"}

else:

    class Watched:
        """Nothing."""
