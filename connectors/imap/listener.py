"""Waiting for mail on connections of its own: IDLE on the inbox and on sent mail; NOTIFY (RFC 5465)
where offered, which tells of the other folders as well.

Folders without an IDLE are looked at in between all the same: Dovecot does not notify of all that
it promises.
"""

from __future__ import annotations

import os
import select
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from connectors.errors import ConnectorError, Unavailable
from connectors.imap.folders import Folder, chosen, listed, role
from connectors.imap.session import Server, Session, quoted
from connectors.imap.troubles import No, of_answer

RENEWED: Final = 25 * 60.0  # seconds: servers end an IDLE of 29 minutes (RFC 2177)
_SHORT: Final = 60.0  # a connection that ends this soon is not made again at once
_NAMED: Final = 60  # folders that a NOTIFY names
_NEWS: Final = frozenset((b"EXISTS", b"EXPUNGE", b"VANISHED", b"STATUS", b"LIST"))


@dataclass(slots=True)
class _Ear:
    """A connection that is listened on. `until` is when it has to be renewed."""

    session: Session
    until: float

    def news(self) -> bool:
        """Whether something was said that matters; read without waiting."""
        kinds = self.session.overheard()
        if kinds is None:
            self.session.close()
            raise Unavailable(f"{self.session.host} has ended the connection")
        return _matters(kinds)

    def renew(self) -> bool:
        """Ask for news anew; whether there was some."""
        return _matters(self.session.listen_again())


class Listener:
    """See above. `clock` is in seconds; only `wake` may be called from other threads."""

    def __init__(
        self, server: Server, wanted: Sequence[str], poll: float, clock: Callable[[], float]
    ) -> None:
        self.hindrance = ""
        self._server = server
        self._wanted = wanted
        self._poll = poll
        self._clock = clock
        self._ears: list[_Ear] = []
        self._opened_at = 0.0
        self._heard_of_all = False  # whether the server tells of every folder
        self._deaf = False
        self._looked_at = 0.0
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        self._closing = weakref.finalize(self, _close_all, self._woken, self._waker)

    def wake(self) -> None:
        """See `connectors.contract.Waiting`."""
        with suppress(BlockingIOError):  # it is full of them
            os.write(self._waker, b"!")

    def wait(self, timeout: float, *, always: bool = False) -> bool:
        """See `connectors.contract.Waiting`. `always`: the end of `timeout` means a look."""
        end = self._clock() + timeout
        if not self._ears and not self._deaf:
            self._open()
            self._looked_at = self._clock()
            return True
        try:
            return self._listened(end) or ((always or self._deaf) and self._clock() >= end)
        except ConnectorError:
            lasted = self._clock() - self._opened_at
            self._hang_up()
            if lasted < _SHORT:
                raise
            return True  # who knows what it would have said

    def close(self) -> None:
        """End the connections."""
        self._hang_up()

    def _listened(self, end: float) -> bool:
        while True:
            news = False
            for ear in self._ears:
                news |= ear.news()
                if self._clock() >= ear.until:
                    news |= ear.renew()
                    ear.until = self._clock() + RENEWED
            now = self._clock()
            look = self._looked_at + self._poll
            if news or (not self._heard_of_all and not self._deaf and now >= look):
                self._looked_at = now
                return True
            if self._was_woken() or now >= end:
                return False
            until = min([end, *(ear.until for ear in self._ears)])
            if not (self._heard_of_all or self._deaf):
                until = min(until, look)
            sockets = [ear.session.wire.sock for ear in self._ears]
            ready: list[Any] = [self._woken, *sockets]
            select.select(ready, [], [], max(0.0, until - now))

    def _was_woken(self) -> bool:
        try:
            return bool(os.read(self._woken, 4096))
        except BlockingIOError:
            return False

    def _open(self) -> None:
        """Listen. Raises the errors of the contract."""
        self.hindrance = ""
        self._opened_at = self._clock()
        session = self._server.connect()
        try:
            folders = listed(session)
            read = chosen(session, folders, self._wanted)
            if not (read and session.offers("IDLE")):
                self._deaf = True
                if read:
                    self.hindrance = (
                        f"{session.host} does not tell of new mail by itself (no IDLE): it is "
                        "asked from time to time, as often as `poll:` says"
                    )
                else:
                    self.hindrance = f"{session.host} has none of the folders that are to be read"
                session.leave()
                return
            self._idle(session, read)
            self._heard_of_all = len(read) <= len(self._ears)
        except No as error:
            self._hang_up()
            session.close()
            raise of_answer(error.text, session.host, "tell of new mail") from error
        except BaseException:
            self._hang_up()
            session.close()
            raise

    def _idle(self, session: Session, folders: Sequence[Folder]) -> None:
        """Spend one connection on each folder that is worth it. Raises `No`."""
        for folder in _worth_it(folders):
            if self._ears:
                try:
                    session = self._server.connect()
                except ConnectorError:
                    return  # it allows no more connections: the rest is looked at in between
            session.examine(folder.wire)
            if not self._ears and session.offers("NOTIFY"):
                _notify(session, [one for one in folders if one is not folder])
            session.listen()
            self._ears.append(_Ear(session, self._clock() + RENEWED))

    def _hang_up(self) -> None:
        for ear in self._ears:
            ear.session.close()
        self._ears = []
        self._heard_of_all = False

    def __del__(self) -> None:
        self._hang_up()


def _worth_it(folders: Sequence[Folder]) -> list[Folder]:
    """The folders that an IDLE is spent on: where mail arrives, and where it is sent from."""
    found = [role(folders, name) for name in ("inbox", "all", "sent")]
    return [one for one in found if one is not None][:2] or list(folders[:1])


def _notify(session: Session, others: Sequence[Folder]) -> None:
    """Ask to be told of other folders as well. Not being told so is no trouble."""
    events = "(MessageNew MessageExpunge)"
    names = " ".join(quoted(folder.wire) for folder in others[:_NAMED])
    with suppress(No):
        more = [f"(mailboxes ({names}) {events})"] if others else []
        session.ask("NOTIFY", "SET", f"(selected {events})", *more)


def _matters(kinds: bytes) -> bool:
    return not _NEWS.isdisjoint(kinds.split())


def _close_all(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
