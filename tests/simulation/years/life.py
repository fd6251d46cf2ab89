"""What happens out there in the months of one seed: acts in time, made up before anything runs.

Whatever is done to an item later (moved, cancelled, answered, mended) is an act of its own. What
truly happened with plain people is written into the truth on the way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulation.years import letters
from simulation.years.cast import DESK, Cast, Person
from simulation.years.diary import Diary
from simulation.years.dice import dice
from simulation.years.meetings import Meetings
from simulation.years.stage import Stage
from simulation.years.truth import Letter, Truth

from connectors.records import Card, Mailbox, Message

HISTORY = timedelta(days=120)  # of mail and meetings before syncd first starts
QUIET = timedelta(days=45)  # before its first start nothing happens that a rule would look at
_ROBOTS = (
    (Mailbox("news@gazette.example.net", "The Gazette"), (("list-unsubscribe", "<mailto:off@gazette.example.net>"), ("precedence", "bulk"))),  # noqa: E501
    (Mailbox("noreply@shop.example.net", "Shop"), (("auto-submitted", "auto-generated"),)),
    (Mailbox("members@lists.example.net", "Members"), (("list-id", "<members.lists.example.net>"), ("precedence", "list"))),  # noqa: E501
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens out there."""

    at: datetime
    number: int
    name: str
    do: Callable[[Stage], None]


class Life:
    """Makes up the acts. `truth` is complete once they are."""

    def __init__(self, seed: int, cast: Cast, start: datetime, end: datetime) -> None:
        self.cast, self.start, self.end = cast, start, end
        self.truth = Truth()
        self.acts: list[Act] = []
        self.seed = seed
        self.diary = Diary(cast.zone)
        self._number = 0
        self.meetings = Meetings(self)

    def tell(self) -> list[Act]:
        """All of it, in the order of time."""
        self.meetings.holidays(dice(self.seed, "away"))
        for person in self.cast.everybody:
            rng = dice(self.seed, "life", person.box.addr)
            self._cards(rng, person)
            for at in self._moments(rng, person.writes):
                self._thread(rng, person, at)
            for at in self._moments(rng, person.meets):
                if person.plain:
                    self.meetings.plain(rng, person, at)
                else:
                    self.meetings.murky(rng, person, at)
        self.meetings.series(dice(self.seed, "series"))
        self.meetings.all_hands(dice(self.seed, "all-hands"))
        self._machines(dice(self.seed, "machines"))
        return sorted(self.acts, key=lambda act: (act.at, act.number))

    def happens(self, at: datetime, name: str, do: Callable[[Stage], None]) -> None:
        """Unless it would be after the end of time."""
        if at < self.end:
            self._number += 1
            self.acts.append(Act(at, self._number, name, do))

    def fresh(self, what: str) -> str:
        """An id like no other."""
        self._number += 1
        return f"{what}-{self._number}@world.example.com"

    # --- mail ---

    def _moments(self, rng: random.Random, rate: float) -> Iterator[datetime]:
        """When something with this rate per day happens, the quiet weeks left out."""
        at = self.start - HISTORY
        while rate > 0:
            at += timedelta(days=rng.expovariate(rate), seconds=rng.randrange(3600))
            if at >= self.end:
                return
            if not self.start - QUIET <= at < self.start + timedelta(hours=2):
                yield at

    def _thread(self, rng: random.Random, person: Person, at: datetime) -> None:
        """One of the two writes, the other may answer, and so on."""
        mine = rng.random() < 0.5
        parent, subject = "", letters.subject(rng)
        for turn in range(rng.choice((1, 2, 2, 3, 4))):
            parent = self._letter(rng, person, at, subject, mine=mine, answers=parent)
            mine = not mine
            ready = self.cast.answering if mine else person.answers
            before = at
            at += timedelta(hours=rng.choice((0.5, 3, 20, 50, 120)), minutes=rng.randrange(60))
            if turn and rng.random() > ready:
                return
            if before < self.start <= at:
                return

    def _letter(
        self,
        rng: random.Random,
        person: Person,
        at: datetime,
        subject: str,
        *,
        mine: bool,
        answers: str,
    ) -> str:
        kind, said = "chat", letters.text(rng, letters.MURKY)
        if person.plain:
            kind = rng.choice(("chat", "chat", "ask", "promise" if mine else "ask", "thanks"))
            choice = {"chat": letters.CHAT, "ask": letters.ASK, "promise": letters.PROMISE}
            said = letters.text(rng, choice.get(kind, letters.THANKS))
        box = person.box
        if person.second is not None and rng.random() < 0.4:
            box = person.second
        owner = self.cast.owner
        author = owner if mine else box
        to: tuple[Mailbox, ...] = (box,) if mine else (owner,)
        if not person.plain and rng.random() < 0.2:
            others = rng.sample(list(self.cast.others), min(3, len(self.cast.others)))
            to += tuple(one.box for one in others if one != person)
        name = self.fresh("mail")
        accounts = rng.choice((("home",), ("work",), ("home", "work")))
        if not person.plain and rng.random() < 0.1:
            accounts, to = ("desk",), (DESK,) if not mine else to
        message = Message(name, at, (author,), to=to, subject=subject, in_reply_to=answers)
        late = timedelta(0) if person.plain else timedelta(days=rng.choice((0, 0, 0, 0, 3)))
        here = at + late + timedelta(seconds=rng.randrange(1, 90))
        for place, account in enumerate(accounts):
            again = timedelta(hours=rng.choice((0, 0, 30))) if place else timedelta(0)
            self.happens(
                here + again,
                f"mail {name} ({kind}) {author.addr} -> {to[0].addr} in {account}",
                lambda stage, where=(account,): stage.mail(where, message, said),  # type: ignore[misc]
            )
        if not person.plain and rng.random() < 0.05:
            day = here + timedelta(days=rng.randrange(20, 60))
            self.happens(
                day,
                f"mail {name} is deleted",
                lambda stage: stage.lose_mail(accounts[0], name),
            )
        if person.plain:
            tie = self.truth.of(person.box.addr)
            tie.letters.append(Letter(at, here, mine, kind, accounts[0]))
        elif not mine and rng.random() < 0.08:
            self._automatic(rng, box, message)
        return name

    def _automatic(self, rng: random.Random, box: Mailbox, message: Message) -> None:
        """An out-of-office answer, or the news that a mail could not be delivered."""
        name, at = self.fresh("auto"), message.at + timedelta(minutes=1)
        author = box
        traits: tuple[tuple[str, str], ...] = (("auto-submitted", "auto-replied"),)
        if rng.random() < 0.4:
            author = Mailbox("mailer-daemon@example.org", "Mail Delivery")
            traits = (("auto-submitted", "auto-replied"), ("return-path", "<>"))
        back = Message(
            name,
            at,
            (author,),
            to=(self.cast.owner,),
            subject=f"Automatic: {message.subject}",
            in_reply_to=message.message_id,
            traits=traits,
        )
        said = letters.text(rng, letters.CHAT)
        self.happens(
            at, f"automatic answer {name}", lambda stage: stage.mail(("home",), back, said)
        )

    def _machines(self, rng: random.Random) -> None:
        for box, traits in _ROBOTS:
            self.truth.machines.add(box.addr)
            for at in self._moments(rng, 0.06):
                self._from_machine(rng, box, traits, at)

    def _from_machine(
        self,
        rng: random.Random,
        box: Mailbox,
        traits: tuple[tuple[str, str], ...],
        at: datetime,
    ) -> None:
        name, subject = self.fresh("bulk"), letters.subject(rng)
        message = Message(
            name, at, (box,), to=(self.cast.owner,), subject=subject, traits=traits
        )  # fmt: skip
        said = letters.text(rng, letters.MURKY)
        account = rng.choice(("home", "work"))
        self.happens(
            at, f"bulk mail {name}", lambda stage: stage.mail((account,), message, said)
        )  # fmt: skip

    # --- cards ---

    def _cards(self, rng: random.Random, person: Person) -> None:
        if not person.carded:
            return
        addrs = person.addrs if rng.random() < 0.7 else person.addrs[:1]
        birthday = f"1980-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        card = Card(
            f"card-{person.first}",
            person.box.name,
            addrs,
            birthday=birthday if rng.random() < 0.5 else "",
        )
        whole = self.end - self.start
        at = self.start + rng.random() * whole if rng.random() < 0.6 else self.start - HISTORY
        account = rng.choice(("home", "work"))
        self.happens(at, f"card of {person.first}", lambda stage: stage.card(account, card))
