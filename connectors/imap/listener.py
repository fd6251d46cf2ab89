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
from typing import Any, Final

from connectors.errors import ConnectorError
from connectors.imap.ear import Ear
from connectors.imap.folders import Folder, chosen, listed, role
from connectors.imap.line import Line
from connectors.imap.names import quoted
from connectors.imap.session import Session
from connectors.imap.troubles import No, of_answer, passing

RENEWED: Final = 25 * 60.0  # seconds: servers end an IDLE of 29 minutes (RFC 2177)
_SHORT: Final = 60.0  # a connection that ends this soon is not made again at once
_NAMED: Final = 60  # folders that a NOTIFY names


class Listener:
    """See above. `clock` is in seconds; only `wake` may be called from other threads."""

    def __init__(
        self, line: Line, wanted: Sequence[str], poll: float, clock: Callable[[], float]
    ) -> None:
        self.hindrance = ""
        self.rung: set[str] = set()  # the folders that news came from, until they are looked at
        self._line = line
        self._wanted = wanted
        self._poll = poll
        self._clock = clock
        self._ears: list[Ear] = []
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
                heard = ear.news()
                if self._clock() >= ear.until:
                    heard |= ear.renew(self._clock() + RENEWED)
                if heard:
                    self.rung.add(ear.folder)
                news |= heard
            now = self._clock()
            # Also where it tells of every folder: a word may get lost on its way, and an IDLE that
            # is renewed is a look for whoever asks as RFC 2177 says.
            look = self._looked_at + (RENEWED if self._heard_of_all else self._poll)
            if news or (not self._deaf and now >= look):
                self._looked_at = now
                return True
            if self._was_woken() or now >= end:
                return False
            until = min([end, *(ear.until for ear in self._ears)])
            if not self._deaf:
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
        session = self._line.another()
        try:
            folders = listed(session)
            read = chosen(session, folders, self._wanted)
            if read and session.offers("IDLE"):
                self._idle(session, read)
            self._heard_of_all = len(read) <= len(self._ears)
            if self._ears:
                return
            self._deaf = True
            if read:
                self.hindrance = (
                    f"{session.host} does not tell of new mail by itself (no IDLE): it is asked "
                    "from time to time, as often as `poll:` says"
                )
            else:
                self.hindrance = f"{session.host} has none of the folders that are to be read"
            session.leave()
        except No as error:
            self._hang_up()
            session.close()
            raise of_answer(error.text, session.host, "tell of new mail") from error
        except BaseException:
            self._hang_up()
            session.close()
            raise

    def _idle(self, session: Session, folders: Sequence[Folder]) -> None:
        """Spend one connection on each folder that is worth it and can be listened on. Raises `No`
        where that is so for now only."""
        spare: Session | None = session
        for folder in _worth_it(folders):
            if spare is None:
                try:
                    spare = self._line.another()
                except ConnectorError:
                    return  # it allows no more connections: the rest is looked at in between
            try:
                spare.examine(folder.wire)
                if not self._ears and spare.offers("NOTIFY"):
                    _notify(spare, [one for one in folders if one is not folder])
                self._ears.append(Ear(spare, folder.name, self._clock() + RENEWED))
            except No as error:
                if passing(error.text) and not self._ears:
                    raise
                continue
            spare = None
        if spare is not None and self._ears:
            spare.leave()

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
    names = b" ".join(quoted(folder.wire) for folder in others[:_NAMED])
    with suppress(No):
        more = [b"(mailboxes (%b) %b)" % (names, events.encode())] if others else []
        session.ask("NOTIFY", "SET", f"(selected {events})", *more)


def _close_all(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
