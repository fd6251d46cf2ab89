"""Pauses that let nothing through: each is no trouble, and for ever they are one.

What a provider allows may be used up for a day, and is given anew then. Moments count at which it
was really asked, and such that are some hours apart: neither a machine that sleeps, nor a week
between two runs, nor many tries within an hour make an outage of one pause.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from connectors.errors import Paused

LEAST: Final = 3  # times it was asked in vain
APART: Final = timedelta(hours=8)  # from one that counts to the next
LONG: Final = timedelta(hours=26)  # a day and an hour, as the day has on which clocks go back
_ADVICE: Final = "something else may be using up what this account may ask for"


class Pauses(NamedTuple):
    """How often a place was asked in vain since it let something through."""

    times: int = 0
    since: datetime | None = None  # the first of them
    last: datetime | None = None  # that was counted

    def one_more(self, now: datetime) -> Pauses:
        """It was asked once more, and brought nothing. A clock that went back counts from then."""
        if self.since is None or self.last is None or now < self.since:
            return Pauses(1, now, now)
        if now - self.last < APART:
            return self
        return Pauses(self.times + 1, self.since, now)

    def in_vain(self, now: datetime) -> datetime | None:
        """Since when, where that is trouble by now."""
        long = self.since is not None and now - self.since > LONG
        return self.since if long and self.times >= LEAST else None


UNPAUSED: Final = Pauses()


def lasting(pause: Paused, since: datetime) -> Paused:
    """What to say of a pause that does not end."""
    return Paused(
        f"nothing has been let through since {since:%Y-%m-%d %H:%M} UTC: {pause}; "
        f"{pause.advice or _ADVICE}",
        pause.wait,
    )
