"""The operations of EWS that are asked for here, and their answers as they came: XML elements.

learn.microsoft.com/exchange/client-developer/web-service-reference. What an answer says about one
item alone comes back as an error in its place; what is wrong with all of it is raised. Imported
lazily: it loads exchangelib.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from connectors.errors import Ambiguous, ConnectorError, Unavailable
from connectors.exchange import request as ask
from connectors.exchange.element import MESSAGES, TYPES, Element, ItemId, name_of
from connectors.exchange.errors import Declined, NotThere, of_code
from connectors.exchange.request import Field, Folder
from connectors.exchange.session import Exchange

AT_ONCE: Final = 100  # items of one GetItem
LISTED: Final = 1_000  # what servers list at once unless told otherwise (EWSFindCountLimit)
_STOPPED: Final = "ErrorBatchProcessingStopped"  # over an item before it
_YES: Final = ("true", "1")

Answer = Element | Declined


class Changes(NamedTuple):
    """What changed in a folder: ("Create" | "Update" | "Delete" | "ReadFlagChange", the item or,
    of the last two, its id), the state behind it, and whether that is all for now."""

    told: list[tuple[str, Element]]
    state: str
    last: bool


class View(NamedTuple):
    """What a view shows, in no order that can be relied on; `whole`: there is no more for sure."""

    items: list[Element]
    whole: bool


def changes(
    exchange: Exchange, folder: Folder, state: str, fields: Sequence[Field], most: int, what: str
) -> Changes:
    """SyncFolderItems: what changed since `state` ("" for everything), `most` at once (512)."""
    asked = ask.message("SyncFolderItems", ask.shape("ItemShape", fields))
    asked.append(ask.folders("SyncFolderId", folder))
    if state:
        asked.append(ask.message("SyncState", text=state))
    asked.append(ask.message("MaxChangesReturned", text=str(most)))
    answer = only(exchange, "SyncFolderItems", asked, what)
    told = [(name_of(one), one[0]) for one in answer.findall(f"{MESSAGES}Changes/*") if len(one)]
    last = _is_yes(answer.findtext(f"{MESSAGES}IncludesLastItemInRange"))
    return Changes(told, answer.findtext(f"{MESSAGES}SyncState") or "", last)


def items(
    exchange: Exchange,
    ids: Sequence[str],
    fields: Sequence[Field],
    what: str,
    *,
    texts: bool = False,
) -> list[Answer]:
    """GetItem: these, in their order. `texts`: their bodies as plain text."""
    found: dict[int, Answer] = {}
    left = list(range(len(ids)))
    while left:
        some, left = left[:AT_ONCE], left[AT_ONCE:]
        asked = ask.message("GetItem", ask.shape("ItemShape", fields, texts=texts))
        asked.append(ask.item_ids([ItemId(ids[at]) for at in some]))
        answers = call(exchange, "GetItem", asked, what)
        if len(answers) != len(some):
            raise Unavailable(f"{exchange.host} tells of other items than it was asked for")
        passed = [at for at, one in zip(some, answers, strict=True) if code_of(one) == _STOPPED]
        for at, one in zip(some, answers, strict=True):
            if at not in passed or len(passed) == len(some):
                found[at] = item_of(exchange, one, what)
        left = passed + left if len(passed) < len(some) else left
    return [found[at] for at in range(len(ids))]


def listed(
    exchange: Exchange,
    folder: Folder,
    fields: Sequence[Field],
    what: str,
    where: Element | None = None,
) -> Iterator[Element]:
    """FindItem, page by page: the items of a folder, or those that `where` (a restriction) means.
    What moves meanwhile may be passed over, or come twice."""
    offset: int | None = 0
    while offset is not None:
        asked = _find([folder], fields, where, offset)
        page = root(only(exchange, "FindItem", asked, what))
        yield from page.findall(f"{TYPES}Items/*")
        offset = next_offset(page, offset)


def sought(
    exchange: Exchange, folders: Sequence[Folder], where: Element, what: str
) -> Iterator[tuple[Folder, Element]]:
    """FindItem in several folders at once: what `where` means, without fields, and in which of them
    it is. One that is not there any more holds nothing."""
    asked = _find(folders, (), where, 0)
    answers = call(exchange, "FindItem", asked, what)
    if len(answers) != len(folders):
        raise Unavailable(f"{exchange.host} tells of other folders than it was asked for")
    for folder, answer in zip(folders, answers, strict=True):
        error = wrong(exchange, answer, what)
        if isinstance(error, NotThere):
            continue
        if error is not None:
            raise error
        page = root(answer)
        whole = next_offset(page, 0) is None
        found = (
            page.findall(f"{TYPES}Items/*") if whole else listed(exchange, folder, (), what, where)
        )
        yield from ((folder, one) for one in found)


def view(
    exchange: Exchange,
    folder: Folder,
    between: tuple[datetime, datetime],
    fields: Sequence[Field],
    most: int,
    what: str,
) -> View:
    """FindItem with a CalendarView: what takes place in between, instances of series among it."""
    start, end = map(ask.moment, between)
    shown = ask.message("CalendarView", MaxEntriesReturned=str(most), StartDate=start, EndDate=end)
    asked = ask.message("FindItem", ask.shape("ItemShape", fields), shown, Traversal="Shallow")
    asked.append(ask.folders("ParentFolderIds", folder))
    page = root(only(exchange, "FindItem", asked, what))
    found = page.findall(f"{TYPES}Items/*")
    return View(found, _is_yes(page.get("IncludesLastItemInRange")) and len(found) < most)


def create(exchange: Exchange, folder: Folder, item: Element, what: str) -> Element:
    """CreateItem, which saves it and sends nothing: the new item, with its id."""
    asked = ask.message(
        "CreateItem",
        ask.folders("SavedItemFolderId", folder),
        ask.message("Items", item),
        MessageDisposition="SaveOnly",
        SendMeetingInvitations="SendToNone",
    )
    return _written(exchange, "CreateItem", asked, what)


def update(exchange: Exchange, item: ItemId, fields: Sequence[Element], what: str) -> Element:
    """UpdateItem, unless it was changed since: the item with its new change key. `fields` are those
    of `request.setting` and `emptying`. Raises `Stale`, `NotThere`."""
    change = ask.typed("ItemChange", ask.item_id(item), ask.typed("Updates", *fields))
    asked = ask.message(
        "UpdateItem",
        ask.message("ItemChanges", change),
        ConflictResolution="NeverOverwrite",
        MessageDisposition="SaveOnly",
        SendMeetingInvitationsOrCancellations="SendToNone",
    )
    return _written(exchange, "UpdateItem", asked, what)


def delete(exchange: Exchange, item: ItemId, what: str) -> None:
    """DeleteItem, for good. Raises `NotThere`."""
    asked = ask.message(
        "DeleteItem",
        ask.item_ids([item]),
        DeleteType="HardDelete",
        SendMeetingCancellations="SendToNone",
        AffectedTaskOccurrences="AllOccurrences",
    )
    only(exchange, "DeleteItem", asked, what, write=True)


def subfolders(
    exchange: Exchange, under: Folder, fields: Sequence[Field], what: str
) -> Iterator[Element]:
    """FindFolder: all folders below one, however deep."""
    offset: int | None = 0
    while offset is not None:
        asked = ask.message("FindFolder", ask.shape("FolderShape", fields), Traversal="Deep")
        asked.append(ask.message("IndexedPageFolderView", **page_of(offset)))
        asked.append(ask.folders("ParentFolderIds", under))
        page = root(only(exchange, "FindFolder", asked, what))
        yield from page.findall(f"{TYPES}Folders/*")
        offset = next_offset(page, offset)


def folder(exchange: Exchange, which: Folder, fields: Sequence[Field], what: str) -> Element:
    """GetFolder. Raises `NotThere`."""
    asked = ask.message("GetFolder", ask.shape("FolderShape", fields))
    asked.append(ask.folders("FolderIds", which))
    return first(exchange, only(exchange, "GetFolder", asked, what), "Folders")


def make_folder(exchange: Exchange, under: Folder, kind: str, name: str, what: str) -> Element:
    """CreateFolder. `kind`: "TasksFolder"."""
    made = ask.typed(kind, ask.typed("DisplayName", text=name))
    asked = ask.message("CreateFolder", ask.folders("ParentFolderId", under))
    asked.append(ask.message("Folders", made))
    answer = only(exchange, "CreateFolder", asked, what, write=True)
    return first(exchange, answer, "Folders")


def call(
    exchange: Exchange, name: str, asked: Element, what: str, *, write: bool = False
) -> list[Element]:
    """One operation: its response messages, whatever they say."""
    return exchange.call(name, asked, what, write=write)


def _written(exchange: Exchange, name: str, asked: Element, what: str) -> Element:
    answer = only(exchange, name, asked, what, write=True)
    try:
        return first(exchange, answer, "Items")
    except Unavailable as error:
        raise Ambiguous(f"{error}: {what} was written, or was not") from error


def only(
    exchange: Exchange, name: str, asked: Element, what: str, *, write: bool = False
) -> Element:
    """The one response message. Raises what it says is wrong."""
    answers = call(exchange, name, asked, what, write=write)
    if len(answers) != 1:
        words = f"{exchange.host} answers more, or less, than it was asked ({what})"
        raise Ambiguous(words) if write else Unavailable(words)
    if (error := wrong(exchange, answers[0], what, write=write)) is not None:
        raise error
    return answers[0]


def item_of(exchange: Exchange, answer: Element, what: str) -> Answer:
    """The item in a response message, or why it cannot be had. Raises what is wrong with all."""
    error = wrong(exchange, answer, what)
    if error is None:
        return first(exchange, answer, "Items")
    if not isinstance(error, Declined):
        raise error
    return error


def wrong(
    exchange: Exchange, answer: Element, what: str, *, write: bool = False
) -> ConnectorError | None:
    """What a response message says is wrong; None where nothing is."""
    code = code_of(answer)
    if code == "NoError" or answer.get("ResponseClass") == "Success":
        return None
    wait = None
    for one in answer.findall(f"{MESSAGES}MessageXml/{TYPES}Value"):
        if one.get("Name") == "BackOffMilliseconds" and (one.text or "").strip().isdigit():
            wait = int(one.text) / 1000
    return of_code(code, what, exchange.host, wait=wait, write=write)


def code_of(answer: Element) -> str:
    """The code of a response message."""
    return (answer.findtext(f"{MESSAGES}ResponseCode") or "NoError").strip()


def first(exchange: Exchange, answer: Element, name: str) -> Element:
    found = answer.findall(f"{MESSAGES}{name}/*")
    if not found:
        raise Unavailable(f"{exchange.host} answers without saying anything")
    return found[0]


def root(answer: Element) -> Element:
    """The part of a FindItem's or FindFolder's response message that lists."""
    page = answer.find(f"{MESSAGES}RootFolder")
    if page is None:
        raise Unavailable("the server lists nothing that can be read")
    return page


def _find(
    folders: Sequence[Folder], fields: Sequence[Field], where: Element | None, offset: int
) -> Element:
    view = ask.message("IndexedPageItemView", **page_of(offset))
    asked = ask.message("FindItem", ask.shape("ItemShape", fields), view, Traversal="Shallow")
    if where is not None:
        asked.append(ask.message("Restriction", where))
    asked.append(ask.folders("ParentFolderIds", *folders))
    return asked


def page_of(offset: int) -> dict[str, str]:
    """The attributes of a view that begins there."""
    return {"MaxEntriesReturned": str(LISTED), "Offset": str(offset), "BasePoint": "Beginning"}


def next_offset(page: Element, offset: int) -> int | None:
    """Where the next page begins; None behind the last, and where a server goes round. Where it is
    not told, which the schema allows, it is behind what came."""
    reached = offset + sum(len(one) for one in page)
    if (last := page.get("IncludesLastItemInRange")) is None:
        total = page.get("TotalItemsInView") or ""
        last = "false" if total.isdecimal() and int(total) > reached else "true"
    if _is_yes(last):
        return None
    told = page.get("IndexedPagingOffset") or ""
    after = int(told) if told.isdecimal() else reached
    return after if after > offset else None


def _is_yes(text: str | None) -> bool:
    return (text or "true").strip().lower() in _YES
