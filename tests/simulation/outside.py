"""What happens out there: time, mail, meetings and cards that come, change, move and go."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from simulation import said
from simulation.promises import Promises
from simulation.sides import Side

from connectors.memory.world import World
from connectors.records import Card, Meeting, Message, PartStat
from syncd.planner import Policy

from worlds import LISBON, MONDAY, WEEKDAYS, card, coffee, day, mail, meeting

PEOPLE = (said.BEN, said.CLEO, said.DORA, said.BEN_HOME)
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before Lisbon's clocks change
MINUTES = st.sampled_from([0, 7, 60, 26 * 60, 5 * 1440, 12 * 1440, 40 * 1440, 130 * 1440])
WHO = st.integers(0, len(PEOPLE) - 1)
PARTSTATS = st.sampled_from([PartStat.ACCEPTED, PartStat.DECLINED, PartStat.UNKNOWN])


@dataclass
class Told:
    """One thing out there, as the shadow will be told of it."""

    what: Message | Meeting | Card
    text: str = ""
    worlds: tuple[str, ...] = ("home",)
    seen: datetime | None = None  # the pass that saw it first
    gone: bool = False  # removed out there
    missed: datetime | None = None  # the pass that saw it gone

    @property
    def ref(self) -> str:
        what = self.what
        return what.message_id if isinstance(what, Message) else what.uid

    def put(self, world: World) -> None:
        if isinstance(self.what, Message):
            world.deliver(self.what, self.text)
        elif isinstance(self.what, Meeting):
            world.put_event(self.what)
        else:
            world.put_card(self.what)

    def remove(self, world: World) -> None:
        if isinstance(self.what, Message):
            world.remove_mail(self.ref)
        elif isinstance(self.what, Meeting):
            world.remove_event(self.ref)
        else:
            world.remove_card(self.ref)


class Outside(RuleBasedStateMachine):
    """Time and evidence; two sides that are told the same."""

    once = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.sides: list[Side] = []
        options = {"policy": Policy(zone=LISBON, working_days=WEEKDAYS, per_day=5, open_limit=9)}
        self.main, self.twin = (
            self._side(name, said.RULES[0], **options) for name in ("main", "twin")
        )
        self.both = (self.main, self.twin)
        self.now = MONDAY
        self.number = 0
        self.told: list[Told] = []
        self.words: list[tuple[datetime, Callable[[Side, datetime], None]]] = []
        self.comparable = True  # whether another order of arrival must come to the same
        self.promises = Promises(self.main)

    def _side(self, name: str, rules: str, **options: Any) -> Side:
        folder = self.folder / name
        folder.mkdir()
        self.sides.append(Side(folder, rules, once=self.once, **options))
        return self.sides[-1]

    def a_pass(self) -> None:
        """syncd runs once, everywhere."""
        raise NotImplementedError

    # --- time ---

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.a_pass()

    @precondition(lambda self: self.now < SPRING)
    @rule(minutes=st.sampled_from([0, 29, 31, 90]))
    def the_clocks_change(self, minutes: int) -> None:
        self.now = SPRING + timedelta(minutes=minutes)

    @rule(minutes=st.sampled_from([1, 45, 20 * 60]))
    def the_clock_is_put_back(self, minutes: int) -> None:
        self.now -= timedelta(minutes=minutes)

    # --- evidence ---

    @initialize()
    def a_first_day(self) -> None:
        for number, who in enumerate((said.BEN, said.CLEO, said.DORA)):
            self._happens(coffee(day(-1 - number), who, name=f"first:{number}"))
        self._happens(card(said.DORA))
        self._happens(mail(said.CLEO, said.ANA, day(-2), name="mail:-1"), said.TEXTS[0])
        self._happens(mail(said.ANA, said.CLEO, day(-9), name="mail:-2"), said.TEXTS[2])
        self._happens(mail(said.BEN_HOME, said.ANA, day(-3), name="mail:-3"), said.TEXTS[0])
        self._happens(mail(said.ANA, said.BEN_HOME, day(-80), name="mail:-4"), said.TEXTS[9])
        self.a_pass()

    @rule(
        who=WHO,
        mine=st.booleans(),
        ago=st.sampled_from([0, 0, 1, 60, 1440, 9 * 1440, 200 * 1440, -2880]),
        text=st.integers(0, len(said.TEXTS) - 1),
        answers=st.booleans(),
        both=st.booleans(),
    )
    def a_mail(self, who: int, mine: bool, ago: int, text: int, answers: bool, both: bool) -> None:
        self.number += 1
        other, at = PEOPLE[who], self.now - timedelta(minutes=ago)
        author, to = (said.ANA, other) if mine else (other, said.ANA)
        earlier = [
            one.what.message_id
            for one in self.told
            if isinstance(one.what, Message) and one.what.from_[0].addr == to.addr
        ]
        parent = earlier[-1] if answers and earlier else ""
        name = f"mail:{self.number}"
        message = mail(author, to, at, said.subject(self.number), name=name, answers=parent)
        self._happens(message, said.TEXTS[text], both=both)

    @rule(who=WHO, other=WHO)
    def an_introduction(self, who: int, other: int) -> None:
        self.number += 1
        one, two = PEOPLE[who], PEOPLE[other]
        if one != two:
            name = f"mail:{self.number}"
            made = mail(said.ANA, (one, two), self.now, said.subject(self.number), name=name)
            self._happens(made, said.INTRODUCTION)

    @rule(who=WHO, hours=st.sampled_from([-300, -30, -2, -1, 1, 26, 200]), mine=st.booleans(),
          answer=PARTSTATS, both=st.booleans())  # fmt: skip
    def an_invitation(self, who: int, hours: int, mine: bool, answer: PartStat, both: bool) -> None:
        self.number += 1
        start, other = self.now + timedelta(hours=hours), PEOPLE[who]
        answers = {said.ANA: PartStat.ACCEPTED if mine else answer, other: PartStat.ACCEPTED}
        title, name = said.subject(self.number), f"meeting:{self.number}"
        organizer = said.ANA if mine else other
        self._happens(meeting(organizer, answers, start, title, name=name), both=both)

    @rule(n=st.integers(0, 9), answer=PARTSTATS, mine=st.booleans())
    def an_answer(self, n: int, answer: PartStat, mine: bool) -> None:
        if entry := self._meeting(n):
            place = 0 if mine else 1
            attendees = list(entry.attendees)
            attendees[place] = replace(attendees[place], partstat=answer)
            self._changes(replace(entry, attendees=tuple(attendees)))

    @rule(n=st.integers(0, 9), hours=st.sampled_from([-48, 3, 48, 600]))
    def a_meeting_is_moved(self, n: int, hours: int) -> None:
        if entry := self._meeting(n):
            by = timedelta(hours=hours)
            self._changes(replace(entry, start=entry.start + by, end=entry.end + by))

    @rule(n=st.integers(0, 9))
    def a_meeting_is_cancelled(self, n: int) -> None:
        if entry := self._meeting(n):
            self._changes(replace(entry, status="cancelled"))

    @rule(who=WHO, joined=st.booleans())
    def a_card(self, who: int, joined: bool) -> None:
        one = PEOPLE[who]
        if not any(isinstance(told.what, Card) and told.ref == one.addr for told in self.told):
            more = (said.BEN_HOME.addr,) if joined and one == said.BEN else ()
            self._happens(replace(card(one, *more), birthday="1980-05-01"))

    @rule(n=st.integers(0, 9), mails=st.booleans())
    def something_disappears(self, n: int, mails: bool) -> None:
        there = [one for one in self.told if not one.gone]
        there = [one for one in there if isinstance(one.what, Message) is mails]
        if there:
            one = there[n % len(there)]
            for side in self.both:
                for world in one.worlds:
                    one.remove(side.lab.worlds[world])
            one.gone = True
            # What a text would have said depends on whether it was read in time.
            self.comparable &= not mails

    def _happens(
        self, what: Message | Meeting | Card, text: str = "", *, both: bool = False
    ) -> None:
        one = Told(what, text, ("home", "work") if both else ("home",))
        self.told.append(one)
        for side in self.both:
            for world in one.worlds:
                one.put(side.lab.worlds[world])

    def _meeting(self, n: int) -> Meeting | None:
        there = [one.what for one in self.told if not one.gone and isinstance(one.what, Meeting)]
        return there[n % len(there)] if there else None

    def _changes(self, entry: Meeting) -> None:
        (one,) = (one for one in self.told if one.ref == entry.uid)
        one.what = replace(entry, sequence=entry.sequence + 1)
        for side in self.both:
            for world in one.worlds:
                one.put(side.lab.worlds[world])
