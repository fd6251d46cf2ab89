"""What truly happened, as the world knows it: written down while the world is made up, never read
from the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Letter:
    """A mail between the owner and one person. `here` is when it lay in the mailbox."""

    at: datetime
    here: datetime
    sent: bool
    kind: str  # chat | ask | promise | thanks
    account: str


@dataclass(slots=True)
class Date:
    """A meeting of the owner with one person, as it is now; `changed` when it was last touched."""

    uid: str
    recurrence: str
    start: datetime
    end: datetime
    accounts: tuple[str, ...]
    changed: datetime
    here: datetime  # when it first was on the calendar
    took_place: bool = True  # once its end is past
    earlier: list[tuple[datetime, datetime]] = field(default_factory=list)  # (end, changed)


@dataclass(slots=True)
class Tie:
    """All that happened with one plain person."""

    letters: list[Letter] = field(default_factory=list)
    dates: list[Date] = field(default_factory=list)
    other: list[datetime] = field(default_factory=list)  # logs and ticks that mean contact

    def met(self, now: datetime) -> list[Date]:
        """The meetings that had taken place by `now`, first things first."""
        over = [one for one in self.dates if one.took_place and one.end <= now]
        return sorted(over, key=lambda one: (one.end, one.uid, one.recurrence))


@dataclass(slots=True)
class Truth:
    """Ties by person's address, and who is no person at all."""

    ties: dict[str, Tie] = field(default_factory=dict)
    machines: set[str] = field(default_factory=set)

    def of(self, addr: str) -> Tie:
        return self.ties.setdefault(addr, Tie())
