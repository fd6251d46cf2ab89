"""The drafts folder of a mailbox, as a place that a draft is left in. Nothing here ever sends one.

A draft is saved as the mail it is (MimeContent): In-Reply-To and References, which come with it,
are what Outlook puts it into a conversation by. Its Message-ID is in a named property of ours as
well, because a server may give it another one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email import policy
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING, Final

from connectors.errors import BadItem, Refused
from connectors.exchange.element import Element, extended, id_of, text
from connectors.exchange.errors import Declined
from connectors.exchange.mail_refs import under
from connectors.exchange.places import Place, place
from connectors.exchange.tasks_text import named

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

_WHAT: Final = "the drafts"
_DRAFT: Final = "a draft"
_MARK: Final = "syncd-draft"
_UNFIT: Final = frozenset(
    ("ErrorMimeContentInvalid", "ErrorMimeContentInvalidBase64String", "ErrorMessageSizeExceeded",
     "ErrorMimeContentConversionFailed", "ErrorSchemaValidation")
)  # fmt: skip


class ExchangeDrafts:
    """See `connectors.contract.Drafts`. A draft that answers the same mail already is its owner's,
    or ours, in whatever words: it is left as it is, and its ref is returned."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """See `connectors.contract.Drafts`. Raises `Ambiguous` when it may have happened all the
        same."""
        from connectors.exchange.request import Distinguished

        identity = _bare(message_id)
        if not identity.isascii() or not identity.isprintable() or not identity:
            raise Refused("a draft needs a Message-ID of printable ASCII")
        head = BytesHeaderParser(policy=policy.compat32).parsebytes(rfc822)
        answered = _bare(str(head.get("In-Reply-To", "")))
        folder = place(self._exchange, Distinguished("drafts"), _WHAT)
        here = self._there(folder, identity, answered)
        return under(folder.key) + (here or self._added(folder, rfc822, identity))

    def _there(self, folder: Place, identity: str, answered: str) -> str | None:
        """The id of the draft with that Message-ID, else of one that answers the same mail."""
        alike: str | None = None
        for one in self._listed(folder):
            ids = (text(one, "InternetMessageId"), extended(one).get(_MARK, ""))
            if identity in map(_bare, ids):
                return id_of(one).id
            if alike is None and answered and _bare(text(one, "InReplyTo")) == answered:
                alike = id_of(one).id
        return alike

    def _listed(self, folder: Place) -> Iterator[Element]:
        from connectors.exchange import raw

        fields = ("message:InternetMessageId", "item:InReplyTo", named(_MARK))
        return raw.listed(self._exchange, folder.id, fields, _WHAT)

    def _added(self, folder: Place, rfc822: bytes, identity: str) -> str:
        from connectors.exchange import raw
        from connectors.exchange.request import typed, value

        content = base64.b64encode(rfc822).decode("ascii")
        draft = typed(
            "Message",
            typed("MimeContent", text=content, CharacterSet="UTF-8"),
            value(named(_MARK), identity),
        )
        try:
            return id_of(raw.create(self._exchange, folder.id, draft, _DRAFT)).id
        except Declined as error:
            if error.code not in _UNFIT:
                raise
            raise BadItem("", f"the server does not take this draft ({error.code})") from error


def _bare(message_id: str) -> str:
    return message_id.strip().strip("<>").strip()
