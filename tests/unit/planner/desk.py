"""What the planner's tests put on the table: verdicts, rows and tasks with sensible defaults.

The owner lives in Lisbon; day(n) is noon UTC, n days after Monday 2 March 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.history import Event
from rules.verdict import State, Verdict
from syncd.planner import Copy, Followed, Policy, Status, TaskState, Tracked, follow, mint

ZONE = ZoneInfo("Europe/Lisbon")
POLICY = Policy(zone=ZONE)
ANA = "ana@example.org"
PERSON = "p-ana"
RULE = "call-in-30-days"


def day(n: float) -> datetime:
    return datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(days=n)


def on(n: int) -> date:
    return day(n).date()


def event(evidence: str = "meeting:m1", at: float = 0, *, settled: bool = True) -> Event:
    return Event(
        kinds=frozenset({"meeting", "interaction"}),
        at=day(at),
        end=day(at),
        evidence=evidence,
        title="Coffee",
        settled=settled,
    )


def verdict(
    state: State = State.OPEN,
    evidence: str = "meeting:m1",
    at: float = 0,
    *,
    rule: str = RULE,
    remind: float = 0,
    due: float = 30,
    expires: float = 60,
    opened: float | None = None,
    settled: bool = True,
    by: str = "",
    reasons: tuple[str, ...] = (),
) -> Verdict:
    """A verdict on an anchor that ended at day(at); the other days count from there."""
    closed = state in (State.SATISFIED, State.EXPIRED)
    return Verdict(
        rule=rule,
        person=PERSON,
        anchor=event(evidence, at, settled=settled),
        state=state,
        remind=day(at + remind),
        due=on(int(at + due)),
        due_at=day(at + due),
        expires=day(at + expires),
        opened_at=day(at + remind if opened is None else opened),
        closed_at=day(at + expires) if closed else None,
        next=None if closed else day(at + expires),
        reasons=reasons,
        satisfied_by=by,
    )


def held(evidence: str = "meeting:m1", at: float = 0, *, rule: str = RULE) -> Tracked:
    """A row as `follow` makes it for a fresh open verdict."""
    (row,) = followed([verdict(evidence=evidence, at=at, rule=rule)], [], now=at).rows
    return row


def out(
    evidence: str = "meeting:m1",
    at: float = 0,
    *,
    title: str = "Call Ana",
    notes: str = "You met.",
    due: date | None = None,
    status: Status = Status.OPEN,
    rule: str = RULE,
    means: str = "nothing",
) -> Tracked:
    """A row whose task was written on the day of its anchor and confirmed."""
    row = held(evidence, at, rule=rule)
    copy = Copy(title, notes, due or row.due)
    task = TaskState(
        account="home",
        ours=copy,
        theirs=copy,
        created=day(at),
        status=status,
        ref=f"{row.key}.ics",
        stamp="1",
        delivered_at=day(at),
        means=means,
        evidence=(evidence,),
        closed_at=None if status is Status.OPEN else day(at),
    )
    return replace(row, state=State.OPEN, reasons=(), task=task)


def edited(row: Tracked, **changes: object) -> Tracked:
    """The same row after the owner changed fields of its task in the list."""
    task = task_of(row)
    return row.having(replace(task, theirs=replace(task.theirs, **changes)))  # type: ignore[arg-type]  # names are checked by `replace`


def task_of(row: Tracked) -> TaskState:
    assert row.task is not None
    return row.task


def followed(
    current: Sequence[Verdict],
    tracked: Sequence[Tracked] = (),
    rejudged: Mapping[str, Verdict | None] | None = None,
    *,
    now: float = 0,
    policy: Policy = POLICY,
    muted: frozenset[str] = frozenset(),
    unmuted: Mapping[str, datetime] | None = None,
    events: Mapping[str, Event] | None = None,
    moved: Mapping[str, datetime] | None = None,
    incident: bool = False,
) -> Followed:
    """`follow` for Ana, whose address takes part in every piece of evidence."""
    return follow(
        PERSON,
        current,
        tracked,
        rejudged or {},
        policy,
        day(now),
        address_of={one.anchor.evidence: ANA for one in current},
        muted=muted,
        unmuted=unmuted,
        events=events,
        moved=moved,
        incident=incident,
    )


def only(result: Followed) -> Tracked:
    """The one row that is left."""
    (row,) = result.tracked
    return row


def key(evidence: str = "meeting:m1", rule: str = RULE) -> str:
    return mint(rule, evidence, ANA)
