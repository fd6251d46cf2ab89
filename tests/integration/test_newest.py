"""The newest message, taken without the older ones, comes to what all of them together come to.

A random life goes by one thing at a time, in two states: in one a step may take the newest message
by itself, in the other everybody is folded anew from all there is. After each thing everything that
is derived is the same in both, byte for byte. SYNCD_SOAK is the number of lives.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import chores
import pytest
from sqlalchemy import select
from stepping import lab_in, put, steps

from connectors.records import Card, Mailbox, Meeting, Message, PartStat
from rules import packs
from rules.history import Beyond
from syncd.pipeline.decide import Decider
from syncd.pipeline.newest import Newest, Taken
from syncd.pipeline.settle import Settler
from syncd.planner import Policy
from syncd.relationships import earlier
from syncd.store import ledger, tables
from syncd.store.database import Database
from syncd.store.observations import First

from worlds import ANA, BEN, CLEO, DORA, LISBON, WEEKDAYS, Lab, card, day, mail, meeting

SOAK = int(os.environ.get("SYNCD_SOAK", "0"))
LENGTH = 32
SEEDS = range(SOAK) if SOAK else (3, 5)
YES, NO, MAYBE = PartStat.ACCEPTED, PartStat.DECLINED, PartStat.UNKNOWN
BEN_HOME = Mailbox("benarcher@gmail.com", "Ben Archer")
EVE = Mailbox("eve@post.example.com", "Eve Holm")
TEAM = Mailbox("team@lists.example.com", "Team")
PEOPLE = (BEN, CLEO, DORA, EVE)
DERIVED = (
    "person", "address", "name_token", "named", "verdict", "task", "outbox", "wanted", "reading",
    "known_as", "brief", "dirty", "involved",
)  # fmt: skip
TEXTS = (
    "", "", "Could you send me the plan by Friday?", "I will send it tomorrow.", "Thank you!",
    "Let's have coffee.", "It was great to see you today.", "Sorry I missed you yesterday.",
    "I have to cancel tomorrow.", "Please meet Dora, she builds mills.", "Here is the plan.",
)  # fmt: skip
RULES = """\
version: 1
tiers:
  - {name: inner, where: {strength: {above: 0.1}}, cadence: 14d}
  - {name: others, cadence: 45d}
rules:
  - {id: thank, since: first_meeting, until: [message_sent, call], remind: 0d, due: 48h,
     task: {title: "Thank {{ first_name }}"}}
  - {id: hello, since: first_contact, until: [meeting, call], remind: 1d, due: 21d, expires: 60d,
     where: {stage: [contact, acquaintance]}, task: {title: "Get to know {{ first_name }}"}}
  - {id: answer, since: asked_me, until: [resolved], remind: 1 working day, due: 3 working days,
     task: {title: "Answer {{ first_name }}"}}
  - {id: ask-again, since: i_asked, until: [resolved, message_received], remind: 7d, due: 10d,
     pause_while: scheduled, task: {title: "Ask {{ first_name }} again"}}
  - {id: coffee, since: meeting_proposed, until: [resolved, meeting_scheduled], remind: 5d,
     due: 14d, task: {title: "Find a day to meet {{ first_name }}"}}
  - {id: cadence, since: interaction, until: [interaction], remind: cadence, due: cadence x 1.5,
     expires: cadence x 3, task: {title: "Be in touch with {{ first_name }}"}}
  - {id: rhythm, since: interaction, until: [interaction], remind: rhythm x 1, due: rhythm x 4,
     task: {title: "It is quiet with {{ first_name }}"}}
  - {id: fading, since: {strength_below: 0.1}, until: [interaction], remind: 0d, due: 14d,
     task: {title: "{{ first_name }} is fading"}}
  - {id: lost, since: message_sent, until: [message_received, {strength_below: 0.05}], remind: 3d,
     due: 35d, expires: 90d, task: {title: "Write to {{ first_name }} once more"}}
  - {id: first-of-all, since: message_received, anchor: oldest_open, until: [message_sent],
     remind: 3d, due: 5d, expires: 21d, task: {title: "Write back to {{ first_name }}"}}
"""


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


@contextmanager
def counting(taken: Counter[str], *, allowed: bool) -> Iterator[None]:
    """Count how messages are taken; where it is not `allowed`, everybody is folded anew."""
    by_itself, judged = Newest.take, Decider.judged

    def take(self: Newest, connection: Any, only: First) -> list[Taken] | None:
        found = _sound(taken, lambda: by_itself(self, connection, only)) if allowed else None
        taken["anew" if found is None else "newest"] += 1
        if found:
            taken["long"] += any(one.portrait.history.earlier is not None for one in found)
            rows = ledger.load(connection, self.gallery.owner_id, [one.row.id for one in found])
            theirs = [row for some in rows.values() for row in some if row.task is not None]
            taken["had tasks"] += bool(theirs)
            taken["have tasks"] += any(row.live for row in theirs)
        return found

    def judge(self: Decider, *given: Any, **more: Any) -> Any:
        return _sound(taken, lambda: judged(self, *given, **more))

    with mock.patch.object(Newest, "take", take), mock.patch.object(Decider, "judged", judge):
        yield


def _sound(taken: Counter[str], work: Callable[[], Any]) -> Any:
    """What comes of it, whatever goes wrong but a look too far back is noted."""
    try:
        return work()
    except Beyond:
        taken["beyond"] += 1
        raise
    except Exception as error:
        taken[f"wrong: {error!r}"] += 1
        raise


def derived(database: Database) -> dict[str, list[Any]]:
    """Every row of the tables that are worked out, but for the brief's of nobody."""
    with database.read() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in tables.metadata.tables.items()
            if name in DERIVED
        }


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
        labs.append((lab_in(folder / name, policy=policy, rules=rules), allowed))
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
                found.append(_one(lab, life.now, **how))
        assert found[0] == found[1], (seed, life.count, chore, happened)
    return taken


def _one(lab: Lab, now: datetime, **how: bool) -> dict[str, list[Any]]:
    database = lab.open()
    steps(lab.shop(database), now, **how)
    found = derived(database)
    database.close()
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_newest_message_comes_to_what_all_come_to(seed: int, tmp_path: Path) -> None:
    """Whatever happens, in whatever order it comes in: the same people, verdicts, tasks and briefs
    as if everybody had been folded anew, and a good part of the messages was taken by itself."""
    taken = live(seed, LENGTH, tmp_path)
    if not SOAK:  # of any other life nothing is known
        assert taken["newest"] >= 5, taken
        assert taken["had tasks"] >= 2, taken
    assert not [name for name in taken if name.startswith("wrong")], taken


BULK = {"list-unsubscribe": "<https://example.com/out>"}
KNOWN = (
    mail(ANA, BEN, day(0), "Harbour", name="k1"),
    mail(BEN, ANA, day(1), "Harbour tour", name="k2", answers="k1"),
)
ALONE: dict[str, tuple[Message | Card, ...]] = {
    "sent": (mail(ANA, BEN, day(3), "Plan", name="n"),),
    "received": (mail(BEN, ANA, day(3), "Plan", name="n"),),
    "an answer": (mail(BEN, ANA, day(3), "Re: Harbour", name="n", answers="k1"),),
    "a machine's": (mail(BEN, ANA, day(3), "Offers", name="n", traits=BULK),),
}
# What the last message of each changes beside itself, or is judged by.
TOGETHER: dict[str, tuple[Message | Card, ...]] = {
    "an older one answers it by its subject": (
        mail(BEN, ANA, day(5), "Re: Offer", name="o", traits=BULK),
        mail(ANA, BEN, day(4), "Offer", name="n"),
    ),
    "an older one refers to it": (
        replace(mail(BEN, ANA, day(2), "About it", name="o", traits=BULK), references=("n",)),
        mail(ANA, BEN, day(3), "Offer", name="n"),
    ),
    "an older one answers it": (
        mail(BEN, ANA, day(2), "About it", name="o", traits=BULK, answers="n"),
        mail(ANA, BEN, day(3), "Offer", name="n"),
    ),
    "it refers to an older one": (
        replace(mail(BEN, ANA, day(3), "About it", name="n", traits=BULK), references=("k1",)),
    ),
    "it answers an older one by its subject": (
        mail(BEN, ANA, day(3), "Re: Harbour", name="n", traits=BULK),
    ),
    "the address is suspended": (
        mail(Mailbox("mailer-daemon@example.org"), ANA, day(2), "Undelivered", name="o",
             traits={"failed-recipient": BEN.addr, "auto-submitted": "auto-replied"}),
        mail(ANA, BEN, day(3), "Again", name="n"),
    ),
    "it tells that another one did not arrive": (
        mail(ANA, BEN, day(2), "Lost", name="o"),
        mail(BEN, ANA, day(3), "Undelivered", name="n",
             traits={"failed-recipient": BEN.addr, "auto-submitted": "auto-replied"}),
    ),
    "it makes cold mail warm": (
        mail(CLEO, ANA, day(1.5), "Re: Harbour", name="p", answers="k1"),
        mail(CLEO, ANA, day(2), "Pitch", name="o"),
        mail(ANA, CLEO, day(3), "Well", name="n"),
    ),
    "it is of the same moment": (mail(BEN, ANA, day(1), "Plan", name="a"),),
    "it is older": (mail(ANA, BEN, day(0.5), "Plan", name="n"),),
    "it comes from tomorrow": (mail(BEN, ANA, day(30), "Plan", name="n"),),
    "they call themselves something else": (
        mail(Mailbox(BEN.addr, "Benedict Archer-Lind"), ANA, day(3), "Plan", name="n"),
    ),
    "they become known": (
        mail(CLEO, ANA, day(2), "Pitch", name="o"),
        mail(CLEO, ANA, day(3), "Re: Harbour", name="n", answers="k1"),
    ),
    "they are no machine after all": (
        mail(CLEO, ANA, day(2), "Offers", name="o", traits=BULK),
        mail(BEN, [ANA, CLEO], day(3), "All of us", name="n"),
    ),
    "it asks for answers to somebody else": (
        mail(ANA, CLEO, day(1.5), "Mill", name="o"),
        mail(CLEO, ANA, day(2), "Re: Mill", name="p", answers="o"),
        replace(mail(BEN, ANA, day(3), "Answer there", name="n"), reply_to=(CLEO,)),
    ),
    "they have another address": (
        mail(BEN_HOME, ANA, day(2), "From home", name="o"),
        card(BEN, BEN_HOME.addr),
        mail(BEN, ANA, day(3), "Plan", name="n"),
    ),
    "somebody is new in it": (mail(BEN, [ANA, EVE], day(3), "Meet Eve", name="n"),),
}  # fmt: skip


@pytest.mark.parametrize("what", [*ALONE, *TOGETHER])
def test_what_one_message_changes_is_found_out(what: str, tmp_path: Path) -> None:
    """What leaves all else as it was is taken by itself; whatever else a message changes, or is
    judged by, comes to the same as if everybody had been folded anew."""
    found = []
    taken: Counter[str] = Counter()
    for name, allowed in (("quick", True), ("whole", False)):
        (tmp_path / name).mkdir()
        messages = (*KNOWN, *(ALONE | TOGETHER)[what])
        lab = lab_in(tmp_path / name, rules=RULES)
        for message in messages[:-1]:
            _arrives(lab, message, Counter(), allowed=allowed)
        found.append(_arrives(lab, messages[-1], taken if allowed else Counter(), allowed=allowed))
    assert found[0] == found[1]
    assert taken["newest"] == (what in ALONE), taken


def _arrives(
    lab: Lab, message: Message | Card, taken: Counter[str], *, allowed: bool = True
) -> dict[str, list[Any]]:
    put(lab.world, message, "")
    with counting(taken, allowed=allowed):
        return _one(lab, day(12), texts=True, finish=True)


def test_who_was_folded_under_other_terms_is_folded_anew(tmp_path: Path) -> None:
    """Another address of the owner's, and a step before any pass has noticed it."""
    lab = lab_in(tmp_path, rules=RULES)
    taken: Counter[str] = Counter()
    for message in KNOWN:
        _arrives(lab, message, Counter())
    lab.addresses |= {"ana.silva@example.org"}
    _arrives(lab, mail(BEN, ANA, day(3), "Plan", name="n"), taken)
    assert taken["anew"] == 1


def test_who_cannot_be_folded_has_no_brief(tmp_path: Path) -> None:
    """What it was made of is out of date, so nothing is taken by it later."""
    lab = lab_in(tmp_path, rules=RULES)
    found = [_arrives(lab, message, Counter()) for message in KNOWN]
    assert found[-1]["brief"]
    with mock.patch.object(Settler, "_folded", side_effect=ValueError("cannot be folded")):
        assert not _arrives(lab, mail(ANA, BEN, day(0.5), "Plan", name="n"), Counter())["brief"]
