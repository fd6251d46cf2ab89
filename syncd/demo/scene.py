"""The tools of whoever tells a story: say something by mail, meet, put something into the diary."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.demo.address_book import AddressBook
from syncd.demo.cast import OWNER, OWNER_ZONE, Cast, Person
from syncd.demo.clock import Clock
from syncd.demo.diary import Diary
from syncd.demo.ical import Event, Guest, document
from syncd.demo.letter import Headers, Letter, compose, message_id
from syncd.demo.mailbox import Mailbox
from syncd.demo.mime import Party, multipart, text_part

_ANSWERS = {"ACCEPTED": "Accepted", "DECLINED": "Declined", "TENTATIVE": "Tentative"}
_PROMPT = 0.6  # share of answers to invitations that also leave a mail


class Scene:
    """Everything a story may touch."""

    def __init__(self, end: datetime, seed: int) -> None:
        self.seed = seed
        self.cast = Cast()
        self.clock = Clock(end)
        self.mailbox = Mailbox(end)
        self.diary = Diary()
        self.cards = AddressBook()
        self.rng = self.dice("scene")

    def dice(self, name: str) -> random.Random:
        """Chance of its own for each story: a change to one leaves the others as they were."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311 - fiction, nothing to guess

    # --- mail ---

    def write(
        self,
        to: Person | tuple[Person, ...],
        subject: str,
        words: str,
        when: datetime,
        *,
        author: Person = OWNER,
        cc: tuple[Party, ...] = (),
        parent: Letter | None = None,
        headers: Headers = (),
        attachment: str = "",
    ) -> Letter:
        """A mail from `author`, by default from the owner."""
        if isinstance(to, Person):
            to = (to,)
        letter = compose(
            self.rng, author, to, subject, words, when,
            cc=cc, parent=parent, headers=headers, attachment=attachment,
        )  # fmt: skip
        return self.mailbox.add(letter)

    def hear(
        self,
        author: Person,
        subject: str,
        words: str,
        when: datetime,
        *,
        cc: tuple[Party, ...] = (),
        parent: Letter | None = None,
        headers: Headers = (),
        attachment: str = "",
    ) -> Letter:
        """A mail from `author` to the owner."""
        return self.write(
            OWNER, subject, words, when,
            author=author, cc=cc, parent=parent, headers=headers, attachment=attachment,
        )  # fmt: skip

    def talk(
        self, opener: Person, other: Person, subject: str, turns: Sequence[str], start: datetime
    ) -> list[Letter]:
        """Mail to and fro, `opener` first, a few working hours apart; what is late is left out."""
        letters: list[Letter] = []
        when = start
        for number, words in enumerate(turns):
            author, to = (opener, other) if number % 2 == 0 else (other, opener)
            if not self.clock.is_past(when):
                break
            parent = letters[-1] if letters else None
            # Whoever writes that something is attached has attached it.
            attachment = "attachment.pdf" if "attached" in words else ""
            letter = self.write(
                (to,), subject, words, when,
                author=author, parent=parent, attachment=attachment,
            )  # fmt: skip
            letters.append(letter)
            when = self.clock.later(letter.when, self.rng.uniform(0.4, 20))
        return letters

    # --- calendar ---

    def meet(
        self,
        title: str,
        who: Person | Sequence[Person | Guest],
        start: datetime,
        *,
        minutes: int = 60,
        convener: Person = OWNER,
        owner: str = "ACCEPTED",
        place: str = "",
        video: bool = False,
        status: str = "CONFIRMED",
        free: bool = False,
        utc: bool | None = None,
        mails: bool | None = None,
        made: datetime | None = None,
    ) -> Event:
        """An invitation with answers: `owner` is the owner's PARTSTAT, guests carry their own.

        `mails` says whether the answers also went round by mail; by default most do.
        """
        people = [who] if isinstance(who, Person) else who
        guests = [one if isinstance(one, Guest) else Guest(one) for one in people]
        mine = Guest(OWNER, "ACCEPTED" if convener == OWNER else owner)
        made = made or self._made(start)
        event = Event(
            uid=self.uid(),
            title=title,
            start=start,
            end=start + timedelta(minutes=minutes),
            made=made,
            organizer=convener,
            guests=(mine, *guests),
            place=place,
            link=self.video_link() if video else "",
            status=status,
            free=free,
            sequence=1 if status == "CANCELLED" else 0,
            utc=self.rng.random() < 0.5 if utc is None else utc,
        )
        if mails is None:
            mails = self.rng.random() < _PROMPT
        if mails:
            self._answer(event)
        return self.diary.add(event)

    def note(
        self,
        title: str,
        start: datetime | date,
        minutes: int = 60,
        *,
        place: str = "",
        free: bool = False,
        busy: str = "",
        rule: str = "",
        days: int = 1,
        notes: str = "",
    ) -> Event:
        """An entry without attendees; all-day, and `days` long, when `start` is a date."""
        end: datetime | date
        if isinstance(start, datetime):
            end = start + timedelta(minutes=minutes)
            made = start
        else:
            end = start + timedelta(days=days)
            made = datetime.combine(start, datetime.min.time(), ZoneInfo(OWNER_ZONE))
        made = min(made - timedelta(days=3, hours=2), self.clock.end - timedelta(hours=30))
        return self.diary.add(
            Event(
                self.uid(),
                title,
                start,
                end,
                made,
                place=place,
                free=free,
                busy=busy,
                rule=rule,
                notes=notes,
            )
        )

    def uid(self) -> str:
        if self.rng.random() < 0.5:
            return f"{self.rng.getrandbits(130):026x}@calendar.example.com"
        return f"040000008200E00074C5B7101A82E008{self.rng.getrandbits(128):032X}"

    def video_link(self) -> str:
        """A conference room. No real one has a number that begins with a zero."""
        return f"https://example.zoom.us/j/00{self.rng.randrange(10**8, 10**9)}"

    def _made(self, start: datetime) -> datetime:
        """When the invitation went out: some working days ahead, and never after `end`."""
        made = start - timedelta(days=self.rng.randrange(3, 9), hours=self.rng.randrange(1, 5))
        while made.weekday() >= 5:
            made -= timedelta(days=1)
        return min(made, self.clock.end - timedelta(hours=self.rng.randrange(28, 50)))

    def _answer(self, event: Event) -> None:
        """The mails round an invitation: the request where another invites, and the answers."""
        convener = event.organizer
        if not isinstance(convener, Person):
            return
        if convener != OWNER:
            self._post(convener, (OWNER,), "Invitation", "REQUEST", event, event.made)
        for guest in event.guests:
            if not isinstance(guest.party, Person) or guest.answer not in _ANSWERS:
                continue
            if guest.party == convener or OWNER not in (convener, guest.party):
                continue  # the owner sees the answers to the owner's invitations only
            when = event.made + timedelta(hours=self.rng.uniform(0.3, 24))
            word = _ANSWERS[guest.answer]
            alone = replace(event, guests=(guest,), instances=(), rule="")
            self._post(guest.party, (convener,), word, "REPLY", alone, when)

    def _post(
        self,
        author: Person,
        to: tuple[Person, ...],
        word: str,
        method: str,
        event: Event,
        when: datetime,
    ) -> None:
        """An iMIP mail (RFC 6047), written by the calendar program in its user's name."""
        when = when.astimezone(ZoneInfo(author.zone))
        if not self.clock.is_past(when):
            return
        ics = document(event, method).decode()
        text = text_part(f"{event.title}\nWhen: {event.start:%A %d %B %Y %H:%M}\n{event.place}\n")
        calendar = text_part(ics, "calendar", "base64", f"; method={method}")
        extra: Headers = (("X-Calendar-Method", method),)
        if method == "REQUEST":
            extra = (
                ("Sender", "Calendar <calendar-notification@calendar.example.com>"),
                ("Auto-Submitted", "auto-generated"),
            )
        self.mailbox.add(
            Letter(
                author=author,
                to=to,
                subject=f"{word}: {event.title}",
                when=when,
                message_id=message_id(self.rng, author),
                body=multipart("alternative", (text, calendar)),
                headers=extra,
            )
        )
