"""From how things stand to what may be asked: facts, stages, and the line in the list of people.

Everything is in closed form: one standing answers for every moment until the next event.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.history import Facts
from syncd.relationships.profile import Profile
from syncd.relationships.rhythm import dormant_after
from syncd.relationships.strength import OWNER_ACTED, decayed, strength_of
from syncd.relationships.timeline import Standing

ONLINE_DAYS = 5
ONLINE_SPAN = 60  # days from the first to the last of them


def two_way(standing: Standing) -> bool:
    """Both sides did something: mail in both directions, a meeting or a call."""
    return bool((standing.sent and standing.received) or standing.meetings or standing.calls)


def dormant_from(profile: Profile, standing: Standing) -> datetime | None:
    """When the tie goes dormant if nothing happens. None: it cannot."""
    if standing.last_end is None or profile.channel == "elsewhere" or not two_way(standing):
        return None
    return standing.last_end + dormant_after(standing.rhythm)


def stage_of(profile: Profile, standing: Standing, moment: datetime) -> str:
    """contact | acquaintance | connection | dormant."""
    if not two_way(standing):
        return "contact"
    dormant = dormant_from(profile, standing)
    if dormant is not None and moment >= dormant:
        return "dormant"
    return "connection" if standing.meetings or standing.steady else "acquaintance"


def online_only(standing: Standing) -> bool:
    """A real tie that only ever lived online."""
    return (
        standing.days >= ONLINE_DAYS
        and standing.span >= ONLINE_SPAN
        and not standing.in_person
        and two_way(standing)
    )


def wanted(profile: Profile, standing: Standing, moment: datetime) -> bool:
    """The owner showed that this tie matters: sought them out, saved their card or tagged them."""
    saved = profile.has_card and (profile.card_seen_at is None or profile.card_seen_at <= moment)
    return standing.sought or saved or bool(profile.tags)


def rank_of(standing: Standing) -> float:
    """Interactions Rank as of the last interaction.

    What the owner did counts five times because they chose this tie over others. While nothing
    ever came back it says no more than that they were sent something: it counts once.
    """
    return standing.ir if two_way(standing) else standing.ir / OWNER_ACTED


def strength_at(standing: Standing, moment: datetime) -> float:
    """Strength in 0-1 at a moment not before the standing's last interaction."""
    if standing.last_end is None:
        return 0.0
    return strength_of(decayed(rank_of(standing), moment - standing.last_end))


def counts_of(standing: Standing) -> dict[str, int]:
    """The counts that the list of people shows."""
    return {
        "sent": standing.sent,
        "received": standing.received,
        "meetings": standing.meetings,
        "in_person": standing.in_person,
        "calls": standing.calls,
        "days": standing.days,
    }


def facts_of(
    profile: Profile,
    domains: frozenset[str],
    standing: Standing,
    moment: datetime,
    scheduled: bool,
) -> Facts:
    """What a rule may ask at that moment."""
    rhythm = standing.rhythm
    return Facts(
        stage=stage_of(profile, standing, moment),
        tags=profile.tags,
        domain=domains,
        colleague=profile.colleague,
        wanted=wanted(profile, standing, moment),
        online_only=online_only(standing),
        channel=profile.channel,
        scheduled=scheduled,
        strength=strength_at(standing, moment),
        silent_for=None if standing.last_end is None else moment - standing.last_end,
        silent_since=standing.last_end,
        rhythm=None if rhythm is None else timedelta(days=rhythm),
        counts={**counts_of(standing), "interactions": standing.interactions},
    )


def summary_of(
    profile: Profile, standing: Standing, moment: datetime, next_meeting: datetime | None
) -> dict[str, object]:
    """One entry of `people --json`; times are aware UTC, `tier` is the caller's to fill."""
    return {
        "id": profile.id,
        "name": profile.name,
        "addresses": list(profile.addresses),
        "stage": stage_of(profile, standing, moment),
        "tier": None,
        "strength": round(strength_at(standing, moment), 4),
        "online_only": online_only(standing),
        "wanted": wanted(profile, standing, moment),
        "colleague": profile.colleague,
        "last_interaction": standing.last_at,
        "last_meeting": standing.last_meeting,
        "next_meeting": next_meeting,
        "counts": counts_of(standing),
    }
