"""Open loops: what one side asked, promised, proposed or introduced, and what answered it.

A loop closes on whatever channel comes first: a meeting answers a question too. Closing is
generous on purpose, since a false reminder costs more trust than a missed one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from syncd.inference.model import Claim, ClaimKind, Direction, Signal, SignalKind
from syncd.relationships.planned import Planned, scheduled_at
from syncd.relationships.timeline import nature_of

# What a signal opens, by who wrote it (sent, received), and the suffix of its evidence.
OPENS: dict[SignalKind, tuple[str, str, str]] = {
    SignalKind.ASKS: ("i_asked", "asked_me", "#asked"),
    SignalKind.PROMISES: ("i_promised", "they_promised", "#promised"),
    SignalKind.PROPOSES_MEETING: ("meeting_proposed", "meeting_proposed", "#proposed"),
    SignalKind.INTRODUCES: ("introduction_made", "introduction_received", "#introduced"),
}
# These judge a meeting and say nothing else.
_JUDGES = {
    SignalKind.CONFIRMS_MEETING,
    SignalKind.MISSED_MEETING,
    SignalKind.CANCELS_MEETING,
}
# An unanswered question or promise is history after a season, a proposal after half a year.
_SHORT, _LONG = timedelta(days=90), timedelta(days=180)
LIFETIME = {
    "i_asked": _SHORT,
    "asked_me": _SHORT,
    "i_promised": _SHORT,
    "they_promised": _SHORT,
    "meeting_proposed": _LONG,
    "introduction_made": _LONG,
    "introduction_received": _LONG,
}


@dataclass(frozen=True, slots=True)
class Loop:
    """Something one side opened with a message."""

    kind: str  # an event of `rules.history.LOOPS`
    claim: Claim
    signal: Signal
    evidence: str
    closed_at: datetime | None = None
    closed_by: str = ""

    def state_at(self, moment: datetime) -> str:
        """open | closed | expired, at a moment not before the loop."""
        if self.closed_at is not None and self.closed_at <= moment:
            return "closed"
        return "expired" if moment - self.claim.until >= LIFETIME[self.kind] else "open"


@dataclass(frozen=True, slots=True)
class SignalState:
    """One signal as `explain` shows it. A signal that opens nothing is closed from the start."""

    at: datetime
    kind: str
    direction: str  # sent | received
    confidence: float
    due: date | None
    state: str  # open | closed | expired
    closed_by: str | None


class Closers:
    """What can close loops, each list sorted by when it was over."""

    def __init__(
        self, interactions: Iterable[Claim], planned: Sequence[Planned], now: datetime
    ) -> None:
        self.sent: list[Claim] = []
        self.received: list[Claim] = []
        self.talks: list[Claim] = []  # meetings and calls
        self.meetings: list[Claim] = []
        self.now = now
        for claim in interactions:
            nature = nature_of(claim)
            if nature.sent:
                self.sent.append(claim)
            if nature.received:
                self.received.append(claim)
            if nature.meeting or nature.call:
                self.talks.append(claim)
            if nature.meeting:
                self.meetings.append(claim)
        self.planned = planned

    def close(self, kind: str, opener: Claim) -> tuple[datetime | None, str]:
        """When and by what the loop that `opener` opened was first closed."""
        since = opener.until
        found: list[tuple[datetime, str]] = []
        if kind == "meeting_proposed":
            found += _first(self.meetings, since, begins_after=True)
            found += self._scheduled(since)
        else:
            found += _first(self.talks, since, begins_after=True)
            replies = self.sent if kind in _MINE_TO_CLOSE else self.received
            found += _first(replies, since, but_thanks="promised" in kind)
        return min(found, default=(None, ""))

    def _scheduled(self, since: datetime) -> list[tuple[datetime, str]]:
        """The first moment at which a meeting after `since` was known to be on the calendar."""
        first = bisect_right(self.planned, since, key=lambda entry: entry.start)
        moments = []
        for place in range(first, len(self.planned)):
            entry = self.planned[place]
            seen = scheduled_at(entry.claim)
            if seen is None:
                moments.append((entry.start, entry.claim.key))
            elif seen <= since:
                return [(since, entry.claim.key + "#scheduled")]
            else:
                moments.append((seen, entry.claim.key + "#scheduled"))
        return [moment for moment in moments if moment[0] <= self.now]


_UNTIL = attrgetter("until")
_MINE_TO_CLOSE = {"asked_me", "i_promised", "introduction_received"}


def _first(
    claims: Sequence[Claim],
    since: datetime,
    *,
    begins_after: bool = False,
    but_thanks: bool = False,
) -> list[tuple[datetime, str]]:
    """The first of `claims` after `since`, as a list of at most one."""
    for place in range(bisect_right(claims, since, key=_UNTIL), len(claims)):
        claim = claims[place]
        if begins_after and claim.at < since:
            continue
        if but_thanks and only_thanks(claim):
            continue
        return [(claim.until, claim.key)]
    return []


def only_thanks(claim: Claim) -> bool:
    """A message that was read and does nothing but thank: it keeps no promise."""
    return bool(claim.signals) and all(signal.kind is SignalKind.THANKS for signal in claim.signals)


def signals_of(claim: Claim) -> list[Signal]:
    """The message's signals, one of each kind (the surest), in the order of their kinds."""
    if not claim.signals:
        return []
    best: dict[SignalKind, Signal] = {}
    for signal in claim.signals:
        if signal.kind in _JUDGES:
            continue
        other = best.get(signal.kind)
        if other is None or _surer(signal) > _surer(other):
            best[signal.kind] = signal
    return [best[kind] for kind in SignalKind if kind in best]


def _surer(signal: Signal) -> tuple[float, int]:
    return signal.confidence, -(signal.due.toordinal() if signal.due else date.max.toordinal())


def loops_of(
    interactions: Sequence[Claim], planned: Sequence[Planned], now: datetime
) -> tuple[Loop, ...]:
    """Every loop the interactions opened, oldest first, with what closed it up to `now`."""
    loops: list[Loop] = []
    closers: Closers | None = None
    for claim in interactions:
        if not claim.signals or claim.kind is not ClaimKind.MESSAGE:
            continue
        for signal in signals_of(claim):
            if signal.kind not in OPENS:
                continue
            mine, theirs, suffix = OPENS[signal.kind]
            kind = mine if claim.direction is Direction.SENT else theirs
            closers = closers or Closers(interactions, planned, now)
            closed_at, closed_by = closers.close(kind, claim)
            loops.append(Loop(kind, claim, signal, claim.key + suffix, closed_at, closed_by))
    return tuple(loops)


def signal_states(
    interactions: Sequence[Claim], loops: Sequence[Loop], moment: datetime
) -> tuple[SignalState, ...]:
    """All signals up to a moment, oldest first, with the state of what they opened."""
    by_evidence = {loop.evidence: loop for loop in loops}
    states: list[SignalState] = []
    for claim in interactions:
        if claim.kind is not ClaimKind.MESSAGE or claim.until > moment:
            continue
        for signal in signals_of(claim):
            state, closed_by = "closed", None
            if signal.kind in OPENS:
                loop = by_evidence[claim.key + OPENS[signal.kind][2]]
                state = loop.state_at(moment)
                closed_by = loop.closed_by if state == "closed" else None
            states.append(
                SignalState(
                    claim.until,
                    signal.kind.value,
                    "sent" if claim.direction is Direction.SENT else "received",
                    signal.confidence,
                    signal.due,
                    state,
                    closed_by,
                )
            )
    return tuple(states)
