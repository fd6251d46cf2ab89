"""Is the clock right? With one that is days off, meetings would end that are still to come.

Servers know the time. A state whose accounts have none remembers when it last ran: a clock that
stands before that, while mail of the time between is stored, went back. Either has to be off by
more than two days; what is doubtful is right, since a false alarm stops everything.

Only the real clock is judged, never a moment that the owner names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from connectors.contract import Timed
from connectors.errors import ConnectorError
from syncd import log
from syncd.people import domain_of
from syncd.pipeline.workshop import Account, Workshop
from syncd.store import facts, trouble
from syncd.store.schema import observation
from syncd.store.times import from_int, to_int

LIMIT: Final = timedelta(days=2)
_SEEN: Final = "clock"
_STEP: Final = timedelta(hours=6)  # how exactly it is remembered
_MAILS, _DOMAINS = 3, 2  # a forged date is no witness
_REMEDY: Final = "set it; until then nothing is read, decided, written or closed"


@dataclass(frozen=True, slots=True)
class Off:
    """A clock that is wrong. `at` is about what it should say, as far as anybody knows."""

    words: str
    at: datetime


def look(shop: Workshop, now: datetime) -> str:
    """What is wrong with the clock, in a sentence, or ""; noted for `status`. Under the lock."""
    database = shop.database
    found = off(shop, now)
    trouble.note_clock(database, found.words if found else "", found.at if found else now)
    if found is None:
        _remember(shop, now)
    return found.words if found else ""


def off(shop: Workshop, now: datetime) -> Off | None:
    """How the clock is wrong; None where nobody says so. Asks servers; writes nothing."""
    told = []
    for account, there in _told(shop):
        if abs(there - now) <= LIMIT:
            return None  # of servers that disagree, one that agrees with us is believed
        told.append((account, there))
    if told:
        return _by_server(*min(told, key=lambda one: abs(one[1] - now)), now)
    with shop.database.read() as connection:
        return _by_mail(connection, shop.database.owner, now)


def _told(shop: Workshop) -> Iterator[tuple[str, datetime]]:
    """What one server of each account says the time is. One that fails is not asked by another
    source: it may take half a minute each time, and reading it will say what is wrong."""
    for account in shop.accounts:
        try:
            there = _told_by(account)
        except ConnectorError:
            continue
        except Exception as error:  # noqa: BLE001  # one account's fault is nobody else's
            log.event("job.failed", kind="clock", error=error)
            continue
        if there is not None:
            yield account.name, there


def _told_by(account: Account) -> datetime | None:
    for source in account.sources:
        if isinstance(source, Timed) and (there := source.server_time()) is not None:
            return there
    return None


def _by_server(account: str, there: datetime, now: datetime) -> Off:
    days = abs(there - now) // timedelta(days=1)
    where = "ahead of" if now > there else "behind"
    return Off(
        f"the clock of this machine is {days} days {where} the server of {account}, which says "
        f"{there:%Y-%m-%d %H:%M} UTC: {_REMEDY}",
        there,
    )


def _by_mail(connection: Connection, owner: str, now: datetime) -> Off | None:
    """Whether the clock went back since we ran last."""
    value = facts.get(connection, owner, _SEEN)
    seen = from_int(int(value)) if value is not None else now
    if seen - now <= LIMIT:
        return None
    query = select(observation.c.author).where(
        observation.c.owner == owner,
        observation.c.kind == "message",
        observation.c.at > to_int(now + LIMIT),
        observation.c.at <= to_int(seen + _STEP),
    )
    authors = list(connection.execute(query).scalars())
    if len(authors) < _MAILS or len({domain_of(one) for one in authors}) < _DOMAINS:
        return None
    days = (seen - now) // timedelta(days=1)
    return Off(
        f"the clock of this machine went back by {days} days: syncd ran at {seen:%Y-%m-%d %H:%M} "
        f"UTC and has mail of that time. If it is wrong, {_REMEDY}. If it was wrong then, say so "
        "once: `syncd --now` with the time it is, and `once`",
        seen,
    )


def _remember(shop: Workshop, now: datetime) -> None:
    database = shop.database
    with database.read() as connection:
        value = facts.get(connection, database.owner, _SEEN)
    if value is None or abs(from_int(int(value)) - now) >= _STEP:
        with database.begin() as connection:
            facts.put(connection, database.owner, _SEEN, str(to_int(now)))
