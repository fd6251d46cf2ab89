"""A support module: one person's account: who signs in, and the mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from fakes.exchange.calendars import Calendar
from fakes.exchange.contacts import Contacts
from fakes.exchange.mailbox import Mailbox
from fakes.exchange.states import States
from fakes.exchange.store import Store
from fakes.exchange.task_box import TaskBox
from fakes.exchange.xml import Element


class Account:
    """Somebody's. `delegates`: whose accounts may read and write this mailbox (lower case)."""

    def __init__(
        self, address: str, now: Callable[[], datetime], others: Callable[[], list[Account]]
    ) -> None:
        self.address = address
        name, _, self.domain = address.lower().partition("@")
        self.user, self.password = f"{self.domain.partition('.')[0].upper()}\\{name}", f"pw {name}"
        self.name = name.replace(".", " ").title()
        self.aliases: list[str] = []
        self.delegates: set[str] = set()
        self.find_limit = 1000
        self.full = False  # over its quota: nothing is created any more
        self.sent: list[Element] = []  # what clients sent, which no test should find
        self.states = States()
        self.mailbox = Mailbox(address, now)
        self.calendar = Calendar(self.mailbox)
        self.contacts = Contacts(self.mailbox)
        self.tasks = TaskBox(self.mailbox)
        self._others = others

    def calendar_in(self, folder: str) -> Calendar:
        """Another calendar, by the path of its folder."""
        return Calendar(self.mailbox, folder)

    @property
    def store(self) -> Store:
        """Folders and items, as they are kept."""
        return self.mailbox.store

    def readable(self) -> Iterator[Store]:
        """The stores this account may open."""
        yield self.store
        for one in self._others():
            if one is not self and self.address.lower() in one.delegates:
                yield one.store
