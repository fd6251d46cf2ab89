"""Write a seeded, invented mailbox of any size, shaped like a real one, for measurements.

Half of the mails come from people, a quarter was sent, a quarter is bulk. Received mail has a
header of 3-5 KB (Received, DKIM, ARC); two thirds have an HTML alternative, every sixteenth an
attachment of 60 KB (median, lognormal), every fiftieth an invitation: 25 KB on average.
"""

from __future__ import annotations

import random
from base64 import encodebytes
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

OWNER = "ana@example.org"
END = datetime(2026, 3, 1, tzinfo=UTC)
_SYLLABLES = (
    "ba be bi co cu da de di fa fo ga ge la le li lo ma me mi na no pa pe ra re ri sa so ta"
)
_EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//bench//EN
{method}BEGIN:VEVENT
UID:{uid}@example.org
DTSTAMP:{stamp}
DTSTART:{start}
DTEND:{end}
SUMMARY:{title}
ORGANIZER;CN=Ana Silva:mailto:ana@example.org
ATTENDEE;CN=Ana Silva;PARTSTAT=ACCEPTED:mailto:ana@example.org
ATTENDEE;CN=Some Person;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:{who}
DESCRIPTION:{text}
END:VEVENT
END:VCALENDAR
"""


class Mailbox:
    """The mails, one after the other; the same for the same numbers."""

    def __init__(self, messages: int, seed: int = 1) -> None:
        self._messages = messages
        self._chance = random.Random(seed)
        chance = self._chance
        # Few words are frequent and most are rare (Zipf), which is what an index works for.
        syllables = _SYLLABLES.split()
        self._words = [
            "".join(chance.choices(syllables, k=chance.randint(1, 5))) for _ in range(30_000)
        ]
        weights = [1 / rank for rank in range(1, len(self._words) + 1)]
        words = iter(chance.choices(self._words, weights, k=220_000))
        lines = [" ".join(next(words) for _ in range(11)) for _ in range(20_000)]
        self._text = "\n".join(lines)
        self._html = "\n".join(f'<p style="margin:0 0 12px 0"><b>{line}</b></p>' for line in lines)
        self._base64 = encodebytes(chance.randbytes(6 << 20)).decode()
        self._people = [
            f"person{n}@place{n % 97}.example.com" for n in range(max(10, messages // 40))
        ]
        self._last: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        return (self._mail(number) for number in range(self._messages))

    def _mail(self, number: int) -> str:
        chance = self._chance
        # A few people write a lot, most write little.
        who = self._people[int(len(self._people) * chance.random() ** 3)]
        at = END - timedelta(minutes=5 * (self._messages - number))
        date = f"{at:%a, %d %b %Y %H:%M:%S} +0000"
        kind = chance.random()
        headers = [f"Date: {date}", f"Message-ID: <m{number}.{chance.random()}@example.org>"]
        if kind < 0.25:
            headers += [f"From: Ana Silva <{OWNER}>", f"To: {who}"]
        elif kind < 0.5:
            headers += [
                f"From: Shop <news@shop{number % 40}.example.net>",
                f"To: {OWNER}",
                "List-Unsubscribe: <https://shop.example.net/u>",
                "Precedence: bulk",
            ]
        else:
            headers += [f"From: Some Person <{who}>", f"To: Ana Silva <{OWNER}>"]
        if kind >= 0.25:
            headers = [*self._trace(date), *headers]
        if who in self._last and chance.random() < 0.5:
            headers.append(f"In-Reply-To: {self._last[who]}")
            headers.append(f"References: {self._last[who]}")
        self._last[who] = headers[[h[:11] for h in headers].index("Message-ID:")][12:]
        headers.append("Subject: " + " ".join(chance.choices(self._words, k=4)))
        kind_of_body, body = self._body(number, who, at)
        headers += ["MIME-Version: 1.0", f"Content-Type: {kind_of_body}"]
        return "\n".join(headers) + "\n\n" + body + "\n"

    def _trace(self, date: str) -> list[str]:
        lines = [
            f"Received: from relay{n}.example.net (relay{n}.example.net [192.0.2.{n + 1}])\n"
            f"\tby mx.example.org (Postfix) with ESMTPS id {self._random(12)}\n"
            f"\tfor <{OWNER}>; {date}"
            for n in range(self._chance.randint(2, 5))
        ]
        lines.append(f"DKIM-Signature: v=1; a=rsa-sha256; d=example.net; b={self._folded(344)}")
        if self._chance.random() < 0.7:
            lines.append(f"ARC-Message-Signature: i=1; a=rsa-sha256;\n\tb={self._folded(344)}")
            lines.append(f"ARC-Seal: i=1; a=rsa-sha256; cv=none;\n\tb={self._folded(344)}")
        if self._chance.random() < 0.5:
            size = self._chance.randint(400, 2400)
            lines.append(f"X-Antispam-Message-Info:\n\t{self._folded(size)}")
        lines.append("Authentication-Results: mx.example.org; dkim=pass; spf=pass; dmarc=pass")
        return lines

    def _body(self, number: int, who: str, at: datetime) -> tuple[str, str]:
        chance = self._chance
        text = self._cut(self._text, int(1200 * chance.lognormvariate(0, 1)))
        if chance.random() > 0.7:
            return "text/plain; charset=utf-8", text
        parts = [
            ("text/plain; charset=utf-8", text),
            ("text/html; charset=utf-8", self._cut(self._html, self._size(8000, 0.9))),
        ]
        if chance.random() < 0.03:
            kind = "text/calendar; charset=utf-8; method=REQUEST"
            parts.append((kind, event(number, who, at, "METHOD:REQUEST\n")))
        kind_of_body, body = _multipart("alternative", f"alt{number}", parts)
        if chance.random() < 0.1:
            file = self._cut(self._base64, min(self._size(60_000, 1.3), 8 << 20))
            kind = 'application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64'
            parts = [(kind_of_body, body), (kind, file)]
            return _multipart("mixed", f"mix{number}", parts)
        return kind_of_body, body

    def _size(self, median: int, sigma: float) -> int:
        return int(median * self._chance.lognormvariate(0, sigma))

    def _cut(self, pool: str, size: int) -> str:
        start = self._chance.randrange(max(1, len(pool) - size))
        return pool[pool.find("\n", start) + 1 : start + size]

    def _random(self, size: int) -> str:
        return self._cut(self._base64, size + 100).replace("\n", "A")[:size]

    def _folded(self, size: int) -> str:
        text = self._random(size)
        return "\n\t".join(text[at : at + 68] for at in range(0, size, 68))


def _multipart(kind: str, boundary: str, parts: list[tuple[str, str]]) -> tuple[str, str]:
    body = "".join(f"--{boundary}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return f'multipart/{kind}; boundary="{boundary}"', f"{body}--{boundary}--\n"


def event(number: int, who: str, at: datetime, method: str = "") -> str:
    """One meeting with one person, as a calendar."""
    return _EVENT.format(
        method=method,
        uid=f"e{number}",
        stamp=f"{at:%Y%m%dT%H%M%SZ}",
        start=f"{at:%Y%m%dT%H%M%SZ}",
        end=f"{at + timedelta(minutes=30):%Y%m%dT%H%M%SZ}",
        title=f"Meeting {number}",
        who=who,
        text="Let us talk about the plan. " * 8,
    )


def write_maildir(folder: Path, messages: int) -> None:
    """`folder`/cur with that many mails."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, mail in enumerate(Mailbox(messages)):
        (folder / "cur" / f"{1700000000 + number}.M{number}P1.host:2,S").write_text(mail)


def write_mbox(path: Path, messages: int) -> None:
    """The same mails in one file (mboxrd: no line of them begins with "From ")."""
    with path.open("w") as file:
        for mail in Mailbox(messages):
            file.write(f"From someone@example.org Sun Mar  1 00:00:00 2026\n{mail}\n")


def write_calendar(folder: Path, events: int) -> None:
    """A folder with that many meetings, one a file."""
    folder.mkdir(parents=True)
    for number in range(events):
        at = END - timedelta(hours=number)
        who = f"person{number % 400}@place{number % 97}.example.com"
        (folder / f"{number}.ics").write_text(event(number, who, at).replace("\n", "\r\n"))


def one_more(maildir: Path, number: int) -> None:
    """One new mail, of somebody who writes a lot."""
    text = (
        f"From: Some Person <person0@place0.example.com>\r\nTo: {OWNER}\r\n"
        f"Date: {END:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <new{number}@example.org>\r\n"
        "Subject: One more\r\n\r\nCould you send me the report?\r\n"
    )
    (maildir / "new" / f"new{number}.host").write_text(text)
