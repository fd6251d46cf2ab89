"""An account in somebody's cloud in its weather: whatever happens to it happens at the fake, or to
the answer on its way.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any, ClassVar

from simulation.years.cloud_world import Cloud
from simulation.years.edge import Weather

from connectors.contract import Draft, Known, Remote, Source, TaskList, Text
from connectors.errors import Refused, SignInNeeded
from connectors.records import Batch, Facet

Fault = Any  # each fake has its own, all alike


class CloudWires(ABC):
    """The way to the service of `world`, in `weather`."""

    create: ClassVar[str]  # what the writes of a task are called there
    change: ClassVar[str]
    remove: ClassVar[str]

    def __init__(self, world: Cloud, weather: Weather, rng: random.Random) -> None:
        self.world, self.weather, self.rng = world, weather, rng
        self.broken = 0  # how often something happened to a call
        self._down: object = None  # what the faults that are set stand for
        self._set: list[Fault] = []

    # --- what each service has of its own ---

    def opens(self, stack: ExitStack) -> None:
        """The owner signs in."""
        self._signs_in()

    @abstractmethod
    def sources(self) -> tuple[list[Source], TaskList]:
        """What a new process has, read in the order of `READ`."""

    @property
    @abstractmethod
    def faults(self) -> Any:
        """The fake's."""

    @abstractmethod
    def _kinds(self) -> Sequence[Callable[[], Fault]]:
        """What may happen to the next calls."""

    @abstractmethod
    def _signs_in(self) -> None: ...

    @abstractmethod
    def _signs_out(self) -> None:
        """The owner is not let in any more."""

    @abstractmethod
    def _refuses(self) -> None:
        """The service will not have it, until it is said that the weather is another."""

    def _allows(self) -> None:  # noqa: B027  # few have anything to do
        """It will have it again; what was set without an end is gone already."""

    def _tires(self) -> None:  # noqa: B027  # few have anything to do
        """A sign-in does not last."""

    @abstractmethod
    def _unwritten(self, method: str) -> Fault:
        """A write that does not happen."""

    @abstractmethod
    def _busy(self, method: str) -> Fault:
        """One that does, and is answered as if nobody had the time."""

    def _unheard(self, method: str) -> Fault:
        """One that does, and is not answered."""
        faults = self.faults
        found: Fault = self.rng.choice((faults.cut_after, faults.truncated, faults.nonsense))(
            method
        )
        return found

    def fidgets(self) -> None:  # noqa: B027  # few have anything to do
        """What the owner does there that means little."""

    # --- what is the same for all ---

    def shake(self) -> None:
        """Something happens to the next calls of some kind."""
        self._set.append(self.rng.choice(self._kinds())())
        if self.rng.random() < 0.5:
            self._tires()
        self.weather.shaken = self.weather.doubtful = True

    def settle(self) -> None:
        """What did not happen does not."""
        self.broken += sum(fault.hits for fault in self._set)
        for fault in self._set:
            self.faults.all.remove(fault)
        self._set.clear()
        self.weather.shaken = False
        self.fidgets()

    def asked(self) -> None:
        """Somebody is about to ask, for something that is as the weather is."""
        self.weather.fuse.burn()
        if self.weather.down is not self._down:
            self._turns()
        self.world.vanish(self.weather.vanished is not None)

    def _turns(self) -> None:
        """The weather of the account is another."""
        before, self._down = self._down, self.weather.down
        faults = self.faults
        faults.all = [one for one in faults.all if one.times is not None]
        if isinstance(before, SignInNeeded):
            self._signs_in()
        elif isinstance(before, Refused):
            self._allows()
        if isinstance(self._down, SignInNeeded):
            self._signs_out()
        elif isinstance(self._down, Refused):
            self._refuses()
        elif self._down is not None:
            self._falls_silent()

    def _falls_silent(self) -> None:
        faults = self.faults
        self.rng.choice((faults.cut_before, faults.broken, faults.html))("*", None)

    def strikes(self, method: str) -> Fault | None:
        """The next trouble of a write is on its way, where there is one."""
        if not self.weather.writes or self.weather.vanished is not None:
            return None
        trouble = self.weather.writes.pop(0)
        self.weather.doubtful = True
        if trouble == "late" and method == self.create:
            found: Fault = self.faults.late(method)
            return found
        if trouble in ("lost", "late"):
            return self._unwritten(method)
        return self._busy(method) if trouble == "busy" else self._unheard(method)

    def wrote(self, fault: Fault | None, draft: Draft | None = None) -> None:
        """The write is over, whatever became of it."""
        self.world.moved(Facet.TASKS)
        if fault is None:
            return
        self.faults.all.remove(fault)
        self.broken += fault.hits
        if fault.postponed and draft is not None:
            self.world.late.append(fault.land)
            self.weather.late.append(draft)


class InWeather:
    """A facet of the account in its weather."""

    wires: CloudWires

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.wires.asked()
        told = super().changes(cursor, known, now)  # type: ignore[misc]  # of the source beside it
        return self.wires.weather.batches(told)

    def server_time(self) -> datetime | None:
        self.wires.asked()
        if self.wires.weather.down is not None:
            return self.wires.world.clock
        found: datetime | None = super().server_time()  # type: ignore[misc]  # as above
        return found


class MailInWeather(InWeather):
    """Mail, its texts as well."""

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        self.wires.asked()
        for text in super().read_text(refs):  # type: ignore[misc]  # as above
            self.wires.asked()
            yield text


class ListInWeather(InWeather):
    """The list."""

    def find(self, key: str) -> Sequence[Remote]:
        self.wires.asked()
        found: Sequence[Remote] = super().find(key)  # type: ignore[misc]  # as above
        return found

    def create(self, draft: Draft) -> Remote:
        self.wires.asked()
        if any(task.key == draft.key for task in self.wires.world.tasks().values()):
            self.wires.weather.again.append(draft.key)
        fault = self.wires.strikes(self.wires.create)
        try:
            made: Remote = super().create(draft)  # type: ignore[misc]  # as above
            return made
        finally:
            self.wires.wrote(fault, draft)
            self.wires.weather.fuse.burn()

    def remove(self, remote: Remote) -> None:
        self.wires.asked()
        fault = self.wires.strikes(self.wires.remove)
        try:
            super().remove(remote)  # type: ignore[misc]  # as above
        finally:
            self.wires.wrote(fault)
            self.wires.weather.fuse.burn()

    def _edit(self, remote: Remote, *changes: Any) -> Any:
        self.wires.asked()
        fault = self.wires.strikes(self.wires.change)
        try:
            return super()._edit(remote, *changes)  # type: ignore[misc]  # as above
        finally:
            self.wires.wrote(fault)
            self.wires.weather.fuse.burn()
