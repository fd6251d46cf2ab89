"""The mail of a mailbox at Gmail by IMAP, under the names that Gmail's API gives it.

For whoever goes on by the API: the past comes faster by IMAP. X-GM-MSGID is the id of the API, so a
mail is the same item whichever way it came (developers.google.com/gmail/imap/imap-extensions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from connectors.contract import Chunk, Unread
from connectors.imap.answers import is_draft
from connectors.imap.mail import ImapMail
from connectors.records import Batch, Item

_PREFIX: Final = "gmail//"
_SENT: Final = "SENT"  # what the API calls the label


class _Nothing:
    """Nothing is known of what IMAP calls these mails."""

    def under(self, prefix: str) -> Mapping[str, str]:
        """See `connectors.contract.Known`."""
        return {}


class GmailPast:
    """See above. Of the labels only that of sent mail is told by IMAP, none of the categories."""

    def __init__(self, mail: ImapMail) -> None:
        self._mail = mail

    def batches(self, cursor: str | None, now: datetime) -> Iterator[Batch]:
        """All mail but drafts, newest first; the last batch is `done`. What has no id, or cannot be
        read, is left out. Raises the errors of the contract."""
        for chunk in self._mail.chunks(cursor, _Nothing(), now):
            items = tuple(self._named(chunk))
            yield self._mail.read_chunk(Chunk(items, chunk.cursor, chunk.done))

    def close(self) -> None:
        """Sign off. It may be used again."""
        self._mail.close()

    def _named(self, chunk: Chunk) -> Iterator[Item | Unread]:
        for one in chunk.items:
            if not isinstance(one, Unread) or not one.where:
                continue
            plain, head, body, labelled = one.data
            labels = labelled.decode("utf-8", "surrogateescape").split("\n")
            if is_draft(plain) or "\\Draft" in labels:
                continue
            stamp = _SENT if "\\Sent" in labels else ""
            data = (plain, head, body, stamp.encode())
            yield Unread(f"{_PREFIX}{one.where}", stamp, one.where, data)
