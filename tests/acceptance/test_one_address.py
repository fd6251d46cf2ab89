"""Addresses: how one may be spelled, what name goes with it, and which are nobody's."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_letters import ANA_WHO, deliver, letter
from acceptance_world import ANA, Home, Scene, scenes


def wrote(scene: Scene, addr: str, name: str, day: float = 0) -> None:
    """The owner and an address wrote to each other."""
    who = f"{name} <{addr}>"
    first = scene.sent(day, to=who, subject=f"Number {addr}")
    scene.received(day + 0.5, author=who, subject=f"Re: Number {addr}", answers=first)


ONE_ADDRESS = (
    ("a plus-tag", "ben@example.com", "ben+shop@example.com"),
    ("Gmail's dots", "ben.archer.c1@gmail.com", "benarcherc1@gmail.com"),
    ("googlemail", "ben.archer.c1@gmail.com", "benarcherc1@googlemail.com"),
    ("capitals", "ben@example.com", "Ben@EXAMPLE.com"),
    ("an international domain", "ben@bücher.example", "ben@xn--bcher-kva.example"),
    ("and in capitals", "ben@BÜCHER.example", "ben@XN--BCHER-KVA.EXAMPLE"),
)


@pytest.mark.parametrize(
    ("one", "other"), [case[1:] for case in ONE_ADDRESS], ids=[case[0] for case in ONE_ADDRESS]
)
def test_spellings_of_one_address(tmp_path: Path, one: str, other: str) -> None:
    """Two spellings of an address are one, and `explain` answers to both."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    deliver(home, letter(ANA_WHO, f"Ben <{one}>", scene.day(0), name="one@example.org"))
    deliver(home, letter(f"Ben <{other}>", ANA, scene.day(1), name="two@example.com"))
    home.once()
    (person,) = home.people()
    assert len(person["addresses"]) == 1
    assert (person["counts"]["sent"], person["counts"]["received"]) == (1, 1)
    assert home.explain(one)["person"] == home.explain(other)["person"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("ben.archer@example.com", "benarcher@example.com"), ("ben-a@gmail.com", "bena@gmail.com")],
    ids=["dots elsewhere", "hyphens at Gmail"],
)
def test_what_are_two_addresses(tmp_path: Path, one: str, other: str) -> None:
    """Only Gmail ignores dots, and nobody ignores hyphens."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    wrote(scene, one, "Ben")
    wrote(scene, other, "Bena")
    home.once()
    assert len(home.people()) == 2


def test_a_name_that_changes(tmp_path: Path) -> None:
    """Whoever marries and writes under another name stays the person they were."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-03-02T09:00")
    wrote(scene, scene.addr, "Nele Hollis")
    for week in range(4):
        wrote(scene, scene.addr, "Nele Marlow", day=30 + 7 * week)
    home.once()
    (person,) = home.people()
    assert person["name"] == "Nele Marlow"
    assert person["counts"]["sent"] == 5


NOBODY = (
    ("Room 7", "room-7@c1.example.com"),
    ("Info", "info@c2.example.com"),
    ("Support Team", "support@c3.example.com"),
    ("Case 4711", "support+id4711@c4.zendesk.com"),
    ("Gardeners", "gardeners@googlegroups.com"),
    ("Notifications", "notifications@github.com"),
    ("Office", "office@c5.example.com"),
    ("Accounts Payable", "accounts-payable@c6.example.com"),
    ("No Reply", "do-not-reply@c7.example.com"),
    ("Postmaster", "postmaster@c8.example.com"),
    ("Rechnung", "rechnungen@c9.example.com"),
    ("Ben via Docs", "comments-noreply@docs.google.com"),
)


def test_nobody(tmp_path: Path) -> None:
    """Role, room, list, robot and ticket addresses are no people, though the owner writes there."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    for index, (name, addr) in enumerate(NOBODY):
        wrote(scene, addr, name, day=index)
    home.once()
    assert home.people() == []
    assert {addr for _, addr in NOBODY} - {"support+id4711@c4.zendesk.com"} <= set(
        home.everything()
    )
