"""Stages on the fake of Google: a mailbox read by the real client library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from fakes.google.account import Account
from fakes.google.server import FakeGoogle
from fakes.google.world import letter
from google_desk import api_of

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.google import gmail_fetch, gmail_letter, gmail_listing
from connectors.google.gmail import GmailSource
from connectors.google.gmail_push import PushedGmail

ANA: Final = "ana@example.com"
ZONE: Final = ZoneInfo("Europe/Lisbon")
_FIRST: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class GmailStage:
    """A mailbox. Its mails never change; "spoilt" is what the reader of mails takes for none."""

    def __init__(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
        self.google = google
        self.spoilt: set[bytes] = set()
        self.numbers: dict[str, int] = {}
        self.opened: list[GmailSource] = []
        monkeypatch.setattr(gmail_listing, "PAGE", 4)
        monkeypatch.setattr(gmail_fetch, "AT_ONCE", 3)
        real = read_mail

        def reads(head: bytes, *args: Any) -> Any:
            if any(spoilt in head for spoilt in self.spoilt):
                raise BadItem("", "it cannot be read")
            return real(head, *args)

        monkeypatch.setattr(gmail_letter, "read_mail", reads)

    @property
    def ana(self) -> Account:
        return self.google.account(ANA)

    def source(self) -> GmailSource:
        self.opened.append(GmailSource(api_of(self.google, ANA), zone=ZONE))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        raw = letter(
            "Bob <bob@example.org>",
            ANA,
            f"Number {number}",
            f"Olá, this is number {number}.\n",
            at=_FIRST + timedelta(days=number),
            message_id=f"<{number}@example.org>",
        )
        labels = ["SENT"] if number % 3 == 2 else ["INBOX", "UNREAD", "CATEGORY_PERSONAL"]
        with self.google.lock:
            found = self.ana.mailbox.deliver(raw, labels, at=_FIRST + timedelta(days=number))
        self.numbers[f"gmail//{found}"] = number
        return f"gmail//{found}"

    def edit(self, ref: str) -> bool:
        return False

    def remove(self, ref: str) -> None:
        with self.google.lock:
            self.ana.mailbox.delete(ref.removeprefix("gmail//"))

    def spoil(self, ref: str) -> None:
        self.spoilt.add(f"<{self.numbers[ref]}@example.org>".encode())

    def mend(self, ref: str) -> None:
        self.spoilt.clear()

    def vanish_when_fetched(self, ref: str) -> None:
        self.google.faults.meanwhile("gmail.users.messages.get", lambda: self.remove(ref))


class PushedStage(GmailStage):
    """The same, with a topic to which Gmail publishes, and a subscription for each source."""

    def __init__(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(google, monkeypatch)
        google.pubsub.hold = 5
        self.topic, _ = google.pubsub.add()

    def source(self) -> PushedGmail:
        pubsub, number = self.google.pubsub, len(self.opened)
        name = f"projects/fake/subscriptions/{number}"
        with self.google.lock:
            pubsub.topics[self.topic].append(name)
            pubsub.held[name] = []
        api = api_of(self.google, ANA)
        source = PushedGmail(api, topic=self.topic, subscription=name, zone=ZONE)
        self.opened.append(source)
        return source
