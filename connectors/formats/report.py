"""Delivery reports: which addresses failed for good, and which mail came back.

    failures(message, leaves) -> (("failed-recipient", "bob@example.org 5.1.1"), …)

RFC 3464 and 6533 where the report follows them; else the texts of Exim, qmail, Postfix, sendmail
and Exchange, and X-Failed-Recipients, but only in mail of a mail system (`from_mail_system`).

For good means that the *address* is no use: action failed and a status of 5.x.x (RFC 3463), without

- x.2.2 mailbox full, x.2.3 and x.3.4 too large, x.3.x trouble of the receiving system,
- x.4.6 and x.4.7 loops and expiry, x.6.x content, x.7.x policy and suspected spam:

those say something about this mail or this day: it did not arrive, and its trait is called
`undelivered-recipient`. Delayed, relayed and expanded mail, and 4.x.x, say nothing for good.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from connectors.formats.addresses import address
from connectors.formats.parts import Part, decoded
from connectors.formats.words import clean, raw_text
from connectors.records import Message

FAILED_LIMIT: Final = 20
_TEXT_LIMIT: Final = 64 * 1024
_ID_LIMIT: Final = 200

STATUS_KINDS: Final = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED: Final = frozenset(
    (
        "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global",
        "message/global-headers", "text/rfc822-header",
    )
)  # fmt: skip
_SYSTEMS: Final = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?daemon|mmdf|mdaemon|mail\.?delivery|maildelivery)[^@]*@",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(
    r"^([A-Za-z][\w-]{0,60}+)[ \t]*+:[ \t]*+(.*+(?:\n[ \t]++\S.*+)*+)", re.MULTILINE
)
_CODE: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY: Final = re.compile(r"(?<![\d.])([45])([0-5])\d(?![\d.])")
_FULL: Final = re.compile(
    r"quota|mailbox (?:is )?full|full mailbox|insufficient (?:system )?storage|over ?limit",
    re.IGNORECASE,
)
_UNKNOWN: Final = re.compile(
    r"(?:user|recipient|address|account|mailbox|e-?mail address) (?:is )?(?:unknown|not known|not "
    r"found|invalid|disabled|inactive)|(?:unknown|invalid|no such) (?:local )?(?:user|recipient|"
    r"e-?mail|address|account|mailbox|person|domain)|does(?:n't| not) (?:exist|have an? )|"
    r"not a valid|no longer (?:exists|valid|available|with)|host (?:or domain name )?not found",
    re.IGNORECASE,
)
_SOFT: Final = re.compile(
    r"spam|blocked|black ?list|blocklist|polic(?:y|ies)|reputation|too (?:large|big|long)|"
    r"(?:retry )?time(?:d |-)?out|try again later|greylist|graylist|virus|rejected by filter",
    re.IGNORECASE,
)
_DELAYED: Final = re.compile(
    r"warning (?:message )?only|has been delayed|been delayed|not yet been delivered|delivery is "
    r"delayed|could not be delivered for|will (?:be|keep) (?:retried|trying)|still trying",
    re.IGNORECASE,
)
# What introduces the addresses in the texts of Exim, sendmail, Exchange and the like.
_PERMANENT: Final = re.compile(
    r"permanent (?:fatal )?errors?|address(?:\(es\)|es)? failed|did not reach the following|"
    r"delivery has failed|could not be delivered to|unable to deliver (?:your |the )?message to|"
    r"i've given up|failed permanently",
    re.IGNORECASE,
)
_COPY: Final = re.compile(
    r"^-{2,}[ \t]*(?:below this line is a copy|this is a copy of|original message|message header|"
    r"returned message|the (?:header|body) of the message|undelivered message)",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED: Final = re.compile(r"^[ \t]*+<([^<>\s@]{1,64}@[^<>\s@]{1,255})>:?[ \t]*", re.MULTILINE)
_LISTED: Final = re.compile(
    r"^[ \t]*+(?:[^\n<>@]{0,80}<(?:mailto:)?)?([^<>\s@:,;()\"]{1,64}@[^<>\s@:,;()\"]{1,255}?)>?"
    r"(?:\.\.\.| on [A-Z].*)?[ \t]*+:?[ \t]*+$",
    re.MULTILINE,
)
_MESSAGE_ID: Final = re.compile(
    r"^[> \t]{0,4}Message-ID:\s{0,80}<([^<>\s]{1,998})>", re.IGNORECASE | re.MULTILINE
)


def from_mail_system(message: Message) -> bool:
    """Whether a mail system wrote it: its author's address says so, or the envelope is empty."""
    if any(_SYSTEMS.match(box.addr) for box in message.from_):
        return True
    path = message.trait("return-path")
    return path is not None and not path.strip(" <>")


def failures(message: Message, parts: Sequence[Part]) -> list[tuple[str, str]]:
    """The traits of a delivery report; empty for any other mail, and where nothing failed."""
    found: dict[str, str] = {}
    reports = [part for part in parts if part.kind in STATUS_KINDS]
    for part in reports:
        for addr, status in _recipients(_text(part)):
            found.setdefault(addr, status)
    told = "\n".join(_text(part) for part in parts if part.kind == "text/plain")[:_TEXT_LIMIT]
    if not reports and from_mail_system(message):
        found = _told(message, told)
    if not found:
        return []
    traits = [
        ("failed-recipient" if is_lasting(status) else "undelivered-recipient", f"{addr} {status}")
        for addr, status in list(found.items())[:FAILED_LIMIT]
    ]
    if returned := _returned(parts, told):
        traits.append(("failed-message-id", returned))
    return traits


def is_lasting(status: str) -> bool:
    """Whether a status code (RFC 3463) says that the address is no use any more."""
    kind, _, rest = status.partition(".")
    subject, _, detail = rest.partition(".")
    if kind != "5" or subject in ("3", "6", "7"):
        return False
    return (subject, detail) not in (("2", "2"), ("2", "3"), ("4", "6"), ("4", "7"))


def _text(part: Part) -> str:
    return raw_text(decoded(part, _TEXT_LIMIT)).replace("\r\n", "\n").replace("\r", "\n")


def _recipients(text: str) -> list[tuple[str, str]]:
    """(address, status) of each that the mail did not reach, out of a delivery-status."""
    found: list[tuple[str, str]] = []
    for block in re.split(r"\n(?:[ \t]*\n)+", text)[: 50 * FAILED_LIMIT]:
        fields = {name.lower(): value for name, value in reversed(_FIELD.findall(block))}
        if fields.get("action", "").strip().lower() != "failed":
            continue
        addr = _typed(fields.get("original-recipient", "")) or _typed(
            fields.get("final-recipient", "")
        )
        status = _status(fields.get("status", ""), fields.get("diagnostic-code", ""))
        if addr and not status.startswith("4"):
            found.append((addr, status or "5.0.0"))
    return found


def _typed(value: str) -> str:
    """The address in `rfc822; bob@example.org`; "" for other types, as X.400."""
    kind, semicolon, rest = value.partition(";")
    if not semicolon:
        rest = kind
    elif kind.strip().lower() not in ("rfc822", "utf-8", "smtp", "x-rfc822", "x-local"):
        return ""
    return address(rest.strip().strip("<>"))


def _status(told: str, diagnosis: str) -> str:
    """The status code, made out from the server's words where it says little: many servers answer
    5.0.0, 5.3.0 or 5.7.1 for a recipient that does not exist."""
    match = _CODE.search(told)
    code = match[0] if match else ""
    if code in ("", "5.0.0"):
        return _diagnosed(diagnosis, code)
    if code.startswith(("5.3.", "5.5.", "5.7.")) and _UNKNOWN.search(diagnosis[:2000]):
        return "5.1.1"
    return code


def _diagnosed(words: str, default: str) -> str:
    words = words[:2000]
    if (match := _CODE.search(words)) and match[0] != "5.0.0":
        return _status(match[0], words)
    if _FULL.search(words):
        return "5.2.2"
    if _UNKNOWN.search(words):
        return "5.1.1"
    if reply := _REPLY.search(words):
        if reply[1] == "4":
            return "4.0.0"
        default = default or "5.0.0"
    return "5.7.0" if _SOFT.search(words) else default


def _told(message: Message, text: str) -> dict[str, str]:
    """What a report in plain words says."""
    copy = _COPY.search(text)
    words = text[: copy.start()] if copy else text
    if _DELAYED.search(message.subject + "\n" + words[:4000]):
        return {}
    found = {addr: _diagnosed(reason, "5.0.0") for addr, reason in _paragraphs(words)}
    named = [value for name, value in message.traits if name == "x-failed-recipients"]
    addrs = [addr for value in named for a in value.split(",") if (addr := address(a))]
    for addr in addrs:
        if addr.lower() not in {known.lower() for known in found}:
            at = words.lower().find(addr.lower())
            reason = words[at:] if at >= 0 else words if len(addrs) == 1 else ""
            found[addr] = _diagnosed(reason, "5.0.0")
    return {addr: status for addr, status in found.items() if not status.startswith("4")}


def _paragraphs(words: str) -> list[tuple[str, str]]:
    """(address, what is said about it) after the sentence that introduces them."""
    begin = _PERMANENT.search(words)
    if begin is None:
        return []
    # "<bob@example.org>:" begins a paragraph of qmail, Postfix and Yahoo.
    marks = list(_NAMED.finditer(words, begin.end())) or list(_LISTED.finditer(words, begin.end()))
    found: list[tuple[str, str]] = []
    for number, mark in enumerate(marks[: 5 * FAILED_LIMIT]):
        stop = marks[number + 1].start() if number + 1 < len(marks) else len(words)
        reason = words[mark.end() : stop]
        if found and found[-1][0] == mark[1]:  # the server's answer names it again
            found[-1] = (mark[1], found[-1][1] + reason)
        elif address(mark[1]):
            found.append((mark[1], reason))
    return found


def _returned(parts: Sequence[Part], told: str) -> str:
    """The Message-ID of the mail that came back, "" where the report does not show it."""
    for part in parts:
        if part.kind in _RETURNED:
            head = re.split(r"\n[ \t]*\n", _text(part).lstrip("\n"), maxsplit=1)[0]
            if match := _MESSAGE_ID.search(head):
                return clean(match[1])[:_ID_LIMIT]
    copy = _COPY.search(told)
    match = _MESSAGE_ID.search(told, copy.start()) if copy else None
    return clean(match[1])[:_ID_LIMIT] if match else ""
