"""A support module: letters, guests and a clock, for worlds in which the fake plays."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fakes.google.documents import Json

START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> datetime:
        """By `days=`, `hours=`, `seconds=` ...: what it shows then."""
        self.at += timedelta(**span)
        return self.at


def letter(
    sender: str,
    to: str,
    subject: str = "Hello",
    text: str = "Shall we meet?\n",
    *,
    at: datetime = START,
    message_id: str | None = None,
    answers: str | None = None,
    html: str | None = None,
    files: Sequence[tuple[str, bytes]] = (),
    **headers: str,
) -> bytes:
    """An invented mail. `answers`: the Message-ID of another one; names in `headers` are written
    with "_" for "-"."""
    named = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(at),
        "Message-ID": message_id or _message_id(sender, to, subject, at),
        **({"In-Reply-To": answers, "References": answers} if answers else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    whole = "".join(f"{name}: {value}\n" for name, value in named.items()) + f"\n{text}"
    if whole.isascii() and not html and not files:  # ten times as fast, for large mailboxes
        return whole.encode()
    mail = EmailMessage()
    for name, value in named.items():
        mail[name] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def _message_id(*about: object) -> str:
    return f"<{zlib.crc32(repr(about).encode()):08x}@example.org>"


def guests(*emails: str, status: str = "needsAction") -> list[Json]:
    """Attendees of an event."""
    return [{"email": one, "responseStatus": status} for one in emails]


def meet(code: str = "abc-defg-hij") -> Json:
    """The conferenceData of a call by Google Meet."""
    uri = f"https://meet.google.com/{code}"
    return {
        "conferenceId": code,
        "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
        "entryPoints": [{"entryPointType": "video", "uri": uri, "label": uri.partition("//")[2]}],
    }
