"""How accounts fare: up, degraded, down; what is told of it, and when it is tried again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.errors import Refused, SignInNeeded, Unavailable, Vanished
from connectors.memory.source import MemoryMail
from connectors.records import Batch
from syncd import log
from syncd.pipeline.observe import Outcome, Reader
from syncd.retry import Retries
from syncd.store import health
from syncd.store.database import Database, open_database
from syncd.store.health import DELIVERY, Health, Place
from syncd.views.health import health_of, nobody_signed_in

from worlds import ANA, BEN, MONDAY, Lab, coffee, day, mail

MAIL, CALENDAR = Place("home", "mail", "memory"), Place("home", "calendar", "memory")
DOWN = Unavailable("the server is restarting")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'syncd.db'}", ANA.addr)
    yield opened
    opened.close()


@contextmanager
def heard() -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """The events that are told inside."""
    events: list[tuple[str, Mapping[str, Any]]] = []

    def hear(name: str, facts: Mapping[str, Any]) -> None:
        events.append((name, facts))

    log.hear(hear)
    try:
        yield events
    finally:
        log.unhear(hear)


def outages(events: list[tuple[str, Mapping[str, Any]]]) -> list[str]:
    return [name for name, _ in events if name in ("account.down", "account.up")]


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def failed(database: Database, place: Place, error: Exception, when: datetime, **more: Any) -> bool:
    with database.begin() as connection:
        return health.failed(connection, database.owner, place, error, when, **more)


def ok(database: Database, place: Place, when: datetime) -> bool:
    with database.begin() as connection:
        return health.ok(connection, database.owner, place, when)


def row(database: Database, place: Place = MAIL) -> Health:
    with database.read() as connection:
        found = health.get(connection, database.owner, place)
    assert found is not None
    return found


# --- what is kept ---


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (SignInNeeded("sign in again"), "signin"),
        (Refused("over quota: make room"), "owner"),
        (Vanished("the list is not there"), "owner"),
        (DOWN, "wait"),
        (ValueError("Subject: secret"), "wait"),
    ],
)
def test_an_error_says_what_to_do(database: Database, error: Exception, remedy: str) -> None:
    """Each kind of trouble has its remedy; in a single pass it is down at once."""
    ok(database, MAIL, at(0))
    assert failed(database, MAIL, error, at(5))
    found = row(database)
    assert (found.state, found.remedy, found.kind) == ("down", remedy, type(error).__name__)
    assert (found.since, found.last_ok, found.tries) == (at(5), at(0), 1)
    assert found.error
    assert "secret" not in found.error


def test_a_single_try_that_failed_is_no_outage(database: Database) -> None:
    """What is tried again in a moment is degraded; down begins with the second failure in a row,
    and counts from the first."""
    ok(database, MAIL, at(0))
    assert not failed(database, MAIL, DOWN, at(5), next_try=at(6))
    assert row(database).state == "degraded"
    assert failed(database, MAIL, DOWN, at(6), next_try=at(8))
    assert (row(database).state, row(database).since) == ("down", at(5))
    assert not failed(database, MAIL, DOWN, at(8), next_try=at(12))
    assert row(database).tries == 3
    assert row(database).next_try == at(12)
    assert ok(database, MAIL, at(12))
    found = row(database)
    assert (found.state, found.since, found.tries, found.error) == ("up", at(12), 0, "")
    assert found.next_try is None


def test_an_account_is_as_well_as_its_worst_facet(database: Database) -> None:
    """Its outage begins with the first facet that goes down and ends with the last."""
    ok(database, CALENDAR, at(0))
    assert failed(database, MAIL, DOWN, at(1))
    assert not failed(database, CALENDAR, SignInNeeded("sign in again"), at(2))
    assert not ok(database, MAIL, at(3))
    with database.read() as connection:
        (account,) = health_of(connection, database.owner, ["home"])
    assert (account["state"], account["facet"], account["remedy"]) == ("down", "calendar", "signin")
    assert {one["facet"]: one["state"] for one in account["facets"]} == {
        "calendar": "down",
        "mail": "up",
    }
    assert nobody_signed_in([account], ["home"])
    assert not nobody_signed_in([account], ["home", "work"])
    assert ok(database, CALENDAR, at(4))


def test_what_is_not_configured_any_more_is_forgotten(database: Database) -> None:
    """A folder that was taken out of the configuration keeps no account down."""
    failed(database, MAIL, DOWN, at(1))
    ok(database, CALENDAR, at(1))
    with database.begin() as connection:
        health.keep(connection, database.owner, {CALENDAR})
        assert [one.place for one in health.load(connection, database.owner)] == [CALENDAR]


# --- in the pipeline ---


def readers(lab: Lab, database: Database, retries: Retries, now: datetime) -> Outcome:
    """One look of a daemon at Ana's mail."""
    shop = lab.shop(database)
    reader = Reader(database, shop.indexer, shop.ignore, now, retries=retries)
    (source,) = [one for one in shop.accounts[0].readable if one.facet == "mail"]
    return reader.observe("home", source)


def test_a_source_that_flaps_is_one_line_down_and_one_up(tmp_path: Path) -> None:
    """However often it is tried in an outage, it is told when it begins and when it ends."""
    lab, retries = Lab(tmp_path), Retries(Random(7))
    database = lab.open()
    now = MONDAY
    with heard() as events:
        readers(lab, database, retries, now)
        lab.world.fail_next(DOWN, times=12)
        tries = 0
        while readers(lab, database, retries, now).error:
            tries += 1
            until = retries.until(MAIL)
            assert until is not None
            assert until == row(database).next_try
            now = until
        lab.world.fail_next(DOWN)  # a blip: tried again at once, and told to nobody
        readers(lab, database, retries, now)
        readers(lab, database, retries, now + timedelta(seconds=5))
    database.close()
    assert tries == 12
    assert outages(events) == ["account.down", "account.up"]
    assert now - MONDAY > timedelta(minutes=30)


def test_retry_after_is_kept_exactly(tmp_path: Path) -> None:
    """What the other side asks for is when it is tried again, to the second; then all is open."""
    lab, retries = Lab(tmp_path), Retries(Random(7))
    database = lab.open()
    lab.world.fail_next(Unavailable("slow down", wait=754))
    readers(lab, database, retries, MONDAY)
    until = MONDAY + timedelta(seconds=754)
    assert retries.until(MAIL) == until
    assert row(database).next_try == until
    assert not retries.open(MAIL, until - timedelta(seconds=1))
    assert retries.open(MAIL, until)
    readers(lab, database, retries, until)
    assert retries.until(MAIL) is None
    assert (row(database).state, row(database).next_try) == ("up", None)
    database.close()


def test_a_fault_of_a_connector_stops_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a source raises is noted with it, by its kind alone; the rest is read."""
    lab = Lab(tmp_path)
    lab.world.put_event(coffee(day(-3)))

    def broken(*_: object) -> Iterator[Batch]:
        raise KeyError("Dear Ben, my password is")

    monkeypatch.setattr(MemoryMail, "changes", broken)
    report = lab.once(day(0))
    words = "a fault in syncd (KeyError): it is tried again; please report it"
    assert {one.facet: one.error for one in report.outcomes} == {
        "contacts": "",
        "calendar": "",
        "mail": words,
        "tasks": "",
    }
    database = lab.open()
    assert (row(database).state, row(database).error, row(database).kind) == (
        "down",
        words,
        "KeyError",
    )
    assert row(database, CALENDAR).state == "up"
    database.close()
    monkeypatch.undo()
    assert not lab.once(day(0.1)).failed
    assert lab.person(BEN, day(0.1))["counts"]["meetings"] == 1


def test_a_pass_notes_how_every_facet_and_list_fared(tmp_path: Path) -> None:
    """`once` records health: of readings, and of the writing to a list."""
    lab = Lab(tmp_path)
    lab.world.put_event(coffee(day(-1)))
    lab.once(day(0))
    database = lab.open()
    assert row(database, Place("home", DELIVERY)).state == "up"
    assert row(database, Place("home", "tasks", "memory")).state == "up"
    assert row(database).state == "up"
    lab.world.fail_next(SignInNeeded("sign in again"), times=4)
    assert lab.once(day(1)).nobody_signed_in
    assert {one.state for one in _all(database) if one.place.facet != DELIVERY} == {"down"}
    lab.once(day(1.1))
    assert {one.state for one in _all(database)} == {"up"}
    database.close()


def _all(database: Database) -> list[Health]:
    with database.read() as connection:
        return health.load(connection, database.owner)


# --- cursors that expire again and again ---


def test_a_source_whose_cursors_always_expire_is_not_read_for_ever(tmp_path: Path) -> None:
    """Some readings from the beginning are let through, then one every six hours: degraded, with a
    sentence that says why; when it holds for a while, it is up again."""
    lab = Lab(tmp_path)
    lab.world.deliver(mail(BEN, ANA, day(-1)))
    lab.once(day(0))
    database = lab.open()
    read = 0
    for hour in range(24):
        lab.world.expire_all_cursors()
        outcome = readers(lab, database, Retries(Random(7)), day(hour / 24 + 0.01))
        read += not outcome.error
    found = row(database)
    assert read == 7
    assert (found.state, found.kind, found.remedy) == ("degraded", "CursorExpired", "wait")
    assert "from the very beginning" in found.error
    readers(lab, database, Retries(), day(2))
    readers(lab, database, Retries(), day(3))
    assert row(database).state == "up"
    database.close()
