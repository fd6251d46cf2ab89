"""HTTP for one thread: `requests` with limits, and without what it does by itself.

It would follow redirects, take passwords from ~/.netrc, and wait for ever. Loaded with the first
request: `requests` brings 24 MB.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from time import monotonic
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3

from connectors.errors import Unavailable
from connectors.graph.bearer import Bearer
from connectors.graph.errors import Lost, date_of
from connectors.hosts import is_loopback

TIMEOUT: Final = 30.0  # seconds without a byte
LIMIT: Final = 64 << 20  # bytes of one answer
_LONGEST: Final = 300.0  # seconds for all bytes of an answer
_PIECE: Final = 1 << 16
_SAFE: Final = frozenset(("GET", "HEAD"))
_EXPIRED: Final = frozenset((9, 10))  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED


class Ended(Lost):
    """The other side ended the connection instead of answering."""


class Answer(NamedTuple):
    """What came. `headers`: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Signed(requests.auth.AuthBase):
    """Signs with a token, or not at all: without any, `requests` looks into ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Http:
    """Connections to one host. Errors before anything was sent are those of the contract, later
    ones are `Lost`."""

    def __init__(self, bearer: Bearer | None = None, timeout: float = TIMEOUT) -> None:
        self.server_time: datetime | None = None  # the Date of the last answer
        self._bearer = bearer
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.headers["User-Agent"] = "syncd"
        self._session.headers["Accept-Encoding"] = "gzip"
        self._open = False  # a connection may be left from before

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._session.close()
        self._open = False

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        limit: int = LIMIT,
    ) -> Answer:
        """Ask once, and with another token where that was refused. Of an answer with more than
        `limit` bytes there are only so many."""
        if self._bearer is None:
            return self._asked(method, url, headers, body, limit, "")
        answer = self._by(self._bearer, method, url, headers, body, limit)
        if answer.status == 401:
            answer = self._by(self._bearer, method, url, headers, body, limit)
        return answer

    def _by(
        self,
        bearer: Bearer,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int,
    ) -> Answer:
        token = bearer.token()
        answer = self._asked(method, url, headers, body, limit, token)
        if answer.status == 401:
            bearer.refused(token)
        return answer

    def _asked(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int,
        token: str,
    ) -> Answer:
        old, self._open = self._open, True
        try:
            return self._sent(method, url, headers, body, limit, token)
        except Ended:
            # A connection that was idle may end in the moment in which we ask.
            if not old or method not in _SAFE:
                raise
        self._session.close()
        return self._sent(method, url, headers, body, limit, token)

    def _sent(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int,
        token: str,
    ) -> Answer:
        # No proxy is asked for this machine.
        self._session.trust_env = not is_loopback(urlsplit(url).hostname or "")
        try:
            response = self._session.request(
                method,
                url,
                headers=dict(headers),
                data=body,
                auth=_Signed(token),
                timeout=(self._timeout, self._timeout),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise _failed(error, urlsplit(url).netloc) from error
        self._session.cookies.clear()
        with response:
            try:
                content = b"".join(_pieces(response, limit))
            except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:
                raise Lost(_why(error)) from error
        found = {name.lower(): value for name, value in response.headers.items()}
        self.server_time = date_of(found.get("date", "")) or self.server_time
        return Answer(response.status_code, found, content)


def _pieces(response: requests.Response, limit: int) -> Iterator[bytes]:
    """What comes, up to the limit, and until a moment: a byte now and then would keep us for
    ever."""
    end, size = monotonic() + _LONGEST, 0
    raw: Any = response.raw
    while piece := raw.read1(_PIECE, decode_content=True):
        yield piece[: limit - size]
        size += len(piece)
        if size >= limit:
            return
        if monotonic() > end:
            raise TimeoutError("too slow")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what is inside it: `requests` wraps those of urllib3, which wraps others."""
    left: list[object] = [error]
    seen: set[int] = set()
    while left:
        one = left.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        left += [getattr(one, "reason", None), one.__cause__, one.__context__, *one.args]


def _why(error: BaseException) -> str:
    found = [*_causes(error)]
    if any(isinstance(one, TimeoutError | urllib3.exceptions.TimeoutError) for one in found):
        return "Microsoft stopped answering"
    if any(
        isinstance(one, urllib3.exceptions.IncompleteRead | urllib3.exceptions.DecodeError)
        for one in found
    ):
        return "the answer of Microsoft did not come whole"
    return "the connection to Microsoft broke off"


def _failed(error: requests.RequestException, host: str) -> Unavailable | Lost:
    """Why no answer came: `Unavailable` where nothing was sent yet."""
    found = [*_causes(error)]
    for one in found:
        if isinstance(one, ssl.SSLCertVerificationError):
            return Unavailable(_distrusted(one, host))
        if isinstance(one, urllib3.exceptions.NameResolutionError | UnicodeError):
            return Unavailable(f"{host} cannot be found: check the network")
        if isinstance(one, urllib3.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
            return Unavailable(
                "the proxy that the environment names cannot be used: check $https_proxy"
            )
        refused = isinstance(one, urllib3.exceptions.NewConnectionError)
        if isinstance(one, urllib3.exceptions.ConnectTimeoutError) and not refused:
            return Unavailable(f"{host} does not answer: check the network")
    if isinstance(error, requests.exceptions.InvalidSchema):
        return Unavailable(
            "the proxy that the environment names takes PySocks: pip install it (or check "
            "$https_proxy)"
        )
    if any(isinstance(one, urllib3.exceptions.NewConnectionError) for one in found):
        told = (getattr(one, "strerror", None) for one in found if isinstance(one, OSError))
        reason = next(filter(None, told), "no connection")
        return Unavailable(f"{host} cannot be reached ({reason}): check the network")
    if not isinstance(error, requests.ConnectionError | requests.Timeout):
        return Unavailable(f"{host} cannot be asked ({error}): check the network")
    if any(isinstance(one, ConnectionError) for one in found):
        return Ended(_why(error))
    return Lost(_why(error))


def _distrusted(error: ssl.SSLCertVerificationError, host: str) -> str:
    if error.verify_code in _EXPIRED:
        return f"the certificate of {host} is not valid now: is the clock of this machine right?"
    return (
        f"the certificate of {host} is not trusted: something between us and Microsoft reads "
        "along; if that is meant to be, name its certificate in $REQUESTS_CA_BUNDLE"
    )
