"""What the owner does: in the task lists, and at the command line. All of it is remembered, for
what they did has to stand."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from simulation.years import letters
from simulation.years.cast import Person
from simulation.years.process import Process
from simulation.years.stage import LISTS, Stage
from simulation.years.tasks import Ours, tasks_of
from sqlalchemy import Connection

from connectors.records import Facet
from syncd.inference.model import Direction, Mode
from syncd.pipeline import Workshop, joins
from syncd.pipeline import forget as forgetting
from syncd.planner.mutes import EVERY_RULE, Mute
from syncd.store import logged, mutes, notes, people, switches
from syncd.store.errors import StoreError
from syncd.store.lock import exclusive
from syncd.store.target import Target

Word = Callable[[Process, datetime], None]
MANY = 3  # tasks that are gone at once are an incident


@dataclass(slots=True)
class Said:
    """What the owner said at the command line, and when by whose clock."""

    at: datetime
    what: str
    do: Word
    facts: bool  # whether it says something about people, and not only about tasks


@dataclass(slots=True)
class Memory:
    """What has to stand."""

    edits: dict[str, dict[str, Any]] = field(default_factory=dict)  # by key: what was written last
    deleted: set[str] = field(default_factory=set)
    untold: bool = False  # whether a deletion may not have been read yet
    back: bool = False  # whether the emptied list is there again, and may not have been read since
    answered: set[tuple[str, str]] = field(default_factory=set)  # (rule, address)
    muted: set[str] = field(default_factory=set)
    ever_muted: set[str] = field(default_factory=set)
    paused: date | None = None
    forgotten: list[Person] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    ever_ignored: set[str] = field(default_factory=set)
    merged: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)  # keys of tasks that are newer than the state
    restored: datetime | None = None  # when an older copy of the state was put back last
    words: list[Said] = field(default_factory=list)
    comparable: bool = True  # whether another order must come to the same

    def forgotten_who_closed(self, tasks: Iterable[Ours], closed: Collection[str]) -> None:
        """An older copy of the state, which knows these keys for `closed`, is put back. Where we
        closed one since, only its notes say so; where they are the owner's nothing does, and it
        counts as ticked: a task too few is better than a false one."""
        for one in tasks:
            if (
                one.task.completed
                and one.key not in closed
                and "notes" in self.edits.get(one.key, {})
            ):
                self.answered.add((one.rule, one.addr))


class Owner:
    """The owner of one world. `traits` are the unusual things that this seed's owner does."""

    def __init__(
        self, rng: random.Random, process: Process, stage: Stage, traits: frozenset[str]
    ) -> None:
        self.rng, self.process, self.stage, self.traits = rng, process, stage, traits
        self.memory = Memory()
        self.cast = process.cast
        self._emptied: list[tuple[str, str]] = []

    # --- in the lists ---

    def hand(self, now: datetime, saying: Callable[[str], None]) -> None:
        """Some of the open tasks are ticked, edited, moved or deleted."""
        rng = self.rng
        deletions = 0
        for one in tasks_of(self.stage):
            going = (one.account, one.ref) in self.stage.going
            if one.task.completed or going or rng.random() > 0.06:
                continue
            if self._is_away(one.account):
                continue  # nobody works in a list that is not there
            what = rng.choice(("tick", "tick", "title", "notes", "due", "delete", "untick"))
            if what == "delete" and (deletions or self.memory.back):
                # Three at once are an incident, which has a day of its own; and one that does not
                # come back with the others is still in doubt: only `--accept-deletions` ends that.
                what = "due"
            deletions += what == "delete"
            saying(f"the owner's hand: {what} {one.task.title!r} {one.key}")
            self._one(one, what, now)

    def empties_a_list(
        self, saying: Callable[[str], None], seen: Collection[tuple[str, str]]
    ) -> bool:
        """Everything in a list is gone at once; whether there was enough for an incident of what
        was not written just now (`seen`), so that syncd may have heard of it."""
        mine = [one for one in tasks_of(self.stage) if one.account == "home"]
        old = [one for one in mine if (one.account, one.ref) in seen]
        if len(old) < MANY or self.memory.untold or self._is_away("home"):
            return False  # what was deleted before would be found gone with the others
        saying(f"the list of home is emptied: {len(mine)} tasks")
        self.stage.going = [(one.account, one.ref) for one in mine]
        self.stage.goes_on("home")
        self._emptied = [(one.account, one.ref) for one in mine]
        return True

    def _is_away(self, account: str) -> bool:
        gone = self.process.weather[account].vanished is not None
        return gone or self.stage.worlds[account].away

    @property
    def asked(self) -> bool:
        """Whether a list is empty, and they are asked whether that was meant."""
        return bool(self._emptied)

    def fills_it_again(self, saying: Callable[[str], None]) -> None:
        """What was gone is there again, as it was."""
        if self._emptied and self._is_away("home"):
            return
        if self._emptied:
            saying("the list of home is there again")
            self.memory.back = True
        for account, ref in self._emptied:
            world = self.stage.worlds[account]
            world.put(Facet.TASKS, ref, (world.task(ref),))
        self._emptied = []

    def _one(self, one: Ours, what: str, now: datetime) -> None:
        memory, world = self.memory, self.stage.worlds[one.account]
        task, edits = one.task, memory.edits.setdefault(one.key, {})
        if what in ("tick", "untick"):
            world.tick(one.ref, now)
            memory.answered.add((one.rule, one.addr))
            edits["completed"] = True
        elif what == "delete":
            world.delete_task(one.ref)
            self._goes_with_it(one.key, edits)
            memory.deleted.add(one.key)
            memory.untold = True
            memory.answered.add((one.rule, one.addr))
        else:
            number = self.rng.getrandbits(20)
            values: dict[str, Any] = {
                "title": f"Ring them {letters.SUBJECT} {number:x}",
                "notes": f"{task.notes}\nneeds: {letters.SUBJECT} {number:x}\n",
                "due": now.date() + timedelta(days=number % 40),
            }
            if values["due"] == task.due:
                values["due"] += timedelta(days=1)  # to the day it has would be no word at all
            written = {what: values[what]}
            world.put(Facet.TASKS, one.ref, (replace(task, **written),))
            edits.update(written)
            if what == "due":  # `expires` moves with it
                memory.answered.add((one.rule, one.addr))

    def _goes_with_it(self, key: str, edits: dict[str, Any]) -> None:
        """Of two with one key they deleted the one that they had written in: the other never said
        that."""
        others = [one.task for one in tasks_of(self.stage) if one.key == key]
        for name in [one for one in edits if one != "completed"]:
            if others and all(getattr(other, name) != edits[name] for other in others):
                del edits[name]

    # --- at the command line ---

    def speaks(self, now: datetime, saying: Callable[[str], None]) -> None:
        """Now and then something is logged, noted, muted, paused."""
        rng = self.rng
        if rng.random() > 0.12:
            return
        choices = ["log", "note", "mute", "unmute", "pause", "resume"]
        choices += [one for one in ("merge", "forget", "ignore") if one in self.traits] * 2
        what = rng.choice(choices)
        person = rng.choice(list(self.cast.others))
        addr = person.box.addr
        if addr in {one.box.addr for one in self.memory.forgotten}:
            return
        with self.process.database.read() as connection:
            owner = self.process.database.owner
            if not people.owners_of(connection, owner, [addr]).get(addr):
                return
        word = getattr(self, f"_{what}")(person, now)
        if word is not None:
            saying(f"the owner says: {what} {addr}")
            word(self.process, now)
            facts = what in ("log", "note", "merge")
            self.memory.words.append(Said(now, what, word, facts))

    def _log(self, person: Person, now: datetime) -> Word:
        at = now - timedelta(hours=self.rng.choice((1, 30, 200)))
        kind, mode = self.rng.choice((("meeting", Mode.IN_PERSON), ("call", Mode.PHONE)))
        title = letters.subject(self.rng)
        people_ = ((person.box.addr, person.box.name),)
        entry = logged.Entry(at, kind, mode, Direction.BOTH, title, "", people_)

        def log(connection: Connection, shop: Workshop, moment: datetime) -> None:
            logged.add(connection, shop.database.owner, entry, moment)

        return _said(log)

    def _note(self, person: Person, now: datetime) -> Word:
        line = (person.box.addr, f"offers: {letters.subject(self.rng)}")

        def note(connection: Connection, shop: Workshop, moment: datetime) -> None:
            notes.add(connection, shop.database.owner, [line], moment)

        return _said(note)

    def _mute(self, person: Person, now: datetime) -> Word:
        self.memory.muted.add(person.box.addr)
        self.memory.ever_muted.add(person.box.addr)
        return self._muting(person.box.addr, off=False)

    def _unmute(self, person: Person, now: datetime) -> Word:
        self.memory.muted.discard(person.box.addr)
        return self._muting(person.box.addr, off=True)

    def _muting(self, addr: str, *, off: bool) -> Word:
        def mute(connection: Connection, shop: Workshop, moment: datetime) -> None:
            owner = shop.database.owner
            word = Mute(addr, moment, EVERY_RULE)
            (mutes.remove if off else mutes.put)(connection, owner, [word])
            persons = mutes.persons_at(connection, owner, [addr])
            people.set_next(connection, owner, dict.fromkeys(sorted(persons), moment))

        return _said(mute)

    def _pause(self, person: Person, now: datetime) -> Word:
        until = now.astimezone(self.cast.zone).date() + timedelta(days=self.rng.choice((2, 9)))
        self.memory.paused = until

        def pause(connection: Connection, shop: Workshop, moment: datetime) -> None:
            switches.pause(connection, shop.database.owner, until)
            switches.judge_held(connection, shop.database.owner, moment)

        return _said(pause)

    def _resume(self, person: Person, now: datetime) -> Word:
        self.memory.paused = None

        def resume(connection: Connection, shop: Workshop, moment: datetime) -> None:
            switches.resume(connection, shop.database.owner)
            switches.judge_held(connection, shop.database.owner, moment)

        return _said(resume)

    def _merge(self, person: Person, now: datetime) -> Word | None:
        if person.second is None:
            return None
        one, other = person.box.addr, person.second.addr
        with self.process.database.read() as connection:
            whose = people.owners_of(connection, self.process.database.owner, [one, other])
        if not (whose.get(one) and whose.get(other)):
            return None
        self.memory.comparable = False  # when it was said decides which of the two is kept
        apart = one in self.memory.merged
        (self.memory.merged.discard if apart else self.memory.merged.add)(one)

        def merge(process: Process, moment: datetime) -> None:
            with suppress(StoreError):  # ignored since the last pass
                if apart:
                    joins.split(process.shop, moment, whose[one])
                else:
                    joins.merge(process.shop, moment, one, other)

        return merge

    def _forget(self, person: Person, now: datetime) -> Word | None:
        with self.process.database.read() as connection:
            whose = people.owners_of(connection, self.process.database.owner, person.addrs)
        if not all(whose.get(addr) for addr in person.addrs):
            return None  # an address that was never seen is not forgotten with the others
        self.memory.comparable = False
        self.memory.forgotten.append(person)
        line = (person.box.addr, f"needs: {letters.SUBJECT} for {person.box.name}")

        def note(connection: Connection, shop: Workshop) -> None:
            notes.add(connection, shop.database.owner, [line], now)

        def forget(process: Process, moment: datetime) -> None:
            process.says(moment, note)  # so that there is something to forget
            shop = process.shop
            owner = shop.database.owner
            with exclusive(shop.database):
                with shop.database.read() as connection:
                    whose = people.owners_of(connection, owner, person.addrs)
                    ids = sorted({one for one in whose.values() if one})
                    known = people.addresses_of(connection, owner, ids)
                    names = people.load(connection, owner, ids)
                forgetting.read_hand(shop, moment)
                for one in ids:
                    target = Target(frozenset(known[one]), one, names[one].name)
                    shop, _ = forgetting.forget(shop, moment, target)
                forgetting.finish(shop, moment)

        return forget

    def _ignore(self, person: Person, now: datetime) -> Word:
        # What was thrown away is seen anew when it is wanted again: at another time.
        self.memory.comparable = False
        addr = person.box.addr
        self.memory.ever_ignored.add(addr)
        (self.memory.ignored.discard if addr in self.memory.ignored else self.memory.ignored.add)(
            addr
        )

        def ignore(process: Process, moment: datetime) -> None:
            process.settings.ignore = tuple(sorted(self.memory.ignored))

        return ignore


def _said(act: Callable[[Connection, Workshop, datetime], None]) -> Word:
    def word(process: Process, moment: datetime) -> None:
        process.says(moment, lambda connection, shop: act(connection, shop, moment))

    return word


__all__ = ["LISTS", "MANY", "Memory", "Owner", "Said"]
