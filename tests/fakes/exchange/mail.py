"""A support module: a mail as Exchange keeps it, and back."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from fakes.exchange.people import several, single
from fakes.exchange.props import SETS, Extended
from fakes.exchange.store import Item
from fakes.exchange.xml import Element, t, told

_IMPORTANCE: Final = {"high": "High", "low": "Low"}
_METHODS: Final = {
    "REQUEST": "MeetingRequest",
    "REPLY": "MeetingResponse",
    "CANCEL": "MeetingCancellation",
}
_ANSWERS: Final = {
    "PARTSTAT=ACCEPTED": ("Accept", "Pos"),
    "PARTSTAT=DECLINED": ("Decline", "Neg"),
    "PARTSTAT=TENTATIVE": ("Tentative", "Tent"),
}
_REPORTS: Final = {
    "delivery-status": "REPORT.IPM.Note.NDR",
    "disposition-notification": "REPORT.IPM.Note.IPNRN",
}
_TAGS: Final = {0x1035: "Message-ID", 0x1039: "References", 0x1042: "In-Reply-To"}


def parsed(raw: bytes) -> EmailMessage:
    """Its parts."""
    made = message_from_bytes(raw, policy=policy.default.clone(raise_on_defect=False))
    assert isinstance(made, EmailMessage)
    return made


@functools.lru_cache(maxsize=1024)
def headers(raw: bytes) -> list[tuple[str, str]]:
    """In their order, decoded as Exchange does, unfolded."""
    made = message_from_bytes(raw, policy=policy.compat32)
    decoded = parsed(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n")
    values: dict[str, list[str]] = {}
    for name in decoded:
        values.setdefault(name.lower(), [])
    for name in values:
        values[name] = [str(one) for one in decoded.get_all(name, [])]
    told_so: list[tuple[str, str]] = []
    for name in made.keys():  # noqa: SIM118  # as often as it is there
        left = values.get(name.lower())
        told_so.append((name, " ".join(left.pop(0).split()) if left else ""))
    return told_so


def message_props(raw: bytes, at: datetime) -> dict[str, Element]:
    """The properties of a Message that was delivered or sent at that time."""
    mail = parsed(raw)

    def header(name: str) -> str:
        return " ".join(str(mail.get(name, "")).split())

    found: dict[str, Element | None] = {
        "Subject": t("Subject", header("Subject")),
        "Sensitivity": t("Sensitivity", _sensitivity(header("Sensitivity"))),
        "Body": _body(mail),
        "Importance": t("Importance", _IMPORTANCE.get(header("Importance").lower(), "Normal")),
        "InReplyTo": _some("InReplyTo", header("In-Reply-To")),
        "DateTimeSent": t("DateTimeSent", _date(header("Date")) or at),
        "Sender": single("Sender", header("Sender") or header("From")),
        "From": single("From", header("From")),
        "ToRecipients": several("ToRecipients", header("To")),
        "CcRecipients": several("CcRecipients", header("Cc")),
        "BccRecipients": several("BccRecipients", header("Bcc")),
        "ReplyTo": several("ReplyTo", header("Reply-To")),
        "InternetMessageId": _some("InternetMessageId", header("Message-ID")),
        "References": _some("References", header("References")),
        "ConversationTopic": t("ConversationTopic", _topic(header("Subject"))),
    }
    return {name: one for name, one in found.items() if one is not None}


def kind_of(raw: bytes) -> tuple[str, dict[str, Element]]:
    """The kind of item that Exchange makes of a mail, and what that has besides."""
    mail = parsed(raw)
    if mail.get_content_type() == "multipart/report":
        report = _REPORTS.get(str(mail.get_param("report-type", "")).lower())
        return "Message", {"ItemClass": t("ItemClass", report)} if report else {}
    for part in mail.walk():
        if part.get_content_type() != "text/calendar":
            continue
        method = str(part.get_param("method", "")).upper()
        if method not in _METHODS:
            continue
        lines = _words(part).replace("\r\n", "\n").replace("\n ", "").split("\n")
        uid = next((one.partition(":")[2] for one in lines if one.startswith("UID:")), "")
        more = {"UID": t("UID", uid)} if uid else {}
        if method == "REPLY":
            answers = [now for one in lines for known, now in _ANSWERS.items() if known in one]
            answer, suffix = answers[0] if answers else ("Unknown", "Pos")
            more["ResponseType"] = t("ResponseType", answer)
            more["ItemClass"] = t("ItemClass", f"IPM.Schedule.Meeting.Resp.{suffix}")
        return _METHODS[method], more
    return "Message", {}


@functools.lru_cache(maxsize=1024)
def files(raw: bytes) -> list[tuple[str, str, bytes]]:
    """Name, type and content of what is attached."""
    if b"ultipart" not in raw:  # cheap enough for large mailboxes
        return []
    found = []
    for part in parsed(raw).iter_attachments() if raw else ():
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else part.as_bytes()
        found.append((part.get_filename() or "", part.get_content_type(), data))
    return found


def mime(item: Item) -> bytes:
    """RFC 822: as it was delivered, or made of what a client wrote."""
    if item.mime:
        return item.mime
    mail = EmailMessage(policy=policy.SMTP)
    sender = item.props.get("From")
    if sender is not None:
        mail["From"] = _written(sender[0])
    for name, header in (("ToRecipients", "To"), ("CcRecipients", "Cc"), ("BccRecipients", "Bcc")):
        if name in item.props:
            mail[header] = ", ".join(_written(one) for one in item.props[name])
    mail["Subject"] = item.text("Subject")
    mail["Date"] = format_datetime(item.modified)
    for name, header in (
        ("InternetMessageId", "Message-ID"),
        ("InReplyTo", "In-Reply-To"),
        ("References", "References"),
    ):
        if item.text(name):
            mail[header] = item.text(name)
    body = item.props.get("Body")
    html = body is not None and body.get("BodyType") == "HTML"
    mail.set_content(item.text("Body"), subtype="html" if html else "plain")
    return mail.as_bytes()


def computed(item: Item) -> Mapping[Extended, list[str]]:
    """MAPI properties that come from the headers: by tag, and by name in InternetHeaders."""
    if not item.mime:
        return {}
    return _computed(item.mime, item.transported)


@functools.lru_cache(maxsize=1024)
def _computed(raw: bytes, transported: bool) -> Mapping[Extended, list[str]]:
    every = headers(raw)
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].replace(b"\n", b"\r\n")
    found: dict[Extended, list[str]] = {}
    if transported:
        found[Extended("String", tag=0x7D)] = [head.decode("utf-8", "replace") + "\r\n\r\n"]
        for name, value in every:
            named = Extended("String", set=SETS["InternetHeaders"], name=name.lower())
            found.setdefault(named, [value])
    for tag, name in _TAGS.items():
        for one in (value for known, value in every if known.lower() == name.lower()):
            found.setdefault(Extended("String", tag=tag), [one])
    return found


def _words(part: Message) -> str:
    """Of whatever charset it says it is."""
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("latin-1")


def _body(mail: EmailMessage) -> Element:
    part = mail.get_body(("html", "plain"))
    if part is None:
        return t("Body", "", BodyType="Text")
    return t(
        "Body", _words(part), BodyType="HTML" if part.get_content_subtype() == "html" else "Text"
    )


def _written(box: Element) -> str:
    name, address = told(box, "Name"), told(box, "EmailAddress")
    return f"{name} <{address}>" if name and name != address else address


def _some(tag: str, text: str) -> Element | None:
    return t(tag, text) if text else None


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone() if text else None
    except ValueError:
        return None


def _sensitivity(text: str) -> str:
    named = {"personal": "Personal", "private": "Private", "company-confidential": "Confidential"}
    return named.get(text.lower(), "Normal")


def _topic(subject: str) -> str:
    while subject[:3].lower() == "re:" or subject[:4].lower() in {"fwd:", "fw: "}:
        subject = subject.partition(":")[2].strip()
    return subject
