"""Trouble, as the seed has it: what the edge suffers from at each drive, and what is wrong with the
machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulation.years.dice import dice, share
from simulation.years.edge import Weather
from simulation.years.process import Settings
from simulation.years.rules import RULES
from simulation.years.stage import LISTS, READ, Stage

from connectors.errors import Refused, SignInNeeded, Unavailable, Vanished
from connectors.records import Facet

_ERRORS = (
    lambda: SignInNeeded("sign in again: syncd login"),
    lambda: Unavailable("the server does not answer", 600),
    lambda: Refused("the server will not have it"),
)
_WRITES = ("lost", "unheard", "busy", "late", "unheard", "busy")


@dataclass(slots=True)
class Trouble:
    """What is wrong with the machine for one drive."""

    clock: timedelta = timedelta(0)
    full: int | None = None

    wrong: timedelta = timedelta(0)  # by so many days the clock was wrong, until somebody set it

    @property
    def none(self) -> bool:
        return not self.clock and self.full is None


class Storm:
    """Blows before each drive."""

    def __init__(
        self,
        seed: int,
        traits: frozenset[str],
        weather: dict[str, Weather],
        stage: Stage,
        settings: Settings,
    ) -> None:
        self.seed, self.traits, self.weather = seed, traits, weather
        self.stage, self.settings = stage, settings
        self.rng = dice(seed, "storm")
        self.until: dict[str, datetime] = {}  # accounts that are down, and until when
        self.spoilt: list[tuple[datetime, str, Facet, str]] = []

    def settles(self) -> bool:
        """Whether a write was left open: from the next drive on that is settled."""
        doubtful = [one for one in self.weather.values() if one.doubtful]
        for one in doubtful:
            one.doubtful = False
        return bool(doubtful)

    def calm(self, saying: Callable[[str], None]) -> Trouble:
        """It is over: everything answers, everything can be read, what was late arrives."""
        saying("the storm is over")
        for name, weather in self.weather.items():
            weather.down = weather.vanished = None
            weather.mixed = False
            weather.writes.clear()
            weather.land(self.stage.worlds[name])
        for _, name, facet, ref in self.spoilt:
            self._mend(name, facet, ref)
        self.spoilt.clear()
        return Trouble()

    def blows(self, now: datetime, saying: Callable[[str], None]) -> Trouble:
        """What goes wrong this time."""
        rng = self.rng
        for name, weather in self.weather.items():
            world = self.stage.worlds[name]
            if self.until.get(name, now) < now:
                saying(f"{name} is back")
                del self.until[name]
                weather.down = weather.vanished = None
            if weather.writes:
                weather.writes.clear()
            if weather.late and rng.random() < 0.6:
                saying(f"{len(weather.late)} late tasks arrive in {name}")
                weather.land(world)
            weather.mixed = rng.random() < 0.3
            if name not in self.until and rng.random() < 0.02:
                self._silence(name, weather, now, saying)
            if rng.random() < 0.01:
                saying(f"every cursor of {name} expires")
                world.expire_all_cursors()
            if name != "desk" and rng.random() < 0.08:
                weather.writes = rng.choices(_WRITES, k=rng.randrange(1, 4))
                saying(f"the next writes to {name}: {', '.join(weather.writes)}")
            if name in LISTS and not weather.writes:
                self._lets_wait(name, weather, now, saying)
            if rng.random() < 0.03:
                self._spoil(name, now, saying)
        for entry in [one for one in self.spoilt if one[0] < now]:
            self.spoilt.remove(entry)
            saying(f"{entry[3]} in {entry[1]} can be read again")
            self._mend(*entry[1:])
        if "rules" in self.traits and rng.random() < 0.02:
            self.settings.rules = rng.choice(RULES)
            saying("the rules are changed")
        if rng.random() < 0.01:
            self.settings.version += "+"
            saying("another version of syncd")
        return self._machine(now, saying)

    def _lets_wait(
        self, name: str, weather: Weather, now: datetime, saying: Callable[[str], None]
    ) -> None:
        """Now and then all that is written to a list on one day happens, and the list says that it
        cannot answer; or it happens later, where a task may be made twice."""
        throw = share(self.seed, "slow", name, now)
        if throw < 0.06:
            weather.writes = ["busy"] * 3
        elif throw > 0.92 and not self.settings.creates_once:
            weather.writes = ["late"] * 3
        else:
            return
        saying(f"the next writes to {name}: {', '.join(weather.writes)}")

    def _machine(self, now: datetime, saying: Callable[[str], None]) -> Trouble:
        trouble = Trouble()
        if "clock" in self.traits and share(self.seed, "clock", now) < 0.04:
            trouble.clock = timedelta(minutes=self.rng.choice((-45, -1, -300, 50, 300)))
            saying(f"the clock is wrong by {trouble.clock}")
        if "clock" in self.traits and share(self.seed, "wrong", now) < 0.04:
            trouble.wrong = timedelta(days=self.rng.choice((-30, -3, 3, 9, 400)))
            saying(f"the clock is wrong by {trouble.wrong.days} days for a moment")
        if "full" in self.traits and share(self.seed, "full", now) < 0.05:
            trouble.full = self.rng.choice((0, 0, 1, 3, 6))
            saying(f"the disk has {trouble.full} pages left")
        return trouble

    def _silence(
        self, name: str, weather: Weather, now: datetime, saying: Callable[[str], None]
    ) -> None:
        days = self.rng.choice((0.1, 1, 2, 5))
        self.until[name] = now + timedelta(days=days)
        if name != "desk" and self.rng.random() < 0.2:
            weather.vanished = Vanished("the list is not there")
            saying(f"the list of {name} is gone for {days} days")
        else:
            weather.down = self.rng.choice(_ERRORS)()
            saying(f"{name} is down for {days} days: {type(weather.down).__name__}")

    def _spoil(self, name: str, now: datetime, saying: Callable[[str], None]) -> None:
        facet = self.rng.choice(READ[name])
        world = self.stage.worlds[name]
        refs = sorted(world.alive(facet))[-12:]
        if refs:
            ref = self.rng.choice(refs)
            if not world.items[facet][ref].spoilt:
                world.spoil(facet, ref)
                self.spoilt.append(
                    (now + timedelta(days=self.rng.choice((1, 4))), name, facet, ref)
                )
                saying(f"{ref} in {name} cannot be read")

    def _mend(self, name: str, facet: Facet, ref: str) -> None:
        stored = self.stage.worlds[name].items[facet].get(ref)
        if stored is not None and stored.spoilt:
            self.stage.worlds[name].mend(facet, ref)
