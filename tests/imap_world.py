"""A support module: invented mail on a Dovecot of our own, and sources that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from itertools import count
from typing import Any

import pytest
from kept import Kept
from servers import dovecot
from servers.dovecot import PASSWORD, Client, Dovecot

from connectors.contract import Known
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server

_users = count(1)


def letter(number: int, more: str = "", body: str = "") -> bytes:
    """An invented mail; `more` are headers."""
    return (
        f"Message-ID: <{number}@example.org>\r\n"
        f"Date: Mon, 2 Mar 2026 09:{number % 60:02}:00 +0000\r\n"
        "From: Ana Silva <ana@example.org>\r\nTo: owner@example.com\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"Subject: Coffee\r\n{more}\r\n{body or f'Olá, this is number {number}.'}\r\n"
    ).encode()


class Mailbox:
    """One mailbox on a server: what happens in it, and sources that read it. Closed at the end."""

    def __init__(self, server: Dovecot) -> None:
        self.server = server
        self.user = f"user{next(_users)}"
        self.client = Client(server.port, self.user)
        self._sources: list[ImapMail] = []

    def settings(self, port: int = 0, **changes: Any) -> Server:
        """Where it is."""
        words: dict[str, Any] = {"tls": "none", "port": port or self.server.port} | changes
        return Server("127.0.0.1", self.user, lambda: PASSWORD, **words)

    def source(
        self,
        settings: Server | None = None,
        folders: tuple[str, ...] = (),
        history: date | None = None,
        poll: float = 300.0,
        clock: Callable[[], float] | None = None,
    ) -> ImapMail:
        """A new source, as after a restart."""
        more: dict[str, Any] = {} if clock is None else {"clock": clock}
        line = Line(settings or self.settings())
        source = ImapMail(line, folders, history, poll=poll, **more)
        self._sources.append(source)
        return source

    def add(self, number: int, folder: str = "INBOX", flags: str = "") -> str:
        """A mail appears; its ref."""
        return self.put(letter(number), folder, flags)

    def put(self, mail: bytes, folder: str = "INBOX", flags: str = "") -> str:
        """The same for any mail."""
        validity, uid = self.client.append(mail, folder, flags)
        return f"imap//{folder};UIDVALIDITY={validity}/;UID={uid}"

    def remove(self, ref: str) -> None:
        """A mail disappears."""
        folder, _, rest = ref.removeprefix("imap//").partition(";")
        self.client.expunge(rest.rpartition("=")[2], folder)

    def close(self) -> None:
        """Sign everybody off."""
        for source in self._sources:
            source.close()
        self.client.close()


class Nothing:
    """A core that has committed nothing."""

    def under(self, prefix: str) -> dict[str, str]:
        """See `connectors.contract.Known`."""
        return {}


NOTHING: Known = Nothing()


class Servers:
    """Servers by what they say they can, each started when it is asked for first."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Dovecot] = {}

    def __call__(self, capabilities: str = "") -> Dovecot:
        if capabilities not in self._running:
            if lacking := dovecot.why_not():
                pytest.skip(lacking)
            server = self._stack.enter_context(dovecot.running(capabilities))
            self._running[capabilities] = server
        return self._running[capabilities]


@contextmanager
def _dovecots() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture(scope="session")
def servers(kept: Kept) -> Servers:
    """Dovecots, until all tests are over."""
    return kept.one(_dovecots)


@pytest.fixture
def mailbox(servers: Servers) -> Iterator[Mailbox]:
    """A mailbox on a server that can everything."""
    with closing(Mailbox(servers())) as one:
        yield one
