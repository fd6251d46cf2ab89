"""What happened, as rules see it: interactions, loops, meetings that were planned, cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from rules.history import Event
from syncd.inference.model import Claim, ClaimKind, Direction, SignalKind
from syncd.relationships.loops import Loop
from syncd.relationships.planned import Planned, scheduled_at
from syncd.relationships.profile import Profile
from syncd.relationships.timeline import NATURES
from syncd.relationships.words import link_of

_LOOP_KINDS = {
    kind: frozenset({kind})
    for kind in (
        "asked_me",
        "i_asked",
        "i_promised",
        "they_promised",
        "meeting_proposed",
        "introduction_made",
        "introduction_received",
    )
}
_SCHEDULED = frozenset({"meeting_scheduled"})
_SHARED = frozenset({"shared_with_me"})
_CARD = frozenset({"card_added"})


def account_of(claim: Claim) -> str:
    """The account a claim was seen in; of several the first by name."""
    evidence = claim.evidence
    if len(evidence) == 1:
        return evidence[0].account
    return min((item.account for item in evidence), default="")


def events_of(
    profile: Profile,
    interactions: Sequence[Claim],
    loops: Iterable[Loop],
    planned: Iterable[Planned],
    now: datetime,
) -> tuple[Event, ...]:
    """Everything that happened up to `now`, sorted by (end, evidence)."""
    unsettled = profile.unsettled
    events: list[Event] = []
    met = False
    for claim in interactions:
        nature = NATURES[claim.kind, claim.direction, claim.mode]
        kinds = nature.kinds
        if not events:
            kinds |= {"first_contact"}
        if nature.meeting and not met:
            met = True
            kinds |= {"first_meeting"}
        account = account_of(claim)
        # Positional, in the order of the fields: this runs once for every interaction there is.
        events.append(
            Event(
                kinds,
                claim.at,
                claim.until,
                claim.key,
                claim.size,
                claim.title,
                claim.place,
                link_of(claim),
                account,
                account not in unsettled,
            )
        )
    extra = [
        _marked(claim, _SHARED, claim.key + "#shared", claim.until, unsettled)
        for claim in interactions
        if claim.signals and _shares(claim)
    ]
    extra += (
        _marked(
            loop.claim,
            _LOOP_KINDS[loop.kind],
            loop.evidence,
            loop.claim.until,
            unsettled,
            loop.closed_at,
            loop.closed_by,
        )
        for loop in loops
    )
    for entry in planned:
        seen = scheduled_at(entry.claim)
        if seen is not None and seen <= now:
            key = entry.claim.key + "#scheduled"
            extra.append(_marked(entry.claim, _SCHEDULED, key, seen, unsettled))
    card = profile.card_seen_at
    if profile.has_card and card is not None and card <= now:
        extra.append(Event(_CARD, card, card, f"card:{card.isoformat()}"))
    if extra:
        events = sorted(events + extra, key=attrgetter("end", "evidence"))
    return tuple(events)


def _shares(claim: Claim) -> bool:
    return (
        claim.kind is ClaimKind.MESSAGE
        and claim.direction is Direction.RECEIVED
        and any(signal.kind is SignalKind.SHARES for signal in claim.signals)
    )


def _marked(
    claim: Claim,
    kinds: frozenset[str],
    evidence: str,
    moment: datetime,
    unsettled: frozenset[str],
    closed_at: datetime | None = None,
    closed_by: str = "",
) -> Event:
    account = account_of(claim)
    return Event(
        kinds=kinds,
        at=moment,
        end=moment,
        evidence=evidence,
        size=claim.size,
        title=claim.title,
        where=claim.place,
        link=link_of(claim),
        account=account,
        settled=account not in unsettled,
        closed_at=closed_at,
        closed_by=closed_by,
    )
