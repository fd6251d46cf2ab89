"""How things stand: read from the store at the moment somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from rules.verdict import State
from syncd.log import called
from syncd.store.ailments import CONFIGURATION, ENGINE, METRICS, WATCHING, WORKER
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.health import DEGRADED, DOWN, UP
from syncd.store.ledger_outbox import ASIDE, DOUBT, READY
from syncd.store.trouble import CLOCK, DISK
from syncd.telemetry import ledger
from syncd.telemetry.pulse import Pulse

_WHERE = ("account", "facet")
_KINDS = (DISK, CLOCK, CONFIGURATION, ENGINE, WORKER, WATCHING, METRICS)


class Standing(Collector):
    """Gauges about the accounts and the state of one owner. `accounts` are those configured now:
    of others nothing is told, so that nothing alerts for ever about what was taken away."""

    def __init__(
        self,
        database: Database,
        pulse: Pulse,
        accounts: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self.accounts = accounts
        self._database = database
        self._pulse = pulse
        self._now = now
        self._verdicts = ledger.CountedVerdicts()
        self._waiting: dict[str, tuple[int, datetime]] = {}

    def hear(self, name: str, _facts: Mapping[str, Any]) -> None:
        """Whatever happens may have decided something."""
        del name
        self._verdicts.touch()

    def describe(self) -> list[Metric]:
        """Nothing is asked of the store to find out which names there are."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield _one("syncd_engine_queue_length", "What waits for the engine", self._pulse.queue())
        yield _one(
            "syncd_engine_late_seconds",
            "For how long the engine should have made progress; 0: it does",
            self._pulse.late() or 0,
        )
        troubles = _gauge(
            "syncd_troubles", "What ails the daemon itself, by kind: docs/health.md", ("kind",)
        )
        kinds = [one.kind for one in self._pulse.ailing]
        kinds += [ENGINE] if self._pulse.late() is not None else []
        for kind in _KINDS:
            troubles.add_metric([kind], kinds.count(kind))
        yield troubles
        begun = time.perf_counter()
        try:
            with self._database.read() as connection:
                found = list(self._read(connection, self._now()))
        except StoreError:
            yield _one("syncd_store_up", "Whether the state could be read (1) or not (0)", 0)
            return
        yield from found
        yield _one("syncd_store_up", "Whether the state could be read (1) or not (0)", 1)
        yield _one(
            "syncd_scrape_duration_seconds",
            "How long it took to read the state for these metrics",
            time.perf_counter() - begun,
        )

    def _read(self, connection: Connection, now: datetime) -> Iterator[Metric]:
        owner = self._database.owner
        yield from self._accounts(connection, owner, now)
        yield from self._outbox(connection, owner, now)
        verdicts = _gauge("syncd_verdicts", "Verdicts, by state", ("state",))
        counts = self._verdicts.counts(connection, owner)
        for state in State:
            verdicts.add_metric([str(state)], counts.get(str(state), 0))
        yield verdicts
        tasks = _gauge("syncd_tasks_open", "Open tasks that syncd wrote", ("account",))
        opened = ledger.open_tasks(connection, owner)
        for account in self.accounts:
            if account in opened:
                tasks.add_metric([called(account)], opened[account])
        yield tasks
        aside = _gauge("syncd_items_set_aside", "Items that could not be read", _WHERE)
        for (account, facet), number in ledger.set_aside(connection, owner).items():
            if account in self.accounts:
                aside.add_metric([called(account), facet], number)
        yield aside
        moment = ledger.next_moment(connection, owner)
        late = 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
        yield _one(
            "syncd_overdue_seconds",
            "For how long the oldest moment that has come waits to be judged; 0: none does",
            late,
        )

    def _accounts(self, connection: Connection, owner: str, now: datetime) -> Iterator[Metric]:
        lag = _gauge(
            "syncd_lag_seconds",
            "Since the last success, of the worst source; without news noted every 15 minutes",
            _WHERE,
        )
        success = _gauge(
            "syncd_last_success_timestamp_seconds",
            "The moment since which syncd_lag_seconds counts, as Unix time",
            _WHERE,
        )
        newest = _gauge(
            "syncd_newest_item_age_seconds",
            "Since the newest mail was sent or meeting began; absent if it is not among the newest",
            _WHERE,
        )
        state = _gauge(
            "syncd_account_state",
            "1 for the state that a facet is in, 0 for the others",
            (*_WHERE, "state"),
        )
        complete = _gauge(
            "syncd_backfill_complete", "Whether everything there was has been read once", _WHERE
        )
        for where, fares in ledger.fares(connection, owner, self.accounts).items():
            labels = [called(where[0]), where[1]]
            if fares.last_ok is not None:
                lag.add_metric(labels, max(0.0, (now - fares.last_ok).total_seconds()))
                success.add_metric(labels, fares.last_ok.timestamp())
            for name in (UP, DEGRADED, DOWN):
                state.add_metric([*labels, name], int(fares.state == name))
            if fares.complete is not None:
                complete.add_metric(labels, int(fares.complete))
            at = ledger.newest(connection, owner, where, now)
            if at is not None:
                newest.add_metric(labels, (now - at).total_seconds())
        yield from (lag, success, newest, state, complete)

    def _outbox(self, connection: Connection, owner: str, now: datetime) -> Iterator[Metric]:
        entries = _gauge(
            "syncd_outbox_entries",
            "Writes that are decided and not confirmed: ready, in doubt, or set aside for good",
            ("account", "state"),
        )
        age = _gauge(
            "syncd_outbox_oldest_age_seconds",
            "How long the oldest of them waits, as far as is known; 0: none does",
            ("account",),
        )
        found = ledger.pending(connection, owner)
        for account in self.accounts:
            one = found.get(account)
            for state in (READY, DOUBT, ASIDE):
                number = 0 if one is None else one.by_state.get(state, 0)
                entries.add_metric([called(account), state], number)
            since = now if one is None else self._since(account, one, now)
            age.add_metric([called(account)], max(0.0, (now - since).total_seconds()))
        yield from (entries, age)

    def _since(self, account: str, one: ledger.Pending, now: datetime) -> datetime:
        """When the oldest entry was decided. An update does not say: since it was first seen."""
        known = self._waiting.get(account)
        if known is None or known[0] != one.oldest:
            known = (one.oldest, one.since or now)
            self._waiting[account] = known
        return known[1]


def _gauge(name: str, about: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, labels=labels)


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
