"""Claims by the handful: what happened between the owner and Ana, in a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypedDict, Unpack

from hypothesis import strategies as st

from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Evidence,
    Mode,
    Real,
    Signal,
    SignalKind,
)
from syncd.relationships import PersonHistory, Profile, relate

START = datetime(2025, 1, 6, 9, tzinfo=UTC)  # a Monday
ANA = Profile("p1", "Ana Silva", ("ana@example.org",))
_NUMBERS = count()


def day(number: float) -> datetime:
    """So many days after the story began."""
    return START + timedelta(days=number)


def message(
    at: float,
    direction: Direction,
    *signals: SignalKind,
    due: date | None = None,
    title: str = "",
    answers: str = "",
    key: str = "",
    account: str = "home",
    size: int = 1,
) -> Claim:
    """A message that counts."""
    return Claim(
        key=key or f"message:{next(_NUMBERS)}@example.org",
        kind=ClaimKind.MESSAGE,
        at=day(at),
        until=day(at),
        real=Real.YES,
        reasons=(),
        direction=direction,
        weight=1.0 / size,
        probability=1.0,
        size=size,
        title=title,
        answers=answers,
        evidence=(Evidence(account, "1"),),
        seen_at=day(at),
        signals=tuple(Signal(kind, 0.9, due) for kind in signals),
    )


class Told(TypedDict, total=False):
    """What else can be told of a message."""

    due: date
    title: str
    answers: str
    key: str


def sent(at: float, *signals: SignalKind, **told: Unpack[Told]) -> Claim:
    """The owner wrote to Ana."""
    return message(at, Direction.SENT, *signals, **told)


def received(at: float, *signals: SignalKind, **told: Unpack[Told]) -> Claim:
    """Ana wrote to the owner."""
    return message(at, Direction.RECEIVED, *signals, **told)


def meeting(
    at: float,
    mode: Mode = Mode.UNKNOWN,
    *,
    seen: float | None = None,
    organised: bool = False,
    size: int = 2,
    hours: float = 1,
    key: str = "",
    title: str = "",
    place: str = "",
) -> Claim:
    """A meeting that took place; first seen afterwards unless `seen` says when."""
    end = day(at) + timedelta(hours=hours)
    return Claim(
        key=key or f"meeting:{next(_NUMBERS)}/",
        kind=ClaimKind.MEETING,
        at=day(at),
        until=end,
        real=Real.YES,
        reasons=(),
        direction=Direction.BOTH,
        mode=mode,
        weight=1.0 / (size - 1),
        probability=1.0,
        size=size,
        title=title,
        place=place,
        evidence=(Evidence("home", "1"),),
        seen_at=end if seen is None else day(seen),
        organised=organised,
    )


def planned(at: float, *, seen: float) -> Claim:
    """A meeting still to come, on the calendar since `seen`."""
    claim = meeting(at, seen=seen)
    return replace(claim, real=Real.PENDING, weight=0.0, scheduled=True, changes_at=claim.until)


def tick(at: float, direction: Direction, mode: Mode = Mode.UNKNOWN) -> Claim:
    """The owner ticked a task whose rule says what that means."""
    return replace(
        message(at, direction), key=f"task:{next(_NUMBERS)}", kind=ClaimKind.TASK, mode=mode
    )


def log(at: float, direction: Direction, mode: Mode = Mode.UNKNOWN) -> Claim:
    """The owner logged what no calendar saw."""
    return replace(
        message(at, direction), key=f"log:{next(_NUMBERS)}", kind=ClaimKind.LOG, mode=mode
    )


def after(number: float, *claims: Claim, profile: Profile = ANA) -> PersonHistory:
    """The history as of so many days after the beginning."""
    return relate(profile, claims, day(number))


def kinds_of(history: PersonHistory, evidence: str) -> frozenset[str]:
    """What the event with this evidence is."""
    (event,) = [event for event in history.events if event.evidence == evidence]
    return event.kinds


SPAN_DAYS = 900


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Any claim at all, in a span of 900 days, at whole minutes or at the very same ones."""
    at = draw(st.integers(0, SPAN_DAYS * 4)) / 4 + draw(st.sampled_from([0, 0, 1 / 1440]))
    kind = draw(st.sampled_from(ClaimKind))
    real = draw(st.sampled_from([Real.YES, Real.YES, Real.YES, Real.NO, Real.UNKNOWN]))
    mode = draw(st.sampled_from(Mode))
    if kind is ClaimKind.MEETING:
        seen = draw(st.none() | st.integers(-30, SPAN_DAYS))
        hours = draw(st.sampled_from([0.5, 1, 30]))
        size = draw(st.integers(2, 6))
        made = meeting(at, mode, seen=seen, hours=hours, size=size, organised=draw(st.booleans()))
        if draw(st.integers(0, 4)) == 0:
            return replace(made, real=Real.PENDING, weight=0.0, scheduled=True)
    else:
        direction = draw(st.sampled_from(Direction))
        if kind is ClaimKind.MESSAGE and direction is Direction.BOTH:
            direction = Direction.SENT
        signals = draw(st.lists(st.sampled_from(SignalKind), max_size=2))
        made = replace(message(at, direction, *signals), kind=kind, mode=mode)
    weight = made.weight if real is Real.YES else 0.0
    return replace(made, real=real, weight=weight)


def lives(most: int = 30) -> st.SearchStrategy[list[Claim]]:
    """A handful of claims in any order."""
    return st.lists(claims(), max_size=most, unique_by=lambda claim: claim.key)


def steps(claims: Sequence[Claim]) -> list[datetime]:
    """Moments around everything that happens, and regular ones between."""
    edge = timedelta(microseconds=1)
    moments = {
        moment + nudge
        for claim in claims
        for moment in (claim.at, claim.until)
        for nudge in (-edge, timedelta(0), edge)
    }
    moments |= {day(number) for number in range(0, SPAN_DAYS * 2, 37)}
    return sorted(moments)
