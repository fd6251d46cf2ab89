"""The owner joins two people and takes it back: the state is what it was, to the last row."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from chances import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.memory.world import World
from connectors.records import Facet, Mailbox, Task
from syncd.pipeline import joins
from syncd.store import people, said
from syncd.store.observations import mark
from syncd.store.tables import metadata

from worlds import ANA, BEN, CLEO, DORA, Lab, card, coffee, day, mail

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Dump = dict[str, list[str]]


def dump(lab: Lab) -> Dump:
    """Every row of every table, but for when people were folded and how often the owner spoke."""
    database = lab.open()
    try:
        with database.read() as connection:
            return {
                name: sorted(
                    repr({k: v for k, v in row.items() if k != "folded_at"})
                    for row in connection.execute(select(table)).mappings()
                    if row.get("name") != "acts"
                )
                for name, table in metadata.tables.items()
            }
    finally:
        database.close()


def settled(lab: Lab, at: float) -> Dump:
    """The state once all that can be done at that moment is done, everybody folded at it."""
    for _ in range(2):  # what is drawn and delivered is read back
        lab.once(day(at))
    lab.forget_derivations()
    lab.once(day(at))
    return dump(lab)


def differences(one: Dump, other: Dump) -> dict[str, Any]:
    return {
        name: (sorted(set(one[name]) - set(other[name])), sorted(set(other[name]) - set(one[name])))
        for name in one
        if one[name] != other[name]
    }


def merge(lab: Lab, one: Mailbox, other: Mailbox, at: float) -> str:
    database = lab.open()
    try:
        return joins.merge(lab.shop(database), day(at), one.addr, other.addr)
    finally:
        database.close()


def person_of(lab: Lab, who: Mailbox) -> str:
    database = lab.open()
    try:
        with database.read() as connection:
            return people.owners_of(connection, database.owner, [who.addr])[who.addr]
    finally:
        database.close()


def split(lab: Lab, who: Mailbox, at: float) -> bool:
    person = person_of(lab, who)
    database = lab.open()
    try:
        return joins.split(lab.shop(database), day(at), person)
    finally:
        database.close()


def split_off(lab: Lab, who: Mailbox, at: float) -> None:
    person = person_of(lab, who)
    database = lab.open()
    try:
        joins.split_off(lab.shop(database), day(at), person, [who.addr])
    finally:
        database.close()


def listed(lab: Lab) -> dict[str, Task]:
    """The task list, by key."""
    found = [lab.world.task(ref) for ref in lab.world.items[Facet.TASKS]]
    return {task.key: task for task in found}


def statuses(lab: Lab, who: Mailbox, at: float) -> list[tuple[str, str]]:
    shown = lab.view(day(at))["tasks"]
    return sorted(
        (task["rule"], task["status"])
        for task in shown
        if task["created"] and who.addr in task["person"]["addresses"]
    )


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def both_met(lab: Lab) -> None:
    """A coffee with Ben, the day after one with Cleo: tasks open on both sides."""
    lab.world.put_event(coffee(day(0), BEN, name="b"))
    lab.once(day(0.5))
    lab.world.put_event(coffee(day(1), CLEO, name="c"))
    lab.once(day(1.5))


def test_merging_keeps_the_older_of_two_open_tasks(lab: Lab) -> None:
    """One open task a rule: the younger is closed, and the reason is in the list."""
    both_met(lab)
    assert len(statuses(lab, BEN, 1.5)) == 2
    whole = merge(lab, BEN, CLEO, 1.6)
    assert person_of(lab, BEN) == person_of(lab, CLEO) == whole
    rules = [rule for rule, status in statuses(lab, BEN, 1.6) if status == "open"]
    assert len(rules) == len(set(rules)) == 2
    lab.once(day(1.7))
    assert len([t for t in listed(lab).values() if t.completed]) == 2


def test_a_merge_that_is_taken_back_leaves_no_trace(lab: Lab) -> None:
    """Every table is what it was: verdicts, tasks on both sides, the outbox."""
    both_met(lab)
    before = settled(lab, 1.6)
    merge(lab, BEN, CLEO, 1.6)
    assert differences(before, dump(lab))
    assert split(lab, BEN, 1.6)
    assert differences(before, dump(lab)) == {}
    lab.once(day(1.6))
    assert differences(before, dump(lab)) == {}


def test_a_delivery_in_between_is_taken_back_in_the_list(lab: Lab) -> None:
    """What the merge had closed in the list is reopened as the same task."""
    both_met(lab)
    shown = statuses(lab, CLEO, 1.6)
    tasks = listed(lab)
    merge(lab, BEN, CLEO, 1.6)
    lab.once(day(1.6))
    assert any(task.completed for task in listed(lab).values())
    split(lab, BEN, 1.6)
    lab.once(day(1.6))
    assert not any(task.completed for task in listed(lab).values())
    assert {k: t.title for k, t in listed(lab).items()} == {k: t.title for k, t in tasks.items()}
    assert statuses(lab, CLEO, 1.6) == shown
    assert all(task.notes == tasks[k].notes for k, task in listed(lab).items())


def test_split_has_nothing_to_take_back(lab: Lab) -> None:
    """Without a merge nothing is taken back."""
    both_met(lab)
    before = settled(lab, 1.5)
    assert not split(lab, BEN, 1.5)
    assert differences(before, dump(lab)) == {}


def test_the_newest_merge_is_taken_back_first(lab: Lab) -> None:
    """Two merges, two splits, each step back to where it came from."""
    both_met(lab)
    lab.world.put_event(coffee(day(1.2), DORA, name="d"))
    states = [settled(lab, 1.6)]
    merge(lab, BEN, CLEO, 1.6)
    states.append(dump(lab))
    merge(lab, DORA, CLEO, 1.6)
    assert split(lab, DORA, 1.6)
    assert differences(states[1], dump(lab)) == {}
    assert split(lab, BEN, 1.6)
    assert differences(states[0], dump(lab)) == {}


def test_an_address_is_split_off_against_a_card(lab: Lab) -> None:
    """The owner's word beats the card, and a merge takes it back, exactly."""
    both_met(lab)
    lab.world.put_card(card(BEN, CLEO.addr))
    lab.once(day(1.6))
    assert person_of(lab, BEN) == person_of(lab, CLEO)
    split_off(lab, CLEO, 1.6)
    assert person_of(lab, BEN) != person_of(lab, CLEO)
    apart = settled(lab, 1.6)
    merge(lab, CLEO, BEN, 1.6)
    assert person_of(lab, BEN) == person_of(lab, CLEO)
    split(lab, BEN, 1.6)
    assert differences(apart, dump(lab)) == {}


HAPPENINGS: Mapping[str, Callable[[World], object]] = {
    "coffee with Ben": lambda w: w.put_event(coffee(day(0), BEN, name="b")),
    "coffee with Cleo": lambda w: w.put_event(coffee(day(1), CLEO, name="c")),
    "coffee with Dora": lambda w: w.put_event(coffee(day(0.2), DORA, name="d")),
    "more coffee with Cleo": lambda w: w.put_event(coffee(day(2), CLEO, name="c2")),
    "an old coffee with Ben": lambda w: w.put_event(coffee(day(-40), BEN, name="b0")),
    "Ben asks": lambda w: w.deliver(
        mail(BEN, ANA, day(0.3), "Plan", name="q1"), "Could you send me the plan by Friday?"
    ),
    "Ana answers Ben": lambda w: w.deliver(
        mail(ANA, BEN, day(0.6), "Re: Plan", name="a1", answers="q1"), "I will send it tomorrow."
    ),
    "Cleo asks": lambda w: w.deliver(
        mail(CLEO, ANA, day(0.7), "Colour", name="q2"), "Which colour do you want?"
    ),
    "Ana writes to Cleo": lambda w: w.deliver(
        mail(ANA, CLEO, day(1.1), "Thanks", name="a2"), "Thank you! Let's have lunch soon."
    ),
    "Ben's card": lambda w: w.put_card(card(BEN)),
    "a note about Cleo": lambda w: w.put_event(coffee(day(9), CLEO, name="later")),
}
NAMES = st.lists(st.sampled_from(sorted(HAPPENINGS)), min_size=1, max_size=6, unique=True)


@settings(max_examples=examples(7), suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(NAMES, NAMES, st.sampled_from([2.5, 6.5, 31.5]), st.booleans())
def test_merge_then_split_restores_every_row(
    first: list[str], second: list[str], at: float, nested: bool
) -> None:
    """Whatever happened, with whichever tasks are out: merged and split, every row is as before."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        for name in first:
            HAPPENINGS[name](lab.world)
        lab.once(day(0.8))
        for name in second:
            HAPPENINGS[name](lab.world)
        for who in (BEN, CLEO, DORA):  # everybody is there to be merged
            lab.world.deliver(mail(who, ANA, day(0.1), "Hi", name=f"hi-{who.addr}"), "Hello.")
        before = settled(lab, at)
        merge(lab, BEN, CLEO, at)
        if nested:
            merge(lab, DORA, CLEO, at)
            assert split(lab, CLEO, at)
        assert split(lab, CLEO, at)
        assert differences(before, dump(lab)) == {}


@settings(max_examples=examples(4), suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(NAMES, NAMES)
def test_a_run_between_merge_and_split_is_taken_back_too(
    first: list[str], second: list[str]
) -> None:
    """Delivered in between: afterwards the list and all that is shown are what they were."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        for name in first:
            HAPPENINGS[name](lab.world)
        lab.once(day(0.8))
        for name in second:
            HAPPENINGS[name](lab.world)
        for who in (BEN, CLEO):
            lab.world.deliver(mail(who, ANA, day(0.1), "Hi", name=f"hi-{who.addr}"), "Hello.")
        settled(lab, 2.5)
        shown, tasks = lab.view(day(2.5)), listed(lab)
        merge(lab, BEN, CLEO, 2.5)
        for _ in range(2):
            lab.once(day(2.5))
        assert split(lab, CLEO, 2.5)
        for _ in range(2):
            lab.once(day(2.5))
        after = lab.view(day(2.5))
        keep = {task["key"] for task in shown["tasks"]}
        assert [task for task in after["tasks"] if task["key"] in keep] == shown["tasks"]
        assert after["people"] == shown["people"]
        assert {key: task for key, task in listed(lab).items() if key in tasks} == tasks


def test_a_split_that_was_interrupted_is_finished_by_the_next_run(lab: Lab) -> None:
    """The word and its marks are one transaction; whoever comes next puts everything back."""
    both_met(lab)
    before = settled(lab, 1.6)
    merge(lab, BEN, CLEO, 1.6)
    database = lab.open()
    with database.begin() as connection:
        addrs = [BEN.addr, CLEO.addr]
        (number,) = said.merges(connection, database.owner, addrs)
        said.take_back(connection, database.owner, number)
        said.put_back_later(connection, database.owner, number)
        mark(connection, database.owner, addrs)
    database.close()
    lab.once(day(1.6))
    assert differences(before, dump(lab)) == {}


def test_a_merge_that_was_interrupted_can_be_taken_back(lab: Lab) -> None:
    """Without knowing what it did, the tasks are judged anew: the same ones are open."""
    both_met(lab)
    settled(lab, 1.6)
    shown = lab.view(day(1.6))
    database = lab.open()
    with database.begin() as connection:
        pair = (BEN.addr, CLEO.addr)
        number = said.say(connection, database.owner, {pair}, ())
        said.keep(connection, database.owner, number, {"before": {}}, day(1.6))
        mark(connection, database.owner, pair)
    database.close()
    lab.once(day(1.6))
    assert person_of(lab, BEN) == person_of(lab, CLEO)
    assert split(lab, BEN, 1.6)
    lab.once(day(1.6))
    assert lab.view(day(1.6)) == shown


def test_what_the_owner_did_in_between_stays(lab: Lab) -> None:
    """A task that was ticked while the two were one stays ticked when they are two again."""
    both_met(lab)
    settled(lab, 1.6)
    merge(lab, BEN, CLEO, 1.6)
    lab.once(day(1.6))
    ref = next(ref for ref in lab.world.items[Facet.TASKS] if not lab.world.task(ref).completed)
    lab.world.tick(ref, day(1.7))
    lab.once(day(1.8))
    split(lab, BEN, 1.9)
    lab.once(day(2))
    done = [task for task in listed(lab).values() if task.completed]
    assert [task.key for task in done] == [lab.world.task(ref).key]
