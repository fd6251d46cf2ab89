"""The months of one seed: a world, an owner, a faulty edge and a clock that drive the real engine.

    acts due  ->  weather  ->  the owner's hand and words  ->  syncd is driven, perhaps crashes and
    starts again  ->  what must be so is looked at

Everything depends on the seed alone. What happened is kept as a log, for whoever has to read why
it broke.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from simulation.years import deep, heart, sight
from simulation.years.broken import must
from simulation.years.cast import cast
from simulation.years.cloud_wires import CloudWires
from simulation.years.clouds import CLOUDS
from simulation.years.dice import dice, share
from simulation.years.drive import Driver
from simulation.years.edge import Crash, Fuse, Weather, burning
from simulation.years.figures import Figures
from simulation.years.life import HISTORY, Life
from simulation.years.owner import MANY, Owner
from simulation.years.process import Process, Settings
from simulation.years.rules import RULES
from simulation.years.served import Served
from simulation.years.shadow import Reading, Shadow, derived
from simulation.years.stage import Stage
from simulation.years.storm import Storm
from simulation.years.tasks import listed, tasks_of
from simulation.years.watch import Watch
from simulation.years.wires import Wires

from connectors.records import Facet
from syncd.planner import Policy
from syncd.store.errors import StoreError

MONTH = timedelta(days=30)
_FIRST = datetime(2025, 1, 1, tzinfo=UTC)
_SHAKEN = 0.15  # of all drives, where an account is on servers
_TRAITS = ("merge", "forget", "ignore", "restore", "rules", "clock", "full", "emptied")


@dataclass(frozen=True, slots=True)
class Saved:
    """A copy of the state, and what was known by then."""

    copy: Path
    readings: int
    words: int
    seen: datetime | None  # when all had been read for the last time
    deleted: frozenset[str]  # keys of the tasks that the owner had deleted


@dataclass
class Year:
    """One run. `folder` is emptied when it is over."""

    seed: int
    months: int
    folder: Path
    served: bool = False  # whether one of the accounts is on real servers
    cloud: str = ""  # whose: one of the accounts is there
    alone: bool = False  # there is no other; else it is `work`
    figures: Figures = field(default_factory=Figures)
    acts: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    step: str = "nothing"
    logged: list[str] = field(default_factory=list)
    tell: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        seed, rng = self.seed, dice(self.seed, "year")
        self.start = _FIRST + timedelta(days=rng.randrange(500), hours=rng.randrange(24))
        self.end = self.start + self.months * MONTH
        self.traits = frozenset(one for one in _TRAITS if share(seed, "trait", one) < 0.3)
        self.cast = cast(seed)
        self.stage = Stage()
        life = Life(seed, self.cast, self.start, self.end)
        self.coming = deque(life.tell())
        self.truth = life.truth
        self.fuse = Fuse()
        if self.alone:
            self.stage.instead = {"work": "home", "desk": "home"}
            for name in self.stage.instead:
                del self.stage.worlds[name]
        self.weather = {
            name: Weather(dice(seed, "weather", name), self.fuse) for name in self.stage.worlds
        }
        policy = Policy(
            zone=self.cast.zone, working_days=self.cast.working_days, per_day=6, open_limit=15
        )
        self.settings = Settings(
            rng.choice(RULES),
            policy,
            creates_once=rng.random() < 0.5,
            batch=rng.choice((20, 50, 100)),
            tasks_in=rng.choice(({"default": "home"}, {"default": "home", "work": "work"})),
        )
        self.wires: dict[str, Wires | CloudWires] = {}
        if self.cloud:
            self._signs_in("home" if self.alone else "work")
        if self.served:
            self.stage.now = self.start
            folder = self.folder / "radicale"
            home = Served(zone=self.cast.zone, owner=self.cast.owner.addr, folder=folder)
            self.stage.worlds["home"] = home
            self.wires["home"] = Wires(home, self.weather["home"], dice(seed, "wires"))
        self.process = Process(
            self.folder / "main", self.stage, self.cast, self.settings, self.weather, self.fuse,
            self.wires,
        )  # fmt: skip
        self.owner = Owner(dice(seed, "owner"), self.process, self.stage, self.traits)
        self.watch = Watch(self.stage, self.cast, self.truth, self.owner.memory, self.process)
        self.storm = Storm(seed, self.traits, self.weather, self.stage, self.settings)
        self.driver = Driver(dice(seed, "drive"), self.process, self.start)
        self.crashes = dice(seed, "crashes")
        self.readings: list[Reading] = []
        self.known: dict[tuple[str, Facet, str], str] = {}
        self.latest = self.start
        self.driven = False  # whether the last drive went to its end
        self.written: set[str] = set()
        self.saved: Saved | None = None
        self.put_back = False  # whether a copy was since the last drive

    def _signs_in(self, account: str) -> None:
        """This account is in a cloud, where no key keeps a second task from being made."""
        first = self.stage.now = self.start - 2 * HISTORY
        make, wires = CLOUDS[self.cloud]
        world = make(
            zone=self.cast.zone, owner=self.cast.owner.addr, time=self._out_there, seed=self.seed,
            since=first.date(),
        )  # fmt: skip
        self.stage.worlds[account] = world
        self.wires[account] = wires(world, self.weather[account], dice(self.seed, "wires"))
        self.settings.creates_once = False
        if self.alone:
            self.settings.tasks_in = {"default": "home"}

    def _out_there(self) -> datetime:
        return self.stage.now or self.start

    # --- the run ---

    def run(self) -> Figures:
        """Raises AssertionError, or whatever the product raises that it should not."""
        with (
            ExitStack() as stack,
            deep.listening() as self.logged,
            pytest.MonkeyPatch.context() as patch,
        ):
            for wires in self.wires.values():
                wires.world.opens(stack)
                wires.opens(stack)
            burning(patch, lambda one: self.fuse if self.process.mine(one) else None)
            try:
                self._run()
            finally:
                self.process.ends()
        self.figures.broken = sum(wires.broken for wires in self.wires.values())
        deep.nothing_private(self.logged, self.cast)
        deep.no_faults(self.logged, {name: one.broken for name, one in self.wires.items()})
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.figures

    def _run(self) -> None:
        clock, hours = self.start, dice(self.seed, "hours")
        month = self.start + MONTH
        while clock < self.end:
            self._to(clock)
            if clock >= month:
                month += MONTH
                self._deep(clock)
            clock += timedelta(
                hours=hours.choice((6, 30, 60, 80, 120)), seconds=hours.randrange(3600)
            )
        self._to(self.end, calm=True)
        self._to(self.end + timedelta(minutes=5), calm=True)
        self._last(self.end + timedelta(minutes=5))

    def _says(self, what: str) -> None:
        self.acts.append(what)
        self.tell(what)

    def _to(self, clock: datetime, *, calm: bool = False) -> None:
        """Everything up to this moment happens; then syncd is driven."""
        self.step = f"{clock:%Y-%m-%d %H:%M} (drive {self.figures.drives + 1})"
        self._says(f"--- {self.step}")
        while self.coming and self.coming[0].at <= clock:
            act = self.coming.popleft()
            if self.figures.drives:
                self._says(f"{act.at:%m-%d %H:%M} {act.name}")
            if self.stage.now is not None:
                self.stage.now = act.at.replace(microsecond=0)
            act.do(self.stage)
        if self.stage.now is not None:
            self.stage.now = clock
        trouble = self.storm.calm(self._says) if calm else self.storm.blows(clock, self._says)
        now = clock + trouble.clock
        self._copies(clock, now, calm=calm)
        for world in self.stage.worlds.values():
            world.clock = clock
        if trouble.wrong and self.figures.drives:
            heart.is_wrong(self.process, self.driver, clock, clock + trouble.wrong)
        self.process.full = trouble.full
        for wires in () if calm else self.wires.values():
            if share(self.seed, "shaken", clock) < _SHAKEN:
                self._says("a connection is going to break")
                wires.shake()
        emptied = False
        if self.figures.drives:
            emptied = self._empties(clock, calm=calm)
            self.owner.hand(now, self._says)
            if trouble.full is None and not calm:
                self.owner.speaks(now, self._says)
        fine = self._drives(now, calm=calm) and trouble.none and self._no_trouble() and not emptied
        self._reads(now)
        now = self.driver.now
        self.latest = max(self.latest, now)
        self.watch.lists(now, self.latest, emptied=emptied)
        sight.not_dismissed(self.process, self.owner.memory)
        if self.driven:
            up = [n for n, one in self.weather.items() if one.down is None and not one.shaken]
            self.watch.others(up, self.known)
        if fine and not self.storm.settles():
            self.figures.undisturbed += 1
            self.watch.everything(now)
        for wires in self.wires.values():
            must(not wires.world.lost_marks(), "4: what another application wrote is gone")
            wires.settle()

    def _empties(self, clock: datetime, *, calm: bool) -> bool:
        """On a bad day the whole list is gone, until the next drive; whether it is today."""
        self.owner.fills_it_again(self._says)
        if self.owner.asked:
            return True
        bad = "emptied" in self.traits and share(self.seed, "emptied", clock) < 0.04
        return bad and not calm and self.owner.empties_a_list(self._says, self.watch.refs)

    def _no_trouble(self) -> bool:
        return all(one.fine for one in self.weather.values())

    def _copies(self, clock: datetime, now: datetime, *, calm: bool) -> None:
        """Now and then a copy of the state is made; sometimes an old one is put back."""
        if calm or "restore" not in self.traits or not self.figures.drives:
            return
        throw = share(self.seed, "copy", clock)
        memory = self.owner.memory
        if throw < 0.05 and not self.owner.asked:
            self._says("the state is copied")
            self.driver.restarts()  # its engine would go on beside the next process, on this file
            self.saved = Saved(
                self.process.backup(),
                len(self.readings),
                len(memory.words),
                self.watch.seen,
                frozenset(memory.deleted),
            )
            self.written = set(self.watch.first)
        elif throw > 0.97 and self.saved is not None:
            saved = self.saved
            memory.lost |= self.watch.first.keys() - self.written
            if any(one.what in ("forget", "mute", "pause") for one in memory.words[saved.words :]):
                return  # what is undone with it is the owner's to say again
            if len(memory.deleted - saved.deleted) >= MANY:
                return  # found gone at once: an incident, which has a day of its own
            self._says("an older copy of the state is put back")
            memory.restored = now
            self.process.restore(saved.copy)
            memory.forgotten_who_closed(tasks_of(self.stage), self.process.closed())
            self.put_back = True
            self.driver.restarts()
            del self.readings[saved.readings :]
            del memory.words[saved.words :]
            self.watch.seen = saved.seen  # an account that is down now is not read again at once
            self.known = self.process.known()
            memory.comparable = False  # what the owner did in the lists since is found anew

    def _drives(self, now: datetime, *, calm: bool) -> bool:
        """Whether all was done in the end."""
        self.figures.drives += 1
        for left in self._fuses(now, calm=calm):
            self.fuse.left = left
            try:
                self.driver.drive(now)
            except Crash:
                self.figures.crashes += 1
                self._says("the process ends in the middle of it, and starts again")
                self.process.ends()
                self.driver.restarts()
                self._reads(now)
            except StoreError as error:
                self._full(error)
            finally:
                self.fuse.left = 0
        self.driven = False
        try:
            fine = self.driver.drive(now)
        except StoreError as error:
            self._full(error)
            return False
        self.driven = True
        return fine

    def _fuses(self, now: datetime, *, calm: bool) -> list[int]:
        """How far the process gets, each time that it ends in the middle of this drive."""
        number = 0 if calm else self.crashes.choice((0, 0, 0, 0, 1, 2))
        fuses = [self.crashes.randrange(1, 120) for _ in range(number)]
        if self.put_back and not calm:
            # What only the lists know is taken in now.
            rng = dice(self.seed, "put back", now)
            fuses = [*(rng.randrange(1, 80) for _ in range(3)), *fuses]
        self.put_back = False
        return fuses

    def _full(self, error: StoreError) -> None:
        must(self.process.full is not None and "full" in str(error), f"8: {error}")
        self._says(f"the disk is full: {type(error).__name__}")
        if self.crashes.random() < 0.5:
            self.process.ends()
        self.driver.restarts()

    def _reads(self, now: datetime) -> None:
        """Note what was acknowledged since it was asked last."""
        for world in self.stage.worlds.values():
            world.note()
        known = self.process.known()
        changed = [place for place, stamp in known.items() if self.known.get(place) != stamp]
        gone = [place for place in self.known if place not in known]
        self.readings += [Reading(now, *place, known[place]) for place in sorted(changed)]
        self.readings += [Reading(now, *place, "") for place in sorted(gone)]
        self.known = known

    # --- looking closely ---

    def _deep(self, now: datetime) -> None:
        full, self.process.full = self.process.full, None
        deep.no_text(self.process)
        deep.explained(self.process, self.owner.memory, max(now, self.latest))
        sight.untouched(self.process, self.owner.memory)
        self.process.full = full

    def _last(self, now: datetime) -> None:
        memory = self.owner.memory
        self.step = f"the end, {now:%Y-%m-%d %H:%M}"
        self._deep(now)
        seen = sight.Noted(self.process, self.stage, self.readings, now)
        self.figures.seen = seen.first(memory) + seen.scheduled(self.truth)
        self.figures.meetings = deep.true_to_life(self.process, self.cast, self.truth, memory, now)
        deep.forgotten(self.process, memory)
        judged = self._again(now)
        self.figures.tasks = len(self.watch.first)
        self.figures.judged = self.watch.judged
        self.figures.readings = len(self.readings)
        if memory.comparable:
            self.step = "the same in another order"
            shadow = Process(
                self.folder / "shadow", self.stage, self.cast, self.settings, self.weather, Fuse(),
                self.wires,
            )  # fmt: skip
            try:
                told = Shadow(self.process, shadow, self.stage, dice(self.seed, "shadow"))
                told.comes_to_the_same(self.readings, memory.words, now, judged)
            finally:
                shadow.ends()
            self.figures.compared = True

    def _again(self, now: datetime) -> dict[str, list[str]]:
        """5. The same history, rules and now: the same verdicts and the same list. Returns all
        that was judged."""
        self.step = "judged once more"
        self.process.once(now)  # whatever may still be drawn today is
        before, there = derived(self.process, now), listed(self.stage)
        self.process.ends()
        self.process.forget_derivations()
        self.process.once(now)
        must(derived(self.process, now) == before, "5: judged anew, it is something else")
        must(listed(self.stage) == there, "5: judged anew, the list is another")
        return before
