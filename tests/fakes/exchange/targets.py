"""A support module: which folders and items a request names."""

from __future__ import annotations

from fakes.exchange.call import Call, Trouble
from fakes.exchange.ids import read_occurrence, revision_of
from fakes.exchange.store import Folder, Item, Missing, Store
from fakes.exchange.xml import Element, find, local, told


def folder_of(call: Call, named: Element) -> tuple[Store, Folder]:
    """Of a FolderId or a DistinguishedFolderId. Raise Trouble."""
    kind, found = local(named), named.get("Id", "")
    if kind == "DistinguishedFolderId":
        box = find(named, "Mailbox")
        store = call.store(told(box, "EmailAddress"))
        if not call.since_2013 and found in {"archiveinbox", "directory", "mycontacts"}:
            raise Trouble("ErrorInvalidRequest")
        try:
            return store, store.distinguished(found)
        except Missing:
            raise Trouble("ErrorFolderNotFound") from None
    if kind != "FolderId":
        raise Trouble("ErrorInvalidRequest", f"{kind} is not served")
    for store in call.account.readable():
        if found in store.folders:
            check_key(named, required=False)
            return store, store.folders[found]
    raise _unknown(call, found, "ErrorFolderNotFound")


def item_of(call: Call, named: Element) -> tuple[Store, Item]:
    """Of an ItemId: of a series, where it is the id of an occurrence. Raise Trouble."""
    found = named.get("Id") or named.get("RecurringMasterId") or named.get("OccurrenceId") or ""
    occurrence = read_occurrence(found)
    plain = occurrence[0] if occurrence else found
    for store in call.account.readable():
        if plain in store.items:
            check_key(named, required=False)
            if plain in store.broken:
                raise Trouble(store.broken[plain])
            return store, store.items[plain]
    raise _unknown(call, plain, "ErrorItemNotFound")


def check_key(named: Element, *, required: bool) -> int | None:
    """The revision of the change key that a request gives; None without one. Raise Trouble."""
    key = named.get("ChangeKey")
    if not key:
        if required:
            raise Trouble("ErrorChangeKeyRequiredForWriteOperations")
        return None
    revision = revision_of(key)
    if revision is None:
        raise Trouble("ErrorInvalidChangeKey")
    return revision


def _unknown(call: Call, found: str, code: str) -> Trouble:
    known = any(store.ids.knows(found) for store in call.account.readable())
    return Trouble(code if known else "ErrorInvalidIdMalformed")
