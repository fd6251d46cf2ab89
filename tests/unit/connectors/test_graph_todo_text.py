"""What tasks say in Microsoft To Do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.graph.todo_cursor import Position
from connectors.graph.todo_text import (
    Stamp,
    done_fields,
    due_fields,
    fields_of,
    importance_of,
    is_reminded_as_written,
    key_of,
    read,
    reminder_fields,
    title_of,
)
from connectors.records import Task

LISBON = ZoneInfo("Europe/Lisbon")
YORK = ZoneInfo("America/New_York")
KEY = "syncd-0123456789abcdef01234567"
CREATED = datetime(2026, 3, 1, 7, 30, 5, tzinfo=UTC)
DRAFT = Draft(KEY, "Call\nBob", "You met.\r\nÇa va?", date(2026, 7, 30), CREATED, priority=70)


def body(**changed: Any) -> dict[str, Any]:
    """As Graph answers what was sent."""
    return {
        "@odata.etag": 'W/"x"',
        "id": "AAMk=",
        "createdDateTime": "2026-03-01T07:31:00.1234567Z",
        "lastModifiedDateTime": "2026-03-05T18:00:00.7654321Z",
        **fields_of(DRAFT, LISBON, "https://example.org/1"),
        **changed,
    }


def due(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": f"{text}.0000000", "timeZone": zone}


def test_a_draft_as_it_is_sent() -> None:
    """All in one POST: the key, the evidence, the day and the morning of it where the owner is."""
    assert fields_of(DRAFT, LISBON, "https://example.org/1") == {
        "title": "Call Bob",
        "body": {"content": "You met.\nÇa va?", "contentType": "text"},
        "status": "notStarted",
        "importance": "high",
        "categories": ["syncd"],
        "dueDateTime": due("2026-07-30T00:00:00", "GMT Standard Time"),
        "isReminderOn": True,
        "reminderDateTime": due("2026-07-30T09:00:00", "GMT Standard Time"),
        "linkedResources": [
            {
                "applicationName": "syncd",
                "externalId": KEY,
                "displayName": "Written by syncd on 2026-03-01 07:30:05Z",
                "webUrl": "https://example.org/1",
            }
        ],
    }


@pytest.mark.parametrize("page", ["", "mid:x@example.org", "file:///etc/passwd", "https://a b"])
def test_only_a_page_is_linked(page: str) -> None:
    """To Do opens it in a browser."""
    (link,) = fields_of(DRAFT, LISBON, page)["linkedResources"]
    assert "webUrl" not in link


def test_what_was_sent_is_read_back() -> None:
    """Whatever Graph makes of the ends of lines."""
    told = body(body={"content": "You met.\r\nÇa va?", "contentType": "text"})
    assert read(told, LISBON) == Task(
        KEY, "Call Bob", "You met.\nÇa va?", date(2026, 7, 30), created=CREATED
    )


def test_notes_that_became_html() -> None:
    """An application of the owner's writes them so; the lines stay."""
    html = "<html><body><p>You met.</p><p>Ça va?<br>Yes &amp; no</p></body></html>"
    told = read(body(body={"content": html, "contentType": "html"}), LISBON)
    assert told.notes.split() == ["You", "met.", "Ça", "va?", "Yes", "&", "no"]
    assert "<" not in told.notes


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        (due("2026-07-30T00:00:00"), LISBON),
        (due("2026-07-30T00:00:00"), YORK),
        (due("2026-07-29T23:00:00"), LISBON),
        (due("2026-07-30T04:00:00"), YORK),
        (due("2026-07-30T00:00:00", "Eastern Standard Time"), LISBON),
        (due("2026-07-30T17:00:00", "GMT Standard Time"), LISBON),
        (due("2026-07-29T15:00:00"), ZoneInfo("Asia/Tokyo")),
    ],
)
def test_a_due_date_is_a_day(told: dict[str, str], zone: ZoneInfo) -> None:
    """Told as midnight of UTC, or as the owner's midnight in UTC, or with a time."""
    assert read(body(dueDateTime=told), zone).due == date(2026, 7, 30)


@pytest.mark.parametrize("name", ["Europe/Lisbon", "America/New_York", "Antarctica/Troll", "UTC"])
def test_a_day_that_is_sent_comes_back(name: str) -> None:
    """In the morning of it there is a reminder, which belongs to it; in zones that Windows has no
    name for as well."""
    zone = ZoneInfo(name)
    day = date(2026, 12, 2)
    told = body(**due_fields(day, zone), **reminder_fields(day, zone))
    assert read(told, zone).due == day
    assert is_reminded_as_written(told, zone)
    assert not is_reminded_as_written({**told, "isReminderOn": False}, zone)
    assert not is_reminded_as_written({**told, "reminderDateTime": None}, zone)
    other = due("2026-12-02T18:30:00")
    assert not is_reminded_as_written({**told, "reminderDateTime": other}, zone)


@pytest.mark.parametrize(
    ("completed", "zone", "at"),
    [
        (None, LISBON, "2026-03-05T18:00:00"),
        (due("2026-03-05T17:00:00"), LISBON, "2026-03-05T17:00:00"),
        (due("2026-03-05T00:00:00"), LISBON, "2026-03-05T18:00:00"),
        (due("2026-03-05T05:00:00"), YORK, "2026-03-05T18:00:00"),
        # The owner was at it again on a later day.
        (due("2026-03-02T00:00:00"), LISBON, "2026-03-02T00:00:00"),
        (due("2026-03-02T00:00:00"), YORK, "2026-03-02T05:00:00"),
    ],
)
def test_when_it_was_completed(completed: object, zone: ZoneInfo, at: str) -> None:
    """To Do keeps the day; the moment is that of the last change, if that was the day."""
    task = read(body(status="completed", completedDateTime=completed), zone)
    assert task.completed
    assert task.completed_at is not None
    assert f"{task.completed_at:%Y-%m-%dT%H:%M:%S}" == at


def test_completed_where_the_owner_is() -> None:
    """Late in the evening it is still today there."""
    at = datetime(2026, 3, 6, 3, 30, tzinfo=UTC)
    told = done_fields(at, YORK)["completedDateTime"]
    assert told == due("2026-03-05T22:30:00", "Eastern Standard Time")


@pytest.mark.parametrize("status", ["notStarted", "inProgress", "waitingOnOthers", "deferred", "?"])
def test_only_completed_is_completed(status: str) -> None:
    """Whatever else its owner says of it."""
    assert not read(body(status=status), LISBON).completed


def test_whose_it_is() -> None:
    """By our link, else by its id, else by the footer; links of others are none of ours."""
    others = [{"applicationName": "Outlook", "externalId": "x", "displayName": "A mail"}]
    ours = body()["linkedResources"]
    assert key_of(body(linkedResources=[*others, *ours])) == KEY
    assert read(body(linkedResources=others), LISBON).key == ""
    assert read(body(linkedResources=[]), LISBON, "k").key == "k"
    footer = {"content": f"x\n\nWhy: syncd explain {KEY}. Not wanted?", "contentType": "text"}
    assert read(body(linkedResources=None, body=footer), LISBON).key == KEY
    assert read(body(linkedResources=[]), LISBON).created == datetime(
        2026, 3, 1, 7, 31, 0, 123456, tzinfo=UTC
    )


def test_titles_are_one_short_line() -> None:
    """Outlook takes 255 characters, however they are counted."""
    assert title_of("a\r\nb\x00") == "a b"
    assert title_of("x" * 300) == "x" * 254 + "…"
    assert len(title_of("😀" * 200).encode("utf-16-le")) // 2 <= 255


@pytest.mark.parametrize(
    ("ours", "theirs"), [(100, "high"), (67, "high"), (50, "normal"), (33, "low")]
)
def test_importance(ours: int, theirs: str) -> None:
    """Three steps out of a hundred."""
    assert importance_of(ours) == theirs


@pytest.mark.parametrize(
    "changed",
    [
        {"dueDateTime": {"dateTime": "soon", "timeZone": "UTC"}},
        {"dueDateTime": {"timeZone": "UTC"}},
        {"body": "text"},
        {"linkedResources": ["x"]},
    ],
)
def test_what_cannot_be_read_is_bad(changed: dict[str, Any]) -> None:
    """And stops nothing else."""
    with pytest.raises(BadItem):
        read(body(**changed), LISBON)


@pytest.mark.parametrize("stamp", [Stamp('W/"a b"', KEY), Stamp("x"), Stamp("", KEY)])
def test_a_stamp_comes_back(stamp: Stamp) -> None:
    """The etag, and whose it is."""
    assert Stamp.of(str(stamp)) == stamp


def test_a_position_comes_back() -> None:
    """Where a reading stands."""
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    position = Position("L", {"L": "https://x/1", "M": "https://x/2"}, at, "a", True)
    assert Position.of(position.text()) == position
    assert Position.of(Position().text()) == Position()
