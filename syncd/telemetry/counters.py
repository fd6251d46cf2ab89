"""What is counted while the daemon runs: fed by events, and by the steps of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from syncd.log import called
from syncd.log.events import EVENTS
from syncd.telemetry.pulse import STEPS

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WHERE: Final = ("account", "facet")


class Counters:
    """Counts since the start of the process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, about: str, labels: tuple[str, ...] = ()) -> Counter:
            return Counter(name, about, labels, registry=registry)

        self._events = counter("syncd_events", "Events, by name: docs/events.md", ("event",))
        self._items = counter("syncd_items", "Items that sources listed and are stored", _WHERE)
        self._errors = counter("syncd_errors", "Tries that failed, by kind", (*_WHERE, "kind"))
        self._outages = counter("syncd_outages", "Times that an account went down", ("account",))
        self._tasks = {
            fact: counter(f"syncd_tasks_{name}", about)
            for fact, name, about in (
                ("created", "written", "Tasks written to the task lists"),
                ("updated", "changed", "Tasks changed in the task lists"),
                ("completed", "closed", "Tasks closed in the task lists"),
            )
        }
        self._people = counter("syncd_people_settled", "People looked at anew")
        self._texts = counter("syncd_texts_read", "Texts read")
        self._warnings = counter(
            "syncd_library_messages", "Warnings and errors of libraries", ("library",)
        )
        self._steps = Histogram(
            "syncd_step_duration_seconds",
            "What the engine did, by kind, and how long it took",
            ("step",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._failed = counter("syncd_steps_failed", "Steps that ended in an error", ("step",))
        for step in STEPS:  # what never happened is 0 and not missing
            self._failed.labels(step)
        self._told: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "source.batch_committed": self._batch,
            "source.failed": self._error,
            "outbox.delivered": self._delivered,
            "account.down": self._down,
            "people.settled": self._settled,
            "step.made": self._settled,
            "texts.read": self._read,
            "library.warned": self._library,
            "library.failed": self._library,
        }

    def hear(self, name: str, facts: Mapping[str, Any]) -> None:
        """Count one event."""
        self._events.labels(name if name in EVENTS else "other").inc()
        count = self._told.get(name)
        if count is not None:
            count(facts)

    def stepped(self, kind: str, seconds: float, failed: bool) -> None:
        """Count one step of the engine."""
        self._steps.labels(kind).observe(seconds)
        if failed:
            self._failed.labels(kind).inc()

    def _batch(self, facts: Mapping[str, Any]) -> None:
        self._items.labels(*_where(facts)).inc(facts.get("items", 0))

    def _error(self, facts: Mapping[str, Any]) -> None:
        error = facts.get("error")
        kind = type(error).__name__ if isinstance(error, BaseException) else str(error)
        self._errors.labels(*_where(facts), kind).inc()

    def _down(self, facts: Mapping[str, Any]) -> None:
        self._outages.labels(_where(facts)[0]).inc()

    def _settled(self, facts: Mapping[str, Any]) -> None:
        self._people.inc(facts.get("people", 0))

    def _read(self, facts: Mapping[str, Any]) -> None:
        self._texts.inc(facts.get("texts", 0))

    def _delivered(self, facts: Mapping[str, Any]) -> None:
        for fact, count in self._tasks.items():
            count.inc(facts.get(fact, 0))

    def _library(self, facts: Mapping[str, Any]) -> None:
        self._warnings.labels(str(facts.get("library", ""))).inc()


def _where(facts: Mapping[str, Any]) -> tuple[str, str]:
    return called(facts.get("account", "")), str(facts.get("facet", ""))
