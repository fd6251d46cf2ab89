"""YAML with positions: every mistake of a file at once, each with file:line:column.

Text is composed into plain nodes (YAML 1.2, ruamel.yaml's round-trip loader) and read through a
`Reader`, which collects problems instead of stopping at the first. Size, depth and the number of
nodes that aliases may unfold to are bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node as YamlNode

MAX_CHARS = 262_144
MAX_NODES = 20_000
MAX_DEPTH = 40

# The parser takes seconds to give up on thousands of brackets; nobody nests a hundred.
_BRACKETS = re.compile(r"(?:[\[{]\s*){100}")
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where it is (lines and columns from 1) and what would be right."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class RuleErrors(Exception):
    """All mistakes of the files at once, in the order of the files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file. `kind`: map, list, str, int, float, bool, null or other."""

    kind: str
    value: Any  # map: tuple of (key, value) nodes; list: tuple of nodes; else a plain value
    raw: str
    line: int
    column: int
    block: bool = False  # written as `|` or `>`: its text begins on the next line


class Reader:
    """Reads typed values out of nodes; what is wrong is noted and answered with None."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def problem(self, node: Node | None, message: str, line: int = 0) -> None:
        """Notes a mistake at a node (or at the beginning of the file)."""
        at = (node.line + line, 1 if line else node.column) if node else (1, 1)
        self.problems.append(Problem(self.file, *at, message))

    def mapping(
        self, node: Node, allowed: Sequence[str], what: str, required: Sequence[str] = ()
    ) -> dict[str, Node]:
        """The known keys of a mapping. Unknown, duplicate and missing ones are noted."""
        if node.kind != "map":
            self.problem(node, f"{what} must be a mapping of {_listed(allowed)}, not {_is(node)}")
            return {}
        found: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if key.raw in lines:
                first = lines[key.raw]
                self.problem(key, f"duplicate key {key.raw!r} in {what}: first on line {first}")
                continue
            lines[key.raw] = key.line
            if key.raw == "<<":
                self.problem(key, "merge keys (<<) are not supported: write the keys out")
            elif key.raw not in allowed:
                self.problem(key, unknown("key", key.raw, allowed, f" in {what}"))
            else:
                found[key.raw] = value
        for name in required:
            if name not in lines:
                self.problem(node, f"{what} is missing {name!r}, which is mandatory")
        return found

    def items(self, node: Node, what: str, single: bool = False) -> tuple[Node, ...]:
        """The items of a list; with `single`, one value may stand for a list of one."""
        if node.kind == "list":
            items: tuple[Node, ...] = node.value
            return items
        if single and node.kind != "null":
            return (node,)
        self.problem(node, f"{what} must be a list, not {_is(node)}")
        return ()

    def string(self, node: Node, what: str, empty: bool = False) -> str | None:
        """Text. Numbers, true/false and nothing must be quoted to be text."""
        if node.kind == "str" and (empty or node.value.strip()):
            text: str = node.value
            return text
        if node.kind == "str":
            self.problem(node, f"{what} must not be empty")
        elif node.kind in ("int", "float", "bool"):
            self.problem(node, f'{what} must be text, not {_is(node)}: write "{node.raw}"')
        else:
            self.problem(node, f"{what} must be text, not {_is(node)}")
        return None

    def boolean(self, node: Node, what: str) -> bool | None:
        """true or false; YAML 1.2 knows no yes and no."""
        if node.kind == "bool":
            return bool(node.value)
        meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false"}
        hint = meant.get(node.raw.lower(), "true or false")
        self.problem(node, f"{what} must be true or false, not {_is(node)}: write {hint}")
        return None

    def number(
        self, node: Node, what: str, low: float, high: float, whole: bool = False
    ) -> float | None:
        """A number between low and high, inclusive."""
        kinds = ("int",) if whole else ("int", "float")
        noun = "a whole number" if whole else "a number"
        if node.kind not in kinds or not math.isfinite(node.value):
            self.problem(node, f"{what} must be {noun} ({low:g} to {high:g}), not {_is(node)}")
            return None
        if not low <= node.value <= high:
            self.problem(node, f"{what} must be between {low:g} and {high:g}, not {node.raw}")
            return None
        return int(node.value) if whole else float(node.value)

    def choice(self, node: Node, what: str, options: Iterable[str]) -> str | None:
        """One of a few words."""
        text = self.string(node, what)
        if text is None:
            return None
        known = tuple(options)
        if text in known:
            return text
        self.problem(node, unknown(what, text, known))
        return None


def parse(name: str, text: str, problems: list[Problem]) -> Node | None:
    """The one document of a file; None where it cannot be read, with the problems noted."""
    if len(text) > MAX_CHARS:
        problems.append(Problem(name, 1, 1, f"the file is larger than {MAX_CHARS} characters"))
        return None
    if match := re.search(r"^%", text, re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        problems.append(
            Problem(name, line, 1, "directives (%) are not supported: remove this line")
        )
        return None
    too_deep = f"nested too deeply (more than {MAX_DEPTH} levels)"
    if match := _BRACKETS.search(text):
        problems.append(Problem(name, text.count("\n", 0, match.start()) + 1, 1, too_deep))
        return None
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    yaml = YAML(typ="rt")
    yaml.composer.warn_double_anchors = False
    try:
        root = yaml.compose(text.removeprefix("\ufeff"))
        if root is None:
            problems.append(Problem(name, 1, 1, "the file is empty: it must begin with version: 1"))
            return None
        return _Plain(name).node(root, 0)
    except MarkedYAMLError as error:
        problems.extend(_syntax(name, text, error))
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problems.append(Problem(name, line, column, "a control character is not allowed here"))
    except RecursionError:
        problems.append(Problem(name, 1, 1, too_deep))
    except YAMLError as error:
        problems.append(Problem(name, 1, 1, f"not YAML: {str(error).splitlines()[0]}"))
    except RuleErrors as error:
        problems.extend(error.problems)
    return None


def unknown(what: str, text: str, options: Iterable[str], place: str = "") -> str:
    """Says that a word is not known, and which was probably meant."""
    known = tuple(options)
    folded = {option.casefold().replace("-", "_"): option for option in known}
    key = text.casefold().replace("-", "_").replace(" ", "_")
    near = get_close_matches(key, folded, n=1, cutoff=0.6)
    if near:
        return f"unknown {what} {text!r}{place}: did you mean {folded[near[0]]!r}?"
    if not known:
        return f"unknown {what} {text!r}{place}: none is defined"
    return f"unknown {what} {text!r}{place}: known are {_listed(known)}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def _is(node: Node) -> str:
    if node.kind in ("map", "list", "null", "other"):
        return {"map": "a mapping", "list": "a list", "null": "empty"}.get(node.kind, "a tag")
    raw = node.raw if len(node.raw) <= 40 else node.raw[:39] + "…"
    return {"str": f"the text {raw!r}", "bool": raw}.get(node.kind, f"the number {raw}")


class _Plain:
    """Unfolds composed nodes, aliases included, within bounds."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.seen = 0

    def node(self, node: YamlNode, depth: int) -> Node:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self.seen += 1
        if depth > MAX_DEPTH:
            message = f"nested too deeply (more than {MAX_DEPTH} levels; an alias inside itself?)"
            raise RuleErrors([Problem(self.file, line, column, message)])
        if self.seen > MAX_NODES:
            message = f"the file unfolds to more than {MAX_NODES} values: use fewer aliases"
            raise RuleErrors([Problem(self.file, line, column, message)])
        tag = str(node.tag)
        kind = tag.removeprefix(_TAG)
        if kind == "map":
            pairs = tuple(
                (self.node(key, depth + 1), self.node(value, depth + 1))
                for key, value in node.value
            )
            return Node("map", pairs, "(a mapping)", line, column)
        if kind == "seq":
            items = tuple(self.node(item, depth + 1) for item in node.value)
            return Node("list", items, "(a list)", line, column)
        raw = node.value if isinstance(node.value, str) else tag
        kind, value = _scalar(kind, raw)
        block = getattr(node, "style", None) in ("|", ">")
        return Node(kind, value, raw, line, column, block)


def _scalar(kind: str, raw: str) -> tuple[str, Any]:
    plain = raw.replace("_", "")
    try:
        if kind == "int":
            signless = plain.lstrip("+-")
            return "int", int(plain, 10 if signless.isdecimal() else 0)
        if kind == "float":
            return "float", float(plain.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return "str", raw
    if kind == "bool":
        return "bool", raw.lower() == "true"
    if kind == "null":
        return "null", None
    return ("str", raw) if kind in ("str", "timestamp", "merge") else ("other", raw)


def _syntax(name: str, text: str, error: Any) -> list[Problem]:
    """A syntax error, or every tab in an indentation when that is what stopped it."""
    tabs = [
        Problem(name, number, line.index("\t") + 1, "a tab in the indentation: use spaces")
        for number, line in enumerate(text.split("\n"), 1)
        if "\t" in line[: len(line) - len(line.lstrip())]
    ]
    problem = str(error.problem or error.context or "cannot be read")
    if tabs and "\\t" in problem:
        return tabs
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "another document" in problem:
        problem = "a second document (---): write one document a file"
    elif "mapping values" in problem:
        problem += ': put text that contains ": " into quotes'
    elif "\\t" in problem:
        problem = "a tab is not allowed here: use spaces"
    elif "cannot start any token" in problem:
        problem += ": put the text into quotes"
    return [Problem(name, line, column, f"not YAML: {problem}")]
