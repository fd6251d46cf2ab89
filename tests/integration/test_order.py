"""The same things in another order, in other portions, told twice: the same state in the end."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from chances import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.memory.world import World
from connectors.records import Card, Mailbox, Meeting, Message, PartStat
from syncd.planner import Policy

from worlds import (
    ANA,
    BEN,
    CLEO,
    DORA,
    LISBON,
    WEEKDAYS,
    Lab,
    card,
    coffee,
    day,
    mail,
    meeting,
    without_places,
)

YES = PartStat.ACCEPTED
NOW = day(12)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would take too long
BEN_HOME = Mailbox("benarcher@gmail.com", "Ben Archer")
CROWD = [Mailbox(f"guest{n}@hall.example.com", f"Guest {n}") for n in range(12)]

# Everything whose meaning depends on something else: answers before their questions, a stranger
# that is answered late, letters that are one letter, meetings at the same hour, a title that names
# somebody, a card that joins two addresses, texts that say whether a meeting took place.
POOL: tuple[tuple[Message | Meeting | Card, str], ...] = (
    (mail(BEN, ANA, day(0), "Proposal", name="q1"), "Could you send me the plan by Friday?"),
    (mail(ANA, BEN, day(1), "Re: Proposal", name="a1", answers="q1"), "I will send it tomorrow."),
    (mail(CLEO, ANA, day(0.5), "Pitch", name="p1"), "Do you want to buy my pictures?"),
    (mail(CLEO, ANA, day(2), "Pitch again", name="p2"), "Could you tell me what you think?"),
    (mail(ANA, CLEO, day(5), "Re: Pitch again", name="p3", answers="p2"), "Let's have coffee."),
    (
        mail(DORA, ANA, day(6), "News", name="n1", traits={"list-unsubscribe": "<x>"}),
        "Our newsletter.",
    ),
    (mail(ANA, DORA, day(3), "Question", name="n0"), "What does it cost?"),
    (
        mail(
            DORA, ANA, day(4), "Re: Question", name="n2", answers="n0",
            traits={"list-unsubscribe": "<x>"},
        ),
        "Ten.",
    ),
    *(
        (mail(ANA, guest, day(7 + n / 500), "Invitation", name=f"l{n}"), "Please come.")
        for n, guest in enumerate(CROWD)
    ),
    (coffee(day(2.1), BEN, name="c1"), ""),
    (meeting(CLEO, {ANA: YES, CLEO: YES}, day(2.12), "Studio visit", name="c2"), ""),
    (meeting(DORA, {ANA: YES, DORA: YES}, day(8), "Planning", name="c3"), ""),
    (meeting(None, {}, day(9), "Lunch with Dora", name="s1"), ""),
    (mail(ANA, BEN, day(2.5), "Today", name="t1"), "It was great to see you today."),
    (mail(BEN_HOME, ANA, day(10), "From home", name="h1"), "Thank you, that was kind."),
    (card(BEN, BEN_HOME.addr), ""),
)  # fmt: skip


def put(world: World, thing: Message | Meeting | Card, text: str) -> None:
    if isinstance(thing, Message):
        world.deliver(thing, text)
    elif isinstance(thing, Meeting):
        world.put_event(thing)
    else:
        world.put_card(thing)


def state(
    portions: Sequence[Sequence[int]], copies: frozenset[int] = frozenset()
) -> dict[str, Any]:
    """What is shown after these portions of the pool came in, one run of `once` after each.

    `copies` turn up in a second account as well.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Nothing is delivered: what was written stays written, whatever comes to light later.
        policy = Policy(zone=LISBON, working_days=WEEKDAYS, preview=True)
        worlds = {"home": World(), "work": World()}
        lab = Lab(Path(folder), worlds=worlds, policy=policy)
        for portion in portions:
            for index in portion:
                thing, text = POOL[index]
                put(worlds["home"], thing, text)
                if index in copies:
                    put(worlds["work"], thing, text)
            lab.once(NOW)
        return lab.view(NOW)


_REFERENCE: list[str] = []


def reference() -> str:
    """Everything at once, in the pool's order."""
    if not _REFERENCE:
        _REFERENCE.append(without_places(state([range(len(POOL))])))
    return _REFERENCE[0]


@st.composite
def portions(draw: st.DrawFn) -> list[list[int]]:
    order = draw(st.permutations(range(len(POOL))))
    cuts = sorted(draw(st.sets(st.integers(1, len(POOL) - 1), max_size=3)))
    return [list(order[a:b]) for a, b in zip([0, *cuts], [*cuts, len(POOL)], strict=True)]


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(portions(), st.frozensets(st.integers(0, len(POOL) - 1), max_size=4))
def test_any_order_of_arrival_gives_the_same_state(
    parts: list[list[int]], copies: frozenset[int]
) -> None:
    """Shuffled, split into runs, some of it seen in two accounts: the same state, byte for byte."""
    assert without_places(state(parts, copies)) == reference()


def test_the_pool_means_something() -> None:
    """The reference state holds what the pool was made for: comparing with it proves something."""
    shown = state([range(len(POOL))])
    people = {entry["name"]: entry for entry in shown["people"]}
    assert set(people["Ben Archer"]["addresses"]) == {BEN.addr, BEN_HOME.addr}
    assert people["Ben Archer"]["counts"]["meetings"] == 1
    assert people["Cleo Marsh"]["counts"]["meetings"] == 0
    assert people["Cleo Marsh"]["counts"]["received"] == 2
    assert people["Dora Lind"]["counts"]["meetings"] == 2
    assert people["Dora Lind"]["counts"]["received"] == 1
    assert people["Guest 1"]["counts"]["sent"] == 0


def test_an_event_that_is_edited_is_what_it_says_last(tmp_path: Path) -> None:
    """A meeting that is declined afterwards counts no more, and the other way round."""
    lab = Lab(tmp_path)
    lab.world.put_event(coffee(day(0), name="c"))
    lab.once(day(1))
    assert lab.person(BEN, day(1))["counts"]["meetings"] == 1
    entry = coffee(day(0), name="c")
    declined = replace(entry.attendees[1], partstat=PartStat.DECLINED)
    lab.world.put_event(replace(entry, attendees=(entry.attendees[0], declined), sequence=1))
    lab.once(day(1))
    assert lab.person(BEN, day(1))["counts"]["meetings"] == 0
