"""Plain values: equal by what they hold, and nothing else can be put on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rules.history import Event

AT = datetime(2026, 3, 2, tzinfo=UTC)


def event(evidence: str = "message:m1") -> Event:
    return Event(frozenset({"message_sent"}), AT, AT, evidence)


def test_equals_have_equal_hashes() -> None:
    """They may be kept in sets, as those that are frozen at run time may."""
    assert {event(), event(), event("message:m2")} == {event(), event("message:m2")}


def test_another_value_is_made_by_replacing() -> None:
    """The one that there was stays as it is."""
    one = event()
    assert replace(one, evidence="message:m2") == event("message:m2")
    assert one == event()


def test_what_is_no_field_cannot_be_put_on_it() -> None:
    """They have slots: a thousand of them take little room."""
    with pytest.raises(AttributeError):
        event().note = ""  # type: ignore[attr-defined]
