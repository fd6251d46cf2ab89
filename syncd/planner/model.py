"""What the planner takes and gives. Plain frozen values; all moments are aware UTC.

Policy   the owner's limits and calendar
Copy     the text of a task: as we wrote it last, or as we read it last
TaskState what was decided to be written, and how it fares in the list
Tracked  where (rule, person, anchor) stands, with its task if it ever got one
Update   an intent: change what the owner has not touched
Complete an intent: set it completed, with the reason
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from rules.values import value
from rules.verdict import State
from syncd.planner.words import same_text


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's limits: how much, when, and how far back."""

    zone: tzinfo
    per_day: int = 5
    open_limit: int = 15  # open tasks that are due within 7 days
    at: time = time(7, 30)  # when the day's tasks are drawn, in `zone`
    catch_up: timedelta = timedelta(days=14)
    working_days: frozenset[int] = frozenset(range(5))  # 0 is Monday
    preview: bool = False  # nothing is delivered
    paused_until: datetime | None = None  # before it no task appears

    def off(self, now: datetime) -> str:
        """The reason why no task may appear now, "" when they may."""
        if self.paused(now):
            return "pause:owner"
        return "preview" if self.preview else ""

    def paused(self, now: datetime) -> bool:
        return self.paused_until is not None and now < self.paused_until


class Status(StrEnum):
    """How a task fares. DONE was ticked by the owner, CLOSED by us, DISMISSED was deleted."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"
    EXPIRED = "expired"
    DISMISSED = "dismissed"


@value
class Copy:
    """A task's text at one moment. `due` is None where the owner took the date away, and in `ours`
    where it is not known any more which one was written last."""

    title: str
    notes: str = ""
    due: date | None = None
    completed: bool = False


@value
class TaskState:
    """One task, from the moment it is decided; `delivered_at` is when the list confirmed it."""

    account: str
    ours: Copy  # as we wrote it last
    theirs: Copy  # as we read it last
    created: datetime  # when it was decided
    status: Status = Status.OPEN
    ref: str | None = None
    stamp: str | None = None
    delivered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_why: str = ""
    means: str = "nothing"  # done_means of the rule: call | meeting | message | nothing
    ticked_at: datetime | None = None
    evidence: tuple[str, ...] = ()

    @property
    def touched_title(self) -> bool:
        return not same_text(self.theirs.title, self.ours.title)

    @property
    def touched_notes(self) -> bool:
        return not same_text(self.theirs.notes, self.ours.notes)

    @property
    def touched_due(self) -> bool:
        return self.theirs.due != self.ours.due

    @property
    def touched(self) -> bool:
        """Whether the owner changed anything of it, as far as is known."""
        moved = self.touched_due and self.ours.due is not None
        return self.touched_title or self.touched_notes or moved

    @property
    def shift(self) -> timedelta:
        """How far the owner moved the due date. Taking it away moves nothing."""
        if self.theirs.due is None or self.ours.due is None:
            return timedelta()
        return self.theirs.due - self.ours.due


@value
class Tracked:
    """One stored verdict, joined with its task."""

    key: str
    person: str
    rule: str
    anchor: str  # evidence of the anchor event
    addr: str  # the address the key was minted with
    state: State
    found_at: datetime | None  # when it was first found open or held
    remind: datetime
    due: date  # the rule's, before any adjustment
    expires: datetime  # moved along with a due date that the owner moved
    next: datetime | None
    priority: int
    reasons: tuple[str, ...]
    satisfied_by: str = ""
    closed_at: datetime | None = None
    task: TaskState | None = None

    @property
    def live(self) -> bool:
        """Whether it has a task that is not closed yet, confirmed by the list or not."""
        return self.task is not None and self.task.status is Status.OPEN

    def having(self, task: TaskState) -> Tracked:
        """The same with another task state."""
        return replace(self, task=task)


@dataclass(frozen=True, slots=True)
class Update:
    """Change what is not None, and of that only what the owner has not touched."""

    key: str
    account: str
    title: str | None = None
    notes: str | None = None
    due: date | None = None
    reopen: bool = False
    unsay: str = ""  # a sentence of ours to take out of untouched notes again
    # The anchor moved: the caller may render `title` and `notes` anew before it is stored.
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class Complete:
    """Set it completed; `reason` is appended to untouched notes."""

    key: str
    account: str
    at: datetime
    reason: str


Intent = Update | Complete


@value
class Followed:
    """What becomes of one person's rows."""

    rows: tuple[Tracked, ...] = ()  # new or changed, tasks included
    vanished: tuple[str, ...] = ()  # keys of rows to delete; none of them ever had a task
    # Keys of rows that vanish, each with the key of a new one that is its like but for the anchor:
    # person, rule and state are the same.
    instead: tuple[tuple[str, str], ...] = ()
    intents: tuple[Intent, ...] = ()
    next: datetime | None = None  # when any of it can change by itself
    tracked: tuple[Tracked, ...] = field(default=())  # all rows as they stand afterwards
