"""What a rule file says, checked and typed: the result of `rules.load`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from rules.durations import Duration
from rules.where import Condition, mentions_tier, moves, strengths

ANCHORS = ("newest", "oldest_open")
DONE_MEANS = ("call", "meeting", "message", "nothing")
PAUSES = ("scheduled",)
ALSO = ("card", "draft")
AFTER_DUE = Duration(30, "d")  # when a clock without `expires` has expired
RESOLVED = "resolved"  # in `until` only: the loop that anchors the rule was closed


@dataclass(frozen=True, slots=True)
class StrengthBelow:
    """`strength_below: 0.3`: the tie's strength decayed below this level."""

    level: float

    def __str__(self) -> str:
        return f"strength_below:{self.level:g}"


@dataclass(frozen=True, slots=True)
class Tier:
    """A circle of people: those named, those for whom `where` holds; everybody if neither is
    given."""

    name: str
    people: tuple[str, ...] = ()  # addresses, ids or full names
    where: Condition | None = None
    cadence: Duration | None = None  # how often to be in touch; None: cadence rules do not apply


@dataclass(frozen=True, slots=True)
class Rule:
    """A clock: starts at `since`, stops at any of `until`, and between them reminds."""

    id: str
    about: str
    since: str | StrengthBelow  # an event of `rules.history.EVENTS`
    until: tuple[str | StrengthBelow, ...]  # events, or `resolved`
    remind: Duration
    due: Duration
    expires: Duration | None  # None: 30 days after due
    where: Condition
    pause_while: str | None  # "scheduled"
    priority: int  # 0-100, higher first
    done_means: str  # call | meeting | message | nothing
    anchor: str  # newest | oldest_open
    urgent: bool
    task_title: str  # template
    task_notes: str  # template
    source: tuple[str, int]  # file and line, for messages
    also: tuple[str, ...] = ()  # of ALSO: what is made beside the task, where that is switched on

    # Derived; kept because every person is asked with them.
    needs_tier: bool = field(init=False, compare=False)  # the tier, cadence or rhythm at the anchor
    stops: frozenset[str] = field(init=False, compare=False)  # plain events of `until`
    levels: tuple[float, ...] = field(init=False, compare=False)  # each `strength_below` of `until`
    # The longest that its clock can run; None: that depends on the person.
    longest: timedelta | None = field(init=False, compare=False)
    shortest: timedelta | None = field(init=False, compare=False)  # that it can run, likewise
    moves: bool = field(init=False, compare=False)  # time alone may change whether it may speak
    strengths: frozenset[float] = field(init=False, compare=False)  # at which that may change

    def __post_init__(self) -> None:
        units = {span.unit for span in (self.remind, self.due, self.expires) if span}
        tier = not units.isdisjoint({"cadence", "rhythm"}) or mentions_tier(self.where)
        object.__setattr__(self, "needs_tier", tier)
        stops = frozenset(event for event in self.until if isinstance(event, str))
        object.__setattr__(self, "stops", stops)
        levels = tuple(event.level for event in self.until if isinstance(event, StrengthBelow))
        object.__setattr__(self, "levels", levels)
        shortest, longest = self._spans()
        object.__setattr__(self, "shortest", shortest)
        object.__setattr__(self, "longest", longest)
        object.__setattr__(self, "moves", bool(self.pause_while) or moves(self.where))
        object.__setattr__(self, "strengths", strengths(self.where))

    def _spans(self) -> tuple[timedelta | None, timedelta | None]:
        lengths = [self.expires.span()] if self.expires else [self.due.span(), AFTER_DUE.span()]
        spans = [span for span in lengths if span is not None]
        if len(spans) < len(lengths):
            return None, None
        least, most = (sum(hours) for hours in zip(*spans, strict=True))
        return timedelta(hours=least), timedelta(hours=most)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules and tiers of an owner, in the order of their files."""

    rules: tuple[Rule, ...] = ()
    tiers: tuple[Tier, ...] = ()

    # Derived: each strength at which a clock starts or stops, and whatever clocks start at.
    levels: frozenset[float] = field(init=False, compare=False)
    starts: frozenset[str | StrengthBelow] = field(init=False, compare=False)
    urgent: frozenset[str] = field(init=False, compare=False)  # the ids of the urgent ones

    def __post_init__(self) -> None:
        starts = {one.since.level for one in self.rules if isinstance(one.since, StrengthBelow)}
        levels = starts.union(*(one.levels for one in self.rules))
        object.__setattr__(self, "levels", frozenset(levels))
        urgent = frozenset(rule.id for rule in self.rules if rule.urgent)
        object.__setattr__(self, "urgent", urgent)
        object.__setattr__(self, "starts", frozenset(rule.since for rule in self.rules))
