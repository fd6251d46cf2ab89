"""One relationship: everything that is known of a person's past, folded from their claims.

    claims --sort--> interactions --fold--> standings --closed form--> facts at any moment
                     interactions --signals--> loops --closers--> events

A relationship is a function of the set of claims, the profile and `now`; the order in which
claims arrived does not matter.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from operator import attrgetter

from rules.history import Beyond, Event, Facts, Subject, sorted_by_kind
from rules.stops import EVER
from syncd.inference.model import Claim, Real
from syncd.relationships.birthdays import Birthday, birthdays, next_birthday
from syncd.relationships.context import Scene
from syncd.relationships.detail import detail_of
from syncd.relationships.earlier import Earlier
from syncd.relationships.events import account_of, acknowledged, events_of
from syncd.relationships.facts import (
    dormant_from,
    facts_of,
    rank_of,
    strength_at,
    summary_of,
)
from syncd.relationships.loops import Loop, loops_of, spoken_of
from syncd.relationships.planned import Calendar, scheduled_at
from syncd.relationships.profile import Profile
from syncd.relationships.signal_states import SignalState, signal_states
from syncd.relationships.snapshot import Snapshot, bare
from syncd.relationships.strength import falls_below
from syncd.relationships.timeline import Fold, Folded, Standing, Timeline, fold
from syncd.relationships.words import title_of

_ORDER = attrgetter("until", "key")
_KEPT = 16  # moments of which the facts are remembered


class PersonHistory:
    """Implements `rules.history.History`. Build it with `relate`; it never changes."""

    def __init__(
        self,
        profile: Profile,
        claims: Iterable[Claim],
        now: datetime,
        zone: tzinfo,
        earlier: Earlier | None = None,
    ) -> None:
        self.profile = profile
        self._given = claims
        self.now = now
        self.zone = zone
        self.earlier = earlier
        self.first_known = profile.first_known
        self.first_after = profile.first_after
        self._domains = profile.domains
        self._falls: dict[float, tuple[Event, ...]] = {}
        self._facts: dict[datetime, Facts] = {}

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All that it is told from, sorted by (end, key)."""
        return tuple(sorted(self._told_from(), key=_ORDER))

    def _told_from(self) -> Iterable[Claim]:
        return self._given

    @cached_property
    def interactions(self) -> tuple[Claim, ...]:
        """The claims that count, up to `now`, sorted by (end, key)."""
        now = self.now
        return tuple([one for one in self.claims if one.real is Real.YES and one.until <= now])

    @cached_property
    def _fold(self) -> Fold:
        if self.earlier is None:
            return fold(self.interactions, self.zone)
        horizon = self.earlier.order
        recent = [claim for claim in self.interactions if _ORDER(claim) > horizon]
        return fold(recent, self.zone, self.earlier.folded)

    @property
    def recent(self) -> Timeline:
        """What is folded: all of it, or what is not in the early part."""
        return self._fold.timeline

    @property
    def end(self) -> Folded:
        """How far the fold has come: all that it takes to go on from here."""
        return self._fold.end

    @property
    def last(self) -> Standing:
        """How things stood after the last interaction."""
        return self._fold.timeline.standings[-1]

    @property
    def newest(self) -> Event | None:
        """See `History`: it is not known when rules were judged."""
        return None

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar(self.claims, self.now)

    def reach(self, since: datetime, anchor: str = "") -> None:
        """Raise `Beyond` where what happened since then may be in the early part."""
        if self.earlier is not None:
            self.earlier.reach(since, anchor)

    def standing_at(self, moment: datetime) -> Standing:
        """How things stood at that moment, decay not applied. O(log n)."""
        if self.earlier is not None and moment < self.earlier.horizon:
            return self.earlier.standing_at(moment)
        return self.recent.standing_at(moment)

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """What was opened, oldest first, and what closed it up to `now`."""
        return loops_of(self.interactions, self._calendar.planned, self.now, self._introductions)

    @cached_property
    def _introductions(self) -> list[Claim]:
        """Mail in which somebody else introduced this person to the owner, up to `now`."""
        met = None if self.earlier is None else self.earlier.first_end
        return spoken_of(self.claims, self.now, met)

    def _events(self) -> tuple[Event, ...]:
        """Everything that happened up to `now`, sorted by (end, evidence)."""
        day, earlier, happened = self.profile.birthday, self.earlier, self.interactions
        others = [*(self._birthdays(day) if day else ()), *acknowledged(self.claims, self.now)]
        if earlier is not None:
            happened = tuple(claim for claim in happened if not earlier.is_held(claim))
            others += earlier.events
        return events_of(
            self.profile,
            happened,
            self.loops,
            self._calendar.planned,
            self.now,
            others,
            "" if earlier is None else earlier.first,
        )

    def _subject(self) -> Subject:
        """Whom the history is about."""
        return self.profile.subject

    def _birthdays(self, day: Birthday) -> Iterator[Event]:
        known = [claim.until for claim in self.claims[:1]]
        if self.earlier is not None:
            known = [self.earlier.since]
        if self.profile.card_seen_at is not None:
            known.append(self.profile.card_seen_at)
        return birthdays(
            day,
            self.now,
            self.zone,
            known_since=min(known, default=None),
            unsettled=self.profile.unsettled,
        )

    # Assigned, not decorated: the protocol asks for attributes, and the list of people for none.
    events = cached_property(_events)
    by_kind = cached_property(lambda self: sorted_by_kind(self.events))
    subject = cached_property(_subject)

    def facts_at(self, moment: datetime) -> Facts:
        """The facts as they stood then, from what was over by then. O(log n)."""
        known = self._facts.get(moment)
        if known is not None:  # one rule after the other asks for the same moments
            return known
        standing = self.standing_at(moment)
        scheduled = self.is_scheduled_at(moment)
        if len(self._facts) >= _KEPT:
            self._facts.clear()
        facts = facts_of(self.profile, self._domains, standing, moment, scheduled)
        self._facts[moment] = facts
        return facts

    def is_scheduled_at(self, moment: datetime) -> bool:
        """Whether a meeting was still to come, as far as was known then."""
        return self._calendar.pending_at(moment)

    @cached_property
    def _moments(self) -> list[datetime]:
        """Every moment at which anything but decay and silence can change, sorted."""
        moments = self._calendar.moments() | {event.end for event in self.events}
        moments |= {event.closed_at for event in self.events if event.closed_at is not None}
        if self.profile.card_seen_at is not None:
            moments.add(self.profile.card_seen_at)
        return sorted(moments)

    def next_change(
        self, after: datetime, strengths: frozenset[float], silences: frozenset[timedelta]
    ) -> datetime | None:
        """The first moment strictly after `after` at which any fact may differ; None: never.

        A meeting's end counts even where nobody knows yet whether it will be real.
        """
        return min(self._changes(after, strengths, silences), default=None)

    def _changes(
        self, after: datetime, strengths: frozenset[float], silences: frozenset[timedelta]
    ) -> Iterator[datetime]:
        if self.earlier is not None and after < self.earlier.horizon:
            raise Beyond
        place = bisect_right(self._moments, after)
        if place < len(self._moments):
            yield self._moments[place]
        standing = self.standing_at(after)
        if standing.last_end is None:
            return
        candidates = [dormant_from(self.profile, standing)]
        candidates += (
            falls_below(rank_of(standing), standing.last_end, level) for level in strengths
        )
        candidates += (standing.last_end + silence for silence in silences)
        yield from (moment for moment in candidates if moment is not None and moment > after)

    def next_birthday(self, after: datetime) -> datetime | None:
        """The next moment strictly after `after` at which `birthday_soon` happens."""
        day = self.profile.birthday
        return next_birthday(day, after, self.zone) if day else None

    def strength_below(self, level: float, until: datetime) -> tuple[Event, ...]:
        """The moments up to `until` at which strength fell below `level`, oldest first.

        Empty where the channel is `elsewhere`: silence here is blindness then, not decay.
        """
        if level not in self._falls:
            self._falls[level] = tuple(self._fallen(level))
        return tuple(event for event in self._falls[level] if event.end <= until)

    def next_fall(self, level: float, after: datetime) -> datetime | None:
        """The first moment strictly after `after` at which strength falls below `level`."""
        last = self.last
        if last.last_end is not None and after < last.last_end:
            falls = (event.end for event in self.strength_below(level, EVER))
            return min((moment for moment in falls if moment > after), default=None)
        fall = self._fall(last, level)
        return fall if fall is not None and fall > after else None

    def is_steady(self, level: float, now: datetime) -> bool:
        """See `History`: there is no `newest` to tell it of."""
        return False

    def _fall(self, standing: Standing, level: float) -> datetime | None:
        """When strength falls below the level, where nothing follows on this."""
        if standing.last_end is None or self.profile.channel == "elsewhere":
            return None
        return falls_below(rank_of(standing), standing.last_end, level)

    def _fallen(self, level: float) -> Iterator[Event]:
        if self.profile.channel == "elsewhere":
            return
        claims, ends, standings = self.recent
        if self.earlier is not None:
            yield from self.earlier.falls_below(level)
            # It may have fallen between the last early interaction and the first recent one.
            claims, ends = (self.earlier.last, *claims), [self.earlier.horizon, *ends]
            standings = [standings[0], *standings]
        for place, claim in enumerate(claims):
            standing, following = standings[place + 1], place + 1
            # The test at the next interaction is cheap, the exact moment is not. Falling in the
            # very instant of that interaction is no fall: it lifts the strength at once.
            if following < len(ends) and strength_at(standing, ends[following]) >= level:
                continue
            fall = falls_below(rank_of(standing), ends[place], level)
            if fall is None or (following < len(ends) and fall >= ends[following]):
                continue
            yield Event(
                kinds=frozenset({"strength_below"}),
                at=fall,
                end=fall,
                evidence=f"{claim.key}#below:{level:g}",
                title=title_of(claim),
                where=claim.place,
                link=claim.link,
                account=account_of(claim),
                settled=not self.profile.unsettled,
            )

    def context_at(self, moment: datetime, anchor: str = "") -> Mapping[str, object]:
        """The person's template variables, each a string, "" when empty."""
        key = anchor.partition("#")[0]
        return Scene(
            who=self.subject.first_name or "They",
            notes=self.profile.notes,
            interactions=self.interactions,
            loops=self.loops,
            upcoming=self._calendar.next_at(moment),
            anchor=next((claim for claim in self.claims if claim.key == key), None),
            moment=moment,
            zone=self.zone,
            about=anchor,
        ).variables()

    def signals(self, now: datetime) -> tuple[SignalState, ...]:
        """The signals that `explain` shows, oldest first."""
        return signal_states(self.interactions, self.loops, now, self._introductions)

    def summary(self, now: datetime) -> dict[str, object]:
        """The person's entry in `people --json`, moments as aware UTC or None.

        `last_interaction`, `last_meeting` and `next_meeting` are beginnings, as `explain` shows
        them; `tier` is None, for the caller to fill.
        """
        standing = self.recent.standing_at(now)
        return summary_of(self.profile, standing, now, self._next_meeting(now))

    def facts_json(self, now: datetime) -> dict[str, object]:
        """All facts of the relationship for `explain`, moments as aware UTC or None."""
        facts = self.facts_at(now)
        count = self.recent.count_at(now)
        detail = detail_of(self.interactions[:count], self.loops, now, self.zone)
        return {
            **detail,
            "next_meeting": self._next_meeting(now),
            "scheduled": facts.scheduled,
            "strength": round(facts.strength, 4),
            "rhythm_days": None if facts.rhythm is None else facts.rhythm / timedelta(days=1),
            "silent_days": (
                None if facts.silent_for is None else round(facts.silent_for / timedelta(days=1), 2)
            ),
            "stage": facts.stage,
            "online_only": facts.online_only,
            "wanted": facts.wanted,
            "colleague": facts.colleague,
            "channel": facts.channel,
            "tags": sorted(facts.tags),
            "notes": list(self.profile.notes),
        }

    def _next_meeting(self, moment: datetime) -> datetime | None:
        entry = self._calendar.next_at(moment)
        return None if entry is None else entry.start

    def snapshot(self) -> Snapshot:
        """The state as of `now`, enough to serve the list of people until `valid_until`."""
        return self._snapshot

    @cached_property
    def _snapshot(self) -> Snapshot:
        now = self.now
        return Snapshot(
            bare(self.profile),
            self.standing_at(now),
            now,
            self._next_meeting(now),
            min((moment for moment in self._ahead() if moment > now), default=None),
        )

    def _ahead(self) -> Iterator[datetime]:
        """Moments at which a claim that is known today may say something else."""
        yield from self._calendar.moments()
        yield from (entry.known for entry in self._calendar.planned)
        if self.profile.card_seen_at is not None:
            yield self.profile.card_seen_at
        for claim in self.claims:
            if claim.changes_at is not None:
                yield claim.changes_at
            if claim.until > self.now:
                yield from (claim.at, claim.until, scheduled_at(claim) or claim.at)


def relate(
    profile: Profile, claims: Sequence[Claim], now: datetime, zone: tzinfo = UTC
) -> PersonHistory:
    """Fold a person's claims, in whatever order they come, into their history as of `now`.

    What ends after `now` is ignored, except that a scheduled meeting shows as scheduled. `zone`
    is the owner's: days are counted, and dates written, in it.
    """
    return PersonHistory(profile, claims, now, zone)
