"""Rule files to a `RuleSet`: everything checked, all mistakes reported at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules import slips, templates
from rules.durations import Duration
from rules.history import LOOPS
from rules.model import ALSO, ANCHORS, DONE_MEANS, PAUSES, Rule, RuleSet, Tier
from rules.read_event import read_since, read_until
from rules.read_tier import TIER_KEYS, read_tier
from rules.read_time import read_duration
from rules.read_where import WhereReader, check_tiers
from rules.source import Node, Problem, Reader, RuleErrors, parse, shown
from rules.where import ALWAYS, Condition

VERSION = 1
FILE_KEYS = ("version", "tiers", "rules")
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
    "also",
    "task",
)
MANDATORY = ("id", "since", "due", "task")
TASK_KEYS = ("title", "notes")
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
MAX_TITLE = 1024
MAX_TEXT = 8192

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
        if root.kind != "map":
            self.reader.problem(
                root,
                f"a rule file must be a mapping, not {shown(root)}: begin it with version: "
                f"{VERSION} and rules:",
            )
            return
        found = self.reader.mapping(root, FILE_KEYS, "a rule file", slips=slips.FILE_KEYS)
        check_version(self.reader, root, found)
        if "rules" not in found and "tiers" not in found:
            self.reader.problem(root, "the file has neither rules nor tiers")
        if "tiers" in found:
            for node in self._listed(found["tiers"], "tiers", "name"):
                self._tier(node)
        if "rules" in found:
            for node in self._listed(found["rules"], "rules", "id"):
                self._rule(node)

    def _listed(self, node: Node, key: str, first: str) -> tuple[Node, ...]:
        """The items of a list; often they are written as one mapping, or by their names."""
        if node.kind != "map":
            return self.reader.items(node, key)
        name = next((k.raw for k, _ in node.value if k.raw not in (*RULE_KEYS, *TIER_KEYS)), "…")
        self.reader.problem(
            node,
            f"{key} must be a list, not a mapping: begin each with '- {first}: {name}' and put its "
            "other keys below that",
        )
        return ()

    def _tier(self, node: Node) -> None:
        tier, name = read_tier(self.reader, node)
        self.tiers.append(tier)
        if name is not None:
            self.names.append(name)

    def _rule(self, node: Node) -> None:
        reader = self.reader
        found = reader.mapping(node, RULE_KEYS, "a rule", MANDATORY, slips.RULE_KEYS)
        if node.kind != "map":
            return
        id_ = self._id(found.get("id"))
        since = read_since(reader, found.get("since"))
        until = read_until(reader, found.get("until"), since)
        remind = read_duration(reader, found.get("remind"), "remind") or _NOW
        due = read_duration(reader, found.get("due"), "due")
        expires = read_duration(reader, found.get("expires"), "expires")
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
                also=self._also(found.get("also")),
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

    def _also(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        nodes = self.reader.items(node, "also", single=True)
        found = [self.reader.choice(one, "also", ALSO) for one in nodes]
        return tuple(one for one in ALSO if one in found)

    def _text(self, node: Node | None, what: str, limit: int = MAX_TEXT) -> str:
        text = self.reader.string(node, what, empty=True) if node else None
        if node and text and len(text) > limit:
            self.reader.problem(node, f"{what} must be at most {limit} characters")
            return ""
        return text or ""

    def _task(self, node: Node | None) -> tuple[str, str]:
        if node is None:
            return "", ""
        if node.kind == "str":
            self.reader.problem(
                node, f'task must be a mapping of title, notes: write {{title: "{node.raw}"}}'
            )
            return "", ""
        found = self.reader.mapping(node, TASK_KEYS, "task", ("title",), slips.TASK_KEYS)
        return self._template(found, "title", MAX_TITLE), self._template(found, "notes", MAX_TEXT)

    def _template(self, found: dict[str, Node], key: str, limit: int) -> str:
        node = found.get(key)
        what = f"task.{key}"
        if node is None or (key == "title" and self.reader.string(node, what) is None):
            return ""
        text = self._text(node, what, limit)
        mistakes = templates.check(text)
        for line, message in mistakes:
            self.reader.problem(node, f"{what}: {message}", line if node.block else 0)
        if key == "title" and text and not mistakes and templates.blank(text):
            message = 'prints nothing: write such as "Call {{ first_name }}"'
            self.reader.problem(node, f"{what}: {message}")
        return text


def check_version(reader: Reader, root: Node, found: dict[str, Node]) -> None:
    """Notes a version that is missing or not the one this language has."""
    version = found.get("version")
    if version is None:
        if not any(key.raw == "version" for key, _ in root.value):
            reader.problem(root, f"version is missing: begin the file with version: {VERSION}")
    elif version.kind != "int" or version.value != VERSION:
        quoted = version.kind == "str" and version.raw.strip() == str(VERSION)
        given = "text: remove the quotes" if quoted else version.raw
        reader.problem(version, f"version must be {VERSION}, not {given}")


def _unique(what: str, reader: Reader, nodes: list[Node], seen: dict[str, str]) -> None:
    for node in nodes:
        if node.raw in seen:
            reader.problem(node, f"duplicate {what} {node.raw!r}: first at {seen[node.raw]}")
        else:
            seen[node.raw] = f"{reader.file}:{node.line}"


__all__ = ["TIER_KEYS", "Problem", "RuleErrors", "load"]
