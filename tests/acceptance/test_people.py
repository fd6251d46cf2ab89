"""Who is who, and what is known of each: people by address and card, and their facts in JSON."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at

BEN, CLEO, DORA = "ben@example.com", "cleo@example.com", "dora@example.net"
BOTH = {ANA: "ACCEPTED", BEN: "ACCEPTED"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def wrote(home: Home, addr: str, name: str = "", day: str = "2026-06-01") -> None:
    """The owner and somebody wrote to each other."""
    home.mail(ANA, f"{name} <{addr}>", at(f"{day}T09:00"))
    home.mail(f"{name} <{addr}>", ANA, at(f"{day}T15:00"))


def by_address(home: Home, addr: str, now: str | None = None) -> dict[str, Any]:
    (found,) = [one for one in home.people(now) if addr in one["addresses"]]
    return found


# --- who is who ---


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


# --- what is known of them ---


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


# --- local files ---


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
