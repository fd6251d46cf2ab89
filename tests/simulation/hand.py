"""What the owner does: in the list, and at the command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from simulation import said
from simulation.outside import MINUTES, PEOPLE, WHO, Outside
from simulation.sides import Side, later
from sqlalchemy import Connection

from syncd.inference.model import Direction, Mode
from syncd.pipeline import Workshop, joins
from syncd.planner.mutes import EVERY_RULE, Mute
from syncd.store import logged, mutes, notes, people, switches
from syncd.store.errors import StoreError


class Hand(Outside):
    """Everything is done on both sides; what is said at the command line is remembered."""

    # --- the owner's hand in the list ---

    def _key(self, n: int) -> str | None:
        keys = sorted(self.main.refs().keys() & self.twin.refs().keys())
        return keys[n % len(keys)] if keys else None

    @rule(n=st.integers(0, 9), done=st.booleans())
    def the_owner_ticks(self, n: int, done: bool) -> None:
        if key := self._key(n):
            for side in self.both:
                side.edit(key, completed=done, completed_at=self.now if done else None)
            self.promises.ticked(key, done)
            self.comparable = False  # the other order has no such task to tick

    @rule(n=st.integers(0, 9), what=st.sampled_from(["title", "notes", "due", "no due", "white"]))
    def the_owner_edits(self, n: int, what: str) -> None:
        if key := self._key(n):
            self.number += 1
            task = self.main.task(key)
            writings: dict[str, dict[str, Any]] = {
                "title": {"title": f"Ring {said.MARK} {self.number}  twice "},
                "notes": {"notes": f"{task.notes}\nneeds: {said.MARK} {self.number}\n\n"},
                "due": {"due": later(self.now.date(), self.number % 40)},
                "no due": {"due": None},
                "white": {"notes": task.notes + "\n  \n"},
            }
            wrote = writings[what]
            for side in self.both:
                side.edit(key, **wrote)
            self.promises.wrote(key, wrote, slight=what == "white")
            # A line that is taken over into what is known of the person is an action of its own.
            self.comparable &= what != "notes"

    @rule(n=st.integers(0, 9), many=st.sampled_from([1, 1, 1, 2, 4]))
    def the_owner_deletes(self, n: int, many: int) -> None:
        for number in range(n, n + many):
            if key := self._key(number):
                for side in self.both:
                    side.delete(key)
                self.promises.deleted(key)

    @rule(n=st.integers(0, 9))
    def the_owner_restores(self, n: int) -> None:
        keys = sorted(self.main.undone.keys() & self.twin.undone.keys() - self.main.refs().keys())
        if keys:
            for side in self.both:
                side.restore(keys[n % len(keys)])
            self.promises.restored(keys[n % len(keys)])

    # --- the owner at the command line ---

    def _says(self, act: Callable[[Side, datetime], None]) -> None:
        for side in self.both:
            act(side, self.now)
        self.words.append((self.now, act))

    @rule(who=WHO, mode=st.sampled_from([Mode.IN_PERSON, Mode.PHONE]), ago=MINUTES)
    def the_owner_logs(self, who: int, mode: Mode, ago: int) -> None:
        self.number += 1
        at, name = self.now - timedelta(minutes=ago), said.subject(self.number)
        kind = "meeting" if mode is Mode.IN_PERSON else "call"
        box = PEOPLE[who]
        entry = logged.Entry(at, kind, mode, Direction.BOTH, name, "", ((box.addr, box.name),))

        def log(connection: Connection, shop: Workshop, now: datetime) -> None:
            logged.add(connection, shop.database.owner, entry, now)

        self._says(lambda side, now: side.acts(now, lambda c, shop: log(c, shop, now)))

    @rule(who=WHO)
    def the_owner_notes(self, who: int) -> None:
        self.number += 1
        line = (PEOPLE[who].addr, f"needs: {said.MARK} {self.number}")

        def note(connection: Connection, shop: Workshop, now: datetime) -> None:
            notes.add(connection, shop.database.owner, [line], now)

        self._says(lambda side, now: side.acts(now, lambda c, shop: note(c, shop, now)))

    @rule(who=WHO, other=WHO)
    def the_owner_merges(self, who: int, other: int) -> None:
        one, two = PEOPLE[who].addr, PEOPLE[other].addr
        if one != two and self.main.known({one, two}):
            self._says(lambda side, now: _merge(side, now, one, two))
            self.comparable = False  # when it was said decides which of the two is kept

    @rule(who=WHO)
    def the_owner_splits(self, who: int) -> None:
        addr = PEOPLE[who].addr
        if not self.main.known({addr}):
            return

        def split(side: Side, now: datetime) -> None:
            with side.database.read() as connection:
                person = people.owners_of(connection, side.database.owner, [addr])[addr]
            with suppress(StoreError):  # ignored since the last pass
                joins.split(side.shop, now, person)

        self._says(split)

    @rule(who=WHO, only=st.booleans(), off=st.booleans())
    def the_owner_mutes(self, who: int, only: bool, off: bool) -> None:
        addr, name = PEOPLE[who].addr, "thank" if only else EVERY_RULE

        def mute(connection: Connection, shop: Workshop, now: datetime) -> None:
            owner = shop.database.owner
            word = Mute(addr, now, name)
            (mutes.remove if off else mutes.put)(connection, owner, [word])
            persons = mutes.persons_at(connection, owner, [addr])
            people.set_next(connection, owner, dict.fromkeys(sorted(persons), now))

        self._says(lambda side, now: side.acts(now, lambda c, shop: mute(c, shop, now)))
        self.promises.muted(addr, name, off=off)

    @rule(days=st.sampled_from([0, 3, 30]))
    def the_owner_pauses(self, days: int) -> None:
        until = later(self.now.date(), days)

        def pause(connection: Connection, shop: Workshop, now: datetime) -> None:
            owner = shop.database.owner
            if days:
                switches.pause(connection, owner, until)
            else:
                switches.resume(connection, owner)
            switches.judge_held(connection, owner, now)

        self._says(lambda side, now: side.acts(now, lambda c, shop: pause(c, shop, now)))
        self.promises.paused(until if days else None)

    @rule(n=st.integers(0, len(said.RULES) - 1))
    def the_rules_change(self, n: int) -> None:
        for side in self.both:
            side.lab.rules = said.RULES[n]

    @rule(whom=st.sampled_from([(), (said.CLEO.addr,), ("mill.example.com",)]))
    def whom_to_ignore_changes(self, whom: tuple[str, ...]) -> None:
        for side in self.both:
            side.lab.ignore = whom
        # What was thrown away is seen anew when it is wanted again: at another time.
        self.comparable = False


def _merge(side: Side, now: datetime, one: str, other: str) -> None:
    with suppress(StoreError):  # ignored since the last pass
        joins.merge(side.shop, now, one, other)
