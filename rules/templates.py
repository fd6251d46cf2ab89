"""Task titles and notes: small, sandboxed jinja2 templates.

A template may print variables, choose with `if`, add to or subtract from numbers and use a few
filters. There are no loops, calls, assignments or repetition, so its output is never much longer
than itself and its values. What comes from mail, calendars and cards is data: it is printed and
never read as a template. Lines that are empty only because a variable was empty disappear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rules.durations import Clock
from rules.history import Event, History, Subject
from rules.model import Rule
from rules.source import unknown
from rules.verdict import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment, Template

MAX_TITLE = 1024
MAX_NOTES = 8192
MAX_VALUE = 4096  # of one variable
# What LinkedIn and others take as a note with an invitation to connect.
MAX_CONNECTION_NOTE = 300

SINCE_FIELDS = ("title", "when", "where", "link")
FROM_CONTEXT = ("evidence", "gives", "asks", "promises", "notes", "mutual", "next_meeting")
VARIABLES = ("name", "first_name", "person", "since", "days", *FROM_CONTEXT, "connection_note")
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
_EMPTY = "\x00"  # stands where a variable was empty, until the lines are tidied
# What an operator or a filter raises for values it is not made for.
_TROUBLE = (TypeError, ValueError, ArithmeticError, AssertionError, AttributeError)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Since:
    """`since` in a template: what started the clock."""

    title: str = ""
    when: str = ""  # the date in the owner's zone, as 2026-03-05
    where: str = ""
    link: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.where, self.when) if part)


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


def render(
    rule: Rule, verdict: Verdict, history: History, now: datetime, clock: Clock
) -> tuple[str, str]:
    """The title (one line) and notes of the task for a verdict, as of `now`."""
    values = variables(verdict.anchor, history, now, clock)
    title = " ".join(_fill(rule.task_title, values).replace(_EMPTY, "").split())
    if not title:
        title = " ".join(f"{rule.about or rule.id}: {values['name']}".split())
    return _cut(title, MAX_TITLE), _cut(_tidy(_fill(rule.task_notes, values)), MAX_NOTES)


def variables(
    anchor: Event, history: History, now: datetime, clock: Clock
) -> dict[str, str | int | Since]:
    """What a template may print, cleaned of control characters and bounded."""
    subject = history.subject
    address = subject.addresses[0] if subject.addresses else ""
    name = _line(subject.name) or _line(address)
    since = Since(
        title=_line(anchor.title),
        when=anchor.at.astimezone(clock.zone).date().isoformat(),
        where=_line(anchor.where),
        link=_line(anchor.link),
    )
    days = now.astimezone(clock.zone).date() - anchor.end.astimezone(clock.zone).date()
    context = history.context_at(now)
    values: dict[str, str | int | Since] = {
        "name": name,
        "first_name": _line(subject.first_name) or name,
        "person": _person(subject, name),
        "since": since,
        "days": max(days.days, 0),
    }
    for key in FROM_CONTEXT:
        values[key] = _text(context, key)
    values["connection_note"] = _connection_note(_text(context, "connection_note"), since, values)
    return values


def _connection_note(given: str, since: Since, values: Mapping[str, object]) -> str:
    """A note to send with an invitation to connect: the caller's, or where the two met."""
    if not given:
        met = f" ({since})" if str(since) else ""
        given = f"Hello {values['first_name']}, it was good to be in touch{met}."
    return _cut(given, MAX_CONNECTION_NOTE)


def _person(subject: Subject, name: str) -> str:
    address = _line(subject.addresses[0]) if subject.addresses else ""
    return f"{name} <{address}>" if address and address != name else name


def _text(context: Mapping[str, object], key: str) -> str:
    value = context.get(key)
    text = "" if value is None else str(value)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _cut("\n".join(_CONTROL.sub("", line).rstrip() for line in lines).strip(), MAX_VALUE)


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_TITLE]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _fill(text: str, values: Mapping[str, object]) -> str:
    from jinja2 import TemplateError

    try:
        return _template(text).render(values)
    except (TemplateError, *_TROUBLE):
        # Values that no sample of `check` resembles: the plain template is better than no task.
        return ""


def _tidy(text: str) -> str:
    """Removes lines that only held empty variables, and all but one of several blank lines."""
    lines = [
        line.replace(_EMPTY, "").rstrip()
        for line in text.split("\n")
        if _EMPTY not in line or line.replace(_EMPTY, "").strip()
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@lru_cache(maxsize=512)
def _template(text: str) -> Template:
    return _environment().from_string(text)


@cache
def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: _EMPTY if value is None or str(value) == "" else value,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: test for name, test in environment.tests.items() if name in _TESTS}
    return environment


def _mistakes(tree: Any) -> Iterator[tuple[int, str]]:
    from jinja2 import nodes

    for node in _walk(tree):
        kind = type(node).__name__
        if kind not in _NODES:
            yield node.lineno, _refusal(kind)
        elif isinstance(node, nodes.Name) and node.name not in VARIABLES:
            yield node.lineno, unknown("template variable", node.name, VARIABLES)
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
        "Getitem": "[…] is not available; write since.title",
        "Mul": "* is not available",
        "Pow": "** is not available",
        "Mod": "% is not available",
        "Assign": "set is not available",
    }
    return f"{reasons.get(kind, f'{kind} is not available')} in a task: {allowed}"


def _samples() -> Iterator[dict[str, object]]:
    """Everything known, nothing known: a template must work for both."""
    full: dict[str, object] = dict.fromkeys(VARIABLES, "Ana")
    full["since"] = Since("Coffee", "2026-03-05", "Lisbon", "https://example.org")
    empty: dict[str, object] = {**dict.fromkeys(VARIABLES, ""), "name": "Ana", "since": Since()}
    for days in (0, 1, 30):
        yield {**full, "days": days}
        yield {**empty, "days": days}
