"""Scheduling by mail (iTIP, RFC 5546): whom to believe, and what each kind of mail adds.

    calendar copy   what a calendar holds is the meeting
    REQUEST         an invitation; a higher SEQUENCE than the calendar's is a new time
    REPLY           one invitee's answer
    COUNTER         one invitee does not accept this time
    CANCEL          it will not take place
    PUBLISH         a copy that somebody passed on: it tells only where nothing else does
    the rest        asks for copies or turns proposals down: no evidence of anything

A record does not say who wrote the mail it came in, so `believed` settles that once, when the mail
comes in. A mail that disappears later changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from connectors.records import Attendee, Card, Meeting, Message, Observation, PartStat
from syncd.people import is_free_domain, normalise

# What makes a meeting by itself; everything else only speaks of one.
_CALENDAR: Final = ""
_COPIES: Final = (_CALENDAR, "request", "publish")
SPEAKING: Final = ("reply", "counter", "cancel")


def believed(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """The observations of one item, without what its mail has no authority for.

    A REPLY or COUNTER speaks for the invitees who wrote the mail (From or Sender), a REQUEST or
    CANCEL is the organiser's: from their address or, where that is not open to everybody, from
    their domain. What a calendar holds comes in no mail and is left as it is.
    """
    mail = next((one for one in observations if isinstance(one, Message)), None)
    if mail is None or len(observations) == 1:
        return tuple(observations)
    boxes = mail.from_ if mail.sender is None else (*mail.from_, mail.sender)
    authors = frozenset(normalise(box.addr) for box in boxes) - {""}
    kept: list[Observation] = []
    for one in observations:
        if isinstance(one, Meeting):
            meeting = _believed(one, authors)
            if meeting is not None:
                kept.append(meeting)
        elif isinstance(one, Card) and not one.attached_by:
            kept.append(replace(one, attached_by=min(authors, default="unknown")))
        else:
            kept.append(one)
    return tuple(kept)


def is_copy(meeting: Meeting) -> bool:
    """Whether it shows the meeting; all other mail only speaks of it."""
    return meeting.method in _COPIES


def is_entry(meeting: Meeting) -> bool:
    """Whether somebody's calendar holds it or an organiser sent it: it takes up time."""
    return meeting.method in (_CALENDAR, "request") and not is_series(meeting)


def is_series(meeting: Meeting) -> bool:
    """Whether a mail speaks of a whole series, whose instances are the meetings."""
    return bool(meeting.method) and meeting.recurring and not meeting.recurrence_id


def no_meeting(meeting: Meeting) -> str:
    """Why a (merged) record is no meeting at all, "" where it may be one."""
    if is_series(meeting):
        return "meeting:series"
    return "" if is_copy(meeting) else f"meeting:only-{meeting.method}"


def speaks_for_instances(meeting: Meeting) -> bool:
    """Whether a record of a whole series says something about each of its instances."""
    return meeting.method in SPEAKING and not meeting.recurrence_id


def answer_of(statement: Meeting, meeting: Meeting) -> Meeting | None:
    """A REPLY or COUNTER as an answer to `meeting`, None where it answers another time of it.

    A reply to a whole series answers an instance of that revision. To propose another time is to
    answer "perhaps" to this one (RFC 5546 section 3.2.7), until the organiser asks anew.
    """
    if statement.method == "counter":
        if statement.sequence < meeting.sequence:
            return None
        return replace(statement, attendees=tuple(map(_hesitant, statement.attendees)))
    if statement.method != "reply":
        return None
    if _of_series(statement, meeting):
        return statement if statement.sequence >= meeting.sequence else None
    if _is_timeless(statement):
        return statement if statement.sequence == meeting.sequence else None
    return statement if statement.start == meeting.start else None


def is_cancelled(meeting: Meeting, statements: Iterable[Meeting]) -> bool:
    """Whether one of these mails calls the whole meeting off, in time and as it now stands."""
    return any(_cancels(one, meeting) and _is_whole(one, meeting) for one in statements)


def uninvited(meeting: Meeting, statements: Iterable[Meeting]) -> frozenset[str]:
    """The (normalised) invitees whom the organiser took off the list, though it takes place."""
    return frozenset(
        normalise(attendee.mailbox.addr)
        for one in statements
        if _cancels(one, meeting) and not _is_whole(one, meeting)
        for attendee in one.attendees
    )


def is_dropped(meeting: Meeting, series: Iterable[tuple[object, Meeting]]) -> bool:
    """Whether an instance that only an invitation shows is no longer in its series.

    `series` are the sightings of all its instances, each with the item it is in. Where a calendar
    holds any of them, it holds all there are; else the newest invitation to several of them does.
    """
    newer: Counter[object] = Counter()
    for where, other in series:
        if not other.method:
            return True
        if other.method == "request" and other.sequence > meeting.sequence:
            newer[where] += 1
    return any(count > 1 for count in newer.values())


def as_invited(meeting: Meeting, owned: frozenset[str]) -> Meeting:
    """An invitation without what it claims that the owner answered: only they can say that."""
    organizer = normalise(meeting.organizer.addr) if meeting.organizer else ""
    if organizer in owned:
        return meeting
    attendees = tuple(
        replace(one, partstat=PartStat.UNKNOWN) if normalise(one.mailbox.addr) in owned else one
        for one in meeting.attendees
    )
    return meeting if attendees == meeting.attendees else replace(meeting, attendees=attendees)


def _believed(meeting: Meeting, authors: frozenset[str]) -> Meeting | None:
    if meeting.method in (_CALENDAR, "publish"):
        # A file that came by mail is in nobody's calendar, whatever it leaves out.
        return _passed_on(meeting, authors)
    if meeting.method in ("reply", "counter"):
        own = tuple(one for one in meeting.attendees if normalise(one.mailbox.addr) in authors)
        return replace(meeting, attendees=own) if own else None
    if meeting.method in ("request", "cancel") and meeting.organizer is not None:
        organizer = normalise(meeting.organizer.addr)
        return meeting if _speaks_for(authors, organizer) else None
    return None


def _passed_on(meeting: Meeting, authors: frozenset[str]) -> Meeting:
    """A copy, without what only its organiser can say: who called the meeting, and who comes."""
    organizer = normalise(meeting.organizer.addr) if meeting.organizer else ""
    if organizer and _speaks_for(authors, organizer):
        return replace(meeting, method="publish")
    attendees = tuple(replace(one, partstat=PartStat.UNKNOWN) for one in meeting.attendees)
    return replace(meeting, method="publish", organizer=None, attendees=attendees)


def _speaks_for(authors: frozenset[str], organizer: str) -> bool:
    if organizer in authors:
        return True
    domain = organizer.rpartition("@")[2]
    shares = any(author.rpartition("@")[2] == domain for author in authors)
    return bool(domain) and shares and not is_free_domain(domain)


def _is_timeless(statement: Meeting) -> bool:
    """Whether the mail names no time (RFC 5546 section 3.2.3 asks for none): its record has that of
    writing, and no length."""
    at = statement.start
    return at == statement.end and statement.modified in (None, at)


def _hesitant(attendee: Attendee) -> Attendee:
    if attendee.partstat is PartStat.DECLINED:
        return attendee
    return replace(attendee, partstat=PartStat.TENTATIVE)


def _of_series(statement: Meeting, meeting: Meeting) -> bool:
    return bool(meeting.recurrence_id) and not statement.recurrence_id


def _cancels(statement: Meeting, meeting: Meeting) -> bool:
    """Whether it is a CANCEL of this revision or a later one, sent before the meeting was over.

    What is cancelled afterwards was tidied away; a copy that is newer was arranged anew.
    """
    if statement.method != "cancel" or statement.sequence < meeting.sequence:
        return False
    said, modified = statement.modified, meeting.modified
    if said is None:
        return True
    anew = statement.sequence == meeting.sequence and modified is not None and modified > said
    return not anew and said <= meeting.end


def _is_whole(cancel: Meeting, meeting: Meeting) -> bool:
    """Whether it cancels the meeting, and does not just take some invitees off its list.

    RFC 5546 section 3.2.5 tells the two by STATUS. Mailers forget it, so a cancellation without
    one is whole too when it leaves nobody invited.
    """
    if cancel.status == "cancelled":
        return True
    named = {normalise(one.mailbox.addr) for one in cancel.attendees}
    host = {normalise(meeting.organizer.addr)} if meeting.organizer else set()
    return {normalise(one.mailbox.addr) for one in meeting.attendees} - host <= named or not named
