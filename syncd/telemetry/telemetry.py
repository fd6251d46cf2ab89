"""Metrics and the word on how it is, put together: what a daemon opens, ticks and closes."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from syncd import log
from syncd.store.database import HEAD, Database
from syncd.store.errors import StoreError
from syncd.telemetry.page import Answer, Page
from syncd.telemetry.pulse import Pulse

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from syncd.telemetry.counters import Counters
    from syncd.telemetry.standing import Standing
    from syncd.telemetry.textfile import TextFile

EVERY: Final = 60.0
"""Seconds between two writings of the file."""


class Telemetry:
    """Counts from the moment it is made until `close`.

    `listen` is an (address, port) of loopback, `textfile` a file for node_exporter's collector; at
    least one is given. `accounts` are the configured ones. A port that is taken is an event
    and `problem`, and no reason for a daemon not to run.
    """

    def __init__(
        self,
        pulse: Pulse,
        database: Database,
        accounts: Collection[str],
        now: Callable[[], datetime],
        *,
        listen: tuple[str, int] | None = None,
        textfile: Path | None = None,
    ) -> None:
        self.problem = ""
        self._pulse = pulse
        self._database = database
        self._registry, self._counters, self._standing = _built(pulse, database, accounts, now)
        self._page: Page | None = None
        self._file: TextFile | None = None
        self._next = 0.0
        self._failing = False
        log.hear(self._counters.hear)
        log.hear(self._standing.hear)
        pulse.stepped = self._counters.stepped
        if listen is not None:
            self._listen(listen)
        if textfile is not None:
            from syncd.telemetry.textfile import TextFile

            self._file = TextFile(textfile, self._registry)

    @property
    def accounts(self) -> Collection[str]:
        """The configured accounts; replaced when the configuration is read anew."""
        return self._standing.accounts

    @accounts.setter
    def accounts(self, accounts: Collection[str]) -> None:
        self._standing.accounts = accounts

    @property
    def port(self) -> int | None:
        """Where the page is; None: nowhere."""
        return None if self._page is None else self._page.port

    @property
    def patience(self) -> float | None:
        """How many seconds there may be between two ticks; None: any."""
        return None if self._file is None else EVERY

    def tick(self) -> None:
        """To be called where the engine is about to sleep: writes the file when it is time to."""
        if self._file is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY - 1  # the tick after `patience` finds it time
        try:
            self._file.write()
        except OSError as error:
            if not self._failing:
                log.event("metrics.not_written", code=_code(error))
            self._failing = True
            return
        if self._failing:
            log.event("metrics.written")
        self._failing = False

    def close(self) -> None:
        """Count no more, answer no more, and take the file away."""
        log.unhear(self._counters.hear)
        log.unhear(self._standing.hear)
        self._pulse.stepped = None
        if self._page is not None:
            self._page.close()
        if self._file is not None:
            self._file.remove()

    def troubles(self) -> Iterator[str]:
        """What is wrong with the daemon itself, one plain sentence each."""
        late = self._pulse.late()
        if late is not None:
            yield (
                f"the engine should have made progress {late:.0f} seconds ago: the log says what "
                "it did last; restart the service if it does not come back"
            )
        try:
            with self._database.read() as connection:
                connection.execute(text("SELECT 1 FROM fact LIMIT 1")).first()
        except StoreError:
            yield "the state cannot be read: `syncd doctor` says why"

    def page(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics in the form that the `Accept` header of a request asks for, and its type."""
        from prometheus_client.exposition import choose_encoder

        encode, kind = choose_encoder(accept)
        return encode(self._registry), kind

    def _listen(self, listen: tuple[str, int]) -> None:
        try:
            self._page = Page(listen, self._answer)
        except OSError as error:
            self.problem = (
                f"metrics.listen: port {listen[1]} cannot be used ({error.strerror}): stop what "
                "has it, or choose another one"
            )
            log.event("metrics.not_served", port=listen[1], code=_code(error))
        else:
            log.event("metrics.served", port=self._page.port)

    def _answer(self, path: str, accept: str) -> Answer:
        if path == "/metrics":
            return Answer(200, *self.page(accept))
        if path == "/healthz":
            return _health(list(self.troubles()), accept)
        return Answer(404, b"here are /metrics and /healthz\n")


def _code(error: OSError) -> str:
    """What the system calls it: EADDRINUSE, ENOENT, EACCES."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def _health(troubles: list[str], accept: str) -> Answer:
    status = 503 if troubles else 200
    if "application/json" in accept.lower():
        body = json.dumps({"ok": not troubles, "troubles": troubles}) + "\n"
        return Answer(status, body.encode(), "application/json")
    return Answer(status, ("\n".join(troubles or ["ok"]) + "\n").encode())


def _built(
    pulse: Pulse,
    database: Database,
    accounts: Collection[str],
    now: Callable[[], datetime],
) -> tuple[CollectorRegistry, Counters, Standing]:
    """Everything that is counted, in a registry of its own. The library is loaded here."""
    import platform
    from importlib.metadata import version

    from prometheus_client import CollectorRegistry, Gauge, disable_created_metrics

    from syncd.telemetry.counters import Counters
    from syncd.telemetry.process import ProcessReading
    from syncd.telemetry.standing import Standing

    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    build = Gauge(
        "syncd_build_info",
        "1; which version it is, of what",
        ("version", "python", "schema"),
        registry=registry,
    )
    build.labels(version("syncd"), platform.python_version(), HEAD).set(1)
    counters = Counters(registry)
    standing = Standing(database, pulse, accounts, now)
    registry.register(standing)
    registry.register(ProcessReading(now().timestamp()))
    return registry, counters, standing
