"""A whole mail as observations: the message, and what it carries for the calendar and the cards.

    read_mail(head, more, zone) -> (Message, Meeting, …, Card, …)

The header says whether the body may carry anything; then a cheap look over it (a few µs for an
ordinary mail) says whether it is worth parsing. Only parts of the mail itself are read: what is
inside an attached message was said by somebody else, at another time. A part that cannot be read
never spoils its mail. What is found besides becomes traits, before those of the header:

    ("calendar-part", METHOD)              a calendar part, "" without a method
    ("failed-recipient", "addr status")    a delivery report: see `connectors/formats/report.py`
    ("undelivered-recipient", "addr status")  the same, where the address itself may be fine
    ("failed-message-id", id)              the mail that came back
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.mime import read_message
from connectors.formats.parts import Part, decoded, leaves
from connectors.formats.report import failures, from_mail_system
from connectors.formats.words import charset_text
from connectors.records import Card, Meeting, Message, Observation

_MEETINGS_LIMIT: Final = 500
_CARDS_LIMIT: Final = 200
_READ_LIMIT: Final = 20  # calendar and card parts of one mail
_PART_LIMIT: Final = 4 * 1024 * 1024

# Beginnings of a Content-Type whose body may carry something, and may be a report in plain words.
_MAY_CARRY: Final = (
    "multipart/", "message/", "text/calendar", "text/vcard", "text/x-vcard", "text/directory",
    "application/",
)  # fmt: skip
_MAY_TELL: Final = ("text/plain", "multipart/")
_LOOK: Final = re.compile(
    rb"\nContent-(?:Type|Disposition):([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.IGNORECASE
)
_NEEDLES: Final = (
    b"text/calendar", b"vcard", b"text/directory", b"application/ics", b"application/calendar",
    b".ics", b".ical", b".vcf", b"delivery-status",
    b'name="=?', b"name==?", b"name*",  # names that have to be decoded first
)  # fmt: skip
_CALENDARS: Final = frozenset(
    ("text/calendar", "application/ics", "text/ics", "application/calendar")
)
_CARDS: Final = frozenset(("text/vcard", "text/x-vcard", "text/directory", "application/vcard"))
_FILES: Final = frozenset(("application/octet-stream", "text/plain", "application/x-unknown"))
_METHOD: Final = re.compile(
    rb"^METHOD[ \t]*:[ \t]*([A-Za-z]{1,20})[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_BEGIN: Final = re.compile(rb"^BEGIN:VCALENDAR[ \t]*$", re.MULTILINE | re.IGNORECASE)


def read_mail(
    head: bytes,
    more: Callable[[], bytes],
    zone: ZoneInfo,
    fallback: datetime | None = None,
) -> tuple[Observation, ...]:
    """The observations of one mail: its `Message` first.

    `head` is the header and whatever was read with it; `more` fetches the mail from its start up
    to the caller's limit, and is called only when the header says that the body may hold something.
    Floating times are local in `zone`. `fallback` and errors as in `read_message`; `more` may raise
    what its source raises.
    """
    message = read_message(head, fallback)
    kind = (message.trait("content-type") or "text/plain").lower()
    told = kind.startswith(_MAY_TELL) and from_mail_system(message)
    if not told and not kind.startswith(_MAY_CARRY):
        return (message,)
    data = more()
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    if not told and not _may_carry(data):
        return (message,)
    parts = leaves(data)
    traits = failures(message, parts)
    found: list[Meeting | Card] = []
    seen: set[bytes] = set()  # the same part inline and as an attachment is one
    for part in parts:
        calendar = _is_calendar(part)
        if not calendar and not _is_card(part):
            continue
        body = _body(part)
        if body in seen or len(seen) >= _READ_LIMIT:
            continue
        seen.add(body)
        if not calendar:
            found += _cards(body, message)
        elif b"BEGIN:VCALENDAR" in body.upper():
            method, body = _method(body, part)
            traits.append(("calendar-part", method))
            found += _meetings(body, zone, message.at)
    if traits:
        message = replace(message, traits=(*dict.fromkeys(traits), *message.traits))
    return (message, *_once(found))


def _may_carry(data: bytes) -> bool:
    """Whether the headers of the parts make the mail worth parsing."""
    fields = b"\n".join(_LOOK.findall(data)).lower()
    return any(needle in fields for needle in _NEEDLES)


def _is_calendar(part: Part) -> bool:
    return part.kind in _CALENDARS or (
        part.kind in _FILES and part.filename.lower().endswith((".ics", ".ical", ".icalendar"))
    )


def _is_card(part: Part) -> bool:
    if part.kind == "text/directory":  # RFC 2425: a profile may be something else
        return part.parameters.get("profile", "vcard").lower() == "vcard"
    return part.kind in _CARDS or (
        part.kind in _FILES and part.filename.lower().endswith((".vcf", ".vcard"))
    )


def _body(part: Part) -> bytes:
    """A part's content as UTF-8 with bare line feeds, whatever it was sent in."""
    data = decoded(part, _PART_LIMIT)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    elif not data.isascii() or b"\x1b" in data:
        data = charset_text(data, part.parameters.get("charset", "")).encode("utf-8", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").strip() + b"\n"


def _method(body: bytes, part: Part) -> tuple[str, bytes]:
    """METHOD in upper case, of the calendar, else of the Content-Type (RFC 6047 section 2.4); and
    the calendar with it."""
    if match := _METHOD.search(body):
        return match[1].decode("ascii").upper(), body
    method = part.parameters.get("method", "").upper()
    if not (method.isascii() and method.isalpha() and len(method) <= 20):
        return "", body
    return method, _BEGIN.sub(b"BEGIN:VCALENDAR\nMETHOD:" + method.encode("ascii"), body, count=1)


def _meetings(body: bytes, zone: ZoneInfo, at: datetime) -> list[Meeting]:
    # Imported where it is needed: iCalendar costs 0.2 s and 25 MB, and most mail needs none.
    from connectors.formats.itip import read_itip

    try:
        return read_itip(body, zone, at)[:_MEETINGS_LIMIT]
    except BadItem:
        return []


def _cards(body: bytes, message: Message) -> list[Card]:
    author = message.from_[0] if message.from_ else message.sender
    if author is None:  # without one it would pass for a card that the owner keeps
        return []
    from connectors.formats.vcard import read_cards

    try:
        cards = read_cards(body).cards[:_CARDS_LIMIT]
    except BadItem:
        return []
    return [replace(card, attached_by=author.addr) for card in cards]


def _once(found: Iterable[Meeting | Card]) -> list[Meeting | Card]:
    """Of two records of one meeting or card the first."""
    kept: dict[tuple[str, ...], Meeting | Card] = {}
    for record in found:
        if isinstance(record, Card):
            kept.setdefault(("card", record.uid), record)
        else:
            kept.setdefault(("meeting", record.uid, record.recurrence_id), record)
    return list(kept.values())
