"""Reads `*.test.yaml`, noting every mistake; the format is described in `rules.testing`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules import slips
from rules.durations import WEEKDAYS, Clock, elapsed
from rules.history import EVENTS, LOOPS, Event, Facts, Subject
from rules.load import check_version
from rules.memory import IMPLIED, MemoryHistory, Period
from rules.model import Tier
from rules.read_tier import read_tier
from rules.source import Node, Problem, Reader, RuleErrors, parse
from rules.templates import FROM_CONTEXT
from rules.verdict import State
from rules.where import CHANNELS, COUNTS, FLAGS, STAGES

SUITE_KEYS = ("version", "timezone", "working_days", "tiers", "tests")
CASE_KEYS = (
    "name",
    "person",
    "history",
    "facts",
    "context",
    "first_known",
    "first_after",
    "expect",
)
EVENT_KEYS = ("kind", "at", "end", "size", "title", "where", "link", "id", "closed", "closed_by")
FACT_KEYS = (
    "from",
    "stage",
    "tags",
    "domain",
    "channel",
    *FLAGS,
    "strength",
    "half_life",
    "rhythm",
    "counts",
)
TASK_KEYS = ("rule", "title", "due", "state", "notes")
MAX_SIZE = 100_000

_NO_TEST = "- {name: …, history: […], expect: […]}, or remove the file"
_NO_TASK = "such as [{now: 2026-03-02 12:00, tasks: none}]"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEETINGS = {"meeting", "in_person_meeting"}


@dataclass(frozen=True, slots=True)
class ExpectedTask:
    """What a task must look like; None: anything."""

    rule: str | None
    title: str | None
    due: date | None
    state: str
    notes: str | None
    place: tuple[int, int] = (0, 0)  # line and column of its rule


@dataclass(frozen=True, slots=True)
class Expectation:
    """All tasks that are open at `now`."""

    line: int
    now: datetime
    tasks: tuple[ExpectedTask, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One history and what is expected of it."""

    name: str
    line: int
    history: MemoryHistory
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """One test file."""

    file: str
    clock: Clock
    cases: tuple[Case, ...]
    tiers: tuple[Tier, ...] = ()  # used besides those of the rules under test


def load_suite(name: str, text: str) -> Suite:
    """Reads a test file. Raises `RuleErrors` with all mistakes."""
    problems: list[Problem] = []
    suite = _SuiteReader(name, problems).suite(parse(name, text, problems))
    if problems:
        raise RuleErrors(sorted(problems))
    return suite


class _SuiteReader:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.reader = Reader(file, problems)
        self.zone = ZoneInfo("UTC")

    def suite(self, root: Node | None) -> Suite:
        clock, cases = Clock(self.zone), []
        tiers: tuple[Tier, ...] = ()
        if root is not None:
            found = self.reader.mapping(
                root, SUITE_KEYS, "a test file", ("tests",), slips.SUITE_KEYS
            )
            if root.kind == "map":
                check_version(self.reader, root, found)
            clock = self._clock(found)
            tiers = tuple(read_tier(self.reader, node)[0] for node in self._list(found, "tiers"))
            if "tests" in found:
                cases = [self._case(node) for node in self._some(found["tests"], "tests", _NO_TEST)]
        return Suite(self.reader.file, clock, tuple(cases), tiers)

    def _clock(self, found: Mapping[str, Node]) -> Clock:
        if "timezone" in found:
            zone = self.reader.string(found["timezone"], "timezone")
            try:
                self.zone = ZoneInfo(zone or "UTC")
            except (ValueError, LookupError, OSError):
                self.reader.problem(
                    found["timezone"], f"unknown timezone {zone!r}: write such as Europe/Lisbon"
                )
        days = set()
        if "working_days" in found:
            for node in self.reader.items(found["working_days"], "working_days"):
                day = self.reader.choice(node, "weekday", WEEKDAYS)
                if day:
                    days.add(WEEKDAYS.index(day))
        return Clock(self.zone, frozenset(days)) if days else Clock(self.zone)

    def _case(self, node: Node) -> Case:
        found = self.reader.mapping(node, CASE_KEYS, "a test", ("name", "expect"), slips.CASE_KEYS)
        name = self.reader.string(found["name"], "name") if "name" in found else ""
        events = [
            self._event(item, number) for number, item in enumerate(self._list(found, "history"), 1)
        ]
        known: bool | None = True
        if "first_known" in found:
            known = self.reader.boolean(found["first_known"], "first_known")
        history = MemoryHistory(
            self._person(found.get("person")),
            tuple(event for event in events if event is not None),
            self._periods(self._list(found, "facts")),
            self._context(found.get("context")),
            known is not False,
            self._moment(found.get("first_after"), "first_after"),
        )
        expected = self._some(found["expect"], "expect", _NO_TASK) if "expect" in found else ()
        expectations = [self._expectation(item) for item in expected]
        return Case(name or "", node.line, history, tuple(e for e in expectations if e is not None))

    def _list(self, found: Mapping[str, Node], key: str) -> tuple[Node, ...]:
        return self.reader.items(found[key], key) if key in found else ()

    def _some(self, node: Node, what: str, example: str) -> tuple[Node, ...]:
        """A list of one at least: what expects nothing could never fail."""
        items = self.reader.items(node, what)
        if node.kind == "list" and not items:
            self.reader.problem(node, f"{what} must not be empty: write {example}")
        return items

    def _person(self, node: Node | None) -> Subject:
        if node is None:
            return Subject("ana@example.org", "Ana Silva", ("ana@example.org",))
        found = self.reader.mapping(node, ("id", "name", "addresses"), "person")
        name = self._text(found, "name")
        addresses = [
            self.reader.string(item, "an address") or "" for item in self._list(found, "addresses")
        ]
        id_ = self._text(found, "id") or (addresses[0] if addresses else name)
        return Subject(id_, name, tuple(addresses))

    def _context(self, node: Node | None) -> dict[str, object]:
        if node is None:
            return {}
        keys = (*FROM_CONTEXT, "connection_note")
        found = self.reader.mapping(node, keys, "context")
        return {key: self._text(found, key) for key in found}

    def _event(self, node: Node, number: int) -> Event | None:
        reader = self.reader
        found = reader.mapping(node, EVENT_KEYS, "an event", ("kind", "at"), slips.HAPPENED_KEYS)
        at = self._moment(found.get("at"), "at")
        kinds: set[str] = set()
        for item in reader.items(found["kind"], "kind", single=True) if "kind" in found else ():
            kind = reader.choice(item, "event", sorted(EVENTS), slips.EVENTS)
            if kind:
                kinds.update((kind, *IMPLIED.get(kind, ())))
        end = self._moment(found.get("end"), "end") or at
        closed = self._moment(found.get("closed"), "closed")
        if "closed" in found and kinds and not kinds & LOOPS:
            reader.problem(found["closed"], f"closed: only {', '.join(sorted(LOOPS))} are closed")
        if at is None or end is None:
            return None
        if end < at:
            reader.problem(found["end"], "end is before at")
        default = 2 if kinds & _MEETINGS else 1
        size = reader.number(found["size"], "size", 1, MAX_SIZE, True) if "size" in found else None
        return Event(
            kinds=frozenset(kinds),
            at=at,
            end=end,
            evidence=self._text(found, "id") or f"event-{number}",
            size=int(size or default),
            title=self._text(found, "title"),
            where=self._text(found, "where"),
            link=self._text(found, "link"),
            closed_at=closed,
            closed_by=self._text(found, "closed_by"),
        )

    def _periods(self, nodes: tuple[Node, ...]) -> tuple[Period, ...]:
        periods: list[Period] = []
        last = Period(_EPOCH, Facts())
        for node in nodes:
            found = self.reader.mapping(node, FACT_KEYS, "facts", slips=slips.FACT_KEYS)
            since = self._moment(found.get("from"), "from") or _EPOCH
            if periods and since <= last.since:
                self.reader.problem(found.get("from", node), "facts must be in the order of dates")
            half_life = self._elapsed(found, "half_life") or last.half_life
            # A strength that is not given anew goes on decaying from where it is.
            decayed = replace(last.facts, strength=last.strength(since))
            last = Period(since, replace(decayed, **self._facts(found)), half_life)
            periods.append(last)
        return tuple(periods)

    def _facts(self, found: Mapping[str, Node]) -> dict[str, Any]:
        reader = self.reader
        values: dict[str, Any] = {}
        for key, node in found.items():
            value: object = None
            if key in FLAGS:
                value = reader.boolean(node, key)
            elif key in ("stage", "channel"):
                value = reader.choice(node, key, STAGES if key == "stage" else CHANNELS)
            elif key in ("tags", "domain"):
                items = reader.items(node, key, single=True)
                value = frozenset(reader.string(item, key) or "" for item in items)
            elif key == "strength":
                value = reader.number(node, key, 0, 1)
            elif key == "rhythm":
                value = self._elapsed(found, key)
            elif key == "counts":
                counts = reader.mapping(node, COUNTS, "counts")
                value = {
                    name: int(reader.number(count, name, 0, MAX_SIZE, True) or 0)
                    for name, count in counts.items()
                }
            if value is not None:
                values[key] = value
        return values

    def _expectation(self, node: Node) -> Expectation | None:
        found = self.reader.mapping(
            node, ("now", "tasks"), "an expectation", ("now", "tasks"), slips.EXPECTED_KEYS
        )
        now = self._moment(found.get("now"), "now")
        tasks: tuple[ExpectedTask, ...] = ()
        wanted = found.get("tasks")
        if wanted is not None and wanted.raw != "none":
            if wanted.kind != "list":
                self.reader.problem(wanted, "tasks must be a list of tasks, or none")
            elif not wanted.value:
                self.reader.problem(wanted, "tasks must not be empty: write none")
            else:
                tasks = tuple(self._task(item) for item in wanted.value)
        return Expectation(node.line, now, tasks) if now else None

    def _task(self, node: Node) -> ExpectedTask:
        found = self.reader.mapping(node, TASK_KEYS, "a task")
        if node.kind == "map" and "rule" not in found and "title" not in found:
            self.reader.problem(node, "a task needs its rule or its title")
        due = self._moment(found.get("due"), "due")
        states = [state.value for state in State]
        state = self.reader.choice(found["state"], "state", states) if "state" in found else None
        return ExpectedTask(
            self._text(found, "rule") or None,
            self._text(found, "title") or None,
            due.astimezone(self.zone).date() if due else None,
            state or State.OPEN.value,
            self._text(found, "notes") or None,
            (found["rule"].line, found["rule"].column) if "rule" in found else (0, 0),
        )

    def _text(self, found: Mapping[str, Node], key: str) -> str:
        return (self.reader.string(found[key], key, empty=True) or "") if key in found else ""

    def _elapsed(self, found: Mapping[str, Node], key: str) -> timedelta | None:
        if key not in found:
            return None
        text = self.reader.string(found[key], key) or "1d"
        try:
            span = elapsed(text)
        except ValueError as error:
            self.reader.problem(found[key], f"{key}: {slips.duration(text) or error}")
            return None
        if not span:
            self.reader.problem(found[key], f"{key} must be above 0")
            return None
        return span

    def _moment(self, node: Node | None, what: str) -> datetime | None:
        if node is None:
            return None
        text = self.reader.string(node, what)
        if text is None:
            return None
        try:
            parsed = datetime.fromisoformat(text.strip())
        except ValueError:
            self.reader.problem(node, f"{what}: {text!r} is no date: write 2026-03-02 10:00")
            return None
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=self.zone)).astimezone(UTC)
