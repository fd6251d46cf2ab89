"""Conference links and telephone numbers in what people write into a calendar entry."""

from __future__ import annotations

import pytest

from connectors.formats.conference import conference_link, phone_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tel. 21 000 00 00", "210000000"),
        ("tel:+351-21-000-0000", "+351210000000"),
        ("Room 1204, floor 12", ""),
        ("Main Street 12345678 building", ""),
        ("2026-03-02 12:00", ""),
        ("0049 30 1234567", "0049301234567"),
        ("https://acme.zoom.us/j/0123456789", ""),
    ],
)
def test_phone_numbers(text: str, expected: str) -> None:
    """Telephone numbers are found; rooms, dates, postcodes and meeting ids are none."""
    assert phone_number(text) == expected


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://acme.webex.com/meet/ana", True),
        ("https://teams.microsoft.com/l/meetup-join/1", True),
        ("https://whereby.com/ana", True),
        ("https://meet.jit.si/room", True),
        ("https://video.example.org/x", True),
        ("https://example.org/zoom.us", False),
        ("https://notzoom.us.example.org", False),
    ],
)
def test_conference_hosts(url: str, found: bool) -> None:
    """Conference services are recognised by host, not by words in a path."""
    assert bool(conference_link(f"join {url} now")) is found
