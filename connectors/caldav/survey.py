"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from connectors.caldav.cards import DavBook
from connectors.caldav.cursor import Progress
from connectors.caldav.discovery import Collection
from connectors.caldav.server import Server
from connectors.caldav.source import DavSource
from connectors.caldav.urls import shown, split
from connectors.errors import Refused
from connectors.records import Facet

_NAMED: Final = 6
_WHAT: Final = {Facet.CALENDAR: "calendars", Facet.CONTACTS: "address books"}


def survey(
    server: Server, sources: Sequence[DavSource], user: str, book: DavBook | None = None
) -> Iterator[str]:
    """See `connectors.contract.Surveyed`. `user`: "" where nobody signs in; `book`: what cards are
    added to. All that is there is told before what is lacking is raised, as one error."""
    secure = split(server.url).scheme == "https"
    said = False
    lacking: list[Refused] = []
    for source in sources:
        try:
            places, missing = source.places(Progress())
            trouble = missing or _read_only(source, places.values())
        except Refused as error:
            if not said:
                raise
            places, trouble = {}, error
        if not said:
            how = "by TLS" if secure else "without TLS, on this machine"
            yield f"{shown(server.url)} answers {how}"
            yield f"signed in as {user}" if user else "nobody signs in"
            said = True
        if trouble is not None:
            lacking.append(trouble)
        else:
            yield _line(source, sorted(place.name for place in places.values()))
    if book is not None:
        try:
            yield book.survey()
        except Refused as error:
            lacking.append(error)
    if lacking:
        raise Refused("; ".join(map(str, lacking)))


def _line(source: DavSource, names: Sequence[str]) -> str:
    if source.facet is Facet.TASKS:
        absent = f"the first task makes the list {source.scope}"
        return f"tasks are written to {names[0]}" if names else absent
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{_WHAT[source.facet]}: {', '.join(names[:_NAMED]) or 'none'}{more}"


def _read_only(source: DavSource, places: Iterable[Collection]) -> Refused | None:
    for place in places:
        if source.facet is Facet.TASKS and not place.writable:
            return Refused(
                f"{place.name}, the task list, is read-only for this login: give it the right to "
                "write there, or name another list in `tasks:`"
            )
    return None
