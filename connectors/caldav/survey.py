"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.caldav.cursor import Progress
from connectors.caldav.server import Server
from connectors.caldav.source import DavSource
from connectors.caldav.urls import shown, split
from connectors.records import Facet

_NAMED: Final = 6
_WHAT: Final = {Facet.CALENDAR: "calendars", Facet.CONTACTS: "address books", Facet.TASKS: "tasks"}


def survey(server: Server, sources: Sequence[DavSource], user: str) -> Iterator[str]:
    """See `connectors.contract.Surveyed`. `user`: "" where nobody signs in."""
    secure = split(server.url).scheme == "https"
    said = False
    for source in sources:
        places, lacking = source.places(Progress())
        if not said:
            how = "by TLS" if secure else "without TLS, on this machine"
            yield f"{shown(server.url)} answers {how}"
            yield f"signed in as {user}" if user else "nobody signs in"
            said = True
        if lacking is not None:
            raise lacking
        names = sorted(place.name for place in places.values())
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        what = _WHAT[source.facet]
        if source.facet is Facet.TASKS:
            absent = f"the first task makes the list {source.scope}"
            yield f"tasks are written to {names[0]}" if names else absent
        else:
            yield f"{what}: {', '.join(names[:_NAMED]) or 'none'}{more}"
