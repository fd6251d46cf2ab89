"""Task titles and notes: small, sandboxed jinja2 templates.

A template may print variables, choose with `if`, add to or subtract from numbers and use a few
filters. There are no loops, calls, assignments or repetition, so its output is never much longer
than itself and its values. What comes from mail, calendars and cards is data: it is printed and
never read as a template. Lines that are empty only because a variable was empty disappear, and
what one variable has told, the next one on a line of its own does not tell again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rules.cut import cut, units
from rules.durations import Clock
from rules.history import History
from rules.model import Rule
from rules.source import unknown
from rules.variables import FROM_CONTEXT, NOTHING, SINCE_FIELDS, VARIABLES, Since, variables
from rules.verdict import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment, Template

__all__ = ["FILTERS", "FROM_CONTEXT", "MAX_NOTES", "MAX_TITLE", "VARIABLES", "check", "render"]

MAX_TITLE = 1024
MAX_NOTES = 8192
_MORE = "…"  # the line that stands for those left out
# What tells one thing per line, and is shortened in this order where notes are too long.
_SHORTENED = ("evidence", "mutual", "asks", "gives", "promises", "notes")
FILTERS = (
    "capitalize",
    "default",
    "first",
    "last",
    "length",
    "lower",
    "title",
    "trim",
    "truncate",
    "upper",
)

# What jinja2 calls the parts that a template may be made of.
_TEXT = {"Template", "Output", "TemplateData", "Name", "Const", "Getattr", "Concat"}
_CHOICE = {"If", "CondExpr", "Compare", "Operand", "And", "Or", "Not", "Test"}
_NODES = _TEXT | _CHOICE | {"Filter", "Keyword", "Add", "Sub", "FloorDiv"}
_TESTS = ("defined", "none", "string", "number", "odd", "even")
_TAG = re.compile(r"\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\}")
# Stand in the notes until the lines are tidied; values are free of control characters.
_EMPTY = "\x00"  # where a variable was empty
_BEGINS = "\x01"  # where a variable of several lines begins
_GOES_ON = "\x02"  # where each further line of it begins
_MARKS = str.maketrans("", "", _EMPTY + _BEGINS + _GOES_ON)
_LINKED = re.compile(r"(.*\S) <(\S+:\S+)>")
# What an operator or a filter raises for values it is not made for.
_TROUBLE = (TypeError, ValueError, ArithmeticError, AssertionError, AttributeError)


class _Lines(str):
    """The text of a variable that tells one thing per line."""

    __slots__ = ()


def check(text: str) -> tuple[tuple[int, str], ...]:
    """Every mistake in a template, as (line from 1, what is wrong and what would be right)."""
    from jinja2 import TemplateError, TemplateSyntaxError

    environment = _environment()
    try:
        tree = environment.parse(text)
    except TemplateSyntaxError as error:
        return ((error.lineno, f"not a template: {error.message}"),)
    except RecursionError:
        return ((1, "not a template: nested too deeply"),)
    problems = tuple(dict.fromkeys(_mistakes(tree)))
    if problems:
        return problems
    try:
        template = _template(text)  # compiled once; rendering is the cheap part
        for values in _samples():
            template.render(values)
    except (TemplateError, *_TROUBLE) as error:
        return ((1, f"cannot be filled in: {error}"),)
    return ()


def blank(text: str) -> bool:
    """Whether a template without mistakes prints nothing, whatever there is to print."""
    from jinja2 import nodes

    for output in _environment().parse(text).find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                printed = node.data
            elif isinstance(node, nodes.Const):
                printed = str(node.value)
            else:
                return False
            if printed.strip():
                return False
    return True


def render(
    rule: Rule,
    verdict: Verdict,
    history: History,
    now: datetime,
    clock: Clock,
    more: Mapping[str, object] = NOTHING,
    room: int = MAX_NOTES,
) -> tuple[str, str]:
    """The title (one line) and notes of the task for a verdict, as of `now`.

    `more` is what the history alone cannot tell of its context. The notes take `room` UTF-16 units
    at most: the evidence gives way first.
    """
    values = variables(verdict.anchor, history, now, clock, more)
    title = " ".join(_fill(rule.task_title, values).translate(_MARKS).split())
    if not title:
        title = " ".join(f"{rule.about or rule.id}: {values['name']}".split())
    return cut(title, MAX_TITLE), _fitted(rule.task_notes, values, room)


def _fitted(text: str, values: Mapping[str, object], room: int) -> str:
    """The notes within `room`, whole lines of the least important variables left out for it."""
    values = {**values, **{key: _Lines(values[key]) for key in _SHORTENED}}
    notes = _tidy(_fill(text, values))
    for key in _SHORTENED:
        if units(notes) <= room:
            break
        values = _shortened(text, values, key, room)
        notes = _tidy(_fill(text, values))
    return cut(notes, room)


def _shortened(
    text: str, values: Mapping[str, object], key: str, room: int
) -> Mapping[str, object]:
    """The values with as many lines of one of them as fit: trying tells how often it is printed."""
    lines = str(values[key]).split("\n")

    def keeping(count: int) -> Mapping[str, object]:
        return {**values, key: _Lines("\n".join([*lines[:count], _MORE]) if count else "")}

    def too_long(count: int) -> bool:
        return units(_tidy(_fill(text, keeping(count)))) > room

    return keeping(bisect_left(range(1, len(lines)), True, key=too_long))


def _fill(text: str, values: Mapping[str, object]) -> str:
    from jinja2 import TemplateError

    try:
        return _template(text).render(values)
    except (TemplateError, *_TROUBLE):
        # Values that no sample of `check` resembles: the plain template is better than no task.
        return ""


def _tidy(text: str) -> str:
    """Removes lines that only held empty variables, what was told before, and all but one of
    several blank lines."""
    told: set[str] = set()  # by the variables so far
    telling: set[str] = set()  # by this one
    links: set[str] = set()
    lines: list[str] = []
    announced = False
    for line in text.split("\n"):
        bare = line.translate(_MARKS).rstrip()
        before, begins, value = line.rpartition(_BEGINS)
        if begins:
            told, telling = told | telling, {value.translate(_MARKS).strip()}
            # Words of the template before it speak of all of its lines, so these stay.
            announced = bool(before.translate(_MARKS).strip())
        elif line.startswith(_GOES_ON):
            telling.add(bare.strip())
        if not announced and (begins or line.startswith(_GOES_ON)):
            if bare.strip() in told - {"", _MORE}:
                continue
            bare = _link_once(bare, links)
        if bare.strip() or _EMPTY not in line:
            lines.append(bare)
        links.update(word.strip("<>") for word in bare.split() if ":" in word)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _link_once(line: str, links: Collection[str]) -> str:
    """The line without the link at its end where that was printed before."""
    match = _LINKED.fullmatch(line)
    return match[1] if match and match[2] in links else line


@lru_cache(maxsize=512)
def _template(text: str) -> Template:
    return _environment().from_string("".join(map(_lined, text.splitlines(keepends=True))))


def _lined(line: str) -> str:
    """A line of nothing but `{% … %}` is none; one that is empty because of them disappears."""
    if "{%" not in line and "{#" not in line:
        return line
    if not _TAG.sub("", line).strip():
        return "".join(_TAG.findall(line))
    bare = line.rstrip("\r\n")
    return f"{bare}{_EMPTY}{line[len(bare) :]}"


@cache
def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        finalize=_marked,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: test for name, test in environment.tests.items() if name in _TESTS}
    return environment


def _marked(value: object) -> object:
    """What a template prints, with what `_tidy` has to know of it."""
    if value is None or str(value) == "":
        return _EMPTY
    if isinstance(value, _Lines):
        return _BEGINS + value.replace("\n", "\n" + _GOES_ON)
    return value


def _mistakes(tree: Any) -> Iterator[tuple[int, str]]:
    from jinja2 import nodes

    for node in _walk(tree):
        kind = type(node).__name__
        if kind not in _NODES:
            yield node.lineno, _refusal(kind)
        elif isinstance(node, nodes.Name) and node.name not in VARIABLES:
            yield node.lineno, unknown("template variable", node.name, VARIABLES)
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield node.lineno, unknown("filter", node.name, FILTERS)
        elif isinstance(node, nodes.Getattr):
            if not isinstance(node.node, nodes.Name) or node.node.name != "since":
                yield node.lineno, f"only since has parts, not .{node.attr}: remove it"
            elif node.attr not in SINCE_FIELDS:
                yield node.lineno, unknown("part of since", node.attr, SINCE_FIELDS)


def _walk(node: Any) -> Iterator[Any]:
    """Every node, but not what lies inside of one that is refused anyway."""
    yield node
    if type(node).__name__ in _NODES:
        for child in node.iter_child_nodes():
            yield from _walk(child)


def _refusal(kind: str) -> str:
    allowed = f"print variables, use if and the filters {', '.join(FILTERS)}"
    reasons = {
        "For": "loops are not available",
        "Call": "calls are not available",
        "CallBlock": "calls are not available",
        "Getitem": "[…] is not available; write since.title",
        "Mul": "* is not available",
        "Pow": "** is not available",
        "Mod": "% is not available",
        "Div": "/ is not available; // divides to a whole number",
        "Neg": "- before a value is not available; write 0 - 1",
        "Pos": "+ before a value is not available",
        "Assign": "set is not available",
        "AssignBlock": "set is not available",
        "List": "a list is not available",
        "Tuple": "a list is not available",
        "Dict": "a mapping is not available",
        "FilterBlock": "a filter around text is not available",
        **dict.fromkeys(
            ("Include", "Import", "FromImport", "Extends", "Block"),
            "text from elsewhere (include, import, extends, block) is not available",
        ),
    }
    return f"{reasons.get(kind, f'{kind.lower()} is not available')} in a task: {allowed}"


def _samples() -> Iterator[dict[str, object]]:
    """Everything known, nothing known: a template must work for both."""
    full: dict[str, object] = dict.fromkeys(VARIABLES, "Ana")
    full["since"] = Since("Coffee", "2026-03-05", "Lisbon", "https://example.org")
    empty: dict[str, object] = {**dict.fromkeys(VARIABLES, ""), "name": "Ana", "since": Since()}
    for days in (0, 1, 30):
        yield {**full, "days": days}
        yield {**empty, "days": days}
