"""A support module: all that Microsoft 365 has of one owner."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fakes.graph.changes import Revisions, Rounds
from fakes.graph.contacts import Contacts
from fakes.graph.events import Calendars
from fakes.graph.lists import TaskLists
from fakes.graph.mailbox import Mailbox
from fakes.graph.times import windows_name


@dataclass
class Account:
    """Named by its address. Whatever happens in it is a method of one of its parts.

    `aliases`: other addresses of the mailbox. `zone`: IANA name. `licensed`: whether there is a
    mailbox in the cloud at all. `policy`: whether an application access policy lets apps in."""

    address: str
    now: Callable[[], datetime]
    name: str = ""
    zone: str = "Europe/Lisbon"
    german: bool = False
    aliases: list[str] = field(default_factory=list)
    licensed: bool = True
    policy: bool = True
    revisions: Revisions = field(default_factory=Revisions)
    mailbox: Mailbox = field(init=False)
    tasks: TaskLists = field(init=False)
    calendars: Calendars = field(init=False)
    contacts: Contacts = field(init=False)
    rounds: Rounds = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.name or self.address.partition("@")[0].title()
        self.rounds = Rounds(self.revisions)
        self.mailbox = Mailbox(self.address, self.now, self.revisions, self.german)
        self.tasks = TaskLists(self.now, self.revisions)
        self.contacts = Contacts(self.now, self.revisions)
        self.calendars = Calendars(self.address, self.now, self.revisions, self.zone)

    @property
    def id(self) -> str:
        """The object id in the directory."""
        return str(uuid.UUID(int=zlib.crc32(self.address.lower().encode()) << 64))

    @property
    def windows_zone(self) -> str:
        """As mailboxSettings has it."""
        return windows_name(self.zone)

    def forget_tokens(self, collection: str | None = None) -> None:
        """Delta and skip tokens given out so far are refused: all, or those of one collection
        ("messages:ID", "tasks:ID", "lists", "mailFolders", "calendarView:ID", "contacts:ID")."""
        self.rounds.forget(collection)
