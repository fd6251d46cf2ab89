"""What the worlds of accounts at Microsoft have in common: what syncd has to know of them is found
out by a reader of its own, to which nothing ever happens.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from simulation.years.broken import must
from simulation.years.cloud_world import Cloud
from simulation.years.stage import READ, THERE, Chronicle, Version

from connectors.contract import Rereading
from connectors.formats.text import plain_text
from connectors.memory.world import Stored
from connectors.records import Facet, Gone, Item, Message, Seen, Task

T = TypeVar("T")

_MOVES: Final = 0.05  # of all drives


@dataclass(slots=True)
class AtMicrosoft(Cloud):
    """See above."""

    bulk: list[str] = field(default_factory=list)  # mails that mean nothing to anybody, by ours
    called_off: set[tuple[str, str]] = field(default_factory=set)  # instances of series
    _looked: dict[tuple[Facet, str], object] = field(default_factory=dict)
    _witnesses: dict[Facet, tuple[Rereading, str]] = field(default_factory=dict)

    # --- what each of the two does in its way ---

    @abstractmethod
    def _places(self, facet: Facet) -> Mapping[str, tuple[object, bytes]]:
        """The refs of everything there, with what changes whenever they do; of a mail what came."""

    @abstractmethod
    def _sees(self, facet: Facet) -> tuple[Rereading, str]:
        """Somebody to whom nothing happens, and a cursor."""

    @abstractmethod
    def _calm(self) -> AbstractContextManager[object]:
        """Nothing is wrong inside."""

    @abstractmethod
    def _moves_mail(self, rng: random.Random) -> None:
        """The owner reads some mails and puts them elsewhere."""

    @abstractmethod
    def _moves_task(self, ref: str, rng: random.Random) -> None:
        """Into another list."""

    # --- what syncd has to know ---

    def note(self) -> None:
        """See `Chronicle.note`."""
        for facet in READ["work"]:
            self._look(facet)

    def _look(self, facet: Facet) -> None:
        places = self._places(facet)
        for ref in [one for one in self.there[facet] if one not in places]:
            self.there[facet].pop(ref)
        due = [ref for ref in places if self._looked.get((facet, ref)) != places[ref][0]]
        if not due:
            return
        if facet not in self._witnesses:
            self._witnesses[facet] = self._sees(facet)
        witness, cursor = self._witnesses[facet]
        with self._calm():
            for item in witness.read_again(due, cursor):
                must(isinstance(item, Seen), f"1: {item.ref} is there, and cannot be had: {item}")
                self._is(facet, item, places[item.ref][1])
        for ref in due:
            must(ref in self.there[facet], f"1: {ref} is there, and nothing is said of it")
            self._looked[facet, ref] = places[ref][0]

    def _is(self, facet: Facet, item: Item, raw: bytes) -> None:
        assert isinstance(item, Seen)
        stamp = item.stamp or THERE
        self.versions[facet, item.ref, ""] = Version(Gone(item.ref))
        before = self.there[facet].get(item.ref, ("", None))[0]
        if before != stamp:
            told = plain_text(raw) if facet is Facet.MAIL else None
            self.versions[facet, item.ref, stamp] = Version(item, told)
        self.there[facet][item.ref] = stamp, Stored(item.observations, 0)

    # --- what happens to items ---

    def _is_bulk(self, ref: str, message: Message) -> None:
        if message.traits:
            self.bulk.append(ref)

    def vanishes(self, rng: random.Random) -> None:
        """A mail is thrown away, just now."""
        left = [ref for ref in self.bulk if ref in Chronicle.alive(self, Facet.MAIL)]
        if left:
            self.remove_mail(rng.choice(left))

    # --- what the owner does ---

    def fidgets(self, rng: random.Random) -> None:
        """They read and sort mail, which means nothing; and move a task to another list."""
        self._moves_mail(rng)
        tasks = sorted(self.tasks())
        if tasks and not self.away and rng.random() < _MOVES:
            self._moves_task(rng.choice(tasks), rng)
            self.moved(Facet.TASKS)

    def task(self, ref: str) -> Task:
        """See `World.task`: a deleted one as well."""
        return self.tasks()[ref] if ref in self.tasks() else self._binned(ref)

    @abstractmethod
    def _binned(self, ref: str) -> Task: ...


def some(rng: random.Random, found: Sequence[T]) -> list[T]:
    """A few of the newest."""
    return rng.sample(found[-9:], min(len(found), 3))
