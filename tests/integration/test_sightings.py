"""What is kept beside a sighting: since when somebody is known to come to a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from connectors.memory.world import World
from connectors.records import Mailbox, Meeting, PartStat
from syncd.planner import Policy
from syncd.store import schema

from worlds import ANA, BEN, CLEO, DORA, LISBON, WEEKDAYS, Lab, day, mail, meeting

YES, NO, SILENT = PartStat.ACCEPTED, PartStat.DECLINED, PartStat.UNKNOWN
RULES = """
version: 1
rules:
  - {id: met, since: meeting_scheduled, due: 10d, task: {title: Prepare}}
"""
NOW = day(5)
HOME = Mailbox("me@home.example.net", "Ana Silva")


def lab(folder: Path, **more: Any) -> Lab:
    return Lab(
        folder, rules=RULES, policy=Policy(zone=LISBON, working_days=WEEKDAYS, preview=True), **more
    )


def invited(mine: PartStat, who: Mailbox = BEN, *, me: Mailbox = ANA) -> Meeting:
    """A talk in a month to which somebody else invited."""
    return meeting(who, {me: mine, who: YES}, day(30), name=f"talk-{who.name}")


def one_of_many(whole: Meeting) -> Meeting:
    """The talk as the instance of a series."""
    return replace(whole, recurring=True, recurrence_id="2026-04-01T09:00:00+00:00")


def due(one: Lab, now: datetime = NOW) -> dict[str, str]:
    """By person, when the task of their meeting is due."""
    return {task["person"]["name"]: str(task["due"]) for task in one.view(now)["tasks"]}


def since(one: Lab) -> list[str]:
    """What stands beside the sightings, where anything does."""
    database = one.open()
    with database.read() as connection:
        rows = connection.execute(select(schema.sighting.c.since)).scalars()
        found = sorted(row for row in rows if row)
    database.close()
    return found


def test_each_answer_counts_from_when_it_was_seen(tmp_path: Path) -> None:
    """One calendar, two, a series, an answer taken back: in the end as inference sees them anew,
    and with nobody's address beside what was seen."""
    one = lab(tmp_path, worlds={"home": World(), "work": World()})
    home, work = one.worlds["home"], one.worlds["work"]
    for moment, bens, cleos, doras in (
        (0.0, SILENT, YES, SILENT),
        (1.0, SILENT, NO, SILENT),
        (2.0, YES, NO, SILENT),
        (3.0, YES, YES, YES),
    ):
        home.put_event(invited(bens))
        home.put_event(invited(cleos, CLEO))
        home.put_event(one_of_many(invited(doras, DORA)))
        if moment == 3.0:  # the same talk with Ben, in a calendar that is read late
            work.put_event(invited(YES))
        one.once(day(moment))
    expected = {BEN.name: "2026-03-14", CLEO.name: "2026-03-15", DORA.name: "2026-03-15"}
    assert due(one) == expected
    assert len(since(one)) == 3
    assert not any("@" in text for text in since(one))
    one.forget_derivations()
    one.once(NOW)
    assert due(one) == expected
    # Whoever is ignored afterwards leaves a nameless place; those of the others stay theirs.
    one.ignore = [DORA.addr]
    one.once(NOW)
    assert due(one) == {name: day for name, day in expected.items() if name != DORA.name}
    # Sightings from before this was kept say nothing: their meetings count from the first sight.
    database = one.open()
    with database.begin() as connection:
        connection.execute(update(schema.sighting).values(since=None))
    database.close()
    one.forget_derivations()
    one.once(NOW)
    assert due(one) == {BEN.name: "2026-03-12", CLEO.name: "2026-03-12"}


def test_a_meeting_is_new_to_whoever_joins_it(tmp_path: Path) -> None:
    """With whom the owner adds to a meeting later it is scheduled later, whatever they answer."""
    one = lab(tmp_path)
    for moment, others in (
        (0.0, {BEN: SILENT}),
        (2.0, {DORA: SILENT, BEN: YES}),
        (4.0, {BEN: YES, DORA: YES}),
    ):
        one.world.put_event(meeting(ANA, {ANA: YES, **others}, day(30), name="talk"))
        one.once(day(moment))
    assert due(one) == {BEN.name: "2026-03-12", DORA.name: "2026-03-14"}


def test_the_owners_answer_by_mail(tmp_path: Path) -> None:
    """A REPLY in the sent folder accepts when it is seen, the single meeting and the series."""
    one = lab(tmp_path)
    one.world.put_event(invited(SILENT))
    one.world.put_event(one_of_many(invited(SILENT, CLEO)))
    one.once(day(0))
    for number, who in enumerate((BEN, CLEO), 1):
        answer = replace(invited(YES, who), method="reply", recurring=who is CLEO)
        answer = replace(answer, attendees=answer.attendees[:1])  # a reply shows its author alone
        letter = mail(ANA, who, day(number), "Accepted: Talk")
        one.world.deliver(letter, carries=(answer,))
        one.once(day(number))
    assert due(one) == {BEN.name: "2026-03-13", CLEO.name: "2026-03-14"}


def test_an_answer_of_an_address_that_turns_out_to_be_the_owners(tmp_path: Path) -> None:
    """What was seen when does not depend on who was known to be the owner then."""
    one = lab(tmp_path)
    for moment, answer in ((0.0, SILENT), (2.0, YES)):
        one.world.put_event(invited(answer, me=HOME))
        one.once(day(moment))
    assert due(one) == {}
    one.addresses |= {HOME.addr}
    one.once(NOW)
    assert due(one) == {BEN.name: "2026-03-14"}
