"""An account in somebody's cloud: everything that happens in its world happens at a fake on
loopback, whose time is the simulation's, so that limits, tokens and cursors end when they would.

The task list is nowhere but there. What syncd has to know is looked up in the fake itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from simulation.years.stage import Chronicle

from connectors.memory.world import Stored
from connectors.records import Facet, Observation, Task

LIST: Final = "Follow-ups"
EVER: Final = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class Cloud(Chronicle, ABC):
    """See above. `zone` is where its owner lives, `owner` their address, `time` tells what it is
    out there; `seed` decides what the service leaves open."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    owner: str = ""
    time: Callable[[], datetime] = lambda: EVER[0]
    seed: int = 0
    since: date | None = None  # what is older is not read
    there: dict[Facet, dict[str, tuple[str, Stored]]] = field(
        default_factory=lambda: {facet: {} for facet in Facet}
    )  # what is to be known: stamps by ref
    late: list[Callable[[], object]] = field(default_factory=list)  # creates that are to land
    _latest: datetime = EVER[0]

    # --- what each service does in its way ---

    @abstractmethod
    def opens(self, stack: ExitStack) -> None:
        """It starts; what was not as its documents have it is raised when the stack ends."""

    @abstractmethod
    def tasks(self) -> dict[str, Task]:
        """What is in the lists, by the service's ids."""

    @abstractmethod
    def vanish(self, away: bool) -> None:
        """The list is gone with all that is in it, or as it was before."""

    @abstractmethod
    def _happens(self, facet: Facet, ref: str, stored: Stored) -> None:
        """An item is like this from now on."""

    @abstractmethod
    def _edit(self, ref: str, task: Task) -> None:
        """The owner writes in a task, in the service's own programs."""

    @abstractmethod
    def _undeletes(self, ref: str) -> bool:
        """A deleted task is there again; whether there was one."""

    # --- what is the same for all ---

    def now(self) -> datetime:
        """The service's time, which never goes back."""
        self._latest = max(self._latest, self.time())
        return self._latest

    def _touch(self, facet: Facet, ref: str) -> None:
        Chronicle._touch(self, facet, ref)
        self._happens(facet, ref, self.items[facet][ref])

    def spoil(self, facet: Facet, ref: str, reason: str = "") -> None:
        """It holds nothing that cannot be read; the contract's suites have some."""

    def known_as(self, facet: Facet) -> Iterator[tuple[str, str, Stored]]:
        """See `Chronicle.known_as`."""
        for ref, (stamp, stored) in self.there[facet].items():
            yield ref, stamp, stored

    def alive(self, facet: Facet) -> dict[str, Stored]:
        """See `World.alive`."""
        if facet is not Facet.TASKS:
            return Chronicle.alive(self, facet)
        return {ref: Stored((task,), 0) for ref, task in self.tasks().items()}

    def put(
        self, facet: Facet, ref: str, observations: tuple[Observation, ...], text: str | None = None
    ) -> str:
        """See `World.put`. A task is edited, or comes back out of the bin, or lands late."""
        if facet is not Facet.TASKS:
            return Chronicle.put(self, facet, ref, observations, text)
        (task,) = observations
        assert isinstance(task, Task)
        if ref in self.tasks():
            assert not self.away, "nobody works in a list that is not there"
            self._edit(ref, task)
        elif not self._undeletes(ref):
            self.late.pop(0)()
        self.moved(Facet.TASKS)
        return ref

    def lost_marks(self) -> list[str]:
        """Tasks that lost what another application wrote to them: none has a place for it here."""
        return []

    def moved(self, facet: Facet) -> None:
        """Something changed there that is not among the items."""
        self.change += 1
        self.touched[facet] = self.change
