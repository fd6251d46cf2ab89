"""What a folder is asked: its mails, newest first; all of their ids; what happened since.

A delta query with a filter ends after 5,000 mails, without a word on the others, and one without it
tells years that nobody asked for. So a listing gives the mails, back to where they are wanted, and
the delta query nothing but ids and times, of all there are: what of them is not known is fetched.
learn.microsoft.com/graph/api/message-delta
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from connectors.errors import Unavailable
from connectors.graph.api import Api
from connectors.graph.mail_folders import Folder
from connectors.graph.mail_letter import EXPAND, SELECT, arrived, is_mail
from connectors.graph.odata import Json, delta_link, entries, next_link, path

PAGE: Final = 100  # mails, with their headers
IDS: Final = 500
_MANY: Final = 100_000  # pages of one folder
_SHORT: Final = {"$select": "receivedDateTime,isDraft"}


class Change(NamedTuple):
    """One entry of a delta query. `is_gone`: it left the folder, or is no mail that is read. `at`:
    when it came, None where that is not told."""

    id: str
    is_gone: bool
    at: datetime | None


class Page(NamedTuple):
    """Some mails or changes, and where it goes on: the `next` page, or the `delta` link."""

    entries: list[Json]
    next: str = ""
    delta: str = ""


def stamp_of(at: datetime) -> str:
    """A moment as filters take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def mails(api: Api, folder: Folder, since: int, until: str, link: str = "") -> Page:
    """The mails of a folder that came `since` then (seconds since 1970; 0 for all), those that came
    `until` then ("" for all), newest first; or the page at a `link`."""
    if link:
        return _page(api.ask(link, _called(folder)))
    clauses = []
    if since:
        clauses.append(f"receivedDateTime ge {stamp_of(datetime.fromtimestamp(since, UTC))}")
    if until:
        clauses.append(f"receivedDateTime le {until}")
    params = {
        "$select": SELECT,
        "$expand": EXPAND,
        "$orderby": "receivedDateTime desc",
        "$top": str(PAGE),
    }
    if clauses:
        params["$filter"] = " and ".join(clauses)
    where = path("mailFolders", folder.id, "messages")
    return _page(api.ask(where, _called(folder), params=params))


def changes(api: Api, folder: Folder, link: str = "") -> Page:
    """What a delta query tells from its beginning, or at a `link`. Raises `CursorExpired`."""
    prefer = (f"odata.maxpagesize={IDS}",)
    if link:
        return _page(api.ask(link, _called(folder), prefer=prefer))
    where = path("mailFolders", folder.id, "messages", "delta")
    return _page(api.ask(where, _called(folder), params=_SHORT, prefer=prefer))


def everything(api: Api, folder: Folder, since: int) -> Iterator[Json]:
    """Short entries of all mails of a folder that came since."""
    params = {**_SHORT, "$top": str(IDS)}
    if since:
        params["$filter"] = f"receivedDateTime ge {stamp_of(datetime.fromtimestamp(since, UTC))}"
    where = path("mailFolders", folder.id, "messages")
    for entry in api.pages(where, _called(folder), params=params):
        if entry.get("id") and is_mail(entry):
            yield entry


def change_of(entry: Json) -> Change | None:
    """What an entry of a delta query says; None for nothing."""
    if not (found := str(entry.get("id") or "")):
        return None
    gone = "@removed" in entry or not is_mail(entry)
    return Change(found, gone, None if gone else arrived(entry))


class Round:
    """The ids of all mails of a folder, by a delta query from its beginning to its end. Where
    Microsoft stops answering it goes on when it is asked again."""

    def __init__(self, api: Api, folder: Folder) -> None:
        self._api = api
        self._folder = folder
        self._link = ""
        self._pages = 0
        self.there: dict[str, datetime | None] = {}
        self.delta = ""

    def complete(self) -> None:
        """Ask for the rest. Raises the errors of the contract, `CursorExpired` among them."""
        while not self.delta:
            page = changes(self._api, self._folder, self._link)
            for entry in page.entries:
                change = change_of(entry)
                if change is not None and change.is_gone:
                    self.there.pop(change.id, None)
                elif change is not None:
                    self.there[change.id] = change.at
            self._link, self.delta = page.next, page.delta
            self._pages += 1
            if not self.delta and (not self._link or self._pages > _MANY):
                raise Unavailable(
                    f"Microsoft does not tell what changes in {_called(self._folder)}: asked again"
                )


def _page(answer: Json) -> Page:
    return Page([*entries(answer)], next_link(answer), delta_link(answer))


def _called(folder: Folder) -> str:
    return f"the folder {folder.name}"
