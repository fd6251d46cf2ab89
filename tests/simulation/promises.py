"""What section 9 of the design promises, as far as one can see it from outside after each pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from simulation.sides import Side

from rules.verdict import State
from syncd import log
from syncd.planner import Status
from syncd.planner.mutes import EVERY_RULE

from worlds import LISBON


class Promises:
    """Remembers what the owner did, and checks that it stands."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.latest: datetime | None = None  # no clock was ever ahead of this
        self.edits: dict[str, dict[str, Any]] = {}  # by key: what the owner wrote last
        self.gone: set[str] = set()  # keys of deleted tasks
        self.was_open: set[str] = set()
        self.delivered: set[str] = set()
        self.void: set[str] = set()
        self.mutes: set[tuple[str, str]] = set()  # (address, rule)
        self.pause: date | None = None  # no new tasks before this day

    # --- what the owner did ---

    def wrote(self, key: str, values: dict[str, Any], *, slight: bool) -> None:
        """A `slight` edit changes nothing but white space: on its own it makes no text theirs."""
        before = self.edits.setdefault(key, {})
        if not slight or before.keys() & values.keys():
            before.update(values)

    def ticked(self, key: str, done: bool) -> None:
        self.edits.setdefault(key, {})["completed"] = done

    def deleted(self, key: str) -> None:
        self.gone.add(key)

    def restored(self, key: str) -> None:
        self.gone.discard(key)

    def muted(self, addr: str, rule: str, *, off: bool) -> None:
        (self.mutes.discard if off else self.mutes.add)((addr, rule))

    def paused(self, until: date | None) -> None:
        self.pause = until

    # --- what must be so ---

    def hold(self, now: datetime) -> None:
        """Everything that is promised, after an undisturbed pass."""
        self.latest = now if self.latest is None else max(self.latest, now)
        rows = self.side.rows()
        keys = self.side.keys()
        open_ = [row for row in rows if row.live]

        # 4. At most one open task per (person, rule), and one remote task per key.
        assert len(keys) == len(set(keys)), "two tasks with one key"
        alive = [row for row in open_ if row.state is State.OPEN]
        pairs = [(row.person, row.rule) for row in alive]
        # (During an incident tasks keep their state, also those of people who are merged then.)
        assert len(pairs) == len(set(pairs)) or self.side.incident(), (
            f"two open tasks of one rule: {sorted(pairs)}"
        )

        # The owner's edits survive, byte for byte.
        for key, values in self.edits.items():
            if key in keys:
                task = self.side.task(key)
                for name in ("title", "due"):
                    if name in values:
                        assert getattr(task, name) == values[name], f"{name} was overwritten"
                if "notes" in values:
                    assert task.notes == values["notes"], "notes were overwritten"

        # What was deleted is not written again.
        assert not self.gone & set(keys), "a deleted task came back"

        # 2. Delivered tasks are history: none is ever unknown again, or missing in the list.
        there = {row.key for row in rows}
        assert self.delivered <= there, "a delivered task was forgotten"
        confirmed = {row.key for row in rows if row.task and row.task.delivered_at}
        assert confirmed - self.gone <= set(keys), "a delivered task vanished"
        self.delivered |= confirmed

        for row in open_:
            assert row.task is not None
            # 3. Nothing older than catch_up opens.
            if row.key not in self.was_open and row.state is State.OPEN and row.found_at:
                late = row.found_at - row.remind
                assert row.rule in _WAIT or late <= self.side.lab.policy.catch_up, "too late"
            assert row.task.created <= self.latest
            if row.key not in self.was_open and row.task.created == now:
                # The off switches: nothing new while they are off.
                words = {(row.addr, row.rule), (row.addr, EVERY_RULE)}
                assert not self.mutes & words, "a task about somebody who is muted"
                paused = self.pause is not None and now.astimezone(LISBON).date() < self.pause
                assert not paused, "a task during a pause"
        self.was_open |= {row.key for row in open_}
        self._explained(rows, now)

    def _explained(self, rows: list[Any], now: datetime) -> None:
        """9. Every task can be explained from stored evidence. 3. Nothing in the future counts."""
        explained = self.side.explained([row.key for row in rows], now)
        for row in rows:
            shown = explained[row.key]
            assert shown is not None, f"{row.key} cannot be explained"
            # A clock that was put back makes nothing unreal.
            if row.state is State.VOID and row.key not in self.void and row.rule in _PLAIN:
                real = {one["real"] for one in shown["task"]["evidence"][:1]}
                assert real != {"yes"}, f"void, and it happened: {row} {shown['task']}"
                self.void.add(row.key)
            assert shown["task"]["title"]
            if row.live and row.state is State.OPEN and row.task.status is Status.OPEN:
                # Nothing is kept of whoever is ignored; what is in the list stays the owner's.
                ignored = any(row.addr.endswith(one) for one in self.side.lab.ignore)
                excused = ignored or row.rule in _NO_CLAIM
                assert shown["task"]["evidence"] or excused, f"no evidence: {row}"
            for one in shown["interactions"]:
                assert one["real"] != "yes" or one["at"] <= now, "the future counts"


# Rules whose `where` or `pause_while` may let a task appear long after `remind`.
_WAIT = {"meet", "keep", "ready"}
# Rules that start at a meeting, whatever else is said of it.
_PLAIN = {"thank", "call"}
# A birthday is on a card, and a card is no interaction.
_NO_CLAIM = {"party"}


@contextmanager
def nothing_private(*words: str) -> Iterator[None]:
    """6. Logs carry no subject, text, title, name or address."""
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "event", lambda name, **facts: said.append(f"{name} {facts}"))
        yield
    text = "\n".join(said).casefold()
    assert said, "nothing was logged at all"
    assert not [word for word in (*words, "@", "ben", "cleo", "dora") if word in text], text
