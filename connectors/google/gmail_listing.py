"""Listing a mailbox (users.messages.list): ids, newest first, 500 for 5 units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from connectors.google.api import Api
from connectors.google.errors import Declined
from connectors.google.gmail_labels import LISTED, TELLING

PAGE: Final = 500
_WHAT: Final = "the mailbox"
_BAD_REQUEST: Final = 400


class Page(NamedTuple):
    """Some ids, and what the next page is called; "" where there is none."""

    ids: list[str]
    next: str


def page(api: Api, since: int, token: str, keep: int = 0, label: str = "") -> Page:
    """The mails that came `since` then (seconds since 1970; 0 for all), from that page on; those
    with a `label`, if it is given. Spam, trash, drafts and chats are left out. Raises `LookupError`
    where Gmail does not know that page any more."""
    query = f"{LISTED} after:{since}" if since else LISTED
    more: dict[str, Any] = {"pageToken": token} if token else {}
    if label:
        more["labelIds"] = [label]
    messages = api.service("gmail").users().messages()
    request = messages.list(
        userId="me", q=query, maxResults=PAGE, fields="nextPageToken,messages/id", **more
    )
    try:
        answer = api.ask(request, _WHAT, keep=keep)
    except Declined as error:
        if token and error.status == _BAD_REQUEST:
            raise LookupError(token) from error
        raise
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


class Listed(NamedTuple):
    """What there is: the ids of all mails; those of the labels that count by mail. `touched`: what
    the history has told of meanwhile, and is no business of a comparison."""

    ids: set[str]
    labels: dict[str, set[str]]
    touched: set[str]


class Listing:
    """Everything listed. Where the quota ends before it does, it goes on when it is asked again:
    what happened in between has to be told it. It is kept until `restart`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.restart()

    def restart(self) -> None:
        """Begin anew."""
        self._found = Listed(set(), {}, set())
        self._tokens: dict[str, str] = {}  # by label, "" for all mails
        self._complete: set[str] = set()

    def touched(self, ids: Iterable[str]) -> None:
        """The history tells of these."""
        self._found.touched.update(ids)

    def everything(self) -> Listed:
        """All of it. Raises the errors of the contract."""
        self._list("", self._found.ids.update)
        return self.labels()

    def labels(self) -> Listed:
        """The same without the mails that have none of these labels."""
        for label in sorted(TELLING):

            def put(ids: Iterable[str], label: str = label) -> None:
                for one in ids:
                    self._found.labels.setdefault(one, set()).add(label)

            self._list(label, put)
        return self._found

    def _list(self, label: str, take: Callable[[list[str]], object]) -> None:
        while label not in self._complete:
            try:
                one = page(self._api, 0, self._tokens.get(label, ""), label=label)
            except LookupError:
                self._tokens[label] = ""
                continue
            take(one.ids)
            self._tokens[label] = one.next
            if not one.next:
                self._complete.add(label)
