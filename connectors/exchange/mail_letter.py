"""A mail as EWS gives it (GetItem), read: its header and, where it carries some, its calendars,
cards and delivery reports.

The header is the one that it came with (PidTagTransportMessageHeaders, or InternetMessageHeaders,
which is the same taken apart). What was never sent through the Internet has none: sent mail, some
mail from colleagues; that of such a mail is made up of its properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.exchange.element import Element, every, extended, find, flag, moment, number, text
from connectors.exchange.mail_refs import under
from connectors.exchange.request import Extended
from connectors.formats.mail import read_mail
from connectors.formats.mime import read_message
from connectors.formats.report import from_mail_system
from connectors.records import Bad, Item, Message, Seen

DRAFT: Final = "draft"  # the stamp of what its owner is still writing: of all others it is ""
HEADER: Final = Extended("0x7d")
HEADERS: Final = "item:InternetMessageHeaders"
FIELDS: Final = (
    "item:ItemClass", "item:Subject", "item:DateTimeReceived", "item:DateTimeSent", "item:Size",
    "item:IsDraft", "item:HasAttachments", "item:Attachments", "item:InReplyTo", "message:From",
    "message:Sender", "message:ToRecipients", "message:CcRecipients", "message:BccRecipients",
    "message:ReplyTo", "message:InternetMessageId", "message:References",
)  # fmt: skip
# Item classes that are no mail, and what Skype writes down ([MS-OXCMSG] 2.2.2.1).
_OTHER: Final = (
    "ipm.appointment", "ipm.contact", "ipm.distlist", "ipm.task", "ipm.stickynote", "ipm.activity",
    "ipm.post", "ipm.document", "ipm.configuration", "ipm.note.microsoft.conversation",
    "ipm.note.microsoft.missed", "ipm.microsoft",
)  # fmt: skip
_ENDINGS: Final = (".ics", ".ical", ".icalendar", ".vcf", ".vcard")
_KINDS: Final = ("calendar", "/ics", "vcard", "text/directory", "delivery-status")
_PEOPLE: Final = frozenset(("From", "Sender", "To", "Cc", "Bcc", "Reply-To"))
_FIELD: Final = re.compile(r"^([!-9;-~]{1,76}):", re.MULTILINE)
_CONTENT: Final = re.compile(
    rb"^(?:content-[!-9;-~]*|mime-version):[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
_TYPE: Final = re.compile(
    rb"^content-type:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)


class Terms(NamedTuple):
    """How mails are read. `oldest`: what is older holds no observation; `resolve`: the address of
    somebody who is named by the directory, "" where it has none."""

    zone: ZoneInfo
    oldest: datetime | None = None
    resolve: Callable[[str], str] = lambda _name: ""


class Letter:
    """One mail, the element that tells of it, and what its header is."""

    def __init__(self, element: Element, key: str, terms: Terms) -> None:
        self._element = element
        self._terms = terms
        self.ref = under(key) + (id_of_item(element) or "")
        self.kind = text(element, "ItemClass").strip().lower()
        self.size = number(element, "Size")
        self._head = head_of(element, terms.resolve)

    @property
    def is_draft(self) -> bool:
        """Whether its owner is still writing it."""
        return flag(self._element, "IsDraft")

    @property
    def is_mail(self) -> bool:
        """Whether it is mail at all: other things may lie in a folder for it."""
        return not f"{self.kind}.".startswith(tuple(f"{one}." for one in _OTHER))

    @property
    def is_told_inside(self) -> bool:
        """Whether its body has to be read for what it carries."""
        if self.is_draft or not self.is_mail:
            return False
        if self.kind.startswith(("ipm.schedule.meeting", "report.")) or any(self.carried()):
            return True
        try:
            return from_mail_system(read_message(self._head, self._received()))
        except BadItem:
            return False

    def carried(self) -> Iterator[str]:
        """The ids of its files that may be calendars or cards."""
        for one in every(self._element, "Attachments/FileAttachment"):
            name = text(one, "Name").strip().lower()
            kind = text(one, "ContentType").strip().lower()
            if name.endswith(_ENDINGS) or any(each in kind for each in _KINDS):
                found = find(one, "AttachmentId")
                yield "" if found is None else found.get("Id") or ""

    def item(self, whole: bytes = b"") -> Item:
        """It, read. `whole`: as it would go over the wire, with as much of its body as counts."""
        if self.is_draft:
            return Seen(self.ref, DRAFT, ())
        if not self.is_mail:
            return Seen(self.ref, "", ())
        head = self._head
        if whole:
            head = _typed(head, whole)
        try:
            first, *rest = read_mail(head, lambda: whole, self._terms.zone, self._received())
        except BadItem as error:
            return Bad(self.ref, "", str(error))
        oldest = self._terms.oldest
        if oldest is not None and isinstance(first, Message) and first.at < oldest:
            return Seen(self.ref, "", ())
        return Seen(self.ref, "", (first, *rest))

    def _received(self) -> datetime | None:
        return _moment(self._element, "DateTimeReceived") or _moment(self._element, "DateTimeSent")


def _typed(head: bytes, whole: bytes) -> bytes:
    """A header that says of the parts what the mail itself says. Exchange writes mails anew."""
    own = _TYPE.search(whole.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n")
    before = _TYPE.search(head)
    if own is None or (before and before[0].split() == own[0].split()):
        return head
    return _CONTENT.sub(b"", head[:-1]) + own[0] + b"\n"


def id_of_item(element: Element) -> str:
    """The id of an item."""
    found = find(element, "ItemId")
    return "" if found is None else found.get("Id") or ""


def written_at(element: Element) -> datetime | None:
    """When a mail was written, else when it came."""
    try:
        return read_message(
            head_of(element, lambda _name: ""), _moment(element, "DateTimeReceived")
        ).at
    except BadItem:
        return None


def has_header(element: Element) -> tuple[bool, bool]:
    """Whether a mail came with its header whole, and whether taken apart."""
    return bool(_whole(element)), find(element, "InternetMessageHeaders") is not None


def head_of(element: Element, resolve: Callable[[str], str]) -> bytes:
    """The header of a mail, in UTF-8 (RFC 6532), and the blank line after it."""
    head = _whole(element)
    if "from" in _names(head):
        return (head + "\n").encode("utf-8", "replace")
    own = dict(_properties(element, resolve))
    if not head:
        # Names are decoded in it, and lack the quotes that they are in need of now.
        spoilt = _PEOPLE & own.keys()
        told = (one for one in _joined(element) if one[0].title() not in spoilt)
        head = "".join(f"{name}: {value}\n" for name, value in told)
    there = _names(head)
    lines = (f"{name}: {value}\n" for name, value in own.items() if name.lower() not in there)
    return ("".join(lines) + head + "\n").encode("utf-8", "replace")


def _whole(element: Element) -> str:
    """PidTagTransportMessageHeaders, in lines; "" for none. Exchange 2003 began it with a line of
    its own."""
    head = extended(element).get(HEADER.name, "").replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = head.lstrip("\n").partition("\n")
    if first.startswith("Microsoft Mail Internet Headers"):
        first, rest = "", rest.lstrip("\n")
    head = (f"{first}\n" if first else "") + rest
    return head.partition("\n\n")[0].rstrip("\n") + "\n" if head.strip() else ""


def _joined(element: Element) -> Iterator[tuple[str, str]]:
    """What InternetMessageHeaders say."""
    for one in every(element, "InternetMessageHeaders/InternetMessageHeader"):
        name, value = one.get("HeaderName") or "", " ".join((one.text or "").split())
        if _FIELD.fullmatch(f"{name}:"):
            yield name, value


def _names(head: str) -> set[str]:
    """The names of its fields, in lower case."""
    return {name.lower() for name in _FIELD.findall(head)}


def _properties(element: Element, resolve: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """What its properties say, as header fields."""
    at = _moment(element, "DateTimeSent") or _moment(element, "DateTimeReceived")
    if at is not None:
        yield "Date", format_datetime(at)
    author = ""
    for name, path in (
        ("From", "From/Mailbox"),
        ("Sender", "Sender/Mailbox"),
        ("To", "ToRecipients/Mailbox"),
        ("Cc", "CcRecipients/Mailbox"),
        ("Bcc", "BccRecipients/Mailbox"),
        ("Reply-To", "ReplyTo/Mailbox"),
    ):
        written = ", ".join(box for one in every(element, path) if (box := _box(one, resolve)))
        if name == "From":
            author = written
        if written and not (name == "Sender" and written == author):
            yield name, written
    for name, path in (
        ("Subject", "Subject"),
        ("Message-ID", "InternetMessageId"),
        ("In-Reply-To", "InReplyTo"),
        ("References", "References"),
    ):
        if value := " ".join(text(element, path).split()):
            yield name, value


def _box(element: Element, resolve: Callable[[str], str]) -> str:
    """One mailbox (RFC 5322); "" for who has no address."""
    address = text(element, "EmailAddress").strip()
    if address and "@" not in address:
        address = resolve(address)
    if "@" not in address or re.search(r"[\s<>]", address):
        return ""
    name = " ".join(text(element, "Name").split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{address}>' if name else f"<{address}>"


def _moment(element: Element, path: str) -> datetime | None:
    try:
        return moment(element, path)
    except ValueError:
        return None
