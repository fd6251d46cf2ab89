"""Tasks of ours that a list holds and the state knows nothing of: it was restored, or lost.

What was delivered is history, so such a task is taken in as it is. Its key says which occurrence
of which rule it is about; nothing is written for it, and nothing drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from connectors.contract import Draft
from connectors.records import Task
from rules.evaluate import find_anchor
from rules.history import Event
from rules.model import Rule, StrengthBelow
from rules.stops import FIRST
from rules.verdict import State, Verdict
from syncd.pipeline.people import Portrait
from syncd.planner import Copy, Hand, Policy, TaskState, Tracked, due_day, hand, mint
from syncd.store.strays import Stray


@dataclass(frozen=True, slots=True)
class Origin:
    """What a key was minted from."""

    key: str
    rule: Rule
    anchor: Event
    addr: str


def origins(
    portrait: Portrait,
    rules: Iterable[Rule],
    strays: Callable[[Iterable[str]], Mapping[str, Stray]],
    now: datetime,
) -> Iterator[tuple[Origin, Stray]]:
    """The `strays` that are about this person, with what each stands for: those of given keys are
    asked for, once."""
    minted: dict[str, Origin] = {}
    for one in _minted(portrait, rules, now):
        minted.setdefault(one.key, one)
    there = strays(minted)
    for key, one in minted.items():
        if key in there and find_anchor(one.rule, one.anchor.evidence, portrait.history):
            yield one, there[key]


def _minted(portrait: Portrait, rules: Iterable[Rule], now: datetime) -> Iterator[Origin]:
    """Whatever a task may be about."""
    for rule in rules:
        if isinstance(rule.since, StrengthBelow):
            events = portrait.history.strength_below(rule.since.level, now)
        else:
            kinds = {rule.since, FIRST.get(rule.since, rule.since)}
            events = tuple(one for one in portrait.history.events if kinds & one.kinds)
        for event in events:
            for addr in portrait.addrs:
                yield Origin(mint(rule.id, event.evidence, addr), rule, event, addr)


def row_of(portrait: Portrait, origin: Origin, verdict: Verdict, now: datetime) -> Tracked:
    """The verdict as it would be stored had it been followed all the time; its task is to come."""
    return Tracked(
        key=origin.key,
        person=portrait.row.id,
        rule=origin.rule.id,
        anchor=origin.anchor.evidence,
        addr=origin.addr,
        state=State.OPEN,
        found_at=now,
        remind=verdict.remind,
        due=verdict.due,
        expires=verdict.expires,
        next=verdict.expires,
        priority=verdict.priority,
        reasons=(f"since:{origin.rule.since}",),
    )


def adopted(
    row: Tracked, means: str, stray: Stray, draft: Draft, policy: Policy, now: datetime
) -> Hand:
    """The row with its task as the list has it. Where a text differs from what we would write now,
    the owner's hand was at it: better to leave one of ours alone than to overwrite theirs. The day
    is compared with the one it was written with: by now that may be past."""
    found = stray.found
    created = min((found.task.created or now).astimezone(UTC), now)
    ours = Copy(draft.title, draft.notes, _written_due(row, found.task, policy, created))
    # Without the day it was written with, the one it has is not taken for a move of the owner's.
    theirs = replace(ours, due=found.task.due) if ours.due is None else ours
    task = TaskState(
        account=stray.account,
        ours=ours,
        theirs=theirs,
        created=created,
        ref=found.ref,
        stamp=found.stamp,
        delivered_at=now,
        means=means,
        evidence=(row.anchor,),
    )
    seen = hand(row.having(task), found.task, now)
    if stray.gone:
        gone = hand(seen.tracked, None, now)
        seen = replace(gone, acts=seen.acts | gone.acts)
    # Lines that we wrote ourselves once must not become the owner's notes.
    return replace(seen, lines=())


def _written_due(row: Tracked, found: Task, policy: Policy, created: datetime) -> date | None:
    """The day that we wrote into it once; None where it may have been another: it was moved since,
    by its owner or by us."""
    if found.due == row.due or found.created is None:
        return row.due if found.due in (None, row.due) else None
    first = due_day(row.due, policy, created)
    return first if found.due in (None, first) else None
