"""The requests of WebDAV, CalDAV and CardDAV that we make, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from connectors.caldav.http import Answer, Session
from connectors.caldav.signing import header_value
from connectors.caldav.trouble import refusal, write_refusal
from connectors.caldav.xml import DAV, Element, Garbled, Reader, Response, conditions_of, document
from connectors.caldav.xml import element as tag
from connectors.errors import ConnectorError, Unavailable

_XML: Final = {"Content-Type": 'application/xml; charset="utf-8"'}
MULTISTATUS: Final = 207


class Told(Exception):
    """A status that is no success, for those who know what it means here. `conditions` are the
    names in its DAV:error."""

    def __init__(self, answer: Answer, what: str) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer
        self.status = answer.status
        self.conditions = conditions_of(answer.body)
        self._what = what

    def error(self) -> ConnectorError:
        """As the contract's error, for a reading."""
        return refusal(self.answer, self._what, self.conditions)

    def write_error(self) -> ConnectorError:
        """As the contract's error, for a write."""
        return write_refusal(self.answer, self._what, self.conditions)


class Dav:
    """The requests. `what` says in an error what they were about."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def propfind(
        self, url: str, depth: int, props: Iterable[str], what: str, *, anonymous: bool = False
    ) -> tuple[list[Response], str]:
        """Properties of a resource, or with `depth` 1 of its members too; and its URL in the end.

        Raises `Told`, `Garbled`.
        """
        found: list[Response] = []
        body = document(DAV + "propfind", tag(DAV + "prop", *map(tag, props)))
        _, where = self._ask("PROPFIND", url, depth, body, found.append, what, anonymous=anonymous)
        return found, where

    def report(
        self, url: str, depth: int, body: bytes, each: Callable[[Response], None], what: str
    ) -> Element:
        """A REPORT; its responses go to `each` as they come. What else was said is returned.

        Raises `Told`, `Garbled`.
        """
        return self._ask("REPORT", url, depth, body, each, what)[0]

    def get(self, url: str, what: str) -> Answer:
        """One resource. Raises `Told`."""
        answer = self.session.request("GET", url)
        if answer.status != 200:
            raise Told(answer, what)
        return answer

    def put(
        self, url: str, data: bytes, kind: str, what: str, *, if_match: str | None = None
    ) -> None:
        """Write a resource: a new one, or with `if_match` (an etag) the one that is there.

        Raises `Told`.
        """
        headers = {"Content-Type": f"{kind}; charset=utf-8"}
        if if_match is None:
            headers["If-None-Match"] = "*"
        else:
            headers["If-Match"] = header_value(if_match)
        self._write("PUT", url, data, headers, what)

    def delete(self, url: str, what: str, if_match: str) -> None:
        """Delete a resource as it was seen. Raises `Told`."""
        self._write(
            "DELETE", url, b"", {"If-Match": header_value(if_match)} if if_match else {}, what
        )

    def make(self, method: str, url: str, body: bytes, what: str) -> None:
        """MKCALENDAR (RFC 4791 5.3.1) or extended MKCOL (RFC 5689). Raises `Told`."""
        self._write(method, url, body, _XML, what)

    def _write(
        self, method: str, url: str, body: bytes, headers: dict[str, str], what: str
    ) -> None:
        answer = self.session.request(method, url, body, headers)
        if not 200 <= answer.status < 300 or answer.status == MULTISTATUS:
            raise Told(answer, what)

    def _ask(
        self,
        method: str,
        url: str,
        depth: int,
        body: bytes,
        each: Callable[[Response], None],
        what: str,
        *,
        anonymous: bool = False,
    ) -> tuple[Element, str]:
        reader = Reader(each)
        headers = {**_XML, "Depth": str(depth)}
        answer = self.session.request(method, url, body, headers, reader.feed, anonymous=anonymous)
        if answer.status != MULTISTATUS:
            if 200 <= answer.status < 300:
                raise Garbled(f"HTTP {answer.status}")
            raise Told(answer, what)
        root = reader.close()
        if root.name != DAV + "multistatus":
            raise Garbled(root.name)
        return root, answer.url


def no_dav(what: str) -> Unavailable:
    """The error for `Garbled`."""
    return Unavailable(
        f"the server does not answer as a CalDAV server does for {what}: check `url`, and that no "
        "sign-in page of a network is in between"
    )


def multiget(root: str, data: str, hrefs: Sequence[str]) -> bytes:
    """The body of a multiget (RFC 4791 7.9, RFC 6352 8.7): `data` with its etag, of each href."""
    return document(
        root,
        tag(DAV + "prop", tag(DAV + "getetag"), tag(data)),
        *(tag(DAV + "href", text=href) for href in hrefs),
    )
