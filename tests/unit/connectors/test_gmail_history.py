"""The history of a mailbox folded, and the cursor that says how far it was told."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import CursorExpired
from connectors.google.gmail_cursor import Cursor
from connectors.google.gmail_history import fold, last_id


def record(kind: str, message: str, labels: tuple[str, ...], *changed: str) -> dict[str, Any]:
    """A History record with one change. `labels`: those that the mail has by now."""
    told: dict[str, Any] = {"message": {"id": message, "labelIds": list(labels)}}
    if changed:
        told["labelIds"] = list(changed)
    return {"id": "5", kind: [told]}


def test_a_mail_that_came() -> None:
    """It is wanted until it is known."""
    change = fold([record("messagesAdded", "a", ("INBOX",))])["a"]
    assert change.is_wanted(None)
    assert not change.is_wanted("")


@pytest.mark.parametrize("label", ["TRASH", "SPAM", "DRAFT", "CHAT"])
def test_what_is_no_mail(label: str) -> None:
    """Drafts, chats, spam and what lies in the bin are never fetched."""
    change = fold([record("messagesAdded", "a", (label,))])["a"]
    assert change.is_gone
    assert not change.is_wanted(None)


def test_came_and_went() -> None:
    """What was deleted in the end is gone, whatever was done to it before."""
    records = [
        record("messagesAdded", "a", ("INBOX",)),
        record("labelsAdded", "a", ("INBOX", "STARRED"), "STARRED"),
        {"id": "9", "messagesDeleted": [{"message": {"id": "a"}}]},
    ]
    assert fold(records)["a"].is_gone
    assert last_id(records, "12") == "9"
    assert last_id([], "12") == "12"


def test_out_of_the_bin() -> None:
    """It is wanted again, even where it was never known; into the bin and out again is nothing."""
    change = fold([record("labelsRemoved", "a", (), "TRASH")])["a"]
    assert change.is_wanted(None)
    both = fold([record("labelsAdded", "a", ("TRASH",), "TRASH"),
                 record("labelsRemoved", "a", ("TRASH",), "TRASH")])["a"]  # fmt: skip
    assert not both.is_gone
    assert not both.is_wanted("")


def test_labels_that_say_nothing() -> None:
    """Reading, starring and archiving are nobody's business."""
    for label in ("UNREAD", "STARRED", "INBOX", "IMPORTANT", "Label_1"):
        change = fold([record("labelsRemoved", "a", ("CATEGORY_SOCIAL",), label)])["a"]
        assert not change.is_wanted(None)
        assert not change.is_wanted("CATEGORY_SOCIAL")


def test_another_category() -> None:
    """It is told anew where it is known otherwise; else the back-fill comes to it."""
    change = fold([record("labelsAdded", "a", ("CATEGORY_SOCIAL",), "CATEGORY_SOCIAL")])["a"]
    assert change.is_wanted("")
    assert not change.is_wanted("CATEGORY_SOCIAL")
    assert not change.is_wanted(None)


def test_the_cursor_is_kept_as_text() -> None:
    """What is written can be read."""
    for cursor in (Cursor("12"), Cursor("12", "compare", True, 77, "page", "18c4")):
        assert Cursor.of(cursor.text()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "no cursor",
        '{"v":2,"history":"1"}',
        '{"v":1}',
        '{"v":1,"history":"x"}',
        '{"v":1,"history":"1","phase":"other"}',
        '{"v":1,"history":"1","more":1}',
        '{"v":1,"history":"1","page":5}',
        '{"v":1,"history":5}',
    ],
)
def test_a_cursor_of_another_kind(text: str) -> None:
    """It asks for a new start."""
    with pytest.raises(CursorExpired):
        Cursor.of(text)
