"""Which calendars of a mailbox are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from connectors.errors import Refused
from connectors.exchange.errors import NotThere
from connectors.exchange.places import CALENDAR, Place, place, places

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

Chosen = tuple[list[Place], dict[str, str], Refused | None]


def choose(exchange: Exchange, chosen: Sequence[str] | None, names: Mapping[str, str]) -> Chosen:
    """The calendars that are read: the mailbox's own one, or those `chosen` by name or path; the
    ids of these by name; what is wrong where one is not there. `names`: the ids as last found. One
    that was renamed since is known by its id."""
    if chosen is None:
        return [_own(exchange)], {}, None
    listed = [one for one in places(exchange) if one.holds(CALENDAR) and not one.deleted]
    found: dict[str, Place] = {}
    ids: dict[str, str] = {}
    lacking: list[str] = []
    for name in chosen:
        called = [one for one in listed if one.called(name)]
        # Of two by one name it is the one that was read.
        called = [one for one in listed if one.id == names.get(name)] or called
        if called:
            found[called[0].id], ids[name] = called[0], called[0].id
            continue
        lacking.append(name)
        if name in names:
            ids[name] = names[name]  # what was read of it stays
    return list(found.values()), ids, _trouble(lacking, listed)


def _own(exchange: Exchange) -> Place:
    from connectors.exchange.request import Distinguished

    try:
        return place(exchange, Distinguished("calendar"), "the calendar")
    except NotThere as error:
        raise Refused(
            "the mailbox has no calendar of its own: name others in `calendars:`, or set it to "
            "false"
        ) from error


def _trouble(names: Sequence[str], listed: Sequence[Place]) -> Refused | None:
    if not names:
        return None
    there = ", ".join(sorted({one.path for one in listed})) or "none"
    wrong = " or ".join(map(repr, names))
    return Refused(f"there is no calendar {wrong}: correct `calendars:` (there are: {there})")
