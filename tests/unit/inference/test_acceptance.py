"""Since when the owner means to be at a meeting, out of what its sightings show and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference.acceptance import View, coming, joined_at, meant_at, people, seen_anew
from syncd.inference.invitations import merge_meetings

ANA, BEN, CLEO = "ana@example.org", "ben@harbour.example.com", "cleo@studio.example.net"
OWNED = frozenset({ANA})
START = datetime(2026, 4, 1, 9, tzinfo=UTC)
YES, NO, MAYBE, SILENT = (
    PartStat.ACCEPTED,
    PartStat.DECLINED,
    PartStat.TENTATIVE,
    PartStat.UNKNOWN,
)


def march(number: int) -> datetime:
    return datetime(2026, 3, number, 9, tzinfo=UTC)


def entry(ana: PartStat, ben: PartStat = YES, organizer: str = BEN, **more: object) -> Meeting:
    """A meeting with Ben on 1 April."""
    shown = Meeting(
        uid="m1",
        recurrence_id="",
        start=START,
        end=START + timedelta(hours=1),
        organizer=Mailbox(organizer) if organizer else None,
        attendees=(Attendee(Mailbox("ANA@example.org"), ana), Attendee(Mailbox(BEN), ben)),
    )
    return replace(shown, **more)  # type: ignore[arg-type]  # fields by name


def lived(shown: Sequence[Meeting], first: int = 2) -> View:
    """One sighting that was read once a day and showed these, one after the other."""
    view = View(shown[0], march(first))
    for number, now in enumerate(shown[1:], first + 1):
        view = seen_anew(view, now, march(number))
    return view


def meant(*views: View) -> int | None:
    """The day of March from which on the owner means to be there."""
    merged = merge_meetings([(view.meeting, False) for view in views], OWNED)
    found = {meant_at(merged, order, OWNED) for order in (views, views[::-1])}
    (moment,) = found
    return moment.day if moment else None


@pytest.mark.parametrize(
    ("shown", "day"),
    [
        ([entry(YES)], 2),
        ([entry(SILENT), entry(SILENT)], None),
        ([entry(SILENT), entry(MAYBE), entry(YES)], 4),
        ([entry(SILENT), entry(YES), entry(YES, title="Lunch")], 3),
        ([entry(SILENT), entry(YES), entry(YES, start=march(9), end=march(10), sequence=1)], 3),
        ([entry(YES), entry(NO)], None),
        ([entry(YES), entry(NO), entry(YES)], 4),
        ([entry(SILENT, NO), entry(YES, NO), entry(YES, YES)], 3),
        ([entry(SILENT, organizer=ANA), entry(YES, organizer=ANA)], 2),
        ([entry(NO, organizer=ANA), entry(SILENT, organizer=ANA)], 3),
        ([entry(SILENT), entry(SILENT, organizer=ANA)], 3),
        ([entry(SILENT, organizer=""), entry(YES, organizer="")], 3),
        ([entry(SILENT), replace(entry(YES), attendees=entry(YES).attendees[::-1])], 3),
    ],
)
def test_one_calendar(shown: list[Meeting], day: int | None) -> None:
    """From the day on which the present answer was first seen; to convene is to accept."""
    assert meant(lived(shown)) == day


def test_the_organiser_needs_no_place_among_the_invitees() -> None:
    """Invitations of Exchange do not list their organiser."""
    shown = replace(entry(SILENT, organizer=ANA), attendees=(Attendee(Mailbox(BEN), YES),))
    assert coming(shown) == {ANA: 0, BEN: 1}
    assert meant(lived([shown])) == 2


def reply(answer: PartStat, **more: object) -> Meeting:
    own = (Attendee(Mailbox(ANA), answer),)
    shown = replace(entry(answer), method="reply", attendees=own)
    return replace(shown, **more)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("views", "day"),
    [
        # Two calendars: whichever saw it first.
        ([lived([entry(SILENT), entry(SILENT), entry(YES)]), lived([entry(YES)], 3)], 3),
        # An invitation by mail says nothing of the owner's answer; their reply does.
        ([View(entry(YES, method="request"), march(2))], None),
        ([View(entry(SILENT, method="request"), march(2)), View(reply(YES), march(4))], 4),
        ([View(entry(SILENT), march(2)), View(reply(YES), march(4))], 4),
        ([View(entry(SILENT), march(2)), View(reply(NO), march(4))], None),
        # The answer was seen before the meeting that it is about.
        ([View(reply(YES), march(2)), View(entry(YES), march(4))], 4),
        # An answer to the former time is none to this one.
        (
            [
                lived([entry(SILENT), entry(YES, sequence=1)], 5),
                View(reply(YES, start=march(9), end=march(10)), march(4)),
            ],
            6,
        ),
        # What the owner sends out, they organise.
        ([View(entry(SILENT, method="request", organizer=ANA), march(3))], 3),
        # The answer of somebody else to the owner's own invitation tells nothing new.
        (
            [
                View(entry(SILENT, SILENT, organizer=ANA), march(3)),
                View(reply(YES, attendees=(Attendee(Mailbox(BEN), YES),)), march(4)),
            ],
            3,
        ),
        # A copy that somebody passed on.
        ([View(entry(YES, method="publish"), march(2))], None),
    ],
)
def test_several_sightings(views: list[View], day: int | None) -> None:
    """The first that shows the meeting and the first that says so, of the meeting as it stands."""
    assert meant(*views) == day


def test_an_address_found_out_later_was_the_owners_all_along() -> None:
    """Nobody has to know who the owner is when the answer comes in."""
    view = lived([entry(YES, SILENT, organizer=CLEO), entry(YES, YES, organizer=CLEO)])
    assert meant_at(view.meeting, [view], frozenset({ANA, BEN})) == march(2)
    assert meant_at(view.meeting, [view], frozenset({BEN})) == march(3)
    assert meant_at(view.meeting, [view], frozenset({"dora@mill.example.com"})) is None


def with_cleo(shown: Meeting) -> Meeting:
    return replace(shown, attendees=(Attendee(Mailbox(CLEO), SILENT), *shown.attendees))


def test_whoever_joins_later_is_there_from_then_on() -> None:
    """In the calendar that showed them first; who was in it from the first is not named."""
    shown = entry(YES, organizer=ANA)
    late = lived([shown, shown, with_cleo(shown), with_cleo(shown)])
    assert joined_at([late]) == ((CLEO, march(4)),)
    assert joined_at([late, lived([with_cleo(shown)], 3)]) == ((CLEO, march(3)),)
    assert joined_at([late, lived([with_cleo(shown)], 2)]) == ()
    assert joined_at([lived([with_cleo(shown), shown, with_cleo(shown)])]) == ((CLEO, march(4)),)
    assert joined_at([View(reply(YES), march(1)), late]) == ((CLEO, march(4)),)


ANSWERS = st.sampled_from(PartStat)
ENTRIES = st.builds(entry, ANSWERS, ANSWERS, st.sampled_from([ANA, BEN, CLEO, ""]))


@given(st.lists(ENTRIES, min_size=1, max_size=6))
def test_the_last_change_of_mind_counts(shown: list[Meeting]) -> None:
    """For everybody: the day since which every reading has shown them as coming."""
    view = lived(shown)
    last = len(shown) - 1
    for addr, place in coming(shown[-1]).items():
        assert people(shown[-1])[place] == addr
        since = next(n for n in range(last, -1, -1) if n == 0 or addr not in coming(shown[n - 1]))
        assert view.since.get(place, view.seen_at) == march(2 + since)
