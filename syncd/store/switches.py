"""The owner's off switches as stored: paused until when, enabled since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from rules.verdict import State
from syncd.store import facts, people
from syncd.store.schema import verdict
from syncd.store.times import from_int, to_int

_PAUSE, _ENABLED, _MODE = "pause", "enabled", "mode"
SAID = (_PAUSE, _ENABLED)
# Reasons of verdicts that an off switch holds back, whatever their state.
_BY_SWITCH = ("pause:owner", "preview")


def paused_until(connection: Connection, owner: str) -> date | None:
    """From the start of this day, in the owner's zone, there is no pause any more."""
    return paused_in(facts.several(connection, owner, (_PAUSE,)))


def paused_in(said: Mapping[str, str]) -> date | None:
    """The same, of facts that are read already; `SAID` are the names of those it takes."""
    value = said.get(_PAUSE)
    return date.fromisoformat(value) if value else None


def pause(connection: Connection, owner: str, until: date) -> None:
    facts.put(connection, owner, _PAUSE, until.isoformat())


def resume(connection: Connection, owner: str) -> None:
    facts.drop(connection, owner, _PAUSE)


def enabled_at(connection: Connection, owner: str) -> datetime | None:
    """When the owner said that what `mode: preview` holds back may be written."""
    return enabled_in(facts.several(connection, owner, (_ENABLED,)))


def enabled_in(said: Mapping[str, str]) -> datetime | None:
    """The same, of facts that are read already."""
    value = said.get(_ENABLED)
    return from_int(int(value)) if value else None


def enable(connection: Connection, owner: str, now: datetime) -> None:
    facts.put(connection, owner, _ENABLED, str(to_int(now)))


def disable(connection: Connection, owner: str) -> None:
    facts.drop(connection, owner, _ENABLED)


def mode(connection: Connection, owner: str) -> str | None:
    """Under which mode verdicts were judged last: preview, deliver; None: never yet."""
    return facts.get(connection, owner, _MODE)


def put_mode(connection: Connection, owner: str, value: str) -> None:
    facts.put(connection, owner, _MODE, value)


def judge_held(connection: Connection, owner: str, now: datetime) -> None:
    """Whoever has something that is held back is to be judged at `now`."""
    marked = (verdict.c.reasons.contains(f'"{reason}"') for reason in _BY_SWITCH)
    query = select(verdict.c.person).where(
        verdict.c.owner == owner, or_(verdict.c.state == str(State.HELD), *marked)
    )
    persons = sorted(set(connection.execute(query).scalars()))
    people.set_next(connection, owner, dict.fromkeys(persons, now))
