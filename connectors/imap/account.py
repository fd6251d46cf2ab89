"""One `imap` account: its mail, and its drafts where they are switched on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from connectors.contract import Drafts, Source
from connectors.imap.drafts import ImapDrafts
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server


class ImapAccount:
    """Mail of one owner. Nothing is opened here: whether the server is there, and what it offers,
    is found out by reading it. `drafts`: whether any may be filed; else as in `ImapMail`."""

    def __init__(
        self,
        name: str,
        server: Server,
        folders: Sequence[str] = (),
        history: date | None = None,
        zone: ZoneInfo | None = None,
        poll: float = 300.0,
        *,
        drafts: bool = False,
    ) -> None:
        self.name = name
        self._server = server
        self._folders = folders
        self._mail = ImapMail(Line(server), folders, history, zone, poll)
        self._filing = drafts

    def sources(self) -> list[Source]:
        """The mail of all folders is one source."""
        return [self._mail]

    def task_list(self) -> None:
        """IMAP has none."""

    def survey(self) -> Iterator[str]:
        """See `connectors.contract.Surveyed`."""
        from connectors.imap.survey import survey

        return survey(self._server, self._folders, drafts=self._filing)

    def drafts(self) -> Drafts | None:
        """The drafts folder, where it is switched on. It has a connection of its own: other
        threads write than read. That it is refused says nothing of the password: it may be one
        connection too many, and those who read try the password as well."""
        if not self._filing:
            return None
        server = replace(self._server, refused=lambda _secret, _words: True)
        return ImapDrafts(Line(server), self._mail)
