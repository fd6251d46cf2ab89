"""The drafts of a Gmail account, as a place that a draft is left in. Nothing here ever sends one.

A draft that answers a mail is put into its thread, which Gmail wants to be told (`threadId`) beside
In-Reply-To and References (developers.google.com/workspace/gmail/api/guides/threads).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from email import policy
from email.parser import BytesHeaderParser
from typing import Any, Final

from connectors.errors import BadItem, Refused, Unavailable
from connectors.google.api import Api
from connectors.google.errors import Declined, NotThere
from connectors.google.gmail_letter import ref_of
from connectors.google.gmail_parts import value_of

_WHAT: Final = "the drafts"
_PAGE: Final = 500
_FIELDS: Final = "message(payload/headers)"
_UNFIT: Final = frozenset((400, 413))
_ID: Final = re.compile(r"<([!#-'*-;=?-Z^-z|~\[\]]+)>")  # that means nothing else to a search


class GoogleDrafts:
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
        head = BytesHeaderParser(policy=policy.compat32).parsebytes(rfc822)
        answered = _ID.search(str(head.get("In-Reply-To", "")))
        parent = answered[1] if answered else ""
        thread = self._thread(parent) if parent else None
        there = self._there(identity, parent, thread)
        return ref_of(there if there is not None else self._added(rfc822, thread))

    def _added(self, rfc822: bytes, thread: str | None) -> str:
        message = {"raw": base64.urlsafe_b64encode(rfc822).decode("ascii")}
        if thread is not None:
            message["threadId"] = thread
        request = self._drafts.create(userId="me", body={"message": message})
        try:
            return str(self._api.write(request, "a draft")["message"]["id"])
        except NotThere as error:
            # The next time no thread is found.
            raise Unavailable("the mail that a draft answers has just been deleted") from error
        except Declined as error:
            if error.status not in _UNFIT:
                raise
            why = error.reason or error.status
            raise BadItem("", f"Gmail does not take this draft ({why})") from error

    def _there(self, identity: str, parent: str, thread: str | None) -> str | None:
        """The id of the draft with that Message-ID, or of one in the thread that answers the same
        mail: the search may not know yet what was put there a moment ago."""
        for draft in self._listed(f"rfc822msgid:{identity}"):
            return str(draft["message"]["id"])
        for draft in self._listed("") if thread is not None else ():
            message = draft["message"]
            if message.get("threadId") != thread:
                continue
            head = self._head(str(draft["id"]))
            if identity == _bare(value_of(head, "message-id")):
                return str(message["id"])
            if parent == _bare(value_of(head, "in-reply-to")):
                return str(message["id"])
        return None

    def _listed(self, query: str) -> Iterator[Mapping[str, Any]]:
        asked = {"q": query} if query else {}
        page: str | None = ""
        while page is not None:
            more = {"pageToken": page} if page else {}
            request = self._drafts.list(userId="me", maxResults=_PAGE, **asked, **more)
            answer = self._api.ask(request, _WHAT)
            yield from answer.get("drafts", ())
            page = answer.get("nextPageToken")

    def _head(self, draft_id: str) -> Mapping[str, Any]:
        """The header of a draft; empty where it is not there any more."""
        request = self._drafts.get(userId="me", id=draft_id, format="full", fields=_FIELDS)
        try:
            payload: Mapping[str, Any] = self._api.ask(request, _WHAT)["message"].get("payload", {})
        except NotThere:
            return {}
        return payload

    def _thread(self, parent: str) -> str | None:
        """The thread of the mail that is answered; None where it is not here."""
        messages = self._api.service("gmail").users().messages()
        request = messages.list(userId="me", q=f"rfc822msgid:{parent}", maxResults=1)
        for one in self._api.ask(request, "the mailbox").get("messages", ()):
            return str(one["threadId"])
        return None

    @property
    def _drafts(self) -> Any:
        return self._api.service("gmail").users().drafts()


def _bare(message_id: str) -> str:
    return message_id.strip().strip("<>").strip()
