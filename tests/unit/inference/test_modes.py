"""How a meeting was held, told from title, place, link and telephone number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.records import Meeting
from syncd.inference.model import Mode
from syncd.inference.modes import mode_of

START = datetime(2026, 3, 10, 10, tzinfo=UTC)
LINK = "https://meet.example.com/abc"


def meeting(title: str = "", place: str = "", link: str = "", phone: str = "") -> Meeting:
    """An entry with only what tells its mode."""
    end = START + timedelta(hours=1)
    return Meeting("a", "", START, end, title=title, place=place, link=link, phone=phone)


@pytest.mark.parametrize(
    "place",
    [
        "Rua Augusta 1, Lisboa",
        "Café Central",
        "Room 4.12",
        "Hauptstraße 5",
        "12 High Street",
        "Restaurant Adler",
        "Ana's office",
        "Besprechungsraum 3",
        "Lisbon",
    ],
)
def test_a_place_is_in_person(place: str) -> None:
    """An address, a room, a café."""
    assert mode_of(meeting("Budget", place)) is Mode.IN_PERSON


@pytest.mark.parametrize(
    "title",
    [
        "Coffee with Ana",
        "Lunch Ana",
        "Dinner",
        "Breakfast with Ana",
        "Visit Ana",
        "Walk with Ana",
        "Drinks",
        "Kaffee mit Ana",
        "Mittagessen Ana",
        "Déjeuner avec Ana",
        "Café com Ana",
        "Almuerzo con Ana",
        "Jantar com Ana",
    ],
)
def test_a_table_is_in_person(title: str) -> None:
    """Words of eating, drinking and walking together."""
    assert mode_of(meeting(title)) is Mode.IN_PERSON


@pytest.mark.parametrize(
    "entry",
    [
        meeting("Budget", link=LINK),
        meeting("Budget", "Zoom"),
        meeting("Budget", "Microsoft Teams Meeting"),
        meeting("Budget", "Google Meet"),
        meeting("Budget", "Webex"),
        meeting("Budget", "https://zoom.example.com/j/1"),
        meeting("Budget", "online"),
        meeting("Zoom with Ana"),
        meeting("Video call Ana"),
        meeting("Virtual coffee with Ana"),
        meeting("Virtual lunch", link=LINK),
        meeting("Lunch & learn", "Zoom"),
        meeting("Call with Ana", link=LINK),
        meeting("Call with Ana", link=LINK, phone="+351 555 0100"),
    ],
)
def test_a_conference_is_video(entry: Meeting) -> None:
    """A link, or the name of a conference service; a dial-in beside it changes nothing."""
    assert mode_of(entry) is Mode.VIDEO


@pytest.mark.parametrize(
    "entry",
    [
        meeting("Call with Ana"),
        meeting("Ana <> Bob call"),
        meeting("Telefonat mit Ana"),
        meeting("Anruf mit Ana"),
        meeting("Appel avec Ana"),
        meeting("Llamada con Ana"),
        meeting("Ana anrufen"),
        meeting("Budget", "+351 555 0100"),
        meeting("Budget", "Phone"),
        meeting("Budget", phone="+351 555 0100"),
        meeting("Call with Ana", "Room 4"),
    ],
)
def test_a_call_is_by_phone(entry: Meeting) -> None:
    """A number or a word of calling; where the owner sits meanwhile is no matter."""
    assert mode_of(entry) is Mode.PHONE


@pytest.mark.parametrize(
    ("entry", "mode"),
    [
        # Calendars add a link to everything; nobody goes to a restaurant for it.
        (meeting("Budget", "Café Central", LINK), Mode.IN_PERSON),
        (meeting("Lunch with Ana", link=LINK), Mode.IN_PERSON),
        # On which side of the screen the other sat is not known.
        (meeting("Budget", "Room 4", LINK), Mode.UNKNOWN),
        (meeting("Budget", "Room 4; Microsoft Teams Meeting"), Mode.UNKNOWN),
        (meeting("Coffee with Ana", link=LINK), Mode.UNKNOWN),
    ],
)
def test_a_hybrid_is_in_person_only_at_a_table(entry: Meeting, mode: Mode) -> None:
    """A venue beats a link; a room, or a cup of coffee, does not."""
    assert mode_of(entry) is mode


def test_a_booked_room_is_a_place() -> None:
    """A room among the invitees, unless there is a link."""
    assert mode_of(meeting("Budget"), in_room=True) is Mode.IN_PERSON
    assert mode_of(meeting("Budget", link=LINK), in_room=True) is Mode.UNKNOWN


@pytest.mark.parametrize("place", ["", "TBD", "tbc", "?", "n/a"])
def test_nothing_said_is_unknown(place: str) -> None:
    """Unknown is a legal answer."""
    assert mode_of(meeting("Budget", place)) is Mode.UNKNOWN
