"""Anything may happen between verdict and task, in any order, and the promises hold.

A machine makes meetings come and go, lets the owner work in the list, and crashes the process at
every commit and every call. It checks after every step that no (person, rule) has two open tasks,
no key two tasks in the list, and nothing the owner wrote is lost. Only the owner's hand may open a
second task, an old one that was done: whoever it is about is marked with it, until the rules are
followed again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from integration.test_outbox_crashes import Crash, Crashing, CrashingList, Fuse
from sqlalchemy import Connection
from unit.planner.desk import ZONE, day

from connectors.contract import Draft
from connectors.errors import Unavailable
from connectors.memory.world import World
from connectors.records import Facet, Item
from rules.history import Event
from rules.verdict import State, Verdict
from syncd import outbox, twins
from syncd.planner import Policy, Status, draw, due_day, follow, unjudged
from syncd.store import answers, ledger, ledger_hand, ledger_outbox, ledger_tasks, people
from syncd.store.database import open_database

OWNER = "owner@example.org"
PEOPLE = ("p-ana", "p-bob", "p-eve")
RULE = "call-in-30-days"
POLICY = Policy(zone=ZONE, per_day=4, open_limit=4)


def address_of(who: str) -> str:
    return f"{who}@example.org"


@dataclass
class Meeting:
    """What the rules know: when it was, whether it is real, what satisfied it."""

    evidence: str
    at: datetime
    real: bool = True
    satisfied: bool = False


Step = Callable[[Crashing], None]


@dataclass
class Listed:
    """What the core has committed of the list."""

    stamps: dict[str, str] = field(default_factory=dict)

    def under(self, prefix: str) -> Mapping[str, str]:
        return {ref: stamp for ref, stamp in self.stamps.items() if ref.startswith(prefix)}


class VerdictToTask(RuleBasedStateMachine):
    """See the module's docstring."""

    once = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database = open_database(f"sqlite:///{self.folder}/state.db", OWNER)
        with self.database.engine.connect().execution_options(syncd_read=True) as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
            connection.exec_driver_sql("BEGIN")
        with self.database.begin() as connection:
            people.assign(connection, OWNER, {address_of(who): who for who in PEOPLE})
        self.fuse = Fuse()
        self.world = World()
        self.list = CrashingList(self.world, creates_once=self.once)
        self.list.fuse = self.fuse
        self.now = day(0)
        self.cursor: str | None = None
        self.listed = Listed()
        self.meetings: dict[str, list[Meeting]] = {who: [] for who in PEOPLE}
        self.wrote: dict[str, dict[str, Any]] = {}  # by ref: what the owner wrote last
        self.deleted: set[str] = set()  # keys
        self.number = 0

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    # --- the world ---

    @initialize()
    def a_first_day(self) -> None:
        for who in PEOPLE:
            self.they_meet(who)
        self.a_pass()

    @rule(days=st.sampled_from([1, 1, 1, 9, 40]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(who=st.sampled_from(PEOPLE))
    def they_meet(self, who: str) -> None:
        self.number += 1
        self.now += timedelta(hours=1)
        self.meetings[who].append(Meeting(f"meeting:{self.number}", self.now))

    @rule(who=st.sampled_from(PEOPLE), real=st.booleans(), satisfied=st.booleans())
    def it_turns_out(self, who: str, real: bool, satisfied: bool) -> None:
        last = self.meetings[who][-1]
        last.real, last.satisfied = real, satisfied

    # --- the owner ---

    def _refs(self) -> list[str]:
        return sorted(self.world.alive(Facet.TASKS))

    @rule(
        n=st.integers(0, 5),
        days=st.integers(0, 40),
        field=st.sampled_from(["title", "due", "both"]),
    )
    def the_owner_edits(self, n: int, days: int, field: str) -> None:
        if refs := self._refs():
            ref = refs[n % len(refs)]
            wrote = self.wrote.setdefault(ref, {})
            # Never a title or a date of ours.
            if field != "due":
                wrote["title"] = f"Ring, {days}"
            if field != "title":
                wrote["due"] = date(2031, 1, 1) + timedelta(days=days)
            self.world.edit_task(ref, **wrote)

    @rule(n=st.integers(0, 5), done=st.booleans())
    def the_owner_ticks(self, n: int, done: bool) -> None:
        if refs := self._refs():
            ref = refs[n % len(refs)]
            if done:
                self.world.tick(ref, self.now)
            else:
                self.world.untick(ref)

    @rule(n=st.integers(0, 5))
    def the_owner_deletes(self, n: int) -> None:
        if refs := self._refs():
            ref = refs[n % len(refs)]
            self.deleted.add(self.world.task(ref).key)
            self.world.delete_task(ref)

    # --- trouble ---

    @rule(trouble=st.sampled_from(["down", "lost", "unheard"]))
    def something_breaks(self, trouble: str) -> None:
        self.world._failures.clear()
        self.world._ambiguous.clear()
        if trouble == "down":
            self.world.fail_next(Unavailable("busy"))
        else:
            self.world.time_out_next_write(happened=trouble == "unheard")

    # --- syncd ---

    @rule()
    def a_pass(self) -> None:
        self._pass(self._read, self._decide, self._deliver)

    @rule()
    def only_the_list_is_read(self) -> None:
        self._pass(self._read)

    @rule()
    def only_the_rules_are_followed(self) -> None:
        self._pass(self._decide)

    @rule()
    def only_the_deliverer_runs(self) -> None:
        self._pass(self._deliver)

    @rule(fuse=st.integers(1, 16))
    def a_pass_that_crashes(self, fuse: int) -> None:
        self._crash(fuse, self._read, self._decide, self._deliver)

    @rule(fuse=st.integers(1, 8))
    def a_deliverer_that_crashes(self, fuse: int) -> None:
        self._crash(fuse, self._deliver)

    def _crash(self, fuse: int, *steps: Step) -> None:
        self.fuse.left = fuse
        try:
            self._pass(*steps)
        except Crash:
            self.list = CrashingList(self.world, creates_once=self.once)
            self.list.fuse = self.fuse
        finally:
            self.fuse.left = 0

    def _pass(self, *steps: Step) -> None:
        store = Crashing(self.database, self.fuse)
        for step in steps:
            try:
                step(store)
            except Unavailable:
                return

    def _decide(self, store: Crashing) -> None:
        for who in PEOPLE:
            with store.begin() as connection:
                self._follow(connection, who)
                people.clean(connection, OWNER, [address_of(who)])
        with store.begin() as connection:
            waiting = ledger_tasks.candidates(connection, OWNER)
            counts = ledger_tasks.counts(connection, OWNER, POLICY, self.now)
            for key in draw(waiting, *counts, POLICY, self.now):
                row = ledger.by_key(connection, OWNER, [key])[key]
                due = due_day(row.due, POLICY, self.now)
                draft = Draft(key, f"Call {row.person}", "You met.", due, self.now)
                ledger_tasks.decide(connection, OWNER, key, "home", draft, "call", self.now)

    def _deliver(self, store: Crashing) -> None:
        outbox.deliver(store, OWNER, {"home": self.list}, self.now, eager=True)

    def _read(self, store: Crashing) -> None:
        items: list[Item] = []
        cursor = self.cursor
        for batch in self.list.changes(self.cursor, self.listed, self.now):
            items += batch.items
            cursor = batch.cursor
        with store.begin() as connection:
            received = ledger_hand.receive(connection, OWNER, "home", items, self.now)
            answers.heed(connection, OWNER, received.persons, received.lines, self.now)
            if received.incident:
                self.deleted -= set(received.missing)  # not believed, so no answer
        self.cursor = cursor
        twins.settle_twins(store, OWNER, "home", self.list, received.twins, self.now)

    def _follow(self, connection: Connection, who: str) -> None:
        rows = ledger.load(connection, OWNER, [who]).get(who, ())
        real = [one for one in self.meetings[who] if one.real]
        current = [self._verdict(who, real[-1])] if real else []
        known = {one.evidence: one for one in real}
        rejudged = {
            row.key: self._verdict(who, known[row.anchor]) if row.anchor in known else None
            for row in unjudged(current, rows)
        }
        addresses = {one.evidence: address_of(who) for one in real}
        result = follow(who, current, rows, rejudged, POLICY, self.now, address_of=addresses)
        ledger.save(connection, OWNER, result)

    def _verdict(self, who: str, meeting: Meeting) -> Verdict:
        due, expires = meeting.at + timedelta(days=5), meeting.at + timedelta(days=30)
        newer = any(one.real and one.at > meeting.at for one in self.meetings[who])
        state = State.OPEN
        if meeting.satisfied and not newer:
            state = State.SATISFIED
        elif expires <= self.now:
            state = State.EXPIRED
        return Verdict(
            rule=RULE,
            person=who,
            anchor=Event(frozenset({"meeting"}), meeting.at, meeting.at, meeting.evidence),
            state=state,
            remind=meeting.at,
            due=due.date(),
            due_at=due,
            expires=expires,
            opened_at=meeting.at,
            closed_at=self.now if state is not State.OPEN else None,
            next=expires if state is State.OPEN else None,
            reasons=(),
            satisfied_by="call" if state is State.SATISFIED else "",
        )

    # --- the promises ---

    @invariant()
    def one_open_task_for_a_person_and_a_rule(self) -> None:
        with self.database.read() as connection:
            rows = ledger_tasks.open_tasks(connection, OWNER)
            marked = people.dirty_addresses(connection, OWNER, 9)
        whose = [row.person for row in rows if address_of(row.person) not in marked]
        assert len(whose) == len(set(whose))

    @invariant()
    def one_task_in_the_list_for_a_key(self) -> None:
        keys = [self.world.task(ref).key for ref in self._refs()]
        assert len(keys) == len(set(keys))

    @invariant()
    def what_the_owner_wrote_survives(self) -> None:
        for ref in self._refs():
            task = self.world.task(ref)
            for name, value in self.wrote.get(ref, {}).items():
                assert getattr(task, name) == value

    @invariant()
    def what_was_deleted_is_not_written_again(self) -> None:
        assert not self.deleted & {self.world.task(ref).key for ref in self._refs()}

    @rule()
    def undisturbed_everything_is_delivered(self) -> None:
        self.world._failures.clear()
        self.world._ambiguous.clear()
        for _ in range(3):
            self.now += timedelta(hours=1)
            self._pass(self._read, self._decide, self._deliver)
        with self.database.read() as connection:
            for row in ledger_tasks.delivered(connection, OWNER):
                assert ledger_outbox.of_key(connection, OWNER, row.key) == []
                assert row.task is not None
                ref = (row.task.ref or "").removeprefix("memory//")
                if ref in self._refs():
                    done = row.task.status is not Status.OPEN
                    assert self.world.task(ref).completed is done


class VerdictToTaskWithoutKeys(VerdictToTask):
    """The same for providers where a repeated create makes a second task."""

    once = False


_SETTINGS = settings(
    max_examples=int(os.environ.get("SYNCD_SOAK", "24")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A failing history is shown as it is: making it smaller takes minutes for each try.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
TestWithKeys = VerdictToTask.TestCase
TestWithKeys.settings = _SETTINGS
TestWithoutKeys = VerdictToTaskWithoutKeys.TestCase
TestWithoutKeys.settings = _SETTINGS


def test_an_old_task_is_opened_again_beside_a_newer_one() -> None:
    """Its owner may: whoever it is about is followed anew, and then the older is the open one."""
    state = VerdictToTask()
    try:
        state.a_first_day()
        before = state._refs()
        (old,) = [ref for ref in before if state.world.task(ref).title == "Call p-ana"]
        state.world.tick(old, state.now)
        state.they_meet("p-ana")
        state.time_passes(1)
        state.a_pass()
        (new,) = set(state._refs()).difference(before)
        state.world.untick(old)
        state.only_the_list_is_read()
        with state.database.read() as connection:
            assert people.dirty_addresses(connection, OWNER, 9) == {address_of("p-ana")}
        state.a_pass()
        state.one_open_task_for_a_person_and_a_rule()
        assert not state.world.task(old).completed
        assert state.world.task(new).completed
    finally:
        state.teardown()
