"""Looking for items by what they say (RFC 4791 section 7.8, RFC 6352 section 8.6)."""

from __future__ import annotations

from typing import Final

from connectors.caldav.dav import Dav, Told, no_dav
from connectors.caldav.discovery import Collection
from connectors.caldav.paths import folder_of, path_of
from connectors.caldav.xml import Garbled, Response

_UNABLE: Final = frozenset((400, 403, 405, 415, 422, 500, 501))


def found(dav: Dav, place: Collection, query: bytes) -> list[str]:
    """The paths of members that may answer a query: servers compare in their own ways, so they are
    to be read before they are believed. None where the server cannot be asked.

    Raises the contract's errors.
    """
    paths: list[str] = []

    def each(response: Response) -> None:
        path = path_of(response.href, place.url)
        if folder_of(path) == place.path and path != place.path and response.status in (0, 200):
            paths.append(path)

    try:
        dav.report(place.url, 1, query, each, place.name)
    except Told as error:
        if error.status not in _UNABLE:
            raise error.error() from error
        return []
    except Garbled as error:
        raise no_dav(place.name) from error
    return paths
