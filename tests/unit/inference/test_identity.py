"""Who is one person: what joins addresses, what speaks against it, whose word counts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.inference.identity import (
    CardSays,
    Named,
    Scene,
    Word,
    join,
)
from syncd.inference.renaming import current_names, renamed

A, B = "ben@harbour.example", "ben@mail.harbour.example"
C, D = "zwiebel@y.example", "zwiebel@z.example"
ALL = frozenset((A, B, C, D))
BEN = Named(own=frozenset({"Ben Archer"}))
NAMED = dict.fromkeys(ALL, BEN)


def scene(**more: object) -> Scene:
    return replace(Scene(ALL, ALL), **more)  # type: ignore[arg-type]


def people(of: Scene) -> set[frozenset[str]]:
    return {group for group in join(of).groups if len(group) > 1}


def reasons(of: Scene) -> list[str]:
    return [link.reason for link in join(of).links]


def test_nobody_is_joined_without_a_reason() -> None:
    """Addresses stay apart."""
    assert people(scene()) == set()
    assert len(join(scene()).groups) == 4


def test_an_equal_name_needs_more() -> None:
    """With a similar address it joins, without it does not."""
    far = scene(named={A: BEN, C: BEN})
    assert people(far) == set()
    near = scene(named=NAMED)
    assert people(near) == {frozenset((A, B)), frozenset((C, D))}
    assert reasons(near) == ["organisation", "local-part"]


@pytest.mark.parametrize("way", [(A, C), (C, A)])
@pytest.mark.parametrize("kind", ["reply_to", "answered"])
def test_what_somebody_did_joins_namesakes(kind: str, way: tuple[str, str]) -> None:
    """Asking for answers elsewhere, or answering from there, in either direction."""
    there = scene(named={A: BEN, C: BEN}, **{kind: frozenset({way})})
    assert people(there) == {frozenset((A, C))}
    others = scene(
        named={A: BEN, C: Named(own=frozenset({"Otto Lang"}))}, **{kind: frozenset({way})}
    )
    assert people(others) == set()


def test_fraud_asks_for_answers_at_a_free_host() -> None:
    """A stranger's Reply-To under a borrowed name is believed once the owner wrote to one."""
    fraud = "rawksoff77@gmail.com"
    asked = Scene(
        frozenset((C, fraud)),
        frozenset((C, fraud)),
        named={C: BEN, fraud: BEN},
        reply_to=frozenset({(C, fraud)}),
    )
    assert people(asked) == set()
    assert people(replace(asked, written=frozenset({C}))) == {frozenset((C, fraud))}


def test_two_at_once_are_two() -> None:
    """Who is written to at two similar addresses at once is two humans; an answer excuses that."""
    both = frozenset({frozenset((A, B))})
    assert people(scene(named={A: BEN, B: BEN}, together=both)) == set()
    spoke = scene(named={A: BEN, B: BEN}, together=both, answered=frozenset({(A, B)}))
    assert people(spoke) == {frozenset((A, B))}


def test_whoever_writes_to_a_namesake_is_another() -> None:
    """He who answered had been written to by the first: they are two."""
    spoke = frozenset({(A, D)})
    to_each_other = frozenset({frozenset((A, D))})
    assert people(scene(named={A: BEN, D: BEN}, answered=spoke)) == {frozenset((A, D))}
    assert people(scene(named={A: BEN, D: BEN}, answered=spoke, addressed=to_each_other)) == set()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ben Archer", "Cleo Archer", False),
        ("Ben Archer", "Benjamin Archer", True),
        ("Cleo Archer", "Cleo Marsh", True),
        ("Ben Archer", "sunshine", True),
    ],
)
def test_a_couples_card_is_two_humans(one: str, other: str, same: bool) -> None:
    """Who say themselves that they are two are not made one by the card of both."""
    names = {A: Named(frozenset({one})), D: Named(frozenset({other}))}
    of_both = CardSays("Ben & Cleo Archer", frozenset({A, D}))
    assert (people(scene(cards=[of_both], named=names)) == {frozenset((A, D))}) is same
    of_one = CardSays("Ben Archer", frozenset({A, D}))
    assert people(scene(cards=[of_one], named=names)) == {frozenset((A, D))}


def test_against_one_is_against_all_that_it_would_join() -> None:
    """Three addresses are no person when two of them are known to be two humans."""
    linked = scene(
        named=NAMED,
        answered=frozenset({(A, C), (B, D)}),
        together=frozenset({frozenset((A, D))}),
    )
    assert people(linked) == {frozenset((A, C)), frozenset((B, D))}


def test_an_address_with_many_names_is_several_peoples() -> None:
    """Four full names at one address are a family's or a desk's."""
    desk = Named(own=frozenset({"Ben Archer", "Otto Lang", "Cleo Marsh", "Dora Lind"}))
    assert desk.keys == frozenset()
    assert people(scene(named={A: desk, B: BEN})) == set()


def test_names_of_others_count_where_there_is_none_of_ones_own() -> None:
    """What an address calls itself wins over what others call it."""
    called = Named(others=frozenset({"Ben Archer"}))
    assert people(scene(named={A: BEN, B: called})) == {frozenset((A, B))}
    own = Named(own=frozenset({"Otto Lang"}), others=frozenset({"Ben Archer"}))
    assert people(scene(named={A: BEN, B: own})) == set()


def test_common_names_join_nobody() -> None:
    """A name that many addresses go by tells nothing."""
    assert people(scene(named=NAMED, common=frozenset({"archer ben"}))) == set()


def test_cards_join_and_keep_apart() -> None:
    """A card joins what is on it; two cards keep namesakes apart; a family's address joins none."""
    card = CardSays("Ben Archer", frozenset((A, C)))
    assert people(scene(cards=(card,))) == {frozenset((A, C))}
    two = (CardSays("Ben Archer", frozenset({A})), CardSays("Ben Archer", frozenset({B})))
    assert people(scene(cards=two, named=NAMED)) == {frozenset((C, D))}
    family = (card, CardSays("Cleo Archer", frozenset((C, D))))
    assert people(scene(cards=family)) == set()
    spelt = (card, CardSays("ARCHER, Ben", frozenset((C, D))))
    assert people(scene(cards=spelt)) == {frozenset((A, C, D))}


@pytest.mark.parametrize(
    ("sender", "named", "believed"),
    [
        (A, {A: BEN}, True),
        (A, {A: BEN, C: Named(own=frozenset({"Ben"}))}, True),
        (A, {A: BEN, C: Named(own=frozenset({"zwiebel"}))}, True),
        (A, {A: BEN, C: Named(own=frozenset({"Otto Lang"}))}, False),
        (A, {A: BEN, C: Named(others=frozenset({"Otto Lang"}))}, True),
        (A, {A: Named(own=frozenset({"Cleo Marsh"}))}, False),
        (B, {A: BEN}, False),
        ("", {A: BEN}, True),
    ],
)
def test_a_card_that_came_by_mail(sender: str, named: dict[str, Named], believed: bool) -> None:
    """It counts where its sender is on it and nobody on it goes by another name."""
    card = CardSays("Ben Archer", frozenset((A, C)), attached_by=sender)
    assert people(scene(cards=(card,), named=named)) == ({frozenset((A, C))} if believed else set())


def test_what_a_stranger_sends_breaks_no_card() -> None:
    """A forged card with another name does not call the owner's own into question."""
    cards = (
        CardSays("Ben Archer", frozenset((A, C))),
        CardSays("Otto Lang", frozenset((C, D)), attached_by=D),
    )
    assert people(scene(cards=cards)) == {frozenset((A, C))}


def test_the_owners_word_beats_everything() -> None:
    """It joins strangers, parts what a card joins, and the last word on a pair counts."""
    card = CardSays("Ben Archer", frozenset((A, C)))
    same, apart = Word(A, C, same=True, number=1), Word(A, C, same=False, number=2)
    assert people(scene(words=(same,))) == {frozenset((A, C))}
    assert people(scene(words=(same, apart), cards=(card,))) == set()
    assert people(scene(words=(apart, replace(same, number=3)))) == {frozenset((A, C))}


def test_who_is_parted_never_meets_through_others() -> None:
    """Of links that would bring parted addresses together, the stronger holds."""
    cards = (CardSays("Ben Archer", frozenset((A, C))),)
    words = (Word(A, D, same=False, number=1),)
    # C is on the card with A, so D, of C's kind, stays alone; B still joins A.
    assert people(scene(cards=cards, words=words, named=NAMED)) == {frozenset((A, B, C))}


def test_only_humans_are_joined() -> None:
    """A role, a list or a robot is nobody's second address, whoever says so."""
    human = ALL - {C}
    card = CardSays("Ben Archer", frozenset((A, C)))
    words = (Word(A, C, same=True, number=1),)
    assert people(scene(joinable=human, cards=(card,), words=words)) == set()


PAIRS = st.frozensets(st.sampled_from([(A, B), (A, C), (B, C), (C, D), (A, D)]))
NAMES = st.sampled_from(["Ben Archer", "Archer, Ben", "Otto Lang", "Ben", ""])


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    addrs = sorted(ALL)
    cards = [
        CardSays(draw(NAMES), frozenset(draw(st.sets(st.sampled_from(addrs), min_size=1))), by)
        for by in draw(st.lists(st.sampled_from(["", A, C]), max_size=3))
    ]
    words = [
        Word(*draw(st.sampled_from([(A, B), (A, C), (B, D)])), draw(st.booleans()), number)
        for number in range(draw(st.integers(0, 3)))
    ]
    return Scene(
        ALL,
        frozenset(draw(st.sets(st.sampled_from(addrs)))) | {A, C},
        tuple(cards),
        {addr: Named(own=frozenset({draw(NAMES)} - {""})) for addr in addrs},
        reply_to=draw(PAIRS),
        answered=draw(PAIRS),
        together=frozenset(map(frozenset, draw(PAIRS))),
        words=tuple(words),
    )


@given(scenes())
def test_people_are_a_function_of_the_sets(of: Scene) -> None:
    """Whatever the order of cards and words: the same people, none parted in one, links as a
    tree."""
    found = join(of)
    turned = join(replace(of, cards=of.cards[::-1], words=of.words[::-1]))  # type: ignore[index]
    assert found.groups == turned.groups
    assert found.links == turned.links
    assert sorted(addr for group in found.groups for addr in group) == sorted(ALL)
    last = {frozenset((w.one, w.other)): w.same for w in of.words}
    for pair, same in last.items():
        assert same or not any(pair <= group for group in found.groups)
    assert len(found.links) == len(ALL) - len(found.groups)


def test_a_new_name_is_shown_once_it_is_used_again() -> None:
    """The last name counts when it came twice; longer and shorter forms change nothing."""
    names = [("Ana Silva", 40), ("Ana Costa", 2), ("Ana", 3)]
    assert renamed(names)
    assert current_names(names, {"Ana Silva": 5, "Ana Costa": 9, "Ana": 7}) == (
        ("Ana Costa", 2),
        ("Ana", 3),
    )
    once = [("Ana Silva", 40), ("Ana Costa", 1)]
    assert current_names(once, {"Ana Silva": 5, "Ana Costa": 9}) == (("Ana Silva", 40),)
    assert not renamed([("Ana Silva", 1), ("Ana Maria Silva", 2), ("Silva", 1)])


def test_chains_are_as_long_as_their_links() -> None:
    """Each link of a person leads on to the next address."""
    cards = [CardSays("Ben Archer", frozenset(pair)) for pair in pairwise((A, B, C, D))]
    assert people(scene(cards=tuple(cards))) == {ALL}
    assert reasons(scene(cards=tuple(cards))) == ["card"] * 3
