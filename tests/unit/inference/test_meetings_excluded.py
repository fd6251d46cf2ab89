"""Which entries are no meetings, and what an entry without invitees is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import Claim, Direction, Dossier, Evidence, Mode, Owner, Real, Sighted

OWNER, ANA, BOB = "me@example.org", "ana@example.com", "bob@example.net"
ME = Owner(addresses=frozenset({OWNER, "me@example.net"}), zone=ZoneInfo("Europe/Lisbon"))
START = datetime(2026, 3, 10, 10, tzinfo=UTC)
END = START + timedelta(hours=1)
NOW = END + timedelta(days=1)
YES, TENTATIVE = PartStat.ACCEPTED, PartStat.TENTATIVE
NO, SILENT = PartStat.DECLINED, PartStat.UNKNOWN


def invited(**answers: PartStat) -> tuple[Attendee, ...]:
    """Invitees with their answers; `me`, `ana` and `bob` are short for their addresses."""
    short = {"me": OWNER, "ana": ANA, "bob": BOB}
    return tuple(
        Attendee(Mailbox(short.get(who, f"{who}@example.com")), answer)
        for who, answer in answers.items()
    )


def one_to_one(**changes: Any) -> Meeting:
    """Ana invited the owner; both accepted."""
    meeting = Meeting(
        uid="a",
        recurrence_id="",
        start=START,
        end=END,
        title="Budget",
        organizer=Mailbox(ANA),
        attendees=invited(me=YES, ana=YES),
    )
    return replace(meeting, **changes)


def note(title: str, **changes: Any) -> Meeting:
    """An entry that the owner wrote for themselves, without invitees."""
    return Meeting(uid="a", recurrence_id="", start=START, end=END, title=title, **changes)


def judged(*meetings: Meeting, now: datetime = NOW, gone: Any = None, **more: Any) -> Claim:
    """The claim about Ana of the first of these meetings."""
    sighted = tuple(
        Sighted(f"meeting:{m.uid}/{m.recurrence_id}", m, (Evidence("home", "a.ics"),), START, gone)
        for m in meetings
    )
    dossier = Dossier(addresses=frozenset({ANA}), meetings=sighted, **more)
    return judge_meetings(dossier, ME, now)[0]


def noted(title: str, now: datetime = NOW, **changes: Any) -> Claim:
    """The claim about Ana of an entry whose title was found to name her."""
    return judged(note(title, **changes), now=now, named=frozenset({"meeting:a/"}))


# --- what is no meeting ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"all_day": True}, "meeting:all-day"),
        ({"end": START + timedelta(days=2)}, "meeting:all-day"),
        ({"kind": "oof"}, "meeting:out-of-office"),
        ({"busy": "oof"}, "meeting:out-of-office"),
        ({"kind": "focus"}, "meeting:focus"),
        ({"kind": "birthday"}, "meeting:birthday"),
        ({"kind": "location"}, "meeting:working-location"),
        ({"kind": "travel"}, "meeting:travel"),
        ({"title": "Flight to Lisbon"}, "meeting:travel"),
        ({"title": "Flight LH123"}, "meeting:travel"),
        ({"title": "Zug nach Berlin"}, "meeting:travel"),
        ({"title": "Train to Porto"}, "meeting:travel"),
        ({"title": "Travel"}, "meeting:travel"),
        ({"title": "Focus time"}, "meeting:focus"),
        ({"title": "Ana's birthday"}, "meeting:birthday"),
        ({"title": "Geburtstag Ana"}, "meeting:birthday"),
        ({"title": "OOO"}, "meeting:out-of-office"),
        ({"title": "Ana: out of office"}, "meeting:out-of-office"),
        ({"title": "Vacation"}, "meeting:out-of-office"),
        ({"title": "Holiday"}, "meeting:out-of-office"),
        ({"title": "Urlaub"}, "meeting:out-of-office"),
        ({"title": "PTO"}, "meeting:out-of-office"),
        ({"title": "Férias"}, "meeting:out-of-office"),
        ({"title": "Congés Ana"}, "meeting:out-of-office"),
    ],
)
def test_blocks_are_no_meetings(changes: dict[str, Any], reason: str) -> None:
    """Days, absences, travel, focus and birthdays are not, even where both accepted."""
    meeting = one_to_one(**changes)
    claim = judged(meeting, now=meeting.end + timedelta(days=1))
    assert (claim.real, claim.reasons, claim.weight) == (Real.NO, (reason,), 0.0)


@pytest.mark.parametrize(
    "title",
    [
        "Travel budget review",
        "Holiday party planning",
        "Birthday lunch",
        "Focus group results",
        "Training plan",
        "Train the trainers",
        "Vacation policy",
        "Flight operations",
        "Drive adoption",
    ],
)
def test_a_meeting_about_a_block_is_a_meeting(title: str) -> None:
    """With somebody invited, such a word in the title is a topic."""
    assert judged(one_to_one(title=title)).real is Real.YES


def test_a_room_is_nobody() -> None:
    """A room is neither met nor counted."""
    room = Attendee(Mailbox("atrium@example.com"), YES, kind="room")
    meeting = one_to_one(attendees=(*invited(me=YES, ana=YES), room))
    assert judged(meeting).size == 2
    dossier = Dossier(
        addresses=frozenset({"atrium@example.com"}), meetings=(Sighted("m", meeting, (), START),)
    )
    (claim,) = judge_meetings(dossier, ME, NOW)
    assert (claim.real, claim.reasons) == (Real.NO, ("meeting:room",))


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"me": NO, "ana": YES}, "meeting:owner-declined"),
        ({"me": YES, "ana": NO}, "meeting:declined"),
        ({"me": PartStat.DELEGATED, "ana": YES}, "meeting:owner-delegated"),
        ({"me": YES, "ana": PartStat.DELEGATED}, "meeting:delegated"),
    ],
)
def test_who_declines_is_not_there(answers: dict[str, PartStat], reason: str) -> None:
    """Either side's decline ends it, the organiser's own as well."""
    for organiser in (OWNER, ANA):
        claim = judged(one_to_one(organizer=Mailbox(organiser), attendees=invited(**answers)))
        assert (claim.real, claim.reasons) == (Real.NO, (reason,))


@pytest.mark.parametrize(
    ("meeting", "reason"),
    [
        (one_to_one(attendees=invited(ana=YES, bob=YES)), "meeting:owner-not-invited"),
        (one_to_one(attendees=(), organizer=Mailbox(ANA)), "meeting:owner-not-invited"),
        (
            one_to_one(attendees=invited(me=YES, bob=YES), organizer=Mailbox(BOB)),
            "meeting:not-invited",
        ),
        (note("Lunch with Ana"), "meeting:not-named"),
    ],
)
def test_a_meeting_of_others_is_unknown(meeting: Meeting, reason: str) -> None:
    """A shared calendar shows meetings that neither of the two was asked to."""
    claim = judged(meeting)
    assert (claim.real, claim.reasons) == (Real.UNKNOWN, (reason,))


# --- entries without attendees --------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Coffee with Ana", "Lunch Ana", "Treffen mit Ana", "1:1 Ana"])
def test_a_note_that_names_somebody_and_a_way_of_meeting_counts_half(title: str) -> None:
    """What the owner alone wrote down is worth half of what two agreed on."""
    claim = noted(title)
    assert (claim.real, claim.weight, claim.size) == (Real.YES, 0.5, 2)
    assert (claim.reasons, claim.direction) == (("meeting:named-in-title",), Direction.BOTH)


@pytest.mark.parametrize(
    "attendees", [invited(me=YES), (Attendee(Mailbox("atrium@example.com"), YES, kind="room"),)]
)
def test_an_entry_with_only_the_owner_and_a_room_is_a_note(
    attendees: tuple[Attendee, ...],
) -> None:
    """The owner and a table are not two people."""
    claim = noted("Coffee with Ana", attendees=attendees, organizer=Mailbox(OWNER))
    assert (claim.real, claim.weight, claim.organised) == (Real.YES, 0.5, False)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Call Ana", "meeting:reminder"),
        ("Gift for Ana", "meeting:reminder"),
        ("Ana anrufen", "meeting:reminder"),
        ("Reminder: coffee with Ana", "meeting:reminder"),
        ("Ana", "meeting:no-way-of-meeting"),
        ("Ana contract", "meeting:no-way-of-meeting"),
    ],
)
def test_a_reminder_is_unknown(title: str, reason: str) -> None:
    """An imperative, or a bare name, says nothing of a meeting."""
    claim = noted(title)
    assert (claim.real, claim.reasons) == (Real.UNKNOWN, (reason,))


@pytest.mark.parametrize(
    ("title", "changes"),
    [
        ("Flight with Ana to Lisbon", {}),
        ("Train to Ana", {}),
        ("Birthday lunch with Ana", {}),
        ("Coffee with Ana", {"all_day": True}),
        ("Coffee with Ana", {"busy": "free"}),
        ("Coffee with Ana", {"kind": "birthday"}),
        ("Cancelled: coffee with Ana", {}),
        ("Coffee with Ana", {"status": "cancelled"}),
    ],
)
def test_exclusions_win_over_a_name_in_the_title(title: str, changes: dict[str, Any]) -> None:
    """Travel, birthdays and whole days are no meetings, whoever is named."""
    assert noted(title, **changes).real is Real.NO


def test_a_note_beside_the_invitation_does_not_count_twice() -> None:
    """The owner wrote the coffee down, and Ana sent an invitation to it."""
    invitation = one_to_one(uid="b", title="Ana / me")
    entries = (note("Coffee with Ana"), invitation)
    claim = judged(*entries, named=frozenset({"meeting:a/"}))
    assert (claim.real, claim.reasons) == (Real.NO, ("meeting:noted-twice",))


def test_a_copied_entry_counts_once() -> None:
    """Tools that copy calendars give the same meeting another UID."""
    first = judged(one_to_one(), one_to_one(uid="b"))
    second = judged(one_to_one(uid="b"), one_to_one())
    assert {first.real, second.real} == {Real.YES, Real.NO}


# --- mode -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({"place": "Rua Augusta 1, Lisboa"}, Mode.IN_PERSON),
        ({"link": "https://zoom.example.com/j/1"}, Mode.VIDEO),
        ({"phone": "+351 555 0100"}, Mode.PHONE),
        ({}, Mode.UNKNOWN),
    ],
)
def test_the_mode_is_told(changes: dict[str, Any], mode: Mode) -> None:
    """In person, video, phone, or unknown."""
    assert judged(one_to_one(**changes)).mode is mode
