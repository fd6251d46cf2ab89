"""Time zones: every way in which calendars name them, or define them themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from connectors.formats.ical import read_calendar
from connectors.formats.windows_zones import WINDOWS_ZONES
from connectors.formats.zones import zone_named

LISBON = ZoneInfo("Europe/Lisbon")
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)


def offset(tzid: str, zone: str = "", month: int = 7) -> float:
    """How many hours noon in that zone is ahead of UTC; "Lisbon" is where nobody knows it."""
    data = (
        f"BEGIN:VCALENDAR\n{zone}BEGIN:VEVENT\nUID:z\nDTSTART;TZID={tzid}:2026{month:02}15T120000\n"
        "END:VEVENT\nEND:VCALENDAR"
    )
    (meeting,) = read_calendar(data.encode(), START, END, LISBON).meetings
    return 12 - meeting.start.hour - meeting.start.minute / 60


@pytest.mark.parametrize(
    ("tzid", "summer", "winter"),
    [
        ("Europe/Berlin", 2, 1),
        ("europe/berlin", 2, 1),
        ('"Europe/Berlin"', 2, 1),
        ("/mozilla.org/20050126_1/Europe/Berlin", 2, 1),
        ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires", -3, -3),
        ("/citadel.org/20210210_1/Europe/Berlin", 2, 1),
        ("W. Europe Standard Time", 2, 1),
        ("w. europe standard time", 2, 1),
        ("Eastern Standard Time", -4, -5),
        ("US/Eastern", -4, -5),
        ("India Standard Time", 5.5, 5.5),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', 2, 1),
        ('"(GMT+01.00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna"', 2, 1),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', -4, -5),
        ('"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"', 5.5, 5.5),
        ('"(UTC) Dublin, Edinburgh, Lisbon, London"', 1, 0),
        ('"(UTC+03:00) Nowhere, Noplace"', 3, 3),
        ("GMT+0100", 1, 1),
        ("GMT+1", 1, 1),
        ('"UTC-03:30"', -3.5, -3.5),
        ("UTC", 0, 0),
        ("GMT", 0, 0),
        ("Z", 1, 0),  # means nothing: local in Lisbon
        ("Customized Time Zone", 1, 0),
        ("No Such Zone", 1, 0),
        ("", 1, 0),
        ("GMT+9900", 1, 0),
        ("../../etc/passwd", 1, 0),
    ],
)
def test_names(tzid: str, summer: float, winter: float) -> None:
    """Names of IANA, Windows, Outlook, Mozilla and Evolution; unknown ones are local times."""
    assert (offset(tzid), offset(tzid, month=1)) == (summer, winter)


def test_every_name_of_windows_is_known() -> None:
    """The table points nowhere outside the IANA database."""
    assert set(WINDOWS_ZONES.values()) <= available_timezones()
    assert len(WINDOWS_ZONES) > 130
    assert all(zone_named(name) for name in WINDOWS_ZONES)


OUTLOOK = """\
BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0400
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0300
TZOFFSETTO:+0400
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize("tzid", ["Customized Time Zone", "My Zone", "GMT +0300 (Standard)"])
def test_a_zone_of_the_file(tzid: str) -> None:
    """What the file defines is used where its name says nothing by itself."""
    zone = OUTLOOK.format(tzid=tzid)
    assert (offset(tzid, zone), offset(tzid, zone, month=1)) == (4, 3)


@pytest.mark.parametrize("tzid", ["Europe/Berlin", "W. Europe Standard Time"])
def test_a_known_name_is_stronger_than_its_definition(tzid: str) -> None:
    """Old or wrong definitions of known zones are common."""
    assert offset(tzid, OUTLOOK.format(tzid=tzid)) == 2


def test_a_definition_that_names_its_place() -> None:
    """X-LIC-LOCATION (libical) says which zone an invented name is."""
    zone = OUTLOOK.format(tzid="odd").replace("TZID:odd", "TZID:odd\nX-LIC-LOCATION:Asia/Tokyo")
    assert offset("odd", zone) == 9


@pytest.mark.parametrize(
    ("lines", "summer"),
    [
        ("DTSTART:19700101T000000 TZOFFSETFROM:+0530 TZOFFSETTO:+0530", 5.5),
        ("DTSTART:20260301T000000 TZOFFSETFROM:-0300 TZOFFSETTO:-0200 RDATE:20270301T000000", -2),
        ("DTSTART:20260301T000000 TZOFFSETFROM:-0300 TZOFFSETTO:-0200 RRULE:FREQ=SECONDLY", -2),
        ("DTSTART:soon TZOFFSETFROM:+0500 TZOFFSETTO:+0500", 1),
        ("DTSTART:19700101T000000 TZOFFSETFROM:+9900 TZOFFSETTO:+9900", 1),
        ("", 1),
    ],
)
def test_odd_definitions(lines: str, summer: float) -> None:
    """One observance, dates instead of a rule, and definitions that define nothing."""
    body = lines.replace(" ", "\n")
    zone = f"BEGIN:VTIMEZONE\nTZID:odd\nBEGIN:STANDARD\n{body}\nEND:STANDARD\nEND:VTIMEZONE\n"
    assert offset("odd", zone) == summer


def test_a_gap_and_an_overlap_of_a_defined_zone() -> None:
    """As in any zone: the offset before the gap, the first of two."""
    for start, expected in (
        ("20260329T023000", "23:30"),
        ("20260329T033000", "23:30"),
        ("20261025T023000", "22:30"),
        ("20261025T033000", "00:30"),
    ):
        data = (
            f"BEGIN:VCALENDAR\n{OUTLOOK.format(tzid='odd')}BEGIN:VEVENT\nUID:z\n"
            f"DTSTART;TZID=odd:{start}\nEND:VEVENT\nEND:VCALENDAR"
        )
        (meeting,) = read_calendar(data.encode(), START, END, LISBON).meetings
        assert f"{meeting.start:%H:%M}" == expected


@pytest.mark.parametrize(
    ("head", "value", "expected"),
    [
        ("", "20260715T120000", "2026-07-15T11:00"),
        ("X-WR-TIMEZONE:Asia/Tokyo\n", "20260715T120000", "2026-07-15T03:00"),
        ("X-WR-TIMEZONE:Tokyo Standard Time\n", "20260715T120000", "2026-07-15T03:00"),
        ("X-WR-TIMEZONE:Nowhere\n", "20260715T120000", "2026-07-15T11:00"),
        ("", "20260715T120000Z", "2026-07-15T12:00"),
        ("", "20260715T1200Z", "2026-07-15T12:00"),
        ("", "2026-07-15T12:00:00Z", "2026-07-15T12:00"),
        ("", "20260715T120000+0200", "2026-07-15T10:00"),
        ("", "20260715T120000.000Z", "2026-07-15T12:00"),
        ("", " 20260715t120000z ", "2026-07-15T12:00"),
        ("", "20260715T240000Z", "2026-07-16T00:00"),
        ("", "20260715T120060Z", "2026-07-15T12:00"),
        ("", "20260715", "2026-07-14T23:00"),
        ("X-WR-TIMEZONE:Asia/Tokyo\n", "20260715", "2026-07-14T23:00"),
    ],
)
def test_forms_of_a_time(head: str, value: str, expected: str) -> None:
    """Floating times are the calendar's, dates the owner's; offsets and ISO 8601 are understood."""
    data = f"BEGIN:VCALENDAR\n{head}BEGIN:VEVENT\nUID:z\nDTSTART:{value}\nEND:VEVENT\nEND:VCALENDAR"
    (meeting,) = read_calendar(data.encode(), START, END, LISBON).meetings
    assert f"{meeting.start:%Y-%m-%dT%H:%M}" == expected
