"""One signed-in connection, through IMAPClient; whatever goes wrong is an error of the contract.

Answers to FETCH and SEARCH are taken as imaplib hands them over: IMAPClient's own parser takes
seven times as long for them.
"""

from __future__ import annotations

import re
import ssl
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from imapclient import IMAPClient

from connectors.errors import ConnectorError, Refused, Unavailable
from connectors.hosts import is_loopback
from connectors.imap import wire as wires
from connectors.imap.answers import Fetched, fetched
from connectors.imap.login import sign_in
from connectors.imap.names import quoted
from connectors.imap.status import ITEMS, Status, said
from connectors.imap.troubles import No, lost, of_answer, passing, speaking
from connectors.imap.uids import Uids
from connectors.imap.wire import Wire, dial

_PORTS: Final = {"implicit": 993, "starttls": 143, "none": 143}
_AHEAD: Final = 50  # short commands that are not answered yet


@dataclass(frozen=True, slots=True)
class Server:
    """Where an account lives. `secret` is asked for each sign-in: the password, or a token;
    `refused` is told that it was not accepted, and what is said of that.

    `tls`: implicit (from the first byte) | starttls | none (this machine only). `auth`: password |
    xoauth2 | oauthbearer. `ca_file`: a certificate, or several, to trust in place of the system's.
    `port` 0 is the usual one.
    """

    host: str
    user: str
    secret: Callable[[], str]
    port: int = 0
    tls: str = "implicit"
    auth: str = "password"
    ca_file: str = ""
    refused: Callable[[str, str], bool] = lambda _secret, _words: True
    accepted: Callable[[str], None] = lambda _secret: None

    def connect(self, beside: Collection[Session] = ()) -> Session:
        """A connection that is signed in; `beside` others of the same account, which the calling
        thread uses. Raises the errors of the contract."""
        port = self.port or _PORTS[self.tls]
        if self.tls == "none" and not is_loopback(self.host):
            raise Refused(
                f"{self.host} is another machine, and a password may not go there in the clear: "
                "set `tls: implicit` or `tls: starttls`"
            )
        context = None if self.tls == "none" else self._context()
        try:
            with speaking(self.host, port):
                session = Session(self.host, port, context, late=self.tls == "starttls")
        except No as error:  # BYE instead of a greeting
            found = of_answer(error.text, self.host, "answer")
            raise (found if isinstance(found, Unavailable) else lost(self.host)) from error
        try:
            sign_in(session, self, beside)
        except BaseException:
            session.close()
            raise
        session.wire.bear(wires.READ_SECONDS)
        return session

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise Refused(
                f"{self.ca_file} cannot be read as certificates: correct `ca_file:`"
            ) from error


class Examined(NamedTuple):
    """A folder as it was when it was opened (RFC 3501 6.3.2); 0 for what was not said."""

    validity: int
    next: int
    exists: int
    modseq: int


class Session(IMAPClient):  # type: ignore[misc]  # it ships no types
    """See above. `late`: TLS comes by STARTTLS."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, *, late: bool) -> None:
        self._context = context
        self._late = late
        self.folder: bytes | None = None  # the one that is open
        self.dead = False
        self._begun: list[bytes] = []  # tags of commands that are not answered yet
        self._early: list[Fetched] = []  # what came for them before it was waited for
        self._undone: set[str] = set()  # what it offers and does not do
        self.others: list[bytes] | None = None  # prefixes of other people's folders, once asked for
        self._shown = 0  # the hash of the secret that was accepted
        super().__init__(host, port, ssl=False)
        self._imap.debug = 0  # IMAPClient would write every line to a log
        self.folder_encode = False
        if late:
            try:
                self._secure()
            except BaseException:
                self.close()
                raise

    def _create_IMAP4(self) -> Wire:  # noqa: N802, RUF100  # IMAPClient's name for it
        context = None if self._late else self._context
        return Wire(dial(self.host, self.port, context), self.host, self.port)

    def _set_read_timeout(self) -> None:
        """The wire has its own."""

    def _secure(self) -> None:
        if not self.offers("STARTTLS") or self._imap.state != "NONAUTH":
            raise Refused(
                f"{self.host}:{self.port} offers no STARTTLS: set `tls: implicit` and port 993"
            )
        # The wire's own, which believes nothing that came in the clear behind the answer.
        _check(*self.wire.starttls(self._context))
        self._cached_capabilities = None

    @property
    def wire(self) -> Wire:
        """The transport."""
        wire: Wire = self._imap
        return wire

    def forget_capabilities(self) -> None:
        """Ask for them anew: a sign-in changes them."""
        self._cached_capabilities = None

    def offers(self, name: str) -> bool:
        """Whether the server has a capability."""
        with self.speaking():
            return name not in self._undone and bool(self.has_capability(name))

    def disown(self, *names: str) -> None:
        """Ask for these capabilities no more on this connection: what speaks for a server may offer
        what the server does not do."""
        self._undone |= {*names}

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turn what goes wrong inside into `No`, or an error of the contract; after the latter
        the connection is closed."""
        try:
            with speaking(self.host, self.port):
                yield
        except No:
            raise
        except ConnectorError:
            self.close()
            raise

    def ask(self, name: str, *words: str | bytes) -> tuple[list[Any], str]:
        """Any command: what came for it untagged, and the words of the answer. Raises `No`."""
        self._give_up()
        with self.speaking():
            self._imap.untagged_responses.clear()
            kind, data = self._imap.xatom(name, *words)
            _check(kind, data)
            untagged = self._imap.response(name)[1] or []
            words_of = data[0] if data and isinstance(data[0], bytes) else b""
            return [one for one in untagged if one is not None], words_of.decode("utf-8", "replace")

    def ask_each(self, name: str, asked: Sequence[Sequence[str | bytes]]) -> list[Any]:
        """The same command for many things, sent ahead: what came for it untagged. What is refused
        is missing in it."""
        self._give_up()
        with self.speaking():
            self._imap.untagged_responses.clear()
            waiting: deque[bytes] = deque()
            for at, words in enumerate(asked, 1):
                waiting.append(self.wire.begin(name, *words))
                while waiting and (len(waiting) >= _AHEAD or at == len(asked)):
                    with suppress(No), speaking(self.host, self.port):
                        self.wire.finish(name, waiting.popleft())
            return self.also(name)

    def uid_ask(self, name: str, *words: str) -> list[Any]:
        """A UID command: what came for it untagged. Raises `No`."""
        self._give_up()
        with self.speaking():
            self._imap.untagged_responses.clear()
            kind, data = self._imap.uid(name, *words)
            _check(kind, data)
            return [one for one in data if one is not None]

    def ask_for(self, uids: str, items: str) -> bytes:
        """Send a UID FETCH whose answer is waited for later, so that the server works meanwhile;
        its tag. No two that are under way may be about the same mail."""
        with self.speaking():
            if not self._begun:
                self._imap.untagged_responses.clear()
                self._early.clear()
            tag = self.wire.begin("UID", "FETCH", uids, items)
            self._begun.append(tag)
            return tag

    def told(self, tag: bytes, uids: Collection[int]) -> list[Fetched] | None:
        """The answer to a FETCH of these; None where something else was asked meanwhile, and it is
        lost. Raises `No`."""
        if tag not in self._begun:
            return None
        with self.speaking():
            self._begun.remove(tag)
            kind, data = self.wire.finish("UID", tag)
            # Servers may answer several commands at once (RFC 3501 5.5), and Dovecot does.
            came = [*self._early, *fetched(self.also("FETCH"))]
            self._early = [one for one in came if one.uid not in uids]
            _check(kind, data)
            return [one for one in came if one.uid in uids]

    def _give_up(self) -> None:
        """Read what is still to come, for nothing: whoever asked for it has gone."""
        while self._begun:
            with suppress(No), self.speaking():
                self.wire.finish("UID", self._begun.pop(0))

    def also(self, name: str) -> list[Any]:
        """What else came untagged with the last answer."""
        return [one for one in self._imap.response(name)[1] or [] if one is not None]

    def examine(self, folder: bytes) -> Examined:
        """Open a folder for reading only. Raises `No`."""
        self.folder = None
        self._imap.is_readonly = True
        try:
            self.ask("EXAMINE", quoted(folder))
        except No:
            self._imap.state = "AUTH"  # RFC 3501 6.3.1: the folder before is closed all the same
            raise
        self._imap.state = "SELECTED"
        self.folder = folder
        return Examined(
            *(self._said(n) for n in ("UIDVALIDITY", "UIDNEXT", "EXISTS", "HIGHESTMODSEQ"))
        )

    def status(self, folder: bytes) -> Status:
        """What a folder holds, without opening it. Raises `No`."""
        untagged, _ = self.ask("STATUS", quoted(folder), ITEMS)
        with self.speaking():
            # Whatever it calls the folder there: no other was asked for.
            return next(reversed([*said(untagged).values()]), Status(0, 0, 0))

    def statuses(self, folders: Sequence[bytes]) -> dict[bytes, Status]:
        """The same of many; those that are refused, or go by another name there, are missing."""
        rows = self.ask_each("STATUS", [(quoted(folder), ITEMS) for folder in folders])
        with self.speaking():
            return said(rows)

    def search(self, *words: str) -> Uids:
        """The UIDs of what matches in the open folder. Raises `No`."""
        compact = self.offers("ESEARCH")
        try:
            data = self.uid_ask("SEARCH", *(("RETURN", "(ALL)") if compact else ()), *words)
        except No as error:
            if not compact or passing(error.text):
                raise
            data = self.uid_ask("SEARCH", *words)
            self.disown("ESEARCH")
        told = self.also("ESEARCH")
        with self.speaking():
            text = b" ".join(piece for one in data for piece in _pieces(one)).decode("ascii")
            for line in told:
                match = re.search(rb" ALL ([0-9:,]+)", line)
                text += " " + match[1].decode("ascii") if match else ""
            return Uids.parse(text)

    def add(self, folder: bytes, mail: bytes, flags: Sequence[bytes]) -> str:
        """APPEND; the words of the answer. Raises `No`."""
        with self.speaking():
            # imaplib's own: IMAPClient takes no name but ASCII.
            kind, data = self._imap.append(
                quoted(folder), b" ".join(flags).decode("ascii"), None, mail
            )
            _check(kind, data)
            return data[0].decode("utf-8", "replace") if data and data[0] else ""

    def parsed_folders(self, rows: Sequence[Any]) -> list[tuple[Any, Any, Any]]:
        """(attributes, delimiter, name as it is on the wire) of each folder in a LIST."""
        return list(self._proc_folder_list(rows))

    def accepted(self, secret: str) -> None:
        """It was let in by this."""
        self._shown = hash(secret)

    def stands_by(self, secret: str) -> bool:
        """Whether it was let in by this, and was not ended since, as far as can be found out
        without waiting."""
        if self.dead or self._shown != hash(secret):
            return False
        try:
            with self.speaking():
                self.wire.take_in()
        except ConnectorError:
            return False
        return True

    def alive(self) -> bool:
        """Whether it still answers; no folder is open then."""
        if self.dead:
            return False
        try:
            if self.folder is None:
                self.ask("NOOP")
            else:
                # Read-only, so nothing is expunged by it. Of a folder that is open servers tell
                # what they told before, though another one has taken its name.
                self.folder = None
                self.ask("CLOSE")
                self._imap.state = "AUTH"
        except No:
            return False
        except ConnectorError:
            return False
        return True

    def close(self) -> None:
        """End it at once."""
        self.dead = True
        self._begun.clear()
        with suppress(OSError):
            self._imap.shutdown()

    def leave(self) -> None:
        """End it with a word."""
        if not self.dead and not self._begun:
            with suppress(ConnectorError, No), self.speaking():
                self.wire.bear(wires.GOODBYE_SECONDS)
                self._imap.logout()
        self.close()

    def _said(self, name: str) -> int:
        with self.speaking():
            found = self.also(name)
            digits = re.match(rb"\s*(\d+)", found[-1]) if found else None
            return int(digits[1]) if digits else 0


def _pieces(one: Any) -> Sequence[bytes]:
    return one if isinstance(one, tuple) else (one,)


def _check(kind: str, data: Sequence[Any]) -> None:
    if kind != "OK":
        text = data[0] if data and isinstance(data[0], bytes) else b""
        raise No(text.decode("utf-8", "replace"))
