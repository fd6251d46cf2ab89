"""One `memory` account: every facet of a world, a contact book and a drafts folder."""

from __future__ import annotations

from connectors.contract import Source, TaskList
from connectors.memory.source import MemoryMail, MemorySource
from connectors.memory.tasks import MemoryTasks
from connectors.memory.world import World
from connectors.records import Card, Facet


class MemoryAccount:
    """A world seen through the contract. `batch` is how many items a batch holds."""

    def __init__(
        self, name: str, world: World, *, creates_once: bool = True, batch: int = 100
    ) -> None:
        self.name = name
        self.world = world
        self._tasks = MemoryTasks(world, creates_once=creates_once, batch=batch)
        self._sources: list[Source] = [
            MemoryMail(world, batch=batch),
            MemorySource(world, Facet.CALENDAR, batch=batch),
            MemorySource(world, Facet.CONTACTS, batch=batch),
            self._tasks,
        ]

    def sources(self) -> list[Source]:
        """One source for each facet, the task list among them."""
        return list(self._sources)

    def task_list(self) -> TaskList:
        """The list that tasks are written to."""
        return self._tasks


class MemoryContacts:
    """The contacts of a world as a ContactBook."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_card(self, card: Card) -> str:
        """See `connectors.contract.ContactBook`."""
        happens = self.world.write_happens()
        if happens and card.uid not in self.world.alive(Facet.CONTACTS):
            self.world.put_card(card)
        self.world.answer_write()
        return f"memory//{card.uid}"

    def remove_card(self, uid: str, ref: str) -> None:
        """See `connectors.contract.ContactBook`."""
        if self.world.write_happens() and uid in self.world.alive(Facet.CONTACTS):
            self.world.remove_card(uid)
        self.world.answer_write()


class MemoryDrafts:
    """The drafts folder of a world as Drafts."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """See `connectors.contract.Drafts`."""
        message_id = message_id.strip().strip("<>")
        if self.world.write_happens():
            self.world.drafts.setdefault(message_id, rfc822)
        self.world.answer_write()
        return f"drafts//{message_id}"
