"""One connection that is listened on (IDLE, RFC 2177)."""

from __future__ import annotations

from typing import Final

from connectors.errors import Unavailable
from connectors.imap.session import Session

_NEWS: Final = frozenset(("EXISTS", "EXPUNGE", "VANISHED", "STATUS", "LIST"))


class Ear:
    """See above; it is about a `folder`, which the `session` has open. `until` is when it has to be
    renewed, by the caller's clock. Raises `No` where the server will not have it."""

    def __init__(self, session: Session, folder: str, until: float) -> None:
        self.session = session
        self.folder = folder
        self.until = until
        self._begin()

    def news(self) -> bool:
        """Whether something was said that matters; read without waiting. Raises `Unavailable` where
        the connection has ended."""
        with self.session.speaking():
            kinds = self.session.wire.overheard()
        if "BYE" in kinds:
            self.session.close()
            raise Unavailable(f"{self.session.host} has ended the connection")
        return not _NEWS.isdisjoint(kinds)

    def renew(self, until: float) -> bool:
        """Ask for news anew, as has to be done before 29 minutes have passed; whether there was
        some."""
        with self.session.speaking():
            self.session.wire.idle_over(self._tag)
        news = self.news()
        self._begin()
        self.until = until
        return news

    def _begin(self) -> None:
        with self.session.speaking():
            self.session.wire.untagged_responses.clear()
            self._tag = self.session.wire.idle()
