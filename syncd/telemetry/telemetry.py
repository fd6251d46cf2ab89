"""Metrics and the word on how it is, put together: what a daemon opens, ticks and closes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from syncd import log
from syncd.store.database import HEAD, Database
from syncd.telemetry.outlets import Outlets
from syncd.telemetry.page import Answer
from syncd.telemetry.pulse import Pulse
from syncd.telemetry.troubles import troubles

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from syncd.telemetry.counters import Counters
    from syncd.telemetry.standing import Standing


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
        self._pulse = pulse
        self._database = database
        self._registry, self._counters, self._standing = _built(pulse, database, accounts, now)
        self._outlets = Outlets(self._registry, self._answer)
        log.hear(self._counters.hear)
        log.hear(self._standing.hear)
        pulse.stepped = self._counters.stepped
        self._outlets.aim(listen, textfile)

    @property
    def problem(self) -> str:
        """What is wanted of it and cannot be had, with what to do; "" for nothing."""
        return self._outlets.problem

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
        return self._outlets.port

    @property
    def patience(self) -> float | None:
        """How many seconds there may be between two ticks; None: any."""
        return self._outlets.patience

    def follow(
        self,
        accounts: Collection[str],
        *,
        listen: tuple[str, int] | None = None,
        textfile: Path | None = None,
    ) -> None:
        """Another configuration is in use: what is counted goes on, where it goes may change."""
        self.accounts = accounts
        self._outlets.aim(listen, textfile)

    def tick(self) -> None:
        """To be called where the engine is about to sleep: writes the file when it is time to."""
        self._outlets.tick()

    def close(self) -> None:
        """Count no more, answer no more, and take the file away."""
        log.unhear(self._counters.hear)
        log.unhear(self._standing.hear)
        self._pulse.stepped = None
        self._outlets.close()

    def page(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics in the form that the `Accept` header of a request asks for, and its type."""
        from prometheus_client.exposition import choose_encoder

        encode, kind = choose_encoder(accept)
        return encode(self._registry), kind

    def _answer(self, path: str, accept: str) -> Answer:
        if path == "/metrics":
            return Answer(200, *self.page(accept))
        if path == "/healthz":
            return _health(list(troubles(self._pulse, self._database, self.accounts)), accept)
        return Answer(404, b"here are /metrics and /healthz\n")


def _health(found: list[str], accept: str) -> Answer:
    status = 503 if found else 200
    if "application/json" in accept.lower():
        body = json.dumps({"ok": not found, "troubles": found}) + "\n"
        return Answer(status, body.encode(), "application/json")
    return Answer(status, ("\n".join(found or ["ok"]) + "\n").encode())


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
