"""A support module: one mail, and what Exchange makes of it."""

from __future__ import annotations

import base64
import html
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from typing import Final

from fakes.graph.call import Json
from fakes.graph.times import instant

_PEOPLE: Final = {
    "toRecipients": "To",
    "ccRecipients": "Cc",
    "bccRecipients": "Bcc",
    "replyTo": "Reply-To",
}
_TAG: Final = re.compile(r"<(?:style|script).*?</(?:style|script)>|<[^>]*>", re.DOTALL)
# Named properties that a client may expand (MS-OXPROPS), and the header each one holds.
EXTENDED: Final = {
    "String 0x1035": "Message-ID",
    "String 0x1039": "References",
    "String 0x1042": "In-Reply-To",
}
HEADERS: Final = "String 0x7D"  # PidTagTransportMessageHeaders


@dataclass
class Letter:
    """A mail. `id` is the immutable one."""

    id: str
    raw: bytes
    at: datetime  # received
    made: datetime
    draft: bool = False
    bare: bool = False
    read: bool = False
    categories: tuple[str, ...] = ()
    folder: str = ""
    thread: str = ""
    moves: int = 0
    revision: int = 0
    changed: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))
    extended: dict[str, str] = field(default_factory=dict)  # singleValueExtendedProperties

    @property
    def passing_id(self) -> str:
        """The id that changes when it is moved."""
        return f"AAMkAD{zlib.crc32(self.folder.encode()):08x}{self.moves}{self.id[6:]}"

    @property
    def parsed(self) -> Message:
        """Its parts."""
        return _parsed(self.raw)

    def text(self, name: str) -> str:
        """A header, decoded."""
        return _decoded(self.parsed.get(name, ""))


def told(letter: Letter, *, immutable: bool, as_text: bool = False) -> Json:
    """All of a message, headers as well, which come only when they are selected."""
    mail = letter.parsed
    people = {name: _people(mail.get_all(header, [])) for name, header in _PEOPLE.items()}
    sender = _people(mail.get_all("From", []))
    body = _body(mail, as_text=as_text)
    preview = " ".join(_plain(body).split())[:255]
    etag = f"CQAAABYAAAA{letter.revision:07x}"
    made: Json = {
        "@odata.etag": f'W/"{etag}"',
        "id": letter.id if immutable else letter.passing_id,
        "changeKey": etag,
        "createdDateTime": instant(letter.made),
        "lastModifiedDateTime": instant(letter.changed),
        "categories": list(letter.categories),
        "receivedDateTime": instant(letter.at),
        "sentDateTime": instant(_sent(mail) or letter.at),
        "hasAttachments": any(True for _ in attached(letter)),
        "internetMessageId": (mail.get("Message-ID") or "").strip() or None,
        "subject": letter.text("Subject"),
        "bodyPreview": preview,
        "importance": _importance(mail),
        "parentFolderId": letter.folder,
        "conversationId": letter.thread,
        "conversationIndex": base64.b64encode(letter.thread.encode()[:22]).decode(),
        "isDeliveryReceiptRequested": None,
        "isReadReceiptRequested": False,
        "isRead": letter.read or letter.draft,
        "isDraft": letter.draft,
        "webLink": f"https://outlook.office365.com/owa/?ItemID={letter.id}&viewmodel=ReadMessageItem",
        "inferenceClassification": "focused",
        "body": body,
        "uniqueBody": body,
        **people,
        "flag": {"flagStatus": "notFlagged"},
    }
    if sender:
        made |= {"from": sender[0], "sender": (_people(mail.get_all("Sender", [])) or sender)[0]}
    if not letter.bare:
        made["internetMessageHeaders"] = [
            {"name": name, "value": " ".join(str(value).split())} for name, value in mail.items()
        ]
    return made | _meeting(mail)


def properties(letter: Letter) -> dict[str, str]:
    """Its extended properties."""
    found: dict[str, str] = dict(letter.extended)
    for name, header in EXTENDED.items():
        if value := letter.parsed.get(header):
            found[name] = str(value)
    if not letter.bare:
        found[HEADERS] = letter.raw.partition(b"\n\n")[0].decode("latin-1")
    return found


def attached(letter: Letter) -> Iterator[Message]:
    """Its files, calendars included."""
    for part in letter.parsed.walk():
        if part.get_content_disposition() == "attachment":
            yield part


def _meeting(mail: Message) -> Json:
    """What an invitation or an answer to one has beside."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar" and part.get_param("method"):
            method = str(part.get_param("method")).upper()
            if method == "REQUEST":
                kind, meaning = "eventMessageRequest", "meetingRequest"
            elif method == "CANCEL":
                kind, meaning = "eventMessage", "meetingCancelled"
            else:
                kind, meaning = "eventMessageResponse", "meetingAccepted"
            return {"@odata.type": f"#microsoft.graph.{kind}", "meetingMessageType": meaning}
    return {}


def _people(values: Iterable[object]) -> list[Json]:
    pairs = getaddresses([str(value) for value in values])
    return [
        {"emailAddress": {"name": _decoded(name) or address, "address": address}}
        for name, address in pairs
        if address
    ]


def _body(mail: Message, *, as_text: bool) -> Json:
    found: dict[str, str] = {}
    for part in mail.walk():
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and part.get_content_disposition() != "attachment":
            raw = part.get_payload(decode=True)
            text = raw if isinstance(raw, bytes) else b""
            found.setdefault(kind, _read(text, part.get_content_charset() or "utf-8"))
    if "text/html" in found and not as_text:
        return {"contentType": "html", "content": found["text/html"]}
    if "text/plain" in found:
        return {"contentType": "text", "content": found["text/plain"].replace("\n", "\r\n")}
    return {"contentType": "text", "content": _strip(found.get("text/html", ""))}


def _plain(body: Json) -> str:
    text = str(body["content"])
    return _strip(text) if body["contentType"] == "html" else text


def _strip(text: str) -> str:
    return html.unescape(_TAG.sub(" ", text))


def _read(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return raw.decode("latin-1")


def _decoded(value: object) -> str:
    text = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError):
        return text


def _sent(mail: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(mail["Date"]))
        return at.replace(tzinfo=at.tzinfo or UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _importance(mail: Message) -> str:
    given = str(mail.get("Importance", "normal")).lower()
    return given if given in {"low", "high"} else "normal"


@lru_cache(maxsize=512)
def _parsed(raw: bytes) -> Message:
    return message_from_bytes(raw)
