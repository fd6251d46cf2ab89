"""The folder Drafts of a mailbox, as a place that a draft is left in. Nothing here ever sends one.

A message that is posted as MIME is a draft with that header, threading included
(learn.microsoft.com/graph/api/user-post-messages). That its Message-ID stays is nowhere promised:
where it got another one, ours is set, as is allowed for drafts (/graph/api/message-update), and
whoever looks for it looks for what it says as well.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email import policy
from email.parser import BytesParser
from typing import Any, Final

from connectors.errors import BadItem, ConnectorError, Refused
from connectors.formats.text import plain_text
from connectors.graph.api import Api
from connectors.graph.errors import Declined
from connectors.graph.mail_letter import IN_REPLY_TO
from connectors.graph.odata import path

_REFS: Final = "mail//drafts/"
_WHAT: Final = "the drafts"
_DRAFTS: Final = "mailFolders/drafts/messages"
_BEGINNING: Final = 150  # characters: a preview has 255, and another idea of white space
_UNFIT: Final = frozenset((400, 413))
_ID: Final = re.compile(r"<([!#-;=?-~]+)>")  # RFC 5322 section 3.6.4, without quotes
_HEAD: Final = {
    "$select": "id,internetMessageId",
    "$expand": f"singleValueExtendedProperties($filter=id eq '{IN_REPLY_TO}')",
}


class GraphDrafts:
    """See `connectors.contract.Drafts`. A draft that answers the same mail already is its owner's,
    or ours, in whatever words: it is left as it is, and its ref is returned."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """See `connectors.contract.Drafts`. Raises `Ambiguous` when it may have happened all the
        same."""
        identity = _bare(message_id)
        if _ID.fullmatch(f"<{identity}>") is None:
            raise Refused("a draft needs a Message-ID of printable ASCII")
        there = self._there(identity, rfc822)
        return _REFS + (there if there is not None else self._added(rfc822, identity))

    def _added(self, rfc822: bytes, identity: str) -> str:
        data = base64.b64encode(rfc822)
        try:
            made = self._api.write(
                "POST", "messages", "a draft", body=data, content_type="text/plain"
            )
        except Declined as error:
            if error.status not in _UNFIT:
                raise
            why = error.reason or error.status
            raise BadItem("", f"Outlook does not take this draft ({why})") from error
        found = str(made["id"])
        if _bare(str(made.get("internetMessageId") or "")) != identity:
            with suppress(ConnectorError):
                named = {"internetMessageId": f"<{identity}>"}
                self._api.write("PATCH", path("messages", found), "a draft", body=named)
        return found

    def _there(self, identity: str, rfc822: bytes) -> str | None:
        """The id of the message with that Message-ID, wherever it is by now; or of a draft that
        answers the same mail, or says the same."""
        asked = {"$filter": _equal("internetMessageId", f"<{identity}>"), "$select": "id"}
        for one in self._listed("messages", asked):
            return str(one["id"])
        head = BytesParser(policy=policy.default).parsebytes(rfc822)
        answered = _ID.search(str(head.get("In-Reply-To", "")))
        parent = answered[1] if answered else ""
        for talk in self._talks(parent):
            asked = {"$filter": _equal("conversationId", talk), **_HEAD}
            for one in self._listed(_DRAFTS, asked):
                if parent == _parent(one):
                    return str(one["id"])
        wanted = _said(str(head.get("Subject", "")), head.get("To"), plain_text(rfc822))
        for one in self._listed(_DRAFTS, {"$select": "id,subject,toRecipients,bodyPreview"}):
            if _told(one) == wanted:
                return str(one["id"])
        return None

    def _talks(self, parent: str) -> Iterator[str]:
        """The conversations that the mail is in which is answered; none where it is not here."""
        if not parent:
            return
        asked = {"$filter": _equal("internetMessageId", f"<{parent}>"),
                 "$select": "id,conversationId"}  # fmt: skip
        found = self._api.pages("messages", "the mailbox", params=asked)
        yield from dict.fromkeys(
            str(one["conversationId"]) for one in found if "conversationId" in one
        )

    def _listed(self, where: str, asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        for one in self._api.pages(where, _WHAT, params=asked):
            if one.get("id"):
                yield one


def _said(subject: str, to: Any, text: str) -> tuple[str, frozenset[str], str]:
    """What tells a draft from others: its subject, whom it is for, how it begins."""
    addrs = (
        box.addr_spec.casefold() for group in getattr(to, "groups", ()) for box in group.addresses
    )
    return " ".join(subject.split()), frozenset(addrs), " ".join(text.split())[:_BEGINNING]


def _told(draft: Mapping[str, Any]) -> tuple[str, frozenset[str], str]:
    boxes = (one.get("emailAddress") or {} for one in draft.get("toRecipients") or ())
    addrs = frozenset(str(box.get("address") or "").casefold() for box in boxes)
    text = str(draft.get("bodyPreview") or "")
    return (
        " ".join(str(draft.get("subject") or "").split()),
        addrs,
        " ".join(text.split())[:_BEGINNING],
    )


def _equal(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"{name} eq '{quoted}'"


def _parent(message: Mapping[str, Any]) -> str:
    """The Message-ID that a message answers."""
    for one in message.get("singleValueExtendedProperties") or ():
        if str(one.get("id")).lower() == IN_REPLY_TO.lower():
            return _bare(str(one.get("value") or ""))
    return ""


def _bare(message_id: str) -> str:
    return message_id.strip().strip("<>").strip()
