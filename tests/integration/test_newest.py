"""The newest message, taken without the older ones, comes to what all of them together come to.

A random life goes by one thing at a time, in two states: in one a step may take the newest message
by itself, in the other everybody is folded anew from all there is. After each thing everything that
is derived is the same in both, byte for byte. SYNCD_SOAK is the number of lives.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import chores
import pytest
from newest_world import RULES, counting, one
from stepping import Forgetful, lab_in, put

from connectors.records import Card, Mailbox, Meeting, Message, PartStat
from rules import packs
from syncd.planner import Policy
from syncd.relationships import earlier

from worlds import ANA, BEN, CLEO, DORA, LISBON, WEEKDAYS, Lab, card, day, mail, meeting

SOAK = int(os.environ.get("SYNCD_SOAK", "0"))
LENGTH = 32
SEEDS = range(SOAK) if SOAK else (3, 5)
YES, NO, MAYBE = PartStat.ACCEPTED, PartStat.DECLINED, PartStat.UNKNOWN
BEN_HOME = Mailbox("benarcher@gmail.com", "Ben Archer")
EVE = Mailbox("eve@post.example.com", "Eve Holm")
TEAM = Mailbox("team@lists.example.com", "Team")
PEOPLE = (BEN, CLEO, DORA, EVE)
TEXTS = (
    "", "", "Could you send me the plan by Friday?", "I will send it tomorrow.", "Thank you!",
    "Let's have coffee.", "It was great to see you today.", "Sorry I missed you yesterday.",
    "I have to cancel tomorrow.", "Please meet Dora, she builds mills.", "Here is the plan.",
)  # fmt: skip


@dataclass
class Life:
    """What happens, drawn from `chance`; `now` moves on."""

    chance: random.Random
    calm: bool = False  # hardly anything but plain mail
    now: datetime = field(default_factory=lambda: day(0))
    written: list[Message] = field(default_factory=list)
    count: int = 0

    def thing(self) -> tuple[Message | Meeting | Card, str]:
        """The next thing that comes in."""
        often = (60, 1, 3, 0.3) if self.calm else (30, 5, 3, 1)
        kind = self.chance.choices(("mail", "odd", "meeting", "card"), often)[0]
        self.count += 1
        if kind == "mail":
            return self._mail()
        if kind == "odd":
            return self._odd()
        return (self._meeting() if kind == "meeting" else self._card()), ""

    def _mail(self) -> tuple[Message, str]:
        pick = self.chance
        late = pick.choice((0, 0, 0, 1, 5, 60 * 24 * 9)) if pick.random() < self._odds(0.6) else 0
        at = self.now - timedelta(minutes=late)
        who = self._called(pick.choice(PEOPLE))
        others = [one for one in PEOPLE if one.addr != who.addr]
        more = pick.sample(others, pick.choice((0, 0, 0, 1, 2)))
        theirs = [one for one in self.written if self._concerns(one, who)]
        before = pick.choice(theirs) if theirs and pick.random() < 0.5 else None
        subject = f"Plan {pick.randrange(4)}" if before is None else f"Re: {before.subject}"
        answers = before.message_id if before is not None and pick.random() < 0.8 else ""
        sent = pick.random() < 0.5
        author, to = (ANA, [who, *more]) if sent else (who, [ANA, *more])
        made = mail(author, to, at, subject, name=f"m{self.count}@example.org", answers=answers)
        if pick.random() < self._odds(0.08):
            reference = f"m{self.count + pick.choice((-1, 1))}@example.org"
            made = replace(made, references=(reference,), in_reply_to="")
        self.written.append(made)
        return made, pick.choice(TEXTS)

    def _odd(self) -> tuple[Message, str]:
        pick = self.chance
        name, who = f"m{self.count}@example.org", pick.choice(PEOPLE)
        return pick.choice(
            (
                mail(who, ANA, self.now, "Offers", name=name, traits={"list-unsubscribe": "<x>"}),
                mail(who, [ANA, TEAM], self.now, "To all", name=name, traits={
                    "list-id": "<team.lists.example.com>",
                    "list-post": "<mailto:team@lists.example.com>",
                }),
                mail(Mailbox("mailer-daemon@example.org"), ANA, self.now, "Undelivered", name=name,
                     traits={"failed-recipient": who.addr, "auto-submitted": "auto-replied"}),
                mail(BEN_HOME, ANA, self.now, "From home", name=name),
                mail(who, ANA, self.now + timedelta(days=1), "Tomorrow", name=name),
                replace(mail(who, ANA, self.now, "Answer there", name=name), reply_to=(DORA,)),
                mail(ANA, Mailbox("info@shop.example.com"), self.now, "An order", name=name),
                mail(ANA, self._called(who), self.now, "Quick question", name=name),
            )
        ), ""  # fmt: skip

    def _called(self, who: Mailbox) -> Mailbox:
        if self.chance.random() >= self._odds(0.15):
            return who
        first = who.name.split()[0]
        names = ("", first, who.name.upper(), f"{first} Newname", "Ben Archer")
        return Mailbox(who.addr, self.chance.choice(names))

    def _odds(self, usual: float) -> float:
        return usual / 8 if self.calm else usual

    def _concerns(self, message: Message, who: Mailbox) -> bool:
        return who.addr in {box.addr for box in (*message.from_, *message.to)}

    def _meeting(self) -> Meeting:
        pick, who = self.chance, self.chance.choice(PEOPLE)
        start = self.now + timedelta(hours=pick.choice((-30, -2, 3, 50)))
        if pick.random() < 0.2:
            return meeting(None, {}, start, f"Lunch with {who.name.split()[0]}", name=f"e{start}")
        answers = {ANA: pick.choice((YES, YES, NO)), who: pick.choice((YES, YES, MAYBE))}
        organizer = pick.choice((ANA, who))
        return meeting(organizer, answers, start, "Talk", name=f"e{pick.randrange(6)}")

    def _card(self) -> Card:
        who = self.chance.choice(PEOPLE)
        more = (BEN_HOME.addr,) if who is BEN else ()
        birthday = self.chance.choice(("", "1980-04-02"))
        return replace(card(who, *more), birthday=birthday, note="tags: friend")


def live(seed: int, length: int, folder: Path) -> Counter[str]:
    """Let a life go by in both states; returns how messages were taken in the first. What is long
    ago begins sooner than in earnest."""
    with mock.patch.multiple(earlier, LEAST=2 + seed % 3, PORTION=2 + seed % 5):
        return _live(seed, length, folder)


def _live(seed: int, length: int, folder: Path) -> Counter[str]:
    policy = Policy(zone=LISBON, working_days=WEEKDAYS)
    rules = random.Random(seed).choice((RULES, packs.text("keep-in-touch"), RULES))
    taken: Counter[str] = Counter()
    labs: list[tuple[Lab, bool]] = []
    for name, allowed in (("quick", True), ("whole", False)):
        (folder / name).mkdir()
        labs.append((lab_in(folder / name, Forgetful, policy=policy, rules=rules), allowed))
    life = Life(random.Random(seed), calm=bool(seed % 2))
    for _ in range(length):
        moved = life.chance.choice((0, 0, 1, 1, 30, 600, 60 * 24 * 3, 60 * 24 * 40))
        life.now += timedelta(minutes=moved)
        happened = life.thing()
        chore = life.chance.choices([*chores.CHORES], [*chores.CHORES.values()])[0]
        how = {"texts": life.chance.random() < 0.7, "finish": life.chance.random() < 0.7}
        found = []
        for lab, allowed in labs:
            put(lab.world, *happened)
            with counting(taken if allowed else Counter(), allowed=allowed):
                chores.do(lab, chore, life.now, life.count, tuple(who.addr for who in PEOPLE))
                found.append(one(lab, life.now, **how))
        assert found[0] == found[1], (seed, life.count, chore, happened)
    return taken


@pytest.mark.parametrize("seed", SEEDS)
def test_the_newest_message_comes_to_what_all_come_to(seed: int, tmp_path: Path) -> None:
    """Whatever happens, in whatever order it comes in: the same people, verdicts, tasks and briefs
    as if everybody had been folded anew, and a good part of the messages was taken by itself."""
    taken = live(seed, LENGTH, tmp_path)
    if not SOAK:  # of any other life nothing is known
        assert taken["newest"] >= 5, taken
        assert taken["had tasks"] >= 2, taken
    assert not [name for name in taken if name.startswith("wrong")], taken
