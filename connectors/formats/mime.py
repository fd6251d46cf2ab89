"""Mail headers (RFC 5322) as `Message` records: a pure function on bytes, made for whole mailboxes.

    read_message(header bytes) -> Message

The block is cut into fields first and only the wanted ones are decoded. stdlib `email` says the
same (see the differential test) and takes thirty times as long.

`Message.traits` keeps these headers, lower-case names, values cut at 200 characters: they are what
tells a machine, a list and a bulk mailer from a human (RFC 3834, RFC 2369, RFC 2919, RFC 8058 and
the finger-prints of mailers). Return-Path is kept as written: "<>" is a bounce.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from connectors.errors import BadItem
from connectors.formats.addresses import mailboxes
from connectors.formats.dates import OLDEST, mail_date, received_date
from connectors.formats.words import clean, decode_words, raw_text
from connectors.records import Mailbox, Message

FIRST_READ: Final = 8 * 1024  # holds the header of nearly every mail
READ_LIMIT: Final = 256 * 1024  # no header is longer; what is, is cut here

_SUBJECT_LIMIT: Final = 998  # one line (RFC 5322 section 2.1.1)
_TRAIT_LIMIT: Final = 200
_TRAITS_LIMIT: Final = 40  # a mail through many hands repeats Delivered-To
_ID_LIMIT: Final = 998
_REFERENCES_LIMIT: Final = 20
_CLOCK_SKEW: Final = timedelta(days=2)

_FIELDS: Final = frozenset(
    (
        b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc", b"subject", b"date", b"message-id",
        b"in-reply-to", b"references", b"received", b"delivery-date", b"resent-date",
    )
)  # fmt: skip
TRAITS: Final = frozenset(
    (
        b"list-id", b"list-post", b"list-unsubscribe", b"precedence", b"auto-submitted",
        b"feedback-id", b"return-path", b"x-auto-response-suppress", b"x-autoreply",
        b"x-autorespond", b"x-failed-recipients", b"x-loop", b"x-mailer", b"user-agent",
        b"x-mc-user", b"x-mailgun-sid", b"x-sg-eid", b"x-ses-outgoing", b"x-csa-complaints",
        b"x-mailinglist", b"mailing-list", b"x-mailing-list", b"x-spam-flag", b"content-type",
        b"delivered-to", b"x-original-to", b"x-gm-labels", b"x-gmail-labels", b"errors-to",
        b"x-beenthere",
    )
)  # fmt: skip
_CAMPAIGN: Final = b"x-campaign"  # X-Campaign, X-CampaignID, X-Campaign-Id, …

_FIELD_START: Final = re.compile(rb"\n(?![ \t])")
_MSG_ID: Final = re.compile(r"<\s*([^<>]+?)\s*>")


def header_end(data: bytes) -> int:
    """Where the header block of `data` ends, -1 while its blank line is not in `data`."""
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        return 0
    unix = data.find(b"\n\n")
    if data.find(b"\r", 0, unix if unix >= 0 else len(data)) < 0:
        return unix
    net = data.find(b"\n\r\n", 0, unix if unix >= 0 else len(data))
    return unix if net < 0 else net


def read_message(data: bytes, fallback: datetime | None = None) -> Message:
    """The header at the start of `data`, which may go on with the body, as a `Message`.

    `fallback` (UTC) is when the mail arrived, as the store around it says: used where neither
    `Date` nor `Received` can be read. Raises `BadItem` (with an empty ref) for what is no mail.
    """
    fields, traits = _fields(data)
    single = {name: values[0] for name, values in fields.items()}
    at = _moment(single, fallback)
    if at is None:
        raise BadItem("", "no date can be read in its header" if fields else "it is not a mail")
    references = tuple(
        cut
        for found in _MSG_ID.findall(_unfold(single.get(b"references", b"")))[-_REFERENCES_LIMIT:]
        if (cut := _id(found))
    )
    from_ = _boxes(fields, b"from")
    to = _boxes(fields, b"to")
    sender = _boxes(fields, b"sender")
    message_id = _message_id(single)
    if not (from_ or sender or to or b"message-id" in single or b"subject" in single):
        raise BadItem("", "its header names nobody")
    return Message(
        message_id,
        at,
        from_,
        sender[0] if sender else None,
        _boxes(fields, b"reply-to"),
        to,
        _boxes(fields, b"cc"),
        _boxes(fields, b"bcc"),
        header_text(single[b"subject"], _SUBJECT_LIMIT) if b"subject" in single else "",
        _parent(single, references),
        references,
        tuple(traits),
    )


def header_text(value: bytes, limit: int) -> str:
    """An unstructured header value: unfolded, decoded, white space collapsed, cut at `limit`."""
    return clean(decode_words(raw_text(value)))[:limit].rstrip()


def _fields(data: bytes) -> tuple[dict[bytes, list[bytes]], list[tuple[str, str]]]:
    end = header_end(data)
    # Without the blank line the last field may be cut in two; it is kept: half a trait still tells.
    block = data[: end if end >= 0 else READ_LIMIT]
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    fields: dict[bytes, list[bytes]] = {}
    traits: list[tuple[str, str]] = []
    for number, piece in enumerate(_FIELD_START.split(block.lstrip(b"\n"))):
        name, colon, value = piece.partition(b":")
        name = name.lower()
        if name in _FIELDS:
            if name in fields:
                fields[name].append(value)
            else:
                fields[name] = [value]
        elif name in TRAITS or name.startswith(_CAMPAIGN):
            if len(traits) < _TRAITS_LIMIT:
                traits.append((name.decode("ascii", "replace"), header_text(value, _TRAIT_LIMIT)))
        elif not colon or b" " in name or b"\t" in name:
            name = name.rstrip()
            if colon and name in _FIELDS:
                fields.setdefault(name, []).append(value)  # "Subject : text" (RFC 5322 section 4.5)
            elif number and b" " in name and not name.startswith((b"from ", b">from ")):
                break  # a body without a blank line before it
    return fields, traits


def _boxes(fields: dict[bytes, list[bytes]], name: bytes) -> tuple[Mailbox, ...]:
    values = fields.get(name)
    if values is None:
        return ()
    if len(values) == 1:
        return mailboxes(values[0])
    return tuple(box for value in values for box in mailboxes(value))


def _moment(single: dict[bytes, bytes], fallback: datetime | None) -> datetime | None:
    date = single.get(b"date")
    at = None if date is None else mail_date(date)
    received = single.get(
        b"received"
    )  # the first one is the newest: each server puts its own on top
    arrived = None if received is None else received_date(received)
    if at is not None and at >= OLDEST and (arrived is None or at - arrived <= _CLOCK_SKEW):
        return at
    if arrived is not None:
        return arrived
    for other in (b"delivery-date", b"resent-date"):
        if other in single and (at := mail_date(single[other])) is not None and at >= OLDEST:
            return at
    return fallback


def _message_id(single: dict[bytes, bytes]) -> str:
    value = single.get(b"message-id", b"")
    text = _unfold(value)
    match = _MSG_ID.search(text)
    found = _id(match[1] if match else text.strip(" \t<>"))
    if found:
        return found
    digest = blake2b(digest_size=16)
    # Only what a copy of the mail in another folder or account has as well.
    for name in (b"date", b"from", b"to", b"cc", b"subject"):
        digest.update(b" ".join(single.get(name, b"").split()) + b"\n")
    return "none:" + digest.hexdigest()


def _parent(single: dict[bytes, bytes], references: tuple[str, ...]) -> str:
    if value := single.get(b"in-reply-to"):
        text = _unfold(value)
        if match := _MSG_ID.search(text):
            if found := _id(match[1]):
                return found
        elif "@" in text and len(text.split()) == 1:
            return _id(text)
    return references[-1] if references else ""


def _id(text: str) -> str:
    # White space inside an id is a folding accident.
    return clean("".join(text.split()))[:_ID_LIMIT]


def _unfold(value: bytes) -> str:
    return raw_text(value.replace(b"\n", b"")) if b"\n" in value else raw_text(value)
