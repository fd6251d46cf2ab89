"""A rule in plain English, and as the YAML that says the same with every default written out."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rules.describe_where import as_data, said
from rules.durations import Duration
from rules.model import Rule, StrengthBelow
from rules.where import ALWAYS
from rules.words import CLAUSES

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

_UNITS = {"h": "hour", "d": "day", "w": "week", "m": "month", "working days": "working day"}
_MEANS = {"call": "a call", "meeting": "a meeting", "message": "a message of yours"}
_ALSO = {
    "card": "Their card is put into an address book, where that is switched on.",
    "draft": "A draft of an answer to their newest mail is left, where that is switched on.",
}
_UNCLOSED = "Nothing closes it but a tick, or being too late."
_WIDTH = 96


def paragraph(rule: Rule) -> str:
    """What the rule does, in a few sentences."""
    times = f"the task appears {_after(rule.remind)}, is due {_after(rule.due)}"
    late = _after(rule.expires) if rule.expires else "30 days after that"
    sentences = [
        f"It starts when {since(rule)}: {times}, and is dropped {late}.",
        _only(rule),
        "It is held back while a meeting with them is on the calendar." if rule.pause_while else "",
        f"The task is closed by itself when {until(rule)}." if rule.until else _UNCLOSED,
        f"Ticking it counts as {_MEANS[rule.done_means]}." if rule.done_means in _MEANS else "",
        "It is written at once, outside the day's limit." if rule.urgent else "",
        *(_ALSO[one] for one in rule.also),
        f"Its priority is {rule.priority} of 100.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def since(rule: Rule) -> str:
    """The event that starts it, as the end of a sentence."""
    which = {
        "newest": " (the newest time)" if isinstance(rule.since, str) else "",
        "oldest_open": " (the oldest time that is still open)",
    }[rule.anchor]
    only_once = isinstance(rule.since, str) and rule.since.startswith("first_")
    return clause(rule.since) + ("" if only_once else which)


def until(rule: Rule) -> str:
    """The events that stop it, as the end of a sentence; "" where there are none."""
    clauses = [clause(one) for one in rule.until]
    if len(clauses) < 3:
        return " or ".join(clauses)
    return f"{', '.join(clauses[:-1])}, or {clauses[-1]}"


def clause(one: str | StrengthBelow) -> str:
    """An event of `since` or `until`, as the end of a sentence."""
    if isinstance(one, StrengthBelow):
        return f"the strength of the tie falls below {one.level:g}"
    return CLAUSES[one]


def length(span: Duration) -> str:
    """A duration in words: `30 days`, `3 times the cadence of their tier`."""
    if span.unit in ("cadence", "rhythm"):
        whose = "the cadence of their tier" if span.unit == "cadence" else "your usual rhythm"
        return whose if span.amount == 1 else f"{span.amount:g} times {whose}"
    return f"{span.amount:g} {_UNITS[span.unit]}{'' if span.amount == 1 else 's'}"


def to_yaml(rule: Rule) -> str:
    """The rule as a rule file has it, defaults written out; it loads to one that means the same."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    fields = CommentedMap(
        {
            "id": rule.id,
            **({"about": rule.about} if rule.about else {}),
            "since": _flowing(event(rule.since)),
            "until": _flowing([event(one) for one in rule.until]),
            "anchor": rule.anchor,
            "remind": str(rule.remind),
            "due": str(rule.due),
            **({"expires": str(rule.expires)} if rule.expires else {}),
            **({} if rule.where == ALWAYS else {"where": _flowing(as_data(rule.where))}),
            **({"pause_while": rule.pause_while} if rule.pause_while else {}),
            "priority": rule.priority,
            "urgent": rule.urgent,
            "done_means": rule.done_means,
            **({"also": _flowing(list(rule.also))} if rule.also else {}),
            "task": _task(rule),
        }
    )
    if rule.expires is None:
        fields.yaml_add_eol_comment("expires 30 days after that", "due")
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(CommentedSeq([fields]), out)
    return out.getvalue()


def _task(rule: Rule) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    task = CommentedMap({"title": DoubleQuotedScalarString(rule.task_title)})
    if rule.task_notes:
        notes = rule.task_notes
        block = "\n" in notes and "\r" not in notes and not notes.startswith((" ", "\n"))
        kind = LiteralScalarString if block else DoubleQuotedScalarString
        task["notes"] = kind(rule.task_notes)
    return task


def event(one: str | StrengthBelow) -> Any:
    """An event as a rule file names it."""
    return {"strength_below": one.level} if isinstance(one, StrengthBelow) else one


def _flowing(value: Any) -> Any:
    """Lists and mappings on one line."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    made: CommentedMap | CommentedSeq
    if isinstance(value, dict):
        made = CommentedMap({key: _flowing(inner) for key, inner in value.items()})
    elif isinstance(value, list):
        made = CommentedSeq([_flowing(inner) for inner in value])
    else:
        return value
    made.fa.set_flow_style()
    return made


def _after(span: Duration) -> str:
    return "at once" if not span.amount else f"after {length(span)}"


def _only(rule: Rule) -> str:
    if rule.where == ALWAYS:
        return ""
    return f"Only where {said(rule.where)}; while that is not so, it waits."
