"""The small state from which the list of people is served without touching a claim."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from rules.history import Facts
from rules.values import value
from syncd.relationships.facts import facts_of, summary_of
from syncd.relationships.profile import Profile
from syncd.relationships.timeline import Standing

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PLAIN = Standing._fields.index("last_end")  # what comes before is plain, the rest moments


@value
class Snapshot:
    """One relationship at the moment it was taken.

    It answers for every moment from `taken` until just before `valid_until` (None: for good, as
    long as no new claim arrives); decay and dormancy are in closed form. Notes and the birthday are
    left out.
    """

    profile: Profile
    standing: Standing
    taken: datetime
    next_meeting: datetime | None = None
    valid_until: datetime | None = None

    def summary(self, now: datetime) -> dict[str, object]:
        """The person's entry in `people --json`; see `PersonHistory.summary`."""
        return summary_of(self.profile, self.standing, now, self.next_meeting)

    def facts(self, now: datetime) -> Facts:
        """What a rule (or a tier's `where`) may ask."""
        scheduled = self.next_meeting is not None
        return facts_of(self.profile, self.profile.domains, self.standing, now, scheduled)

    def to_json(self) -> str:
        """A stable text: the same snapshot gives the same bytes."""
        profile = self.profile
        standing = self.standing
        moments = standing.last_end, standing.last_at, standing.last_meeting
        data: dict[str, Any] = {
            "id": profile.id,
            "name": profile.name,
            "addresses": profile.addresses,
            "tags": sorted(profile.tags),
            "colleague": profile.colleague,
            "channel": profile.channel,
            "card": profile.has_card,
            "card_seen_at": _text(profile.card_seen_at),
            "first_known": profile.first_known,
            "first_after": _text(profile.first_after),
            "unsettled": sorted(profile.unsettled),
            "standing": [*standing[:_PLAIN], *map(_text, moments)],
            "taken": _text(self.taken),
            "next_meeting": _text(self.next_meeting),
            "valid_until": _text(self.valid_until),
        }
        return _encode(data)

    @staticmethod
    def from_json(text: str) -> Snapshot:
        """The snapshot that `to_json` wrote."""
        data = json.loads(text)
        values = data["standing"]
        standing = Standing(*values[:_PLAIN], *map(_moment, values[_PLAIN:]))
        taken = datetime.fromisoformat(data["taken"])
        profile = Profile(
            id=data["id"],
            name=data["name"],
            addresses=tuple(data["addresses"]),
            tags=frozenset(data["tags"]),
            colleague=data["colleague"],
            channel=data["channel"],
            has_card=data["card"],
            card_seen_at=_moment(data["card_seen_at"]),
            first_known=data["first_known"],
            first_after=_moment(data["first_after"]),
            unsettled=frozenset(data["unsettled"]),
        )
        return Snapshot(
            profile,
            standing,
            taken,
            _moment(data["next_meeting"]),
            _moment(data["valid_until"]),
        )


def bare(profile: Profile) -> Profile:
    """The profile as a snapshot keeps it: nothing that only tasks need."""
    said = bool(profile.notes) or profile.birthday is not None
    return replace(profile, notes=(), birthday=None) if said else profile


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
