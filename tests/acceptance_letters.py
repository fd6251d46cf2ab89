"""Mails as bytes, as mailers really write them; what acceptance tests of mail formats share.

`Home.mail` writes well-formed mail; here every byte of the header and of the body is the test's.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from acceptance_world import ANA, Home, calendar, vevent

BEN = "ben@example.com"
BEN_WHO = f"Ben Archer <{BEN}>"
ANA_WHO = f"Ana Silva <{ANA}>"


def letter(
    author: str | bytes,
    to: str | bytes,
    when: datetime | str,
    body: str | bytes = "The number has changed, as you can see.\n",
    *,
    name: str,
    subject: str | bytes = "About a number",
    answers: str = "",
    kind: str = "text/plain; charset=utf-8",
    more: Mapping[str, str | bytes] | None = None,
    eol: bytes = b"\r\n",
) -> bytes:
    """One mail; what is empty is left out. `when` may be any text, for dates that lie."""
    date = format_datetime(when) if isinstance(when, datetime) else when
    headers: dict[str, str | bytes] = {
        "From": author,
        "To": to,
        "Date": date,
        "Message-ID": f"<{name}>" if name else "",
        "Subject": subject,
        "In-Reply-To": f"<{answers}>" if answers else "",
        "MIME-Version": "1.0",
        "Content-Type": kind,
        **(more or {}),
    }
    lines = [as_bytes(key) + b": " + as_bytes(value) for key, value in headers.items() if value]
    return eol.join(lines) + eol * 2 + as_bytes(body).replace(b"\r\n", b"\n").replace(b"\n", eol)


def as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def part(kind: str, body: str | bytes, more: Mapping[str, str] | None = None) -> bytes:
    """One part of a multipart, without its boundary."""
    headers = {"Content-Type": kind, **(more or {})}
    head = "\r\n".join(f"{key}: {value}" for key, value in headers.items())
    return head.encode() + b"\r\n\r\n" + as_bytes(body)


def multi(*parts: bytes, boundary: str = "=_one") -> bytes:
    """The body of a multipart."""
    edge = b"--" + boundary.encode()
    return b"".join(edge + b"\r\n" + one + b"\r\n" for one in parts) + edge + b"--\r\n"


def deliver(home: Home, data: bytes, folder: str = "mail") -> Path:
    """Put a mail into a folder of .eml files."""
    return home.write(f"{folder}/{home.next_number():04}.eml", data)


def itip(
    method: str,
    start: datetime,
    uid: str,
    answers: Mapping[str, str],
    *,
    title: str = "Talk",
    organizer: str = ANA,
    more: Iterable[str] = (),
    stamp: str = "20250101T000000Z",
) -> str:
    """An iTIP message (RFC 5546): `answers` are the attendees it names, with their PARTSTAT."""
    event = vevent(start, title, uid, organizer=organizer, attendees=answers, more=more)
    event = event.replace("DTSTAMP:20250101T000000Z", f"DTSTAMP:{stamp}")
    return calendar(event).replace("VERSION:2.0", f"VERSION:2.0\r\nMETHOD:{method}", 1)


SHAPES = ("bare", "base64", "google", "outlook", "apple", "unmarked")


def shaped(shape: str, method: str, text: str) -> dict[str, Any]:
    """How a mailer sends an iTIP message: `kind`, `body` and `more` of a `letter`."""
    said = part("text/plain; charset=utf-8", "You have been told.\r\n")
    page = part("text/html; charset=utf-8", "<p>You have been told.</p>\r\n")
    wrapped = {"Content-Transfer-Encoding": "base64"}
    packed = base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")
    kind, mixed = f"text/calendar; charset=UTF-8; method={method}", 'multipart/mixed; boundary="{}"'
    other = mixed.replace("mixed", "alternative")
    if shape == "bare":
        return {"kind": kind, "body": text}
    if shape == "unmarked":  # only the calendar itself says the method
        return {"kind": "text/calendar", "body": text}
    if shape == "base64":
        return {"kind": kind, "body": packed, "more": wrapped}
    if shape == "google":
        inner = multi(said, page, part(kind, text), boundary="in")
        file = part("application/ics; name=invite.ics", packed, wrapped)
        body = multi(part(other.format("in"), inner), file)
        return {"kind": mixed.format("=_one"), "body": body}
    if shape == "outlook":
        return {
            "kind": other.format("=_one"),
            "body": multi(said, page, part(kind, packed, wrapped)),
        }
    file = part(
        f"{kind}; name=iCal.ics", text, {"Content-Disposition": "attachment; filename=iCal.ics"}
    )
    inner = multi(page, file, boundary="in")
    return {"kind": other.format("=_one"), "body": multi(said, part(mixed.format("in"), inner))}


BOXES = ("mboxo", "mboxrd", "mboxcl", "mboxcl2")


def mbox(mails: Sequence[bytes], dialect: str = "mboxrd", eol: bytes = b"\n") -> bytes:
    """These mails as one mbox file, in one of the four dialects of mbox(5) and RFC 4155."""
    return b"".join(_boxed(mail, dialect, eol) for mail in mails)


def _boxed(mail: bytes, dialect: str, eol: bytes) -> bytes:
    head, _, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    if dialect in {"mboxo", "mboxcl"}:
        body = re.sub(rb"(?m)^From ", b">From ", body)
    elif dialect == "mboxrd":
        body = re.sub(rb"(?m)^(>*From )", rb">\1", body)
    if dialect in {"mboxcl", "mboxcl2"}:
        head += b"\nContent-Length: %d" % len(body.replace(b"\n", eol))
    whole = b"From somebody@example.net Mon Jun  1 09:00:00 2026\n" + head + b"\n\n" + body
    return (whole + (b"\n" if body.endswith(b"\n") else b"\n\n")).replace(b"\n", eol)


def told(home: Home, *, accounts: bool = False, now: str | None = None) -> dict[str, Any]:
    """What `people`, `explain --all` and `tasks --all` say, whatever file or folder said it.

    Ids of people and the names of files are left out; with `accounts`, those that saw it stay.
    """
    found = {
        "people": home.people(now),
        "explain": home.syncd("explain", "--all", "--json", now=now).lines,
        "tasks": home.syncd("tasks", "--all", "--json", now=now).json,
    }
    return {
        key: sorted((_plain(one, accounts) for one in said), key=_in_order)
        for key, said in found.items()
    }


def _in_order(entry: dict[str, Any]) -> str:
    """By address or key: people without any date have no other order."""
    return json.dumps(
        [entry.get("key"), entry.get("address"), entry.get("addresses"), entry], sort_keys=True
    )


def _plain(value: Any, accounts: bool) -> Any:
    if isinstance(value, dict):
        if value.keys() >= {"account", "ref"}:
            return value["account"] if accounts else ""
        return {key: _plain(one, accounts) for key, one in value.items() if key != "id"}
    if isinstance(value, list):
        found = [_plain(one, accounts) for one in value]
        return sorted(set(found)) if found and all(isinstance(one, str) for one in found) else found
    return value


def printed(home: Home) -> dict[str, str]:
    """The same, byte for byte, ids included."""
    questions = (("people", "--json"), ("explain", "--all", "--json"), ("tasks", "--all", "--json"))
    return {" ".join(words): home.syncd(*words).out for words in questions}


def difference(before: Any, after: Any) -> str:
    """Where two answers part, short enough to read."""
    for key in before:
        one, two = (json.dumps(said[key], indent=1, sort_keys=True) for said in (before, after))
        if one != two:
            pairs = zip(one.splitlines(), two.splitlines(), strict=False)
            lines = [f"{a} | {b}" for a, b in pairs if a != b]
            return f"{key}: " + "\n".join(lines[:8] or ["one is longer"])
    return ""


def signals(home: Home, who: str) -> set[tuple[str, str]]:
    """(kind, direction) of what was read in the mail with somebody."""
    return {(one["kind"], one["direction"]) for one in home.explain(who)["signals"]}


def asks(home: Home, who: str) -> bool:
    """Whether somebody asked the owner for something."""
    return ("asks", "received") in signals(home, who)


def groups(home: Home) -> set[frozenset[str]]:
    """Who is one person: the addresses of each."""
    return {frozenset(one["addresses"]) for one in home.people()}
