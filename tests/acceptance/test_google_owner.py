"""Who the owner is, where Google knows: under an alias, by the login, in calendars of several."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import letter
from google_home import ANA, DAY, HOUR, GoogleHome, google_home, guest

__all__ = ["clock", "google"]

ALIAS = "asilva@example.com"
BEN = "ben@example.org"


@pytest.fixture
def home(tmp_path: Path, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> GoogleHome:
    """Ana, signed in. It is 2 November 2026."""
    home = google_home(tmp_path, google, monkeypatch)
    assert home.syncd("login").code == 0
    return home


def test_invited_under_an_alias(home: GoogleHome) -> None:
    """Whom Google calls oneself in one's own calendar is the owner, whatever address was invited:
    their answer is the owner's, what they organise is the owner's, and nobody else was there."""
    mine = {"email": ALIAS, "displayName": "Ana Silva", "self": True}
    ben = {"email": BEN}
    home.meets("Lunch", DAY, guest(BEN), guest(ALIAS, self=True), organizer=ben)
    home.meets("Call", 2 * DAY, guest(BEN), guest(ALIAS, "declined", self=True), organizer=ben)
    home.meets("Tea", 3 * DAY, guest(BEN), organizer=mine)
    # The answer at her other address is older than the one that Google holds for hers.
    both = (guest(ANA, "needsAction"), guest(ALIAS, self=True), guest(BEN))
    home.meets("Walk", 4 * DAY, *both, organizer=ben)
    home.once()
    assert home.found(BEN) == [
        ("yes", "meeting:both-accepted meeting:one-to-one"),
        ("yes", "meeting:organiser-implied meeting:one-to-one"),
        ("no", "meeting:owner-declined"),
        ("yes", "meeting:both-accepted meeting:one-to-one"),
    ]
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    aliases = home.status()["aliases"]
    assert aliases == [{"address": ALIAS, "reasons": ["alias:own-calendar"]}]
    assert "you, in your calendar" in home.syncd("status").out


def test_an_alias_of_somebody_else(home: GoogleHome) -> None:
    """Of a colleague's calendar `self` is the colleague; and what is called by another name, or is
    no human's, is not taken for the owner everywhere."""
    day = home.google.account(ANA).calendars.add("ola@example.com", "Ola")
    ola = guest("o.lund@example.com", self=True, displayName="Ola Lund")
    home.meets("Ola and Ben", DAY, ola, guest(BEN), organizer={"email": BEN}, into=day)
    team = guest("sales.team@example.com", self=True, displayName="Sales Team")
    home.meets("Pitch", 2 * DAY, team, guest(BEN), organizer={"email": BEN})
    desk = guest("info@example.com", self=True)
    home.meets("Visit", 3 * DAY, desk, guest(BEN), organizer={"email": BEN})
    home.once()
    assert home.status()["aliases"] == []
    assert [real for real, _ in home.found(BEN)] == ["yes", "yes", "unknown"]


@pytest.mark.parametrize(("role", "not_mine"), [("own", ""), ("shared", ""), ("own", ANA)])
def test_the_login_is_the_owners(home: GoogleHome, role: str, not_mine: str) -> None:
    """Mail from the address that signs in to one's own account is one's own, though the
    configuration lists another address, and one's own calendar is one's own; not in an account
    that is shared, and not where the owner says that the address is none of theirs."""
    own = role == "own" and not not_mine
    more = f"not_mine: [{not_mine}]" if not_mine else ""
    home.set(f"role: {role}", addresses="ana@silva.example", owner=more)
    mailbox = home.google.account(ANA).mailbox
    asked = letter(BEN, ANA, "Hello?", message_id="<1@example.org>")
    mailbox.deliver(asked)
    mailbox.deliver(letter(f"Ana <{ANA}>", BEN, "Re: Hello?", answers="<1@example.org>"), ["SENT"])
    home.meets("Lunch", DAY, guest(ANA, self=True), guest(BEN), organizer={"email": BEN})
    home.once()
    assert (ANA in home.syncd("check").out.replace(f"{ANA} at Google", "")) is own
    people = {one["addresses"][0]: one for one in home.people()}
    assert (ANA in people) is bool(not_mine)  # a shared mailbox is nobody's
    assert (home.found(BEN)[0][0] == "yes") is own
    if own:
        assert people[BEN]["counts"]["sent"] == people[BEN]["counts"]["received"] == 1


def test_notes_in_a_calendar_of_several(home: GoogleHome) -> None:
    """In a calendar that the owner made and others write into, their notes are theirs; the owner's
    are the owner's, and so is whatever stands in the owner's own calendar."""
    several = home.google.account(ANA).calendars.add(
        "family@group.calendar.google.com", "Family", accessRole="owner"
    )
    mailbox = home.google.account(ANA).mailbox
    for who in (BEN, "cleo@example.org", "dora@example.org"):
        mailbox.deliver(letter(ANA, f"{who.partition('@')[0].title()} <{who}>", "Hello"), ["SENT"])
    tom = {"email": "tom@example.net"}
    home.meets("Coffee with Ben", DAY, creator=tom, into=several)
    home.meets("Coffee with Cleo", DAY + 3 * HOUR, creator={"email": ANA}, into=several)
    home.meets("Coffee with Dora", 2 * DAY, creator=tom)
    home.once()
    assert home.found(BEN) == []
    assert home.found("cleo@example.org") == [("yes", "meeting:named-in-title")]
    assert home.found("dora@example.org") == [("yes", "meeting:named-in-title")]
