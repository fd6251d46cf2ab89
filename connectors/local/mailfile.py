"""One mail in one file: what a Maildir and a folder of mails have in common."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.mime import FIRST_READ
from connectors.local.files import FULL_LIMIT, read_head
from connectors.records import Message, Observation

_OLDEST_NAME: Final = 315_532_800  # 1980: a smaller number in a name is no time


def mail_in(path: str, zone: ZoneInfo, oldest: datetime | None) -> tuple[Observation, ...]:
    """What the mail in a file says; nothing of one that is older than `oldest`.

    A mail that has no date is as old as its file. Raises OSError or `BadItem`.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        head = read_head(descriptor)
        # A short read was the whole file.
        whole = head if len(head) < FIRST_READ else b""

        def more() -> bytes:
            nonlocal whole
            if not whole:
                size = max(len(head), os.fstat(descriptor).st_size)
                whole = os.pread(descriptor, min(size, FULL_LIMIT), 0)
            return whole

        try:
            found = read_mail(head, more, zone)
        except BadItem:
            found = read_mail(head, more, zone, delivered(path))
    finally:
        os.close(descriptor)
    message = found[0]
    kept = oldest is None or not isinstance(message, Message) or message.at >= oldest
    return found if kept else ()


def delivered(path: str) -> datetime:
    """When the store says a mail came in: the older of its file's time and that in its name, which
    in a Maildir begins with it. Raises OSError."""
    seconds = os.stat(path).st_mtime
    head = os.path.basename(path).partition(".")[0]
    if head.isdecimal() and _OLDEST_NAME <= int(head) < seconds:
        seconds = float(head)
    return datetime.fromtimestamp(int(seconds), UTC)


def oldest_of(history: date | None) -> datetime | None:
    """The moment that `history:` means for mail."""
    return datetime.combine(history, time(), UTC) if history else None
