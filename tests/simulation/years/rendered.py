"""Records as the bytes that a mail server, a calendar or an address book holds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Final
from zoneinfo import ZoneInfo

from connectors.formats.vcard import write_card
from connectors.records import Card, Mailbox, Meeting, Message, PartStat

_ANSWERS: Final = {
    PartStat.ACCEPTED: "ACCEPTED", PartStat.DECLINED: "DECLINED", PartStat.TENTATIVE: "TENTATIVE",
    PartStat.DELEGATED: "DELEGATED", PartStat.UNKNOWN: "NEEDS-ACTION",
}  # fmt: skip
_ON_THE_WAY: Final = "from relay.example.net by mx.example.org with ESMTPS id x{number}; {at}"


def mail(
    message: Message, text: str, zone: ZoneInfo, carries: Sequence[Meeting] = (), copy: int = 0
) -> bytes:
    """A whole mail. Another `copy` came another way: other Received lines, another encoding, other
    ends of lines."""
    letter = EmailMessage()
    if copy:
        at = format_datetime(message.at)
        letter["Received"] = _ON_THE_WAY.format(number=copy, at=at)
    for name, value in message.traits:
        letter[name.title()] = value
    letter["Date"] = format_datetime(message.at)
    letter["Message-ID"] = f"<{message.message_id}>"
    letter["From"] = ", ".join(map(_shown, message.from_))
    for name, boxes in (("To", message.to), ("Cc", message.cc)):
        if boxes:
            letter[name] = ", ".join(map(_shown, boxes))
    letter["Subject"] = message.subject
    if message.in_reply_to:
        letter["In-Reply-To"] = letter["References"] = f"<{message.in_reply_to}>"
    letter.set_content(text + "\n", cte=("8bit", "base64", "quoted-printable")[copy % 3])
    for one in carries:
        told = {"method": one.method.upper()}
        letter.add_alternative(calendar([one], zone).decode(), subtype="calendar", params=told)
    data = letter.as_bytes()
    return data if copy else data.replace(b"\n", b"\r\n")


def calendar(instances: Sequence[Meeting], zone: ZoneInfo) -> bytes:
    """One calendar item: an event, or a series with those of its instances that are not as all."""
    method = instances[0].method.upper()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//years//EN"]
    lines += [f"METHOD:{method}"] if method else []
    if instances[0].recurrence_id:
        whole = replace(instances[0], recurrence_id="", status="confirmed")
        starts = ",".join(_moment(_original(one)) for one in instances)
        lines += _event(whole, zone, [f"RDATE:{starts}"])
        instances = [one for one in instances if one.status != "confirmed"]
    for one in instances:
        lines += _event(one, zone)
    return "".join(f"{line}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def card(one: Card) -> bytes:
    """One card of an address book."""
    return write_card(one)


def _event(one: Meeting, zone: ZoneInfo, more: Sequence[str] = ()) -> list[str]:
    assert one.modified is not None
    lines = ["BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{_moment(one.modified)}"]
    if one.recurrence_id:
        lines.append(f"RECURRENCE-ID:{_moment(_original(one))}")
    for name, at in (("DTSTART", one.start), ("DTEND", one.end)):
        day = f";VALUE=DATE:{at.astimezone(zone):%Y%m%d}"
        lines.append(name + (day if one.all_day else f":{_moment(at)}"))
    lines += [f"SUMMARY:{one.title}", f"SEQUENCE:{one.sequence}"]
    lines.append(f"STATUS:{one.status.upper()}")
    if one.place or one.link:
        lines.append(f"LOCATION:{one.place or one.link}")
    lines += ["TRANSP:TRANSPARENT"] if one.busy == "free" else []
    lines += ["X-MICROSOFT-CDO-BUSYSTATUS:OOF"] if one.busy == "oof" else []
    if one.organizer is not None:
        lines.append(f'ORGANIZER;CN="{one.organizer.name}":mailto:{one.organizer.addr}')
    for guest in one.attendees:
        box = guest.mailbox
        told = f"CUTYPE={guest.kind.upper()};PARTSTAT={_ANSWERS[guest.partstat]}"
        lines.append(f'ATTENDEE;CN="{box.name}";{told}:mailto:{box.addr}')
    return [*lines, *more, "X-OTHER-APP:kept", "END:VEVENT"]


def _original(one: Meeting) -> datetime:
    return datetime.fromisoformat(one.recurrence_id)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _shown(box: Mailbox) -> str:
    return formataddr((box.name, box.addr))
