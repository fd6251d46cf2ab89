"""A support module: the operations on folders."""

from __future__ import annotations

from typing import Final

from fakes.exchange import props, restriction
from fakes.exchange.call import Call, SoapFault, Trouble, each, failed, message, response
from fakes.exchange.render import extended_of
from fakes.exchange.store import Folder, Store
from fakes.exchange.targets import folder_of
from fakes.exchange.views import _RIGHTS
from fakes.exchange.xml import Element, find, local, m, t, told

_FIELDS: Final = (
    "ParentFolderId",
    "FolderClass",
    "DisplayName",
    "TotalCount",
    "ChildFolderCount",
    "ExtendedProperty",
    "EffectiveRights",
    "DistinguishedFolderId",
    "UnreadCount",
)
_DEFAULT: Final = {"DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount"}
_CLASSES: Final = {
    "CalendarFolder": "IPF.Appointment",
    "ContactsFolder": "IPF.Contact",
    "TasksFolder": "IPF.Task",
    "Folder": "IPF.Note",
}


def folder_element(call: Call, store: Store, folder: Folder) -> Element:
    """As the FolderShape of a request wants it."""
    shape = find(call.body, "FolderShape")
    base = told(shape, "BaseShape")
    asked, extended = set(), []
    more = None if shape is None else find(shape, "AdditionalProperties")
    for path in () if more is None else more:
        if local(path) == "FieldURI":
            asked.add(path.get("FieldURI").partition(":")[2])
            if path.get("FieldURI") == "folder:DistinguishedFolderId" and not call.since_2013:
                raise SoapFault("ErrorSchemaValidation")
        else:
            extended.append(extended_of(path))
    made = t(folder.kind, t("FolderId", Id=folder.id, ChangeKey=folder.change_key))
    for name in _FIELDS:
        if name == "ExtendedProperty":
            made.extend(_extended(folder, extended))
        elif name in asked or base == "AllProperties" or (base == "Default" and name in _DEFAULT):
            found = property_of(store, folder, name)
            if found is not None:
                made.append(found)
    return made


def _extended(folder: Folder, wanted: list[props.Extended]) -> list[Element]:
    return [
        props.element(one, values)
        for one in wanted
        for known, values in folder.extended.items()
        if known.same(one)
    ]


def property_of(store: Store, folder: Folder, name: str) -> Element | None:
    """One property of a folder."""
    if name == "ParentFolderId":
        if not folder.parent:
            return None
        return t(name, Id=folder.parent, ChangeKey=store.folders[folder.parent].change_key)
    if name == "FolderClass":
        return t(name, folder.folder_class) if folder.folder_class else None
    if name == "DisplayName":
        return t(name, folder.name)
    if name == "TotalCount":
        return t(name, len(list(store.inside(folder.id))))
    if name == "ChildFolderCount":
        return t(name, len(list(store.children(folder.id))))
    if name == "EffectiveRights":
        return t(name, *(t(one, True) for one in _RIGHTS[:6]))
    if name == "DistinguishedFolderId":
        return t(name, folder.distinguished) if folder.distinguished else None
    if name == "UnreadCount" and folder.kind in {"Folder", "TasksFolder"}:
        return t(name, sum(not one.is_read for one in store.inside(folder.id)))
    return None


def get_folder(call: Call) -> Element:
    """GetFolder"""

    def one(named: Element) -> list[Element]:
        store, folder = folder_of(call, named)
        return [m("Folders", folder_element(call, store, folder))]

    return each(call, find(call.body, "FolderIds"), one, "Folders")


def find_folder(call: Call) -> Element:
    """FindFolder, whole or page by page."""
    messages = []
    deep = call.body.get("Traversal") == "Deep"
    view = find(call.body, "IndexedPageFolderView")
    if call.body.get("Traversal") == "SoftDeleted":
        raise SoapFault("ErrorInvalidOperation", "SoftDeleted is not served")
    for named in find(call.body, "ParentFolderIds"):
        try:
            store, parent = folder_of(call, named)
            found = list(store.below(parent.id) if deep else store.children(parent.id))
            if (told_so := find(call.body, "Restriction")) is not None:
                test = restriction.of_folders(told_so)
                found = [one for one in found if test(store, one)]
            start = int(view.get("Offset")) if view is not None else 0
            end = (
                start + int(view.get("MaxEntriesReturned", 10**9))
                if view is not None
                else len(found)
            )
            part = [folder_element(call, store, one) for one in found[start:end]]
            root = m(
                "RootFolder",
                t("Folders", part),
                IndexedPagingOffset=min(end, len(found)) if view is not None else None,
                TotalItemsInView=len(found),
                IncludesLastItemInRange=end >= len(found),
            )
            messages.append(message(call.name, root))
        except Trouble as trouble:
            messages.append(failed(call.name, trouble))
    return response(call.name, messages)


def create_folder(call: Call) -> Element:
    """CreateFolder"""

    def one(asked: Element) -> list[Element]:
        store, parent = folder_of(call, find(call.body, "ParentFolderId")[0])
        name = told(asked, "DisplayName")
        if not name:
            raise Trouble("ErrorFolderSavePropertyError", "A folder needs a name.")
        _unique(store, parent.id, name)
        folder_class = told(asked, "FolderClass") or _CLASSES[local(asked)]
        if local(asked) != "Folder" and not folder_class.startswith(_CLASSES[local(asked)]):
            raise Trouble("ErrorFolderSave", "The class does not fit the kind of the folder.")
        made = store.add_folder(name, parent.id, folder_class)
        _write(made, asked)
        return [m("Folders", t(made.kind, t("FolderId", Id=made.id, ChangeKey=made.change_key)))]

    return each(call, find(call.body, "Folders"), one, "Folders")


def _write(folder: Folder, asked: Element) -> None:
    for one in asked:
        if local(one) == "ExtendedProperty":
            name = extended_of(one[0])
            folder.extended[name] = props.values_of(name, one)


def _unique(store: Store, parent: str, name: str) -> None:
    if any(one.name.lower() == name.lower() for one in store.children(parent)):
        raise Trouble("ErrorFolderExists")


def update_folder(call: Call) -> Element:
    """UpdateFolder: name, class and extended properties."""

    def one(change: Element) -> list[Element]:
        store, folder = folder_of(call, change[0])
        for update in find(change, "Updates"):
            path, given = update[0], update[1][0] if len(update) > 1 else None
            if local(path) != "FieldURI":
                if given is None:
                    folder.extended.pop(extended_of(path), None)
                    store.change_folder(folder)
                else:
                    _write(folder, update[1])
                    store.change_folder(folder)
            elif path.get("FieldURI") == "folder:DisplayName" and given is not None:
                if folder.distinguished:
                    raise Trouble("ErrorObjectTypeChanged", "This folder keeps its name.")
                _unique(store, folder.parent, given.text)
                store.change_folder(folder, name=given.text)
            elif path.get("FieldURI") == "folder:FolderClass" and given is not None:
                store.change_folder(folder, folder_class=given.text)
            else:
                raise Trouble("ErrorInvalidPropertySet")
        return [
            m("Folders", t(folder.kind, t("FolderId", Id=folder.id, ChangeKey=folder.change_key)))
        ]

    return each(call, find(call.body, "FolderChanges"), one, "Folders")


def delete_folder(call: Call) -> Element:
    """DeleteFolder"""

    def one(named: Element) -> list[Element]:
        store, folder = folder_of(call, named)
        if folder.distinguished:
            raise Trouble("ErrorDeleteDistinguishedFolder")
        bin_ = store.distinguished("deleteditems")
        if call.body.get("DeleteType") == "MoveToDeletedItems" and folder.parent != bin_.id:
            store.change_folder(folder, parent=bin_.id)
        else:
            store.drop_folder(folder)
        return []

    return each(call, find(call.body, "FolderIds"), one)


def empty_folder(call: Call) -> Element:
    """EmptyFolder"""

    def one(named: Element) -> list[Element]:
        store, folder = folder_of(call, named)
        bin_ = store.distinguished("deleteditems")
        for item in list(store.inside(folder.id)):
            if call.body.get("DeleteType") == "MoveToDeletedItems":
                store.move(item, bin_.id)
            else:
                store.drop(item)
        if call.body.get("DeleteSubFolders") == "true":
            for below in list(store.children(folder.id)):
                store.drop_folder(below)
        return []

    return each(call, find(call.body, "FolderIds"), one)
