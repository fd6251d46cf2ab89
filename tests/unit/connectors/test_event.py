"""What one calendar entry says beside its times: people, ways to meet, kinds, odd spellings."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.formats.conference import conference_link, phone_number, unwrapped
from connectors.formats.ical import read_calendar
from connectors.records import Attendee, Mailbox, Meeting, PartStat

LISBON = ZoneInfo("Europe/Lisbon")
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)


def one(*lines: str, head: str = "") -> Meeting:
    """The only meeting of a calendar with these lines."""
    times = (
        () if any(line.startswith("DTSTART") for line in lines) else ("DTSTART:20260302T090000Z",)
    )
    body = "\r\n".join(("UID:a@example.org", *times, *lines))
    data = f"BEGIN:VCALENDAR\r\n{head}BEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    (meeting,) = read_calendar(data.encode(), START, END, LISBON).meetings
    return meeting


ANA = Mailbox("ana@example.org", "Ana Silva")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (";CN=Ana Silva:mailto:ana@example.org", ANA),
        (";CN=Ana Silva:MAILTO:ana@example.org", ANA),
        (";CN=Ana Silva:ana@example.org", ANA),
        (';CN="Ana Silva":"mailto:ana@example.org"', ANA),
        (";CN='Ana Silva':mailto:<ana@example.org>", ANA),
        (";CN=Ana Silva:mailto: ana@example.org", ANA),
        (";CN=Ana Silva: Board:mailto:ana@example.org", ANA),
        (";CN=Ana Silva;EMAIL=ana@example.org:urn:uuid:1", ANA),
        (";CN=Ana Silva;EMAIL=ana@example.org:/aMTI/principal/", ANA),
        (";CN=Ana Silva;EMAIL=ana@example.org:mailto:2_GAYDAMBQ@imip.me.com", ANA),
        (";CN=Ana Silva;EMAIL=ana@example.org:/o=Example/ou=Exchange/cn=Recipients/cn=ana", ANA),
        (";CN=ana@example.org:invalid:nomail", Mailbox("ana@example.org")),
        (";CN=Ana Silva:mailto:ana%40example.org", ANA),
        (";CN=Ana ^'Anita^' Silva:mailto:ana@example.org",
         Mailbox("ana@example.org", 'Ana "Anita" Silva')),
        (';CN="Ana Silva:mailto:ana@example.org', Mailbox("ana@example.org")),
        (":Ana Silva <ana@example.org>", ANA),
        (";CN=Ana Silva <ana@example.org>:mailto:ana@example.org", ANA),
        (";CN=Ana Silva:invalid:nomail", None),
        (":/o=Example/ou=Exchange/cn=Recipients/cn=ana", None),
        (";CN=Ana Silva:urn:uuid:1", None),
        (":", None),
    ],
)  # fmt: skip
def test_calendar_users(value: str, expected: Mailbox | None) -> None:
    """Addresses with and without mailto:, iCloud principals, Exchange names, broken quotes."""
    assert one(f"ORGANIZER{value}").organizer == expected
    assert [a.mailbox for a in one(f"ATTENDEE{value}").attendees] == (
        [expected] if expected else []
    )


def test_an_assistant_is_no_attendee() -> None:
    """SENT-BY acts for somebody, and takes part in nothing."""
    meeting = one(
        'ORGANIZER;CN=Ana Silva;SENT-BY="mailto:bob@example.org":mailto:ana@example.org',
        'ATTENDEE;SENT-BY="mailto:bob@example.org":mailto:rui@example.com',
    )
    assert meeting.organizer == ANA
    assert [a.mailbox.addr for a in meeting.attendees] == ["rui@example.com"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("PARTSTAT=ACCEPTED", Attendee(ANA, PartStat.ACCEPTED)),
        ("PARTSTAT=accepted", Attendee(ANA, PartStat.ACCEPTED)),
        ('PARTSTAT="DECLINED"', Attendee(ANA, PartStat.DECLINED)),
        ("PARTSTAT=NEEDS-ACTION", Attendee(ANA)),
        ("PARTSTAT=X-MAYBE", Attendee(ANA)),
        ("STATUS=ACCEPTED", Attendee(ANA, PartStat.ACCEPTED)),
        ("STATUS=CONFIRMED", Attendee(ANA, PartStat.ACCEPTED)),
        ('DELEGATED-TO="mailto:rui@example.com"', Attendee(ANA, PartStat.DELEGATED)),
        ('PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:rui@example.com"',
         Attendee(ANA, PartStat.ACCEPTED)),
        ("CUTYPE=ROOM", Attendee(ANA, kind="room")),
        ("CUTYPE=resource", Attendee(ANA, kind="resource")),
        ("CUTYPE=GROUP", Attendee(ANA, kind="group")),
        ("CUTYPE=X-ODD", Attendee(ANA, kind="unknown")),
        ("ROLE=OPT-PARTICIPANT", Attendee(ANA, optional=True)),
        ("ROLE=NON-PARTICIPANT", Attendee(ANA, optional=True)),
        ("ROLE=CHAIR;RSVP=TRUE;X-NUM-GUESTS=0;LANGUAGE=pt", Attendee(ANA)),
    ],
)  # fmt: skip
def test_invitees(params: str, expected: Attendee) -> None:
    """Answers, roles and kinds in every spelling."""
    assert one(f"ATTENDEE;CN=Ana Silva;{params}:mailto:ana@example.org").attendees == (expected,)


def test_one_address_is_one_invitee() -> None:
    """Listed twice, the one with an answer counts."""
    (attendee,) = one(
        "ATTENDEE:mailto:ana@example.org", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ANA@example.org"
    ).attendees
    assert attendee.partstat is PartStat.ACCEPTED


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "busy", "free"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "busy", "tentative"),
        ("X-MICROSOFT-MSNCALENDAR-BUSYSTATUS:OOF", "busy", "oof"),
        ("X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT:TRUE", "all_day", True),
        ("TRANSP;X-ODD=1:TRANSPARENT", "busy", "free"),
        ("TRANSP:1", "busy", "free"),
        ("STATUS:Canceled", "status", "cancelled"),
        ("X-NEXTCLOUD-BC-FIELD-TYPE:ANNIVERSARY", "kind", "birthday"),
        ("X-GOOGLE-EVENT-TYPE:workingLocation", "kind", "location"),
        ("CATEGORIES:Büro,Reise", "kind", "travel"),
        ("SEQUENCE:-3", "sequence", 0),
        ("SEQUENCE:many", "sequence", 0),
        ("SUMMARY;LANGUAGE=de:Zwei\\, drei\\; vier\\\\fünf\\nsechs", "title",
         "Zwei, drei; vier\\fünf sechs"),
        ("SUMMARY:two  \t blanks\x07", "title", "two blanks"),
        ("SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Caf=E9", "title", "Café"),
        ("SUMMARY;ENCODING=QUOTED-PRINTABLE:Caf=C3=\r\n=A9", "title", "Café"),
        ("summary:lower case", "title", "lower case"),
        ("SUMMARY:fol\r\n ded\r\n\t lines", "title", "folded lines"),
        ('X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Café Central\\nRua Nova 1":geo:1,2',
         "place", "Café Central Rua Nova 1"),
        ("LOCATION:", "place", ""),
        ("LOCATION;ALTREP=\"http://example.org/a;b:c\":Room 4", "place", "Room 4"),
        ("LOCATION:Tel. +351 21 000 00 00", "phone", "+351210000000"),
        ("CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+351-21-000-00-00", "phone", "+351210000000"),
        ("X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/1", "link",
         "https://teams.microsoft.com/l/meetup-join/1"),
        ("X-MICROSOFT-ONLINEMEETINGCONFLINK:conf:sip:ana@example.org\\;gruu", "link", ""),
        ("X-ALT-DESC;FMTTYPE=text/html:<a href=\"https://acme.zoom.us/j/1?a=1&amp;b=2\">x</a>",
         "link", "https://acme.zoom.us/j/1?a=1&b=2"),
        ("URL:https://example.org/m/1?a=1&b=(2)", "url", "https://example.org/m/1?a=1&b=(2)"),
        ("URL;VALUE=URI: HTTP://example.org ", "url", "HTTP://example.org"),
        ("URL:https://example.org/m/1", "link", ""),
        ("URL:https://acme.zoom.us/j/1", "link", "https://acme.zoom.us/j/1"),
        ("URL:https://ana:secret@example.org/", "url", ""),
        ("URL:https://example.org/a b", "url", ""),
        ("URL:https://example.org/\u202eb", "url", ""),
        ("URL:https://example.org/\x07b", "url", ""),
        ("URL:https://", "url", ""),
        ("URL:javascript:alert(1)", "url", ""),
        ("URL:message:%3C1@example.org%3E", "url", ""),
        ("URL:https://example.org/" + "a" * 500, "url", ""),
    ],
)  # fmt: skip
def test_properties(line: str, field: str, expected: object) -> None:
    """Each property in the spellings of the applications that write it."""
    assert getattr(one(line), field) == expected


@pytest.mark.parametrize(
    ("lines", "all_day"),
    [
        (["DTSTART;TZID=Europe/Berlin:20260302T000000", "DTEND;TZID=Europe/Berlin:20260303T000000"],
         True),
        (["DTSTART:20260302T000000Z", "DTEND:20260304T000000Z"], True),
        (["DTSTART;TZID=Europe/Berlin:20260329T000000", "DURATION:P1D"], True),
        (["DTSTART:20260302T000000Z", "DTEND:20260302T233000Z"], False),
        (["DTSTART:20260302T000000Z", "DTEND:20260302T010000Z"], False),
        (["DTSTART:20260302T090000Z", "DTEND:20260303T090000Z"], False),
        (["DTSTART:20260302T000000Z"], False),
    ],
)  # fmt: skip
def test_from_midnight_to_midnight_is_a_whole_day(lines: list[str], all_day: bool) -> None:
    """Outlook and others write whole days with times."""
    assert one(*lines).all_day is all_day


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260302"], 24),
        (["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260301"], 24),
        (["DTSTART;VALUE=DATE:20260302", "DTEND:20260304T120000Z"], 48),
        (["DTSTART;VALUE=DATE:20260302", "DURATION:P2D"], 48),
        (["DTSTART;VALUE=DATE:20260302", "DURATION:PT1H"], 24),
        (["DTSTART:20260302T180000Z", "DTEND;VALUE=DATE:20260303"], 6),
        (["DTSTART:20260302T180000Z", "DTEND:20260302T170000Z"], 0),
        (["DTSTART;VALUE=DATE:20260302T000000", "DTEND;VALUE=DATE:20260303T000000"], 24),
    ],
)
def test_ends(lines: list[str], hours: int) -> None:
    """A date lasts a day at least; no end is before its start; mixed forms are understood."""
    meeting = one(*lines)
    assert (meeting.end - meeting.start).total_seconds() == hours * 3600


def test_a_uid_that_is_made_up_is_stable() -> None:
    """Without a UID an event is known by its start, its title and who convened it."""

    def uid(*lines: str) -> str:
        body = "\n".join(("DTSTART:20260302T090000Z", *lines))
        data = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{body}\nEND:VEVENT\nEND:VCALENDAR"
        return read_calendar(data.encode(), START, END, LISBON).meetings[0].uid

    assert uid("SUMMARY:a") == uid("SUMMARY:a", "DESCRIPTION:b") != uid("SUMMARY:b")
    assert uid("SUMMARY:a").startswith("none:")


SAFE = "https://eur01.safelinks.protection.outlook.com/"
TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://us02web.zoom.us/j/123?pwd=a", "https://us02web.zoom.us/j/123?pwd=a"),
        ("at https://meet.google.com/abc-defg-hij.", "https://meet.google.com/abc-defg-hij"),
        ("(https://acme.webex.com/meet/ana)", "https://acme.webex.com/meet/ana"),
        ("https://meet.jit.si/Room", "https://meet.jit.si/Room"),
        ("https://whereby.com/ana", "https://whereby.com/ana"),
        ("https://bluejeans.com/123", "https://bluejeans.com/123"),
        ("https://meet.goto.com/123", "https://meet.goto.com/123"),
        ("https://global.gotomeeting.com/join/1", "https://global.gotomeeting.com/join/1"),
        ("https://app.chime.aws/meetings/1", "https://app.chime.aws/meetings/1"),
        ("https://join.skype.com/abc", "https://join.skype.com/abc"),
        ("https://teams.live.com/meet/1", "https://teams.live.com/meet/1"),
        ("https://facetime.apple.com/join#v=1", "https://facetime.apple.com/join#v=1"),
        ("https://webconf.example.fr/a", "https://webconf.example.fr/a"),
        (f"{SAFE}?url=https%3A%2F%2Facme.zoom.us%2Fj%2F1&data=05", "https://acme.zoom.us/j/1"),
        ("https://www.google.com/url?q=https%3A%2F%2Facme.zoom.us%2Fj%2F1&sa=D",
         "https://acme.zoom.us/j/1"),
        ("https://urldefense.com/v3/__https://acme.zoom.us/j/1__;!!abc", "https://acme.zoom.us/j/1"),
        (f"{SAFE}?url=https%3A%2F%2Fexample.org", ""),
        ("https://example.org/zoom", ""),
        ("https://zoom.us.example.org/j/1", ""),
        ("see zoom.us/j/1", ""),
        ("https://", ""),
    ],
)  # fmt: skip
def test_conference_links(text: str, link: str) -> None:
    """The services in use, also behind link checkers; never by a word in a path."""
    assert conference_link(text) == link


def test_unwrapping_leaves_other_links_alone() -> None:
    """A link that wraps nothing is itself."""
    assert unwrapped(TEAMS) == TEAMS


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+1 (212) 555-0100", "+12125550100"),
        ("Call me: 030 1234567", "0301234567"),
        ("Tel.: (030) 123 45 67", "0301234567"),
        ("10115 Berlin", ""),
        ("Rua Nova 12, 1100-123 Lisboa", ""),
        ("02.03.2026", ""),
        ("Room 2.14", ""),
        ("", ""),
    ],
)
def test_phone_numbers(text: str, number: str) -> None:
    """Numbers one can call; postcodes, rooms and dates are none."""
    assert phone_number(text) == number
