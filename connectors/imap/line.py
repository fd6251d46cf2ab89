"""The connections an account is read through: made when they are needed, kept while they last."""

from __future__ import annotations

from weakref import WeakSet

from connectors.errors import Unavailable
from connectors.imap.session import Server, Session
from connectors.imap.troubles import Crowded


class Line:
    """See above. One thread uses it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._session: Session | None = None
        self._others: WeakSet[Session] = WeakSet()

    def session(self, *, fresh: bool = False) -> Session:
        """The one that is read by; with `fresh` it has just answered and has no folder open.

        Raises the errors of the contract."""
        session = self._session
        if session is None or session.dead or (fresh and not session.alive()):
            self.close()
            try:
                self._session = session = self.server.connect([*self._others])
            except Crowded as error:
                # Reading goes before listening; and without those a refusal is certain.
                for other in self._others:
                    other.close()
                raise Unavailable(
                    f"{self.server.host} takes no sign-in now; it is asked again later"
                ) from error
        return session

    def another(self) -> Session:
        """One more, which is the caller's to close. Raises the errors of the contract: `Crowded`
        where the server takes no more beside those that there are."""
        beside = [*self._others] if self._session is None else [self._session, *self._others]
        made = self.server.connect(beside)
        self._others.add(made)
        return made

    def close(self) -> None:
        """Sign off, but for the others."""
        if self._session is not None:
            session, self._session = self._session, None
            session.leave()

    def __del__(self) -> None:
        if self._session is not None:
            self._session.close()
