"""Tests for rules, in YAML beside them: history in, tasks expected.

    version: 1
    timezone: Europe/Lisbon                 # default UTC
    working_days: [mon, tue, wed, thu, fri]
    tiers:                                  # besides those of the rules, where they have too few
      - {name: inner, people: [ana@example.org], cadence: 14d}
    tests:
      - name: Thanks are due two days after a first meeting
        person: {name: Ana Silva, addresses: [ana@example.org]}
        history:
          - {kind: in_person_meeting, at: 2026-03-02 10:00, end: 2026-03-02 11:00, title: Coffee}
        facts:
          - {from: 2026-03-02, wanted: true}   # what is not named stays as it was
        expect:
          - now: 2026-03-02 12:00
            tasks:
              - {rule: thank, title: Thank Ana, due: 2026-03-04}
          - {now: 2026-06-01, tasks: none}

Times are in the time zone of the file; a date alone is its midnight. `tasks` names every task that
would be open at `now`, `none` that there is none; one with another `state` may be named as well.
What an expected task does not mention (title, due, notes) may be anything; `notes` must be
contained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.durations import Clock
from rules.evaluate import evaluate
from rules.memory import IMPLIED, MemoryHistory, Period
from rules.model import RuleSet
from rules.read_test import Case, Expectation, ExpectedTask, Suite, load_suite
from rules.source import Problem, unknown
from rules.templates import render
from rules.verdict import State, Verdict


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that did not come true."""

    file: str
    line: int
    case: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.case}: {self.message}"


@dataclass(frozen=True, slots=True)
class _Actual:
    rule: str
    state: str
    due: date
    title: str
    notes: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        why = "" if self.state == State.OPEN else f" ({', '.join(self.reasons)})"
        return f"{self.rule} | {self.state}{why} | due {self.due} | {self.title}"


def unknown_rules(ruleset: RuleSet, suite: Suite) -> tuple[Problem, ...]:
    """Rules that tests name and nobody defined."""
    known = [rule.id for rule in ruleset.rules]
    return tuple(
        Problem(suite.file, *task.place, unknown("rule", task.rule, known))
        for case in suite.cases
        for expectation in case.expectations
        for task in expectation.tasks
        if task.rule is not None and task.rule not in known
    )


def run(ruleset: RuleSet, suite: Suite) -> tuple[Failure, ...]:
    """Every expectation of a test file that does not come true under these rules, in order."""
    known = [rule.id for rule in ruleset.rules]
    ruleset = RuleSet(ruleset.rules, (*ruleset.tiers, *suite.tiers))
    failures: list[Failure] = []
    for case in suite.cases:
        for expectation in case.expectations:
            message = _difference(ruleset, suite.clock, case, expectation, known)
            if message:
                failures.append(Failure(suite.file, expectation.line, case.name, message))
    return tuple(failures)


def _difference(
    ruleset: RuleSet, clock: Clock, case: Case, expectation: Expectation, known: Sequence[str]
) -> str:
    now = expectation.now
    rules = {rule.id: rule for rule in ruleset.rules}
    verdicts = evaluate(ruleset, case.history, now, clock)

    def actual(verdict: Verdict) -> _Actual:
        title, notes = render(rules[verdict.rule], verdict, case.history, now, clock)
        return _Actual(verdict.rule, verdict.state, verdict.due, title, notes, verdict.reasons)

    left = [actual(verdict) for verdict in verdicts]
    unmet: list[ExpectedTask] = []
    for task in expectation.tasks:
        match = next((item for item in left if _matches(task, item)), None)
        if match is None:
            unmet.append(task)
        else:
            left.remove(match)
    lines: list[str] = []
    for task in unmet:
        near = min(left, key=lambda item: _distance(task, item), default=None)
        lines.append(f"  - {_shown(task)}")
        if task.rule is not None and task.rule not in known:
            lines.append(f"      {unknown('rule', task.rule, known)}")
        elif near is None or (task.rule is not None and near.rule != task.rule):
            lines.append(f"      {_absent(task)}")
        else:
            left.remove(near)
            lines += [f"  + {near}", *(f"      {line}" for line in _differences(task, near))]
    lines += [f"  + {item}" for item in left if item.state == State.OPEN]
    if not lines:
        return ""
    lines += [f"    {item}" for item in left if item.state != State.OPEN]
    when = now.astimezone(clock.zone).strftime("%Y-%m-%d %H:%M")
    return "\n".join([f"at {when} (- expected, + got)", *lines])


def _distance(task: ExpectedTask, item: _Actual) -> int:
    """How far a verdict is from what was expected: another rule is furthest."""
    return 10 * (task.rule not in (None, item.rule)) + len(_differences(task, item))


def _absent(task: ExpectedTask) -> str:
    what = f"rule {task.rule} has" if task.rule else "there is"
    return f"{what} no verdict then: its event has not happened, or is unknown"


def _differences(task: ExpectedTask, item: _Actual) -> list[str]:
    """What is not as expected, one line each."""
    lines = [
        f"{name}: expected {wanted}, got {got}"
        for name, wanted, got in (
            ("state", task.state, item.state),
            ("title", task.title, item.title),
            ("due", task.due, item.due),
        )
        if wanted not in (None, got)
    ]
    if task.notes is not None and task.notes not in item.notes:
        lines.append(f"notes: expected {task.notes!r} in {item.notes!r}")
    return lines


def _matches(task: ExpectedTask, item: _Actual) -> bool:
    return task.rule in (None, item.rule) and not _differences(task, item)


def _shown(task: ExpectedTask) -> str:
    parts = [
        task.rule or "any rule",
        task.state,
        f"due {task.due}" if task.due else "",
        task.title or "",
        f"notes with {task.notes!r}" if task.notes else "",
    ]
    return " | ".join(part for part in parts if part)


__all__ = [
    "IMPLIED",
    "Case",
    "Failure",
    "MemoryHistory",
    "Period",
    "Suite",
    "load_suite",
    "run",
    "unknown_rules",
]
