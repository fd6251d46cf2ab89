"""Names with further evidence join addresses; whatever comes late leads to the same people."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chances import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.records import Card, Mailbox, Message
from syncd.pipeline import joins
from syncd.store import people

from worlds import ANA, BEN, CLEO, DORA, Lab, card, day, mail, without_places

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
NOW = day(12)
HOME = Mailbox("benedict.archer@post.example.org", "Archer, Ben")
OFFICE = Mailbox("ben@mail.harbour.example.com", "Ben Archer")
NICK = Mailbox("zwiebel@quay.example.net", "Ben Archer")
NICK2 = Mailbox("zwiebel@pier.example.com", "BEN ARCHER")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def groups(lab: Lab) -> set[frozenset[str]]:
    """The people of more than one address."""
    database = lab.open()
    try:
        with database.read() as connection:
            every = people.all_addresses(connection, database.owner)
            whose = people.owners_of(connection, database.owner, every)
            theirs = people.addresses_of(connection, database.owner, sorted(set(whose.values())))
    finally:
        database.close()
    return {frozenset(addrs) for who, addrs in theirs.items() if who and len(addrs) > 1}


def said(lab: Lab, act: Callable[..., Any], *more: Any) -> None:
    database = lab.open()
    try:
        act(lab.shop(database), NOW, *more)
    finally:
        database.close()


def asking_back(who: Mailbox, to: Mailbox, name: str = "r") -> Message:
    return replace(mail(who, ANA, day(1), name=name), reply_to=(to,))


def both_write(lab: Lab, one: Mailbox, other: Mailbox) -> None:
    lab.world.deliver(mail(one, ANA, day(0), name="w1"))
    lab.world.deliver(mail(other, ANA, day(0.1), name="w2"))


def test_an_equal_name_joins_nobody(lab: Lab) -> None:
    """There are two humans of every name."""
    both_write(lab, BEN, HOME)
    lab.once(NOW)
    assert groups(lab) == set()


def test_reply_to_with_the_same_name_joins(lab: Lab) -> None:
    """Who asks to be answered at another address under the same name is one person."""
    both_write(lab, BEN, HOME)
    lab.world.deliver(asking_back(BEN, HOME))
    lab.once(NOW)
    assert groups(lab) == {frozenset((BEN.addr, HOME.addr))}
    assert lab.explained(BEN, NOW)["person"]["joined_by"] == [
        {"addresses": [BEN.addr, HOME.addr], "reason": "reply-to"}
    ]


def test_reply_to_another_human_joins_nobody(lab: Lab) -> None:
    """An assistant who asks that the boss be answered stays an assistant."""
    both_write(lab, CLEO, HOME)
    lab.world.deliver(asking_back(CLEO, HOME))
    lab.once(NOW)
    assert groups(lab) == set()


def test_an_answer_from_another_address_joins(lab: Lab) -> None:
    """Ana wrote to Ben's office alone; the answer came from his home, under his name."""
    lab.world.deliver(mail(BEN, ANA, day(0), name="w"))
    lab.world.deliver(mail(ANA, BEN, day(1), name="q"))
    lab.world.deliver(mail(HOME, ANA, day(2), name="a", answers="q"))
    lab.once(NOW)
    assert groups(lab) == {frozenset((BEN.addr, HOME.addr))}


def test_an_answer_to_mail_for_several_joins_nobody(lab: Lab) -> None:
    """Where others got the question as well, one of them may have answered it."""
    lab.world.deliver(mail(BEN, ANA, day(0), name="w"))
    lab.world.deliver(mail(ANA, [BEN, CLEO], day(1), name="q"))
    lab.world.deliver(mail(HOME, ANA, day(2), name="a", answers="q"))
    lab.once(NOW)
    assert groups(lab) == set()


@pytest.mark.parametrize(("one", "other"), [(BEN, OFFICE), (NICK, NICK2)])
def test_similar_addresses_under_one_name_join(lab: Lab, one: Mailbox, other: Mailbox) -> None:
    """The same local part in one organisation, or one that nobody else would think of."""
    both_write(lab, one, other)
    lab.once(NOW)
    assert groups(lab) == {frozenset((one.addr, other.addr))}
    lab.world.deliver(mail(DORA, [one, other, ANA], day(3), name="both"))
    lab.once(NOW)
    assert groups(lab) == set(), "both were written to at once: two humans"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Mailbox("ben@gmail.com", "Ben Archer"), Mailbox("ben@yahoo.com", "Ben Archer")),
        (Mailbox("b.archer@x.example", "Ben Archer"), Mailbox("b.archer@y.example", "Ben Archer")),
        (Mailbox("info@x.example", "Ben Archer"), Mailbox("info@x.example.net", "Ben Archer")),
        (Mailbox("zwiebel@x.example", "Ben"), Mailbox("zwiebel@y.example", "Ben")),
        (Mailbox("zwiebel@x.example", "Ben Archer"), Mailbox("zwiebel@y.example", "Otto Lang")),
    ],
)
def test_what_proves_nothing(lab: Lab, one: Mailbox, other: Mailbox) -> None:
    """Free hosts, names in local parts, roles, half names and different names join nobody."""
    both_write(lab, one, other)
    lab.once(NOW)
    assert groups(lab) == set()


def test_two_cards_keep_namesakes_apart(lab: Lab) -> None:
    """Whoever keeps two cards knows two humans."""
    both_write(lab, BEN, OFFICE)
    lab.world.put_card(card(BEN))
    lab.world.put_card(card(OFFICE))
    lab.once(NOW)
    assert groups(lab) == set()


def test_a_very_common_name_joins_nobody(lab: Lab) -> None:
    """Thirteen addresses under one name are many humans, whatever some of them share."""
    both_write(lab, BEN, OFFICE)
    for number in range(11):
        if number == 10:
            lab.once(NOW)
            assert groups(lab) == {frozenset((BEN.addr, OFFICE.addr))}
        box = Mailbox(f"u{number}@host{number}.example", "Ben Archer")
        lab.world.deliver(mail(box, ANA, day(1), name=f"n{number}"), ref=f"n{number}")
    lab.once(NOW)
    assert groups(lab) == set()
    lab.world.deliver(
        mail(Mailbox("u3@host3.example", "Otto Lang"), ANA, day(1), name="n3"), ref="n3"
    )
    lab.once(NOW)
    assert groups(lab) == {frozenset((BEN.addr, OFFICE.addr))}


def test_a_card_that_somebody_sent_of_themselves_joins(lab: Lab) -> None:
    """Ben's own card says which addresses are his; one of somebody else's does not count."""
    own = Card("v", "Ben Archer", (BEN.addr, HOME.addr), attached_by=BEN.addr)
    lab.world.deliver(mail(BEN, ANA, day(0), name="w1"), carries=(own,))
    lab.world.deliver(mail(HOME, ANA, day(0), name="w2"))
    forged = Card("x", "Cleo Marsh", (CLEO.addr, DORA.addr), attached_by=CLEO.addr)
    lab.world.deliver(mail(CLEO, ANA, day(0), name="w3"), carries=(forged,))
    lab.world.deliver(mail(DORA, ANA, day(0), name="w4"))
    lab.once(NOW)
    assert groups(lab) == {frozenset((BEN.addr, HOME.addr))}


def test_a_new_name_neither_splits_nor_joins(lab: Lab) -> None:
    """Who changes their name stays who they are."""
    lab.world.put_card(Card("c", "", (CLEO.addr, "cleo@home.example")))
    lab.world.deliver(mail(CLEO, ANA, day(0), name="w1"))
    lab.once(NOW)
    before = groups(lab)
    married = Mailbox(CLEO.addr, "Cleo Lind")
    for number in range(3):
        lab.world.deliver(mail(married, ANA, day(2 + number), name=f"m{number}"))
    lab.world.deliver(mail(Mailbox("c.lind@x.example", "Cleo Lind"), ANA, day(3), name="other"))
    lab.once(NOW)
    assert groups(lab) == before
    assert lab.explained(CLEO, NOW)["person"]["name"] == "Cleo Lind"


HAPPENINGS: dict[str, Callable[[Lab], object]] = {
    "Ben writes": lambda b: b.world.deliver(mail(BEN, ANA, day(0), name="w1")),
    "Ben writes from home": lambda b: b.world.deliver(mail(HOME, ANA, day(0.1), name="w2")),
    "home without a name": lambda b: b.world.deliver(
        mail(Mailbox(HOME.addr), ANA, day(0.1), name="w2")
    ),
    "a namesake writes": lambda b: b.world.deliver(mail(OFFICE, ANA, day(0.2), name="w3")),
    "a nick writes": lambda b: b.world.deliver(mail(NICK, ANA, day(0.3), name="w4")),
    "another nick": lambda b: b.world.deliver(mail(NICK2, ANA, day(0.4), name="w5")),
    "answer me at home": lambda b: b.world.deliver(asking_back(BEN, HOME), ref="r"),
    "answer me here": lambda b: b.world.deliver(
        replace(asking_back(BEN, HOME), reply_to=()), ref="r"
    ),
    "Ana asks": lambda b: b.world.deliver(mail(ANA, BEN, day(1), name="q")),
    "home answers": lambda b: b.world.deliver(mail(HOME, ANA, day(2), name="a", answers="q")),
    "both at once": lambda b: b.world.deliver(mail(DORA, [BEN, OFFICE, NICK], day(3), name="all")),
    "one card": lambda b: b.world.put_card(card(BEN, NICK.addr), ref="c1"),
    "another card": lambda b: b.world.put_card(card(HOME), ref="c2"),
    "the card is gone": lambda b: b.world.put_card(Card("c1", "Otto Lang", ("o@x.example",)), "c1"),
    "the nick is a list": lambda b: b.world.deliver(
        mail(
            DORA, NICK, day(7), "To all", name="l1",
            traits={"list-id": "<studio>", "list-post": f"<mailto:{NICK.addr}>"},
        )
    ),
    "Ben is Otto now": lambda b: b.world.deliver(
        mail(Mailbox(BEN.addr, "Otto Lang"), ANA, day(4), name="o1")
    ),
}  # fmt: skip


@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(
    st.lists(
        st.lists(st.sampled_from(sorted(HAPPENINGS)), min_size=1, max_size=6, unique=True),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["nothing", "merge", "apart"]),
)
def test_every_path_leads_to_the_same_people(steps: list[list[str]], word: str) -> None:
    """In steps, at once, or derived anew, with or without a word of the owner's: the same."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        policy = replace(Lab(Path(folder)).policy, preview=True)
        lived, fresh = Lab(Path(folder), policy=policy), Lab(Path(other), policy=policy)
        for lab in (lived, fresh):
            lab.world.deliver(mail(DORA, ANA, day(0), name="d"))
            lab.world.deliver(mail(BEN, ANA, day(0), name="b"))
            lab.once(NOW)
            if word != "nothing":
                said(lab, joins.merge, DORA.addr, BEN.addr)
            if word == "apart":
                whole = lab.explained(DORA, NOW)["person"]["id"]
                said(lab, joins.split_off, whole, [DORA.addr])
        for step in steps:
            for name in step:
                HAPPENINGS[name](lived)
                HAPPENINGS[name](fresh)
            lived.once(NOW)
        fresh.once(NOW)
        assert groups(lived) == groups(fresh)
        assert json.loads(without_places(lived.view(NOW))) == json.loads(
            without_places(fresh.view(NOW))
        )
        before = without_places(lived.view(NOW))
        lived.forget_derivations()
        lived.once(NOW)
        assert without_places(lived.view(NOW)) == before
