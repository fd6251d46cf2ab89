"""A support module: the operations that this fake answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakes.exchange import (
    attachments,
    contacts,
    converting,
    finding,
    folders,
    items,
    sync,
    writing,
    zones,
)
from fakes.exchange.call import Call
from fakes.exchange.xml import Element

SERVED: Final[dict[str, Callable[[Call], Element]]] = {
    "GetFolder": folders.get_folder,
    "FindFolder": folders.find_folder,
    "CreateFolder": folders.create_folder,
    "UpdateFolder": folders.update_folder,
    "DeleteFolder": folders.delete_folder,
    "EmptyFolder": folders.empty_folder,
    "SyncFolderHierarchy": sync.sync_folder_hierarchy,
    "SyncFolderItems": sync.sync_folder_items,
    "FindItem": finding.find_item,
    "GetItem": items.get_item,
    "GetAttachment": attachments.get_attachment,
    "CreateItem": items.create_item,
    "UpdateItem": writing.update_item,
    "DeleteItem": items.delete_item,
    "MoveItem": items.move_item,
    "ResolveNames": contacts.resolve_names,
    "ConvertId": converting.convert_id,
    "Subscribe": lambda call: call.streams.subscribe(call),
    "Unsubscribe": lambda call: call.streams.unsubscribe(call),
    "GetServerTimeZones": zones.get_server_time_zones,
}

# Elements that a response message has even where it tells an error.
EMPTY: Final = {
    "GetItem": "Items",
    "CreateItem": "Items",
    "UpdateItem": "Items",
    "MoveItem": "Items",
    "GetAttachment": "Attachments",
    "GetFolder": "Folders",
    "CreateFolder": "Folders",
    "UpdateFolder": "Folders",
}

# What each answer has a response message for: the element of the request that names them.
ASKED: Final = {
    "GetFolder": "FolderIds",
    "FindFolder": "ParentFolderIds",
    "CreateFolder": "Folders",
    "UpdateFolder": "FolderChanges",
    "DeleteFolder": "FolderIds",
    "EmptyFolder": "FolderIds",
    "FindItem": "ParentFolderIds",
    "GetItem": "ItemIds",
    "CreateItem": "Items",
    "UpdateItem": "ItemChanges",
    "DeleteItem": "ItemIds",
    "MoveItem": "ItemIds",
    "ConvertId": "SourceIds",
    "GetAttachment": "AttachmentIds",
}
