"""Calendar users (RFC 5545 section 3.3.3): who organises and who is invited."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from connectors.formats.addresses import address, mailboxes
from connectors.formats.lines import Component, Property, property_of
from connectors.formats.words import clean
from connectors.records import Attendee, Mailbox, PartStat

_ATTENDEES_LIMIT: Final = 2_000
_ANGLE: Final = re.compile(r"\s*<\s*([^<>\s]+)\s*>?\s*$")
_MAILTO: Final = re.compile(r"mailto:[\s<]*+([^\s<>\"';,]+)", re.IGNORECASE)
_CUTYPES: Final = frozenset(("individual", "group", "room", "resource", "unknown"))
_PARTSTATS: Final = {
    "ACCEPTED": PartStat.ACCEPTED,
    "CONFIRMED": PartStat.ACCEPTED,  # vCalendar 1.0
    "DECLINED": PartStat.DECLINED,
    "TENTATIVE": PartStat.TENTATIVE,
    "DELEGATED": PartStat.DELEGATED,
}


def mailbox_of(prop: Property | None) -> Mailbox | None:
    """A calendar user (RFC 5545 section 3.3.3) who has an address; None where there is none.

    SENT-BY is somebody who acts for them, and nobody who takes part.
    """
    if prop is None:
        return None
    params, value = prop
    addr = _calendar_address(value)
    # iCloud invents an address for everybody and keeps the real one beside it (RFC 7986 6.2).
    if not addr or addr.lower().endswith("@imip.me.com"):
        addr = address(params.get("EMAIL", "")) or addr or address(params.get("CN", ""))
    if not addr:
        return None
    name = clean(_ANGLE.sub("", params.get("CN", "")[:1_000])).strip("'\" ")[:200]
    if not name and "<" in value:  # vCalendar 1.0 writes a mailbox as mail does
        name = next((box.name for box in mailboxes(value[:400].encode("utf-8", "replace"))), "")
    return Mailbox(addr, "" if name.lower() == addr.lower() else name)


def _calendar_address(value: str) -> str:
    # Outlook quotes the whole URI at times; `address` drops mailto: in any case.
    text = value.strip().strip("'\"<>")
    if addr := address(text):
        return addr
    if match := _ANGLE.search(text[:1_000]):
        return address(match[1])
    if match := _MAILTO.search(text):  # a parameter with a colon outside quotes
        found = match[1]
        return address(found) or address(unquote(found))
    return ""


def attendees_of(event: Component) -> tuple[Attendee, ...]:
    """The invitees who have an address, each once: the one with an answer, if there is one."""
    found: dict[str, Attendee] = {}
    for line in event.raw("ATTENDEE")[:_ATTENDEES_LIMIT]:
        attendee = _remembered(line) if len(line) <= 400 else _attendee(line)
        if attendee is None:
            continue
        key = attendee.mailbox.addr.lower()
        known = found.setdefault(key, attendee)
        if known.partstat is PartStat.UNKNOWN and attendee.partstat is not PartStat.UNKNOWN:
            found[key] = attendee  # listed twice: once with the answer
    return tuple(found.values())


@lru_cache(maxsize=8_192)
def _remembered(line: str) -> Attendee | None:
    # The same few people are most of a calendar.
    return _attendee(line)


def _attendee(line: str) -> Attendee | None:
    prop = property_of(line)
    mailbox = mailbox_of(prop)
    if mailbox is None:
        return None
    params = prop.params
    kind = params.get("CUTYPE", "INDIVIDUAL").lower()
    answer = params.get("PARTSTAT") or params.get("STATUS", "")  # vCalendar 1.0 has the latter
    partstat = _PARTSTATS.get(answer.upper(), PartStat.UNKNOWN)
    if partstat is PartStat.UNKNOWN and params.get("DELEGATED-TO"):
        partstat = PartStat.DELEGATED
    optional = params.get("ROLE", "").upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT")
    return Attendee(mailbox, partstat, kind if kind in _CUTYPES else "unknown", optional)
