"""Google's APIs: services made from the documents that google-api-python-client ships.

    api.service("gmail").users().messages().list(userId="me")     a request, nothing is sent
    api.ask(request, "the mailbox")                               its answer, paid for by the quota
    api.write(request, "the task")                                the same, for what changes things
    api.batch({id: request, ...}, "mail")                         many at once

Every error is one of the contract's, or of `connectors/google/errors.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from connectors.errors import Ambiguous, ConnectorError, Paused, Unavailable
from connectors.google.answers import Answered, Lost, asked_wait
from connectors.google.bearer import Bearer
from connectors.google.errors import Crowded, of_answer
from connectors.google.quota import Quota
from connectors.hosts import is_loopback

if TYPE_CHECKING:  # only who asks pays for it
    from connectors.google.http import Http

AT_ONCE: Final = 50  # calls in a batch: of a hundred Gmail refuses some


class _Document(NamedTuple):
    """What is needed of an API's document to call it elsewhere, and in batches."""

    version: str
    root: str
    path: str  # of its services
    batches: str  # of its batches


_DOCUMENTS: Final[Mapping[str, _Document]] = {
    "gmail": _Document("v1", "https://gmail.googleapis.com/", "", "batch"),
    "calendar": _Document("v3", "https://www.googleapis.com/", "calendar/v3/", "batch/calendar/v3"),
    "people": _Document("v1", "https://people.googleapis.com/", "", "batch"),
    "tasks": _Document("v1", "https://tasks.googleapis.com/", "", "batch"),
    "pubsub": _Document("v1", "https://pubsub.googleapis.com/", "", "batch"),
}


class Api:
    """One account's way to Google. From any thread: each has its own connections.

    `endpoint`: another Google, on this machine, with which it is tried. `name`: of the account.
    """

    def __init__(self, bearer: Bearer, quota: Quota, *, endpoint: str = "", name: str = "") -> None:
        if endpoint and not is_loopback(urlsplit(endpoint).hostname or ""):
            raise ValueError("another Google than the real one is on this machine only")
        self.quota = quota
        self.name = name
        self._bearer = bearer
        self._endpoint = endpoint and endpoint.rstrip("/") + "/"
        self._services: dict[str, Any] = {}
        self._making = threading.Lock()
        self._mine = threading.local()
        self._time: datetime | None = None

    def service(self, api: str) -> Any:
        """The root resource of gmail, calendar, people, tasks or pubsub: it makes requests, which
        are to be handed to `ask`, `write` or `batch`."""
        with self._making:
            if api not in self._services:
                self._services[api] = self._made(api)
            return self._services[api]

    def ask(self, request: Any, what: str, *, keep: int = 0, http: Http | None = None) -> Any:
        """The answer to a request that changes nothing. `what` is read: "the calendar Work";
        `keep`: units that are left to others; `http`: another connection than the thread's. Raises
        `Paused` where the quota is used up."""
        return self._asked(request, what, keep, http or self._http(), write=False)

    def write(self, request: Any, what: str) -> Any:
        """The answer to a request that changes something; `Ambiguous` where that may have happened
        though none came."""
        return self._asked(request, what, 0, self._http(), write=True)

    def batch(
        self, requests: Mapping[str, Any], what: str, *, keep: int = 0
    ) -> Iterator[tuple[str, Any]]:
        """The answers to requests of one API that change nothing, by their keys: each is what was
        answered, or the error of that one alone. As many are sent as the quota has; where some are
        left, `Paused` is raised after the others."""
        left = list(requests.items())
        while left:
            method = str(left[0][1].methodId)
            count = min(AT_ONCE, len(left), max(1, self.quota.affords(method, keep=keep)))
            self.quota.take(method, count, keep=keep)
            part, left = left[:count], left[count:]
            yield from self._at_once(dict(part), method, what)

    def sign_in(self) -> None:
        """See whether somebody is let in. Raises the errors of the contract."""
        self._bearer.token()

    def http(self, timeout: float) -> Http:
        """Another connection, for one who waits longer than others. It is its caller's to close."""
        from connectors.google.http import Http

        return Http(self._bearer, timeout)

    def server_time(self) -> datetime | None:
        """The Date of the last answer; None before there was one."""
        return self._time

    def close(self) -> None:
        """Close the connections of this thread; its next request opens new ones."""
        self._http().close()

    def _made(self, api: str) -> Any:
        from connectors.google.calls import service

        document = _DOCUMENTS[api]
        root = self._endpoint or document.root
        return service(api, document.version, root + document.path)

    def _http(self) -> Http:
        from connectors.google.http import Http

        mine: Http | None = getattr(self._mine, "http", None)
        if mine is None:
            mine = self._mine.http = Http(self._bearer)
        return mine

    def _asked(self, request: Any, what: str, keep: int, http: Http, *, write: bool) -> Any:
        from connectors.google.calls import execute

        method = str(request.methodId)
        self.quota.take(method, keep=keep)
        try:
            return execute(request, http)
        except (Answered, Lost) as error:
            raise self._of(error, method, what, write=write) from error
        finally:
            self._time = http.server_time or self._time
            self.quota.answered(method)

    def _at_once(
        self, requests: Mapping[str, Any], method: str, what: str
    ) -> Iterator[tuple[str, Any]]:
        from connectors.google.calls import execute_all

        http = self._http()
        try:
            found = execute_all(requests, self._batches(method.partition(".")[0]), http)
        except (Answered, Lost) as error:
            raise self._of(error, method, what) from error
        finally:
            self._time = http.server_time or self._time
            self.quota.answered(method)
        for key, answer in found.items():
            if isinstance(answer, Answered | Lost):
                answer = self._of(answer, method, what)
            yield key, answer

    def _batches(self, api: str) -> str:
        # The library's own go to the real Google, whatever the endpoint.
        document = _DOCUMENTS[api]
        if self._endpoint:
            return f"{self._endpoint}batch/{api}/{document.version}"
        return document.root + document.batches

    def _of(
        self, error: Answered | Lost, method: str, what: str, *, write: bool = False
    ) -> ConnectorError:
        if isinstance(error, Lost):
            if write:
                return Ambiguous(f"{error}: {what} may have been written all the same")
            return Unavailable(f"{error} ({what}); it is asked again")
        api = method.partition(".")[0]
        found = of_answer(error, what, api=api, name=self.name, write=write)
        wait = asked_wait(error) if error.status in (403, 429, 503) else None
        if isinstance(found, Paused) and not isinstance(found, Crowded):
            wait = found.wait
        if wait is not None:
            self.quota.refused(method, wait)
        return found
