"""What is known of people: their facts in JSON."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_people import BEN, BOTH, CLEO, DORA, wrote
from acceptance_world import ANA, Home, at


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def by_address(home: Home, addr: str, now: str | None = None) -> dict[str, Any]:
    (found,) = [one for one in home.people(now) if addr in one["addresses"]]
    return found


def test_stages(home: Home) -> None:
    """Contact, acquaintance, connection: one-way, two-way, met."""
    home.mail(f"Ben <{BEN}>", ANA, at("2026-06-01T09:00"))
    home.mail(ANA, "Egon <egon@example.com>", at("2026-06-01T09:00"))
    wrote(home, CLEO, "Cleo")
    home.event(at("2026-06-01T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", DORA: "ACCEPTED"})
    home.once()
    assert {
        addr: by_address(home, addr)["stage"] for addr in (BEN, "egon@example.com", CLEO, DORA)
    } == {
        BEN: "contact",
        "egon@example.com": "contact",
        CLEO: "acquaintance",
        DORA: "connection",
    }


def test_silence_makes_dormant(home: Home) -> None:
    """A tie without a rhythm is dormant after 180 days of silence; time alone does it."""
    wrote(home, BEN, "Ben")
    home.once()
    last = at("2026-06-01T15:00")
    for days, stage in ((179, "acquaintance"), (181, "dormant")):
        assert by_address(home, BEN, (last + timedelta(days=days)).isoformat())["stage"] == stage


def test_strength(home: Home) -> None:
    """Strength is within 0 and 1, decays with time, and what the owner sends counts more."""
    home.mail(ANA, f"Ben <{BEN}>", at("2026-05-01T09:00"))
    wrote(home, CLEO, "Cleo", day="2026-05-01")
    wrote(home, DORA, "Dora", day="2026-05-01")
    home.mail(f"Dora <{DORA}>", ANA, at("2026-05-01T16:00"))
    home.mail(ANA, f"Cleo <{CLEO}>", at("2026-05-01T16:00"))
    home.once()
    ben, cleo, dora = (by_address(home, addr)["strength"] for addr in (BEN, CLEO, DORA))
    assert 0 < ben < dora < cleo < 1
    later = by_address(home, CLEO, "2026-12-01T09:00Z")["strength"]
    assert 0 < later < cleo


def test_counts(home: Home) -> None:
    """Every kind is counted, only what is real is, and two on one day are one day."""
    wrote(home, BEN, "Ben", day="2026-05-01")
    home.event(at("2026-05-01T18:00"), "Dinner", organizer=ANA, attendees=BOTH)
    home.event(at("2026-05-02T09:00"), "Phone call", organizer=ANA, attendees=BOTH)
    home.event(
        at("2026-05-03T09:00"),
        "Talk",
        organizer=ANA,
        attendees=BOTH,
        more=["LOCATION:https://zoom.us/j/123456"],
    )
    home.event(
        at("2026-05-04T09:00"), "Talk", organizer=ANA, attendees=BOTH, more=["STATUS:CANCELLED"]
    )
    home.event(at("2026-06-30T09:00"), "Talk", organizer=ANA, attendees=BOTH)
    home.once()
    (ben,) = home.people()
    assert ben["counts"]["sent"] == ben["counts"]["received"] == 1
    assert ben["counts"]["in_person"] == 1
    assert ben["counts"]["calls"] == 2
    assert ben["counts"]["days"] == 3
    assert at(ben["last_meeting"]) == at(ben["last_interaction"]) == at("2026-05-03T09:00")
    assert at(ben["next_meeting"]) == at("2026-06-30T09:00")


def online(home: Home, days: tuple[str, ...]) -> None:
    for day in days:
        wrote(home, BEN, "Ben", day=day)


def test_online_only(home: Home) -> None:
    """Five days of contact over sixty days without a meeting in person are an online tie."""
    online(home, ("2026-01-01", "2026-01-10", "2026-02-01", "2026-02-20"))
    home.once()
    assert home.people()[0]["online_only"] is False
    online(home, ("2026-03-02",))
    home.once()
    assert home.people()[0]["online_only"] is True
    home.event(at("2026-03-10T09:00"), "Lunch", organizer=ANA, attendees=BOTH)
    home.once()
    assert home.people()[0]["online_only"] is False


def test_online_needs_sixty_days(home: Home) -> None:
    """Five days within 59 days are too short to tell."""
    online(home, ("2026-01-01", "2026-01-10", "2026-02-01", "2026-02-20", "2026-03-01"))
    home.once()
    assert home.people()[0]["online_only"] is False


def test_wanted(home: Home) -> None:
    """Wanted: the owner wrote after meeting, organised the 1:1, or saved the card."""
    met = {ANA: "ACCEPTED"}
    home.event(
        at("2026-05-01T09:00"),
        organizer="egon@example.com",
        attendees=met | {"egon@example.com": "ACCEPTED"},
    )
    home.event(at("2026-05-02T09:00"), organizer=BEN, attendees=BOTH)
    home.mail(ANA, BEN, at("2026-05-03T09:00"))
    home.event(at("2026-05-04T09:00"), organizer=ANA, attendees=met | {CLEO: "ACCEPTED"})
    home.card("Dora Lind", DORA)
    home.once()
    wanted = {one["addresses"][0]: one["wanted"] for one in home.people()}
    assert wanted == {"egon@example.com": False, BEN: True, CLEO: True, DORA: True}


def test_colleagues(tmp_path: Path) -> None:
    """The owner's own domain makes a colleague, a free one does not, configuration does."""
    home = Home(
        tmp_path,
        addresses="ana@example.org, ana.silva.invented@gmail.com",
        more=f"colleagues: [{DORA}]\n",
    )
    for addr in ("egon@example.org", "egon.invented@gmail.com", BEN, DORA):
        wrote(home, addr, "")
    home.once()
    assert {one["addresses"][0]: one["colleague"] for one in home.people()} == {
        "egon@example.org": True,
        "egoninvented@gmail.com": False,
        BEN: False,
        DORA: True,
    }


def test_tier(tmp_path: Path) -> None:
    """The first tier that fits is shown; who fits none has none."""
    home = Home(tmp_path, rules="tiers.yaml")
    home.write(
        "tiers.yaml",
        f"""version: 1
tiers:
  - {{name: inner, people: [{BEN}], cadence: 14d}}
  - {{name: active, where: {{strength: {{above: 0.1}}}}, cadence: 45d}}
rules: []
""",
    )
    wrote(home, BEN, "Ben")
    wrote(home, CLEO, "Cleo")
    home.card("Dora Lind", DORA)
    home.once()
    tiers = {one["addresses"][0]: one["tier"] for one in home.people()}
    assert tiers == {BEN: "inner", CLEO: "active", DORA: None}


def test_the_order_of_arrival_changes_nothing(tmp_path: Path) -> None:
    """The same files, read in one run or file by file backwards, explain everybody alike."""
    whole, slow = Home(tmp_path / "whole"), Home(tmp_path / "slow")
    for home in (whole, slow):
        online(home, ("2026-01-01", "2026-02-01", "2026-04-01"))
        home.event(at("2026-02-03T09:00"), "Lunch", uid="lunch", organizer=ANA, attendees=BOTH)
        home.card("Ben Archer", BEN, DORA)
    whole.once()
    files = sorted(
        path for name in ("mail", "calendar", "contacts") for path in (slow.folder / name).iterdir()
    )
    held = [(path, path.read_bytes()) for path in files]
    for path in files:
        path.unlink()
    for path, data in reversed(held):
        path.write_bytes(data)
        slow.once()
    assert slow.people() == whole.people()
    for part in ("facts", "interactions", "signals"):
        assert slow.explain(BEN)[part] == whole.explain(BEN)[part]


def test_a_note_on_the_card_is_a_note_on_the_person(home: Home) -> None:
    """What the owner wrote into the address book counts, the lines that say what it is."""
    home.write(
        "contacts/ben.vcf",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ben\r\nFN:Ben Archer\r\n"
        f"EMAIL:{BEN}\r\nNOTE:Needs: a roofer\\nzanzibar-quokka\\nabout: sails\r\nEND:VCARD\r\n",
    )
    home.once()
    assert home.explain(BEN)["facts"]["notes"] == ["Needs: a roofer", "about: sails"]
    assert b"zanzibar" not in home.database.read_bytes()
