"""`syncd rules why` to read: + where a step lets the task pass, - where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from rules.describe import clause
from rules.model import Rule
from syncd.views.reasons import in_words


def lines_of(found: dict[str, Any], rule: Rule, zone: tzinfo) -> Iterator[str]:
    """The same for people to read."""
    person = found["person"]
    yield f"{rule.id} and {person['name']} <{', '.join(person['addresses'])}>"
    yield f"  {_conclusion(found, zone)}"
    yield ""
    anchor = found["anchor"]
    if anchor is None:
        yield f"- It starts when {clause(rule.since)}: {found['no_anchor']}."
        return
    title = f" ({anchor['title']})" if anchor["title"] else ""
    yield f"+ It starts when {clause(rule.since)}: {_when(anchor['end'], zone)}{title}"
    yield f"    evidence {anchor['evidence']}"
    clock = found["clock"]
    if clock is None:
        yield f"- It has no times for them: {found['no_anchor']}."
        return
    yield from _clock_lines(found, zone)
    stopped = found["stopped"]
    if stopped is not None:
        what = stopped["interaction"]
        title = f" ({what['title']})" if what and what["title"] else ""
        yield f"- Stopped on {_when(stopped['at'], zone)} by {stopped['event']}{title}"
    if found["where"]:
        yield "Conditions, as of now:"
        yield from _check_lines(found["where"], "  ")
    if rule.pause_while:
        on = found["scheduled"]
        yield f"{'- A' if on else '+ No'} meeting on the calendar holds it back"


def _clock_lines(found: dict[str, Any], zone: tzinfo) -> Iterator[str]:
    clock, now = found["clock"], found["now"]
    tier = f" (tier {clock['tier']})" if clock["tier"] else ""
    early = now < clock["remind"]
    yield f"{'-' if early else '+'} The task appears from {_when(clock['remind'], zone)}{tier}"
    yield f"  It is due on {clock['due']}" if clock["due"] else "  You took its due date away"
    late = now >= clock["expires"]
    yield f"{'-' if late else '+'} It is dropped on {_when(clock['expires'], zone)}"


def _check_lines(parts: Sequence[dict[str, Any]], indent: str) -> Iterator[str]:
    for part in parts:
        value = f": it is {part['value']}" if part["value"] else ""
        yield f"{indent}{'+' if part['holds'] else '-'} {part['condition']}{value}"
        yield from _check_lines(part["parts"], indent + "  ")


def _conclusion(found: dict[str, Any], zone: tzinfo) -> str:
    """What becomes of it, and how long that lasts."""
    ahead = ""
    if found["next"]:
        ahead = f" That lasts until {_when(found['next'], zone)}, unless something happens."
    if found["next_draw"]:
        ahead = f" Its turn may come on {_when(found['next_draw'], zone)}."
    task, verdict = found["task"], found["verdict"]
    if task is not None:
        closed = f": {task['closed_why']}" if task["closed_why"] else ""
        due = f"due {task['due']}" if task["due"] else "no due date"
        return f"Task {task['status']}, {due}: {task['title']}{closed}.{ahead}"
    if verdict is None and found["anchor"] is not None:
        return "No task: the rule has no times for them."
    if verdict is None:
        return f"No task: nothing has started it.{ahead}"
    why_not = in_words(verdict["reasons"]) or "nothing holds it back: the next run decides"
    return f"{verdict['state'].capitalize()}: {why_not}.{ahead}"


def _when(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
