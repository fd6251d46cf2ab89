"""What a rule is asked about: one person's history, as plain values.

The caller (the daemon, a back-test, a rule test) builds a `History`; nothing here knows where it
came from. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Protocol

from rules.values import value

# The loop events: something was opened that something else can close.
LOOPS = frozenset(
    {
        "asked_me",
        "i_asked",
        "i_promised",
        "they_promised",
        "meeting_proposed",
        "introduction_made",
        "introduction_received",
        "introduced_to_me",
        "shared_with_me",
    }
)

# What an interaction may be, which is over when its evidence is.
INTERACTIONS = frozenset(
    {"interaction", "message_sent", "message_received", "meeting", "in_person_meeting", "call"}
)

# Everything a rule may name in `since` and `until`.
EVENTS = (
    LOOPS
    | INTERACTIONS
    | {
        "first_contact",
        "first_meeting",
        "meeting_scheduled",
        "card_added",
        "birthday_soon",
        "task_done",
    }
)


class Beyond(Exception):
    """A history was asked for what it does not hold: look at all of it instead."""


@value
class Event:
    """Something real that happened with the person. One occurrence may be several kinds at once
    (a coffee is `meeting`, `in_person_meeting`, `interaction`, perhaps `first_meeting`)."""

    kinds: frozenset[str]
    at: datetime  # when it began
    end: datetime  # when it was over; all clocks run from here
    evidence: str  # stable id of the observation behind it
    size: int = 1  # mail: recipients besides the owner; meeting: participants with the owner
    title: str = ""
    where: str = ""
    link: str = ""
    account: str = ""  # the account it was seen in
    settled: bool = True  # False: its account is still back-filling
    # Loop kinds only: when, and by which evidence, the loop was closed on whatever channel.
    closed_at: datetime | None = None
    closed_by: str = ""


@value
class Facts:
    """What `where` may ask, at one moment."""

    stage: str = "contact"  # contact | acquaintance | connection | dormant
    tags: frozenset[str] = frozenset()
    domain: frozenset[str] = frozenset()
    colleague: bool = False
    wanted: bool = False
    online_only: bool = False
    channel: str = "mail"  # mail | elsewhere
    scheduled: bool = False
    strength: float = 0.0  # 0-1
    silent_for: timedelta | None = None  # None: there never was an interaction
    silent_since: datetime | None = None  # when the last interaction was over
    rhythm: timedelta | None = None  # None: fewer than 5 gaps
    # sent, received, meetings, in_person, calls, days, and `interactions`
    counts: Mapping[str, int] = field(default_factory=dict)


@value
class Subject:
    """Whom the history is about."""

    id: str
    name: str
    addresses: tuple[str, ...] = ()

    @property
    def first_name(self) -> str:
        """What to call them; a history may know that better than from the name."""
        return next(iter(self.name.split()), "")


def sorted_by_kind(events: Iterable[Event]) -> Mapping[str, Sequence[Event]]:
    """The events of each kind, in their order; an event of several kinds is in several lists."""
    found: dict[str, list[Event]] = {}
    for event in events:
        for kind in event.kinds:
            found.setdefault(kind, []).append(event)
    return found


class History(Protocol):
    """One person's past as known now. Pure: the same arguments give the same answers."""

    subject: Subject
    events: tuple[Event, ...]  # sorted by (end, evidence); nothing after `now` of the caller
    first_known: bool  # False while any facet back-fills: `first_*` does not exist yet
    # A `first_*` event before this moment is unknown (180 days after the cut of `history:`).
    first_after: datetime | None

    @property
    def by_kind(self) -> Mapping[str, Sequence[Event]]:
        """The events of each kind, see `sorted_by_kind`."""

    @property
    def newest(self) -> Event | None:
        """The one thing that happened since every rule was judged, and the last interaction of
        all; it opened nothing. None where that cannot be said."""

    def reach(self, since: datetime, anchor: str = "") -> None:
        """Raise `Beyond` where this history may lack something that happened from `since` on. For
        an event at `since` with the evidence `anchor` the first one of each kind after it will do.

        A history may hold less than all there was. Of each kind it has the newest event in a small
        group all the same, the first one, and every loop that is open."""

    def facts_at(self, moment: datetime) -> Facts:
        """The facts as they stood at that moment."""

    def next_change(
        self,
        after: datetime,
        strengths: frozenset[float],
        silences: frozenset[timedelta],
    ) -> datetime | None:
        """The first moment strictly after `after` at which any fact may differ: the next event,
        a scheduled meeting's start, decay crossing one of `strengths`, silence reaching one of
        `silences`, the tie going dormant. None: never again by itself."""

    def strength_below(self, level: float, until: datetime) -> tuple[Event, ...]:
        """The moments up to `until` at which strength fell below `level`, oldest first, each as
        an event of kind `strength_below` whose evidence names the last interaction before it."""

    def next_fall(self, level: float, after: datetime) -> datetime | None:
        """The first moment strictly after `after` at which strength falls below `level`, as far as
        is known. None: never."""

    def is_steady(self, level: float, now: datetime) -> bool:
        """Whether strength fell below `level` neither between `newest` and the interaction before
        it, had there been no `newest`, nor since: up to `now`."""

    def next_birthday(self, after: datetime) -> datetime | None:
        """The first moment strictly after `after` at which `birthday_soon` happens. None: never."""

    def context_at(self, moment: datetime, anchor: str = "") -> Mapping[str, object]:
        """The person's template variables: `gives`, `asks`, `promises`, `notes`, `mutual`,
        `next_meeting`, `evidence` (text lines, newest first; the interaction behind the evidence
        `anchor` is among them). Each a string, "" when empty."""
