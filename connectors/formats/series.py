"""Series (RFC 5545 section 3.8.5) as instances inside a window, within bounds.

    expand([master, override, ...], start, end, budget) -> Expansion(meetings, more)

An instance is known by its original start, also where it was moved, alone or with all that follow
(RANGE=THISANDFUTURE). What an override says stands, unless the master is newer and excludes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from connectors.formats.event import Entry, Span, modified, read_event, read_span, sequence_of
from connectors.formats.recurrence import Budget, TooOften, occurrences
from connectors.formats.rule import parse_rule
from connectors.formats.times import (
    DAY,
    NOTHING,
    Length,
    Moment,
    day_of,
    duration,
    moment,
    moment_of,
    stamp,
)
from connectors.records import Meeting

NO_RULE: Final = "a rule of repetition that cannot be read"
NO_OVERRIDE: Final = "an exception to a series that cannot be read"
INSTANCES_LIMIT: Final = 5_000  # of one series; the newest are kept

_REPEATS: Final = ("RRULE", "RDATE")
_RULES_LIMIT: Final = 8  # one is usual
_STEPS_LIMIT: Final = 100_000  # of one series
_DATES_LIMIT: Final = 20_000  # RDATEs and EXDATEs of one series


class Expansion(NamedTuple):
    """Instances in order of their original start, and whether later ones are possible. `broken`
    says that a rule could not be read: then only what is certain is there."""

    meetings: list[Meeting]
    more: bool
    broken: str = ""


class _Originals(NamedTuple):
    """Original starts near the window, lengths of those that are PERIODs."""

    walls: set[datetime]
    lengths: dict[datetime, Length]
    more: bool
    broken: str


@dataclass(slots=True)
class _Override:
    """An entry with a RECURRENCE-ID, its time in the terms of the master."""

    entry: Entry
    span: Span
    original: datetime  # wall clock of the master
    onward: bool  # RANGE=THISANDFUTURE


def is_series(entry: Entry) -> bool:
    """Whether it repeats."""
    event = entry.event
    return any(prop.value.strip() for name in _REPEATS for prop in event.every(name))


def newest(entries: Sequence[Entry]) -> Entry:
    """Of several versions of one event the one that counts: the highest SEQUENCE, then the latest
    stamp, then the last in the file."""
    return entries[0] if len(entries) == 1 else max(reversed(entries), key=version)


def expand(
    master: Entry, overrides: Sequence[Entry], start: datetime, end: datetime, budget: Budget
) -> Expansion:
    """The instances of one series that touch [start, end), and whether later ones are possible.

    Raises ValueError for times that cannot be read, `TooOften` for a rule without an end in sight.
    """
    span = read_span(master)
    changed, trouble = _overrides(overrides, span)
    onward = sorted((o for o in changed.values() if o.onward), key=lambda o: o.original)
    walls, lengths, more, broken = _originals(master, span, onward, start, end, budget)
    excluded = _dates(master, "EXDATE", span.start)
    whole_days = {wall.date() for wall, is_day in excluded.items() if is_day}
    found: dict[str, Meeting] = {}
    latest = _naive(end)
    for override in changed.values():
        if version(master)[0] > version(override.entry)[0] and (
            override.original in excluded
            or (override.original not in walls and _naive(start) <= override.original < latest)
        ):
            continue  # the master is newer, and has no such instance any more
        meeting = read_event(override.entry, override.span)
        more = more or meeting.start >= end
        identity = stamp(override.original, span.start.zone, span.start.is_date)
        if touches(meeting, start, end):
            found[identity] = _instance(meeting, identity, meeting.start, meeting.end)
    masters: dict[int, Meeting] = {}
    for wall in sorted(walls, reverse=True):
        if wall in changed or wall in excluded or wall.date() in whole_days:
            continue
        if len(found) >= INSTANCES_LIMIT:
            break
        last = next((o for o in reversed(onward) if o.original <= wall), None)
        key = id(last)
        if key not in masters:
            masters[key] = read_event(last.entry, last.span) if last else read_event(master, span)
        begins, ends = _times(wall, span, last, lengths.get(wall))
        if begins < end and ends >= start:
            identity = stamp(wall, span.start.zone, span.start.is_date)
            found[identity] = _instance(masters[key], identity, begins, ends)
    return Expansion(list(reversed(found.values())), more, broken or trouble)


def touches(meeting: Meeting, start: datetime, end: datetime) -> bool:
    """Whether the meeting has a part in [start, end)."""
    return meeting.start < end and meeting.end >= start


def version(entry: Entry) -> tuple[int, datetime]:
    """What of two versions the newer has more of."""
    return sequence_of(entry.event), modified(entry) or day_of(date.min)


def _overrides(entries: Sequence[Entry], span: Span) -> tuple[dict[datetime, _Override], str]:
    """By original start, and what of them could not be read."""
    versions: dict[datetime, list[Entry]] = {}
    found: dict[datetime, _Override] = {}
    broken = ""
    for entry in entries:
        prop = entry.event.first("RECURRENCE-ID")
        try:
            if prop is not None:
                versions.setdefault(moment(prop, entry.zones).wall_in(span.start), []).append(entry)
        except ValueError:
            broken = NO_OVERRIDE
    for original, same in versions.items():
        entry = newest(same)
        prop = entry.event.first("RECURRENCE-ID")
        onward = prop is not None and prop.params.get("RANGE", "").upper() == "THISANDFUTURE"
        try:
            found[original] = _Override(entry, read_span(entry), original, onward)
        except ValueError:
            broken = NO_OVERRIDE
    return found, broken


def _originals(
    master: Entry,
    span: Span,
    onward: Sequence[_Override],
    start: datetime,
    end: datetime,
    budget: Budget,
) -> _Originals:
    event, begin = master.event, span.start
    shifts = [abs(o.span.start.wall_in(begin) - o.original) for o in onward]
    spans = [span, *(o.span for o in onward)]
    longest = max(timedelta(days=s.length.days) + s.length.exact for s in spans)
    margin = max(shifts, default=NOTHING) + 2 * DAY
    first = _naive(start, -(margin + longest))
    last = _naive(end, margin)
    walls: set[datetime] = {begin.wall}
    own = Budget(min(budget.left, _STEPS_LIMIT))
    given = own.left
    more, broken = begin.utc >= end, ""
    try:
        for name in ("RRULE", "EXRULE"):  # the latter is of RFC 2445
            for text in dict.fromkeys(prop.value for prop in event.every(name)[:_RULES_LIMIT]):
                if not text.strip():
                    continue
                try:
                    rule = parse_rule(text)
                    until = _until(rule.until, begin, master) if rule.until else None
                except ValueError:
                    broken = NO_RULE
                    continue
                found = occurrences(rule, begin.wall, first, last, until, own)
                if name == "EXRULE":
                    walls.difference_update(found.walls)
                    continue
                walls.update(found.walls)
                more = more or found.more
                if until is not None and until < begin.wall:
                    walls.discard(begin.wall)  # it ended before it began
    finally:
        budget.left -= given - own.left
    lengths: dict[datetime, Length] = {}
    for value, params in _values(master, "RDATE"):
        head, _, tail = value.partition("/")
        try:
            wall = moment_of(head, params, master.zones).wall_in(begin)
            if tail:
                lengths[wall] = _period(wall, tail, params, begin, master)
        except ValueError:
            broken = broken or NO_RULE
            continue
        walls.add(wall)
        more = more or wall > last
    near = {wall for wall in walls if first <= wall <= last}
    return _Originals(near, lengths, more, broken)


def _until(text: str, begin: Moment, master: Entry) -> datetime:
    """UNTIL on the wall clock of the series, inclusive; a date includes its whole day."""
    until = moment_of(text, {}, master.zones)
    if begin.is_date:
        return until.wall_in(begin)
    if until.is_date:
        return datetime.combine(until.wall.date(), time.max)
    if until.zone is master.zones.local:  # without a zone: that of the series
        return until.wall
    return until.wall_in(begin)


def _dates(master: Entry, name: str, begin: Moment) -> dict[datetime, bool]:
    """Dates of a property on the wall clock of the series; True where a date means a whole day."""
    found: dict[datetime, bool] = {}
    for value, params in _values(master, name):
        try:
            at = moment_of(value, params, master.zones)
            found[at.wall_in(begin)] = at.is_date and not begin.is_date
        except ValueError:
            continue  # what cannot be read excludes nothing
    return found


def _values(master: Entry, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    left = _DATES_LIMIT
    for prop in master.event.every(name):
        for value in prop.value.split(","):
            if value.strip():
                left -= 1
                if left < 0:
                    raise TooOften
                yield value, prop.params


def _period(
    wall: datetime, tail: str, params: dict[str, str], begin: Moment, master: Entry
) -> Length:
    if tail.strip()[:1] in "Pp+-":
        return duration(tail)
    end = moment_of(tail, params, master.zones).utc
    return Length(0, max(NOTHING, end - begin.at(wall).utc))


def _times(
    wall: datetime, span: Span, moved: _Override | None, length: Length | None
) -> tuple[datetime, datetime]:
    """When the instance with that original start takes place."""
    if moved is not None:
        shift = wall - moved.original
        return moved.span.at(moved.span.start.wall + shift)
    return (span if length is None else span._replace(length=length)).at(wall)


def _instance(master: Meeting, identity: str, start: datetime, end: datetime) -> Meeting:
    # dataclasses.replace takes four times as long, and a calendar has thousands of instances.
    m = master
    return Meeting(
        m.uid, identity, start, end, m.all_day, m.title, m.place, m.link, m.phone, m.organizer,
        m.attendees, m.status, m.busy, m.kind, True, m.sequence, m.modified, m.method, m.url,
    )  # fmt: skip


def _naive(at: datetime, by: timedelta = NOTHING) -> datetime:
    try:
        return at.replace(tzinfo=None) + by
    except OverflowError:
        return datetime.combine(date.min if by < NOTHING else date.max, time())
