"""Tasks of ours that a list holds and the state knows nothing of: it was restored, or lost.

What was delivered is history, so such a task is taken in as it is. Its key says which occurrence
of which rule it is about; nothing is written for it, and nothing drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.contract import Draft
from rules.evaluate import find_anchor
from rules.history import Event
from rules.model import Rule, StrengthBelow
from rules.verdict import State, Verdict
from syncd.pipeline.people import Portrait
from syncd.planner import Copy, Hand, TaskState, Tracked, hand, mint
from syncd.store.ledger_hand import Found


@dataclass(frozen=True, slots=True)
class Stray:
    """A task with a key of ours, as the list of `account` has it."""

    account: str
    found: Found


@dataclass(frozen=True, slots=True)
class Origin:
    """What a key was minted from."""

    key: str
    rule: Rule
    anchor: Event
    addr: str


def origins(
    portrait: Portrait, rules: Iterable[Rule], strays: Mapping[str, Stray], now: datetime
) -> Iterator[Origin]:
    """What the strays that are about this person stand for."""
    for rule in rules:
        events = portrait.history.events
        if isinstance(rule.since, StrengthBelow):
            events = portrait.history.strength_below(rule.since.level, now)
        for event in events:
            for addr in portrait.addrs:
                key = mint(rule.id, event.evidence, addr)
                if key in strays and find_anchor(rule, event.evidence, portrait.history):
                    yield Origin(key, rule, event, addr)


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


def adopted(row: Tracked, means: str, stray: Stray, draft: Draft, now: datetime) -> Hand:
    """The row with its task as the list has it. Where that differs from what we would write now,
    the owner's hand was at it: better to leave a text of ours alone than to overwrite theirs."""
    ours = Copy(draft.title, draft.notes, draft.due)
    found = stray.found
    created = found.task.created or now
    task = TaskState(
        account=stray.account,
        ours=ours,
        theirs=ours,
        created=min(created.astimezone(UTC), now),
        ref=found.ref,
        stamp=found.stamp,
        delivered_at=now,
        means=means,
        evidence=(row.anchor,),
    )
    seen = hand(row.having(task), found.task, now)
    # Lines that we wrote ourselves once must not become the owner's notes.
    return replace(seen, lines=())
