"""Which tasks a step cannot tell in words without looking at all there is."""

from __future__ import annotations

from dataclasses import replace

from rules.verdict import State
from syncd.pipeline.step import is_worded
from syncd.planner import Complete, Followed, Intent, Tracked, Update

from worlds import BEN, day

NOW = day(3)
ROW = Tracked(
    key="k",
    person="p",
    rule="thank",
    anchor="message:m0",
    addr=BEN.addr,
    state=State.SATISFIED,
    found_at=NOW,
    remind=NOW,
    due=NOW.date(),
    expires=NOW,
    next=None,
    priority=50,
    reasons=(),
)


def worded(by: str, intent: Intent) -> bool:
    """Whether it is, of a row that `by` satisfied, for the message `message:n`."""
    followed = Followed(rows=(replace(ROW, satisfied_by=by),), intents=(intent,))
    return is_worded(followed, "message:n")


def test_what_closed_a_task_is_told_by_the_message_alone_or_by_nothing() -> None:
    """What something older closed is told in the words of that; what expired needs none."""
    complete = Complete("k", "home", NOW, "why")
    assert worded("message:m1", complete)
    assert not worded("message:n", complete)
    assert not worded("message:n#asked", complete)
    assert not worded("", complete)


def test_a_task_that_is_about_something_else_is_worded_anew() -> None:
    """A date that moves is no word."""
    assert worded("", Update("k", "home", anchored=True))
    assert not worded("", Update("k", "home", due=NOW.date()))
