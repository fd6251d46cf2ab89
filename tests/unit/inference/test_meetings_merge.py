"""One meeting out of its sightings in several calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference.meetings import merge_meetings

OWNER, ANA, BOB = "me@example.org", "ana@example.com", "bob@example.net"
START = datetime(2026, 3, 10, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
YES, NO, TENTATIVE, SILENT = (
    PartStat.ACCEPTED,
    PartStat.DECLINED,
    PartStat.TENTATIVE,
    PartStat.UNKNOWN,
)


def seen(sequence: int = 0, modified: int | None = None, **changes: Any) -> Meeting:
    """One sighting; `modified` in hours before the meeting, `ana` her answer."""
    answer = changes.pop("ana", SILENT)
    meeting = Meeting(
        uid="a",
        recurrence_id="",
        start=START,
        end=START + HOUR,
        title="Talks",
        organizer=Mailbox(OWNER),
        attendees=(Attendee(Mailbox(ANA, "Ana"), answer),),
        sequence=sequence,
        modified=None if modified is None else START - modified * HOUR,
    )
    return replace(meeting, **changes)


def merged(*sightings: Meeting) -> Meeting:
    """What two calendars that both still have it make of it, in either order."""
    one = merge_meetings([(meeting, False) for meeting in sightings])
    assert merge_meetings([(meeting, False) for meeting in reversed(sightings)]) == one
    return one


def test_one_sighting_is_itself() -> None:
    """Nothing is lost, and nothing added."""
    assert merged(seen(ana=YES)) == seen(ana=YES)


def test_the_higher_sequence_wins() -> None:
    """A revision beats what it revises, whenever it was touched (RFC 5546 section 2.1.5)."""
    moved = seen(2, 9, start=START + HOUR, end=START + 2 * HOUR)
    assert merged(seen(1, 1), moved).start == START + HOUR


def test_then_the_later_modification_wins() -> None:
    """Of one sequence the sighting that was touched last."""
    assert merged(seen(1, 9, title="Old"), seen(1, 1, title="New")).title == "New"


@pytest.mark.parametrize(("newest", "status"), [(2, "cancelled"), (0, "confirmed")])
def test_cancelled_only_where_the_winner_says_so(newest: int, status: str) -> None:
    """An old cancellation that was taken back cancels nothing."""
    assert merged(seen(1), seen(newest, status="cancelled")).status == status


def test_a_sighting_that_is_gone_yields() -> None:
    """What was deleted in one calendar may live in another."""
    gone, there = seen(2, title="Gone"), seen(1, title="There")
    assert merge_meetings([(gone, True), (there, False)]).title == "There"
    assert merge_meetings([(gone, True), (there, True)]).title == "Gone"


@pytest.mark.parametrize(
    ("sightings", "answer"),
    [
        ((seen(ana=YES), seen(ana=SILENT)), YES),
        ((seen(0, 9, ana=YES), seen(0, 1, ana=NO)), NO),
        ((seen(0, 9, ana=NO), seen(0, 1, ana=YES)), YES),
        # Her own calendar knows her answer, though the organiser's copy has a higher sequence.
        ((seen(1, 9, ana=SILENT), seen(0, 1, ana=YES)), YES),
        ((seen(1, 9, ana=YES), seen(0, 1, ana=NO)), NO),
        # Equally new: rather none than a false yes.
        ((seen(ana=YES), seen(ana=NO)), NO),
        ((seen(ana=YES), seen(ana=TENTATIVE)), TENTATIVE),
        # An answer to another time is none.
        ((seen(1, ana=SILENT), seen(0, ana=YES, start=START - HOUR)), SILENT),
    ],
)
def test_the_newest_answer_wins(sightings: tuple[Meeting, Meeting], answer: PartStat) -> None:
    """Whoever saw it; no answer never covers one."""
    assert [a.partstat for a in merged(*sightings).attendees] == [answer]


def test_invitees_are_joined() -> None:
    """One copy shows the whole guest list, the other only its own; addresses in any spelling."""
    whole = seen(attendees=(Attendee(Mailbox("Ana@Example.com")), Attendee(Mailbox(BOB), YES)))
    guests = merged(seen(ana=YES), whole).attendees
    assert {(a.mailbox.addr.lower(), a.partstat) for a in guests} == {(ANA, YES), (BOB, YES)}
    assert {a.mailbox.name for a in guests} == {"Ana", ""}


def test_an_invitee_who_was_taken_off_stays_off() -> None:
    """A newer revision has a shorter list."""
    old = seen(0, attendees=(Attendee(Mailbox(ANA)), Attendee(Mailbox(BOB))))
    assert [a.mailbox.addr for a in merged(seen(1), old).attendees] == [ANA]


def test_what_the_winner_leaves_empty_is_filled() -> None:
    """A private copy has no title; another has the link."""
    bare = seen(0, 1, title="", organizer=None)
    full = seen(0, 9, place="Room 4", link="https://meet.example.com/x")
    one = merged(bare, full)
    assert (one.title, one.place, one.link) == ("Talks", "Room 4", "https://meet.example.com/x")
    assert one.organizer == Mailbox(OWNER)


def test_a_room_stays_a_room() -> None:
    """The copy that knows what is a room is right."""
    room = seen(attendees=(Attendee(Mailbox("atrium@example.com"), YES, kind="room"),))
    bare = seen(attendees=(Attendee(Mailbox("atrium@example.com")),), modified=1)
    assert [a.kind for a in merged(room, bare).attendees] == ["room"]


def test_nothing_seen_is_an_error() -> None:
    """There is no meeting without a sighting."""
    with pytest.raises(ValueError, match="at least one sighting"):
        merge_meetings([])


guests = st.lists(
    st.builds(
        Attendee,
        st.builds(Mailbox, st.sampled_from([ANA, BOB, OWNER, ANA.upper()]), st.sampled_from("ab")),
        st.sampled_from(PartStat),
        st.sampled_from(["individual", "room", "resource"]),
    ),
    max_size=3,
).map(tuple)
sightings = st.lists(
    st.tuples(
        st.builds(
            seen,
            st.integers(0, 2),
            st.none() | st.integers(0, 2),
            attendees=guests,
            title=st.sampled_from(["", "x", "y"]),
            status=st.sampled_from(["confirmed", "cancelled"]),
            organizer=st.none() | st.just(Mailbox(ANA)),
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(sightings, st.randoms(use_true_random=False))
def test_the_order_of_sightings_does_not_matter(
    records: list[tuple[Meeting, bool]], random: Any
) -> None:
    """The same set of sightings is the same meeting, and seeing one twice changes nothing."""
    one = merge_meetings(records)
    again = [*records, records[0]]
    random.shuffle(again)
    assert merge_meetings(again) == one
