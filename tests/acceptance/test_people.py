"""Who is who, seen from the command line: people by address and card."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_people import BEN, BOTH, CLEO, DORA, wrote
from acceptance_world import ANA, Home, at


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_card_joins_its_addresses(home: Home) -> None:
    """Two addresses on one card are one person, under the card's name, with all that happened."""
    wrote(home, BEN, "ben a.")
    wrote(home, DORA, "")
    home.card("Benedict Archer", BEN, DORA)
    home.once()
    (ben,) = home.people()
    assert ben["name"] == "Benedict Archer"
    assert ben["addresses"] == [BEN, DORA]
    assert (ben["counts"]["sent"], ben["counts"]["received"]) == (2, 2)
    assert home.explain(BEN)["person"] == home.explain(DORA)["person"]


def test_a_join_can_be_undone(home: Home) -> None:
    """When the card that joined two addresses is gone, they are two people again."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Dora Lind")
    card = home.card("Ben Archer", BEN, DORA)
    home.once()
    assert len(home.people()) == 1
    card.unlink()
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN], [DORA]]
    assert {one["counts"]["sent"] for one in home.people()} == {1}


def test_a_card_that_comes_late_joins_as_well(home: Home) -> None:
    """Who is one person does not depend on what was read first."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Ben A.")
    home.once()
    assert len(home.people()) == 2
    home.card("Ben Archer", BEN, DORA)
    home.once()
    (ben,) = home.people()
    assert ben["counts"]["days"] == 1


def test_cards_chain(home: Home) -> None:
    """Cards that share an address join all of theirs."""
    wrote(home, BEN, "Ben Archer")
    home.card("Ben Archer", BEN, DORA)
    home.card("Ben Archer", DORA, CLEO)
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN, CLEO, DORA]]


def test_a_familys_address_joins_nobody(home: Home) -> None:
    """An address on the cards of two people is no proof that they are one."""
    home.card("Ben Archer", BEN, "family@example.org")
    home.card("Cleo Archer", CLEO, "family@example.org")
    home.once()
    assert not any({BEN, CLEO} <= set(one["addresses"]) for one in home.people())


def test_equal_names_alone_join_nobody(home: Home) -> None:
    """Two addresses under the same full name stay two people without further evidence."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Ben Archer")
    home.once()
    assert len(home.people()) == 2


def test_spellings_are_one_address(home: Home) -> None:
    """Case, plus-tags and the dots of Gmail make no other person."""
    home.mail(ANA, "Ben <ben@example.com>", at("2026-06-01T09:00"))
    home.mail("Ben <BEN+Lists@Example.COM>", ANA, at("2026-06-02T09:00"))
    home.mail(ANA, "Cleo <cleo.invented.person@gmail.com>", at("2026-06-01T10:00"))
    home.mail("Cleo <cleoinventedperson+x@googlemail.com>", ANA, at("2026-06-02T10:00"))
    home.once()
    assert [one["addresses"] for one in home.people()] == [
        ["cleoinventedperson@gmail.com"],
        [BEN],
    ]
    assert home.explain("Ben+Other@EXAMPLE.com")["person"]["addresses"] == [BEN]


def test_the_owner_is_nobody_of_theirs(home: Home) -> None:
    """The owner is in no list of people, whatever card or meeting they stand in."""
    home.card("Ana Silva", ANA)
    home.event(at("2026-06-01T09:00"), organizer=ANA, attendees=BOTH)
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    assert ANA not in home.everything()


def test_a_card_alone_is_a_contact(home: Home) -> None:
    """Who only has a card is listed, as a contact without any interaction."""
    home.card("Ben Archer", BEN)
    home.once()
    (ben,) = home.people()
    assert (ben["stage"], ben["strength"], ben["last_interaction"]) == ("contact", 0.0, None)
    assert home.explain(BEN)["interactions"] == []


def test_a_cards_changed_name_is_shown(home: Home) -> None:
    """A card that was edited renames its person."""
    card = home.card("Ben Archer", BEN)
    home.once()
    card.write_text(card.read_text().replace("Ben Archer", "Ben Norwood"))
    home.once()
    assert home.people()[0]["name"] == "Ben Norwood"


def test_names_come_from_mail(home: Home) -> None:
    """Without a card people are called what they call themselves, else by their address."""
    wrote(home, BEN, "Ben Archer")
    home.mail(ANA, "kaspar.ekholm@example.net", at("2026-06-02T09:00"))
    home.once()
    assert {one["name"] for one in home.people()} == {"Ben Archer", "Kaspar Ekholm"}


def test_an_id_never_changes(home: Home) -> None:
    """A person keeps their id when more is known of them."""
    wrote(home, BEN, "Ben Archer")
    home.once()
    before = home.people()[0]["id"]
    home.card("Ben Archer", BEN, DORA)
    home.event(at("2026-06-03T09:00"), organizer=ANA, attendees=BOTH)
    home.once()
    assert home.people()[0]["id"] == before


def test_a_message_that_disappears_remains(home: Home) -> None:
    """A mail that is deleted or moved away was still written."""
    wrote(home, BEN, "Ben")
    home.once()
    before = home.people()
    for path in (home.folder / "mail").iterdir():
        path.unlink()
    home.once()
    assert home.people() == before
    assert [one["real"] for one in home.interactions(BEN)] == ["yes", "yes"]


def test_a_mail_that_moves_stays_one(home: Home) -> None:
    """A mail that is filed in another folder is the same mail."""
    wrote(home, BEN, "Ben")
    home.once()
    (home.folder / "mail/archive").mkdir()
    for path in sorted((home.folder / "mail").glob("*.eml")):
        path.rename(home.folder / "mail/archive" / path.name)
    home.once()
    assert len(home.interactions(BEN)) == 2


def test_maildir(home: Home) -> None:
    """A Maildir with sub-folders is read, and a flag that changes is no new mail."""
    for sub in ("cur", "new", "tmp", ".Archive/cur", ".Archive/new", ".Archive/tmp"):
        (home.folder / "Maildir" / sub).mkdir(parents=True)
    home.configure(home.config.read_text().replace("[mail/]", "[Maildir]"))
    wrote(home, BEN, "Ben")
    mails = sorted((home.folder / "mail").iterdir())
    mails[0].rename(home.folder / "Maildir/.Archive/cur/1.example:2,S")
    mails[1].rename(home.folder / "Maildir/new/2.example")
    home.once()
    assert len(home.interactions(BEN)) == 2
    (home.folder / "Maildir/new/2.example").rename(home.folder / "Maildir/cur/2.example:2,RS")
    home.once()
    (_, second) = home.interactions(BEN)
    assert len(second["evidence"]) == 1


@pytest.fixture
def ignoring(tmp_path: Path) -> Home:
    """Ana ignores a domain, an address, and everybody at another host."""
    home = Home(tmp_path, more='ignore: [example.net, cleo@example.com, "*@lists.example.org"]\n')
    for addr in (BEN, CLEO, DORA, "egon@sub.example.net", "frida@lists.example.org"):
        wrote(home, addr, addr.split("@")[0].title())
        home.card(addr.split("@")[0].title() + " Carded", addr)
        home.event(
            at("2026-06-01T09:00"),
            "Talk " + addr,
            organizer=addr,
            attendees={ANA: "ACCEPTED", addr: "ACCEPTED"},
        )
    return home


def test_what_is_ignored_is_never_stored(ignoring: Home) -> None:
    """Addresses, domains and lists in `ignore:` leave nothing in the state, not even an address."""
    ignoring.once()
    assert [one["addresses"] for one in ignoring.people()] == [[BEN]]
    assert set(ignoring.everything()) == {BEN}
    data = b"".join(path.read_bytes() for path in ignoring.folder.glob("syncd.db*"))
    for word in (b"cleo@", b"dora@", b"frida@", b"egon@", b"Cleo Carded"):
        assert word not in data
    assert ignoring.syncd("explain", CLEO, "--json").code == 1


def test_what_is_no_longer_ignored_comes_back(ignoring: Home) -> None:
    """When `ignore:` shrinks, what it kept out is read again."""
    ignoring.once()
    text = ignoring.config.read_text()
    ignoring.configure(text[: text.index("ignore:")])
    ignoring.once()
    assert len(ignoring.everything()) == 5
    assert len(ignoring.interactions(CLEO)) == 3


BODY = "zanzibar-quokka"


def test_text_is_never_stored(home: Home) -> None:
    """Words of a mail or of an event's description are in no file of the state; subjects are."""
    home.mail(
        ANA, BEN, at("2026-06-01T09:00"), f"Could you send me the {BODY}?\n", subject="Xylofon"
    )
    home.mail(
        f"Ben <{BEN}>", ANA, at("2026-06-02T09:00"), f"I will send you the {BODY} tomorrow.\n"
    )
    home.event(
        at("2026-06-03T09:00"),
        organizer=ANA,
        attendees=BOTH,
        more=[f"DESCRIPTION:We talk about {BODY}"],
    )
    home.write(
        "contacts/x.vcf",
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:Ben Archer\r\n"
        f"EMAIL:{BEN}\r\nNOTE:{BODY}\r\nEND:VCARD\r\n",
    )
    home.once()
    assert {s["kind"] for s in home.explain(BEN)["signals"]} >= {"asks", "promises"}
    files = list(home.folder.glob("syncd.db*"))
    data = b"".join(path.read_bytes() for path in files)
    assert b"zanzibar" not in data
    assert b"quokka" not in data
    assert b"Xylofon" in data


def test_events_name_nobody(home: Home) -> None:
    """What `--verbose` tells carries no address, subject, title or name."""
    home.mail(ANA, f"Dora Lind <{DORA}>", at("2026-06-01T09:00"), subject="Xylofon")
    home.event(at("2026-06-03T09:00"), "Xylofon", organizer=ANA, attendees=BOTH)
    home.card("Dora Lind", DORA)
    home.write("contacts/broken.vcf", b"nonsense")
    result = home.syncd("--verbose", "once")
    assert result.code == 0
    assert result.err
    for word in ("dora", "lind", "xylofon", "ben@", "example.com", "ana@"):
        assert word not in result.err.lower()


def test_only_the_owner_may_read_the_state(home: Home) -> None:
    """The state's files are 0600, those beside it while it is open included."""
    wrote(home, BEN, "Ben")
    home.once()
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.folder.glob("syncd.db*")}
    assert modes["syncd.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_a_desks_card_names_nobody(home: Home) -> None:
    """A human on the card of a desk is called as they call themselves; a label stays a label."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, CLEO, "Cleo Marsh")
    home.card("Acme Support", BEN, "support@acme.example.com")
    home.card("Mum", CLEO)
    home.once()
    names = {one["addresses"][0]: one["name"] for one in home.people()}
    assert (names[BEN], names[CLEO]) == ("Ben Archer", "Mum")
