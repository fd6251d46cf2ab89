"""A support module: what is attached to a mail: Attachments, and GetAttachment."""

from __future__ import annotations

import base64

from fakes.exchange import mail
from fakes.exchange.call import Call, Trouble, each
from fakes.exchange.store import Item
from fakes.exchange.xml import Element, find, m, t, told

_MARK = "F"


def attachments(item: Item) -> Element | None:
    """What GetItem tells of them: without their content."""
    found = [_attachment(item, number) for number in range(len(mail.files(item.mime)))]
    return t("Attachments", found) if found else None


def get_attachment(call: Call) -> Element:
    """GetAttachment, with the content: of an attached mail its subject, and MIME if wanted."""
    with_mime = told(find(call.body, "AttachmentShape"), "IncludeMimeContent") == "true"

    def one(named: Element) -> list[Element]:
        found, _, number = named.get("Id").rpartition(_MARK)
        for store in call.account.readable():
            if (item := store.items.get(found)) is None:
                continue
            if not number.isdecimal() or int(number) >= len(mail.files(item.mime)):
                break
            made = _attachment(item, int(number))
            data = mail.files(item.mime)[int(number)][2]
            content = base64.b64encode(data).decode()
            if made.tag.endswith("}FileAttachment"):
                made.append(t("Content", content))
            else:
                mime = t("MimeContent", content, CharacterSet="UTF-8") if with_mime else None
                subject = t("Subject", str(mail.parsed(data).get("Subject", "")))
                made.append(t("Message", mime, subject))
            return [m("Attachments", made)]
        raise Trouble("ErrorInvalidAttachmentId")

    return each(call, find(call.body, "AttachmentIds"), one, "Attachments")


def _attachment(item: Item, number: int) -> Element:
    name, kind, data = mail.files(item.mime)[number]
    return t(
        "ItemAttachment" if kind == "message/rfc822" else "FileAttachment",
        t("AttachmentId", Id=f"{item.id}{_MARK}{number:04}"),
        t("Name", name or f"ATT{number:05}"),
        t("ContentType", kind),
        t("Size", len(data)),
        t("LastModifiedTime", item.received),
        t("IsInline", False),
    )
