"""Which addresses are the owner's: named, found out, and never somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_letters import BEN, BEN_WHO, letter
from acceptance_world import ANA, Home, at

ALIAS = "a.silva@work.example.com"
MINE = f"Ana Silva <{ALIAS}>"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def maildir(home: Home, sent: str = ".Sent") -> None:
    """The owner's mail is a Maildir with a folder of sent mail."""
    for name in ("Maildir", f"Maildir/{sent}"):
        for sub in ("cur", "new", "tmp"):
            (home.folder / name / sub).mkdir(parents=True, exist_ok=True)
    (home.folder / "Maildir" / sent / "maildirfolder").touch()
    home.configure(home.config.read_text().replace("[mail/]", "[Maildir]"))


def keep(home: Home, data: bytes, folder: str = "") -> None:
    number = home.next_number()
    home.write(f"Maildir/{folder}/cur/{1780000000 + number}.{number}.host:2,S", data)


def from_alias(home: Home, count: int, folder: str = ".Sent", author: str = MINE) -> None:
    """So many mails in the folder of sent mail, to several people over several weeks."""
    for n in range(count):
        to = BEN_WHO if n % 2 else "Dora Lind <dora@example.net>"
        day = at(f"2026-{4 + n // 20:02}-{1 + n % 20:02}T09:00")
        keep(
            home,
            letter(author, to, day, name=f"a{n}@work.example.com", subject=f"Matter {n}"),
            folder,
        )


def counted(home: Home) -> dict[str, tuple[int, int]]:
    """How many mails were sent to and received from each, by their first address."""
    return {
        one["addresses"][0]: (one["counts"]["sent"], one["counts"]["received"])
        for one in home.people()
    }


def test_by_the_owners_card(home: Home) -> None:
    """The card that holds the owner's address names their others: mail from those was sent."""
    home.card("Ana Silva", ANA, ALIAS)
    home.mail(MINE, BEN_WHO, at("2026-05-04T09:00"))
    home.mail(BEN_WHO, ALIAS, at("2026-05-05T09:00"))
    home.once()
    assert counted(home) == {BEN: (1, 1)}
    assert ALIAS not in home.everything()


def test_the_card_may_come_later(home: Home) -> None:
    """What was mail of a stranger becomes the owner's when the card comes."""
    home.mail(MINE, BEN_WHO, at("2026-05-04T09:00"))
    home.mail(BEN_WHO, ALIAS, at("2026-05-05T09:00"))
    home.once()
    home.card("Ana Silva", ANA, ALIAS)
    home.once()
    assert counted(home) == {BEN: (1, 1)}
    assert ALIAS not in home.everything()


def test_by_the_folder_of_sent_mail(home: Home) -> None:
    """An address under the owner's name that fills the folder of sent mail is the owner's."""
    maildir(home)
    from_alias(home, 12)
    keep(home, letter(BEN_WHO, ALIAS, at("2026-06-01T09:00"), name="b@example.com"))
    home.once()
    assert counted(home)[BEN] == (6, 1)
    assert ALIAS not in home.everything()


def test_by_delivered_to(home: Home) -> None:
    """An address at which the owner's mail arrives, and from which they write, is theirs."""
    maildir(home)
    for n in range(12):
        day = at(f"2026-05-{1 + n:02}T09:00")
        more: dict[str, str | bytes] = {"Delivered-To": ALIAS}
        to = f"Ana Silva <{ALIAS}>"
        keep(home, letter(BEN_WHO, to, day, name=f"d{n}@example.com", subject=f"M {n}", more=more))
    from_alias(home, 3)
    home.once()
    assert counted(home)[BEN][0] >= 1
    assert ALIAS not in home.everything()


def test_delivered_in_the_inbox_alone(home: Home) -> None:
    """What was sent to an alias is addressed to the owner: it counts when the tie is two-way."""
    home.card("Ana Silva", ANA, ALIAS)
    home.mail(f"Ana Silva <{ANA}>", BEN_WHO, at("2026-05-04T09:00"))
    home.mail(BEN_WHO, ALIAS, at("2026-05-05T09:00"))
    home.once()
    assert [one["real"] for one in home.interactions(BEN)] == ["yes", "yes"]


def test_the_owners_namesake_is_a_person(home: Home) -> None:
    """Somebody else called Ana Silva, who writes to the owner and is answered, stays a person."""
    other = "ana.silva@elsewhere.example.net"
    for n in range(6):
        day = f"2026-05-{1 + 2 * n:02}"
        home.mail(f"Ana Silva <{other}>", ANA, at(f"{day}T09:00"))
        home.mail(f"Ana Silva <{ANA}>", f"Ana Silva <{other}>", at(f"{day}T15:00"))
    home.once()
    assert counted(home) == {other: (6, 6)}


def test_a_namesake_on_a_card_of_her_own(home: Home) -> None:
    """A card with the owner's name and only foreign addresses is another human's."""
    other = "ana.silva@elsewhere.example.net"
    home.card("Ana Silva", other)
    home.mail(f"Ana Silva <{ANA}>", f"Ana Silva <{other}>", at("2026-05-04T09:00"))
    home.once()
    assert counted(home) == {other: (1, 0)}


def test_a_copy_in_the_folder_of_sent_mail(home: Home) -> None:
    """A mail of somebody else that was filed among sent mail makes its author no alias."""
    maildir(home)
    from_alias(home, 12, author=f"Ana Silva <{ANA}>")
    keep(home, letter(BEN_WHO, ANA, at("2026-05-28T09:00"), name="filed@example.com"), ".Sent")
    home.once()
    assert BEN in counted(home)
    assert home.interactions(BEN)[-1]["direction"] == "received"


def test_a_shared_mailbox_is_no_alias(home: Home) -> None:
    """An office address from which several write is no alias, however often it is sent from."""
    maildir(home)
    office = "office@work.example.com"
    for n in range(12):
        author = f"{('Ana Silva', 'Otto Lund', 'Rosa Wren')[n % 3]} <{office}>"
        day = at(f"2026-05-{1 + n:02}T09:00")
        keep(
            home,
            letter(author, BEN_WHO, day, name=f"o{n}@work.example.com", subject=f"M {n}"),
            ".Sent",
        )
    home.once()
    found = home.everything()
    assert office in found
    assert counted(home).get(BEN, (0, 0))[0] == 0


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To"])
def test_a_list_is_no_alias(home: Home, header: str) -> None:
    """A list by which the owner's mail is delivered is not the owner: its mail is list traffic."""
    maildir(home)
    gardeners = "gardeners@lists.example.net"
    marks: dict[str, str | bytes] = {
        header: gardeners,
        "List-Id": "<gardeners.lists.example.net>",
        "List-Post": f"<mailto:{gardeners}>",
    }
    keep(
        home,
        letter(f"Ana Silva <{ANA}>", BEN_WHO, at("2026-05-01T09:00"), name="s@example.org"),
        ".Sent",
    )
    for n in range(12):
        day = at(f"2026-05-{2 + n:02}T09:00")
        keep(
            home,
            letter(BEN_WHO, gardeners, day, name=f"l{n}@example.com", subject=f"M {n}", more=marks),
        )
    home.once()
    received = [one for one in home.interactions(BEN) if one["direction"] == "received"]
    assert {one["real"] for one in received} == {"no"}


def test_delivered_to_another_person(home: Home) -> None:
    """A mailbox that was once forwarded to the owner is not the owner's: Cleo stays Cleo."""
    cleo = "cleo@example.net"
    home.mail(f"Ana Silva <{ANA}>", f"Cleo <{cleo}>", at("2026-05-01T09:00"))
    for n in range(12):
        more = {"Delivered-To": cleo}
        home.mail(BEN_WHO, f"Cleo <{cleo}>", at(f"2026-05-{2 + n:02}T09:00"), headers=more)
    home.mail(f"Cleo <{cleo}>", ANA, at("2026-05-20T09:00"))
    home.once()
    assert counted(home)[cleo] == (1, 1)


def test_not_mine(home: Home) -> None:
    """What the owner says is not theirs never becomes theirs, whatever speaks for it."""
    maildir(home)
    text = home.config.read_text()
    home.configure(text.replace("timezone:", f"not_mine: [{ALIAS}], timezone:"))
    from_alias(home, 12)
    home.once()
    assert ALIAS in home.everything()
    assert BEN not in counted(home) or counted(home)[BEN][0] == 0


def test_the_owner_is_told(home: Home) -> None:
    """`status` lists the addresses that were found to be the owner's."""
    home.card("Ana Silva", ANA, ALIAS)
    home.mail(MINE, BEN_WHO, at("2026-05-04T09:00"))
    home.once()
    assert ALIAS in home.syncd("status").out


def test_mail_between_the_owners_addresses(home: Home) -> None:
    """What the owner sends to an alias of theirs concerns nobody."""
    home.card("Ana Silva", ANA, ALIAS)
    home.mail(f"Ana Silva <{ANA}>", ALIAS, at("2026-05-04T09:00"))
    home.mail(MINE, ANA, at("2026-05-05T09:00"))
    home.once()
    assert home.everything() == {}


def test_a_meeting_under_an_alias(home: Home) -> None:
    """A meeting to which the owner was invited under an alias is the owner's."""
    home.card("Ana Silva", ANA, ALIAS)
    home.event(
        at("2026-06-03T09:00"), organizer=BEN, attendees={ALIAS: "ACCEPTED", BEN: "ACCEPTED"}
    )
    home.once()
    (met,) = home.interactions(BEN)
    assert (met["kind"], met["real"]) == ("meeting", "yes")


def test_an_answer_to_mail_from_an_alias(home: Home) -> None:
    """Who answers mail that the owner sent from an alias answers the owner."""
    home.card("Ana Silva", ANA, ALIAS)
    sent = home.mail(MINE, BEN_WHO, at("2026-05-04T09:00"))
    home.mail(BEN_WHO, ALIAS, at("2026-05-05T09:00"), answers=sent, headers={"Precedence": "bulk"})
    home.once()
    assert [one["real"] for one in home.interactions(BEN)] == ["yes", "yes"]
