"""The connection that an account is read through: made when it is needed, kept while it lasts."""

from __future__ import annotations

from connectors.imap.session import Server, Session


class Line:
    """See above. One thread uses it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._session: Session | None = None

    def session(self, *, fresh: bool = False) -> Session:
        """The connection; with `fresh` one that has just answered and has no folder open.

        Raises the errors of the contract."""
        session = self._session
        if session is None or session.dead or (fresh and not session.alive()):
            self.close()
            self._session = session = self.server.connect()
        return session

    def close(self) -> None:
        """Sign off."""
        if self._session is not None:
            session, self._session = self._session, None
            session.leave()

    def __del__(self) -> None:
        if self._session is not None:
            self._session.close()
