"""What was on the calendar stays so when the meeting is over, as inference really judges it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from unit.relationships.stories import ANA, START, after, day, meeting, planned

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import Dossier, Evidence, Owner, Sighted
from syncd.relationships import relate

OWNER = Owner(frozenset({"me@example.com"}), UTC)
HOUR = timedelta(hours=1)
YES, NO, MAYBE, SILENT = (
    PartStat.ACCEPTED,
    PartStat.DECLINED,
    PartStat.TENTATIVE,
    PartStat.UNKNOWN,
)


def entry(mine: PartStat, theirs: PartStat, organiser: str, **fields: str) -> Sighted[Meeting]:
    """A calendar entry of tomorrow for the owner and Ana, seen today."""
    people = {"me@example.com": mine, "ana@example.org": theirs}
    record = Meeting(
        uid="m1",
        recurrence_id="",
        start=day(1),
        end=day(1) + HOUR,
        title=fields.get("title", "Coffee"),
        status=fields.get("status", "confirmed"),
        busy=fields.get("busy", "busy"),
        kind=fields.get("kind", "default"),
        organizer=Mailbox(organiser),
        attendees=tuple(Attendee(Mailbox(addr), answer) for addr, answer in people.items()),
    )
    return Sighted("meeting:m1/", record, (Evidence("home", "1"),), START)


@pytest.mark.parametrize("organiser", ["me@example.com", "ana@example.org", "bo@example.net"])
@pytest.mark.parametrize("mine", [YES, NO, MAYBE, SILENT])
@pytest.mark.parametrize("theirs", [YES, NO, MAYBE, SILENT])
@pytest.mark.parametrize(
    "fields", [{}, {"status": "cancelled"}, {"busy": "free"}, {"kind": "focus"}]
)
@pytest.mark.parametrize("clash", ["", "meeting:double-booked", "meeting:out-of-office"])
def test_a_scheduling_is_not_taken_back_by_the_meeting(
    organiser: str, mine: PartStat, theirs: PartStat, fields: dict[str, str], clash: str
) -> None:
    """Before, during and after the meeting the same `meeting_scheduled` is there, or is not."""
    sighted = entry(mine, theirs, organiser, **fields)
    dossier = Dossier(
        frozenset({"ana@example.org"}),
        meetings=(sighted,),
        clashes={sighted.key: clash} if clash else {},
    )

    def scheduled(now: datetime) -> bool:
        history = relate(ANA, judge_meetings(dossier, OWNER, now), now)
        return any("meeting_scheduled" in event.kinds for event in history.events)

    before, during, after = (scheduled(now) for now in (day(0.5), day(1) + HOUR / 2, day(1) + HOUR))
    assert before == after
    # While it runs, an absence that clashes and an entry that is one look alike: none is certain.
    assert before == during or clash == "meeting:out-of-office"
    if mine is NO or theirs is NO or fields.get("status") == "cancelled":
        assert not before


def test_a_meeting_is_scheduled_when_the_owner_accepts_it() -> None:
    """Until then nothing is planned, however long the invitation has been known."""
    coming = replace(planned(20, seen=2), meant_at=day(4))
    history = after(9, coming)
    (event,) = [event for event in history.events if "meeting_scheduled" in event.kinds]
    assert (event.at, event.end) == (day(4), day(4))
    assert event.evidence == coming.key + "#scheduled"
    assert [history.facts_at(day(n)).scheduled for n in (1, 3, 4, 19, 21)] == [
        False, False, True, True, False,
    ]  # fmt: skip


def test_what_was_accepted_afterwards_was_never_ahead() -> None:
    """An answer given when the meeting had begun schedules nothing, at no moment before it."""
    held = replace(meeting(5, seen=1), meant_at=day(6))
    history = after(9, held)
    assert not any("meeting_scheduled" in event.kinds for event in history.events)
    assert not any(history.facts_at(day(n)).scheduled for n in (0, 2, 4.9, 5))
