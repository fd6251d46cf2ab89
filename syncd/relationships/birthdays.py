"""When a birthday is near: an event of every year, from the one line on a contact card.

It happens two weeks ahead, at the start of the day in the owner's zone, so that a rule has the
time to remind of it. 29 February is 28 February in years that have none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from rules.history import Event
from rules.phrases import month_day

LEAD = timedelta(days=14)
# Listed are those since the person is known and one before. Were it the last year only, what a
# birthday closed long ago would open again one day.
_BEFORE = timedelta(days=400)
_CARD_ONLY = timedelta(days=5 * 366)  # of somebody known from a card that was always there
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # what claims to be older has no date
_OLDEST = 120  # a year that makes somebody older is what some address book writes for "not known"
_KINDS = frozenset({"birthday_soon"})
_WRITTEN = re.compile(r"(\d{4}|-)-(\d\d)-(\d\d)", re.ASCII)


class Birthday(NamedTuple):
    """A day of every year, the year of birth where it is known, and the account that knows it."""

    month: int
    day: int
    year: int | None = None
    account: str = ""


def birthday_of(written: Iterable[tuple[str, str]]) -> Birthday | None:
    """The birthday of (text as `Card.birthday` has it, account), of all the cards somebody has.

    Of several days the one on most cards counts, then the one with a year, then the earliest in
    the year: the same whatever order the cards are in.
    """
    found = [day for text, account in written if (day := _read(text, account)) is not None]
    if not found:
        return None
    days = Counter((one.month, one.day) for one in found)
    years = Counter(one[:3] for one in found)
    return min(
        found,
        key=lambda one: (
            -days[one.month, one.day],
            one.year is None,
            -years[one[:3]],
            (one.month, one.day, one.year or 0),
            one.account,
        ),
    )


def birthdays(
    birthday: Birthday,
    now: datetime,
    zone: tzinfo,
    *,
    known_since: datetime | None = None,
    unsettled: frozenset[str] = frozenset(),
) -> Iterator[Event]:
    """The times that it drew near, up to `now`, oldest first.

    `known_since` is when the person was first heard of; None: it is not known.
    """
    begin = now - _CARD_ONLY
    if known_since is not None:
        begin = max(min(known_since, now), _EPOCH) - _BEFORE
    for year in range(begin.year, now.astimezone(zone).year + 2):
        day = _in_year(birthday, year)
        if day is None or not begin < (moment := _soon(day, zone)) <= now:
            continue
        age = year - birthday.year if birthday.year is not None else None
        told = f" ({age})" if age is not None and age <= _OLDEST else ""
        yield Event(
            kinds=_KINDS,
            at=moment,
            end=moment,
            evidence=f"birthday:{day.isoformat()}",
            title=f"Birthday on {month_day(day)}{told}",
            account=birthday.account,
            settled=birthday.account not in unsettled,
        )


def next_birthday(birthday: Birthday, after: datetime, zone: tzinfo) -> datetime | None:
    """The next moment strictly after `after` at which it draws near. None: it never does again."""
    first = max(after.astimezone(zone).year, (birthday.year or 0) + 1)
    days = (_in_year(birthday, year) for year in range(first, first + 3))
    moments = (_soon(day, zone) for day in days if day is not None)
    return next((moment for moment in moments if moment > after), None)


def _read(text: str, account: str) -> Birthday | None:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    year = None if match[1] == "-" else int(match[1])
    try:
        date(2000, int(match[2]), int(match[3]))  # a leap year has every day there is
    except ValueError:
        return None
    return Birthday(int(match[2]), int(match[3]), year, account)


def _in_year(birthday: Birthday, year: int) -> date | None:
    """The birthday of that year; None before the first one."""
    if birthday.year is not None and year <= birthday.year:
        return None
    try:
        return date(year, birthday.month, birthday.day)
    except ValueError:
        return date(year, 2, 28)


def _soon(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day - LEAD, time(), zone).astimezone(UTC)
