"""The accounts of one owner as the outside has them, with every version that any item ever had.

home    mail, calendar, contacts, tasks
work    mail, calendar, contacts, tasks
desk    mail that others read as well (`role: shared`)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.memory.world import Stored, World
from connectors.records import Bad, Card, Facet, Gone, Item, Meeting, Message, Seen

READ = {
    "home": (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL),
    "work": (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL),
    "desk": (Facet.MAIL,),
}
LISTS = ("home", "work")
THERE = "there"  # what stands for the stamp of an item that has none


@dataclass(frozen=True, slots=True)
class Version:
    """An item as it was between two changes."""

    item: Item
    text: str | None = None


@dataclass(slots=True)
class Chronicle(World):
    """A world that remembers every version of every item, by facet, ref and stamp."""

    versions: dict[tuple[Facet, str, str], Version] = field(default_factory=dict)
    touched: dict[Facet, int] = field(default_factory=dict)  # the number of its last change
    away: bool = False  # whether nobody can get at the task list

    def _touch(self, facet: Facet, ref: str) -> None:
        World._touch(self, facet, ref)
        stored, full = self.items[facet][ref], f"memory//{ref}"
        item: Item = Seen(full, stored.stamp, stored.observations)
        if stored.spoilt:
            item = Bad(full, stored.stamp, stored.spoilt)
        if stored.deleted:
            item = Gone(full)
        self.versions[facet, full, "" if stored.deleted else stored.stamp] = Version(
            item, stored.text
        )
        self.touched[facet] = self.change

    def known_as(self, facet: Facet) -> Iterator[tuple[str, str, Stored]]:
        """What syncd has to know now: the ref and the stamp of each item."""
        for ref, stored in self.alive(facet).items():
            yield f"memory//{ref}", stored.stamp, stored

    def scope(self, facet: Facet) -> str:
        """What the refs of a facet begin with."""
        return "memory"

    def note(self) -> None:
        """What got its name by being read is told in the versions."""


@dataclass(slots=True)
class Stage:
    """Everything out there. Each function is one thing that happens."""

    worlds: dict[str, Chronicle] = field(
        default_factory=lambda: {name: Chronicle() for name in READ}
    )

    # (account, ref) of tasks that somebody is about to delete, one after the other.
    going: list[tuple[str, str]] = field(default_factory=list)

    # When the next thing happens, where items are dated by it: to the second, as servers do.
    now: datetime | None = None

    # Accounts that this owner has not: what happens there happens in another one.
    instead: dict[str, str] = field(default_factory=dict)

    def at_first(self, *accounts: str) -> list[str]:
        """The accounts that there are for these, each once."""
        return list(dict.fromkeys(self.instead.get(name, name) for name in accounts))

    def passes(self, by: timedelta) -> None:
        """Time goes on out there."""
        if self.now is not None:
            self.now += by

    def goes_on(self, account: str) -> bool:
        """One more task of the list that is being emptied is gone; whether there was one."""
        if not any(name == account for name, _ in self.going):
            return False
        self.worlds[account].delete_task(self.going.pop(0)[1])
        return True

    def all_goes(self) -> None:
        """The list that is being emptied is empty."""
        while self.going:
            self.goes_on(self.going[0][0])

    def mail(self, accounts: tuple[str, ...], message: Message, text: str) -> None:
        message = self._to_the_second(message)
        for name in self.at_first(*accounts):
            if message.message_id not in self.worlds[name].items[Facet.MAIL]:
                self.worlds[name].deliver(message, text)

    def lose_mail(self, account: str, ref: str) -> None:
        (name,) = self.at_first(account)
        self.worlds[name].remove_mail(ref)

    def invite_by_mail(self, account: str, message: Message, text: str, meeting: Meeting) -> None:
        (meeting,) = self._dated(meeting)
        message = self._to_the_second(message)
        (name,) = self.at_first(account)
        self.worlds[name].deliver(message, text, carries=(meeting,))

    def event(self, accounts: tuple[str, ...], *instances: Meeting) -> None:
        for name in self.at_first(*accounts):
            self.worlds[name].put_event(*self._dated(*instances))

    def remove_event(self, accounts: tuple[str, ...], ref: str) -> None:
        for name in self.at_first(*accounts):
            if ref in self.worlds[name].alive(Facet.CALENDAR):
                self.worlds[name].remove_event(ref)

    def card(self, account: str, card: Card) -> None:
        (name,) = self.at_first(account)
        self.worlds[name].put_card(card)

    def _dated(self, *meetings: Meeting) -> tuple[Meeting, ...]:
        if self.now is None:
            return meetings
        return tuple(replace(one, modified=self.now) for one in meetings)

    def _to_the_second(self, message: Message) -> Message:
        at = message.at.replace(microsecond=0)
        return message if self.now is None else replace(message, at=at)
