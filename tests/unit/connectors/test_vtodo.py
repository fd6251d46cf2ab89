"""Tasks as VTODO: written, read, and edited without touching what others wrote."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.formats.vtodo import edit_task, priority, read_tasks, write_task
from connectors.records import Task

LISBON = ZoneInfo("Europe/Lisbon")
CREATED = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DRAFT = Draft("k-1", "Call Ana", "What can you give Ana?", date(2026, 3, 30), CREATED)

FOREIGN = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Tasks//EN
BEGIN:VTODO
DTSTAMP:20260301T080000Z
X-APP-COLOUR;X-A=1:red
UID:k-1
SUMMARY:Call Ana
DESCRIPTION:A long note that is folded over several lines because it does not fit
  into seventy-five octets
DUE;TZID=Europe/Lisbon:20260330T233000
LAST-MODIFIED:20260301T080000Z
SEQUENCE:3
X-SYNCD-KEY:k-1
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Alarm text
TRIGGER:-PT15M
END:VALARM
END:VTODO
END:VCALENDAR
"""


def todo(*lines: str) -> Task:
    """The only task of these lines."""
    body = "\r\n".join(lines)
    body = f"BEGIN:VTODO\r\nUID:x\r\n{body}\r\nEND:VTODO\r\n"
    data = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n"
    (task,) = read_tasks(data.encode(), LISBON)
    return task


def test_what_is_written() -> None:
    """The file is plain RFC 5545, with the key as UID and as a property of its own."""
    lines = write_task(DRAFT).decode().split("\r\n")
    for line in (
        "UID:k-1", "SUMMARY:Call Ana", "DUE;VALUE=DATE:20260330", "CREATED:20260301T073000Z",
        "PRIORITY:5", "STATUS:NEEDS-ACTION", "X-SYNCD-KEY:k-1",
    ):  # fmt: skip
        assert line in lines


@given(st.text(max_size=200), st.text(max_size=60))
def test_every_text_survives(notes: str, title: str) -> None:
    """Notes and titles in any script come back, folded or not; lines are at most 75 octets."""
    lines = notes.replace("\r\n", "\n").replace("\r", "\n")
    storable = re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", lines)
    data = write_task(Draft("k", title, notes, date(2026, 3, 30), CREATED))
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    (task,) = read_tasks(data, LISBON)
    assert task.notes == storable


@pytest.mark.parametrize(
    ("ours", "theirs"), [(100, 1), (75, 3), (50, 5), (0, 9), (-5, 9), (999, 1)]
)
def test_priorities(ours: int, theirs: int) -> None:
    """100 is the highest here, 1 there."""
    assert priority(ours) == theirs


@pytest.mark.parametrize(
    ("lines", "completed", "at"),
    [
        (["STATUS:NEEDS-ACTION"], False, None),
        (["STATUS:COMPLETED"], True, None),
        (["PERCENT-COMPLETE:100"], True, None),
        (["PERCENT-COMPLETE:50"], False, None),
        (["COMPLETED:20260302T090000Z"], True, LATER),
        (["STATUS:CANCELLED"], False, None),
    ],
)
def test_completed_in_every_way(lines: list[str], completed: bool, at: datetime | None) -> None:
    """Applications tick tasks in three ways; each of them counts."""
    task = todo(*lines)
    assert (task.completed, task.completed_at) == (completed, at)


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("DUE;VALUE=DATE:20260330", date(2026, 3, 30)),
        ("DUE:20260330T233000Z", date(2026, 3, 31)),
        ("DUE;TZID=America/New_York:20260330T200000", date(2026, 3, 31)),
        ("DUE:20260330T233000", date(2026, 3, 30)),
        ("SUMMARY:none", None),
    ],
)
def test_due_dates(line: str, due: date | None) -> None:
    """A due time is its date where the owner lives."""
    assert todo(line).due == due


def test_a_foreign_task_has_no_key() -> None:
    """Only what carries our property is ours."""
    assert todo("SUMMARY:Water the plants") == Task("", "Water the plants")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_edit_leaves_everything_else_alone(ending: str) -> None:
    """Lines that are not changed stay byte for byte, in their order, alarms included."""
    before = FOREIGN.replace("\n", ending)
    after = edit_task(before.encode(), "k-1", LATER, due=date(2026, 4, 2)).decode()
    expected = before.replace("DUE;TZID=Europe/Lisbon:20260330T233000", "DUE;VALUE=DATE:20260402")
    expected = expected.replace("LAST-MODIFIED:20260301T080000Z", "LAST-MODIFIED:20260302T090000Z")
    assert after == expected.replace("SEQUENCE:3", "SEQUENCE:4")


def test_a_new_note_replaces_the_task_s_and_not_the_alarm_s() -> None:
    """A property of an alarm with the same name is another property."""
    after = edit_task(FOREIGN.encode(), "k-1", LATER, notes="New; note\nof two lines").decode()
    assert "DESCRIPTION:New\\; note\\nof two lines\n" in after
    assert "into seventy-five" not in after
    assert "DESCRIPTION:Alarm text\n" in after


def test_completing_and_opening_again() -> None:
    """Completing sets all three marks; opening again leaves none of them."""
    done = edit_task(write_task(DRAFT), "k-1", LATER, completed=LATER)
    (task,) = read_tasks(done, LISBON)
    assert (task.completed, task.completed_at) == (True, LATER)
    opened = edit_task(done, "k-1", LATER, reopened=True)
    (task,) = read_tasks(opened, LISBON)
    assert (task.completed, task.completed_at) == (False, None)
    assert b"PERCENT-COMPLETE" not in opened


def test_modified_never_goes_back() -> None:
    """A clock that is behind does not make an edit look older than what it replaces."""
    after = edit_task(FOREIGN.encode(), "k-1", datetime(2020, 1, 1, tzinfo=UTC), title="x")
    assert b"LAST-MODIFIED:20260301T080000Z" in after


def test_the_right_task_of_several_is_edited() -> None:
    """In a file of many tasks only ours changes."""
    other = FOREIGN.replace("k-1", "k-2")
    both = FOREIGN.replace("END:VCALENDAR\n", "") + other[other.index("BEGIN:VTODO") :]
    after = edit_task(both.encode(), "k-2", LATER, title="Write to Rui")
    assert [task.title for task in read_tasks(after, LISBON)] == ["Call Ana", "Write to Rui"]
    with pytest.raises(BadItem):
        edit_task(both.encode(), "k-3", LATER, title="x")


@pytest.mark.parametrize("data", [b"", b"hello", b"BEGIN:VCARD\nEND:VCARD\n"])
def test_what_is_no_task_file(data: bytes) -> None:
    """Anything that is no calendar is a bad item; a calendar without tasks holds none."""
    with pytest.raises(BadItem):
        read_tasks(data, LISBON)
    assert read_tasks(b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", LISBON) == []


@given(st.binary(max_size=60), st.integers(0, len(FOREIGN)), st.integers(0, 40))
def test_mutated_tasks_never_fail_otherwise(noise: bytes, position: int, cut: int) -> None:
    """Whatever bytes arrive: reading and editing work, or raise BadItem."""
    data = FOREIGN.encode()
    data = data[:position] + noise + data[position + cut :]
    try:
        read_tasks(data, LISBON)
        edit_task(data, "k-1", LATER, title="x", completed=LATER)
    except BadItem:
        return
