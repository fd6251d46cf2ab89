"""Small steps come to what a whole pass comes to: one thing at a time, each in one transaction."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from stepping import lab_in, put, steps

from connectors.records import Card, Mailbox, Meeting, Message, PartStat
from syncd.pipeline.step import MOST, step
from syncd.store import people, schema
from syncd.store.agenda import Agenda

from worlds import ANA, BEN, CLEO, DORA, Lab, card, coffee, day, mail, meeting

YES = PartStat.ACCEPTED
NOW, LATER = day(12), day(33)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would take too long
BEN_HOME = Mailbox("benarcher@gmail.com", "Ben Archer")

# Answers before their questions, a stranger answered late, meetings at the same hour, titles that
# name somebody, a card that joins two addresses, texts that say whether a meeting took place.
POOL: tuple[tuple[Message | Meeting | Card, str], ...] = (
    (mail(BEN, ANA, day(0), "Proposal", name="q1"), "Could you send me the plan by Friday?"),
    (mail(ANA, BEN, day(1), "Re: Proposal", name="a1", answers="q1"), "I will send it tomorrow."),
    (mail(CLEO, ANA, day(0.5), "Pitch", name="p1"), "Do you want to buy my pictures?"),
    (mail(CLEO, ANA, day(2), "Pitch again", name="p2"), "Could you tell me what you think?"),
    (mail(ANA, CLEO, day(5), "Re: Pitch again", name="p3", answers="p2"), "Let's have coffee."),
    (mail(ANA, DORA, day(3), "Question", name="n0"), "What does it cost?"),
    (coffee(day(2.1), BEN, name="c1"), ""),
    (meeting(CLEO, {ANA: YES, CLEO: YES}, day(2.12), "Studio visit", name="c2"), ""),
    (meeting(DORA, {ANA: YES, DORA: YES}, day(20), "Planning", name="c3"), ""),
    (meeting(None, {}, day(9), "Lunch with Dora", name="s1"), ""),
    (mail(ANA, BEN, day(2.5), "Today", name="t1"), "It was great to see you today."),
    (mail(BEN_HOME, ANA, day(10), "From home", name="h1"), "Thank you, that was kind."),
    (card(BEN, BEN_HOME.addr), ""),
)  # fmt: skip


def stored(lab: Lab, now: datetime) -> dict[str, Any]:
    """What is shown, and what is stored of people and verdicts."""
    database = lab.open()
    with database.read() as connection:
        rows = {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in (schema.person, schema.address, schema.name_token, schema.verdict)
        }
    database.close()
    return {"rows": rows, "view": lab.view(now)}


def in_one_pass() -> list[dict[str, Any]]:
    """Everything at once, then as time went on."""
    with tempfile.TemporaryDirectory() as folder:
        lab = lab_in(Path(folder))
        for thing, text in POOL:
            put(lab.world, thing, text)
        found = []
        for now in (NOW, LATER):
            lab.once(now)
            found.append(stored(lab, now))
        return found


_REFERENCE: list[dict[str, Any]] = []


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(st.permutations(range(len(POOL))), st.integers(1, 3))
def test_steps_come_to_what_a_pass_comes_to(order: Sequence[int], together: int) -> None:
    """Whatever comes first, and however few come at a time: the same people, verdicts and moments,
    byte for byte, now and when time has gone on."""
    if not _REFERENCE:
        _REFERENCE.extend(in_one_pass())
    with tempfile.TemporaryDirectory() as folder:
        lab = lab_in(Path(folder))
        database = lab.open()
        shop = lab.shop(database)
        for start in range(0, len(order), together):
            for index in order[start : start + together]:
                put(lab.world, *POOL[index])
            steps(shop, NOW)
        database.close()
        assert stored(lab, NOW) == _REFERENCE[0]
        database = lab.open()
        last = step(lab.shop(database), LATER)
        with database.read() as connection:
            assert last.next == people.next_moment(connection, database.owner)
        with Agenda(database) as agenda:
            assert agenda.next_moment() == last.next
            assert not agenda.is_due(LATER)
        database.close()
        assert stored(lab, LATER) == _REFERENCE[1]


def test_what_is_too_much_for_a_step_is_left_for_a_pass(tmp_path: Path) -> None:
    """With more people due than a step takes on nothing is lost: they stay marked, and a pass
    does them."""
    lab = lab_in(tmp_path)
    for number in range(MOST + 1):
        who = Mailbox(f"guest{number}@hall{number}.example.com", f"Guest {number}")
        lab.world.deliver(mail(ANA, who, day(0), f"Letter {number}", name=f"g{number}"), "Hello.")
    lab.once(NOW)
    database = lab.open()
    shop = lab.shop(database)
    with database.begin() as connection:
        people.evaluate_all(connection, database.owner, LATER)
    assert step(shop, LATER).left
    database.close()
    lab.once(LATER)
    database = lab.open()
    done = step(lab.shop(database), LATER)
    assert (done.folded, done.judged, done.left) == (0, 0, False)
    database.close()
