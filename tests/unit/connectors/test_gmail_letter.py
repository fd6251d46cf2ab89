"""A mail as Gmail gives it, read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.google.gmail_letter import (
    Terms,
    arrived,
    head_of,
    id_of,
    is_told_inside,
    item_of,
    ref_of,
)
from connectors.records import Bad, Mailbox, Message, Seen

ZONE = ZoneInfo("Europe/Lisbon")
CAME = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def mail(headers: Mapping[str, str], labels: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A message of the API."""
    told = [{"name": name, "value": value} for name, value in headers.items()]
    return {
        "id": "18c4a",
        "labelIds": list(labels),
        "internalDate": str(int(CAME.timestamp() * 1000)),
        "payload": {"mimeType": "text/plain", "headers": told, **more},
    }


PLAIN = {
    "From": "Bob Stone <bob@example.org>",
    "To": "ana@example.com",
    "Subject": "Grüße – and more",
    "Date": "Mon, 2 Mar 2026 08:30:00 +0000",
    "Message-ID": "<1@example.org>",
}


def message_of(given: Mapping[str, Any], terms: Terms | None = None) -> Message:
    """The message that is read."""
    item = item_of(given, bytes, terms or Terms(ZONE))
    assert isinstance(item, Seen)
    (found,) = item.observations
    assert isinstance(found, Message)
    return found


def test_a_header_in_plain_text() -> None:
    """Values come decoded, and stay as they are."""
    found = message_of(mail(PLAIN))
    assert found.subject == "Grüße – and more"
    assert found.from_ == (Mailbox("bob@example.org", "Bob Stone"),)
    assert found.message_id == "1@example.org"
    assert found.at == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "boxes"),
    [
        ("Müller, Jürg <jm@example.org>", [("jm@example.org", "Müller, Jürg")]),
        (
            "a@example.org, Stone, Bob <b@example.org>, c@example.org",
            [("a@example.org", ""), ("b@example.org", "Stone, Bob"), ("c@example.org", "")],
        ),
        ('"Stone, Bob" <b@example.org>', [("b@example.org", "Stone, Bob")]),
        ("Bob <b@example.org>, Cleo <c@example.org>", [("b@example.org", "Bob"),
                                                       ("c@example.org", "Cleo")]),
        ("Friends: Bob <b@example.org>, c@example.org;", [("b@example.org", "Bob"),
                                                          ("c@example.org", "")]),
    ],
)  # fmt: skip
def test_names_with_commas(value: str, boxes: list[tuple[str, str]]) -> None:
    """A name whose comma was encoded once is one name, and no other is touched."""
    found = message_of(mail(PLAIN | {"To": value}))
    assert [(box.addr, box.name) for box in found.to] == boxes


def test_labels_become_a_trait_and_a_stamp() -> None:
    """Those that count, in one order; what the header says of labels is somebody else's."""
    given = mail(PLAIN | {"X-GM-Labels": "CATEGORY_SOCIAL"}, ("UNREAD", "SENT", "CATEGORY_UPDATES"))
    item = item_of(given, bytes, Terms(ZONE))
    assert isinstance(item, Seen)
    assert item.stamp == "CATEGORY_UPDATES,SENT"
    assert [v for k, v in message_of(given).traits if k == "x-gm-labels"] == [item.stamp]
    plain = item_of(mail(PLAIN, ("INBOX", "STARRED")), bytes, Terms(ZONE))
    assert plain.ref == "gmail//18c4a"
    assert isinstance(plain, Seen)
    assert plain.stamp == ""


def test_without_a_date_it_is_when_it_came() -> None:
    """Gmail dates what nobody dated."""
    headers = {name: value for name, value in PLAIN.items() if name != "Date"}
    assert message_of(mail(headers)).at == CAME


def test_what_is_too_old_holds_nothing() -> None:
    """It is acknowledged all the same."""
    item = item_of(mail(PLAIN), bytes, Terms(ZONE, datetime(2026, 3, 3, tzinfo=UTC)))
    assert item == Seen("gmail//18c4a", "", ())


def test_what_is_no_mail_is_bad() -> None:
    """A header that names nobody is set aside."""
    assert isinstance(item_of(mail({}), bytes, Terms(ZONE)), Bad)


def test_odd_headers_break_nothing() -> None:
    """Line breaks, lone surrogates and names that are none."""
    head = head_of({"headers": [{"name": "Subject", "value": "a\r\nBcc: evil\ud800"},
                                {"name": "no name", "value": "x"}, {"value": "y"}]})  # fmt: skip
    assert head == b"Subject: a Bcc: evil?\n\n"


@pytest.mark.parametrize(
    ("more", "inside"),
    [
        ({}, False),
        ({"mimeType": "text/calendar"}, True),
        ({"mimeType": "multipart/mixed", "parts": [{"mimeType": "text/plain"}]}, False),
        (
            {"mimeType": "multipart/mixed",
             "parts": [{"mimeType": "application/octet-stream", "filename": "Bob.VCF"}]},
            True,
        ),
        (
            {"mimeType": "multipart/mixed",
             "parts": [{"mimeType": "message/rfc822",
                        "parts": [{"mimeType": "text/calendar"}]}]},
            False,
        ),
    ],
)  # fmt: skip
def test_what_has_to_be_looked_into(more: Mapping[str, Any], inside: bool) -> None:
    """Calendars and cards of the mail itself: what is in a forwarded one was said by others."""
    assert is_told_inside(mail(PLAIN, **more)) is inside


def test_mail_systems_are_looked_into() -> None:
    """What failed they say in their text."""
    assert is_told_inside(mail(PLAIN | {"From": "mailer-daemon@googlemail.com"}))
    assert is_told_inside(mail(PLAIN | {"Return-Path": "<>"}))


def test_refs_and_dates() -> None:
    """A ref names its id; what is no ref or no date is none."""
    assert id_of(ref_of("18c4a")) == "18c4a"
    assert [id_of(ref) for ref in ("imap//1", "gmail//", "gmail//a/b", "")] == [""] * 4
    assert arrived({"internalDate": "soon"}) is None
    assert arrived({"internalDate": "9" * 30}) is None
