"""The drafts folder, as a place that a draft is put into. Nothing ever sends one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Final

from connectors.errors import Ambiguous, Refused, Unavailable
from connectors.imap import bodies
from connectors.imap.folders import Folder, listed, role
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.names import quoted
from connectors.imap.refs import prefix
from connectors.imap.session import Session
from connectors.imap.troubles import No, of_answer

_APPENDED: Final = re.compile(r"\[APPENDUID (\d{1,10}) (\d{1,10})\]", re.IGNORECASE)


def place(folders: Sequence[Folder], host: str) -> Folder:
    """The folder for drafts. Raises `Refused` where there is none."""
    folder = role(folders, "drafts")
    if folder is None:
        raise Refused(
            f"{host} has no folder for drafts: make one in your mail program, and let it be the "
            "one for drafts"
        )
    return folder


def _parent(rfc822: bytes) -> str:
    """The Message-ID of the mail that a draft answers, as far as it can be searched for."""
    header = BytesHeaderParser(policy=compat32).parsebytes(rfc822)
    found = str(header.get("In-Reply-To", "")).strip().strip("<>")
    return found if found.isascii() and found.isprintable() else ""


def _searched(identity: str) -> str:
    return quoted(f"<{identity}>".encode("ascii")).decode()


class ImapDrafts:
    """See `connectors.contract.Drafts`. `mail` is told what time the server has. A draft that
    answers the same mail already is its owner's, or ours, in whatever words: it is left as it is,
    and its ref is returned."""

    def __init__(self, line: Line, mail: ImapMail) -> None:
        self._line = line
        self._mail = mail

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """See `connectors.contract.Drafts`. Raises `Ambiguous` when it may have happened all the
        same, `Refused` where there is no room or no such folder."""
        session = self._line.session(fresh=True)
        folder = place(listed(session), session.host)
        identity = message_id.strip().strip("<>")
        if not identity.isascii() or not identity.isprintable() or not identity:
            raise Refused("a draft needs a Message-ID of printable ASCII")
        try:
            if (ref := self._found(session, folder, identity, _parent(rfc822))) is not None:
                return ref
            return self._added(session, folder, rfc822, identity)
        except No as error:
            if error.code == "OVERQUOTA":
                raise Refused(
                    f"there is no room for a draft at {session.host}: delete something there"
                ) from error
            raise of_answer(error.text, session.host, f"file drafts in {folder.name}") from error

    def _found(
        self, session: Session, folder: Folder, identity: str, parent: str = ""
    ) -> str | None:
        """The ref of the draft with that Message-ID, else of one that answers the mail `parent`.
        Raises `No`."""
        validity = session.examine(folder.wire).validity
        uids = session.search("HEADER", "Message-ID", _searched(identity))
        if not uids and parent:
            uids = session.search("UNDELETED", "HEADER", "In-Reply-To", _searched(parent))
        return f"{prefix(folder.name, validity)}{uids.highest}" if uids else None

    def _added(self, session: Session, folder: Folder, rfc822: bytes, identity: str) -> str:
        try:
            words = session.add(folder.wire, rfc822, (b"\\Draft", b"\\Seen"))
        except Unavailable as error:
            if session.dead:
                raise Ambiguous(
                    f"the connection to {session.host} was lost while a draft was filed: it is "
                    "looked for before it is filed again"
                ) from error
            raise
        match = _APPENDED.search(words)
        ref = f"{prefix(folder.name, int(match[1]))}{int(match[2])}" if match else None
        found = ref or self._found(session, folder, identity)
        if found is None:
            raise Ambiguous(f"{session.host} took a draft and does not show it")
        self._date(session, folder, int(found.rpartition("=")[2]))
        return found

    def _date(self, session: Session, folder: Folder, uid: int) -> None:
        """Take the time that the server gave it for the server's."""
        if session.folder != folder.wire:
            session.examine(folder.wire)
        one = bodies.fetch(session, [uid], "UID INTERNALDATE").get(uid)
        self._mail.server_said = one.arrived if one else None
