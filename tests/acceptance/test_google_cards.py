"""A card goes into Google Contacts and a draft into Gmail, once each."""

from __future__ import annotations

import email.policy
from email import message_from_bytes
from pathlib import Path

import pytest
from errand_world import LETTER, RULES
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from google_home import DAY, HOUR, GoogleHome, google_home, guest

__all__ = ["clock", "google"]
ANA, BEN = "Ana Silva <ana@example.com>", "Ben Keller <ben@acme-robotics.example>"


@pytest.fixture
def home(tmp_path: Path, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> GoogleHome:
    """Ana met Ben, and he wrote to her afterwards."""
    home = google_home(tmp_path, google, monkeypatch)
    home.set("cards: true, drafts: true")
    home.configure(home.config.read_text().replace("none.yaml", "mine.yaml"))
    home.write("mine.yaml", RULES)
    box = google.account("ana@example.com").mailbox
    at = google.now()
    box.deliver(letter(ANA, BEN, "Coffee", at=at - DAY))
    yes = (guest("ana@example.com", self=True), guest("ben@acme-robotics.example"))
    home.meets("Coffee", 4 * HOUR, *yes)
    box.deliver(letter(BEN, ANA, "Kaffee", LETTER, at=at - HOUR))
    assert home.syncd("login").code == 0
    return home


def test_both_come_once(home: GoogleHome, google: FakeGoogle, clock: Clock) -> None:
    """With what the signature says, and in the thread of what it answers; the card goes with
    whoever is forgotten, and nothing was sent."""
    account = google.account("ana@example.com")
    for _ in range(2):
        home.once(clock().isoformat())
        clock.advance(minutes=5)
    (contact,) = [one for one in account.contacts.connections.all.values() if not one.deleted]
    assert [one["value"] for one in contact.body["phoneNumbers"]] == ["+41 44 123 45 67"]
    (draft,) = account.mailbox.drafts.values()
    left = account.mailbox.letters[draft.message]
    found = message_from_bytes(left.raw, policy=email.policy.default)
    assert (found["Subject"], found["To"]) == ("Re: Kaffee", BEN)
    before = len(account.mailbox.letters)
    who = "ben@acme-robotics.example"
    assert home.syncd("forget", who, "--yes", now=clock().isoformat()).code == 0
    assert contact.deleted
    assert (len(account.mailbox.letters), len(account.mailbox.drafts)) == (before, 1)
