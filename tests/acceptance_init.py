"""A home folder as somebody lives in it, and `syncd init` on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from acceptance_world import NOW, Result, run
from unit.setup.homes import maildir, put

START = datetime.fromisoformat(NOW)
MEETING = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:{uid}
SUMMARY:{title}
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
ORGANIZER;CN=Ana Silva:mailto:ana@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org
ATTENDEE;CN={name};PARTSTAT=ACCEPTED:mailto:{addr}
END:VEVENT
END:VCALENDAR
"""
LETTER = """\
From: {author}
To: {to}
Subject: {subject}
Date: {date}
Message-ID: <{number}@example.org>

{body}
"""
ANA = "Ana Silva <ana@example.org>"


def lived_in(home: Path) -> Path:
    """Ana's home: six friends met lately or long ago, letters both ways, a question left open."""
    inbox, sent = home / "Maildir", home / "Maildir" / ".Sent"
    for folder in (inbox, sent):
        maildir(folder)
    number = 0
    for place, first in enumerate(("Ben", "Cleo", "Dora", "Emil", "Flora", "Gus")):
        addr = f"{first.lower()}@{first.lower()}.example.com"
        met = START - timedelta(days=1 + 2 * place)
        text = MEETING.format(
            uid=first, title=f"Coffee with {first}", start=met, end=met + timedelta(hours=1),
            name=f"{first} Archer", addr=addr,
        )  # fmt: skip
        put(home, {f".calendars/home/{first}.ics": text})
        for days in range(90, 90 - 10 * (place + 1), -10):
            for author, to, folder in (
                (ANA, addr, sent),
                (f"{first} Archer <{addr}>", ANA, inbox),
            ):
                number += 1
                moment = START - timedelta(days=days, minutes=number)
                letter = LETTER.format(
                    author=author, to=to, subject="Boats", date=format_datetime(moment),
                    number=number, body="A few words about boats.",
                )  # fmt: skip
                put(folder, {f"cur/17{number:08}.M1.host:2,S": letter})
    return home


def init(home: Path, *words: str) -> Result:
    zone = () if "--timezone" in words else ("--timezone", "Europe/Lisbon")
    return run("--now", NOW, "init", "--home", str(home), *zone, *words)
