"""One person's rows, followed to where their verdicts stand now.

A rule has at most one row that can still become a task, the one of its current anchor, and at
most one live task. The live task is dealt with first (`syncd/planner/live.py`); what the rule
says now becomes a row of its own only where no live task speaks for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from rules.history import Event
from rules.verdict import State, Verdict
from syncd.planner.keys import mint
from syncd.planner.live import Live, follow_live, refreshed, waits_for_moved
from syncd.planner.model import (
    Followed,
    Intent,
    Policy,
    Status,
    TaskState,
    Tracked,
    Update,
)
from syncd.planner.mutes import EVERY_RULE

_MUTE_AFTER = 2  # deleted tasks of one rule
_OVER = (State.SATISFIED, State.EXPIRED)
_OFF = ("mute:owner", "mute:deleted-twice", "pause:owner", "preview")


def unjudged(current: Sequence[Verdict], tracked: Sequence[Tracked]) -> tuple[Tracked, ...]:
    """The rows that `follow` wants in `rejudged`: live tasks, and what was shown as held, on an
    anchor that is not current."""
    anchors = {(verdict.rule, verdict.anchor.evidence) for verdict in current}
    return tuple(
        row
        for row in tracked
        if (row.live or _shown(row) or waits_for_moved(row))
        and (row.rule, row.anchor) not in anchors
    )


def passed_over(rows: Sequence[Tracked]) -> set[tuple[str, str]]:
    """The anchors, as (rule, evidence), that make way for others: answered by the owner, or missed
    for good."""
    answers = (Status.DONE, Status.DISMISSED)
    return {
        (row.rule, row.anchor)
        for row in rows
        if row.state is State.MISSED or (row.task is not None and row.task.status in answers)
    }


def too_late(verdict: Verdict, policy: Policy, now: datetime) -> bool:
    """Whether a verdict would be missed, were it first found open now."""
    opened = verdict.opened_at or verdict.remind
    is_open = verdict.state is State.OPEN and verdict.anchor.settled
    return is_open and now - opened > policy.catch_up


def follow(
    person: str,
    current: Sequence[Verdict],
    tracked: Sequence[Tracked],
    rejudged: Mapping[str, Verdict | None],
    policy: Policy,
    now: datetime,
    *,
    address_of: Mapping[str, str],
    muted: frozenset[str] = frozenset(),
    unmuted: Mapping[str, datetime] | None = None,
    events: Mapping[str, Event] | None = None,
    moved: Mapping[str, datetime] | None = None,
    incident: bool = False,
) -> Followed:
    """Where each of the person's rows stands now, and what has to be written.

    `rejudged` holds, by key, the verdict on the anchor of each row that `unjudged` names; None
    where that anchor's evidence is no longer real. A row that is missing there (its rule is gone)
    stays as it is until it expires. `address_of` maps an anchor's evidence to the person's address
    in it. `muted` are the rules muted for this person, `*` for all; `unmuted` says since when
    deletions count again, by rule or `*`. `events` (by evidence) puts reasons into words. `moved`
    says, by key, when the anchor of a live task will be, now that it is in the future. During an
    `incident` of the task list nothing becomes a candidate and no live task is touched.
    """
    verdicts = {verdict.rule: verdict for verdict in sorted(current, key=_age)}
    rows: dict[str, list[Tracked]] = defaultdict(list)
    for row in tracked:
        rows[row.rule].append(row)
    after: dict[str, Tracked] = {}
    intents: list[Intent] = []
    moments = [verdict.next for verdict in verdicts.values()]
    for rule in sorted(verdicts.keys() | rows.keys()):
        verdict = verdicts.get(rule)
        if not rows[rule] and verdict is not None and verdict.state in _OVER:
            continue  # what was never found open leaves no trace
        mute = _muted(rule, rows[rule], muted, unmuted or {})
        key = _key(verdict, rows[rule], person, address_of) if verdict is not None else ""
        live = Live(verdict, key, mute, policy, now, events or {}, incident, moved or {})
        followed, written = follow_live(live, rows[rule], rejudged)
        kept = [one for one in followed if one.task is not None and one.key != key]
        if verdict is not None:
            addr = address_of.get(verdict.anchor.evidence, person)
            placed, more = _place(live, verdict, followed, person, addr)
            kept += [placed] if placed is not None else []
            written = [*written, *more]
        if not any(one.live or one.task is None for one in kept):
            kept += _void(rows[rule], rejudged, now)
        after |= {row.key: row for row in kept}
        intents += written
    before = {row.key: row for row in tracked}
    moments += [row.next for row in after.values()]
    # A row that is left as it is may name a moment that has passed: it must hide no later one.
    ahead = [moment for moment in moments if moment is not None and moment > now]
    return Followed(
        rows=tuple(row for key, row in sorted(after.items()) if before.get(key) != row),
        vanished=tuple(sorted(before.keys() - after.keys())),
        instead=_instead(before, after),
        intents=tuple(intents),
        next=min(ahead, default=None),
        tracked=tuple(row for _, row in sorted(after.items())),
    )


def _instead(
    before: Mapping[str, Tracked], after: Mapping[str, Tracked]
) -> tuple[tuple[str, str], ...]:
    """See `Followed.instead`."""
    gone = {
        (row.person, row.rule, row.state): key for key, row in before.items() if key not in after
    }
    if not gone:
        return ()
    new = ((row, key) for key, row in after.items() if key not in before and row.task is None)
    pairs = {gone.get((row.person, row.rule, row.state)): key for row, key in new}
    return tuple(sorted((old, key) for old, key in pairs.items() if old is not None))


def unplaced(
    verdict: Verdict,
    rows: Sequence[Tracked],
    muted: frozenset[str],
    unmuted: Mapping[str, datetime],
) -> tuple[State, tuple[str, ...]]:
    """How a verdict stands that `follow` gave no row: over before it could be a task, or kept back
    by one that is out. `rows` are the person's."""
    if verdict.state in _OVER:
        return verdict.state, verdict.reasons
    mine = [row for row in rows if row.rule == verdict.rule]
    if mute := _muted(verdict.rule, mine, muted, unmuted):
        return State.MUTED, (mute,)
    if any(row.live for row in mine):
        return State.WAITING, ("task:older-open",)
    return verdict.state, verdict.reasons


def _shown(row: Tracked) -> bool:
    """Whether it never had a task, and was shown to the owner as one that could have."""
    found = row.state in (State.HELD, State.MISSED) and row.found_at is not None
    return row.task is None and (found or row.state is State.VOID)


def _void(
    rows: Sequence[Tracked], rejudged: Mapping[str, Verdict | None], now: datetime
) -> list[Tracked]:
    """The newest row that was shown before now and whose anchor turned out not to be real. It is
    there to be seen only: were the anchor real after all, it would be judged like a new one."""
    gone = [
        row if row.state is State.VOID else _voided(row, now)
        for row in rows
        if _shown(row)
        and rejudged.get(row.key, row) is None
        and (row.found_at is None or row.found_at < now)
    ]
    return sorted(gone, key=lambda row: (row.remind, row.key))[-1:]


def _voided(row: Tracked, now: datetime) -> Tracked:
    why = ("anchor:gone",)
    return replace(row, state=State.VOID, found_at=None, next=None, closed_at=now, reasons=why)


def _age(verdict: Verdict) -> tuple[datetime, str]:
    return verdict.anchor.end, verdict.anchor.evidence


def _key(
    verdict: Verdict, rows: Sequence[Tracked], person: str, address_of: Mapping[str, str]
) -> str:
    """The key of the row that is about this anchor already, or was when it was minted, else a
    new one. After a merge two rows may be about it: the one that came further speaks for both.
    """
    anchor = verdict.anchor.evidence
    about = [row for row in rows if row.anchor == anchor]
    if about:
        return min(about, key=_precedence).key
    addr = address_of.get(anchor, person)
    key = mint(verdict.rule, anchor, addr)
    about = [
        row
        for row in rows
        if row.key == (key if row.addr == addr else mint(verdict.rule, anchor, row.addr))
    ]
    return min(about, key=_precedence).key if about else key


def _precedence(row: Tracked) -> tuple[int, int, str]:
    """Live tasks first, then what the owner answered, then what we closed, then mere rows."""
    if row.task is None:
        return (3, 0 if row.found_at is not None else 1, row.key)
    answered = row.task.status in (Status.DONE, Status.DISMISSED)
    return (0 if row.live else 1 if answered else 2, 0, row.key)


def _muted(
    rule: str,
    rows: Sequence[Tracked],
    muted: frozenset[str],
    unmuted: Mapping[str, datetime],
) -> str:
    """The reason why this rule is muted for this person, "" when it is not."""
    if rule in muted or EVERY_RULE in muted:
        return "mute:owner"
    return "mute:deleted-twice" if deleted_twice(rule, rows, unmuted) else ""


def deleted_twice(rule: str, rows: Sequence[Tracked], unmuted: Mapping[str, datetime]) -> bool:
    """Whether two deletions of one person's tasks, `rows` of this rule, have muted it for them."""
    if len(rows) < _MUTE_AFTER:
        return False
    since = max((at for name, at in unmuted.items() if name in (rule, EVERY_RULE)), default=None)
    deleted = sum(
        1
        for row in rows
        if row.task is not None
        and row.task.status is Status.DISMISSED
        and (since is None or (row.task.closed_at or since) > since)
    )
    return deleted >= _MUTE_AFTER


def _place(
    says: Live, verdict: Verdict, rows: Sequence[Tracked], person: str, addr: str
) -> tuple[Tracked | None, list[Update]]:
    """The row for what the rule says now; None where there is nothing to keep of it."""
    row = next((one for one in rows if one.key == says.key), None)
    live = any(one.live for one in rows)
    if row is not None and row.task is not None:
        why = tuple(reason for reason in row.reasons if reason not in _OFF)
        if says.incident or live or not _undone(verdict, row, row.task, rows):
            return (row if why == row.reasons else replace(row, reasons=why, next=None)), []
        if off := says.mute or says.policy.off(says.now):
            # It waits to open again as any other waits to appear.
            return _later(says, replace(row, reasons=(off, *why), next=verdict.next)), []
        return _reopened(says, verdict, row, row.task)
    if live:
        return None, []  # that task speaks for the rule
    if row is not None and row.state is State.MISSED:
        return row, []
    if row is not None and row.state is State.VOID:
        row = None  # the anchor is real after all
    found = row.found_at if row is not None else None
    if found is None and verdict.state in _OVER:
        # What was never found open leaves no trace: the rules can say it again at any time.
        return None, []
    fresh = Tracked(
        key=says.key,
        person=person,
        rule=verdict.rule,
        anchor=verdict.anchor.evidence,
        addr=row.addr if row is not None else addr,
        state=verdict.state,
        found_at=found,
        remind=verdict.remind,
        due=verdict.due,
        expires=verdict.expires,
        next=verdict.next,
        priority=verdict.priority,
        reasons=verdict.reasons,
        satisfied_by=verdict.satisfied_by,
    )
    if verdict.state in _OVER:
        return replace(fresh, closed_at=verdict.closed_at, next=None), []
    if verdict.state is State.WAITING:
        return fresh, []
    if says.mute:
        # No memory of when it was found: it is judged anew when the mute ends.
        return replace(fresh, state=State.MUTED, found_at=None, reasons=(says.mute,)), []
    if says.policy.paused(says.now):
        # The same for what comes up during a pause; what was found before it is not missed by it.
        return _later(says, _held(fresh, "pause:owner")), []
    return _found(says, verdict, replace(fresh, found_at=found or says.now)), []


def _found(says: Live, verdict: Verdict, row: Tracked) -> Tracked:
    """Held by the first of the things that can hold an open verdict back, or missed."""
    if not verdict.anchor.settled:
        return _held(row, "facet:back-filling")
    if verdict.state is State.HELD:
        return row
    opened = verdict.opened_at or verdict.remind
    if row.found_at is not None and row.found_at - opened > says.policy.catch_up:
        why = ("missed:catch-up",)
        return replace(row, state=State.MISSED, closed_at=says.now, next=None, reasons=why)
    if says.incident:
        return _held(row, "list:incident")
    return _held(row, "preview" if says.policy.preview else "budget")


def _later(says: Live, row: Tracked) -> Tracked:
    """The row, to be looked at when the pause ends."""
    moments = (row.next, says.policy.paused_until)
    ahead = [moment for moment in moments if moment is not None and moment > says.now]
    return replace(row, next=min(ahead, default=None))


def _held(row: Tracked, reason: str) -> Tracked:
    return replace(row, state=State.HELD, reasons=(reason, *row.reasons))


def _undone(verdict: Verdict, row: Tracked, task: TaskState, rows: Sequence[Tracked]) -> bool:
    """Whether what satisfied a closed task has not happened after all.

    Only what we closed ourselves: the owner's tick or deletion on the same anchor is an answer.
    """
    answered = any(
        one.anchor == row.anchor
        and one.task is not None
        and one.task.status in (Status.DONE, Status.DISMISSED)
        for one in rows
    )
    return (
        verdict.state is State.OPEN
        and verdict.anchor.evidence == row.anchor
        and verdict.anchor.settled
        and (row.state is State.SATISFIED or waits_for_moved(row))
        and task.status is Status.CLOSED
        and not answered
    )


def _reopened(
    says: Live, verdict: Verdict, row: Tracked, task: TaskState
) -> tuple[Tracked, list[Update]]:
    again = replace(task, status=Status.OPEN, closed_at=None, closed_why="")
    opened = replace(row, state=State.OPEN, satisfied_by="", closed_at=None)
    opened, due = refreshed(says, opened, again, verdict)
    update = Update(row.key, task.account, due=due, reopen=True, unsay=task.closed_why)
    # What took place on another day than its text says is told anew.
    return opened, [replace(update, anchored=waits_for_moved(row))]
