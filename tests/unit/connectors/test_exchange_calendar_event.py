"""Calendar items of EWS, read as they come: odd addresses, zones, times and servers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from connectors.errors import BadItem
from connectors.exchange.calendar_event import Reader
from connectors.records import Meeting

LISBON = ZoneInfo("Europe/Lisbon")
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
DN = "/o=Corp/ou=Exchange/cn=Recipients/cn=bob"
TIMES = "<Start>2026-03-02T10:00:00Z</Start><End>2026-03-02T11:00:00Z</End>"


def _item(inside: str, times: str = TIMES) -> Any:
    return etree.fromstring(
        f'<CalendarItem xmlns="{TYPES}"><ItemId Id="AAMk" ChangeKey="CK"/>{inside}{times}'
        "</CalendarItem>"
    )


def _read(inside: str, times: str = TIMES, body: str = "") -> Meeting:
    known = {DN: "bob@example.com"}
    reader = Reader("ana@example.com", LISBON, lambda name: known.get(name, ""))
    return reader.single(_item(inside, times), body)


def _guest(address: str, kind: str = "Mailbox", answer: str = "Unknown") -> str:
    return (
        f"<Attendee><Mailbox><Name>X</Name><EmailAddress>{address}</EmailAddress>"
        f"<MailboxType>{kind}</MailboxType></Mailbox><ResponseType>{answer}</ResponseType></Attendee>"
    )


def test_guests_of_the_organisation() -> None:
    """Who is told by a name of the directory is asked for; who has left it is one of a group, so
    that no meeting of many looks like one of two; a list is a group."""
    guests = _guest(DN) + _guest("/o=Corp/cn=gone") + _guest("all@example.com", "PublicDL")
    told = _read(f"<RequiredAttendees>{guests}</RequiredAttendees>")
    assert [(one.mailbox.addr, one.kind) for one in told.attendees] == [
        ("bob@example.com", "individual"),
        ("all@example.com", "group"),
        ("guests@ignored.invalid", "group"),
    ]


def test_an_unknown_answer_and_an_unknown_element() -> None:
    """Later servers may say more."""
    guests = _guest("bob@example.org", "Robot", "Perhaps")
    told = _read(f"<RequiredAttendees>{guests}</RequiredAttendees><Hologram>1</Hologram>")
    assert [(one.partstat, one.kind) for one in told.attendees] == [("unknown", "individual")]


@pytest.mark.parametrize(
    "times",
    [
        "",
        "<Start>2026-03-02T10:00:00Z</Start>",
        "<Start>soon</Start><End>2026-03-02T11:00:00Z</End>",
        "<Start>0001-01-01T00:00:00+14:00</Start><End>2026-03-02T11:00:00Z</End>",
    ],
)
def test_times_that_cannot_be_read(times: str) -> None:
    """Such an item is bad, and stops nothing."""
    with pytest.raises(BadItem):
        _read("", times)


def test_fractions_offsets_and_an_end_before_the_start() -> None:
    """As some servers write them."""
    told = _read(
        "",
        "<Start>2026-03-02T10:00:00.0000000Z</Start><End>2026-03-02T10:30:00+01:00</End>",
    )
    assert told.start == told.end == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_a_single_item_is_no_instance() -> None:
    """Whatever start a server calls its original one; an instance to which alone the owner was
    invited says so."""
    start = "<OriginalStart>2026-03-02T10:00:00Z</OriginalStart>"
    single = _read(f"{start}<CalendarItemType>Single</CalendarItemType>")
    assert (single.recurrence_id, single.recurring) == ("", False)
    alone = _read("<RecurrenceId>2026-03-01T10:00:00Z</RecurrenceId>")
    assert (alone.recurrence_id, alone.recurring) == ("2026-03-01T10:00:00Z", True)


def test_called_off_by_its_state() -> None:
    """Bit 4 of AppointmentState, where IsCancelled is not told."""
    assert _read("<AppointmentState>7</AppointmentState>").status == "cancelled"
    assert _read("<AppointmentState>3</AppointmentState>").status == "confirmed"
    assert _read("<AppointmentState>?</AppointmentState>").status == "confirmed"


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "tzone://Microsoft/Custom", "?"])
def test_whole_days(zone: str) -> None:
    """Of a zone that nobody knows it is the owner's midnight, or that of UTC, that tells."""
    at = "2026-07-05T22:00:00Z" if zone.startswith("W.") else "2026-07-05T23:00:00Z"
    ends = at.replace("05T", "06T")
    told = _read(
        f'<IsAllDayEvent>true</IsAllDayEvent><StartTimeZone Id="{zone}"/>',
        f"<Start>{at}</Start><End>{ends}</End>",
    )
    assert told.all_day
    assert told.start == datetime(2026, 7, 6, tzinfo=LISBON)
    assert told.end == datetime(2026, 7, 7, tzinfo=LISBON)


def test_a_day_written_with_times_is_a_whole_day() -> None:
    """From midnight to midnight where it was written; as an instance of a series of times it is
    known by its moment all the same."""
    midnight = "<Start>2026-07-05T23:00:00Z</Start><End>2026-07-06T23:00:00Z</End>"
    assert _read("", midnight).all_day
    reader = Reader("ana@example.com", LISBON)
    master = _item("<CalendarItemType>RecurringMaster</CalendarItemType>", midnight)
    one = reader.instance(master, reader.span(master))
    assert (one.all_day, one.recurrence_id) == (True, "2026-07-05T23:00:00Z")


def test_an_instance_that_became_a_whole_day() -> None:
    """It is known as its series is: by a moment; one of a series of days by its day."""
    reader = Reader("ana@example.com", LISBON)
    kind = "<CalendarItemType>Exception</CalendarItemType>"
    start = "<OriginalStart>2026-07-05T23:00:00Z</OriginalStart>"
    day = "<IsAllDayEvent>true</IsAllDayEvent>"
    timed, days = _item("", TIMES), _item(day, TIMES)
    midnight = "<Start>2026-07-05T23:00:00Z</Start><End>2026-07-06T23:00:00Z</End>"
    whole = _item(f"{start}{day}{kind}", midnight)
    assert reader.exception(timed, whole, None).recurrence_id == "2026-07-05T23:00:00Z"
    assert reader.exception(days, _item(f"{start}{kind}"), None).recurrence_id == "2026-07-06"


def test_what_else_is_told() -> None:
    """A number to call, a category that says what it is, a page, and a UID where there is none."""
    told = _read(
        "<Subject>Call</Subject><Categories><String>Work</String><String>Birthday</String>"
        "</Categories><Location>Tel. +351 21 000 00 00</Location>"
        "<WebClientReadFormQueryString>https://mail.example.com/owa/?ItemID=1"
        "</WebClientReadFormQueryString>"
    )
    assert (told.phone, told.kind) == ("+351210000000", "birthday")
    assert told.url == "https://mail.example.com/owa/?ItemID=1"
    assert told.uid == "none:AAMk"
