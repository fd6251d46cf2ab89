"""YAML with positions: every mistake of a file at once, each with file:line:column.

Text is composed into plain nodes (YAML 1.2, ruamel.yaml's round-trip loader) and read through a
`Reader`, which collects problems instead of stopping at the first. Size, depth and the number of
nodes that aliases may unfold to are bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        self,
        node: Node,
        allowed: Sequence[str],
        what: str,
        required: Sequence[str] = (),
        slips: Mapping[str, str] | None = None,
    ) -> dict[str, Node]:
        """The known keys of a mapping. Unknown, duplicate and missing ones are noted; `slips` says
        what was meant by a key that is often written here."""
        if node.kind != "map":
            self.problem(node, f"{what} must be a mapping of {_listed(allowed)}, not {shown(node)}")
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
                hint = (slips or {}).get(key.raw.casefold())
                place = f" in {what}"
                self.problem(
                    key,
                    f"unknown key {key.raw!r}{place}: {hint}"
                    if hint
                    else unknown("key", key.raw, allowed, place),
                )
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
        hint = f": write [{node.raw}]" if node.kind in ("str", "int", "float", "bool") else ""
        self.problem(node, f"{what} must be a list, not {shown(node)}{hint}")
        return ()

    def string(self, node: Node, what: str, empty: bool = False) -> str | None:
        """Text. Numbers, true/false and nothing must be quoted to be text."""
        if node.kind == "str" and (empty or node.value.strip()):
            text: str = node.value
            return text
        if node.kind == "str":
            self.problem(node, f"{what} must not be empty")
        elif node.kind in ("int", "float", "bool"):
            self.problem(node, f'{what} must be text, not {shown(node)}: write "{node.raw}"')
        elif node.kind == "map" and any(key.kind == "map" for key, _ in node.value):
            self.problem(
                node, f'{what}: text that begins with {{{{ needs quotes, as in "{{{{ name }}}}"'
            )
        else:
            self.problem(node, f"{what} must be text, not {shown(node)}")
        return None

    def boolean(self, node: Node, what: str) -> bool | None:
        """true or false; YAML 1.2 knows no yes and no."""
        if node.kind == "bool":
            return bool(node.value)
        word = node.raw.lower()
        meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false"}
        hint = f"write {meant.get(word, 'true or false')}"
        if node.kind == "str" and word in ("true", "false"):
            hint = "remove the quotes"
        self.problem(node, f"{what} must be true or false, not {shown(node)}: {hint}")
        return None

    def number(
        self, node: Node, what: str, low: float, high: float, whole: bool = False
    ) -> float | None:
        """A number between low and high, inclusive."""
        kinds = ("int",) if whole else ("int", "float")
        noun = "a whole number" if whole else "a number"
        if node.kind not in kinds or not math.isfinite(node.value):
            self.problem(
                node,
                f"{what} must be {noun} ({low:g} to {high:g}), not {shown(node)}"
                + _number_meant(node, high),
            )
            return None
        if not low <= node.value <= high:
            hint = _share(f"{node.raw}%", high)
            self.problem(node, f"{what} must be between {low:g} and {high:g}, not {node.raw}{hint}")
            return None
        return int(node.value) if whole else float(node.value)

    def choice(
        self,
        node: Node,
        what: str,
        options: Iterable[str],
        slips: Mapping[str, str] | None = None,
    ) -> str | None:
        """One of a few words; `slips` says what was meant by a word that is often written here."""
        known = tuple(options)
        if node.kind != "str":
            listed = f"one of {_listed(known)}" if len(known) > 1 else known[0]
            self.problem(node, f"{what} must be {listed}, not {shown(node)}")
            return None
        text = self.string(node, what)
        if text is None or text in known:
            return text
        hint = (slips or {}).get(text.strip().casefold().replace(" ", "_").replace("-", "_"))
        self.problem(
            node, f"unknown {what} {text!r}: {hint}" if hint else unknown(what, text, known)
        )
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
        from rules.syntax import mistakes

        problems.extend(Problem(name, *mistake) for mistake in mistakes(text, error))
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
    from difflib import get_close_matches  # only a mistake needs it

    known = tuple(options)
    folded = {option.casefold().replace("-", "_"): option for option in known}
    key = text.casefold().replace("-", "_").replace(" ", "_")
    near = get_close_matches(key, folded, n=1, cutoff=0.6)
    if near:
        return f"unknown {what} {text!r}{place}: did you mean {folded[near[0]]!r}?"
    if not known:
        return f"unknown {what} {text!r}{place}: none is defined"
    if len(known) == 1:
        return f"unknown {what} {text!r}{place}: only {known[0]} is known"
    return f"unknown {what} {text!r}{place}: known are {_listed(known)}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def shown(node: Node) -> str:
    """What stands there, for a message."""
    if node.kind in ("map", "list", "null", "other"):
        return {"map": "a mapping", "list": "a list", "null": "empty"}.get(node.kind, "a tag")
    raw = node.raw if len(node.raw) <= 40 else node.raw[:39] + "…"
    return {"str": f"the text {raw!r}", "bool": raw}.get(node.kind, f"the number {raw}")


def _number_meant(node: Node, high: float) -> str:
    """A hint where a number was quoted, or not written as a whole one."""
    if node.kind == "float" and math.isfinite(node.value) and node.value.is_integer():
        return f": write {node.value:.0f}"
    if node.kind == "str" and re.fullmatch(r"\d+(\.\d+)?", node.raw):
        return ": remove the quotes"
    return _share(node.raw, high)


def _share(raw: str, high: float) -> str:
    """A hint where a share of 1 was written in per cent."""
    percent = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", raw)
    if percent and high == 1 and 1 < float(percent[1]) <= 100:
        return f": write {float(percent[1]) / 100:g}"
    return ""


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
