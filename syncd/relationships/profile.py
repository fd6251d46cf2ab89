"""What is known of a person besides what happened: the constants of one relationship."""

from __future__ import annotations

from datetime import datetime

from rules.history import Subject
from rules.values import value
from syncd.people import called
from syncd.relationships.birthdays import Birthday


@value
class Profile:
    """One person as configuration, cards and the people layer describe them."""

    id: str
    name: str
    addresses: tuple[str, ...] = ()  # normalised, sorted
    tags: frozenset[str] = frozenset()
    colleague: bool = False
    channel: str = "mail"  # mail | elsewhere
    has_card: bool = False
    card_seen_at: datetime | None = None  # None: it was there at the first start, or there is none
    birthday: Birthday | None = None
    notes: tuple[str, ...] = ()  # lines the owner wrote: `needs: …`, `offers: …`, `about: …`
    first_known: bool = True
    first_after: datetime | None = None
    unsettled: frozenset[str] = frozenset()  # accounts that are still back-filling

    @property
    def domains(self) -> frozenset[str]:
        """The mail domains of the person's addresses."""
        return frozenset(address.rpartition("@")[2] for address in self.addresses)

    @property
    def subject(self) -> Subject:
        """Whom rules are asked about."""
        return _Called(self.id, self.name, self.addresses)


class _Called(Subject):
    """Somebody whose first name is found out when it is asked for."""

    __slots__ = ()

    @property
    def first_name(self) -> str:
        """What to call them."""
        return called(self.name) or super().first_name
