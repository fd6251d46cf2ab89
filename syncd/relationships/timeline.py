"""The fold: a person's interactions in time order, and how things stood after each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from syncd.inference.model import Claim, ClaimKind, Direction, Mode
from syncd.relationships.rhythm import ContactDays
from syncd.relationships.strength import HALF_LIFE, OWNER_ACTED, THEY_ACTED

# Steadily reciprocal: this many mails each way, on as many days, within a year. Real ties exchange
# 5-10 reciprocated mails a year; a project that ended leaves the tie to dormancy, not to demotion.
STEADY = 5
STEADY_DAYS = 365


class Nature(NamedTuple):
    """What a kind of claim is, as far as counting goes."""

    kinds: frozenset[str]  # the events it is
    sent: bool
    received: bool
    meeting: bool
    in_person: bool
    call: bool
    factor: float  # in Interactions Rank


def _nature(kind: ClaimKind, direction: Direction, mode: Mode) -> Nature:
    # A tick or a log line that goes one way stands for a message; one that goes both ways is a
    # call where the mode says so, and a meeting otherwise. Who logs a video meeting met, as the
    # calendar would say.
    talk = kind is ClaimKind.MEETING or (
        kind is not ClaimKind.MESSAGE and direction is Direction.BOTH
    )
    remote = mode in (Mode.PHONE, Mode.VIDEO)
    seen = kind is ClaimKind.LOG and mode is Mode.VIDEO
    meeting = talk and (kind is ClaimKind.MEETING or not remote or seen)
    sent = not talk and direction is not Direction.RECEIVED
    received = not talk and direction is not Direction.SENT
    flags = {
        "interaction": True,
        "task_done": kind is ClaimKind.TASK,
        "message_sent": sent,
        "message_received": received,
        "meeting": meeting,
        "in_person_meeting": meeting and mode is Mode.IN_PERSON,
        "call": talk and remote,
    }
    return Nature(
        frozenset(name for name, holds in flags.items() if holds),
        sent,
        received,
        meeting,
        flags["in_person_meeting"],
        flags["call"],
        OWNER_ACTED * (sent or talk) + THEY_ACTED * (received or talk),
    )


NATURES = {key: _nature(*key) for key in product(ClaimKind, Direction, Mode)}


def nature_of(claim: Claim) -> Nature:
    """What this claim is, were it real."""
    return NATURES[claim.kind, claim.direction, claim.mode]


class Standing(NamedTuple):
    """How a relationship stands from one interaction to the next. Decay is not applied yet."""

    ir: float = 0.0  # Interactions Rank at `last_end`
    interactions: int = 0
    sent: int = 0
    received: int = 0
    meetings: int = 0
    in_person: int = 0
    calls: int = 0
    days: int = 0  # distinct days with contact, in the owner's zone
    span: int = 0  # days between the first and the last of them
    rhythm: float | None = None  # days
    steady: bool = False  # was steadily reciprocal at some time
    sought: bool = False  # the owner wrote after meeting them, or organised a 1:1
    last_end: datetime | None = None  # when the last interaction was over: silence runs from here
    last_at: datetime | None = None  # the latest beginning
    last_meeting: datetime | None = None  # its beginning


NOTHING = Standing()


class Timeline(NamedTuple):
    """Interactions sorted by (end, key); `standings[i]` holds after the first i of them."""

    claims: tuple[Claim, ...]
    ends: list[datetime]
    standings: list[Standing]

    def count_at(self, moment: datetime) -> int:
        """How many interactions were over at that moment."""
        return bisect_right(self.ends, moment)

    def standing_at(self, moment: datetime) -> Standing:
        """How things stood at that moment, in O(log n)."""
        return self.standings[bisect_right(self.ends, moment)]


class Folded(NamedTuple):
    """How far a fold has come: all that it goes on from."""

    standing: Standing = NOTHING
    contact: tuple[Any, ...] = ()  # see `ContactDays.state`
    sent_at: tuple[datetime, ...] = ()  # when the last of them were over
    received_at: tuple[datetime, ...] = ()
    met_until: datetime | None = None  # when the first meeting was over


_FROM_NOTHING = Folded()


class Fold(NamedTuple):
    """A timeline, and what it takes to go on from its end."""

    timeline: Timeline
    contact: ContactDays
    sent_at: list[datetime]
    received_at: list[datetime]
    met_until: datetime | None

    @property
    def end(self) -> Folded:
        """How far the fold has come."""
        kept = tuple(self.sent_at[-STEADY:]), tuple(self.received_at[-STEADY:])
        last = self.timeline.standings[-1]
        return Folded(last, tuple(self.contact.state()), *kept, self.met_until)


def fold(claims: Sequence[Claim], zone: tzinfo, start: Folded = _FROM_NOTHING) -> Fold:
    """Fold interactions (all of them real and over, sorted by end and key) into a timeline, on from
    `start`: its first standing is that of the start, and those before are not in it."""
    ends: list[datetime] = []
    standings = [start.standing]
    contact = ContactDays.of(start.contact)
    # What was before the start is counted, its last ones are kept.
    sent_at, received_at = list(start.sent_at), list(start.received_at)
    (
        ir, count, sent_so_far, received_so_far, meetings, in_person, calls, days, span, _,
        steady, sought, last_end, last_at, last_meeting,
    ) = start.standing  # fmt: skip
    sent_before, received_before = sent_so_far - len(sent_at), received_so_far - len(received_at)
    met_until = start.met_until
    midnight = next_midnight = datetime.min.replace(tzinfo=UTC)
    year = timedelta(days=STEADY_DAYS)

    for claim in claims:
        at, until = claim.at, claim.until
        _, sent, received, meeting, face_to_face, call, factor = NATURES[
            claim.kind, claim.direction, claim.mode
        ]
        if last_end is not None:
            ir *= 0.5 ** ((until - last_end) / HALF_LIFE)
        ir += claim.weight * factor
        if not midnight <= at < next_midnight:
            midnight, next_midnight, day = _day(at, zone)
            contact.add(day)
            days, span = len(contact), contact.span
        if sent:
            sent_at.append(until)
            sought = sought or (met_until is not None and until > met_until)
        if received:
            received_at.append(until)
        if meeting:
            meetings += 1
            in_person += face_to_face
            met_until = met_until or until
            last_meeting = at if last_meeting is None else max(last_meeting, at)
            sought = sought or (claim.organised and claim.size == 2)
        calls += call
        steady = steady or (
            days >= STEADY
            and len(sent_at) >= STEADY
            and len(received_at) >= STEADY
            and contact.days[-1] - contact.days[-STEADY] <= STEADY_DAYS
            and until - min(sent_at[-STEADY], received_at[-STEADY]) <= year
        )
        last_end = until
        last_at = at if last_at is None or at > last_at else last_at
        ends.append(until)
        values = (
            ir,
            count + len(ends),
            sent_before + len(sent_at),
            received_before + len(received_at),
            meetings,
            in_person,
            calls,
            days,
            span,
            contact.rhythm,
            steady,
            sought,
            last_end,
            last_at,
            last_meeting,
        )
        standings.append(tuple.__new__(Standing, values))  # twice as fast as by its own name
    timeline = Timeline(tuple(claims), ends, standings)
    return Fold(timeline, contact, sent_at, received_at, met_until)


def _day(moment: datetime, zone: tzinfo) -> tuple[datetime, datetime, int]:
    """The owner's day around a moment: its two midnights in UTC, and its ordinal."""
    return _midnights(moment.astimezone(zone).date(), zone)


@lru_cache(maxsize=4_096)
def _midnights(day: date, zone: tzinfo) -> tuple[datetime, datetime, int]:
    """See `_day`. People have their contacts on the same days."""
    midnight = datetime.combine(day, time(), zone)
    following = datetime.combine(day + timedelta(days=1), time(), zone)
    return midnight.astimezone(UTC), following.astimezone(UTC), day.toordinal()
