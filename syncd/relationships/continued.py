"""A history that goes on from where it was told to: one more message, and what was before it is
looked at only by what asks for it.

    snapshot, end of the fold, newest  -->  standings since, facts, falls, the next snapshot
    the claims before it               -->  unpacked where an older event is asked for

It is a `PersonHistory` of all the claims and answers as such. What it knows beyond that is when
rules were judged: at its last snapshot or later, and nothing has happened since but the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property

from rules.history import Event
from syncd.inference.model import Claim, Real
from syncd.relationships.earlier import Earlier
from syncd.relationships.events import event_of
from syncd.relationships.facts import strength_at
from syncd.relationships.history import PersonHistory
from syncd.relationships.packed import unpack
from syncd.relationships.planned import Calendar
from syncd.relationships.profile import Profile
from syncd.relationships.snapshot import Snapshot
from syncd.relationships.timeline import Fold, Folded, Standing, fold, nature_of


@dataclass(frozen=True, slots=True)
class Before:
    """A history up to now: its last snapshot, which still answers, the end of its fold, and its
    claims on lines (`syncd/relationships/packed.py`); those from `ahead` on are not over."""

    snapshot: Snapshot
    end: Folded
    lines: Sequence[str]
    ahead: int
    earlier: Earlier | None = None


class Continued(PersonHistory):
    """The history `before`, with a message after all that is over. `profile` is that of today."""

    def __init__(
        self, profile: Profile, before: Before, message: Claim, now: datetime, zone: tzinfo
    ) -> None:
        super().__init__(profile, (), now, zone, before.earlier)
        self._before = before
        self._message = message
        counts = message.real is Real.YES
        self._since: Fold = fold((message,) if counts else (), zone, before.end)
        self._newest: Event | None = None
        if counts and not message.signals and before.end.standing.interactions:
            self._newest = event_of(message, nature_of(message).kinds, profile.unsettled)

    def _told_from(self) -> Iterable[Claim]:
        return (*unpack(self._before.lines), self._message)

    @property
    def ahead(self) -> int:
        """Before which of the lines the message stands."""
        return self._before.ahead

    @property
    def end(self) -> Folded:
        return self._since.end

    @property
    def last(self) -> Standing:
        return self._since.timeline.standings[-1]

    @property
    def newest(self) -> Event | None:
        """See `History`."""
        return self._newest

    def standing_at(self, moment: datetime) -> Standing:
        """How things stood at that moment, decay not applied."""
        until = self._before.end.standing.last_end
        if until is None or moment >= until:
            return self._since.timeline.standing_at(moment)
        return super().standing_at(moment)

    def is_scheduled_at(self, moment: datetime) -> bool:
        """Whether a meeting was still to come, as far as was known then."""
        if moment < self._message.at:
            return super().is_scheduled_at(moment)
        return self._to_come.pending_at(moment)

    @cached_property
    def _to_come(self) -> Calendar:
        """The meetings that are not over: what had ended before the message came is not to come."""
        lines = self._before.lines[self._before.ahead :]
        return Calendar(unpack(lines) if lines else (), self.now)

    def is_steady(self, level: float, now: datetime) -> bool:
        """See `History`."""
        for standing in (self._before.end.standing, self.last):
            fall = None
            if standing.last_end is not None and strength_at(standing, now) < level:
                fall = self._fall(standing, level)
            if fall is not None and fall <= now:
                return False
        return True

    @cached_property
    def _snapshot(self) -> Snapshot:
        # What is still to come is what it was, and comes when it did.
        before = self._before.snapshot
        standing = self.standing_at(self.now)
        return Snapshot(before.profile, standing, self.now, before.next_meeting, before.valid_until)
