"""A mail as Graph gives it (message), read: its header and, where it carries some, its calendars,
cards and delivery reports.

`internetMessageHeaders` are those that it came with. A mail that was sent from Outlook has none,
and of some that came a few are missing: those are written anew from the properties.

learn.microsoft.com/graph/api/resources/message
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.mime import read_message
from connectors.formats.report import from_mail_system
from connectors.records import Bad, Item, Message, Seen

IN_REPLY_TO: Final = "String 0x1042"  # PidTagInReplyToId [MS-OXPROPS]
REFERENCES: Final = "String 0x1039"  # PidTagInternetReferences
SELECT: Final = (
    "id,receivedDateTime,sentDateTime,isDraft,parentFolderId,subject,from,sender,toRecipients,"
    "ccRecipients,bccRecipients,replyTo,internetMessageId,hasAttachments,internetMessageHeaders"
)
EXPAND: Final = (
    f"singleValueExtendedProperties($filter=id eq '{IN_REPLY_TO}' or id eq '{REFERENCES}')"
)

_NAME: Final = re.compile(r"[!-9;-~]{1,76}")
_MEETING: Final = "#microsoft.graph.eventmessage"  # and what is derived from it
_TOLD_INSIDE: Final = ("multipart/report", "text/calendar", "text/vcard", "text/x-vcard",
                       "text/directory", "message/", "application/")  # fmt: skip
_READ_INSIDE: Final = ("multipart/", "text/calendar", "message/", "application/")
_ENDINGS: Final = (".ics", ".ical", ".icalendar", ".vcf", ".vcard")
_KINDS: Final = ("calendar", "/ics", "vcard", "text/directory", "delivery-status")
_LIMIT: Final = 500  # recipients that are written anew


class Terms(NamedTuple):
    """How mails are read. `oldest`: what is older holds no observation; `login`: of the mailbox."""

    zone: ZoneInfo
    login: str
    oldest: datetime | None = None


def arrived(message: Mapping[str, Any]) -> datetime | None:
    """When it came, in UTC."""
    return instant(message.get("receivedDateTime"))


def instant(value: Any) -> datetime | None:
    """A DateTimeOffset, in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(value))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def is_mail(message: Mapping[str, Any]) -> bool:
    """Whether it was sent or came: a draft did neither."""
    return not message.get("isDraft")


def may_carry(message: Mapping[str, Any]) -> bool:
    """Whether its attachments have to be looked at for what it carries."""
    return bool(message.get("hasAttachments"))


def carries(attachments: Iterator[Mapping[str, Any]]) -> bool:
    """Whether one of them may be a calendar, a card or a delivery report."""
    for one in attachments:
        kind, name = str(one.get("contentType") or "").lower(), str(one.get("name") or "").lower()
        if any(part in kind for part in _KINDS) or name.endswith(_ENDINGS):
            return True
    return False


def is_told_inside(message: Mapping[str, Any], terms: Terms) -> bool:
    """Whether its body has to be read for what it carries: an invitation, or a mail system that
    says what failed."""
    if str(message.get("@odata.type", "")).lower().startswith(_MEETING):
        return True
    if _content_type(message).startswith(_TOLD_INSIDE):
        return True
    try:
        return from_mail_system(read_message(head_of(message, terms), arrived(message)))
    except BadItem:
        return False


def item_of(ref: str, message: Mapping[str, Any], whole: bytes | None, terms: Terms) -> Item:
    """A mail as an item. `whole`: the mail as it was sent, where it is told inside."""
    head = head_of(message, terms, inside=whole is not None)

    def more() -> bytes:
        return whole or b""

    read: Callable[..., Any] = read_mail
    try:
        if whole is None:  # nothing in it is worth asking for
            first, rest = read_message(head, arrived(message)), []
        else:
            first, *rest = read(head, more, terms.zone, arrived(message))
    except BadItem as error:
        return Bad(ref, "", str(error))
    if not isinstance(first, Message):
        return Seen(ref, "", (first, *rest))
    if terms.oldest is not None and first.at < terms.oldest:
        return Seen(ref, "", ())
    return Seen(ref, "", (first, *rest))


def head_of(message: Mapping[str, Any], terms: Terms, *, inside: bool = False) -> bytes:
    """The header as it may have come, in UTF-8 (RFC 6532). `inside`: it says that there are parts,
    whether it did or not."""
    lines: list[tuple[str, str]] = []
    for header in _objects(message.get("internetMessageHeaders")):
        name, value = str(header.get("name") or ""), " ".join(str(header.get("value")).split())
        if _NAME.fullmatch(name) and value:
            lines.append((name, value))
    there = {name.lower() for name, _ in lines}
    for name, value in _written(message, terms):
        if name.lower() not in there and value:
            lines.append((name, value))
    if inside and not _content_type(message).startswith(_READ_INSIDE):
        lines = [one for one in lines if one[0].lower() != "content-type"]
        lines.append(("Content-Type", "multipart/mixed"))
    text = "".join(f"{name}: {value}\n" for name, value in lines)
    return f"{text}\n".encode("utf-8", "replace")


def _written(message: Mapping[str, Any], terms: Terms) -> Iterator[tuple[str, str]]:
    """The header that its properties come to."""
    yield "Message-ID", _line(message.get("internetMessageId"))
    at = instant(message.get("sentDateTime")) or arrived(message)
    if at is not None:
        yield "Date", format_datetime(at)
    # What the owner sent may bear the mailbox's name in the directory, which is no address.
    author, sender = (_mailbox(message.get(one), terms.login) for one in ("from", "sender"))
    yield "From", author
    if _address(message.get("sender")) not in ("", _address(message.get("from"))):
        yield "Sender", sender
    for header, member in (
        ("To", "toRecipients"),
        ("Cc", "ccRecipients"),
        ("Bcc", "bccRecipients"),
        ("Reply-To", "replyTo"),
    ):
        found = (_mailbox(one, "") for one in _objects(message.get(member)))
        yield header, ", ".join(list(filter(None, found))[:_LIMIT])
    yield "Subject", _line(message.get("subject"))
    more = {
        str(one.get("id")).lower(): _line(one.get("value"))
        for one in _objects(message.get("singleValueExtendedProperties"))
    }
    yield "In-Reply-To", more.get(IN_REPLY_TO.lower(), "")
    yield "References", more.get(REFERENCES.lower(), "")


def _inner(recipient: Any) -> Mapping[str, Any]:
    inner = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    return inner if isinstance(inner, dict) else {}


def _address(recipient: Any) -> str:
    return _line(_inner(recipient).get("address")).lower()


def _mailbox(recipient: Any, otherwise: str) -> str:
    told = _inner(recipient)
    addr, name = _line(told.get("address")), _line(told.get("name"))
    if told and ("@" not in addr or any(char in addr for char in '<>,;"')):
        addr = otherwise
    if not addr:
        return ""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{addr}>' if name and name != addr else addr


def _content_type(message: Mapping[str, Any]) -> str:
    for header in _objects(message.get("internetMessageHeaders")):
        if str(header.get("name")).lower() == "content-type":
            return str(header.get("value")).strip().lower()
    return ""


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if value else ""


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
