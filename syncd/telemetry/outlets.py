"""Where the metrics go: a page on a port of loopback, a file, or both, as long as they are wanted.

A port that is taken and a file that cannot be written are told once, tried again now and then, and
stop nothing.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from syncd import log
from syncd.telemetry.page import Answerer, Page

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from syncd.telemetry.textfile import TextFile

EVERY: Final = 60.0
"""Seconds between two writings of the file."""
AGAIN: Final = 30.0
"""Seconds after which a port that was taken is tried again."""

Listen = tuple[str, int]


class Outlets:
    """Nothing is open before `aim`. `tick` is to be called now and then, by the same thread."""

    def __init__(
        self,
        registry: CollectorRegistry,
        answer: Answerer,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._answer = answer
        self._steady = steady
        self._listen: Listen | None = None
        self._textfile: Path | None = None
        self._page: Page | None = None
        self._file: TextFile | None = None
        self._told = ""  # why there is no page, as it was told
        self._failing = ""  # why there is no file, as it was told
        self._next_page = 0.0
        self._next_file = 0.0

    @property
    def port(self) -> int | None:
        """Where the page is; None: nowhere."""
        return None if self._page is None else self._page.port

    @property
    def patience(self) -> float | None:
        """How many seconds there may be between two ticks; None: any."""
        return None if self._file is None else EVERY

    @property
    def problem(self) -> str:
        """What is wanted and cannot be had, with what to do; "" for nothing."""
        found = []
        if self._told and self._listen is not None:
            found.append(
                f"metrics.listen: port {self._listen[1]} cannot be used ({self._told}): stop what "
                "has it, or choose another one; it is tried again by itself"
            )
        if self._failing:
            found.append(f"metrics.textfile cannot be written ({self._failing}): see to its folder")
        return "; ".join(found)

    def aim(self, listen: Listen | None, textfile: Path | None) -> None:
        """Serve here, and nowhere else. What is wanted as before goes on; what could not be had is
        tried at once."""
        if listen != self._listen:
            self._close_page()
            self._listen, self._told = listen, ""
        self._next_page = 0.0
        if self._failing:
            self._next_file = 0.0
        if textfile != self._textfile:
            self._remove_file()
            self._textfile, self._failing, self._next_file = textfile, "", 0.0
            if textfile is not None:
                from syncd.telemetry.textfile import TextFile

                self._file = TextFile(textfile, self._registry)
        self._serve()

    def tick(self) -> None:
        """Write the file when it is time to; have the page, if that has become possible."""
        self._serve()
        if self._file is None or self._steady() < self._next_file:
            return
        self._next_file = self._steady() + EVERY - 1  # the tick after `patience` finds it time
        try:
            self._file.write()
        except OSError as error:
            if not self._failing:
                log.event("metrics.not_written", code=_code(error))
            self._failing = error.strerror or _code(error)
            return
        if self._failing:
            log.event("metrics.written")
        self._failing = ""

    def close(self) -> None:
        """Answer no more, and take the file away."""
        self._close_page()
        self._remove_file()
        self._listen = self._textfile = None

    def _serve(self) -> None:
        if self._page is not None and not self._page.is_alive():
            log.event("metrics.not_served", port=self._page.port, code="died")
            self._close_page()
        if self._listen is None or self._page is not None or self._steady() < self._next_page:
            return
        self._next_page = self._steady() + AGAIN
        try:
            self._page = Page(self._listen, self._answer)
        except OSError as error:
            if not self._told:
                log.event("metrics.not_served", port=self._listen[1], code=_code(error))
            self._told = error.strerror or _code(error)
        else:
            self._told = ""
            log.event("metrics.served", port=self._page.port)

    def _close_page(self) -> None:
        if self._page is not None:
            self._page.close()
            self._page = None

    def _remove_file(self) -> None:
        if self._file is not None:
            self._file.remove()
            self._file = None


def _code(error: OSError) -> str:
    """What the system calls it: EADDRINUSE, ENOENT, EACCES."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
