"""Links to mails in tasks. What the core writes (mid:, RFC 2392) nothing at Google Tasks opens; a
search of Gmail does, where the mail is there. Read back, it is what the core wrote.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

from connectors.errors import ConnectorError
from connectors.google.api import Api

_AT_MOST: Final = 10  # mails that are looked for, for one task
_SAFE: Final = "@!$*+.,=~_-"  # what the core leaves as it is
_MID: Final = re.compile(r"(?<![\w:/=])mid:[^\s<>]+", re.IGNORECASE)
_PAGE: Final = "https://mail.google.com/mail/u/?authuser="
_SEARCH: Final = "#search/rfc822msgid:"
_OPENED: Final = re.compile(f"{re.escape(_PAGE)}[^\\s<>#]+{_SEARCH}([^\\s<>]+)")
_ASKABLE: Final = re.compile(r"[^\s\"'(){}<>]+")  # what is one word of a search


class Links:
    """Those of one task. `mailbox`: the address whose Gmail they lead to, "" for none."""

    def __init__(self, api: Api, mailbox: str) -> None:
        self._api = api
        self._mailbox = mailbox
        self._found: dict[str, bool] = {}

    def one(self, link: str) -> str:
        """A link as a browser can open it, "" where none can."""
        if not link.lower().startswith("mid:"):
            return link
        return self._opened(link) or ""

    def all_in(self, text: str) -> str:
        """A text with those of its links opened that can be."""
        return _MID.sub(lambda match: self._opened(match[0]) or match[0], text)

    def _opened(self, link: str) -> str | None:
        page = opened(link, self._mailbox)
        # What could not be told from an edit of the owner's later is left as it is.
        if not self._mailbox or closed(page) != link or not self._is_there(link):
            return None
        return page

    def _is_there(self, link: str) -> bool:
        name = unquote(link[len("mid:") :])
        if name not in self._found:
            if len(self._found) >= _AT_MOST or not _ASKABLE.fullmatch(name):
                return False
            messages = self._api.service("gmail").users().messages()
            request = messages.list(userId="me", q=f"rfc822msgid:{name}", maxResults=1)
            try:
                answer = self._api.ask(request, "the mailbox")
            except ConnectorError:  # the mailbox tells of it itself; the task is written
                return False
            self._found[name] = bool(answer.get("messages"))
        return self._found[name]


def opened(link: str, mailbox: str) -> str:
    """The page of Gmail on which a mail is, by its mid: link."""
    name = quote(unquote(link[len("mid:") :]), safe="@")
    return f"{_PAGE}{quote(mailbox, safe='@')}{_SEARCH}{name}"


def closed(text: str) -> str:
    """The other way round, for all such pages in a text."""
    return _OPENED.sub(lambda match: "mid:" + quote(unquote(match[1]), safe=_SAFE), text)
