"""Metrics and the word on how it is: over a real socket, in a file, and about a real state."""

from __future__ import annotations

import json
import socket
import stat
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as families

from connectors.errors import SignInNeeded
from syncd import log, wiring
from syncd.pipeline import once
from syncd.store.database import Database
from syncd.telemetry import Pulse, Telemetry
from syncd.wiring import Assembly

Answered = tuple[int, Message, str]
"""Status, headers, text."""

NOW = at("2026-06-15T12:00")
BEN = "ben@birkin.example"


class Watched:
    """One home with its open state, and what tells of it."""

    def __init__(self, home: Home, **wanted: Any) -> None:
        self.home = home
        self.assembly: Assembly = wiring.assemble(home.config)
        log.know([one.name for one in self.assembly.settings.accounts])
        self.database: Database = wiring.open_state(self.assembly)
        self.clock = [1000.0]
        self.pulse = Pulse(60.0, lambda: self.clock[0])
        self.now = NOW
        names = [account.name for account in self.assembly.settings.accounts]
        self.telemetry = Telemetry(self.pulse, self.database, names, lambda: self.now, **wanted)

    def once(self) -> None:
        with self.pulse.step("start"):
            once(wiring.open_workshop(self.assembly, self.database), self.now)

    def get(self, path: str, **headers: str) -> Answered:
        return get(self.telemetry.port, path, **headers)

    def samples(self) -> dict[str, float]:
        status, _, text = self.get("/metrics")
        assert status == 200
        return samples(text)

    def close(self) -> None:
        self.telemetry.close()
        self.database.close()
        log.know(())


def get(port: int | None, path: str, method: str = "GET", **headers: str) -> Answered:
    assert port is not None
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    for name, value in headers.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def samples(text: str) -> dict[str, float]:
    """`name{label="value"}` with labels in order -> value."""
    found = {}
    for family in families(text):
        for one in family.samples:
            labels = ",".join(f'{k}="{v}"' for k, v in sorted(one.labels.items()))
            key = f"{one.name}{{{labels}}}" if labels else one.name
            assert key not in found, f"{key} stands there twice"
            found[key] = one.value
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana wrote to Ben and met him; one card is broken."""
    home = Home(tmp_path, rules="real-networking")
    home.mail(ANA, f"Ben Birkin <{BEN}>", at("2026-06-01T09:00"))
    home.mail(f"Ben Birkin <{BEN}>", ANA, at("2026-06-02T09:00"))
    home.event(
        at("2026-06-14T09:00"), "Lunch", organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"}
    )
    home.write("contacts/broken.vcf", "nonsense")
    return home


@pytest.fixture
def watched(home: Home) -> Iterator[Watched]:
    watched = Watched(home, listen=("127.0.0.1", 0))
    yield watched
    watched.close()


def test_what_a_pass_did_is_counted(watched: Watched) -> None:
    """Items by account and facet, tasks, people, steps; and how the accounts stand after it."""
    before = watched.samples()
    assert before["syncd_tasks_written_total"] == 0
    assert before['syncd_steps_failed_total{step="read"}'] == 0
    watched.once()
    watched.telemetry._standing._verdicts._not_before = 0  # they were counted a moment ago
    found = watched.samples()
    assert found['syncd_items_total{account="home",facet="mail"}'] == 2
    assert found["syncd_tasks_written_total"] >= 1
    assert found['syncd_tasks_open{account="home"}'] == found["syncd_tasks_written_total"]
    assert found['syncd_verdicts{state="open"}'] == found["syncd_tasks_written_total"]
    assert found["syncd_people_settled_total"] >= 1
    assert found['syncd_step_duration_seconds_count{step="start"}'] == 1
    assert found['syncd_events_total{event="outbox.delivered"}'] == 1
    for facet in ("mail", "calendar", "contacts"):
        assert found[f'syncd_lag_seconds{{account="home",facet="{facet}"}}'] == 0
        assert found[f'syncd_backfill_complete{{account="home",facet="{facet}"}}'] == 1
    up = 'syncd_account_state{account="home",facet="mail",state="up"}'
    assert found[up] == 1
    assert found['syncd_newest_item_age_seconds{account="home",facet="mail"}'] == 13.125 * 86_400
    assert found['syncd_items_set_aside{account="home",facet="contacts"}'] == 1
    assert found['syncd_outbox_entries{account="home",state="ready"}'] == 0
    assert found["syncd_store_up"] == 1
    assert found["process_resident_memory_bytes"] > 1e6
    assert [key for key in found if key.startswith("syncd_build_info{")]
    watched.now += timedelta(hours=2)
    later = watched.samples()
    assert later['syncd_lag_seconds{account="home",facet="mail"}'] == 7200
    moment = 'syncd_last_success_timestamp_seconds{account="home",facet="mail"}'
    assert later[moment] == NOW.timestamp()


def test_the_page_is_what_prometheus_reads(watched: Watched) -> None:
    """Both forms of it parse by the reference parsers; units and types are as names say."""
    watched.once()
    _, headers, text = watched.get("/metrics")
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert text.endswith("\n")
    for family in families(text):
        assert family.documentation
        assert family.name.startswith(("syncd_", "process_")), family.name
        assert (family.type == "counter") == all(
            one.name.endswith("_total") for one in family.samples
        ) or not family.samples
        assert not family.name.endswith(("_created", "_ms", "_minutes"))
        for one in family.samples:
            assert set(one.labels) <= {
                "account", "facet", "state", "kind", "step", "event", "library", "le",
                "version", "python", "schema",
            }  # fmt: skip
    accept = "application/openmetrics-text; version=1.0.0"
    _, headers, text = watched.get("/metrics", Accept=accept)
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    found = openmetrics_families(text)  # type: ignore[no-untyped-call]
    assert len(list(found)) > 20


def test_every_metric_is_in_the_documentation(watched: Watched) -> None:
    """docs/metrics.md has each name, and no name that there is not."""
    watched.once()
    page = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
    table = page.read_text(encoding="utf-8").split("## Prometheus")[0]
    names = {word.strip("`,") for word in table.split() if word.startswith(("`syncd_", "`_"))}
    full = {one for one in names if one.startswith("syncd_")} - {"syncd_"}
    full |= {f"syncd_tasks{one}" for one in names if one.startswith("_")}
    real = set()
    for family in families(watched.get("/metrics")[2]):
        if family.name.startswith("syncd_"):
            real.add(family.name + ("_total" if family.type == "counter" else ""))
    assert full == real


def test_troubles_are_counted_by_their_kind(watched: Watched) -> None:
    """A try that failed, an outage, a library's warning; an account that is an address has a
    number, and nothing that events bring along becomes a label of its own."""
    log.know([BEN])
    watched.once()
    error = SignInNeeded("Ben's password")
    log.event("source.failed", account="home", facet="mail", error=error)
    log.event("source.failed", account=BEN, facet="delivery", error=error)
    log.event("account.down", account="home", facet="mail", state="down", kind="SignInNeeded")
    log.event("what.nobody_knows", account="home")
    log.event("people.settled")
    found = watched.samples()
    assert found['syncd_errors_total{account="home",facet="mail",kind="SignInNeeded"}'] == 1
    kind = 'syncd_errors_total{account="account-1",facet="delivery",kind="SignInNeeded"}'
    assert found[kind] == 1
    assert found['syncd_outages_total{account="home"}'] == 1
    assert found['syncd_events_total{event="other"}'] == 1
    assert BEN not in watched.get("/metrics")[2]


def test_accounts_that_were_taken_away_are_not_told(watched: Watched) -> None:
    """Else an alert about them would never end."""
    watched.once()
    watched.telemetry.accounts = ["other"]
    assert not [key for key in watched.samples() if 'account="home"' in key and "_total" not in key]


def test_health_is_ok_while_the_engine_goes_on(watched: Watched) -> None:
    """200 and `ok`; late, or with a state that cannot be read, 503 and a sentence for each."""
    watched.once()
    assert watched.get("/healthz")[::2] == (200, "ok\n")
    status, headers, text = watched.get("/healthz", Accept="application/json")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(text) == {"ok": True, "troubles": []}
    watched.clock[0] += 100
    status, _, text = watched.get("/healthz")
    assert status == 503
    assert text.startswith("the engine should have made progress 40 seconds ago")
    assert watched.samples()["syncd_engine_late_seconds"] == 40
    watched.pulse.rest(None)
    assert watched.get("/healthz")[0] == 200
    watched.database.close()
    watched.home.database.unlink()
    watched.home.database.mkdir()
    status, _, text = watched.get("/healthz", Accept="application/json")
    assert status == 503
    (trouble,) = json.loads(text)["troubles"]
    assert "syncd doctor" in trouble
    assert str(watched.home.folder) not in text
    assert watched.samples()["syncd_store_up"] == 0


def test_many_at_once(watched: Watched) -> None:
    """Four who ask a hundred times while a pass writes: each gets all of it."""
    found: list[int] = []

    def ask() -> None:
        found.extend(len(watched.samples()) for _ in range(15))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    watched.once()
    for thread in threads:
        thread.join()
    assert len(found) == 60


def test_a_port_that_is_taken_stops_nothing(watched: Watched, home: Home) -> None:
    """It is told, with what to do, and everything else works."""
    heard: list[tuple[str, Any]] = []

    def hearer(name: str, facts: Mapping[str, Any]) -> None:
        heard.append((name, facts.get("code")))

    log.hear(hearer)
    port = watched.telemetry.port
    other = Watched(home, listen=("127.0.0.1", port))
    log.unhear(hearer)
    try:
        assert ("metrics.not_served", "EADDRINUSE") in heard
        assert f"port {port} cannot be used" in other.telemetry.problem
        assert other.telemetry.port is None
        other.once()
        other.telemetry.tick()
    finally:
        other.telemetry.close()
        other.database.close()


def test_when_it_is_closed_nobody_listens(watched: Watched) -> None:
    """The port is free at once, and nothing is counted any more."""
    port = watched.telemetry.port
    begun = time.monotonic()
    watched.telemetry.close()
    assert time.monotonic() - begun < 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0), timeout=5)
    assert watched.pulse.stepped is None


def test_the_file_is_for_the_collector(home: Home, tmp_path: Path) -> None:
    """Readable by others, whole, once a minute, under names that are not its own, and gone at the
    end."""
    path = tmp_path / "out" / "syncd-ana.prom"
    path.parent.mkdir()
    watched = Watched(home, textfile=path)
    try:
        watched.once()
        assert watched.telemetry.patience == 60
        watched.telemetry.tick()
        found = samples(path.read_text())
        assert found['syncd_tasks_written_total{syncd="syncd-ana"}'] >= 1
        assert all(key.startswith("syncd_") and 'syncd="syncd-ana"' in key for key in found)
        assert 'syncd_process_cpu_seconds_total{syncd="syncd-ana"}' in found
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert [one.name for one in path.parent.iterdir()] == [path.name]
        written = path.stat().st_mtime_ns
        watched.telemetry.tick()
        assert path.stat().st_mtime_ns == written
    finally:
        watched.close()
    assert not path.exists()


def test_a_file_that_cannot_be_written_is_told_once(home: Home, tmp_path: Path) -> None:
    """Once when it begins, once when it is over; nothing else is stopped."""
    heard: list[str] = []

    def hearer(name: str, _facts: Mapping[str, Any]) -> None:
        heard.append(name)

    path = tmp_path / "missing" / "syncd.prom"
    watched = Watched(home, textfile=path)
    log.hear(hearer)
    try:
        for _ in range(3):
            watched.telemetry._outlets._next_file = 0
            watched.telemetry.tick()
        path.parent.mkdir()
        watched.telemetry._outlets._next_file = 0
        watched.telemetry.tick()
    finally:
        log.unhear(hearer)
        watched.close()
    assert heard == ["metrics.not_written", "metrics.written"]
