"""Calendars and cards as nobody should write them: only BadItem, within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import one_calendar, one_cards

from connectors.errors import BadItem
from connectors.formats import lines
from connectors.formats.vcard import read_cards

NAMES = (
    "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "UID",
    "SEQUENCE", "DTSTAMP", "SUMMARY", "LOCATION", "DESCRIPTION", "ATTENDEE", "ORGANIZER", "STATUS",
    "TRANSP", "METHOD", "TZID", "X-WR-TIMEZONE", "BEGIN", "END", "CATEGORIES", "CONFERENCE", "DUE",
    "FN", "N", "EMAIL", "TEL", "BDAY", "ORG", "NOTE", "NICKNAME", "KIND", "MEMBER", "AGENT",
    "PHOTO",
)  # fmt: skip
PARAMS = (
    "", ";VALUE=DATE", ";TZID=Europe/Berlin", ";TZID=odd", ";TZID=", ';CN="a', ";=;;", ";RANGE=",
    ";RANGE=THISANDFUTURE", ";ENCODING=QUOTED-PRINTABLE", ";CHARSET=utf-7", ";PARTSTAT=X",
)  # fmt: skip
VALUES = (
    "", "20260302", "20260302T090000", "20260302T090000Z", "00010101T000000Z", "99991231T235959Z",
    "99991231", "20261332T990000", "-P1D", "P999999999D", "PT999999999H", "P999999999W",
    "FREQ=DAILY", "FREQ=SECONDLY", "FREQ=YEARLY;COUNT=999999999", "FREQ=MINUTELY;BYSETPOS=-1",
    "FREQ=DAILY;UNTIL=00010101", "FREQ=WEEKLY;UNTIL=99991231T235959Z", "FREQ=YEARLY;BYDAY=-53MO",
    "20260302T090000Z/PT1H", "20260302/99991231", "u", "mailto:a@example.org", "=3D=", "\\", ";,;,",
    "VEVENT", "VCALENDAR", "VTIMEZONE", "VTODO", "VCARD", "STANDARD", "VALARM", "\ud800", "--0230",
    "https://x", "+000000000000000000", "REPLY", "CANCEL", "ADD", "1" * 40,
)  # fmt: skip
LINES = st.builds(
    "{}{}:{}".format, st.sampled_from(NAMES), st.sampled_from(PARAMS), st.sampled_from(VALUES)
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A calendar or card of lines that are plausible one by one."""
    inner = draw(st.sampled_from(["VEVENT", "VTODO", "VTIMEZONE"]))
    drawn = draw(st.lists(LINES, max_size=14))
    around = draw(st.sampled_from([("VCALENDAR", inner), ("VCARD", "")]))
    start = ["DTSTART:20260302T090000Z", "UID:u"] if draw(st.booleans()) else []
    body = [f"BEGIN:{name}" for name in around if name] + start + drawn
    body += [f"END:{name}" for name in reversed(around) if name]
    end = draw(st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]))
    return end.join(body).encode("utf-8", "surrogatepass")


@settings(max_examples=400)
@given(texts())
def test_plausible_lines_in_any_order(data: bytes) -> None:
    """Every property with every kind of value: records that hold what they must, or BadItem."""
    one_calendar(data)
    one_cards(data)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-16")))
def test_any_bytes(data: bytes) -> None:
    """Noise is a bad item."""
    one_calendar(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + data)
    one_cards(b"BEGIN:VCARD\n" + data)
    one_calendar(data)
    one_cards(data)


EVENT = "BEGIN:VEVENT\nUID:{n}\nDTSTART:20260302T090000Z\n{more}\nEND:VEVENT\n"
MANY = 5_000
BOMBS = {
    "a huge line": EVENT.format(n=1, more="SUMMARY:" + "x" * 2_000_000),
    "a huge parameter": EVENT.format(n=1, more='ORGANIZER;CN="' + "x;:" * 500_000 + '":mailto:a'),
    "quotes": EVENT.format(n=1, more="ORGANIZER;CN=" + '"a' * 200_000 + ":mailto:a@example.org"),
    "backslashes": EVENT.format(n=1, more="LOCATION:" + "\\" * 1_000_000),
    "folds": EVENT.format(n=1, more="SUMMARY:" + "x\n " * 300_000),
    "properties": EVENT.format(n=1, more="ATTENDEE:mailto:a@example.org\n" * 5 * MANY),
    "names": EVENT.format(n=1, more="".join(f"X-{n}:1\n" for n in range(5 * MANY))),
    "events": "".join(EVENT.format(n=n, more="") for n in range(MANY)),
    "one uid": EVENT.format(n=1, more="") * MANY,
    "overrides": "".join(
        EVENT.format(n=1, more=f"RECURRENCE-ID:20260302T{n // 3600 % 24:02}{n // 60 % 60:02}"
                     f"{n % 60:02}Z") for n in range(MANY)
    ),
    "nesting": "BEGIN:VEVENT\nBEGIN:VALARM\n" * MANY + "BEGIN:X\n" * MANY,
    "cut off": "BEGIN:VEVENT\nUID:1\n" * MANY,
    "ends": "END:VEVENT\nEND:VCALENDAR\n" * MANY,
    "calendars": "BEGIN:VCALENDAR\nEND:VCALENDAR\n" * MANY,
    "zones": "BEGIN:VTIMEZONE\nTZID:{}\nEND:VTIMEZONE\n" * MANY,
    "dates": EVENT.format(n=1, more="RDATE:" + "20260302T090000Z," * 5 * MANY),
    "exdates": EVENT.format(n=1, more="RRULE:FREQ=DAILY\nEXDATE:" + "20260302," * 5 * MANY),
    "rules": EVENT.format(n=1, more="RRULE:FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2\n" * MANY),
    "series": "".join(
        EVENT.format(n=n, more="RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6") for n in range(60)
    ),
    "links": EVENT.format(n=1, more="DESCRIPTION:" + "https://a.example/?q=" * 100_000),
    "numbers": EVENT.format(n=1, more="LOCATION:" + "0 " * 500_000),
    "wrapped links": EVENT.format(
        n=1, more="DESCRIPTION:https://a.safelinks.protection.outlook.com/" + "?url=http" * 20_000
    ),
    "quoted-printable": EVENT.format(n=1, more="SUMMARY;QUOTED-PRINTABLE:" + "=41=\n" * 100_000),
    "hidden quoted-printable": "QUOTED-PRINTABLE" * 100_000 + "\n" + "=\n" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    """Whatever is repeated, nested or endless takes time in proportion to its size."""
    data = f"BEGIN:VCALENDAR\n{BOMBS[name]}END:VCALENDAR\n".encode()
    one_calendar(data)
    one_cards(data.replace(b"VEVENT", b"VCARD").replace(b"SUMMARY", b"NOTE"))


def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines cost memory, so there is an end to them."""
    monkeypatch.setattr(lines, "LINES_LIMIT", 10)
    with pytest.raises(BadItem, match="more lines"):
        read_cards(b"BEGIN:VCARD\nFN:a\n" + b"X:1\n" * 10 + b"END:VCARD\n")


CARD = "BEGIN:VCARD\nFN:a\n{}\nEND:VCARD\n"
CARD_BOMBS = {
    "a photo": CARD.format("PHOTO;ENCODING=b:" + "A" * 5_000_000),
    "an unfolded photo": CARD.format("PHOTO;ENCODING=BASE64:\n" + ("A" * 76 + "\n") * 50_000),
    "addresses": CARD.format("EMAIL:a@example.org\n" * 5 * MANY),
    "members": CARD.format("KIND:group\n" + "MEMBER:urn:uuid:1\n" * 5 * MANY),
    "categories": CARD.format("CATEGORIES:" + "a,;" * 500_000),
    "agents": "BEGIN:VCARD\nFN:a\nAGENT:\n" * MANY + "END:VCARD\n" * MANY,
    "cards": CARD.format("") * MANY,
    "cut off": "BEGIN:VCARD\nFN:a\n" * MANY,
    "names": CARD.format("N:" + "\\;" * 500_000 + "," * 500_000),
}


@pytest.mark.parametrize("name", CARD_BOMBS)
def test_card_bombs(name: str) -> None:
    """The same for cards."""
    one_cards(CARD_BOMBS[name].encode())
