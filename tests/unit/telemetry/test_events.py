"""The list of events is the truth about what the code tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from syncd.log.events import EVENTS, LEVELS, page

REPOSITORY = Path(__file__).resolve().parents[3]
RESERVED = {"event", "level", "timestamp", "name", "logger"}


def told() -> Iterator[tuple[str, str, set[str]]]:
    """(place, name, facts) of every event that the code tells."""
    for path in sorted((REPOSITORY / "syncd").rglob("*.py")):
        tellers = ["log.event"] if path.parent.name != "log" else ["tell", "self._tell"]
        text = path.read_text(encoding="utf-8")
        if not any(f"{teller}(" in text for teller in tellers):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in tellers:
                place = f"{path.relative_to(REPOSITORY)}:{node.lineno}"
                facts = {str(one.arg) for one in node.keywords}
                for name in _names(node.args[0], place):
                    yield place, name, facts


def _names(node: ast.expr, place: str) -> list[str]:
    """A literal, or a choice between literals."""
    if isinstance(node, ast.IfExp):
        return [*_names(node.body, place), *_names(node.orelse, place)]
    assert isinstance(node, ast.Constant), f"{place}: the name of an event is not a literal"
    return [str(node.value)]


def test_every_event_is_in_the_list() -> None:
    """With every fact that it is told with; what is not told any more is not in it either."""
    seen: set[str] = set()
    wrong: list[str] = []
    for place, name, facts in told():
        seen.add(name)
        if name not in EVENTS:
            wrong.append(f"{place}: {name} is not in syncd/log/events.py")
        elif not facts <= set(EVENTS[name].names):
            wrong.append(f"{place}: {name} has no facts {sorted(facts - set(EVENTS[name].names))}")
    assert not wrong, "\n".join(wrong)
    assert set(EVENTS) == seen


def test_names_and_levels_have_their_form() -> None:
    """`noun.verb_past`, a level there is, and no fact called as what every line has."""
    for name, known in EVENTS.items():
        assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", name), name
        assert known.level in LEVELS
        assert not set(known.names) & RESERVED, name
        assert known.about[0].isupper(), name


def test_the_page_is_what_the_code_says() -> None:
    """docs/events.md is written by `make docs`."""
    assert (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8") == page()
