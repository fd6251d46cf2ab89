"""One account's way to its Exchange server. From any thread: each has a connection of its own.

    exchange.call("GetItem", payload, "the mail")           one operation of EWS, see `request.py`
    exchange.ask("the mail", lambda account: ...)           whatever exchangelib does

Every error is one of the contract's, or of `connectors/exchange/errors.py`. Nothing is loaded, and
nobody asked, before the first of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.exchange.errors import MOVED, Answered, blocked, code_of, is_online, of
from connectors.hosts import is_loopback

if TYPE_CHECKING:  # only who asks pays for it
    from connectors.exchange.wire import Wire

T = TypeVar("T")

_TURNS: Final = 5  # redirects, and other ways to sign in
_MISTAKES: Final = (AssertionError, ImportError, MemoryError, NameError, RecursionError)
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308, 451))


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mailbox is, and who reads it. `login`: the mailbox, by its primary address; `user`
    signs in, "" for `login`. `secret` is asked for each sign-in: the password, or a token;
    `refused` is told that it was not accepted, and what is said of that, and says whether to
    believe it; `accepted` is told that it was.

    `url` of EWS, of its server, or of Autodiscover; or `host`, the server's name; or neither, then
    it is discovered. `auth`: password (whatever the server offers) | basic | ntlm | kerberos |
    bearer. `ca_file`: certificates that are trusted in place of the system's; `fingerprint`:
    SHA-256 of the server's own.
    """

    login: str
    secret: Callable[[], str]
    user: str = ""
    url: str = ""
    host: str = ""
    auth: str = "password"
    ca_file: Path | None = None
    fingerprint: str = ""
    refused: Callable[[str, str], bool] = lambda _secret, _words: True
    accepted: Callable[[str], None] = lambda _secret: None

    def shown(self, url: str = "") -> str:
        """The server's name in sentences for the owner."""
        parts = urlsplit(url or self.url)
        return parts.hostname or self.host or self.login.rpartition("@")[2]


@dataclass(slots=True)
class Session:
    """What one thread asks by. `account` is exchangelib's."""

    account: Any
    wire: Wire
    url: str
    kind: str
    secret: str = field(default="", repr=False)

    def close(self) -> None:
        """Close its connection."""
        self.wire.close()


class Exchange:
    """See above."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._mine = threading.local()
        self._entry = threading.RLock()  # one at a time tries a secret that nobody knows to be good
        self._url = ""  # where EWS was found
        self._kind = ""  # how to sign in there
        self._good: str | None = None  # the secret by which somebody was let in last
        self._time: datetime | None = None

    def ask(
        self,
        what: str,
        doing: Callable[[Any], T],
        *,
        write: bool = False,
        lasting: bool = False,
    ) -> T:
        """What `doing` comes to with exchangelib's account, when all of it is asked: it must not
        return a generator. `what` is read: "the folder Inbox". It may be called again where it was
        refused before anything was done: by another server, or with an old secret. Of a `write`
        whose answer is lost it raises `Ambiguous`. `lasting`: it takes minutes, and keeps nobody
        from trying a secret meanwhile."""
        refused = moved = False
        for _ in range(_TURNS):
            with nullcontext() if lasting else self._one_at_a_time():
                session = self._session()
                try:
                    found = doing(session.account)
                except _MISTAKES:
                    raise
                except Exception as error:
                    self._settle(session, error)
                    if isinstance(error, Answered) and error.status == 401:
                        self._refused(session, error, first=not refused)
                        refused = True
                        continue
                    if isinstance(error, Answered) and error.status in _REDIRECTS:
                        self._follow(session.url, error)
                        continue
                    if code_of(error) in MOVED and not moved and self._may_have_moved():
                        moved = True
                        continue
                    raise of(error, what, self.host, write=write) from error
                self._let_in(session)
                return found
        raise Unavailable(f"{self.host} sends us in circles: check `url:`")

    def call(self, operation: str, payload: Any, what: str, *, write: bool = False) -> list[Any]:
        """The response messages of one operation of EWS, as lxml has them, whatever they say. See
        `connectors/exchange/request.py` for how to write a payload."""

        def doing(account: Any) -> list[Any]:
            from connectors.exchange.operation import operation as made

            return made(operation, account, is_own=self.is_own).messages(payload)

        return self.ask(what, doing, write=write)

    @property
    def is_own(self) -> bool:
        """Whether who signs in does so by the mailbox's address: a ticket, or a token, may be
        somebody else's."""
        server, user = self.server, self.server.user.strip().lower()
        return server.auth in ("password", "basic", "ntlm") and user in ("", server.login.lower())

    def another(self) -> Exchange:
        """The same for one who keeps a connection busy: it has its own, which it closes."""
        other = Exchange(self.server)
        other._entry = self._entry
        other._url, other._kind, other._good = self._url, self._kind, self._good
        return other

    def server_time(self) -> datetime | None:
        """The Date of the last answer; None before there was one."""
        return self._time

    @property
    def host(self) -> str:
        """The server's name."""
        return self.server.shown(self._url)

    @property
    def url(self) -> str:
        """Where EWS was found, "" before that."""
        return self._url

    @property
    def kind(self) -> str:
        """How somebody signs in there: "basic", "NTLM", …; "" before that is known."""
        return self._kind

    def close(self) -> None:
        """Close the connection of this thread; its next question opens a new one."""
        session: Session | None = getattr(self._mine, "session", None)
        if session is not None:
            self._mine.session = None
            session.close()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Servers lock an account that is tried too often with a wrong password: as long as nobody
        was let in, one tries for all."""
        if self._good is not None:
            yield
            return
        with self._entry:
            yield

    def _session(self) -> Session:
        """This thread's. Raises the errors of the contract."""
        session: Session | None = getattr(self._mine, "session", None)
        if session is None:
            with self._entry:
                session = self._connected()
            self._mine.session = session
        return session

    def _connected(self) -> Session:
        """A session; nobody has signed in by it yet."""
        from connectors.exchange import signing, wire
        from connectors.exchange.discovery import discovered
        from connectors.exchange.http import Adapter, context_of

        server = self.server
        if "@" not in server.login.strip("@"):
            raise Refused("`login:` is no mail address: set the primary one of the mailbox")
        pin = server.fingerprint.replace(":", "").lower()
        context = partial(context_of, server.ca_file, server.fingerprint)
        adapter = Adapter(context, pin, self._told)
        secret = ""
        for _ in range(_TURNS):
            if not self._url:
                self._url = discovered(server, adapter) if _is_unknown(server) else _url_of(server)
            _check(self._url)
            try:
                self._kind = self._kind or signing.kind_of(server, self._url, adapter)
                break
            except Answered as error:
                self._follow(self._url, error)
            except Exception as error:
                raise of(error, "a sign-in", self.host) from error
        else:
            raise Unavailable(f"{self.host} sends us in circles: check `url:`")
        if signing.shows_secret(self._kind):
            secret = server.secret()
            signing.check(server, secret)
        auth = signing.signer(self._kind, server.user or server.login, secret)
        made = wire.Wire(self._url, adapter, auth)
        return Session(wire.account(server.login, made), made, self._url, self._kind, secret)

    def _told(self, at: datetime) -> None:
        self._time = at

    def _let_in(self, session: Session) -> None:
        """The server has answered it. What it asks nobody for proves nothing."""
        from connectors.exchange.signing import shows_secret

        if self._good != session.secret:
            self._good = session.secret
            if shows_secret(session.kind):
                self.server.accepted(session.secret)

    def _settle(self, session: Session, error: Exception) -> None:
        """End a connection over which something went wrong below EWS: who knows where it stands."""
        if not code_of(error) and getattr(self._mine, "session", None) is session:
            self.close()
        if isinstance(error, Unavailable) and _is_unknown(self.server):
            self._url = self._kind = ""  # it may be elsewhere by now

    def _refused(self, session: Session, error: Answered, *, first: bool) -> None:
        """Nobody was let in by this session. Returns where it is worth another try: what was good a
        moment ago may be refused by a busy server, a token may have ended, and a server may ask now
        who is there. Raises `SignInNeeded`, `Unavailable`, `Refused`."""
        from connectors.exchange import signing

        host, server = self.host, self.server
        if is_online(host) and server.auth != "bearer":
            raise blocked(host) from error
        was_good = self._good is not None and self._good == session.secret
        self._good, self._kind = None, ""
        if first and (was_good or session.kind == signing.NOBODY):
            return
        if not signing.shows_secret(session.kind):
            raise SignInNeeded(
                f"{host} takes no Kerberos ticket of this account: get one (`kinit`, or a keytab "
                "in $KRB5_CLIENT_KTNAME), or set another `auth:`"
            ) from error
        raise signing.no_entry(server, host, session.secret, error) from error

    def _follow(self, url: str, error: Answered) -> None:
        """Go where a server sends us for EWS. Raises the errors of the contract."""
        target = urljoin(
            url, error.headers.get("location") or error.headers.get("x-ms-location", "")
        )
        if not urlsplit(target).path.lower().endswith(".asmx") or target == url:
            raise of(error, "EWS", self.host) from error
        if is_online(urlsplit(target).hostname or ""):
            raise blocked(urlsplit(target).hostname or "") from error
        _check(target)
        self._url, self._kind, self._good = target, "", None
        self.close()

    def _may_have_moved(self) -> bool:
        """Whether the mailbox may be found elsewhere: it is looked for anew."""
        if not _is_unknown(self.server):
            return False
        self._url = self._kind = ""
        self._good = None
        self.close()
        return True


def _is_unknown(server: Server) -> bool:
    """Whether its URL is to be discovered."""
    return not server.host and (not server.url or "autodiscover" in _path_of(server.url))


def _url_of(server: Server) -> str:
    if server.url and _path_of(server.url):
        return server.url
    return (server.url.rstrip("/") or f"https://{server.host}") + "/EWS/Exchange.asmx"


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path.strip("/").lower()
    except ValueError as error:
        raise Refused("`url:` is no URL: https://HOST/EWS/Exchange.asmx") from error


def _check(url: str) -> None:
    """Raise `Refused` where a password would be read on its way."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("`url:` is no URL: https://HOST/EWS/Exchange.asmx") from error
    if not host or parts.scheme not in ("http", "https"):
        raise Refused("`url:` is no URL of a server: https://HOST/EWS/Exchange.asmx")
    if parts.scheme == "http" and not is_loopback(host):
        raise Refused(f"{host} would get the password unencrypted: use an https:// URL")
