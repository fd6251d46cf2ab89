"""What is written in the end: only what the owner left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.planner.desk import day, edited, on, out, task_of

from syncd.planner import Complete, Intent, Status, Tracked, Update, Write, footer, to_write

WHY = "Closed by syncd: a call on 2026-03-05."


def closing(row: Tracked) -> Tracked:
    return row.having(replace(task_of(row), status=Status.CLOSED))


def update(**values: object) -> Update:
    return replace(Update("k", "home"), **values)  # type: ignore[arg-type]  # names are checked by `replace`


COMPLETE = Complete("k", "home", day(3), WHY)


def test_a_reason_is_appended_to_untouched_notes_only() -> None:
    """The owner's own words end where the owner ended them."""
    written = to_write(task_of(closing(out())), COMPLETE)
    assert written == Write(notes=f"You met.\n\n{WHY}", completed=True)
    mine = closing(edited(out(), notes="mine"))
    assert to_write(task_of(mine), COMPLETE) == Write(completed=True)


@pytest.mark.parametrize("touched", ["title", "notes", "due"])
def test_an_update_leaves_what_was_touched(touched: str) -> None:
    """Field by field."""
    values: dict[str, object] = {"title": "Meet Ana", "notes": "New.", "due": on(40)}
    mine = {"title": "mine", "notes": "mine", "due": on(9)}
    written = to_write(task_of(edited(out(), **{touched: mine[touched]})), update(**values))
    values[touched] = None
    assert written == replace(Write(), **values)  # type: ignore[arg-type]  # names are checked by `replace`


@pytest.mark.parametrize(
    ("row", "intent"),
    [
        (edited(closing(out()), completed=True), COMPLETE),
        (out(), COMPLETE),  # opened again since
        (closing(out()), update(due=on(40))),  # closed since
        (out(status=Status.DONE), update(due=on(40))),
        (out(status=Status.DONE), COMPLETE),
        (out(status=Status.DISMISSED), update(due=on(40))),
        (out(), update(due=on(30))),
        (out(), update(reopen=True)),
    ],
    ids=[
        "completed already",
        "reopened",
        "closed",
        "update of a ticked one",
        "closing of a ticked one",
        "deleted",
        "the same",
        "open already",
    ],
)
def test_nothing_is_written_where_nothing_is_left_to_do(row: Tracked, intent: Intent) -> None:
    """The task went another way since the intent was made."""
    assert not to_write(task_of(row), intent)


def test_reopening_takes_the_reason_back() -> None:
    """Untouched notes are as they were before it was closed."""
    notes = f"You met.\n\n{WHY}"
    row = edited(out(notes=notes), completed=True)
    assert to_write(task_of(row), update(reopen=True, unsay=WHY)) == Write(
        notes="You met.", completed=False
    )
    mine = edited(row, notes=f"{notes}\nmine")
    assert to_write(task_of(mine), update(reopen=True, unsay=WHY)) == Write(completed=False)


def test_the_footer_is_one_line_that_says_why_and_how_to_stop() -> None:
    """It names the rule, and commands that exist."""
    line = footer("call-in-30-days", "syncd-1")
    assert "\n" not in line
    assert "call-in-30-days" in line
    assert "syncd explain syncd-1" in line
    assert "delete" in line.lower()
    line = footer("call-in-30-days", "syncd-1", "Ana", "o'brien@example.org")
    assert line.endswith(
        "Delete it; never for Ana: "
        """syncd mute 'o'"'"'brien@example.org' --rule call-in-30-days"""
    )
    assert "for them: syncd mute bo@example.org" in footer("r", "k", *["bo@example.org"] * 2)
    assert len(footer("r", "k", "Ana " * 99, "bo@example.org")) < 160
