"""A support module: tasks, and what their owner does in Outlook."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fakes.exchange import tasks
from fakes.exchange.mailbox import Mailbox, element
from fakes.exchange.store import Folder, Item
from fakes.exchange.xml import Element, t


class TaskBox:
    """The task folders of one mailbox. Methods are the owner's acts. `due`, `StartDate` and the
    like are dates; other properties go by the names of their elements."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def items(self, folder: str | Folder = "tasks") -> list[Item]:
        """Those of one folder, in the order of their making."""
        return self._mailbox.items(folder)

    def named(self, subject: str, folder: str | Folder = "tasks") -> Item:
        """KeyError where there is none."""
        for one in self.items(folder):
            if one.subject == subject:
                return one
        raise KeyError(subject)

    def make_list(self, name: str, under: str | Folder = "tasks") -> Folder:
        """A folder of tasks appears."""
        return self._mailbox.make_folder(name, under, "IPF.Task")

    def add(
        self,
        subject: str,
        *,
        due: date | None = None,
        folder: str | Folder = "tasks",
        **props: Any,
    ) -> Item:
        """A task of the owner's own."""
        made = _elements({"Subject": subject, "DueDate": due, **props})
        tasks.settle(made, set(made), self._mailbox.now())
        return self._mailbox.store.put(self._mailbox.folder(folder).id, "Task", made)

    def edit(self, item: Item, **props: Any) -> None:
        """Other words or another day; None takes a property away."""
        made = _elements(props)
        after = {name: one for name, one in item.props.items() if name not in props} | made
        changed = tasks.settle(after, set(props), self._mailbox.now())
        item.props = after
        self._mailbox.store.touch(item, *changed)

    def tick(self, item: Item) -> None:
        """Done."""
        self.edit(item, Status="Completed")

    def untick(self, item: Item) -> None:
        """Not done after all."""
        self.edit(item, Status="NotStarted")

    def delete(self, item: Item, how: str = "deleted") -> None:
        """Into Deleted Items, or "soft", or "hard"."""
        self._mailbox.delete(item, how)

    def restore(self, item: Item, folder: str | Folder = "tasks") -> Item:
        """Out of Deleted Items: with a third id."""
        return self._mailbox.move(item, folder)

    def move_to(self, item: Item, folder: str | Folder) -> Item:
        """Into another folder: it has another id then."""
        return self._mailbox.move(item, folder)


def _elements(props: dict[str, Any]) -> dict[str, Element]:
    made = {}
    for name, value in props.items():
        if value is None:
            continue
        if isinstance(value, date) and not isinstance(value, datetime):
            made[name] = t(name, value.isoformat())
        else:
            made[name] = element(name, value)
    return made
