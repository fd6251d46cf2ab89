"""A support module: all that Google has of one owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fakes.google.calendars import Calendars
from fakes.google.contacts import Contacts
from fakes.google.lists import TaskLists
from fakes.google.mailbox import Mailbox
from fakes.google.pubsub import PubSub


@dataclass
class Account:
    """Named by its address. Whatever happens in it is a method of one of its parts."""

    address: str
    now: Callable[[], datetime]
    pubsub: PubSub
    mailbox: Mailbox = field(init=False)
    calendars: Calendars = field(init=False)
    tasks: TaskLists = field(init=False)
    contacts: Contacts = field(init=False)

    def __post_init__(self) -> None:
        self.mailbox = Mailbox(self.address, self.now, self.pubsub.mailbox_changed)
        self.calendars = Calendars(self.address, self.now)
        self.tasks = TaskLists(self.now)
        self.contacts = Contacts(self.now)
