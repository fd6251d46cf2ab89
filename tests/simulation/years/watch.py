"""What is checked after each drive of syncd that nothing disturbed, against the world's truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from simulation.years.broken import Broken, must
from simulation.years.cast import Cast, Person
from simulation.years.oracle import JUDGED, Call, Oracle
from simulation.years.owner import Memory
from simulation.years.process import Process
from simulation.years.stage import READ, Chronicle, Stage
from simulation.years.tasks import Ours, tasks_of
from simulation.years.truth import Truth

from connectors.records import Facet
from syncd.planner.mutes import start_of

# Days are days where the owner is: one on which clocks are set is longer, or shorter, by this.
_SHIFT: Final = timedelta(hours=1)


class Watch:
    """Looks at the lists and the items, and remembers what it saw."""

    def __init__(
        self, stage: Stage, cast: Cast, truth: Truth, memory: Memory, process: Process
    ) -> None:
        self.stage, self.cast, self.truth, self.memory = stage, cast, truth, memory
        self.process = process
        self.people: dict[str, Person] = {one.box.addr: one for one in cast.plain}
        self.refs: dict[tuple[str, str], str] = {}  # (account, ref) of every task ever seen: key
        self.first: dict[str, Ours] = {}  # by key: as it was first seen
        self.seen: datetime | None = None  # all was read by then
        self.free: list[datetime] = []  # when all was read, and no pause held anything back
        self.judged = 0

    # --- after every drive, whatever went wrong ---

    def lists(self, now: datetime, latest: datetime, *, emptied: bool = False) -> None:
        """4. Nothing is deleted by us but twins; what the owner wrote stays; what they deleted does
        not come back; new tasks are called for."""
        for name, weather in self.process.weather.items():
            must(not weather.again, f"4: written again to {name} without a look: {weather.again}")
        current = list(tasks_of(self.stage))
        keys = {one.key for one in current}
        here = {(one.account, one.ref) for one in current}
        for place, key in self.refs.items():
            gone = place not in here and key not in keys and not emptied
            if gone and key not in self.memory.deleted and not self._about_forgotten(key):
                raise Broken(f"4: task {key} ({self.first[key].task.title!r}) was deleted")
        for one in current:
            self._edits(one)
            if one.key not in self.first:
                self.first[one.key] = one
                self._called_for(one, now, latest)
            self.refs[one.account, one.ref] = one.key

    def _edits(self, one: Ours) -> None:
        task, wrote = one.task, self.memory.edits.get(one.key, {})
        for name in ("title", "notes", "due"):
            if name in wrote:
                kept = _same(getattr(task, name), wrote[name])
                must(
                    kept or self._twins(one), f"4: the owner's {name} of {one.key} was overwritten"
                )

    def _twins(self, one: Ours) -> bool:
        return sum(other.key == one.key for other in tasks_of(self.stage)) > 1

    def _about_forgotten(self, key: str) -> bool:
        addr = self.first[key].addr
        return any(addr in person.addrs for person in self.memory.forgotten)

    def _called_for(self, one: Ours, now: datetime, latest: datetime) -> None:
        """A new task of a judged rule about a plain person has a true reason."""
        person = self.people.get(one.addr)
        must(one.rule, f"9: task {one.key} does not say which rule it is of: {one.task.notes!r}")
        if person is None or one.rule not in JUDGED:
            return
        oracle = Oracle(self.truth.of(one.addr))
        if self.seen is None:
            return  # not even the first look is complete
        if one.task.completed and one.task.created != now:
            return  # it was written long ago, landed late, and is closed again
        # One that landed late was called for when it was written; closing it may have to wait.
        written = min(one.task.created or now, latest)
        reasons = oracle.open(one.rule, latest + _SHIFT, self.seen) or oracle.open(
            one.rule, written, self.seen
        )
        must(reasons, f"truth: {one.task.title!r} ({one.rule}, {one.addr}) has no reason at {now}")
        self.judged += 1

    # --- after a drive that nothing disturbed ---

    def everything(self, now: datetime) -> None:
        """All was read, so the state of the lists is known."""
        self._one_each()
        self._judged(now)
        self.seen = now
        self.memory.untold = self.memory.back = False

    def others(
        self, accounts: Collection[str], known: Mapping[tuple[str, Facet, str], str]
    ) -> None:
        """1. Everything in these accounts was acknowledged, as it is now; 8. whatever others
        suffer from. `known`: the stamp of each item that the state knows."""
        by_account: Mapping[tuple[str, Facet], dict[str, str]] = defaultdict(dict)
        for (account, facet, ref), stamp in known.items():
            by_account[account, facet][ref] = stamp
        gone = self.memory.forgotten
        hidden = [word for one in gone for word in (*one.addrs, one.first, one.last)]
        for account in accounts:
            world = self.stage.worlds[account]
            for facet in READ[account]:
                self._facet(world, account, facet, by_account[account, facet], hidden)

    def _facet(
        self, world: Chronicle, account: str, facet: Facet, known: dict[str, str], hidden: list[str]
    ) -> None:
        for ref, now, stored in world.known_as(facet):
            stamp = known.pop(ref, None)
            if stamp == now:
                continue
            said = repr(stored.observations) if hidden else ""
            secret = hidden and any(word in said or word in ref for word in hidden)
            must(secret, f"1: {account}/{facet}: {ref} is known as {stamp}, is {now}")
        left = [ref for ref in known if not self.memory.forgotten]
        must(not left, f"1: {account}/{facet}: {left[:3]} are known and gone")

    def _one_each(self) -> None:
        """4. One remote task per key, at most one open task per person and rule."""
        keys: dict[str, int] = defaultdict(int)
        pairs: dict[tuple[str, str], set[str]] = defaultdict(set)
        every = list(tasks_of(self.stage))
        # Of twins one may be left open that the owner was at: it is theirs, whatever is closed.
        over = self.memory.lost | {one.key for one in every if one.task.completed}
        for one in every:
            keys[one.key] += 1
            if one.addr in self.people and one.key not in over:
                pairs[one.addr, one.rule].add(one.key)
        twins = [
            key for key, n in keys.items() if n > 1 and not self._touched_twin(key)
        ]  # fmt: skip
        must(not twins, f"4: twins: {twins}")
        several = {pair: found for pair, found in pairs.items() if pair[1] and len(found) > 1}
        must(not several, f"4: several open tasks: {several}")

    def _touched_twin(self, key: str) -> bool:
        """Whether the owner was at one of them: it is theirs now."""
        return bool(self.memory.edits.get(key))

    def _judged(self, now: datetime) -> None:
        """Where the judged rules stand with plain people: as the oracle says, both ways."""
        until = self.memory.paused
        paused = until is not None and now < start_of(until, self.cast.zone)
        self.free += [] if paused else [now]
        open_: dict[tuple[str, str], Ours] = {}
        for one in tasks_of(self.stage):
            if not one.task.completed and one.rule in JUDGED:
                open_[one.rule, one.addr] = one
        for addr in self.people:
            oracle = Oracle(self.truth.of(addr))
            for rule in JUDGED:
                if (rule, addr) in self.memory.answered:
                    continue
                calls, task = oracle.open(rule, now, now), open_.get((rule, addr))
                if task is not None:
                    left = any((calls, oracle.open(rule, now + _SHIFT, now)))
                    left = left or oracle.delivered(rule, now)
                    must(
                        left
                        or oracle.delivered(rule, now)
                        or oracle.blurred(rule, now)
                        or self.memory.edits.get(task.key),
                        f"truth: {task.task.title!r} ({task.key}) is open at {now} and without "
                        "reason",
                    )
                elif not paused and not oracle.blurred(rule, now):
                    for call in calls[:1]:
                        must(
                            self._too_late(call) or self._ticked(addr),
                            f"truth: no task {rule} about {addr} at {now}, although {call.why}",
                        )
                self.judged += bool(calls)

    def _ticked(self, addr: str) -> bool:
        """Ticking any task may have meant contact."""
        return any(whose == addr for _, whose in self.memory.answered)

    def _too_late(self, call: Call) -> bool:
        """Whether a pause held it back for so long that it was a past moment afterwards."""
        late = call.remind + self.process.settings.policy.catch_up
        return not any(call.remind + _SHIFT <= at < late - _SHIFT for at in self.free)


def _same(one: object, other: object) -> bool:
    """Whether they are alike, but for line ends behind the last word: who knows who likes them."""
    if isinstance(one, str) and isinstance(other, str):
        return one.rstrip("\n") == other.rstrip("\n")
    return one == other
