"""Microsoft Graph, as far as one mailbox goes: paths in, JSON out.

    api.ask("mailFolders/inbox", "the inbox", params={"$select": "id"})   an object
    api.ask(link, "the inbox")                            what a link of an answer leads to
    api.pages("todo/lists", "the task lists")             the entries of a whole collection
    api.write("POST", "contacts", "the contact", body={...})         what was made
    api.batch({key: path, ...}, "the mail")               some at once

Paths begin below the mailbox: /me, or /users/{login} for an application that acts by itself. Every
error is one of the contract's, or of `connectors/graph/errors.py`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from connectors.errors import Ambiguous, ConnectorError, Refused, Unavailable
from connectors.graph.bearer import Bearer
from connectors.graph.errors import Answered, Lost, Need, asked_wait, of_answer
from connectors.graph.gate import AT_ONCE, Gate
from connectors.graph.odata import Json, Query, asked, entries, next_link
from connectors.graph.scopes import right_of
from connectors.hosts import is_loopback

if TYPE_CHECKING:  # only who asks pays for it
    from connectors.graph.http import Answer, Http

ROOT: Final = "https://graph.microsoft.com"
_VERSION: Final = "v1.0"
_IDS: Final = 'IdType="ImmutableId"'  # they stay when something is moved
_MANY: Final = 10_000  # pages of one collection
_MAILBOX: Final = re.compile(r"(?:me|users/[^/?]+|users\([^)]*\))(?:/|(?=\?)|$)", re.IGNORECASE)


class Api:
    """One account's way to Graph. From any thread: each has its own connections.

    `login`: of the mailbox. `app_only`: nobody signed in, the application acts by itself.
    `endpoint`: another Graph, on this machine, with which it is tried. `name`: of the account.
    """

    def __init__(
        self,
        bearer: Bearer,
        login: str,
        *,
        app_only: bool = False,
        endpoint: str = "",
        name: str = "",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if endpoint and not is_loopback(urlsplit(endpoint).hostname or ""):
            raise ValueError("another Graph than the real one is on this machine only")
        self.login = login
        self.name = name
        self._bearer = bearer
        self._alone = app_only
        self._root = (endpoint or ROOT).rstrip("/").removesuffix(f"/{_VERSION}")
        self._within = f"users/{quote(login, safe='@')}" if app_only else "me"
        self._gate = Gate(clock)
        self._mine = threading.local()
        self._time: datetime | None = None

    def ask(
        self, where: str, what: str, *, params: Query | None = None, prefer: Sequence[str] = ()
    ) -> Json:
        """The object at a path ("" for the user), or what an `@odata.nextLink` or a deltaLink leads
        to. `what` is read: "the calendar Work"; `prefer`: preferences besides that for ids that
        stay. Raises `Refused` for a link to anywhere else than Graph: a token would go there."""
        return self._json("GET", self._url(where, what, params), what, prefer)

    def is_own(self, link: str) -> bool:
        """Whether a link leads to this Graph."""
        there, here = urlsplit(link), urlsplit(self._root)
        return (there.scheme, there.netloc) == (here.scheme, here.netloc)

    def pages(
        self, path: str, what: str, *, params: Query | None = None, prefer: Sequence[str] = ()
    ) -> Iterator[Json]:
        """The entries of a collection, page by page."""
        page = self.ask(path, what, params=params, prefer=prefer)
        for _ in range(_MANY):
            yield from entries(page)
            if not (link := next_link(page)):
                return
            page = self.ask(link, what, prefer=prefer)
        raise Unavailable(f"Microsoft goes on and on with {what}: it is asked again")

    def raw(self, path: str, what: str, limit: int) -> bytes:
        """What is at a path and no JSON ("messages/ID/$value"): so many bytes at most, from its
        beginning."""
        answer = self._answer("GET", self._url(path, what), what, {"Accept": "*/*"}, limit=limit)
        return answer.body

    def write(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Mapping[str, Any] | bytes | None = None,
        content_type: str = "application/json",
        etag: str = "",
        params: Query | None = None,
    ) -> Json:
        """POST, PATCH or DELETE, and what comes of it ({} where nothing is told). `etag`: only if
        it is still the same, `Stale` if not. Raises `Ambiguous` where it may have been done though
        no answer came."""
        data = json.dumps(body).encode() if isinstance(body, Mapping) else body
        sent = None if data is None else (data, content_type)
        return self._json(method, self._url(path, what, params), what, sent=sent, etag=etag)

    def batch(
        self, paths: Mapping[str, str], what: str, *, prefer: Sequence[str] = ()
    ) -> Iterator[tuple[str, Json | ConnectorError]]:
        """The objects at these paths (`odata.path` makes them), by their keys: each is what
        was answered, or the error of that one alone. What Microsoft wants to be asked for later is
        not asked for again here.

        As many go at once as a mailbox may be asked: of more in one batch some are refused.
        """
        left = list(paths.items())
        while left:
            part, left = left[:AT_ONCE], left[AT_ONCE:]
            requests = [
                {
                    "id": str(at),
                    "method": "GET",
                    "url": f"/{self._within}/{path}",
                    "headers": {"Prefer": ", ".join((_IDS, *prefer))},
                }
                for at, (_, path) in enumerate(part)
            ]
            url = f"{self._root}/{_VERSION}/$batch"
            sent = (json.dumps({"requests": requests}).encode(), "application/json")
            told = self._json("POST", url, what, sent=sent, asks=len(part))
            found = {str(one.get("id")): one for one in entries(told, "responses")}
            for at, (key, path) in enumerate(part):
                yield key, self._part(found.get(str(at)), path, what)

    def _url(self, where: str, what: str, params: Query | None = None) -> str:
        if where.startswith(("https:", "http:")):
            if self.is_own(where):
                return where
            raise Refused(f"Microsoft leads to another server for {what}: nothing was sent there")
        return f"{self._root}/{_VERSION}/{self._within}{where and '/'}{where}{asked(params)}"

    def sign_in(self) -> None:
        """See whether somebody is let in. Raises the errors of the contract."""
        self._bearer.token()

    def server_time(self) -> datetime | None:
        """The Date of the last answer; None before there was one."""
        return self._time

    def close(self) -> None:
        """Close the connections of this thread; its next request opens new ones."""
        mine: Http | None = getattr(self._mine, "http", None)
        if mine is not None:
            mine.close()

    def _json(
        self,
        method: str,
        url: str,
        what: str,
        prefer: Sequence[str] = (),
        *,
        sent: tuple[bytes, str] | None = None,
        etag: str = "",
        asks: int = 0,
    ) -> Json:
        headers = {"Accept": "application/json"}
        if etag:
            headers["If-Match"] = etag
        answer = self._answer(method, url, what, headers, prefer, sent, asks=asks)
        if method in ("PATCH", "DELETE") and not answer.body.strip():
            return {}
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict):
            return told
        raise self._lost("something between us and Microsoft answers", method, what, asks=asks)

    def _answer(
        self,
        method: str,
        url: str,
        what: str,
        headers: Mapping[str, str],
        prefer: Sequence[str] = (),
        sent: tuple[bytes, str] | None = None,
        *,
        limit: int = 0,
        asks: int = 0,
    ) -> Answer:
        from connectors.graph.http import LIMIT

        http, more = self._http(), {**headers, "Prefer": ", ".join((_IDS, *prefer))}
        data, kind = sent or (None, "")
        if kind:
            more["Content-Type"] = kind
        try:
            with self._gate.through(_service(self._path(url)), asks or 1):
                answer = http.request(method, url, more, data, limit or LIMIT)
        except Lost as error:
            raise self._lost(str(error), method, what, asks=asks) from error
        finally:
            self._time = http.server_time or self._time
        if answer.status not in range(200, 300):
            write = method != "GET" and not asks
            raise self._of(Answered(*answer), self._path(url), what, write=write)
        return answer

    def _lost(self, why: str, method: str, what: str, *, asks: int) -> ConnectorError:
        if method == "GET" or asks:
            return Unavailable(f"{why} ({what}); it is asked again")
        return Ambiguous(f"{why}: {what} may have been written all the same")

    def _part(self, part: Any, path: str, what: str) -> Json | ConnectorError:
        """What one part of a batch came to."""
        if not isinstance(part, dict) or not isinstance(status := part.get("status"), int):
            return Unavailable(f"Microsoft left out something of {what}: it is asked again")
        body, told = part.get("body"), part.get("headers")
        if status in range(200, 300):
            if isinstance(body, dict):
                return body
            return Unavailable(f"Microsoft answered with something else for {what}")
        headers = (
            {str(k).lower(): str(v) for k, v in told.items()} if isinstance(told, dict) else {}
        )
        answered = Answered(status, headers, json.dumps(body).encode())
        return self._of(answered, path, what, write=False)

    def _of(self, error: Answered, path: str, what: str, *, write: bool) -> ConnectorError:
        wait = asked_wait(error)
        if error.status in (429, 503) and wait is not None:
            self._gate.shut(_service(path), wait)
        right = right_of(path, write=write, alone=self._alone)
        need = Need(right, self.login, self._alone)
        return of_answer(error, what, need=need, name=self.name, write=write)

    def _path(self, url: str) -> str:
        """A path below the mailbox, however a link spells that."""
        return _MAILBOX.sub("", url.removeprefix(f"{self._root}/{_VERSION}/"), count=1)

    def _http(self) -> Http:
        from connectors.graph.http import Http

        mine: Http | None = getattr(self._mine, "http", None)
        if mine is None:
            mine = self._mine.http = Http(self._bearer)
        return mine


def _service(path: str) -> str:
    """Who stands behind a path: each is throttled for itself."""
    return "To Do" if path.lower().startswith("todo/") else "Outlook"
