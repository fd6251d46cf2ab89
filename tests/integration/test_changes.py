"""The world changes its mind: whatever changed and in whatever steps, the state is that of now."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from chances import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.memory.world import World
from connectors.records import Mailbox, PartStat
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
# An example runs the whole pipeline several times: a failing one is shown as it is, for making it
# smaller would take longer than finding out.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
BEN_HOME = Mailbox("aaron@home.example.net", "Ben Archer")
BARE_DORA = Mailbox(DORA.addr)


def _busy(start: float, **more: Any) -> Any:
    return meeting(CLEO, {ANA: YES, CLEO: YES}, day(start), "Visit", name="visit", **more)


# Everything that can happen, again and in any order. Names of meetings, refs of cards and of mails
# stay the same, so that a later happening changes or takes back an earlier one.
HAPPENINGS: dict[str, Callable[[World], object]] = {
    "coffee with Ben": lambda w: w.put_event(coffee(day(2), BEN, name="coffee")),
    "coffee is moved": lambda w: w.put_event(coffee(day(4), BEN, name="coffee", sequence=1)),
    "coffee is cancelled": lambda w: w.put_event(
        coffee(day(2), BEN, name="coffee", sequence=2, status="cancelled")
    ),
    "a visit at the same hour": lambda w: w.put_event(_busy(2)),
    "the visit is moved": lambda w: w.put_event(_busy(5, sequence=1)),
    "out of office": lambda w: w.put_event(
        meeting(None, {}, day(1), "Out of office", name="ooo", hours=48, busy="oof", kind="oof")
    ),
    "back early": lambda w: w.put_event(
        meeting(
            None, {}, day(1), "Out of office", name="ooo", hours=2, busy="oof", kind="oof",
            sequence=1,
        )
    ),
    "a note at the same hour": lambda w: w.put_event(
        meeting(None, {}, day(5), "Lunch with Dora", name="note")
    ),
    "a bare address writes": lambda w: w.deliver(
        mail(BARE_DORA, ANA, day(1), "Hi", name="d1"), "Hello."
    ),
    "Ana answers it": lambda w: w.deliver(
        mail(ANA, BARE_DORA, day(1.5), "Re: Hi", name="d2", answers="d1"), "Hello."
    ),
    "it tells its name": lambda w: w.deliver(
        mail(DORA, ANA, day(3), "Again", name="d3"), "Could you call me?"
    ),
    "Dora's card": lambda w: w.put_card(card(DORA)),
    "Ben's card joins two": lambda w: w.put_card(card(BEN, BEN_HOME.addr), ref="ben"),
    "Ben's card joins none": lambda w: w.put_card(card(BEN), ref="ben"),
    "Ben writes from home": lambda w: w.deliver(
        mail(BEN_HOME, ANA, day(6), "Me", name="b1"), "Hi."
    ),
    "the studio is a list": lambda w: w.deliver(
        mail(
            DORA, CLEO, day(7), "To all", name="l1",
            traits={"list-id": "<studio>", "list-post": f"<mailto:{CLEO.addr}>"},
        ),
        "Hello all.",
    ),
}  # fmt: skip


def lab(folder: str) -> Lab:
    # Nothing is delivered: what was written stays written, whatever comes to light later.
    return Lab(Path(folder), policy=Policy(zone=LISBON, working_days=WEEKDAYS, preview=True))


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(
    st.lists(
        st.lists(st.sampled_from(sorted(HAPPENINGS)), min_size=1, max_size=4, unique=True),
        min_size=1,
        max_size=5,
    )
)
def test_every_path_leads_to_the_state_of_now(steps: list[list[str]]) -> None:
    """Lived through in steps, derived anew, or read at once by a fresh state: the same."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        lived, fresh = lab(folder), lab(other)
        for step in steps:
            for name in step:
                HAPPENINGS[name](lived.world)
                HAPPENINGS[name](fresh.world)
            lived.once(NOW)
        before = without_places(lived.view(NOW))
        lived.forget_derivations()
        lived.once(NOW)
        assert without_places(lived.view(NOW)) == before
        fresh.once(NOW)
        assert json.loads(without_places(fresh.view(NOW))) == json.loads(before)


def closed(one: Lab, at: float) -> list[str]:
    return [task["status"] for task in one.view(day(at))["tasks"] if task["created"]]


def test_an_address_that_turns_out_to_be_a_list_closes_its_tasks(tmp_path: Path) -> None:
    """Tasks about what is no person are closed, and still shown."""
    one = Lab(tmp_path)
    one.world.put_event(coffee(day(0), CLEO, name="c"))
    one.once(day(1))
    assert closed(one, 1) == ["open", "open"]
    HAPPENINGS["the studio is a list"](one.world)
    one.once(day(8))
    assert closed(one, 8) == ["closed", "closed"]
    assert one.explained(CLEO, day(8))["person"] is None


def test_an_address_that_the_owner_claims_closes_its_tasks(tmp_path: Path) -> None:
    """Somebody who turns out to be the owner is nobody to thank."""
    one = Lab(tmp_path)
    one.world.put_event(coffee(day(0), CLEO, name="c"))
    one.once(day(1))
    one.addresses = frozenset({ANA.addr, CLEO.addr})
    one.once(day(2))
    assert closed(one, 2) == ["closed", "closed"]
    assert one.view(day(2))["people"] == []


def test_a_split_takes_the_tasks_to_whom_they_are_about(tmp_path: Path) -> None:
    """When a card no longer joins two addresses, each keeps the tasks of its own meetings."""
    one = Lab(tmp_path)
    one.world.put_card(card(BEN, BEN_HOME.addr), ref="ben")
    one.world.put_event(coffee(day(0), BEN, name="c"))
    one.once(day(1))
    one.world.put_card(card(BEN), ref="ben")
    one.once(day(2))
    shown = one.view(day(2))["tasks"]
    assert {tuple(task["person"]["addresses"]) for task in shown} == {(BEN.addr,)}
    assert {task["status"] for task in shown if task["created"]} == {"open"}


def test_a_clock_that_was_put_back_closes_nothing(tmp_path: Path) -> None:
    """A run at an earlier moment leaves the tasks of what is still to come there as they are."""
    one = Lab(tmp_path)
    one.world.put_event(coffee(day(3), BEN, name="c"))
    one.once(day(4))
    assert closed(one, 4) == ["open", "open"]
    one.once(day(1))
    one.once(day(4))
    assert closed(one, 4) == ["open", "open"]


def test_a_meeting_that_is_moved_ahead_keeps_its_task(tmp_path: Path) -> None:
    """Moved to a later day after its task was written: the same task, with the later due date."""
    one = Lab(tmp_path)
    one.world.put_event(coffee(day(1), BEN, name="c"))
    one.once(day(2))
    keys = {task["key"] for task in one.tasks(day(2))}
    one.world.put_event(replace(coffee(day(8), BEN, name="c"), sequence=1))
    one.once(day(3))
    one.once(day(9))
    tasks = one.tasks(day(9))
    assert {task["key"] for task in tasks} == keys
    assert min(task["due"] for task in tasks) >= "2026-03-11"


def test_what_is_ignored_later_is_stripped_and_comes_back(tmp_path: Path) -> None:
    """`ignore:` applies to what is stored already, keeps crowds crowds, and can be taken back."""
    crowd = {Mailbox(f"g{n}@hall.example.com"): YES for n in range(9)}
    one = Lab(tmp_path)
    one.world.put_event(coffee(day(0), BEN, name="c"))
    one.world.put_event(
        meeting(DORA, {ANA: YES, DORA: YES, **crowd}, day(1), "All hands", name="all")
    )
    one.once(day(2))
    assert one.person(BEN, day(2))["counts"]["meetings"] == 1
    one.ignore = ["hall.example.com", BEN.addr]
    one.once(day(2))
    shown = one.view(day(2))
    assert not any(BEN.addr in person["addresses"] for person in shown["people"])
    assert one.explained(DORA, day(2))["interactions"][0]["reasons"] == ["meeting:large"]
    one.ignore = []
    one.once(day(2))
    assert one.person(BEN, day(2))["counts"]["meetings"] == 1
