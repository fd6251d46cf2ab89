"""Open loops: what one side asked, promised, proposed, introduced or shared, and what answered it.

A loop closes on whatever channel comes first: a meeting answers a question too, and so does what
the owner ticked or logged. Closing is generous on purpose, since a false reminder costs more trust
than a missed one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter

from rules.values import value
from syncd.inference.model import Claim, ClaimKind, Direction, Real, Signal, SignalKind
from syncd.relationships.planned import Planned, scheduled_at
from syncd.relationships.timeline import nature_of

# What a signal opens, by who wrote it (sent, received; "": nothing), and its evidence's suffix.
OPENS: dict[SignalKind, tuple[str, str, str]] = {
    SignalKind.ASKS: ("i_asked", "asked_me", "#asked"),
    SignalKind.PROMISES: ("i_promised", "they_promised", "#promised"),
    SignalKind.PROPOSES_MEETING: ("meeting_proposed", "meeting_proposed", "#proposed"),
    SignalKind.INTRODUCES: ("introduction_made", "introduction_received", "#introduced"),
    SignalKind.SHARES: ("", "shared_with_me", "#shared"),
}
# What the same mail opens with the person whom somebody else introduced to the owner in it.
INTRODUCED = "introduced_to_me"
# It is the owner's turn; with the person introduced either side may begin.
MINE = frozenset({"asked_me", "i_promised", "introduction_received", INTRODUCED, "shared_with_me"})
# These judge a meeting and say nothing else.
_JUDGES = {
    SignalKind.CONFIRMS_MEETING,
    SignalKind.MISSED_MEETING,
    SignalKind.CANCELS_MEETING,
}
# An unanswered question, promise or gift is history after a season, a proposal or an introduction
# after half a year.
_SHORT, _LONG = timedelta(days=90), timedelta(days=180)
LIFETIME = {
    "i_asked": _SHORT,
    "asked_me": _SHORT,
    "i_promised": _SHORT,
    "they_promised": _SHORT,
    "shared_with_me": _SHORT,
    "meeting_proposed": _LONG,
    "introduction_made": _LONG,
    "introduction_received": _LONG,
    INTRODUCED: _LONG,
}


@value
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
            if kind in MINE:
                found += _first(self.sent, since, but_thanks="promised" in kind)
            if kind not in MINE or kind == INTRODUCED:
                found += _first(self.received, since, but_thanks="promised" in kind)
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
_ORDER = attrgetter("until", "key")


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


def opened_by(claim: Claim, signal: Signal) -> tuple[str, str]:
    """The kind of loop that a signal opens, and its evidence; "" where it opens none."""
    mine, theirs, suffix = OPENS.get(signal.kind, ("", "", ""))
    kind = mine if claim.direction is Direction.SENT else theirs
    if kind and claim.real is not Real.YES:
        # Somebody else's mail to the owner and this person: it counts for neither but may introduce
        # them.
        kind = INTRODUCED if signal.kind is SignalKind.INTRODUCES else ""
    return kind, claim.key + suffix


def spoken_of(claims: Iterable[Claim], now: datetime, met: datetime | None = None) -> list[Claim]:
    """Mail of others that introduced this person to the owner, up to `now`: no interaction of
    theirs. Nobody is introduced to whom they know: nothing where there was contact before. `met`
    is when the first contact was over, where these are not all claims."""
    found: list[Claim] = []
    for claim in claims:
        if claim.until > now or claim.kind is not ClaimKind.MESSAGE:
            continue
        if claim.real is Real.NO and claim.signals:
            found.append(claim)
    if not found:
        return found
    if met is None:
        met = min((c.until for c in claims if c.real is Real.YES), default=now)
    return [claim for claim in found if claim.until <= met]


def loops_of(
    interactions: Sequence[Claim],
    planned: Sequence[Planned],
    now: datetime,
    introductions: Sequence[Claim] = (),
) -> tuple[Loop, ...]:
    """Every loop the interactions opened, oldest first, with what closed it up to `now`.

    `introductions` are from `spoken_of`.
    """
    loops: list[Loop] = []
    closers: Closers | None = None
    for claim in in_order(interactions, introductions):
        if not claim.signals or claim.kind is not ClaimKind.MESSAGE:
            continue
        for signal in signals_of(claim):
            kind, evidence = opened_by(claim, signal)
            if not kind:
                continue
            closers = closers or Closers(interactions, planned, now)
            closed_at, closed_by = closers.close(kind, claim)
            loops.append(Loop(kind, claim, signal, evidence, closed_at, closed_by))
    return tuple(loops)


def in_order(interactions: Sequence[Claim], introductions: Sequence[Claim]) -> Sequence[Claim]:
    """Both together, sorted by (end, key)."""
    if not introductions:
        return interactions
    return sorted([*interactions, *introductions], key=_ORDER)
