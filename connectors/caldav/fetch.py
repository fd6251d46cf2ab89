"""Reading items by multiget, in bounded chunks. An item that the server cannot deliver spoils the
answer for its whole chunk: then the chunk is halved until that item is alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from connectors.caldav.dav import Dav, Told, multiget
from connectors.caldav.discovery import Collection
from connectors.caldav.paths import path_of, url_of
from connectors.caldav.sync import etag_of, plain
from connectors.caldav.xml import CAL, CARD, Garbled, Response
from connectors.errors import Unavailable

CHUNK: Final = 100
_MANY: Final = 4  # so many items of which none is delivered are a server that fails
_SPOILT: Final = frozenset(
    (400, 405, 413, 500, 501, 502, 507)
)  # one item, or too many, may do that
_UNDELIVERED: Final = "the server does not deliver it"
_MULTIGET: Final = {
    "caldav": (CAL + "calendar-multiget", CAL + "calendar-data", 1),
    "carddav": (CARD + "addressbook-multiget", CARD + "address-data", 0),
}


class Got(NamedTuple):
    """What the server gave for one path. `data` None: it is gone, or, with a `trouble`, it cannot
    be delivered now."""

    etag: str
    data: bytes | None
    trouble: str = ""


class Fetcher:
    """Reads items of collections of one service, "caldav" or "carddav"."""

    def __init__(self, dav: Dav, service: str) -> None:
        self._dav = dav
        self._report, self._data, self._depth = _MULTIGET[service]

    def fetch(self, place: Collection, paths: Sequence[str]) -> dict[str, Got]:
        """Each of them. Raises the contract's errors where the server fails as a whole."""
        found: dict[str, Got] = {}
        for start in range(0, len(paths), CHUNK):
            some = self._some(place, paths[start : start + CHUNK])
            if len(some) >= _MANY and all(got.trouble for got in some.values()):
                raise Unavailable(f"the server delivers nothing of {place.name}")
            found |= some
        return found

    def _some(self, place: Collection, paths: Sequence[str]) -> dict[str, Got]:
        found: dict[str, Got] = {}
        asked = set(paths)

        def each(response: Response) -> None:
            path = path_of(response.href, place.url)
            if path in asked:
                found[path] = self._got(response)

        body = multiget(self._report, self._data, paths)
        try:
            self._dav.report(place.url, self._depth, body, each, place.name)
        except (Told, Garbled) as error:
            if isinstance(error, Told) and error.status not in _SPOILT:
                raise error.error() from error
            if len(paths) > 1:
                half = len(paths) // 2
                return self._some(place, paths[:half]) | self._some(place, paths[half:])
            return {paths[0]: self._alone(place, paths[0])}
        for path in paths:
            # Nothing was said of it, or that it has no content that could be given.
            if path not in found or found[path].trouble:
                found[path] = self._alone(place, path)
        return found

    def _got(self, response: Response) -> Got:
        if response.status in (404, 410):
            return Got("", None)
        data = response.props.get(self._data)
        if data is None or response.status >= 300:
            return Got("", None, _UNDELIVERED)
        return Got(etag_of(response), data.text.encode("utf-8", "surrogatepass"))

    def _alone(self, place: Collection, path: str) -> Got:
        """One item by GET. Raises the contract's errors where waiting is the remedy."""
        try:
            answer = self._dav.get(url_of(path, place.url), place.name)
        except Told as error:
            if error.status in (404, 410):
                return Got("", None)
            trouble = error.error()
            if error.status in (429, 503) or (isinstance(trouble, Unavailable) and trouble.asked):
                raise trouble from error
            return Got("", None, _UNDELIVERED)
        if answer.headers.get_content_type().endswith(("html", "xml")):
            return Got("", None, _UNDELIVERED)
        return Got(plain(answer.headers.get("ETag") or ""), answer.body)
