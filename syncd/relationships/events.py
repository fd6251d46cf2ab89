"""What happened, as rules see it: interactions, loops, meetings that were planned, cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter

from rules.history import Event
from syncd.inference.model import Claim, ClaimKind, Real
from syncd.relationships.loops import INTRODUCED, LIFETIME, Loop
from syncd.relationships.planned import Planned, scheduled_at
from syncd.relationships.profile import Profile
from syncd.relationships.timeline import NATURES
from syncd.relationships.words import link_of, title_of

_LOOP_KINDS = {kind: frozenset({kind}) for kind in LIFETIME} | {
    # The person introduced was introduced, and it was an introduction that the owner received.
    INTRODUCED: frozenset({INTRODUCED, "introduction_received"})
}
_SCHEDULED = frozenset({"meeting_scheduled"})
_CARD = frozenset({"card_added"})
_DONE = frozenset({"task_done"})


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
    others: Iterable[Event] = (),
    first: str = "",
) -> tuple[Event, ...]:
    """Everything that happened up to `now`, sorted by (end, evidence); `others` are no claims.
    `first` is the key of the first interaction, where these are not all."""
    unsettled = profile.unsettled
    events: list[Event] = []
    met = False
    for claim in interactions:
        nature = NATURES[claim.kind, claim.direction, claim.mode]
        kinds = nature.kinds
        if claim.key == first if first else not events:
            kinds |= {"first_contact"}
        if nature.meeting and not met:
            met = True
            kinds |= {"first_meeting"}
        events.append(event_of(claim, kinds, unsettled))
    extra = [
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
    ]
    for entry in planned:
        seen = scheduled_at(entry.claim)
        if seen is not None and seen <= now:
            key = entry.claim.key + "#scheduled"
            extra.append(_marked(entry.claim, _SCHEDULED, key, seen, unsettled))
    card = profile.card_seen_at
    if profile.has_card and card is not None and card <= now:
        extra.append(Event(_CARD, card, card, f"card:{card.isoformat()}"))
    extra += others
    if extra:
        events = sorted(events + extra, key=attrgetter("end", "evidence"))
    return tuple(events)


def event_of(claim: Claim, kinds: frozenset[str], unsettled: frozenset[str]) -> Event:
    """An interaction, as rules see it."""
    account = account_of(claim)
    # Positional, in the order of the fields: this runs once for every interaction there is.
    return Event(
        kinds,
        claim.at,
        claim.until,
        claim.key,
        claim.size,
        title_of(claim),
        claim.place,
        link_of(claim),
        account,
        account not in unsettled,
    )


def acknowledged(claims: Iterable[Claim], now: datetime) -> Iterator[Event]:
    """Tasks that were ticked without any contact: done, and no interaction."""
    for claim in claims:
        if claim.kind is ClaimKind.TASK and claim.real is Real.NO and claim.until <= now:
            yield Event(_DONE, claim.at, claim.until, claim.key)


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
        title=title_of(claim),
        where=claim.place,
        link=link_of(claim),
        account=account,
        settled=account not in unsettled,
        closed_at=closed_at,
        closed_by=closed_by,
    )
