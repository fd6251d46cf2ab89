"""Meetings while they were still to come: what was on the calendar, and since when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from syncd.inference.model import Claim, ClaimKind, Direction, Real

# A calendar that was read after the fact does not tell when its entries were made. Two weeks ahead
# is what is assumed of them; without a bound every meeting would have been planned for ever.
ASSUMED_LEAD = timedelta(days=14)

# What may be said of a meeting that has begun or is over without denying that the owner meant to be
# there: any other reason does (they never answered, it was cancelled, it was no meeting at all).
_MEANT = frozenset(
    f"meeting:{why}"
    for why in (
        "both-accepted", "organiser-implied", "one-to-one", "small", "convener", "named-in-title",
        "not-over", "unanswered", "tentative", "only-arranged", "double-booked",
        "mail-confirms", "mail-missed", "mail-disagrees",
    )
)  # fmt: skip
# A slot held by one of the two is still a date; one in the owner's own notes ("hold: Ana") is none.
_HELD = _MEANT | {"meeting:placeholder"}
_AWAY = "meeting:out-of-office"  # a clash where it leaves doubt, else the entry is the absence


class Planned(NamedTuple):
    """One meeting as it stood on the calendar from `known` until its `start`."""

    start: datetime
    known: datetime
    end: datetime
    claim: Claim


def was_planned(claim: Claim, now: datetime) -> bool:
    """Whether this is, or was before it began, a meeting that the owner accepted or organised."""
    if claim.kind is not ClaimKind.MEETING:
        return False
    if claim.scheduled or (claim.real is Real.PENDING and claim.at > now):
        return claim.scheduled  # of what is still to come inference says so itself
    if claim.real is Real.NO:  # whatever became of it: somebody was missed
        return claim.reasons == ("meeting:mail-missed",)
    allowed = _MEANT if claim.direction is Direction.BOTH else _HELD
    return allowed.issuperset(claim.reasons) or all(
        reason in allowed or (reason == _AWAY and claim.real is Real.UNKNOWN)
        for reason in claim.reasons
    )


def scheduled_at(claim: Claim) -> datetime | None:
    """When syncd saw this planned meeting ahead of its start, as one that the owner accepted or
    organised; None when it only saw so later."""
    seen = claim.meant_at or claim.seen_at
    return seen if seen is not None and seen < claim.at else None


def _known(claim: Claim, now: datetime) -> datetime:
    """Since when it was to be reckoned with."""
    known = scheduled_at(claim)
    if known is None:
        in_doubt = claim.seen_at is not None and claim.seen_at < claim.at
        known = claim.at if in_doubt else claim.at - ASSUMED_LEAD
    # What is still to come was handed in as known.
    return min(known, now) if claim.scheduled else known


class Calendar:
    """The meetings that were planned, each for as long as it was still to come."""

    def __init__(self, claims: Iterable[Claim], now: datetime) -> None:
        self._claims = tuple(
            [
                claim
                for claim in claims
                if claim.kind is ClaimKind.MEETING and was_planned(claim, now)
            ]
        )
        self._now = now

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """By start."""
        entries = [
            Planned(claim.at, _known(claim, self._now), claim.until, claim)
            for claim in self._claims
        ]
        return tuple(sorted(entries, key=lambda entry: (entry.start, entry.claim.key)))

    @cached_property
    def _spans(self) -> tuple[list[datetime], list[datetime]]:
        """Beginnings and ends of the times during which some meeting was still to come."""
        begins: list[datetime] = []
        ends: list[datetime] = []
        for start, known, _, _ in sorted(self.planned, key=lambda entry: entry.known):
            if ends and known <= ends[-1]:
                ends[-1] = max(ends[-1], start)
            elif known < start:
                begins.append(known)
                ends.append(start)
        return begins, ends

    def pending_at(self, moment: datetime) -> bool:
        """Whether a meeting was still to come, as far as was known then."""
        begins, ends = self._spans
        place = bisect_right(begins, moment)
        return place > 0 and moment < ends[place - 1]

    def next_at(self, moment: datetime) -> Planned | None:
        """The first meeting that was still to come at that moment."""
        entries = self.planned
        place = bisect_right(entries, moment, key=lambda entry: entry.start)
        return next((entry for entry in entries[place:] if entry.known <= moment), None)

    def moments(self) -> set[datetime]:
        """Every moment at which an answer of this calendar can change, or a meeting is over."""
        begins, ends = self._spans
        return {*begins, *ends, *(entry.end for entry in self.planned)}
