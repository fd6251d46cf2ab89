"""Reading items by multiget, in bounded chunks. An item that the server cannot deliver spoils the
answer for its whole chunk: then the chunk is halved until that item is alone. Chunks of large items
(photos, attachments), or over a slow line, are smaller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Final, NamedTuple

from connectors.caldav.dav import Dav, Told, multiget
from connectors.caldav.discovery import Collection
from connectors.caldav.paths import path_of, url_of
from connectors.caldav.response import TooLong
from connectors.caldav.sync import etag_of, plain
from connectors.caldav.xml import CAL, CARD, Garbled, Response
from connectors.errors import Unavailable

CHUNK: Final = 100
_MUCH: Final = 8 * 1024 * 1024  # bytes of items in one answer: with more it is left where it is
_LONG: Final = 60.0  # seconds, of one answer, likewise
_MANY: Final = 4  # so many items of which none is delivered are a server that fails
_SPOILT: Final = frozenset(
    (400, 405, 413, 500, 501, 502, 507)
)  # one item, or too many, may do that
_UNDELIVERED: Final = "the server does not deliver it"
_TOO_LARGE: Final = "it is too large"
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


class _EnoughError(Exception):
    """What came of an answer is enough at once."""


class Fetcher:
    """Reads items of collections of one service, "caldav" or "carddav"."""

    def __init__(self, dav: Dav, service: str) -> None:
        self._dav = dav
        self._report, self._data, self._depth = _MULTIGET[service]
        self._size = CHUNK  # of the next chunk, by what came before

    def fetch(self, place: Collection, paths: Sequence[str]) -> dict[str, Got]:
        """Each of them. Raises the contract's errors where the server fails as a whole."""
        found: dict[str, Got] = {}
        for portion in self.portions(place, paths):
            found |= portion
        return found

    def portions(self, place: Collection, paths: Sequence[str]) -> Iterator[dict[str, Got]]:
        """As `fetch`, in their order and as many at once as memory should hold."""
        paths = list(dict.fromkeys(paths))
        held: dict[str, Got] = {}
        start = 0
        while start < len(paths) and len(held) < CHUNK:
            some = self._some(place, paths[start : start + self._size])
            start += len(some)
            held |= some
            if any(not got.trouble for got in held.values()):
                yield held
                held = {}
        if len(held) >= _MANY:
            raise Unavailable(f"the server delivers nothing of {place.name}")
        if held:
            yield held

    def _some(self, place: Collection, paths: Sequence[str]) -> dict[str, Got]:
        """The first ones of them, or all, in their order."""
        found: dict[str, Got] = {}
        asked = set(paths)
        size, ends = 0, monotonic() + _LONG

        def each(response: Response) -> None:
            nonlocal size
            path = path_of(response.href, place.url)
            if path in asked:
                got = found[path] = self._got(response)
                size += len(got.data or b"")
                if len(found) < len(asked) and (size > _MUCH or monotonic() > ends):
                    raise _EnoughError

        body = multiget(self._report, self._data, paths)
        try:
            self._dav.report(place.url, self._depth, body, each, place.name)
        except _EnoughError:
            self._size = max(1, len(found) // 2)
            first = next(at for at, path in enumerate(paths) if path not in found)
            # A server may begin with the last one.
            if not first:
                return self._some(place, paths[:1])
            return {path: self._whole(place, path, found[path]) for path in paths[:first]}
        except (Told, Garbled, TooLong) as error:
            if isinstance(error, Told) and error.status not in _SPOILT:
                raise error.error() from error
            if len(paths) > 1:
                half = len(paths) // 2
                some = self._some(place, paths[:half])
                return some if len(some) < half else some | self._some(place, paths[half:])
            if isinstance(error, TooLong):
                return {paths[0]: Got("", None, _TOO_LARGE)}
            return {paths[0]: self._alone(place, paths[0])}
        if size < _MUCH // 4:
            self._size = min(CHUNK, 2 * self._size)
        return {path: self._whole(place, path, found.get(path)) for path in paths}

    def _whole(self, place: Collection, path: str, got: Got | None) -> Got:
        # Nothing was said of it, or that it has no content that could be given.
        return self._alone(place, path) if got is None or got.trouble else got

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
        except TooLong:
            return Got("", None, _TOO_LARGE)
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
