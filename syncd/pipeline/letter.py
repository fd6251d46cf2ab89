"""A draft: the skeleton of a thank-you that answers a mail (RFC 5322 section 3.6.4)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from connectors.records import Mailbox, Message
from syncd.people import called, first_name, normalise
from syncd.planner.thanks import thanks

# What mail programs put before the subject of an answer.
_RE: Final = re.compile(
    r"^\s*(?:(?:re|aw|antw\.?|antwort|sv|vs|res|resp|rif|r[ée]f?|r[ée]p|r)\s?(?:\[\d+\])?\s?[:：]\s*)+",
    re.IGNORECASE,
)
_KEPT: Final = 20  # references
_ID: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")


def message_id(key: str, sender: str) -> str:
    """Of the draft that goes with a verdict: always the same for one key. Without <>."""
    digits = key.removeprefix("syncd-")
    return f"syncd-draft-{digits}@{_ascii(sender.rpartition('@')[2]) or 'localhost'}"


def sender_of(answered: Message, own: Collection[str], first: str) -> str:
    """The address of the owner's that it was sent to, as written there; else the first one."""
    boxes = (*answered.to, *answered.cc)
    return next((box.addr for box in boxes if normalise(box.addr) in own), first)


def thank_you(
    key: str,
    answered: Message,
    who: str,
    addrs: Collection[str],
    language: str,
    owner: Mailbox,
    made: datetime,
) -> tuple[bytes, str]:
    """A draft that answers this mail, and its Message-ID. `addrs` are those of `who`, who may be
    known by an address alone; `owner` is who writes; `made` when it was decided on."""
    identity = message_id(key, owner.addr)
    letter = EmailMessage(policy=SMTP)
    letter["Message-ID"] = f"<{identity}>"
    letter["Date"] = format_datetime(made)
    letter["From"] = _address(owner)
    answers = [box for box in answered.reply_to if normalise(box.addr) in addrs]
    to = answers or [box for box in answered.from_ if normalise(box.addr) in addrs]
    name = "" if "@" in who else who
    letter["To"] = [_address(Mailbox(box.addr, box.name or name)) for box in to]
    letter["Subject"] = f"Re: {_RE.sub('', answered.subject).strip()}".strip()
    before = answered.references or (answered.in_reply_to,)
    thread = [*before, answered.message_id]
    if _ID.fullmatch(answered.message_id):
        letter["In-Reply-To"] = f"<{answered.message_id}>"
        known = [one for one in dict.fromkeys(thread) if _ID.fullmatch(one)]
        letter["References"] = " ".join(f"<{one}>" for one in known[-_KEPT:])
    letter["X-Unsent"] = "1"  # Outlook opens it to be written on
    letter.set_content(
        thanks(language, called(name), first_name(owner.name)), cte="quoted-printable"
    )
    return letter.as_bytes(), identity


def _address(box: Mailbox) -> Address:
    local, _, domain = box.addr.rpartition("@")
    if local[:1] == local[-1:] == '"':
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    return Address(re.sub(r"[\r\n\x00]+", " ", box.name), local, _ascii(domain))


def _ascii(domain: str) -> str:
    """A domain as it stands in a header (RFC 5891)."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
