"""The accounts of one owner as the outside has them, with every version that any item ever had.

home    mail, calendar, contacts, tasks
work    mail, calendar, contacts, tasks
desk    mail that others read as well (`role: shared`)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.memory.world import World
from connectors.records import Bad, Card, Facet, Gone, Item, Meeting, Message, Seen

READ = {
    "home": (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL),
    "work": (Facet.CONTACTS, Facet.CALENDAR, Facet.MAIL),
    "desk": (Facet.MAIL,),
}
LISTS = ("home", "work")


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


@dataclass(slots=True)
class Stage:
    """Everything out there. Each function is one thing that happens."""

    worlds: dict[str, Chronicle] = field(
        default_factory=lambda: {name: Chronicle() for name in READ}
    )

    # (account, ref) of tasks that somebody is about to delete, one after the other.
    going: list[tuple[str, str]] = field(default_factory=list)

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
        for name in accounts:
            self.worlds[name].deliver(message, text)

    def invite_by_mail(self, account: str, message: Message, text: str, meeting: Meeting) -> None:
        self.worlds[account].deliver(message, text, carries=(meeting,))

    def event(self, accounts: tuple[str, ...], *instances: Meeting) -> None:
        for name in accounts:
            self.worlds[name].put_event(*instances)

    def remove_event(self, accounts: tuple[str, ...], ref: str) -> None:
        for name in accounts:
            if ref in self.worlds[name].alive(Facet.CALENDAR):
                self.worlds[name].remove_event(ref)

    def card(self, account: str, card: Card) -> None:
        self.worlds[account].put_card(card)
