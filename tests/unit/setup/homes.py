"""Invented home folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MAIL = "From: {author}\nTo: {to}\nSubject: Hello\nDate: Mon, 02 Mar 2026 09:00:00 +0000\n\nHello\n"
EVENT = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:{uid}\nDTSTART:20260302T100000Z\n"
    "SUMMARY:Coffee\nEND:VEVENT\nEND:VCALENDAR\n"
)
TODO = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTODO\nUID:{uid}\nEND:VTODO\nEND:VCALENDAR\n"
CARD = "BEGIN:VCARD\nVERSION:4.0\nFN:Ben Archer\nEND:VCARD\n"


def put(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder; a name that ends in / is an empty folder."""
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def maildir(root: Path, *mails: tuple[str, str]) -> Path:
    """A Maildir with mails, each an author and a recipient."""
    put(root, {"cur/": "", "new/": "", "tmp/": ""})
    for number, (author, to) in enumerate(mails):
        text = MAIL.format(author=author, to=to)
        put(root, {f"cur/17{number:08}.M1P1.host:2,S": text})
    return root


def mbox(*mails: tuple[str, str]) -> str:
    """An mbox with mails, each an author and a recipient."""
    return "".join(
        "From someone Mon Mar  2 09:00:00 2026\n" + MAIL.format(author=author, to=to) + "\n"
        for author, to in mails
    )
