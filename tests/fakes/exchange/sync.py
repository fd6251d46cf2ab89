"""A support module: SyncFolderItems and SyncFolderHierarchy."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

from fakes.exchange.call import Call, Trouble, failed, message, response
from fakes.exchange.folders import folder_element
from fakes.exchange.render import item_element, shape_of
from fakes.exchange.seen import seen
from fakes.exchange.states import Known
from fakes.exchange.targets import folder_of
from fakes.exchange.xml import Element, find, m, t, told


def sync_folder_items(call: Call) -> Element:
    """SyncFolderItems. A state comes back as it was where nothing has changed, for even seeds."""
    try:
        shape = shape_of(call, finding=True)
        store, folder = folder_of(call, find(call.body, "SyncFolderId")[0])
        states, state = call.account.states, told(call.body, "SyncState")
        read = states.read(folder.id, state)
        known = read if isinstance(read, Known) else Known()
        ignored = {one.get("Id") for one in find(call.body, "Ignore") or ()}
        most = min(int(told(call.body, "MaxChangesReturned")), call.batch)
        changed = list(known.changes(store, folder.id))
        changed.sort(key=lambda one: zlib.crc32(f"{call.seed} {one[1]}".encode()))
        learned, gone, changes = dict(known.told), set(known.gone), []
        for kind, one in changed[:most]:
            if kind == "Delete":
                gone.add(one)
                changes.append(t("Delete", t("ItemId", Id=one, ChangeKey=_gone(one))))
                continue
            item = store.items[one]
            learned[one] = item.revision
            if one in ignored:
                continue
            shown = seen(store, item, call.days)
            if kind == "ReadFlagChange":
                flag = t("IsRead", item.is_read)
                changes.append(t("ReadFlagChange", shown.element_id, flag))
            else:
                changes.append(t(kind, item_element(call, shown, shape)))
        last = len(changed) <= most
        after = Known(store.revision) if last else Known(known.at, learned, frozenset(gone))
        if changed or not state or call.seed % 2:
            state = states.give(folder.id, after)
        return _answer(call, state, "Item", last, changes)
    except Trouble as trouble:
        return _refused(call, trouble, "Item")


def sync_folder_hierarchy(call: Call) -> Element:
    """SyncFolderHierarchy: all folders below one, at any depth."""
    try:
        named = find(call.body, "SyncFolderId")
        if named is None:
            store = call.account.store
            top = store.distinguished("root")
        else:
            store, top = folder_of(call, named[0])
        states, scope = call.account.states, f"below {top.id}"
        state = told(call.body, "SyncState")
        read = states.read(scope, state)
        known = read if isinstance(read, dict) else {}
        folders = {one.id: one for one in store.below(top.id)}
        revisions = {found: one.revision for found, one in folders.items()}
        changes = []
        for one in [*folders, *(gone for gone in known if gone not in folders)]:
            folder = folders.get(one)
            if folder is None:
                changes.append(t("Delete", t("FolderId", Id=one, ChangeKey=_gone(one))))
            elif one not in known or known[one] != revisions[one]:
                made = folder_element(call, store, folder)
                changes.append(t("Update" if one in known else "Create", made))
        if changes or not state or call.seed % 2:
            state = states.give(scope, revisions)
        return _answer(call, state, "Folder", True, changes)
    except Trouble as trouble:
        return _refused(call, trouble, "Folder")


def _gone(found: str) -> str:
    return "AAAAAA" + base64.b64encode(found[-9:].encode()).decode()


def _answer(call: Call, state: str, what: str, last: bool, changes: Iterable[Element]) -> Element:
    includes = m(f"IncludesLast{what}InRange", last)
    made = message(call.name, m("SyncState", state), includes, m("Changes", list(changes)))
    return response(call.name, [made])


def _refused(call: Call, trouble: Trouble, what: str) -> Element:
    """Exchange gives these elements with an error as well."""
    more = m("SyncState"), m(f"IncludesLast{what}InRange", True)
    return response(call.name, [failed(call.name, trouble, *more)])
