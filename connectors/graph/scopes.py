"""What an account asks Microsoft for: as little as what is switched on needs, each with its reason.

learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

# All that was granted to an application that acts by itself.
DEFAULT: Final = "https://graph.microsoft.com/.default"


class Scope(NamedTuple):
    """One right. `shown`: what it lets us do, in a few words for the owner. `alone`: what it is
    called where an application acts by itself, "" where that has no need of it."""

    name: str  # as Entra shows it: "Mail.Read"
    shown: str
    alone: str


ME: Final = Scope("User.Read", "see whose account it is", "")
MAIL: Final = Scope("Mail.Read", "read mail, and nothing else with it", "Mail.Read")
DRAFTS: Final = Scope(
    "Mail.ReadWrite", "read mail and put drafts into Drafts (`drafts: true`)", "Mail.ReadWrite"
)
CALENDARS: Final = Scope("Calendars.Read", "read calendars", "Calendars.Read")
CONTACTS: Final = Scope("Contacts.Read", "read contacts", "Contacts.Read")
CARDS: Final = Scope(
    "Contacts.ReadWrite", "read contacts and add to them (`cards: true`)", "Contacts.ReadWrite"
)
TASKS: Final = Scope(
    "Tasks.ReadWrite", "keep a list of its own in Microsoft To Do", "Tasks.ReadWrite.All"
)

# What includes others: who has the one has no need of the other.
_INCLUDES: Final = {
    DRAFTS.name: frozenset((MAIL.name,)),
    CARDS.name: frozenset((CONTACTS.name,)),
    "Calendars.ReadWrite": frozenset((CALENDARS.name,)),
    "User.ReadWrite": frozenset((ME.name,)),
    "User.Read.All": frozenset((ME.name,)),
}
# What a path takes to be read, and to be written: by its first word, in lower case.
_RIGHTS: Final = {
    "mailfolders": (MAIL, DRAFTS),
    "messages": (MAIL, DRAFTS),
    "calendar": (CALENDARS, CALENDARS),
    "calendars": (CALENDARS, CALENDARS),
    "calendargroups": (CALENDARS, CALENDARS),
    "calendarview": (CALENDARS, CALENDARS),
    "events": (CALENDARS, CALENDARS),
    "contactfolders": (CONTACTS, CARDS),
    "contacts": (CONTACTS, CARDS),
    "todo": (TASKS, TASKS),
    "": (ME, ME),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is switched on."""

    mail: bool = True
    calendars: bool = True
    contacts: bool = True
    tasks: bool = True
    drafts: bool = False
    cards: bool = False

    def scopes(self) -> tuple[Scope, ...]:
        """What that takes of somebody who signs in."""
        return (ME, *self._scopes())

    def permissions(self) -> tuple[Scope, ...]:
        """What an administrator has to grant an application that acts by itself."""
        return tuple(self._scopes())

    def _scopes(self) -> Iterator[Scope]:
        if self.drafts:
            yield DRAFTS
        elif self.mail:
            yield MAIL
        if self.calendars:
            yield CALENDARS
        if self.cards:
            yield CARDS
        elif self.contacts:
            yield CONTACTS
        if self.tasks:
            yield TASKS


def missing(wanted: Collection[Scope], granted: Collection[str]) -> list[Scope]:
    """Those that were not granted. Microsoft names them with or without the address of Graph, and
    as it likes in upper and lower case."""
    names = {one.rpartition("/")[2].lower() for one in granted}
    for one, others in _INCLUDES.items():
        if one.lower() in names:
            names.update(other.lower() for other in others)
    return [one for one in wanted if one.name.lower() not in names]


def right_of(path: str, *, write: bool, alone: bool = False) -> str:
    """The right that a path below a mailbox takes, "" where that is not known."""
    rights = _RIGHTS.get(path.partition("?")[0].partition("/")[0].partition("(")[0].lower())
    if rights is None:
        return ""
    return rights[write].alone if alone else rights[write].name
