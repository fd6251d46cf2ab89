"""What the sources say they have, compared with what was seen of it: by account and month.

    stored     something of it is stored
    ignored    read, and left out because of `ignore:` or because somebody is forgotten
    cut        older than `history:`
    empty      read, and there is nothing in it for syncd (a calendar file without events)
    set aside  it could not be read; `status` says why
    missing    none of that: the gap

A source that is healthy in every other respect can still miss things: a folder that nobody reads, a
cursor that stands still, mails that were acknowledged and never stored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.contract import Countable, Counted, Source
from connectors.errors import ConnectorError
from syncd.people.forgotten import Forgotten
from syncd.pipeline.workshop import Workshop
from syncd.store import health
from syncd.store.health import Place
from syncd.store.seen import SeenItem, seen

KINDS = ("stored", "ignored", "cut", "empty", "set_aside", "missing")
_FEW = 5  # refs named of a gap
# Which events a calendar that was read holds: the window of every connector is wider.
_BACK, _AHEAD = timedelta(days=3600), timedelta(days=190)


@dataclass(slots=True)
class Tally:
    """What became of what one source has."""

    place: Place
    months: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    missing: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unread: dict[str, int] = field(default_factory=Counter)  # missing, by folder
    folders: dict[str, int] = field(default_factory=Counter)
    newest: str = ""  # month of the newest that is stored
    error: str = ""

    @property
    def gap(self) -> int:
        return sum(counts["missing"] for counts in self.months.values())


def audit(shop: Workshop, now: datetime) -> list[dict[str, Any]]:
    """One object for each source that is read for evidence, with a line in plain words for each
    gap. Nothing is written, and no transaction is open while a source is asked."""
    return [
        _plain(_source(shop, account.name, source, account.since, now))
        for account in shop.accounts
        for source in account.readable
    ]


def _source(
    shop: Workshop, account: str, source: Source, since: datetime | None, now: datetime
) -> Tally:
    tally = Tally(Place(account, str(source.facet), source.scope))
    if not isinstance(source, Countable):
        tally.error = "it cannot be counted"
        return tally
    try:
        counted = list(source.census())
        with shop.database.read() as connection:
            known = seen(connection, shop.database.owner, tally.place)
        found = {c.ref: _of(known, c.ref, shop.ignore.forgotten) for c in counted if c.ref}
        days = _days(source, found, since)
    except ConnectorError as error:
        tally.error = health.words_of(error)
        return tally
    for ref, one in found.items():
        day = days.get(ref)
        month = _month(one, day)
        kind = _kind(tally.place.facet, one, day, since, now)
        tally.months[month][kind] += 1
        folder = ref.rpartition("/")[0]
        tally.folders[folder] += 1
        if kind == "missing":
            tally.missing[month].append(ref)
            tally.unread[folder] += 1
        elif kind == "stored":
            tally.newest = max(tally.newest, month)
    _without_refs(tally, [one for one in counted if not one.ref], known)
    return tally


def _of(known: Mapping[str, SeenItem], ref: str, forgotten: Forgotten) -> SeenItem | None:
    """What became of an item, whose ref may be sealed because it shows somebody forgotten."""
    if ref in known or not forgotten:
        return known.get(ref)
    return known.get(forgotten.ref(ref)) or known.get(forgotten.sealed(ref))


def _days(
    source: Countable, found: Mapping[str, SeenItem | None], since: datetime | None
) -> Mapping[str, date]:
    """The days of whatever the store does not date."""
    return source.dated(
        [
            ref
            for ref, one in found.items()
            if one is None or (not one.stored and (one.state == "ok" or since is not None))
        ]
    )


def _month(one: SeenItem | None, day: date | None) -> str:
    if one is not None and one.at is not None:
        return f"{one.at:%Y-%m}"
    return f"{day:%Y-%m}" if day is not None else ""


def _kind(
    facet: str, one: SeenItem | None, day: date | None, since: datetime | None, now: datetime
) -> str:
    """What became of one item."""
    if one is None:
        return "missing"
    if one.stored:
        return "stored"
    if one.state == "bad" or one.reason:
        return "set_aside"
    # The day of a mail is told in UTC, or in nobody's zone.
    if since is not None and day is not None and day <= since.astimezone(UTC).date():
        return "cut"
    if one.state == "ignored":
        return "ignored"
    if facet == "mail":
        return "missing"  # every mail says something
    inside = day is not None and (now - _BACK).date() < day < (now + _AHEAD).date()
    return "missing" if facet == "calendar" and inside else "empty"


def _without_refs(tally: Tally, counted: Iterable[Counted], known: Mapping[str, SeenItem]) -> None:
    """Months of which a source tells only how many items it has: those that are stored or set aside
    under any ref make up for them."""
    numbers: Counter[str] = Counter()
    for one in counted:
        numbers[one.month] += one.number
    if not numbers:
        return
    stored = Counter(f"{one.at:%Y-%m}" for one in known.values() if one.at is not None)
    spare = sum(1 for one in known.values() if one.at is None)  # ignored, bad: of no known month
    for month, number in sorted(numbers.items()):
        there = min(number, stored[month])
        other = min(number - there, spare)
        spare -= other
        tally.months[month]["stored"] += there
        tally.months[month]["ignored"] += other
        tally.months[month]["missing"] += number - there - other
        if there:
            tally.newest = max(tally.newest, month)


def _plain(tally: Tally) -> dict[str, Any]:
    months: list[dict[str, Any]] = [
        {
            "month": month or None,
            "source": sum(counts.values()),
            **{kind: counts[kind] for kind in KINDS},
            "refs": sorted(tally.missing.get(month, ()))[:_FEW],
        }
        for month, counts in sorted(tally.months.items())
    ]
    return {
        "account": tally.place.account,
        "facet": tally.place.facet,
        "scope": tally.place.scope,
        "source": sum(one["source"] for one in months),
        "seen": sum(one["source"] - one["missing"] for one in months),
        "missing": tally.gap,
        "error": tally.error or None,
        "gaps": _gaps(tally, months),
        "months": months,
    }


def _gaps(tally: Tally, months: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each gap in plain words, what explains most of it first."""
    if not tally.gap:
        return []
    lines = [
        f"nothing in {folder} was read ({count:,} items)"
        for folder, count in sorted(tally.unread.items())
        if count == tally.folders[folder] and len(tally.folders) > 1
    ]
    gone = [one["month"] or "" for one in months if one["missing"]]
    if tally.newest and min(gone) > tally.newest:
        lines.append(f"nothing after {tally.newest} was read: the reading stands still")
    for one in months:
        if one["missing"]:
            share = round(100 * one["missing"] / one["source"])
            lines.append(
                f"{one['month'] or 'without a date'}: {one['missing']:,} of {one['source']:,} "
                f"({share} %) are missing" + (f": {', '.join(one['refs'])}" if one["refs"] else "")
            )
    return lines
