"""How mail lies on disk: a Maildir with the sent mail in the Maildir++ folder `.Sent`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from itertools import count
from pathlib import Path

from syncd.demo.cast import OWNER
from syncd.demo.letter import Letter
from syncd.demo.mime import mailbox, mailboxes, message, words

_UNREAD_HOURS = 30  # whatever arrived later has not been looked at yet


class Mailbox:
    """Collects letters and writes them. Letters after `end` are a mistake of the story."""

    def __init__(self, end: datetime) -> None:
        self._end = end
        self._letters: list[Letter] = []
        self._answered: set[str] = set()

    def __len__(self) -> int:
        return len(self._letters)

    def __iter__(self) -> Iterator[Letter]:
        return iter(self._letters)

    def add(self, letter: Letter) -> Letter:
        if letter.when >= self._end:
            raise ValueError(f"a mail from the future: {letter.subject!r} at {letter.when}")
        self._letters.append(letter)
        if letter.sent and letter.references:
            self._answered.add(letter.references[-1])
        return letter

    def write(self, folder: Path) -> None:
        """Write `cur`, `new` and `tmp` of the inbox and of `.Sent` below `folder`."""
        sent = folder / ".Sent"
        for home in (folder, sent):
            for name in ("cur", "new", "tmp"):
                (home / name).mkdir(parents=True, exist_ok=True)
        (sent / "maildirfolder").touch()
        number = count(1)
        for letter in sorted(self._letters, key=lambda one: (one.when, one.message_id)):
            name = f"{letter.when.timestamp():.0f}.M{next(number):06d}P411.demo"
            if letter.sent:
                target = sent / "cur" / f"{name}:2,S"
            elif self._end - letter.when < timedelta(hours=_UNREAD_HOURS) and not self._read(
                letter
            ):
                target = folder / "new" / name
            else:
                target = folder / "cur" / f"{name}:2,{'RS' if self._read(letter) else 'S'}"
            target.write_bytes(_render(letter))

    def _read(self, letter: Letter) -> bool:
        return letter.message_id in self._answered


def _render(letter: Letter) -> bytes:
    headers = [] if letter.sent else _transport(letter)
    headers += [
        ("Date", format_datetime(letter.when)),
        ("From", mailbox(letter.author.name, letter.author.address)),
        ("To", mailboxes(letter.to)),
    ]
    if letter.cc:
        headers.append(("Cc", mailboxes(letter.cc)))
    headers += [("Subject", words(letter.subject)), ("Message-ID", letter.message_id)]
    if letter.references:
        headers.append(("In-Reply-To", letter.references[-1]))
        headers.append(("References", "\n ".join(letter.references)))
    headers += [(name, words(value)) for name, value in letter.headers]
    return message(headers, letter.body)


def _transport(letter: Letter) -> list[tuple[str, str]]:
    """What the servers on the way wrote on top: envelope, Received lines, signatures."""
    sender = letter.author.address
    domain = sender.partition("@")[2]
    digest = hashlib.sha512(letter.message_id.encode()).digest()
    mark = digest.hex()[:12].upper()
    arrived = letter.when.astimezone(UTC) + timedelta(seconds=2 + digest[0] % 9)
    host = f"mail{digest[1] % 4 + 1}.{domain}"
    ip = _host_ip(domain)
    bh = base64.b64encode(hashlib.sha256(letter.body.content).digest()).decode()
    handed_over = (
        f"from {host} ({host} [{ip}])\n\tby mx.example.org (Postfix) with ESMTPS id {mark}\n\t"
        f"for <{OWNER.address}>; {format_datetime(arrived)}"
    )
    submitted = (
        f"from [192.0.2.{digest[2] % 250 + 1}] by {host} with ESMTPSA id {mark[::-1]};\n\t"
        f"{format_datetime(letter.when.astimezone(UTC))}"
    )
    checked = f"mx.example.org; dkim=pass header.d={domain};\n\tspf=pass smtp.mailfrom={domain}"
    signed = (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\n\t"
        f"h=from:to:subject:date:message-id; bh={bh};\n\tb={base64.b64encode(digest).decode()}"
    )
    return [
        ("Return-Path", f"<{sender if letter.envelope is None else letter.envelope}>"),
        ("Delivered-To", OWNER.address),
        ("Received", handed_over),
        ("Received", submitted),
        ("Authentication-Results", checked),
        ("DKIM-Signature", signed),
    ]


@lru_cache(maxsize=256)
def _host_ip(domain: str) -> str:
    """An address of TEST-NET-3, one a domain."""
    return f"203.0.113.{hashlib.sha256(domain.encode()).digest()[0] % 250 + 1}"
