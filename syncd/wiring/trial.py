"""Signing in once, for `syncd init`: does it work, and what is there?"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from connectors.errors import Unavailable
from syncd.config import CaldavAccountSettings, ExchangeAccountSettings, ImapAccountSettings
from syncd.wiring.accounts import dav_login, mail_server, opened_one, trusted

T = TypeVar("T")

SECONDS: Final = 30.0  # for one server, all that it is asked
_SILENCE: Final = 15.0  # without a byte, where that can be set


@dataclass(slots=True)
class Typed:
    """A secret that the owner just gave (`keys.Secret`). `refusal` is what was said of it where a
    server did not accept it, else ""."""

    secret: str = field(repr=False)
    refusal: str = ""

    def __call__(self) -> str:
        return self.secret

    def refused(self, _secret: str, words: str) -> bool:
        self.refusal = words
        return True

    def accepted(self, secret: str) -> None:
        """What is typed is not remembered."""


@dataclass(frozen=True, slots=True)
class Collections:
    """What a CalDAV server has for a login, by the names that its owner knows. `lists` are what
    the login may write tasks to, those for nothing else first; `others` the rest of what takes
    tasks."""

    calendars: Sequence[str] = ()
    books: Sequence[str] = ()
    lists: Sequence[str] = ()
    own_lists: int = 0  # how many of `lists` take nothing but tasks
    others: Sequence[str] = ()


def mail_folders(entry: ImapAccountSettings, typed: Typed, base: Path) -> list[str]:
    """The folders that would be read. `base` is the configuration's folder. Raises the errors of
    the contract, and ImportError without the extra."""
    from connectors.imap.folders import chosen, listed

    server = mail_server(entry, base, typed)

    def look() -> list[str]:
        session = server.connect()
        try:
            names = [one.name for one in chosen(session, listed(session), entry.folders)]
            return sorted(names, key=lambda name: (name != "INBOX", name.lower()))
        finally:
            session.leave()

    return _bounded(look, entry.host)


def collections(entry: CaldavAccountSettings, typed: Typed, base: Path) -> Collections:
    """What is there, of what the account asks for. Raises the errors of the contract."""
    from connectors.caldav.http import Session
    from connectors.caldav.server import Server

    login = dav_login(entry, typed)

    def look() -> Collections:
        session = Session(login, trusted(entry, base), _SILENCE)
        try:
            server = Server(session, entry.url)
            found = server.collections("caldav") if entry.calendars else []
            books = server.collections("carddav") if entry.contacts else []
        finally:
            session.close()
        takers = [one for one in found if one.takes("VTODO")]
        lists = [one for one in takers if one.writable]
        own = [one.name for one in lists if not one.takes("VEVENT")]
        return Collections(
            calendars=[one.name for one in found if one.takes("VEVENT")],
            books=[one.name for one in books],
            lists=[*own, *(one.name for one in lists if one.takes("VEVENT"))],
            own_lists=len(own),
            others=[one.name for one in takers if not one.writable],
        )

    return _bounded(look, entry.url)


def exchange_found(entry: ExchangeAccountSettings, typed: Typed, base: Path) -> list[str]:
    """What is there, each in a few words for the owner. Raises the errors of the contract, and
    ModuleNotFoundError without the extra."""
    opened: Any = opened_one(entry, base, ZoneInfo("UTC"), typed, None)
    # Looking for the server takes its time where several have to be asked.
    return _bounded(lambda: list(opened.survey()), entry.place, 2 * SECONDS)


def _bounded(look: Callable[[], T], where: str, seconds: float = SECONDS) -> T:
    """What `look` returns, or raises, within the limit: a look-up of a name, or a server that
    sends a byte now and then, could take for ever."""
    done: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((look(), None))
        except Exception as error:  # noqa: BLE001  # it is raised where it is waited for
            done.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = done.get(timeout=seconds)
    except queue.Empty:
        raise Unavailable(
            f"{where} was not done after {seconds:.0f} seconds: check its port and encryption, "
            "or try again later"
        ) from None
    if error is not None:
        raise error
    return found  # type: ignore[return-value]  # only None beside an error
