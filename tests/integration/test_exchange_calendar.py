"""What events at an Exchange server say: who answered what, where, when, how they are joined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from exchange_calendar_world import DAY, HOUR, ZONE, Desk, desk_of
from exchange_desk import ANA
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import Clock

from connectors.records import Bad, Mailbox, PartStat, Seen

__all__ = ["clock", "exchange"]

BOB, EVE, JOE, LIZ, TOM = (
    f"{name} <{name.lower()}@example.org>" for name in ("Bob", "Eve", "Joe", "Liz", "Tom")
)


@pytest.fixture
def desk(exchange: FakeExchange, clock: Clock) -> Iterator[Desk]:
    with desk_of(exchange, clock) as desk:
        yield desk


def test_answers_of_every_type(desk: Desk) -> None:
    """Whoever convenes a meeting is told all of them; a room is no person, and an optional guest
    says so."""
    item = desk.add(
        "Planning",
        desk.at(1),
        guests=[(BOB, "Accept"), (EVE, "Decline"), (JOE, "Tentative"), (LIZ, "NoResponseReceived")],
        optional=[(TOM, "Unknown")],
        rooms=[("Room 5 <room5@example.com>", "Accept")],
        mine="Organizer",
        Location="Room 5",
    )
    desk.read()
    told = desk.meeting(item)
    answers = {one.mailbox.addr: (one.partstat, one.kind, one.optional) for one in told.attendees}
    assert answers == {
        "bob@example.org": (PartStat.ACCEPTED, "individual", False),
        "eve@example.org": (PartStat.DECLINED, "individual", False),
        "joe@example.org": (PartStat.TENTATIVE, "individual", False),
        "liz@example.org": (PartStat.UNKNOWN, "individual", False),
        "tom@example.org": (PartStat.UNKNOWN, "individual", True),
        "room5@example.com": (PartStat.ACCEPTED, "resource", False),
    }
    assert told.organizer is not None
    assert told.organizer.addr == ANA
    assert (told.title, told.place, told.status, told.busy) == (
        "Planning",
        "Room 5",
        "confirmed",
        "busy",
    )
    assert (told.uid, told.recurrence_id, told.recurring) == (
        item.text("UID") or told.uid,
        "",
        False,
    )
    assert (told.start, told.end) == (desk.at(1), desk.at(1) + HOUR)


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        ("Accept", PartStat.ACCEPTED),
        ("Decline", PartStat.DECLINED),
        ("Tentative", PartStat.TENTATIVE),
        ("NoResponseReceived", PartStat.UNKNOWN),
    ],
)
def test_the_owner_s_answer(desk: Desk, mine: str, expected: PartStat) -> None:
    """Exchange tells a guest nothing of other guests' answers, and of their own beside the list:
    that is written beside their name."""
    guests = [(f"Ana <{ANA.upper()}>", "Unknown"), (BOB, "Unknown")]
    item = desk.add("Lunch", desk.at(1), guests=guests, organizer=EVE, mine=mine)
    desk.read()
    told = desk.meeting(item)
    assert told.organizer == Mailbox("eve@example.org", "Eve")
    assert [(one.mailbox.addr.lower(), one.partstat) for one in told.attendees] == [
        (ANA, expected),
        ("bob@example.org", PartStat.UNKNOWN),
    ]


def test_a_guest_who_is_not_in_the_list(desk: Desk) -> None:
    """Invited as one of a distribution list, which is no person."""
    item = desk.add("All", desk.at(1), guests=[(BOB, "Unknown")], organizer=EVE, mine="Accept")
    desk.read()
    found = {one.mailbox.addr: one.partstat for one in desk.meeting(item).attendees}
    assert found == {"bob@example.org": PartStat.UNKNOWN, ANA: PartStat.ACCEPTED}


def test_what_is_convened_under_another_address(desk: Desk) -> None:
    """Exchange says that it is the owner: the login stands for them, and what it was is told."""
    alias = "Ana Silva <ana.silva@example.com>"
    item = desk.add(
        "Lunch", desk.at(1), guests=[(BOB, "Accept")], organizer=alias, mine="Organizer"
    )
    desk.read()
    told = desk.meeting(item)
    assert told.organizer == Mailbox(ANA, "Ana Silva")
    assert told.aliases == ((ANA, Mailbox("ana.silva@example.com", "Ana Silva")),)


def test_an_entry_without_guests_has_no_organizer(desk: Desk) -> None:
    """Though Exchange names one (RFC 5545 section 3.8.4.3)."""
    item = desk.add("Dentist", desk.at(1), Sensitivity="Private")
    desk.read()
    told = desk.meeting(item)
    assert (told.organizer, told.attendees, told.title) == (None, (), "Dentist")


@pytest.mark.parametrize(
    ("status", "busy", "kind"),
    [
        ("Free", "free", "default"),
        ("Tentative", "tentative", "default"),
        ("Busy", "busy", "default"),
        ("OOF", "oof", "oof"),
        ("WorkingElsewhere", "elsewhere", "default"),
        ("NoData", "busy", "default"),
    ],
)
def test_how_busy_it_makes(desk: Desk, status: str, busy: str, kind: str) -> None:
    """LegacyFreeBusyStatus; who is out of office meets nobody."""
    item = desk.add("Somewhere", desk.at(1), LegacyFreeBusyStatus=status)
    desk.read()
    assert (desk.meeting(item).busy, desk.meeting(item).kind) == (busy, kind)


def test_a_meeting_that_was_called_off(desk: Desk) -> None:
    """It stays in the calendar of a guest, as cancelled; one that is deleted is gone."""
    item = desk.add("Lunch", desk.at(1), guests=[(BOB, "Unknown")], organizer=EVE, mine="Accept")
    desk.read()
    desk.own.cancel(item)
    desk.read()
    assert desk.meeting(item).status == "cancelled"
    desk.own.delete(item)
    desk.read()
    assert desk.ledger.observations == {}


def test_all_day_is_a_day_where_the_owner_is(exchange: FakeExchange, clock: Clock) -> None:
    """Wherever it was written down: the day, not the hours."""
    with desk_of(exchange, clock, zone=ZONE) as desk:
        day = date(2026, 7, 6)
        item = desk.own.add("Fair", day, day + 2 * DAY, zone="Tokyo Standard Time")
        desk.read()
        told = desk.meeting(item)
    assert told.all_day
    assert told.start == datetime(2026, 7, 6, tzinfo=ZONE)
    assert told.end == datetime(2026, 7, 8, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("props", "guests", "link"),
    [
        (
            {"JoinOnlineMeetingUrl": "https://meet.corp.example/ana/1"},
            True,
            "https://meet.corp.example/ana/1",
        ),
        ({"Location": "https://zoom.us/j/123"}, True, "https://zoom.us/j/123"),
        ({"Body": "Join: https://zoom.us/j/456"}, True, "https://zoom.us/j/456"),
        ({"Body": "Join: https://zoom.us/j/456"}, False, ""),
        ({"Body": "See https://example.org/agenda"}, True, ""),
    ],
)
def test_how_it_is_joined(desk: Desk, props: dict[str, str], guests: bool, link: str) -> None:
    """By what Exchange says, by the place, by the text of what has guests; nothing else is read."""
    invited = [(BOB, "Unknown")] if guests else []
    item = desk.add("Call", desk.at(1), None, guests=invited, **props)
    desk.read()
    assert desk.meeting(item).link == link
    assert desk.exchange.count("GetItem") == (2 if guests and "Body" in props else 1)


def test_a_meeting_has_its_uid_from_elsewhere(desk: Desk) -> None:
    """One that came from Google is the same as there, however Exchange wraps what it is called."""
    told = b"vCal-Uid\x01\x00\x00\x00" + b"abc123@google.com\x00"
    wrapped = (
        bytes.fromhex("040000008200E00074C5B7101A82E008")
        + bytes(20)
        + len(told).to_bytes(4, "little")
        + told
    )
    item = desk.add("Lunch", desk.at(1), uid=wrapped.hex().upper(), guests=[(BOB, "Unknown")])
    desk.read()
    assert desk.meeting(item).uid == "abc123@google.com"


def test_what_lies_outside_the_window_is_acknowledged(exchange: FakeExchange, clock: Clock) -> None:
    """And says nothing; what is too far ahead is told once its time comes."""
    history = clock().date() - timedelta(days=30)
    with desk_of(exchange, clock, history=history) as desk:
        old, soon, far = (desk.add("Lunch", desk.at(days)) for days in (-60, 1, 500))
        desk.read()
        assert [len(desk.meetings(one)) for one in (old, soon, far)] == [0, 1, 0]
        assert desk.read() == []
        clock.advance(days=250)
        desk.read()
        assert [len(desk.meetings(one)) for one in (old, soon, far)] == [0, 1, 1]
        desk.restart(history=history - timedelta(days=60))
        desk.read()
        assert [len(desk.meetings(one)) for one in (old, soon, far)] == [1, 1, 1]


def test_an_event_that_cannot_be_had_stops_nothing(desk: Desk) -> None:
    """It is set aside with a reason, and asked for again."""
    item = desk.add("Odd", desk.at(1))
    desk.exchange.faults.trouble("GetItem", "ErrorItemCorrupt")
    (bad,) = desk.read()
    assert bad == Bad(desk.ref(item), "", "an event that cannot be had (ErrorItemCorrupt)", True)
    assert desk.ledger.cursor is not None
    (again,) = desk.source.read_again([bad.ref], desk.ledger.cursor)
    assert isinstance(again, Seen)
    assert desk.source.server_time() == desk.clock().astimezone(UTC)


def test_a_batch_that_is_stopped_goes_on(desk: Desk) -> None:
    """Over an item the server may leave the rest unread: it is asked for that again."""
    made = [desk.add(f"Lunch {number}", desk.at(number)) for number in range(5)]
    fault = desk.exchange.faults.stopped("GetItem", after=2)
    desk.read()
    assert desk.trouble is None
    assert fault.hits == 1
    assert all(desk.meeting(one).title == one.subject for one in made)
