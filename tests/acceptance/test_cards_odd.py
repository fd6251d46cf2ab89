"""Cards and drafts where the world is untidy: what is no letter, who is known, what moved."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_world import ANA, Home
from errand_world import BEN, LATER, LETTER, MET, RULES, after_coffee, cards, config, drafts

SIGNED = """Hi Ana,

see you.

Best regards,
Ben Keller
Assistant to Zoe Quartz
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana met Ben this morning, and he wrote to her afterwards."""
    return after_coffee(tmp_path)


def test_what_nobody_wrote_is_not_answered(home: Home) -> None:
    """Nor read for a signature: out of office, an answer to an invitation, a newsletter. Nor is
    what went to all the world answered."""
    who, hours = f"Ben Keller <{BEN}>", iter(range(3, 9))

    def later(text: str, to: str | list[str] = ANA, **more: object) -> None:
        at = MET + timedelta(hours=next(hours) / 2)
        home.mail(who, to, at, text, **more)  # type: ignore[arg-type]  # by name

    other = "I am away.\n\nBest regards,\nBen Keller\nT +41 44 111 22 33\n"
    later(other, subject="Automatic reply: x", headers={"Auto-Submitted": "auto-replied"})
    later(other, subject="News", headers={"List-Unsubscribe": "<mailto:x@esp.example>"})
    later(other, subject="Accepted: Coffee", kind="text/calendar; method=REPLY")
    later("Minutes.\n", [f"p{n}@club.example" for n in range(12)], cc=[ANA])
    home.once()
    (card,) = cards(home)
    assert card.phones == ("+41 44 123 45 67",)
    (draft,) = drafts(home)
    assert draft["In-Reply-To"] == "<ben1@acme-robotics.example>"


def test_a_card_without_an_address_is_one_too(home: Home) -> None:
    """Who stands in the book by telephone alone, under their full name, gets no second card; the
    card of a company is nobody's."""

    def bare(kind: str, name: str) -> str:
        told = f"VERSION:4.0\nUID:u-{name}\nKIND:{kind}\nFN:{name}\nTEL:+41 44 1"
        return f"BEGIN:VCARD\n{told}\nEND:VCARD\n"

    home.write("contacts/org.vcf", bare("org", "Ben Keller"))
    home.write("contacts/eve.vcf", bare("individual", "Eve Keller"))
    home.configure(config(", cards: contacts/met/"))
    home.once()
    assert len(cards(home)) == 3
    (home.folder / "contacts/met").rename(home.folder / "away")
    (home.folder / "syncd.db").unlink()
    home.write("contacts/ben.vcf", bare("individual", "KELLER, Ben"))
    home.once()
    assert len(cards(home)) == 3


def test_whose_name_nobody_tells(tmp_path: Path) -> None:
    """Their address stands on the card as it is written, and is nobody's first name."""
    home, addr = Home(tmp_path, now="2026-03-10T18:00:00+00:00"), "Ben.K+met@gmail.com"
    home.write("rules.yaml", RULES)
    home.configure(config())
    home.event(MET, "Coffee", organizer=ANA, attendees={ANA: "ACCEPTED", addr: "ACCEPTED"})
    home.mail(addr, ANA, MET - timedelta(hours=2), "ok\n")
    home.mail(ANA, addr, MET - timedelta(hours=3), "ok?\n")
    home.once()
    (path,) = (tmp_path / "contacts").rglob("*.vcf")
    assert "EMAIL:Ben.K+met@gmail.com" in path.read_text()
    assert "N:;;;;" in path.read_text()
    (draft,) = drafts(home)
    assert draft["To"] == addr
    assert draft.get_content().startswith("Hi,\n")


def test_what_is_switched_off_is_no_trouble_any_more(home: Home) -> None:
    """What was refused may be taken by another account, and else is forgotten about."""
    home.write("Drafts/notes.txt", "no Maildir")
    home.write("contacts/met", "no folder")
    result = home.syncd("once")
    assert result.code == 1
    assert "met is no folder: name one for cards" in result.err
    other = "  - {name: b, kind: local, contacts: [b/], cards: b/}\n"
    (home.folder / "b").mkdir()
    home.configure(config("").replace("rules: [", f"{other}rules: ["))
    home.once(LATER)
    assert len(list((home.folder / "b").iterdir())) == 1
    status = home.syncd("status", "--json", now=LATER)
    assert status.code == 0
    assert status.json["errands"]["cards"] == {"added": 1, "waiting": 0}
    assert status.json["errands"]["drafts"] == {"added": 0, "waiting": 0}


def test_whoever_is_muted_is_no_trouble(home: Home) -> None:
    """What could not be left waits without a word, and is left once they are not muted."""
    home.write("Drafts/notes.txt", "no Maildir")
    assert home.syncd("once").code == 1
    assert home.syncd("mute", BEN).code == 0
    (home.folder / "Drafts/notes.txt").unlink()
    home.once(LATER)
    assert drafts(home) == []
    assert home.syncd("status", now=LATER).code == 0
    assert home.syncd("unmute", BEN).code == 0
    home.once("2026-03-11T10:00:00+00:00")
    assert len(drafts(home)) == 1


def test_forgetting_finds_a_card_that_was_moved(home: Home) -> None:
    """Within what is read; and what others' signatures say of whoever is forgotten goes."""
    home.once()
    (path,) = (home.folder / "contacts").rglob("*.vcf")
    path.rename(home.folder / "contacts" / "ben.vcf")
    home.once(LATER)
    assert home.syncd("forget", BEN, "--yes", now=LATER).code == 0
    assert cards(home) == []


def test_forgetting_reaches_the_fields_of_other_cards(tmp_path: Path) -> None:
    """A title may name somebody."""
    zoe = "zoe@acme-robotics.example"
    home = after_coffee(tmp_path)
    next((tmp_path / "mail").glob("0003*")).unlink()
    home.mail(f"Ben Keller <{BEN}>", ANA, MET + timedelta(hours=2), SIGNED)
    home.mail(f"Zoe Quartz <{zoe}>", ANA, MET + timedelta(hours=3), LETTER.replace("Ben", "Zoe"))
    home.once()
    (card,) = cards(home)
    assert card.title == "Assistant to Zoe Quartz"
    assert home.syncd("forget", zoe, "--yes", now=LATER).code == 0
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("syncd.db*"))
    assert b"Quartz" not in stored
    assert b"Keller" in stored
