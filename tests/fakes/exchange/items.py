"""A support module: GetItem, CreateItem, DeleteItem and MoveItem."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from fakes.exchange import writing
from fakes.exchange.calendars import delete_instance
from fakes.exchange.call import Call, SoapFault, Trouble, each
from fakes.exchange.mail import message_props
from fakes.exchange.render import item_element, shape_of
from fakes.exchange.seen import named_view, original_of
from fakes.exchange.store import Item, Store
from fakes.exchange.targets import folder_of, item_of
from fakes.exchange.xml import Element, find, local, m, t, told

_NONE: Final = "SendToNone"
_MESSAGES: Final = {"Message", "MeetingMessage"}


def get_item(call: Call) -> Element:
    """GetItem"""

    def one(named: Element) -> list[Element]:
        shape = shape_of(call, finding=False)
        shown = named_view(call, named)
        if shape.mime and shown.item.kind in {"Task", "DistributionList"}:
            raise Trouble("ErrorUnsupportedMimeConversion")
        return [m("Items", item_element(call, shown, shape))]

    return each(call, find(call.body, "ItemIds"), one, "Items")


def create_item(call: Call) -> Element:
    """CreateItem: saved, never sent."""
    disposition = call.body.get("MessageDisposition")
    invitations = call.body.get("SendMeetingInvitations")

    def one(asked: Element) -> list[Element]:
        kind = local(asked)
        if kind in _MESSAGES and disposition is None:
            raise Trouble("ErrorMessageDispositionRequired")
        sends = kind in _MESSAGES and disposition != "SaveOnly"
        if sends or (kind == "CalendarItem" and invitations not in {None, _NONE}):
            call.account.sent.append(asked)
        if kind == "CalendarItem" and invitations is None:
            raise Trouble("ErrorSendMeetingInvitationsRequired")
        store, folder = _target(call, kind)
        if call.account.full:
            raise Trouble("ErrorQuotaExceeded")
        props, extended = writing.created(asked, call.zone, store.now())
        mime = _mime(asked)
        if sends:
            folder = store.distinguished("sentitems").id
        if disposition == "SendOnly" and sends:
            return [m("Items")]
        if mime:
            props = {**message_props(mime, store.now()), **props}
        if kind in _MESSAGES:
            props.setdefault("IsRead", t("IsRead", True))
            props.setdefault("IsDraft", t("IsDraft", disposition == "SaveOnly"))
        item = store.put(folder, kind, props, extended=extended, mime=mime)
        return [m("Items", None if sends else t(kind, _id(item)))]

    return each(call, find(call.body, "Items"), one, "Items")


_HOME: Final = {
    "CalendarItem": "calendar",
    "Contact": "contacts",
    "DistributionList": "contacts",
    "Task": "tasks",
}


def _target(call: Call, kind: str) -> tuple[Store, str]:
    named = find(call.body, "SavedItemFolderId")
    if named is not None:
        store, folder = folder_of(call, named[0])
        if kind == "Task" and folder.kind != "TasksFolder":
            raise Trouble("ErrorCannotCreateTaskInNonTaskFolder")
        if kind == "CalendarItem" and folder.kind != "CalendarFolder":
            raise Trouble("ErrorCannotCreateCalendarItemInNonCalendarFolder")
        if kind in {"Contact", "DistributionList"} and folder.kind != "ContactsFolder":
            raise Trouble("ErrorCannotCreateContactInNonContactFolder")
        return store, folder.id
    store = call.account.store
    return store, store.distinguished(_HOME.get(kind, "drafts")).id


def _mime(asked: Element) -> bytes:
    content = told(asked, "MimeContent")
    try:
        return base64.b64decode(content, validate=False)
    except binascii.Error:
        raise Trouble("ErrorMimeContentInvalidBase64String") from None


def _id(item: Item) -> Element:
    return t("ItemId", Id=item.id, ChangeKey=item.change_key)


def delete_item(call: Call) -> Element:
    """DeleteItem"""
    how = call.body.get("DeleteType")

    def one(named: Element) -> list[Element]:
        store, item = item_of(call, named)
        original = original_of(item, named)
        if item.kind == "Task" and call.body.get("AffectedTaskOccurrences") is None:
            raise Trouble("ErrorAffectedTaskOccurrencesRequired")
        if item.kind == "CalendarItem" and call.body.get("SendMeetingCancellations") is None:
            raise Trouble("ErrorSendMeetingCancellationsRequired")
        if item.kind == "CalendarItem" and call.body.get("SendMeetingCancellations") != _NONE:
            call.account.sent.append(named)
        bin_ = store.distinguished("deleteditems")
        if original is not None:
            delete_instance(store, item, original)
        elif how == "HardDelete":
            store.drop(item)
        elif how == "MoveToDeletedItems" and item.folder != bin_.id:
            store.move(item, bin_.id)
        else:
            store.move(item, store.distinguished("recoverableitemsdeletions").id)
        return []

    return each(call, find(call.body, "ItemIds"), one)


def move_item(call: Call) -> Element:
    """MoveItem: another id, which is answered unless the mailbox is another one."""
    target, folder = folder_of(call, find(call.body, "ToFolderId")[0])
    if find(call.body, "ReturnNewItemIds") is not None and not call.since_2013:
        raise SoapFault("ErrorSchemaValidation")

    def one(named: Element) -> list[Element]:
        store, item = item_of(call, named)
        if store is not target:
            raise Trouble("ErrorCrossMailboxMoveCopy")
        if original_of(item, named) is not None:
            raise Trouble("ErrorCalendarCannotMoveOrCopyOccurrence")
        store.move(item, folder.id)
        if told(call.body, "ReturnNewItemIds", "true") != "true":
            return [m("Items")]
        return [m("Items", t(item.kind, _id(item)))]

    return each(call, find(call.body, "ItemIds"), one, "Items")
