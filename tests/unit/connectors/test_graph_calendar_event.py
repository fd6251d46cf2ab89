"""Events as Graph gives them, and the meetings that they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import BadItem
from connectors.formats.ical import read_calendar
from connectors.graph.calendar_event import (
    Holder,
    is_bare,
    is_note_of_others,
    meeting_of,
    series_of,
    span_of,
    whole,
)
from connectors.records import Attendee, Mailbox, Meeting, PartStat

LISBON = ZoneInfo("Europe/Lisbon")
TOKYO = "Tokyo Standard Time"
ANA = Holder("ana@example.com")
UID = "040000008200E00074C5B7101A82E008000000009063E97D5E57D901" + "0" * 16 + "04000000AABBCCDD"


def box(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": name}}


def guest(address: str, response: str = "none", name: str = "", **more: Any) -> dict[str, Any]:
    status = {"response": response, "time": "0001-01-01T00:00:00Z"}
    return {**box(address, name), "type": "required", "status": status, **more}


def at(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": f"{text}.0000000", "timeZone": zone}


# The shape of learn.microsoft.com/graph/api/resources/event, names invented.
LUNCH: dict[str, Any] = {
    "@odata.etag": 'W/"ZlnW4RIAV06KYYwlfNZvQAAALfZeRQ=="',
    "id": "AAMkAGI1AAAt9AHjAAA=",
    "createdDateTime": "2026-10-20T08:14:52.0034494Z",
    "lastModifiedDateTime": "2026-10-21T10:00:00.123Z",
    "categories": [],
    "originalStartTimeZone": "GMT Standard Time",
    "iCalUId": UID,
    "subject": "Lunch",
    "bodyPreview": "",
    "sensitivity": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isOrganizer": True,
    "seriesMasterId": None,
    "showAs": "busy",
    "type": "singleInstance",
    "webLink": "https://outlook.office365.com/owa/?itemid=AAMkAGI1AAAt9AHjAAA%3D&path=/calendar",
    "onlineMeetingUrl": None,
    "isDraft": False,
    "hideAttendees": False,
    "onlineMeeting": None,
    "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
    "body": {"contentType": "text", "content": "See you there"},
    "start": at("2026-10-26T12:30:00"),
    "end": at("2026-10-26T13:30:00"),
    "location": {"displayName": "Rua Augusta 1, Lisboa", "locationType": "default"},
    "locations": [],
    "attendees": [guest("bob@example.org", "declined", "Bob Stone")],
    "organizer": box("ana@example.com", "Ana Silva"),
}
INSTANCE: dict[str, Any] = {
    **LUNCH,
    "id": "AAMkAGI1AAAt9AHjOCC=",
    "type": "occurrence",
    "seriesMasterId": "AAMkAGI1AAAt9AHjAAA=",
    "iCalUId": UID[:32] + "07EA0A1A" + UID[40:],
    "originalStart": "2026-10-26T12:30:00Z",
}


def read(base: dict[str, Any] = LUNCH, holder: Holder = ANA, **changed: Any) -> Meeting:
    """The meeting, where some members are different."""
    return meeting_of({**base, **changed}, LISBON, holder)


def test_an_event_as_documented() -> None:
    """Everything that matters of an event is in its meeting."""
    assert read() == Meeting(
        uid=UID,
        recurrence_id="",
        start=datetime(2026, 10, 26, 12, 30, tzinfo=UTC),
        end=datetime(2026, 10, 26, 13, 30, tzinfo=UTC),
        title="Lunch",
        place="Rua Augusta 1, Lisboa",
        organizer=Mailbox("ana@example.com", "Ana Silva"),
        attendees=(Attendee(Mailbox("bob@example.org", "Bob Stone"), PartStat.DECLINED),),
        modified=datetime(2026, 10, 21, 10, 0, 0, 123000, tzinfo=UTC),
        url="https://outlook.office365.com/owa/?itemid=AAMkAGI1AAAt9AHjAAA%3D&path=/calendar",
    )


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({}, ("default", "busy")),
        ({"showAs": "free"}, ("default", "free")),
        ({"showAs": "tentative"}, ("default", "tentative")),
        ({"showAs": "oof"}, ("oof", "oof")),
        ({"showAs": "workingElsewhere"}, ("default", "elsewhere")),
        ({"showAs": "unknown"}, ("default", "busy")),
        ({"showAs": "somethingNew"}, ("default", "busy")),
        ({"showAs": None, "categories": None}, ("default", "busy")),
        ({"categories": ["Kunden", "Urlaub"]}, ("oof", "busy")),
        ({"categories": ["Travel"], "showAs": "oof"}, ("travel", "oof")),
    ],
)
def test_what_it_is_and_how_it_shows(told: dict[str, Any], meant: tuple[str, str]) -> None:
    """showAs, and categories of the owner's as in every other calendar."""
    meeting = read(**told)
    assert (meeting.kind, meeting.busy) == meant


@pytest.mark.parametrize(
    ("response", "partstat"),
    [
        ("accepted", PartStat.ACCEPTED),
        ("declined", PartStat.DECLINED),
        ("tentativelyAccepted", PartStat.TENTATIVE),
        ("organizer", PartStat.ACCEPTED),
        ("none", PartStat.UNKNOWN),
        ("notResponded", PartStat.UNKNOWN),
        ("unheardOf", PartStat.UNKNOWN),
    ],
)
def test_answers_of_every_kind(response: str, partstat: PartStat) -> None:
    """What a guest answered, where Graph knows it."""
    (one,) = read(attendees=[guest("bob@example.org", response)]).attendees
    assert one.partstat is partstat


@pytest.mark.parametrize(
    ("response", "partstat"),
    [
        ("accepted", PartStat.ACCEPTED),
        ("declined", PartStat.DECLINED),
        ("tentativelyAccepted", PartStat.TENTATIVE),
        ("notResponded", PartStat.UNKNOWN),
    ],
)
def test_the_owners_answer_is_beside_the_list(response: str, partstat: PartStat) -> None:
    """In an invited guest's copy the list tells nobody's answer: responseStatus is the owner's. It
    is written for the login, whatever address was invited."""
    invited: dict[str, Any] = {
        "organizer": box("bob@example.org", "Bob Stone"),
        "isOrganizer": False,
        "responseStatus": {"response": response},
    }
    own = guest("Ana@Example.com", name="Ana Silva")
    found = read(attendees=[own, guest("eve@example.org")], **invited)
    assert found.organizer == Mailbox("bob@example.org", "Bob Stone")
    assert found.attendees[0] == Attendee(Mailbox("ana@example.com", "Ana Silva"), partstat)
    through_a_list = read(attendees=[guest("team@example.org")], **invited)
    assert through_a_list.attendees[1] == Attendee(Mailbox("ana@example.com"), partstat)
    assert through_a_list.aliases == ()


def test_whoever_is_not_invited_is_no_guest() -> None:
    """An event of others that somebody put into the calendar."""
    found = read(
        isOrganizer=False,
        organizer=box("eve@example.org"),
        responseStatus={"response": "none"},
    )
    assert [one.mailbox.addr for one in found.attendees] == ["bob@example.org"]


def test_the_owner_under_another_address() -> None:
    """Graph says that it is the organiser; the mailbox has a first address besides the login."""
    found = read(organizer=box("a.silva@example.net", "Ana Silva"))
    assert found.organizer == Mailbox("ana@example.com", "Ana Silva")
    assert found.aliases == (("ana@example.com", Mailbox("a.silva@example.net", "Ana Silva")),)
    known = Holder("ana@example.com", also=frozenset({"ana.silva@example.com"}))
    invited = read(
        holder=known,
        isOrganizer=False,
        organizer=box("bob@example.org"),
        responseStatus={"response": "accepted"},
        attendees=[guest("Ana.Silva@example.com", name="Ana Silva")],
    )
    assert invited.attendees == (
        Attendee(Mailbox("ana@example.com", "Ana Silva"), PartStat.ACCEPTED),
    )
    assert invited.aliases == (("ana@example.com", Mailbox("Ana.Silva@example.com", "Ana Silva")),)


def test_a_calendar_of_somebody_else() -> None:
    """The answer beside the list is that of whose calendar it is, and nothing there is an alias of
    the owner's. What they noted for themselves is no meeting of the owner's."""
    bobs = Holder("bob@example.org", own=False)
    meeting = read(
        holder=bobs,
        isOrganizer=False,
        organizer=box("eve@example.org"),
        responseStatus={"response": "accepted"},
        attendees=[guest("ana@example.com"), guest("bob@example.org")],
    )
    assert [one.partstat for one in meeting.attendees] == [PartStat.UNKNOWN, PartStat.ACCEPTED]
    assert read(holder=bobs, organizer=box("b.stone@example.org")).aliases == ()
    assert is_note_of_others({**LUNCH, "attendees": []}, bobs)
    assert not is_note_of_others(LUNCH, bobs)
    assert not is_note_of_others({**LUNCH, "attendees": []}, ANA)


def test_rooms_and_hidden_guests() -> None:
    """A resource is told as one, or by the place that has its address; a hidden list is a group."""
    room = {
        "displayName": "Room 1",
        "locationType": "conferenceRoom",
        "locationEmailAddress": "Room1@example.com",
    }
    found = read(
        location=room,
        locations=[room],
        attendees=[
            guest("room1@example.com"),
            guest("beamer@example.com", type="resource"),
            guest("eve@example.org", type="optional"),
            guest("/o=ExchangeLabs/ou=x/cn=y"),
        ],
    )
    kinds = [(one.kind, one.optional) for one in found.attendees]
    assert kinds == [("room", False), ("resource", False), ("individual", True)]
    hidden = read(isOrganizer=False, hideAttendees=True, responseStatus={"response": "accepted"})
    assert hidden.attendees[-1].kind == "group"
    assert all(one.kind != "group" for one in read(hideAttendees=True).attendees)


@pytest.mark.parametrize(
    ("told", "link", "phone"),
    [
        ({"onlineMeeting": {"joinUrl": "https://teams.microsoft.com/l/x"}},
         "https://teams.microsoft.com/l/x", ""),
        ({"onlineMeetingUrl": "https://meet.lync.com/x/y"}, "https://meet.lync.com/x/y", ""),
        ({"location": {"displayName": "https://zoom.us/j/1"}}, "https://zoom.us/j/1", ""),
        ({"body": {"content": "Join: <https://zoom.us/j/2>"}}, "https://zoom.us/j/2", ""),
        ({"body": {"content": '<a href="https://zoom.us/j/3">join</a>'}},
         "https://zoom.us/j/3", ""),
        ({"location": {"displayName": "+351 21 000 00 00"}}, "", "+351210000000"),
        ({"onlineMeeting": {"tollNumber": "+1 425 555 0100"}}, "", "+14255550100"),
        ({"onlineMeeting": {"phones": [{"number": "+1 425 555 0101"}]}}, "", "+14255550101"),
        ({"onlineMeeting": {"joinUrl": "https://teams.microsoft.com/l/x",
                            "tollNumber": "+1 425 555 0100"}},
         "https://teams.microsoft.com/l/x", ""),
        ({"body": None, "location": None, "locations": None}, "", ""),
    ],
)  # fmt: skip
def test_ways_to_meet(told: dict[str, Any], link: str, phone: str) -> None:
    """A conference link wherever it is told, or a telephone number."""
    found = read(**told)
    assert (found.link, found.phone) == (link, phone)


@pytest.mark.parametrize(
    ("start", "end", "more", "begins", "all_day"),
    [
        (at("2026-10-26T12:30:00"), at("2026-10-26T13:30:00"), {}, "2026-10-26T12:30", False),
        (at("2026-07-01T09:00:00", "W. Europe Standard Time"),
         at("2026-07-01T10:00:00", "W. Europe Standard Time"), {}, "2026-07-01T07:00", False),
        (at("2026-07-01T09:00:00", "America/New_York"),
         at("2026-07-01T10:00:00", "America/New_York"), {}, "2026-07-01T13:00", False),
        (at("2026-07-01T09:00:00", "tzone://Microsoft/Utc"),
         at("2026-07-01T10:00:00", "tzone://Microsoft/Utc"), {}, "2026-07-01T09:00", False),
        # Nothing is known of the zone: it is the owner's.
        (at("2026-07-01T09:00:00", "tzone://Microsoft/Custom"),
         at("2026-07-01T10:00:00", "tzone://Microsoft/Custom"), {}, "2026-07-01T08:00", False),
        # A day is the owner's, whatever zone it is told in.
        (at("2026-07-01T00:00:00"), at("2026-07-02T00:00:00"), {"isAllDay": True},
         "2026-06-30T23:00", True),
        (at("2026-07-01T00:00:00", "Tokyo Standard Time"),
         at("2026-07-02T00:00:00", "Tokyo Standard Time"), {"isAllDay": True},
         "2026-06-30T23:00", True),
        (at("2026-06-30T22:00:00"), at("2026-07-01T22:00:00"),
         {"isAllDay": True, "originalStartTimeZone": "W. Europe Standard Time"},
         "2026-06-30T23:00", True),
        (at("2026-06-30T23:00:00"), at("2026-07-01T23:00:00"), {"isAllDay": True},
         "2026-06-30T23:00", True),
    ],
)  # fmt: skip
def test_when_it_is(
    start: dict[str, str],
    end: dict[str, str],
    more: dict[str, Any],
    begins: str,
    all_day: bool,
) -> None:
    """In UTC, whatever zone is told, by whatever name."""
    span = span_of({**LUNCH, "start": start, "end": end, **more}, LISBON)
    assert f"{span.start:%Y-%m-%dT%H:%M}" == begins
    assert span.all_day is all_day


def test_an_occurrence_is_its_series_at_another_time() -> None:
    """Delta tells when it is and no more; told in full it is the same meeting."""
    bare = {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": 'W/"x"',
        "id": INSTANCE["id"],
        "type": "occurrence",
        "seriesMasterId": LUNCH["id"],
        "start": at("2026-11-02T12:30:00"),
        "end": at("2026-11-02T13:30:00"),
    }
    assert is_bare(bare)
    assert not is_bare(INSTANCE)
    assert not is_bare(LUNCH)
    assert series_of(bare) == LUNCH["id"]
    master = {**LUNCH, "type": "seriesMaster"}
    found = meeting_of(whole(bare, master), LISBON, ANA)
    full = read(
        INSTANCE,
        start=bare["start"],
        end=bare["end"],
        originalStart="2026-11-02T12:30:00Z",
        iCalUId=UID[:32] + "07EA0B02" + UID[40:],
    )
    assert found == full
    assert (found.uid, found.recurrence_id) == (UID, "2026-11-02T12:30:00Z")
    assert found.recurring


def test_an_instance_is_named_by_its_original_start() -> None:
    """Wherever it was moved to; by a day where its series has days, though it has a time itself."""
    moved = {**INSTANCE, "type": "exception", "start": at("2026-10-27T09:00:00"),
             "end": at("2026-10-27T10:00:00")}  # fmt: skip
    assert read(moved).recurrence_id == "2026-10-26T12:30:00Z"
    daily = {**moved, "originalStart": "2026-10-26T00:00:00Z"}
    master = {**LUNCH, "type": "seriesMaster", "isAllDay": True}
    assert meeting_of(whole(daily, master), LISBON, ANA).recurrence_id == "2026-10-26"
    days: dict[str, Any] = {
        "isAllDay": True,
        "originalStart": None,
        "start": at("2026-10-26T00:00:00", TOKYO),
        "end": at("2026-10-27T00:00:00", TOKYO),
    }
    assert read(INSTANCE, **days).recurrence_id == "2026-10-26"
    turned = {**moved, "isAllDay": True, "start": at("2026-10-27T00:00:00"),
              "end": at("2026-10-28T00:00:00")}  # fmt: skip
    timed = meeting_of(whole(turned, LUNCH), LISBON, ANA)
    assert (timed.recurrence_id, timed.all_day) == ("2026-10-26T12:30:00Z", True)


def test_it_is_the_twin_of_its_icalendar() -> None:
    """The same meeting, as Outlook writes it into an invitation, is the same to the core."""
    text = f"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:{UID}
RECURRENCE-ID:20261026T123000Z
DTSTART:20261026T123000Z
DTEND:20261026T133000Z
SUMMARY:Lunch
LOCATION:Rua Augusta 1\\, Lisboa
ORGANIZER;CN=Ana Silva:mailto:ana@example.com
ATTENDEE;CN=Bob Stone;PARTSTAT=DECLINED:mailto:bob@example.org
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
END:VCALENDAR
"""
    window = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    (twin,) = read_calendar(text.replace("\n", "\r\n").encode(), *window, LISBON).meetings
    found = read(INSTANCE)
    for name in ("uid", "recurrence_id", "start", "end", "title", "place", "organizer", "attendees",
                 "busy", "kind", "status"):  # fmt: skip
        assert getattr(found, name) == getattr(twin, name), name


@pytest.mark.parametrize(
    "changed",
    [
        {"start": None},
        {"start": {"dateTime": "soon", "timeZone": "UTC"}},
        {"end": {"timeZone": "UTC"}},
        {"start": at("0001-01-01T00:00:00", "Tokyo Standard Time")},
        {"attendees": "everybody"},
        {"location": "here"},
    ],
)
def test_what_cannot_be_read_is_bad(changed: dict[str, Any]) -> None:
    """And nothing else: whoever reads on is not stopped by it."""
    with pytest.raises(BadItem):
        read(**changed)


def test_cancelled_by_whoever_organises() -> None:
    """It stays in the calendar, and says so."""
    assert [read(isCancelled=one).status for one in (True, None)] == ["cancelled", "confirmed"]
