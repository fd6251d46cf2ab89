"""Rule files to a `RuleSet`: everything checked, all mistakes reported at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules import templates
from rules.durations import CADENCE_PATTERN, Duration
from rules.durations import parse as parse_duration
from rules.history import EVENTS, LOOPS
from rules.model import (
    ANCHORS,
    DONE_MEANS,
    PAUSES,
    RESOLVED,
    Rule,
    RuleSet,
    StrengthBelow,
    Tier,
)
from rules.read_where import WhereReader, check_tiers
from rules.source import Node, Problem, Reader, RuleErrors, parse
from rules.where import ALWAYS, Condition

VERSION = 1
FILE_KEYS = ("version", "tiers", "rules")
TIER_KEYS = ("name", "people", "where", "cadence")
RULE_KEYS = (
    "id",
    "about",
    "since",
    "until",
    "anchor",
    "remind",
    "due",
    "expires",
    "where",
    "pause_while",
    "priority",
    "urgent",
    "done_means",
    "task",
)
MANDATORY = ("id", "since", "due", "task")
TASK_KEYS = ("title", "notes")
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
MAX_TITLE = 1024
MAX_TEXT = 8192
LONGEST_CADENCE_HOURS = 10 * 366 * 24

_NOW = Duration(0, "d")


def load(sources: Sequence[tuple[str, str]]) -> RuleSet:
    """Reads rule files, given as (name, text), in order. Raises `RuleErrors` with all mistakes."""
    problems: list[Problem] = []
    rules: list[Rule] = []
    tiers: list[Tier] = []
    files = [_File(name, text, problems) for name, text in sources]
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for file in files:
        file.read()
        rules += file.rules
        tiers += file.tiers
        _unique("rule id", file.reader, file.ids, ids)
        _unique("tier", file.reader, file.names, names)
    defined = [node.raw for file in files for node in file.names]
    check_tiers([(file.reader, node) for file in files for node in file.mentioned], defined)
    if problems:
        order = {name: at for at, (name, _) in reversed(list(enumerate(sources)))}
        raise RuleErrors(sorted(problems, key=lambda p: (order[p.file], p.line, p.column)))
    return RuleSet(tuple(rules), tuple(tiers))


class _File:
    """One rule file being read."""

    def __init__(self, name: str, text: str, problems: list[Problem]) -> None:
        self.name = name
        self.text = text
        self.reader = Reader(name, problems)
        self.rules: list[Rule] = []
        self.tiers: list[Tier] = []
        self.ids: list[Node] = []
        self.names: list[Node] = []
        self.mentioned: list[Node] = []

    def read(self) -> None:
        root = parse(self.name, self.text, self.reader.problems)
        if root is None:
            return
        found = self.reader.mapping(root, FILE_KEYS, "a rule file")
        if root.kind != "map":
            return
        check_version(self.reader, root, found)
        if "rules" not in found and "tiers" not in found:
            self.reader.problem(root, "the file has neither rules nor tiers")
        if "tiers" in found:
            for node in self.reader.items(found["tiers"], "tiers"):
                self._tier(node)
        if "rules" in found:
            for node in self.reader.items(found["rules"], "rules"):
                self._rule(node)

    def _tier(self, node: Node) -> None:
        reader = self.reader
        found = reader.mapping(node, TIER_KEYS, "a tier", required=("name",))
        name = None
        if "name" in found:
            name = reader.string(found["name"], "name")
            if name:
                self.names.append(found["name"])
        people: list[str] = []
        if "people" in found:
            for item in reader.items(found["people"], "people"):
                person = reader.string(item, "a person")
                if person:
                    people.append(person)
        where = None
        if "where" in found:
            where = WhereReader(reader, tier_allowed=False).read(found["where"])
        cadence = self._cadence(found["cadence"]) if "cadence" in found else None
        self.tiers.append(Tier(name or "", tuple(people), where, cadence))

    def _cadence(self, node: Node) -> Duration | None:
        cadence = self._duration(node, "cadence")
        if cadence is None:
            return None
        span = cadence.span()
        if span is None or not re.fullmatch(CADENCE_PATTERN, node.raw):
            self.reader.problem(node, "cadence must be a length of its own above 0, such as 45d")
        elif span[0] > LONGEST_CADENCE_HOURS:
            self.reader.problem(node, "cadence must be at most 10 years")
        return cadence

    def _rule(self, node: Node) -> None:
        reader = self.reader
        found = reader.mapping(node, RULE_KEYS, "a rule", required=MANDATORY)
        if node.kind != "map":
            return
        id_ = self._id(found.get("id"))
        since = self._since(found.get("since"))
        until = self._until(found.get("until"), since)
        remind = self._duration(found.get("remind"), "remind") or _NOW
        due = self._duration(found.get("due"), "due")
        expires = self._duration(found.get("expires"), "expires")
        self._check_order(found, remind, due, expires)
        title, notes = self._task(found.get("task"))
        loop = since in LOOPS
        self.rules.append(
            Rule(
                id=id_,
                about=self._text(found.get("about"), "about"),
                since=since,
                until=until,
                remind=remind,
                due=due or _NOW,
                expires=expires,
                where=self._where(found.get("where")),
                pause_while=self._choice(found, "pause_while", PAUSES, None),
                priority=self._priority(found.get("priority")),
                done_means=self._choice(found, "done_means", DONE_MEANS, "nothing") or "nothing",
                anchor=self._choice(found, "anchor", ANCHORS, "") or ANCHORS[loop],
                urgent=self._urgent(found.get("urgent")),
                task_title=title,
                task_notes=notes,
                source=(self.name, node.line),
            )
        )

    def _id(self, node: Node | None) -> str:
        id_ = self.reader.string(node, "id") if node else None
        if node is None or id_ is None:
            return ""
        self.ids.append(node)
        if not re.fullmatch(ID_PATTERN, id_):
            hint = re.sub(r"[^a-z0-9]+", "-", id_.lower()).strip("-")[:64] or "call-in-30-days"
            self.reader.problem(
                node,
                f"id {id_!r} may hold letters, digits, '.', '_' and '-' (64 at most): write {hint}",
            )
        return id_

    def _since(self, node: Node | None) -> str | StrengthBelow:
        if node is None:
            return ""
        if node.kind == "map":
            found = self.reader.mapping(node, ("strength_below",), "since")
            level = found.get("strength_below")
            if level is None:
                if not node.value:
                    self.reader.problem(node, "since must name an event")
                return ""
            value = self.reader.number(level, "strength_below", 0, 1)
            if value == 0:
                self.reader.problem(level, "strength_below must be above 0: nothing is below it")
            return StrengthBelow(value or 0.0)
        if node.kind == "list":
            self.reader.problem(node, "since must be one event: write one rule for each event")
            return ""
        if node.raw in (RESOLVED, "strength_below"):
            fix = {RESOLVED: "it may stand in until", "strength_below": "{strength_below: 0.3}"}
            self.reader.problem(node, f"since cannot be {node.raw!r} alone: {fix[node.raw]}")
            return ""
        return self.reader.choice(node, "event", sorted(EVENTS)) or ""

    def _until(self, node: Node | None, since: str | StrengthBelow) -> tuple[str, ...]:
        if node is None:
            return ()
        events: list[str] = []
        for item in self.reader.items(node, "until", single=True):
            below = item.kind == "map" and any(k.raw == "strength_below" for k, _ in item.value)
            if below or item.raw == "strength_below":
                self.reader.problem(item, "strength_below can start a rule (since), not end one")
                continue
            event = self.reader.choice(item, "event", (*sorted(EVENTS), RESOLVED))
            if event is None:
                continue
            if event in events:
                self.reader.problem(item, f"{event} is listed twice in until")
            if event == RESOLVED and since and since not in LOOPS:
                loops = ", ".join(sorted(LOOPS))
                self.reader.problem(
                    item, f"resolved needs a loop as since ({loops}): {since} opens none"
                )
            events.append(event)
        return tuple(events)

    def _duration(self, node: Node | None, what: str) -> Duration | None:
        if node is None:
            return None
        text = node.raw if node.kind == "int" else self.reader.string(node, what)
        if text is None:
            return None
        try:
            return parse_duration(text)
        except ValueError as error:
            self.reader.problem(node, f"{what}: {error}")
            return None

    def _check_order(
        self,
        found: dict[str, Node],
        remind: Duration,
        due: Duration | None,
        expires: Duration | None,
    ) -> None:
        if due and "remind" in found and remind.surely_longer(due):
            self.reader.problem(
                found["remind"], f"remind ({remind}) is after due ({due}): the task would be late"
            )
        if expires and due and due.surely_longer(expires):
            self.reader.problem(found["expires"], f"expires ({expires}) is before due ({due})")
        elif expires and (expires == remind or remind.surely_longer(expires)):
            self.reader.problem(
                found["expires"],
                f"expires ({expires}) is not after remind ({remind}): no task would ever appear",
            )

    def _where(self, node: Node | None) -> Condition:
        if node is None:
            return ALWAYS
        where = WhereReader(self.reader)
        condition = where.read(node)
        self.mentioned += where.tiers
        return condition

    def _choice(
        self, found: dict[str, Node], key: str, options: Sequence[str], default: str | None
    ) -> str | None:
        return self.reader.choice(found[key], key, options) if key in found else default

    def _priority(self, node: Node | None) -> int:
        value = self.reader.number(node, "priority", 0, 100, whole=True) if node else None
        return 50 if value is None else int(value)

    def _urgent(self, node: Node | None) -> bool:
        return bool(self.reader.boolean(node, "urgent")) if node else False

    def _text(self, node: Node | None, what: str, limit: int = MAX_TEXT) -> str:
        text = self.reader.string(node, what, empty=True) if node else None
        if node and text and len(text) > limit:
            self.reader.problem(node, f"{what} must be at most {limit} characters")
            return ""
        return text or ""

    def _task(self, node: Node | None) -> tuple[str, str]:
        if node is None:
            return "", ""
        found = self.reader.mapping(node, TASK_KEYS, "task", required=("title",))
        return self._template(found, "title", MAX_TITLE), self._template(found, "notes", MAX_TEXT)

    def _template(self, found: dict[str, Node], key: str, limit: int) -> str:
        node = found.get(key)
        what = f"task.{key}"
        if node is None or (key == "title" and self.reader.string(node, what) is None):
            return ""
        text = self._text(node, what, limit)
        for line, message in templates.check(text):
            self.reader.problem(node, f"{what}: {message}", line if node.block else 0)
        return text


def check_version(reader: Reader, root: Node, found: dict[str, Node]) -> None:
    """Notes a version that is missing or not the one this language has."""
    version = found.get("version")
    if version is None:
        if not any(key.raw == "version" for key, _ in root.value):
            reader.problem(root, f"version is missing: begin the file with version: {VERSION}")
    elif version.kind != "int" or version.value != VERSION:
        reader.problem(version, f"version must be {VERSION}, not {version.raw}")


def _unique(what: str, reader: Reader, nodes: list[Node], seen: dict[str, str]) -> None:
    for node in nodes:
        if node.raw in seen:
            reader.problem(node, f"duplicate {what} {node.raw!r}: first at {seen[node.raw]}")
        else:
            seen[node.raw] = f"{reader.file}:{node.line}"


__all__ = ["Problem", "RuleErrors", "load"]
