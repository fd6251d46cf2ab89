"""The owner's further addresses are found out, late or early, and mistakes are not made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chances import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.memory.world import World
from connectors.records import Card, Mailbox, Message
from syncd.store import aliases

from worlds import ANA, BEN, CLEO, DORA, Lab, card, day, mail, without_places

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
OLD = Mailbox("silva.a@oldjob.example.com", "Ana Silva")
BARE = Mailbox(OLD.addr)
OTHERS = (BEN, CLEO, DORA)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def found(lab: Lab) -> dict[str, tuple[str, ...]]:
    database = lab.open()
    try:
        with database.read() as connection:
            return aliases.load(connection, database.owner)
    finally:
        database.close()


def delivered(
    who: Mailbox, to: Mailbox, at: float, *ways: str, name: str = "", **more: str
) -> Message:
    """A mail with the trace of its delivery under these addresses."""
    message = mail(who, to, day(at), name=name or f"{who.addr}-{at}", traits=more)
    return replace(message, traits=(*message.traits, *(("delivered-to", way) for way in ways)))


def test_an_address_on_the_owners_card_is_theirs(lab: Lab) -> None:
    """Mail from it is sent mail from then on, and mail to it is addressed to the owner."""
    lab.world.deliver(mail(BARE, BEN, day(0), "From the old job"))
    lab.world.deliver(mail(BEN, BARE, day(0.5), "Back"))
    lab.once(day(1))
    assert lab.explained(BARE, day(1))["person"]
    lab.world.put_card(card(ANA, OLD.addr))
    lab.once(day(1))
    assert found(lab) == {OLD.addr: ("alias:card",)}
    counts = lab.person(BEN, day(1))["counts"]
    assert (counts["sent"], counts["received"]) == (1, 1)
    shown = lab.view(day(1))["explain"]
    assert [one["person"]["addresses"] for one in shown] == [[BEN.addr]]


@pytest.mark.parametrize(
    "wrong",
    [
        Card(uid="x", name="Ben Archer", addrs=(ANA.addr, OLD.addr)),
        Card(uid="x", name="Ana Silva", addrs=(OLD.addr,)),
        Card(uid="x", name="Ana Silva", addrs=(ANA.addr, OLD.addr), attached_by=BEN.addr),
        Card(uid="x", name="Ana Silva", addrs=(ANA.addr, "office@oldjob.example.com")),
        Card(uid="x", name="Silva", addrs=(ANA.addr, OLD.addr)),
    ],
    ids=["another name", "no known address", "a stranger's card", "a role", "half a name"],
)
def test_other_cards_prove_nothing(lab: Lab, wrong: Card) -> None:
    """A card must be the owner's own, under their full name, and name a human's address."""
    lab.world.put_card(wrong)
    lab.once(day(1))
    assert found(lab) == {}


@pytest.mark.parametrize(
    "folder",
    [
        ".Sent/",
        "Sent Items/",
        ".INBOX.Gesendet/",
        "[Gmail].Sent Mail/",
        ".&AMk-l&AOk-ments envoy&AOk-s/",
    ],
)
def test_sent_mail_under_the_owners_name_is_theirs(lab: Lab, folder: str) -> None:
    """What lies in a folder of sent mail was sent by its owner."""
    lab.world.deliver(mail(OLD, BEN, day(0)), ref=f"Mail/{folder}cur/1")
    lab.once(day(1))
    assert found(lab) == {OLD.addr: ("alias:sent-folder",)}
    assert lab.person(BEN, day(1))["counts"]["sent"] == 1


def test_a_provider_labels_sent_mail(lab: Lab) -> None:
    """Gmail says of each mail whether it was sent, whatever the folder."""
    lab.world.deliver(mail(OLD, BEN, day(0), traits={"x-gmail-labels": "Important,Sent"}))
    lab.once(day(1))
    assert OLD.addr in found(lab)


def test_a_namesake_in_the_inbox_is_somebody_else(lab: Lab) -> None:
    """There are two humans of every name: one of them may write to the other."""
    lab.world.deliver(mail(OLD, ANA, day(0)), ref="Mail/cur/1")
    lab.once(day(1))
    assert found(lab) == {}


def test_what_others_sent_from_a_shared_account_is_not_the_owners(lab: Lab) -> None:
    """In a shared mailbox nothing tells whose an address is."""
    lab.worlds = {"home": World(), "team": World()}
    lab.shared = frozenset({"team"})
    lab.worlds["team"].deliver(mail(OLD, BEN, day(0)), ref="Mail/.Sent/cur/1")
    for who in OTHERS:
        lab.worlds["team"].deliver(delivered(who, BARE, 0.5, OLD.addr))
    lab.once(day(1))
    assert found(lab) == {}


def test_mail_delivered_under_an_address_is_the_owners(lab: Lab) -> None:
    """Three authors wrote to it, and it all landed here."""
    lab.world.deliver(mail(ANA, BEN, day(-1)))
    for number, who in enumerate(OTHERS):
        assert found(lab) == {}
        lab.world.deliver(delivered(who, BARE, number / 10, ANA.addr, OLD.addr))
        lab.once(day(1))
    assert found(lab) == {OLD.addr: ("alias:delivered-to",)}
    assert lab.person(BEN, day(1))["counts"]["received"] == 1


@pytest.mark.parametrize(
    ("to", "ways", "traits"),
    [
        (Mailbox("team@list.example.com"), ("mailing list team@list.example.com",), {}),
        (BARE, (OLD.addr,), {"list-post": "<mailto:x@list.example.com>"}),
        (Mailbox(OLD.addr, "Otto Lang"), (OLD.addr,), {}),
        (Mailbox("info@oldjob.example.com"), ("info@oldjob.example.com",), {}),
        (ANA, (OLD.addr,), {}),
    ],
    ids=["a list", "mail of a list", "another name", "a role", "not addressed to it"],
)
def test_other_deliveries_prove_nothing(
    lab: Lab, to: Mailbox, ways: tuple[str, ...], traits: Mapping[str, str]
) -> None:
    """Lists, roles and other people's mail that is forwarded are not the owner's."""
    for number, who in enumerate(OTHERS):
        lab.world.deliver(delivered(who, to, number / 10, *ways, **traits))
    lab.once(day(1))
    assert found(lab) == {}


def test_the_only_recipient_under_the_owners_name(lab: Lab) -> None:
    """Two people write to "Ana Silva" at another host, and it reaches Ana."""
    lab.world.deliver(delivered(BEN, OLD, 0, ANA.addr))
    lab.once(day(1))
    assert found(lab) == {}
    lab.world.deliver(delivered(CLEO, OLD, 0.1, ANA.addr))
    lab.once(day(1))
    assert found(lab) == {OLD.addr: ("alias:named-recipient",)}


def test_an_address_that_writes_under_another_name_is_not_theirs(lab: Lab) -> None:
    """What speaks against it wins, also when it comes to light later."""
    for number, who in enumerate(OTHERS):
        lab.world.deliver(delivered(who, BARE, number / 10, OLD.addr))
    lab.once(day(1))
    assert OLD.addr in found(lab)
    lab.world.deliver(mail(Mailbox(OLD.addr, "Otto Lang"), ANA, day(0.5)))
    lab.once(day(1))
    assert found(lab) == {}
    assert lab.explained(BARE, day(1))["person"]["name"] == "Otto Lang"


def test_a_familys_address_is_not_the_owners(lab: Lab) -> None:
    """What stands on somebody else's card as well is both their address, or theirs."""
    lab.world.put_card(card(ANA, OLD.addr), ref="ana")
    lab.once(day(1))
    assert OLD.addr in found(lab)
    lab.world.put_card(Card(uid="r", name="Rui Silva", addrs=("rui@x.example", OLD.addr)), ref="r")
    lab.once(day(1))
    assert found(lab) == {}
    lab.world.remove_card("r")
    lab.once(day(1))
    assert OLD.addr in found(lab)


def test_the_owner_says_what_is_not_theirs(lab: Lab) -> None:
    """`not_mine` overrules what was found, at once, and can be taken back."""
    lab.world.put_card(card(ANA, OLD.addr))
    lab.world.deliver(mail(BARE, ANA, day(0)))
    lab.once(day(1))
    assert OLD.addr in found(lab)
    lab.not_mine = frozenset({OLD.addr})
    lab.once(day(1))
    assert found(lab) == {}
    assert lab.explained(BARE, day(1))["person"]
    lab.not_mine = frozenset()
    lab.once(day(1))
    assert OLD.addr in found(lab)


HAPPENINGS: dict[str, Callable[[World], object]] = {
    "the card has it": lambda w: w.put_card(card(ANA, OLD.addr), ref="ana"),
    "the card has it no more": lambda w: w.put_card(card(ANA), ref="ana"),
    "sent under the name": lambda w: w.deliver(
        mail(OLD, BEN, day(0), "Plan", name="s1"), "Could you send me the plan?", ref=".Sent/cur/1"
    ),
    "Ben answers": lambda w: w.deliver(
        mail(BEN, BARE, day(0.4), "Re: Plan", name="s2", answers="s1"), "Here it is."
    ),
    "Ben writes to it": lambda w: w.deliver(delivered(BEN, BARE, 1, OLD.addr, name="r1")),
    "Cleo writes to it": lambda w: w.deliver(delivered(CLEO, BARE, 1.1, OLD.addr, name="r2")),
    "Dora writes to it": lambda w: w.deliver(delivered(DORA, BARE, 1.2, OLD.addr, name="r3")),
    "Ana answers Cleo from it": lambda w: w.deliver(
        mail(BARE, CLEO, day(1.3), "Re: Hello", name="s3", answers="r2"), "Thank you!"
    ),
    "Otto's card has it": lambda w: w.put_card(
        Card(uid="otto", name="Otto Lang", addrs=("otto@x.example", OLD.addr)), ref="otto"
    ),
    "Otto's card has it no more": lambda w: w.put_card(
        Card(uid="otto", name="Otto Lang", addrs=("otto@x.example",)), ref="otto"
    ),
    "it writes as Otto": lambda w: w.deliver(
        mail(Mailbox(OLD.addr, "Otto Lang"), ANA, day(2), "Hello", name="o1"), "Who are you?"
    ),
    "a list has it": lambda w: w.deliver(
        mail(
            DORA, BARE, day(3), "To all", name="l1",
            traits={"list-id": "<x>", "list-post": f"<mailto:{OLD.addr}>"},
        )
    ),
}  # fmt: skip


@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(
    st.lists(
        st.lists(st.sampled_from(sorted(HAPPENINGS)), min_size=1, max_size=4, unique=True),
        min_size=1,
        max_size=4,
    )
)
def test_every_path_finds_the_same(steps: list[list[str]]) -> None:
    """Whatever comes to light in whatever order: the aliases, and the state, are those of now."""
    now = day(6)

    def look(lab: Lab) -> tuple[Any, str]:
        return found(lab), without_places(lab.view(now))

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        policy = replace(Lab(Path(folder)).policy, preview=True)
        lived, fresh = Lab(Path(folder), policy=policy), Lab(Path(other), policy=policy)
        for step in steps:
            for name in step:
                HAPPENINGS[name](lived.world)
                HAPPENINGS[name](fresh.world)
            lived.once(now)
        fresh.once(now)
        assert look(lived) == look(fresh)
        lived.forget_derivations()
        lived.once(now)
        assert look(lived) == look(fresh)
