"""Calendars: what is invited, answered, moved and cancelled, and what of it truly took place."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from simulation.years import letters
from simulation.years.cast import Person
from simulation.years.truth import Date

from connectors.records import Attendee, Mailbox, Meeting, Message, PartStat

if TYPE_CHECKING:
    from simulation.years.life import Life

_YES = PartStat.ACCEPTED
_HOUR = timedelta(hours=1)
_PLACES = ("Café Aurora", "https://meet.example.com/r", "", "Phone: +1-202-555-0142")


class Meetings:
    """Makes up the calendar of a life."""

    def __init__(self, life: Life) -> None:
        self.life = life

    # --- what has one meaning ---

    def plain(self, rng: random.Random, person: Person, at: datetime) -> None:
        """An hour of the two that is kept, moved and kept, declined or cancelled."""
        start = self._hour(rng, at, 12)
        if start is None:
            return
        mine = rng.random() < 0.6
        entry = self._entry(rng, person, start, mine=mine)
        accounts = rng.choice((("home",), ("work",), ("home", "work")))
        fate = rng.choice(("kept", "kept", "kept", "late", "moved", "declined", "cancelled"))
        first, guest = entry, person.box if mine else self.life.cast.owner
        if fate in ("late", "declined"):
            first = self._answered(entry, guest, PartStat.UNKNOWN)
        date = Date(entry.uid, "", start, start + _HOUR, accounts, at, at)
        self._put(at, accounts, first, f"invitation to {person.first}")
        if rng.random() < 0.3:
            self._by_mail(rng, at, accounts[0], first)
        change = at + (start - at) * rng.uniform(0.1, 0.9)
        if fate == "moved":
            again = self._hour(rng, change, 12)
            if again is not None and change < self.life.end:
                moved = replace(entry, start=again, end=again + _HOUR, sequence=1)
                self._put(change, accounts, moved, f"{person.first}'s hour is moved")
                date.earlier.append((date.end, change))
                date.start, date.end, date.changed = again, again + _HOUR, change
        elif fate == "late":
            self._put(change, accounts, entry, f"{person.first} accepts")
            date.changed = change
        elif fate in ("declined", "cancelled") and change < self.life.end:
            other = (
                replace(entry, status="cancelled", sequence=1)
                if fate == "cancelled"
                else self._answered(entry, guest, PartStat.DECLINED)
            )
            self._put(change, accounts, other, f"{person.first}'s hour is {fate}")
            date.took_place, date.changed = False, change
        self.life.truth.of(person.box.addr).dates.append(date)

    def series(self, rng: random.Random) -> None:
        """A 1:1 every two weeks, at hours that nothing else has; some are cancelled or moved."""
        for weekday, person in enumerate(self.life.cast.plain[:2]):
            if rng.random() < 0.5:
                continue
            self._one_series(rng, person, weekday)

    def _one_series(self, rng: random.Random, person: Person, weekday: int) -> None:
        life = self.life
        day = life.start.astimezone(life.cast.zone).date()
        day += timedelta(days=(weekday - day.weekday()) % 7 + 7 * rng.randrange(1, 5))
        uid, title = life.fresh("series"), letters.subject(rng)
        entries: list[Meeting] = []
        dates: list[Date] = []
        at, accounts = life.start + timedelta(hours=3), (rng.choice(("home", "work")),)
        for number in range(rng.randrange(4, 14)):
            when = day + timedelta(days=14 * number)
            start = life.diary.take(when, 12)
            if start is None:
                continue
            entry = self._entry(rng, person, start, mine=True, uid=uid, title=title)
            original = start.strftime("%Y-%m-%dT%H:%M:%SZ")
            entries.append(replace(entry, recurrence_id=original, recurring=True))
            date = Date(uid, original, start, start + _HOUR, accounts, at, at)
            dates.append(date)
        self._series(at, accounts, entries, f"series with {person.first}")
        for number, date in enumerate(dates):
            if rng.random() > 0.3:
                continue
            change = date.start - timedelta(hours=rng.choice((2, 30, 100)))
            if not at < change < life.end:
                continue
            entries = list(entries)
            entries[number] = replace(entries[number], status="cancelled")
            self._series(change, accounts, entries, f"one hour with {person.first} is cancelled")
            date.took_place, date.changed = False, change
        life.truth.of(person.box.addr).dates.extend(dates)

    # --- what is hard to judge ---

    def murky(self, rng: random.Random, person: Person, at: datetime) -> None:
        """Collisions, missing answers, groups, removed entries, lines in one's own calendar."""
        start = self._hour(rng, at, 12, collides=True)
        if start is None:
            return
        accounts = rng.choice((("home",), ("work",), ("home", "work")))
        change = at + (start - at) * rng.uniform(0.1, 1.6)
        fate = rng.choice(("kept", "unanswered", "group", "gone", "own", "back", "away", "renamed"))
        entry = self._entry(rng, person, start, mine=rng.random() < 0.5)
        if fate == "unanswered":
            entry = self._answered(entry, rng.choice((person.box, self.life.cast.owner)),
                                   PartStat.UNKNOWN)  # fmt: skip
        elif fate == "group":
            others = rng.sample(list(self.life.cast.others), min(4, len(self.life.cast.others)))
            more = tuple(
                Attendee(one.box, rng.choice(list(PartStat))) for one in others if one != person
            )
            room = Attendee(Mailbox("room-1@example.org", "Room 1"), _YES, "room")
            entry = replace(entry, attendees=(*entry.attendees, *more, room))
        elif fate == "own":
            entry = replace(
                entry, organizer=None, attendees=(), title=f"Coffee with {person.first}"
            )
        elif fate == "away":
            entry = replace(entry, busy="free")
        self._put(at, accounts, entry, f"{fate}: {person.first}")
        if fate == "gone":
            self.life.happens(
                change,
                f"{person.first}'s hour is deleted",
                lambda stage: stage.remove_event(accounts, entry.uid),
            )
        elif fate == "back":
            gone = replace(entry, status="cancelled", sequence=1)
            self._put(change, accounts[:1], gone, f"{person.first}'s hour is cancelled")
            again = replace(entry, sequence=2)
            self._put(change + _HOUR, accounts, again, f"{person.first}'s hour is on again")
        elif fate == "renamed":
            self._put(change, accounts, replace(entry, title=f"Canceled: {entry.title}"), "renamed")

    def all_hands(self, rng: random.Random) -> None:
        """A dozen people once in a while: everybody is invited, nobody is met."""
        life = self.life
        at = life.start - timedelta(days=90)
        while at < life.end:
            at += timedelta(days=rng.randrange(25, 40))
            start = life.diary.hour(rng, at, 12)
            crowd = [*life.cast.crowd[:5], *(one.box for one in life.cast.everybody[:8])]
            if start is None or start < life.start < at:
                continue
            guests = tuple(Attendee(box, rng.choice((_YES, PartStat.UNKNOWN))) for box in crowd)
            entry = self._entry(rng, None, start, mine=False)
            self._put(
                at, ("work",), replace(entry, organizer=crowd[0], attendees=guests), "all-hands"
            )

    def holidays(self, rng: random.Random) -> None:
        """A week off now and then; nobody else's hour is then."""
        life = self.life
        at = life.start + timedelta(days=rng.randrange(20, 60))
        while at < life.end:
            first = at.astimezone(life.cast.zone).date()
            days = [first + timedelta(days=number) for number in range(rng.choice((3, 5, 7)))]
            life.diary.away |= set(days)
            start = datetime.combine(days[0], time(), life.cast.zone).astimezone(UTC)
            stop = datetime.combine(days[-1] + timedelta(days=1), time(), life.cast.zone)
            entry = self._entry(rng, None, start, mine=True)
            entry = replace(
                entry, title="Out of office", end=stop.astimezone(UTC), all_day=True, busy="oof",
                organizer=None, attendees=(),
            )  # fmt: skip
            self._put(at - timedelta(days=14), ("work",), entry, "out of office")
            at += timedelta(days=rng.randrange(50, 110))

    # --- parts ---

    def _hour(
        self, rng: random.Random, at: datetime, within: int, *, collides: bool = False
    ) -> datetime | None:
        start = self.life.diary.hour(rng, at, within, collides=collides)
        # Whatever is planned before the first start is over by then, and long ago.
        if start is not None and at < self.life.start and start > self.life.start - _LONG_AGO:
            return None
        return start

    def _entry(
        self,
        rng: random.Random,
        person: Person | None,
        start: datetime,
        *,
        mine: bool,
        uid: str = "",
        title: str = "",
    ) -> Meeting:
        owner = self.life.cast.owner
        place = rng.choice(_PLACES)
        more: dict[str, Any] = {"link": place} if place.startswith("https") else {"place": place}
        boxes = (owner,) if person is None else (owner, person.box)
        return Meeting(
            uid or self.life.fresh("meet"),
            "",
            start,
            start + _HOUR,
            title=title or letters.subject(rng),
            organizer=owner if mine or person is None else person.box,
            attendees=tuple(Attendee(box, _YES) for box in boxes),
            **more,
        )

    def _answered(self, entry: Meeting, box: Mailbox, answer: PartStat) -> Meeting:
        guests = tuple(
            replace(one, partstat=answer) if one.mailbox == box else one for one in entry.attendees
        )
        return replace(entry, attendees=guests)

    def _put(self, at: datetime, accounts: tuple[str, ...], entry: Meeting, name: str) -> None:
        self._series(at, accounts, [entry], name)

    def _series(
        self, at: datetime, accounts: tuple[str, ...], entries: list[Meeting], name: str
    ) -> None:
        if entries:
            told = f"{name}: {entries[0].uid} at {entries[0].start:%Y-%m-%d %H:%M} in {accounts}"
            self.life.happens(at, told, lambda stage: stage.event(accounts, *entries))

    def _by_mail(self, rng: random.Random, at: datetime, account: str, entry: Meeting) -> None:
        """The invitation also comes as a mail of its organiser."""
        if entry.organizer is None or entry.organizer == self.life.cast.owner:
            return
        message = Message(
            self.life.fresh("itip"), at, (entry.organizer,), to=(self.life.cast.owner,),
            subject=f"Invitation: {entry.title}",
        )  # fmt: skip
        carried = replace(entry, method="request")
        said = letters.text(rng, letters.CHAT)
        self.life.happens(
            at,
            f"invitation by mail {entry.uid}",
            lambda stage: stage.invite_by_mail(account, message, said, carried),
        )


_LONG_AGO = timedelta(days=45)
