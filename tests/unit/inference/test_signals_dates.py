"""The day a sentence names, seen from Wednesday 4 March 2026."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.inference.signals_dates import due_date

WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("by Friday", "2026-03-06"),
        ("on Monday", "2026-03-09"),
        ("Monday morning", "2026-03-09"),
        ("by Wednesday", "2026-03-11"),
        ("this Wednesday", "2026-03-04"),
        ("next Friday", "2026-03-13"),
        ("next Monday", "2026-03-09"),
        ("by the coming Tuesday", "2026-03-10"),
        ("today", "2026-03-04"),
        ("tonight", "2026-03-04"),
        ("by EOD", "2026-03-04"),
        ("within the next two hours", None),
        ("in an hour", "2026-03-04"),
        ("tomorrow", "2026-03-05"),
        ("the day after tomorrow", "2026-03-06"),
        ("this week", "2026-03-06"),
        ("next week", "2026-03-13"),
        ("by the end of the week", "2026-03-06"),
        ("by the end of next week", "2026-03-13"),
        ("by the end of the month", "2026-03-31"),
        ("by the end of April", "2026-04-30"),
        ("next month", "2026-04-30"),
        ("in three days", "2026-03-07"),
        ("within 2 weeks", "2026-03-18"),
        ("in a couple of weeks", "2026-03-18"),
        ("on 12 March", "2026-03-12"),
        ("on the 12th of March", "2026-03-12"),
        ("on March 12th", "2026-03-12"),
        ("by March 12, 2027", "2027-03-12"),
        ("before 3 Jan", None),
        ("on 5 November", "2026-11-05"),
        ("on the 12th", "2026-03-12"),
        ("on the 2nd", "2026-04-02"),
        ("2026-03-20", "2026-03-20"),
        ("on 20.03.2026", "2026-03-20"),
        ("on 20.3.", "2026-03-20"),
        ("3/20", "2026-03-20"),
        ("20/3/26", "2026-03-20"),
        ("3/4", None),
        ("yesterday", None),
        ("last Friday", None),
        ("every Monday", None),
        ("2026-03-01", None),
        ("on 31 April", None),
        ("we may sit down", None),
        ("sun and fun", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_day_is_named(sentence: str, due: str | None) -> None:
    """Weekdays lie ahead, "next" means next week, and what is past or unclear is no day."""
    assert due_date(sentence, WEDNESDAY) == (date.fromisoformat(due) if due else None)


def test_a_month_that_is_over_is_next_years() -> None:
    """In December, 10 January is a month away."""
    assert due_date("by 10 January", date(2026, 12, 20)) == date(2027, 1, 10)


@given(st.text(max_size=60), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_no_day_is_past(sentence: str, today: date) -> None:
    """Nothing raises, and a due day is never before the day of writing."""
    due = due_date(sentence, today)
    assert due is None or due >= today


WORDS = st.sampled_from(
    [
        "by", "on", "the", "end of", "next", "this", "week", "month", "friday", "mon", "12", "12th",
        "march", "may", "in", "two", "days", "3/20", "31.12.", "2026-02-30", "tomorrow", "last",
        "february", "29",
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=6), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_no_jumble_of_dates_raises(words: list[str], today: date) -> None:
    """29 February and 31 of anything included."""
    due = due_date(" ".join(words), today)
    assert due is None or due >= today
