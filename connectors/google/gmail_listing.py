"""Listing a mailbox (users.messages.list): ids, newest first, 500 for 5 units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from connectors.google.api import Api
from connectors.google.gmail_labels import LISTED

PAGE: Final = 500
_WHAT: Final = "the mailbox"


class Page(NamedTuple):
    """Some ids, and what the next page is called; "" where there is none."""

    ids: list[str]
    next: str


def page(api: Api, since: int, token: str, keep: int = 0) -> Page:
    """The mails that came `since` then (seconds since 1970; 0 for all), from that page on. Spam,
    trash, drafts and chats are left out."""
    query = f"{LISTED} after:{since}" if since else LISTED
    more = {"pageToken": token} if token else {}
    messages = api.service("gmail").users().messages()
    request = messages.list(
        userId="me", q=query, maxResults=PAGE, fields="nextPageToken,messages/id", **more
    )
    answer = api.ask(request, _WHAT, keep=keep)
    ids = [str(one["id"]) for one in answer.get("messages", ())]
    return Page(ids, str(answer.get("nextPageToken", "")))


def pages(api: Api, since: int) -> Iterator[Page]:
    """All of them."""
    token = ""
    while True:
        one = page(api, since, token)
        yield one
        if not (token := one.next):
            return


class Listing:
    """The ids of all mails. Where the quota ends before they do, it goes on when it is asked again:
    what happened in between has to be told it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.restart()

    def restart(self) -> None:
        """Begin anew."""
        self._ids: set[str] = set()
        self._token = ""

    def touched(self, ids: Iterable[str]) -> None:
        """These are told by the history, and are no business of a comparison."""
        self._ids.update(ids)

    def everything(self) -> set[str]:
        """All ids. Raises the errors of the contract."""
        while True:
            one = page(self._api, 0, self._token)
            self._ids.update(one.ids)
            self._token = one.next
            if not self._token:
                found = self._ids
                self.restart()
                return found
