"""What an account asks Google for: as little as what is switched on needs, each with its reason.

developers.google.com/identity/protocols/oauth2/scopes
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

_AUTH: Final = "https://www.googleapis.com/auth/"


class Scope(NamedTuple):
    """One right. `shown`: what it lets us do, in a few words for the owner."""

    url: str
    shown: str

    @property
    def name(self) -> str:
        """As the Cloud console shows it: "gmail.readonly"."""
        return self.url.removeprefix(_AUTH)


MAIL: Final = Scope(f"{_AUTH}gmail.readonly", "read mail, and nothing else with it")
# There is no lesser one for IMAP.
IMAP: Final = Scope(
    "https://mail.google.com/", "do anything with mail, which reading by IMAP takes (`backfill`)"
)
DRAFTS: Final = Scope(f"{_AUTH}gmail.compose", "put drafts into Drafts (`drafts: true`)")
CALENDARS: Final = Scope(f"{_AUTH}calendar.readonly", "read calendars")
CONTACTS: Final = Scope(f"{_AUTH}contacts.readonly", "read contacts")
CARDS: Final = Scope(f"{_AUTH}contacts", "read contacts and add to them (`cards: true`)")
OTHERS: Final = Scope(
    f"{_AUTH}contacts.other.readonly", "read names of people you wrote to (Other contacts)"
)
TASKS: Final = Scope(f"{_AUTH}tasks", "keep a list of its own in Google Tasks")
PUBSUB: Final = Scope(f"{_AUTH}pubsub", "hear of new mail at once (`pubsub`)")

# What includes others: who has the one has no need of the other.
_INCLUDES: Final = {
    CARDS.url: frozenset((CONTACTS.url,)),
    IMAP.url: frozenset((MAIL.url, DRAFTS.url)),
    f"{_AUTH}gmail.modify": frozenset((MAIL.url, DRAFTS.url)),
    f"{_AUTH}calendar": frozenset((CALENDARS.url,)),
    f"{_AUTH}cloud-platform": frozenset((PUBSUB.url,)),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is switched on."""

    mail: bool = True
    calendars: bool = True
    contacts: bool = True
    tasks: bool = True
    imap: bool = False
    pubsub: bool = False
    drafts: bool = False
    cards: bool = False

    def scopes(self) -> tuple[Scope, ...]:
        """What that takes."""
        return tuple(self._scopes())

    def _scopes(self) -> Iterator[Scope]:
        if self.mail:
            yield IMAP if self.imap else MAIL
        if self.mail and self.pubsub:
            yield PUBSUB
        if self.drafts and not (self.mail and self.imap):
            yield DRAFTS
        if self.calendars:
            yield CALENDARS
        if self.cards:
            yield CARDS
        elif self.contacts:
            yield CONTACTS
        if self.contacts:
            yield OTHERS
        if self.tasks:
            yield TASKS


def missing(wanted: Collection[Scope], granted: Collection[str]) -> list[Scope]:
    """Those that were not granted."""
    has = {*granted}.union(*(_INCLUDES.get(one, frozenset()) for one in granted))
    return [one for one in wanted if one.url not in has]
