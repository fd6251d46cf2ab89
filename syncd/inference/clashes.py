"""Of two meetings accepted at once the owner was in one: which entries are in each other's way.

One sweep over the calendar in time order (Bentley and Ottmann's idea on a line), so that the cost
grows with the number of entries and not with that of their pairs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import zip_longest

from connectors.records import Meeting, PartStat
from syncd.inference.blocks import block, called_off, is_own_absence
from syncd.inference.invitations import Roster, roster
from syncd.inference.itip import is_entry
from syncd.inference.model import Owner, Sighted
from syncd.inference.sharing import only_shared
from syncd.inference.titles import fold, is_meeting_title, tokens

DOUBLE_BOOKED = "meeting:double-booked"
OUT_OF_OFFICE = "meeting:out-of-office"

# People run over and leave early; ten minutes of two meetings at once are no accident.
_OVERLAP = timedelta(minutes=10)
_NOT_COMING = frozenset((PartStat.DECLINED, PartStat.DELEGATED))


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    meeting: Meeting
    roster: Roster
    alone: bool

    @property
    def start(self) -> datetime:
        return self.meeting.start

    @property
    def end(self) -> datetime:
        return self.meeting.end


def clashes(
    meetings: Sequence[Sighted[Meeting]], owner: Owner, named: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The keys of meetings that the owner cannot have attended for certain, with the reason.

    Only what would count for the owner can clash: accepted or organised, held, somebody else in it.
    `named` are the entries without invitees whose title names a person. Any overlap with the
    owner's absence counts, of two meetings one of ten minutes or of half the shorter one.
    """
    held = [s for s in meetings if is_entry(s.record) and not called_off(s) and _is_own(s, owner)]
    absences = [
        (meeting.start, meeting.end)
        for sighted in held
        if _may_be_absence(meeting := sighted.record) and _is_absence(_entry(sighted, owner), owner)
    ]
    # To know who was invited costs most, so only entries that meet another one are looked at.
    entries = [
        entry
        for sighted in _meeting_another(held, absences)
        if _is_attended(entry := _entry(sighted, owner), owner, named)
    ]
    found = dict.fromkeys(_double_booked(entries), DOUBLE_BOOKED)
    found |= dict.fromkeys(_during(entries, absences), OUT_OF_OFFICE)
    return found


def same_occasion(one: Meeting, other: Meeting) -> bool:
    """Whether two entries are one meeting that was written down twice, as calendar copies are."""
    return (
        one.start == other.start and one.end == other.end and fold(one.title) == fold(other.title)
    )


def _is_own(sighted: Sighted[Meeting], owner: Owner) -> bool:
    """Whether the entry takes up the owner's time, and not that of whose calendar they share."""
    if not only_shared(sighted, owner):
        return True
    return not roster(sighted.record).answers.keys().isdisjoint(owner.addresses)


def _entry(sighted: Sighted[Meeting], owner: Owner) -> _Entry:
    found = roster(sighted.record)
    alone = not found.crowd and not found.others(owner.addresses)
    return _Entry(sighted.key, sighted.record, found, alone)


def _may_be_absence(meeting: Meeting) -> bool:
    return meeting.kind == "oof" or meeting.busy == "oof" or is_own_absence(meeting.title)


def _is_absence(entry: _Entry, owner: Owner) -> bool:
    """Whether the entry says that the owner is away; a colleague's notice does not."""
    if entry.alone:
        return True
    marked = entry.meeting.kind == "oof" or entry.meeting.busy == "oof"
    return marked and entry.roster.answer(owner.addresses) is PartStat.ACCEPTED


def _meeting_another(
    held: Sequence[Sighted[Meeting]], absences: Iterable[tuple[datetime, datetime]]
) -> Iterator[Sighted[Meeting]]:
    """Timed entries that share time with another entry or an absence, in order of their start."""
    timed = [s for s in held if not s.record.all_day]
    timed.sort(key=lambda sighted: (sighted.record.start, sighted.record.end, sighted.key))
    away = _Absences(absences)
    latest: datetime | None = None  # the end of everything before
    for sighted, following in zip_longest(timed, timed[1:]):
        meeting = sighted.record
        after = following is not None and following.record.start < meeting.end
        before = latest is not None and latest > meeting.start
        if after or before or away.touches(meeting.start, meeting.end):
            yield sighted
        latest = meeting.end if latest is None else max(latest, meeting.end)


def _is_attended(entry: _Entry, owner: Owner, named: frozenset[str]) -> bool:
    """Whether the entry would count for the owner, with somebody."""
    meeting = entry.meeting
    if block(meeting, entry.alone) or meeting.status == "tentative":
        return False
    if entry.alone:
        declined = entry.roster.answer(owner.addresses) in _NOT_COMING
        meant = entry.key in named and is_meeting_title(meeting.title)
        return meant and not declined and meeting.busy not in ("free", "tentative")
    if entry.roster.answer(owner.addresses) is not PartStat.ACCEPTED:
        return False
    others = entry.roster.others(owner.addresses)
    if meeting.busy == "free":
        agreed = [entry.roster.answer(frozenset((addr,))) for addr in others]
        return agreed == [PartStat.ACCEPTED]
    return entry.roster.crowd or any(
        entry.roster.answers.get(addr) not in _NOT_COMING for addr in others
    )


def _double_booked(entries: Iterable[_Entry]) -> set[str]:
    """The keys of entries that collide with another one; `entries` in order of their start."""
    found: set[str] = set()
    clear: list[_Entry] = []  # running, and in nobody's way so far
    caught: list[tuple[datetime, str, _Entry]] = []  # a heap of those that are, by their end
    for entry in entries:
        while caught and caught[0][0] <= entry.start:
            heappop(caught)
        # One witness is enough, so a pile of entries at one hour does not cost its square.
        hit = any(_collide(other, entry) for _, _, other in caught)
        still: list[_Entry] = []
        for other in clear:
            if other.end <= entry.start:
                continue
            if _collide(other, entry):
                hit = True
                found.add(other.key)
                heappush(caught, (other.end, other.key, other))
            else:
                still.append(other)
        clear = still
        if hit:
            found.add(entry.key)
            heappush(caught, (entry.end, entry.key, entry))
        else:
            clear.append(entry)
    return found


def _collide(earlier: _Entry, later: _Entry) -> bool:
    shared = min(earlier.end, later.end) - later.start
    shorter = min(earlier.end - earlier.start, later.end - later.start)
    if shared <= timedelta(0) or (shared < _OVERLAP and shared * 2 < shorter):
        return False
    return earlier.key != later.key and not _is_one(earlier, later)


def _is_one(one: _Entry, other: _Entry) -> bool:
    """Whether the owner noted the same thing twice, perhaps with and without the invitation."""
    if same_occasion(one.meeting, other.meeting):
        return True
    if one.alone == other.alone:
        return False
    note, invitation = (one, other) if one.alone else (other, one)
    boxes = [attendee.mailbox for attendee in invitation.meeting.attendees]
    if invitation.meeting.organizer is not None:
        boxes.append(invitation.meeting.organizer)
    called = {word for box in boxes for word in fold(box.name).split()}
    called |= {fold(box.addr).partition("@")[0].partition(".")[0] for box in boxes}
    return not called.isdisjoint(tokens(note.meeting.title))


def _during(
    entries: Iterable[_Entry], absences: Iterable[tuple[datetime, datetime]]
) -> Iterator[str]:
    """The keys of entries that share any time with an absence."""
    away = _Absences(absences)
    return (entry.key for entry in entries if away.touches(entry.start, entry.end))


class _Absences:
    """Times of absence, overlapping ones joined, so that one look-up tells of any of them."""

    def __init__(self, times: Iterable[tuple[datetime, datetime]]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for start, end in sorted(times):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether any time from `start` to `end` is within an absence."""
        last = bisect_left(self._starts, end) - 1
        return last >= 0 and self._ends[last] > start
