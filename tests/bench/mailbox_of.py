"""Write a seeded, invented Maildir of any size, shaped like a real one, for measurements."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

OWNER = "ana@example.org"
END = datetime(2026, 3, 1, tzinfo=UTC)
_TEXT = (
    "meeting plan budget coffee week please send report. thanks question team draft review. "
    "summer price contract visit train lunch project. update number answer idea paper."
)
_WORDS = tuple(_TEXT.split())


def write(folder: Path, messages: int, seed: int = 1) -> None:
    """`messages` mails in `folder`/Maildir: half from people, a quarter sent, a quarter bulk."""
    chance = random.Random(seed)
    inbox = folder / "Maildir" / "cur"
    for name in ("cur", "new", "tmp"):
        (folder / "Maildir" / name).mkdir(parents=True)
    people = [f"person{n}@place{n % 97}.example.com" for n in range(max(10, messages // 40))]
    last: dict[str, str] = {}
    for number in range(messages):
        # A few people write a lot, most write little.
        who = people[int(len(people) * chance.random() ** 3)]
        at = END - timedelta(minutes=5 * (messages - number))
        kind = chance.random()
        headers = [
            f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000",
            f"Message-ID: <m{number}@example.org>",
        ]
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
            headers += [
                f"Received: from relay{n}.example.net (relay{n}.example.net [192.0.2.{n + 1}]) "
                f"by mx.example.org; {at:%a, %d %b %Y %H:%M:%S} +0000"
                for n in range(4)
            ]
            headers.append("DKIM-Signature: v=1; a=rsa-sha256; b=" + "A1b2C3d4" * 40)
        if who in last and chance.random() < 0.5:
            headers.append(f"In-Reply-To: {last[who]}")
        last[who] = f"<m{number}@example.org>"
        headers.append("Subject: " + " ".join(chance.choices(_WORDS, k=4)))
        headers += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
        size = int(chance.lognormvariate(5, 1)) + 20
        body = " ".join(chance.choices(_WORDS, k=size))
        text = "\r\n".join(headers) + "\r\n\r\n" + body + "\r\n"
        (inbox / f"{number}.host:2,S").write_text(text)


def one_more(folder: Path, number: int) -> None:
    """One new mail, of somebody who writes a lot."""
    text = (
        f"From: Some Person <person0@place0.example.com>\r\nTo: {OWNER}\r\n"
        f"Date: {END:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <new{number}@example.org>\r\n"
        "Subject: One more\r\n\r\nCould you send me the report?\r\n"
    )
    (folder / "Maildir" / "new" / f"new{number}.host").write_text(text)
