"""A card for somebody who was just met, and a draft of a thank-you: where that is switched on."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from errand_world import (
    BEN,
    LATER,
    after_coffee,
    cards,
    config,
    drafts,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana met Ben this morning, and he wrote to her afterwards."""
    return after_coffee(tmp_path)


def test_both_come_once_and_say_what_is_known(home: Home) -> None:
    """The card holds what the signature says, the draft answers the mail in its language; another
    run adds nothing, `status` counts them and `explain` shows them."""
    assert home.syncd("once", "--json").json["cards"] == 1
    (card,) = cards(home)
    assert (card.name, card.addrs, card.title) == ("Ben Keller", (BEN,), "CTO")
    assert (card.organisation, card.phones) == ("Acme Robotics Ltd", ("+41 44 123 45 67",))
    assert card.categories == ("Met through mail",)
    (draft,) = drafts(home)
    assert (draft["Subject"], draft["From"]) == ("Re: Kaffee", f"Ana Silva <{ANA}>")
    assert draft["To"] == f"Ben Keller <{BEN}>"
    assert draft["In-Reply-To"] == draft["References"] == "<ben1@acme-robotics.example>"
    assert draft.get_content().startswith("Hallo Ben,\n\nvielen Dank")
    again = home.syncd("once", "--json", now=LATER).json
    assert (again["cards"], again["drafts"]) == (0, 0)
    assert (len(cards(home)), len(drafts(home))) == (1, 1)
    told = home.status(LATER)["errands"]
    assert told["cards"] == told["drafts"] == {"added": 1, "waiting": 0}
    (task,) = home.syncd("tasks", "--json", now=LATER).json
    beside = home.syncd("explain", task["key"], "--json", now=LATER).json["errands"]
    assert [one["op"] for one in beside] == ["card", "draft"]
    assert beside[0]["card"]["uid"] == card.uid
    shown = home.syncd("explain", task["key"], now=LATER).out
    assert "Their card (added, home: contacts//met/" in shown


def test_our_card_is_not_the_owners_word(home: Home) -> None:
    """A card that syncd added is none that the owner saved: nobody is `wanted` for it, or called by
    it. What the owner writes into it counts all the same."""
    for path in (*home.folder.glob("mail/*"), *home.folder.glob("calendar/*")):
        path.unlink()
    home.event(at("2026-03-10T10:00"), organizer=BEN, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.once()
    (path,) = (home.folder / "contacts").rglob("*.vcf")
    path.write_text(path.read_text().replace("FN:", "NOTE:needs: a lawyer\nFN:The "))
    home.once(LATER)
    (ben,) = home.people(LATER)
    assert (ben["wanted"], ben["name"].startswith("The")) == (False, False)
    exported = home.folder / "ben.json"
    assert home.syncd("export", BEN, "--output", str(exported), now=LATER).code == 0
    assert "needs: a lawyer" in exported.read_text()
    assert '"errand"' in exported.read_text()


def test_nothing_is_written_unless_it_is_switched_on(home: Home) -> None:
    """Off by default; and once it is, whoever was met in the last days gets both."""
    home.configure(config(""))
    home.once()
    assert (cards(home), drafts(home)) == ([], [])
    home.configure(config())
    home.once(LATER)
    assert (len(cards(home)), len(drafts(home))) == (1, 1)


@pytest.mark.parametrize("how", ["preview", "pause", "mute"])
def test_off_switches_hold(home: Home, how: str) -> None:
    """In a preview, in a pause, and about whoever is muted nothing is added; afterwards it is."""
    if how == "preview":
        home.configure(config() + "mode: preview\n")
    elif how == "pause":
        assert home.syncd("pause", "--until", "2026-03-12").code == 0
    else:
        home.configure(config(""))
        home.once()
        assert home.syncd("mute", BEN).code == 0
        home.configure(config())
    home.once()
    assert (cards(home), drafts(home)) == ([], [])
    end = {"preview": ("enable",), "pause": ("resume",), "mute": ("unmute", BEN)}[how]
    assert home.syncd(*end).code == 0
    home.once(LATER)
    assert (len(cards(home)), len(drafts(home))) == (1, 1)


def test_who_is_in_a_book_gets_no_second_card(home: Home) -> None:
    """Their card is the owner's, and stays as it is; the draft comes all the same."""
    path = home.card("Ben K.", BEN)
    before = path.read_bytes()
    home.once()
    assert [card.name for card in cards(home)] == ["Ben K."]
    assert path.read_bytes() == before
    assert len(drafts(home)) == 1


def test_what_the_owner_deletes_stays_deleted(home: Home) -> None:
    """A card or a draft that is gone is not written once more."""
    home.once()
    for path in (*(home.folder / "contacts").rglob("*.vcf"), *home.folder.glob("Drafts/cur/*")):
        path.unlink()
    home.once(LATER)
    assert (cards(home), drafts(home)) == ([], [])


def test_whoever_was_thanked_needs_no_draft(home: Home) -> None:
    """The card is added all the same: they were met."""
    home.configure(config(""))
    home.once()
    home.mail(ANA, BEN, at("2026-03-10T20:00"), "Thank you!\n")
    home.configure(config())
    home.once(LATER)
    assert (len(cards(home)), drafts(home)) == (1, [])


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(home: Home) -> None:
    """Exit code 1, the words in `status`, and nothing lost once it can."""
    home.write("Drafts/notes.txt", "no Maildir")
    result = home.syncd("once")
    assert result.code == 1
    assert "home: drafts: " in result.err
    assert "is no Maildir" in result.err
    assert len(cards(home)) == 1
    status = home.syncd("status", "--json")
    assert status.code == 1
    (trouble,) = status.json["errands"]["troubles"]
    assert trouble["op"] == "draft"
    assert "Not added: the draft of" in home.syncd("status").out
    (home.folder / "Drafts/notes.txt").unlink()
    home.once(LATER)
    assert len(drafts(home)) == 1
    assert home.syncd("status", now=LATER).code == 0


def test_forgetting_deletes_the_card_that_was_added(home: Home) -> None:
    """Now or, while its folder is away, later: then `forget` ends with 1, and the next run goes on.
    It does not come back; drafts are the owner's mailbox, which is not reached."""
    home.once()
    met = home.folder / "contacts" / "met"
    met.rename(home.folder / "away")
    result = home.syncd("forget", BEN, "--yes", "--json", now=LATER)
    assert result.code == 1
    (left,) = result.json["pending"]
    assert (left["op"], left["account"]) == ("card", "home")
    assert "card syncd-card-" in home.syncd("status", now=LATER).out
    (home.folder / "away").rename(met)
    home.once(LATER)
    home.once(LATER)
    assert (cards(home), len(drafts(home))) == ([], 1)
    assert home.status(LATER)["forgetting"] == []
    stored = b"".join(path.read_bytes() for path in home.folder.glob("syncd.db*"))
    assert b"acme-robotics" not in stored
    assert b"Keller" not in stored


def test_a_card_that_the_owner_wrote_in_is_asked_about(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And kept where they want to."""
    home.once()
    (path,) = (home.folder / "contacts").rglob("*.vcf")
    path.write_text(path.read_text().replace("TITLE:CTO", "TITLE:Friend"))
    home.once(LATER)
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return len(asked) == 1

    monkeypatch.setattr("typer.confirm", confirm)
    result = home.syncd("forget", BEN, now=LATER)
    assert result.code == 0
    assert asked[1:] == ["You wrote in the card of 'Ben Keller'. Delete it as well?"]
    assert "Left in your address book: card syncd-card-" in result.out
    assert [card.title for card in cards(home)] == ["Friend"]


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("{name: a, kind: local, mail: [mail/], cards: true}", "write the folder"),
        ("{name: a, kind: imap, host: mail.example.org, user: ana, cards: true}", "is for kind"),
        ("{name: a, kind: caldav, url: 'https://d.example.org', drafts: true}", "is for kind"),
        ("{name: a, kind: caldav, url: 'https://d.example.org', cards: a/b}", "the name of one"),
    ],
)
def test_what_an_account_cannot_do_is_refused(home: Home, account: str, words: str) -> None:
    """With words that say what to write instead."""
    text = config("")
    home.configure(text.replace("rules: [", f"  - {account}\nrules: ["))
    result = home.syncd("check")
    assert result.code == 78
    assert words in result.out + result.err


def test_a_draft_waits_no_longer_than_its_task(home: Home) -> None:
    """What could not be left before the owner wrote is not left afterwards."""
    home.write("Drafts/notes.txt", "no Maildir")
    assert home.syncd("once").code == 1
    home.mail(ANA, BEN, at("2026-03-10T20:00"), "Thank you!\n")
    (home.folder / "Drafts/notes.txt").unlink()
    home.once(LATER)
    assert drafts(home) == []
    assert home.syncd("status", now=LATER).code == 0
