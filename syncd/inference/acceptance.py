"""Since when the owner means to be at a meeting, and since when others are in it: what a sighting
says of each of its people, and when that was first seen.

    people        the addresses of a record: its organiser, then its invitees in their order
    coming        the places among them of whoever accepted or organises
    since         by place, when that was first seen, where that was later than the meeting itself
    joined        the same of being in it at all

It does not depend on who the owner is, so that an address that turns out to be theirs tells it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.records import Meeting, PartStat
from syncd.inference.itip import answer_of, as_invited, is_copy
from syncd.people import normalise


@dataclass(frozen=True, slots=True)
class View:
    """One sighting of a meeting: what it shows now, and when it was first seen."""

    meeting: Meeting
    seen_at: datetime
    since: Mapping[int, datetime] = field(default_factory=dict)  # by place in `people`
    joined: Mapping[int, datetime] = field(default_factory=dict)


def people(meeting: Meeting) -> tuple[str, ...]:
    """Normalised; "" for nobody."""
    organizer = normalise(meeting.organizer.addr) if meeting.organizer else ""
    return (organizer, *(normalise(one.mailbox.addr) for one in meeting.attendees))


def coming(meeting: Meeting) -> dict[str, int]:
    """The place of everybody who accepted or, unless they answered otherwise, organises.

    An answer (REPLY, COUNTER) speaks for its invitee alone.
    """
    organizer, *invited = people(meeting)
    copy = is_copy(meeting)
    found = {organizer: 0} if copy and organizer not in ("", *invited) else {}
    for place, (addr, one) in enumerate(zip(invited, meeting.attendees, strict=True), 1):
        implied = copy and addr == organizer and one.partstat is PartStat.UNKNOWN
        if addr and (one.partstat is PartStat.ACCEPTED or implied):
            found.setdefault(addr, place)
    return found


def seen_anew(before: View, now: Meeting, at: datetime) -> View:
    """A sighting that showed `before` and was seen at that moment to show `now`.

    Whoever is coming still has been since then; whoever was not is from now on.
    """
    first = before.seen_at

    def carried(known: Mapping[str, datetime], places: Mapping[str, int]) -> dict[int, datetime]:
        moments = {place: known.get(addr, at) for addr, place in places.items()}
        return {place: moment for place, moment in moments.items() if moment != first}

    since = carried(_since(before, before.meeting), coming(now))
    return View(now, first, since, carried(_joined(before), _places(now)))


def meant_at(meeting: Meeting, views: Sequence[View], owned: frozenset[str]) -> datetime | None:
    """When the meeting that the merged record shows was first seen as one that somebody with these
    (normalised) addresses accepted or organised; None where no sighting says so.

    An answer to another time of it is none. A sighting that is gone saw it all the same.
    """
    shown = [view.seen_at for view in views if is_copy(view.meeting)]
    said = [
        moment
        for view in views
        if (record := _about(view.meeting, meeting, owned)) is not None
        for addr, moment in _since(view, record).items()
        if addr in owned
    ]
    return max(min(shown), min(said)) if shown and said else None


def joined_at(views: Sequence[View]) -> tuple[tuple[str, datetime], ...]:
    """(address, moment), sorted: when those were first seen in the meeting who were not from the
    first."""
    shown = [view for view in views if is_copy(view.meeting)]
    found: dict[str, datetime] = {}
    for view in shown:
        for addr, moment in _joined(view).items():
            found[addr] = min(moment, found.get(addr, moment))
    first = min((view.seen_at for view in shown), default=None)
    return tuple(sorted((addr, moment) for addr, moment in found.items() if moment != first))


def _about(record: Meeting, meeting: Meeting, owned: frozenset[str]) -> Meeting | None:
    """What a sighting says of the meeting as it now stands, None where that is nothing."""
    if not is_copy(record):
        return answer_of(record, meeting)
    if (record.start, record.end) != (meeting.start, meeting.end):
        return None
    return as_invited(record, owned) if record.method else record


def _since(view: View, record: Meeting) -> dict[str, datetime]:
    return {addr: view.since.get(n, view.seen_at) for addr, n in coming(record).items()}


def _joined(view: View) -> dict[str, datetime]:
    places = _places(view.meeting)
    return {addr: view.joined.get(n, view.seen_at) for addr, n in places.items()}


def _places(meeting: Meeting) -> dict[str, int]:
    """The first place of everybody."""
    found: dict[str, int] = {}
    for place, addr in enumerate(people(meeting)):
        if addr:
            found.setdefault(addr, place)
    return found
