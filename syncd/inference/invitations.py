"""Who was asked to a meeting, what they answered, and one record out of several sightings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference.itip import answer_of, as_invited, is_cancelled, uninvited
from syncd.people import AddressKind, classify, normalise

_ROOMS = frozenset(("room", "resource"))
# One address, and nobody knows how many people behind it.
_EVERYBODY = re.compile(
    r"(?:^|[._-])(?:all|everyone|everybody|staff|team|teams|group|company|crew|members|alle|tous"
    r"|todos|equipe|equipo|mitarbeiter|mitglieder)(?:$|[._-])"
)
_NOT_COMING = frozenset((PartStat.DECLINED, PartStat.DELEGATED))
# Somebody invited under two addresses answers under one: the answer that says most is theirs.
_TELLING = (
    PartStat.ACCEPTED,
    PartStat.TENTATIVE,
    PartStat.DECLINED,
    PartStat.DELEGATED,
    PartStat.UNKNOWN,
)
# Of two answers that are equally new the later in this row stands: rather none than a false yes.
_CAUTION = (PartStat.ACCEPTED, PartStat.TENTATIVE, PartStat.DELEGATED, PartStat.DECLINED)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in one meeting. Addresses are normalised."""

    answers: Mapping[str, PartStat]  # the people who were invited, by address
    organizer: str  # "" where nobody, or no human, convened it
    rooms: frozenset[str]
    crowd: bool  # a group was invited

    def answer(self, addresses: frozenset[str]) -> PartStat | None:
        """What somebody with these addresses answered, None where they were not invited.

        To convene is to accept (RFC 5546 section 2.1.4 asks the organiser for no answer), unless
        the organiser says otherwise.
        """
        found = [self.answers[addr] for addr in addresses if addr in self.answers]
        if self.organizer in addresses and all(answer is PartStat.UNKNOWN for answer in found):
            return PartStat.ACCEPTED
        if len(found) < 2:
            return found[0] if found else None
        return min(found, key=_TELLING.index)

    def others(self, addresses: frozenset[str]) -> frozenset[str]:
        """Everybody in it, the organiser too, but for the one with these addresses."""
        convener = {self.organizer} if self.organizer else set()
        return frozenset((self.answers.keys() | convener) - addresses)

    def only_arranges(self, owned: frozenset[str]) -> bool:
        """Whether the organiser may have arranged it for others, as assistants do.

        Invitations of Exchange do not list their organiser, who comes all the same. Assistants are
        not listed either, but then somebody of the same mail domain is invited whom they assist.
        The owner's own meetings are the owner's.
        """
        if not self.organizer or self.organizer in owned or self.organizer in self.answers:
            return False
        house = self.organizer.rpartition("@")[2]
        invited = self.answers.keys()
        return len(invited - owned) > 0 and any(a.rpartition("@")[2] == house for a in invited)

    def size(self, owned: frozenset[str], addresses: frozenset[str]) -> int:
        """How many took part, the owner and the person with `addresses` among them.

        Who declined or sent somebody else is not there; who never answered may be.
        """
        coming = {addr for addr, answer in self.answers.items() if answer not in _NOT_COMING}
        if self.organizer and self.organizer not in self.answers and not self.only_arranges(owned):
            coming.add(self.organizer)
        return len(coming - owned - addresses) + 2


def roster(meeting: Meeting, lists: frozenset[str] = frozenset()) -> Roster:
    """The roster of a meeting; rooms, robots and groups are no people. `lists` are known lists."""
    answers: dict[str, PartStat] = {}
    rooms: set[str] = set()
    crowd = False
    for attendee in meeting.attendees:
        addr, part = _part(attendee.mailbox.addr, attendee.kind)
        if part == "crowd" or addr in lists:
            crowd = True
        elif part == "room":
            rooms.add(addr)
        elif part == "person":
            answer = attendee.partstat
            if (before := answers.get(addr)) is not None:
                answer = min(before, answer, key=_TELLING.index)
            answers[addr] = answer
    return Roster(answers, _convener(meeting, lists), frozenset(rooms), crowd)


def merge_meetings(
    records: Sequence[tuple[Meeting, bool]], owned: frozenset[str] = frozenset()
) -> Meeting:
    """One meeting out of its sightings, each with whether it is gone from where it was.

    A calendar's copy that is still there beats one that is gone, then the higher SEQUENCE, then a
    calendar an invitation by mail, then the later modification (RFC 5546 section 2.1.5), then the
    one that knows more. What it leaves empty is filled from sightings of the same sequence, and so
    are invitees it does not show. An answer is the newest that anybody saw, as an invitee's own
    calendar or mail knows it first; an answer to another time of the meeting is none. Mail about a
    whole series may stand among the sightings of an instance. `owned` are the owner's normalised
    addresses: what they answered, an invitation from others cannot say.

    `method` of the result is "" where a calendar holds the meeting, else that of the mail that
    tells most of it. The order of the sightings does not matter. Raises ValueError where there are
    none.
    """
    if not records:
        raise ValueError("a meeting needs at least one sighting")
    copies = _copies(records, owned)
    spoken = [m for m, _ in records if m.method not in ("", "request", "publish")]
    if not copies:
        return _only_spoken_of(spoken)
    ranked = sorted(copies, key=_rank, reverse=True)
    best = ranked[0][0]
    same = [m for m, _ in ranked if m.sequence == best.sequence and _time(m) == _time(best)]
    answers = [m for m, _ in ranked if _time(m) == _time(best)]
    answers += (answer for m in spoken if (answer := answer_of(m, best)) is not None)
    own = next((m for m, _ in ranked if not m.method), best)
    off = uninvited(best, spoken)
    return replace(
        best,
        title=_first(same, lambda m: m.title),
        place=_first(same, lambda m: m.place),
        link=_first(same, lambda m: m.link),
        phone=_first(same, lambda m: m.phone),
        url=_first(same, lambda m: m.url),
        organizer=next((m.organizer for m in same if m.organizer), None),
        attendees=tuple(
            one for one in _invited(same, answers) if not off or _identity(one) not in off
        ),
        status="cancelled" if is_cancelled(best, spoken) else best.status,
        # Whether it takes up the owner's time is what their own copy says.
        busy=own.busy,
        kind=own.kind,
        method=own.method,
        aliases=tuple(sorted({pair for m, _ in ranked for pair in m.aliases}, key=repr)),
    )


def _copies(
    records: Sequence[tuple[Meeting, bool]], owned: frozenset[str]
) -> list[tuple[Meeting, bool]]:
    """What shows the whole meeting, with whether it is gone: only calendars know that."""
    held = [(m, gone) for m, gone in records if not m.method]
    away = bool(held) and all(gone for _, gone in held)
    asked = [(as_invited(m, owned), away) for m, _ in records if m.method == "request"]
    passed_on = [(as_invited(m, owned), False) for m, _ in records if m.method == "publish"]
    return held + asked or passed_on


def _only_spoken_of(spoken: Sequence[Meeting]) -> Meeting:
    """A meeting that nobody shows: one of the mails about it, with everybody who answered."""
    ranked = sorted(spoken, key=lambda m: (m.method == "cancel", _rank((m, False))), reverse=True)
    return replace(ranked[0], attendees=tuple(_invited(ranked, ranked)))


@lru_cache(maxsize=8_192)
def _part(written: str, kind: str) -> tuple[str, str]:
    """An invitee's address in its one spelling, and what it is: person, room, crowd, or nobody."""
    addr = normalise(written)
    if not addr:
        return "", "nobody"
    sort, _ = classify(addr, is_list=kind == "group", is_resource=kind in _ROOMS)
    if sort is AddressKind.RESOURCE:
        return addr, "room"
    everybody = sort is AddressKind.ROLE and _EVERYBODY.search(addr.rpartition("@")[0])
    if sort is AddressKind.LIST or everybody:
        return addr, "crowd"
    return addr, "nobody" if sort is AddressKind.ROBOT else "person"


def _convener(meeting: Meeting, lists: frozenset[str]) -> str:
    """The organiser, where that is a human: a booking service convenes nobody."""
    if meeting.organizer is None:
        return ""
    addr, part = _part(meeting.organizer.addr, "individual")
    return addr if part == "person" and addr not in lists else ""


def _time(meeting: Meeting) -> tuple[datetime, datetime]:
    return meeting.start, meeting.end


def _rank(sighting: tuple[Meeting, bool]) -> tuple[bool, int, bool, datetime, int, int, str]:
    meeting, gone = sighting
    answered = sum(a.partstat is not PartStat.UNKNOWN for a in meeting.attendees)
    known = len(meeting.title) + len(meeting.place) + len(meeting.link)
    modified = meeting.modified or _LONG_AGO
    # The text of the record makes the order total, so that equal ranks cannot depend on order.
    held = not meeting.method
    return not gone, meeting.sequence, held, modified, answered, known, repr(meeting)


def _first(meetings: Iterable[Meeting], field: Callable[[Meeting], str]) -> str:
    return next((value for meeting in meetings if (value := field(meeting))), "")


def _invited(same: Sequence[Meeting], answered: Sequence[Meeting]) -> Iterable[Attendee]:
    """The invitees of the winner in its order, then those that only its equals show."""
    shown: dict[str, list[Attendee]] = {}
    for meeting in same:
        for attendee in meeting.attendees:
            shown.setdefault(_identity(attendee), []).append(attendee)
    said: dict[str, tuple[datetime, int, int]] = {}
    for meeting in answered:
        seen = meeting.modified or _LONG_AGO
        for attendee in meeting.attendees:
            if attendee.partstat is not PartStat.UNKNOWN:
                answer = (seen, meeting.sequence, _CAUTION.index(attendee.partstat))
                identity = _identity(attendee)
                said[identity] = max(answer, said.get(identity, answer))
    for identity, views in shown.items():
        first = views[0]
        name = first.mailbox.name or next((v.mailbox.name for v in views if v.mailbox.name), "")
        kinds = (view.kind for view in views if view.kind not in ("individual", "unknown"))
        yield Attendee(
            mailbox=Mailbox(first.mailbox.addr, name),
            partstat=_CAUTION[said[identity][2]] if identity in said else PartStat.UNKNOWN,
            kind=next(kinds, first.kind),
            optional=first.optional,
        )


def _identity(attendee: Attendee) -> str:
    return normalise(attendee.mailbox.addr) or attendee.mailbox.addr.casefold()
