"""Addresses of people whom Exchange names by its directory only (legacyExchangeDN, like
"/o=Firm/ou=.../cn=ana"): it is asked who that is (ResolveNames)."""

from __future__ import annotations

from threading import Lock
from typing import Final

from connectors.errors import Refused
from connectors.exchange.element import TYPES, text
from connectors.exchange.errors import Broken
from connectors.exchange.session import Exchange

_KEPT: Final = 10_000
_TRIES: Final = 3
_WHAT: Final = "the directory"


class Resolver:
    """See above. From any thread; what was found is kept as long as it lives."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._found: dict[str, str] = {}
        self._lock = Lock()
        self._failed = 0  # times in a row that the question broke

    def __call__(self, name: str) -> str:
        """The SMTP address behind a name; "" where the directory knows none, or several. Raises the
        errors of the contract but for `Refused`: a server may have no directory."""
        key = name.lower()
        with self._lock:
            if key in self._found:
                return self._found[key]
        try:
            found = self._asked(name)
            self._failed = 0
        except Refused:
            found = ""
        except Broken:
            # Who serves no directory may break over the question, and mail is worth more.
            self._failed += 1
            if self._failed < _TRIES:
                raise
            return ""
        with self._lock:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[key] = found
        return found

    def _asked(self, name: str) -> str:
        from connectors.exchange import raw
        from connectors.exchange import request as ask

        asked = ask.message("ResolveNames", ask.message("UnresolvedEntry", text=name))
        asked.set("ReturnFullContactData", "false")
        answer = raw.only(self._exchange, "ResolveNames", asked, _WHAT)
        found = {
            text(box, "EmailAddress").strip()
            for box in answer.iter(f"{TYPES}Mailbox")
            if (text(box, "RoutingType") or "SMTP").strip().upper() == "SMTP"
        }
        found = {one for one in found if "@" in one}
        return found.pop() if len(found) == 1 else ""
