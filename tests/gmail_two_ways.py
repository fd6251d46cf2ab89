"""A support module: a mailbox at Gmail that is read by IMAP as well."""

from __future__ import annotations

from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from gmail_world import ZONE, Box
from servers import fake_imap
from servers.fake_imap import FakeImap

from connectors.imap.gmail import GmailPast
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server


class TwoWays(Box):
    """Ana's mailbox, which IMAP shows as well."""

    def __init__(self, google: FakeGoogle, clock: Clock, imap: FakeImap) -> None:
        self.imap = imap
        self._uids: dict[str, int] = {}
        super().__init__(google, clock)
        self.restart(past=self.past())

    def past(self) -> GmailPast:
        """A way by IMAP."""
        server = Server("127.0.0.1", "ana", lambda: "token", self.imap.port, "none", "xoauth2")
        return GmailPast(ImapMail(Line(server), zone=ZONE))

    def show(self) -> None:
        """IMAP shows what there is now."""
        found = fake_imap.Box(attributes="\\All")
        for one in self.mailbox.letters.values():
            uid = self._uids.setdefault(one.id, len(self._uids) + 1)
            if one.labels & {"TRASH", "SPAM", "CHAT"}:
                continue
            found.mails[uid] = one.raw.replace(b"\n", b"\r\n")
            found.ids[uid] = int(one.id, 16)
            system = sorted(label.title() for label in one.labels if "_" not in label)
            found.labels[uid] = " ".join(f'"\\\\{label}"' for label in system)
        self.imap.boxes = {"INBOX": fake_imap.Box(), "[Gmail]/All Mail": found}
