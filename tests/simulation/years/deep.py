"""What is checked once a month and at the end: everything that can be shown of the state."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from overheard import overheard
from simulation.years import letters
from simulation.years.broken import must
from simulation.years.cast import Cast, Person
from simulation.years.owner import Memory
from simulation.years.process import Process
from simulation.years.tasks import tasks_of
from simulation.years.truth import Truth

from rules.verdict import State
from syncd.pipeline.incidents import incident
from syncd.store import ledger_tasks, people
from syncd.views.explain import explain_person
from syncd.views.people import people_list
from syncd.views.tasks import explain_task


def no_text(process: Process) -> None:
    """6. Bodies are never stored."""
    mark = letters.BODY.encode()
    for content in process.files():
        must(mark not in content, "6: text of a mail is in the state's files")


def explained(process: Process, memory: Memory, now: datetime) -> None:
    """9. Every task can be explained from stored evidence. 3. Nothing in the future counts.
    4. At most one open task for each person and rule."""
    keys = [one.key for one in tasks_of(process.stage)]
    with process.looking(now) as (connection, decider, _):
        owner = process.database.owner
        rows = ledger_tasks.open_tasks(connection, owner)
        asked = any(incident(connection, owner, name) for name in ("home", "work"))
        pairs = [(row.person, row.rule) for row in rows if row.state is State.OPEN]
        must(asked or len(pairs) == len(set(pairs)), f"4: several open tasks: {sorted(pairs)}")
        tasks: dict[str, Mapping[str, Any]] = {}
        for key in {*keys, *(row.key for row in rows)}:
            shown = explain_task(connection, decider, key, now)
            tasks[key] = shown["task"] if shown else {}
            must(
                shown or _let_go(process, memory, key),
                f"9: {key} cannot be explained{_as_listed(process, key)}",
            )
            for one in shown["interactions"] if shown else ():
                must(one["real"] != "yes" or one["at"] <= now, f"3: the future counts: {one}")
        for one in rows:
            must(tasks[one.key].get("title"), f"9: {one.key} has no title")
            silent = one.addr in memory.ignored or one.rule == "party"
            must(
                tasks[one.key].get("evidence") or silent, f"9: no evidence behind {one.key}: {one}"
            )


def _as_listed(process: Process, key: str) -> str:
    return "".join(f"\n  {one.task}" for one in tasks_of(process.stage) if one.key == key)


def _let_go(process: Process, memory: Memory, key: str) -> bool:
    """Whether the task is of somebody forgotten, and was the owner's to keep, or was written after
    the copy was made that is the state now."""
    if key in memory.lost:
        return True
    addrs = {addr for one in memory.forgotten for addr in one.addrs}
    return any(one.key == key and one.addr in addrs for one in tasks_of(process.stage))


def true_to_life(process: Process, cast: Cast, truth: Truth, memory: Memory, now: datetime) -> int:
    """Meetings that took place count, others do not; machines are nobody. Returns how many meetings
    were compared."""
    compared = 0
    with process.looking(now) as (connection, decider, shop):
        listed = people_list(connection, decider.gallery, shop.ruleset, now)
        shown = {addr for one in listed for addr in one["addresses"]}
        must(not shown & truth.machines, f"truth: a machine is a person: {shown & truth.machines}")
        owners = people.owners_of(
            connection, process.database.owner, [one.box.addr for one in cast.plain]
        )
        for person in cast.plain:
            who = owners.get(person.box.addr)
            if not who:
                tie = truth.of(person.box.addr)
                must(not tie.met(now), f"truth: {person.first} was met and is unknown")
                continue
            told = explain_person(connection, decider, who, now)
            compared += _meetings(person, truth, told["interactions"], now)
    return compared


def _meetings(
    person: Person, truth: Truth, shown: Collection[Mapping[str, Any]], now: datetime
) -> int:
    tie, compared = truth.of(person.box.addr), 0
    counted = {
        one["at"]: one["real"]
        for one in shown
        if one["kind"] == "meeting" and one["mode"] is not None
    }
    starts = {date.start for date in tie.dates if date.took_place}
    for date in tie.dates:
        if date.end > now or (not date.took_place and date.start in starts):
            continue
        real, compared = str(counted.get(date.start)), compared + 1
        if date.took_place:
            must(real == "yes", f"truth: {person.first} was met at {date.start}: {real} ({date})")
        else:
            must(real == "no", f"truth: not met {person.first} at {date.start}: {real} ({date})")
        for end, _ in date.earlier:
            start = end - (date.end - date.start)
            moved = start not in starts and str(counted.get(start)) == "yes"
            must(not moved, f"truth: {person.first}'s hour at {start} was moved, and counts")
    return compared


def forgotten(process: Process, memory: Memory) -> None:
    """7. Nothing of whoever was forgotten is left in any byte of the state, nor in a list."""
    for person in memory.forgotten:
        words = [person.last, *person.addrs]
        for content in process.files():
            for word in words:
                must(word.encode() not in content, f"7: {word!r} is still stored")
        left = [one.key for one in tasks_of(process.stage) if one.addr in person.addrs]
        kept = [key for key in left if not memory.edits.get(key)]
        must(not kept, f"7: tasks about {person.first} are still in a list: {kept}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Everything that is written to the log meanwhile, in each of its forms; there at the end."""
    said: list[str] = []
    with overheard() as heard:
        try:
            yield said
        finally:
            said += heard.text.splitlines()


def nothing_private(said: Collection[str], cast: Cast) -> None:
    """6. Logs carry no address, name, subject, title or text."""
    words = ["@", letters.SUBJECT, letters.BODY]
    words += [word.casefold() for one in cast.everybody for word in (one.first, one.last)]
    must(said, "6: nothing was logged at all")
    for line in said:
        folded = line.casefold()
        found = [word for word in words if word in folded]
        must(not found, f"6: logged: {line}")


_FAULTS = ("person.failed", "person.set_aside", "item.failed", "worker.failed", "process.crashed")
_TROUBLES = (
    "SignInNeeded", "Unavailable", "Refused", "Vanished", "CursorExpired", "Ambiguous", "Paused",
    "Crowded", "Broken", "Declined",
)  # fmt: skip


def _is_left(line: str, account: str) -> bool:
    """Whether it says, in either form, that a mail of this account was left for later."""
    forms = f"account={account} facet=mail", f'"account": "{account}", "facet": "mail"'
    return "item.failed" in line and any(form in line for form in forms)


def no_faults(said: Collection[str], broken: Mapping[str, int]) -> None:
    """8. Nothing broke but what the edge broke: a fault of ours would be noted and passed over.
    `broken` says how many connections to each account's servers were: a letter over which one broke
    twice is left for later."""
    left = [line for line in said for name in broken if _is_left(line, name)]
    # Each is said in two forms.
    must(len(left) <= sum(broken.values()), f"8: something broke: {left}")
    for line in said:
        if line in left:
            continue
        for name in _FAULTS:
            must(name not in line, f"8: something broke: {line}")
        if "source.failed" in line or "account.down" in line:
            must(any(kind in line for kind in _TROUBLES), f"8: something broke: {line}")
