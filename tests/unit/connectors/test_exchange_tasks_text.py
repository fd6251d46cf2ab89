"""Tasks of EWS, read as they come: dates, bodies and links as servers write them."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from connectors.errors import BadItem
from connectors.exchange.request import value
from connectors.exchange.tasks_text import (
    LINK,
    MOST_TITLE,
    Stamp,
    body,
    importance,
    named,
    read,
    title_of,
)

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
NEW_YORK = ZoneInfo("America/New_York")


def _item(inside: str = "", link: str = "") -> Any:
    item = etree.fromstring(f'<Task xmlns="{TYPES}"><ItemId Id="A" ChangeKey="C"/>{inside}</Task>')
    if link:
        item.append(value(named(LINK), link))
    return item


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-03-30T00:00:00Z", date(2026, 3, 30)),
        ("2026-03-30T04:00:00Z", date(2026, 3, 30)),
        ("2026-03-30T00:00:00-04:00", date(2026, 3, 30)),
        ("2026-03-30T00:00:00", date(2026, 3, 30)),
        ("2026-03-30T16:00:00.0000000Z", date(2026, 3, 30)),
        ("", None),
    ],
)
def test_a_due_date(told: str, expected: date | None) -> None:
    """Midnight in UTC, where the owner is, or nowhere in particular."""
    assert read(_item(f"<DueDate>{told}</DueDate>"), NEW_YORK).due == expected


def test_a_date_that_is_none() -> None:
    """Such a task is bad, and stops nothing."""
    with pytest.raises(BadItem):
        read(_item("<DueDate>soon</DueDate>"), NEW_YORK)


@pytest.mark.parametrize(
    ("text", "link", "expected"),
    [
        ("One\r\n\r\nTwo\r\n\r\n", "", "One\n\nTwo"),
        ("One\u00a0more", "", "One more"),
        ("One\r\n\r\nSee https://x.example/1", "https://x.example/1", "One"),
        ("One\n\nSee https://x.example/1\n\nMine", "https://x.example/1", "One\n\nMine"),
        ("See https://x.example/1", "https://x.example/1", ""),
        ("One\n\nSee https://x.example/2", "https://x.example/1", "One\n\nSee https://x.example/2"),
    ],
)
def test_notes(text: str, link: str, expected: str) -> None:
    """Without the line that is ours; what the owner wrote around it stays."""
    found = _item(f'<Body BodyType="Text">{text}</Body>', link)
    assert read(found, NEW_YORK).notes == expected


def test_a_body_and_back() -> None:
    """Line ends of Windows out, ours in; controls that XML has no place for are left out."""
    made = body("One\n\nTwo \x0b& <b>", "https://x.example/1")
    assert made.text == "One\r\n\r\nTwo & <b>\r\n\r\nSee https://x.example/1"
    item = _item(link="https://x.example/1")
    item.append(made)
    assert read(item, NEW_YORK).notes == "One\n\nTwo & <b>"


def test_small_things() -> None:
    """Titles within the limit, importance, and stamps."""
    assert title_of("One\ntwo") == "One two"
    assert len(title_of("x" * 300)) == MOST_TITLE
    assert [importance(at) for at in (100, 67, 50, 33, 0)] == [
        "High", "High", "Normal", "Low", "Low",
    ]  # fmt: skip
    assert Stamp.of(str(Stamp("CK", "syncd-1"))) == Stamp("CK", "syncd-1")
    assert Stamp.of(str(Stamp("CK"))) == Stamp("CK")
