"""Which calendar entries are meetings: section "Meetings" of the design, sentence by sentence.

Blocks and notes are in `test_meetings_excluded.py`, mail in `test_meetings_mail.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import Claim, Direction, Dossier, Evidence, Owner, Real, Sighted

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


# --- what counts ------------------------------------------------------------------------------


def test_a_meeting_that_both_accepted_counts() -> None:
    """Two acceptances make a meeting, with everything that shows it."""
    claim = judged(one_to_one(place="Room 4", link="https://meet.example.com/x"))
    assert (claim.real, claim.weight, claim.size) == (Real.YES, 1.0, 2)
    assert claim.reasons == ("meeting:both-accepted", "meeting:one-to-one")
    assert (claim.title, claim.place, claim.link) == (
        "Budget",
        "Room 4",
        "https://meet.example.com/x",
    )
    assert claim.evidence == (Evidence("home", "a.ics"),)
    assert (claim.at, claim.until, claim.seen_at) == (START, END, START)


@pytest.mark.parametrize(
    ("organiser", "answers", "direction"),
    [
        (ANA, {"me": YES, "ana": SILENT}, Direction.RECEIVED),
        (ANA, {"me": YES}, Direction.RECEIVED),
        (OWNER, {"me": SILENT, "ana": YES}, Direction.SENT),
        (OWNER, {"ana": YES}, Direction.SENT),
    ],
)
def test_who_convenes_has_accepted(
    organiser: str, answers: dict[str, PartStat], direction: Direction
) -> None:
    """An organiser gives no answer and comes, listed among the invitees or not."""
    claim = judged(one_to_one(organizer=Mailbox(organiser), attendees=invited(**answers)))
    assert (claim.real, claim.direction) == (Real.YES, direction)
    assert "meeting:organiser-implied" in claim.reasons
    assert claim.organised is (organiser == OWNER)


def test_an_invitation_by_a_robot_is_a_meeting_of_the_invitees() -> None:
    """A booking service convenes nobody and takes no seat."""
    claim = judged(one_to_one(organizer=Mailbox("noreply@example.net")))
    assert (claim.real, claim.size, claim.weight) == (Real.YES, 2, 1.0)
    assert claim.direction is Direction.BOTH


def test_a_meeting_that_a_third_person_convened_counts_for_both() -> None:
    """Who introduced two people is only the convener."""
    attendees = invited(me=YES, ana=YES, bob=YES)
    claim = judged(one_to_one(organizer=Mailbox(BOB), attendees=attendees))
    assert (claim.real, claim.weight, claim.direction) == (Real.YES, 0.5, Direction.BOTH)


def test_addresses_are_compared_in_one_spelling() -> None:
    """Capitals and subaddresses do not make other people."""
    attendees = (
        Attendee(Mailbox("ME+calendar@Example.ORG"), YES),
        Attendee(Mailbox("Ana@EXAMPLE.com"), YES),
    )
    assert judged(one_to_one(organizer=Mailbox("ANA@example.com"), attendees=attendees)).size == 2


@pytest.mark.parametrize(("owner_other", "real"), [(YES, Real.YES), (NO, Real.NO)])
def test_an_owner_invited_twice_answers_once(owner_other: PartStat, real: Real) -> None:
    """Of two addresses of one invitee the one that answered speaks for both."""
    attendees = (
        *invited(me=SILENT, ana=YES),
        Attendee(Mailbox("me@example.net"), owner_other),
    )
    claim = judged(one_to_one(attendees=attendees))
    assert (claim.real, claim.size) == (real, 2)


def test_each_instance_of_a_series_is_judged_alone() -> None:
    """A recurring 1:1 counts, instance by instance."""
    series = [
        one_to_one(recurring=True, recurrence_id="2026-03-10T10:00:00Z"),
        one_to_one(
            recurring=True,
            recurrence_id="2026-03-11T10:00:00Z",
            start=START + timedelta(days=1),
            end=END + timedelta(days=1),
            status="cancelled",
        ),
    ]
    sighted = tuple(Sighted(f"meeting:a/{m.recurrence_id}", m, (), START) for m in series)
    dossier = Dossier(addresses=frozenset({ANA}), meetings=sighted)
    claims = judge_meetings(dossier, ME, NOW + timedelta(days=7))
    assert [claim.real for claim in claims] == [Real.YES, Real.NO]


# --- what was called off, or is still to come -----------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Canceled: Budget",
        "Cancelled: Budget",
        "CANCELED: Budget",
        "Abgesagt: Budget",
        "Annulé: Budget",
        "Annulée : Budget",
        "Cancelado: Budget",
        "Cancelada: Reunião",
        "Annullato: Budget",
        "Canceled event: Budget",
        "[Cancelled] Budget",
        "Fwd: Canceled: Budget",
        "CANCELLED Budget",
        "Budget (cancelled)",
        "Budget - abgesagt",
        "Postponed: Budget",
        "Verschoben: Budget",
    ],
)
def test_a_title_can_call_the_meeting_off(title: str) -> None:
    """Calendars that cannot cancel say so in the title."""
    claim = judged(one_to_one(title=title))
    assert claim.real is Real.NO
    assert claim.reasons[0] in ("meeting:cancelled-in-title", "meeting:moved")


@pytest.mark.parametrize(
    "title", ["Cancelled flights: refunds", "Cancellation policy", "Moving on"]
)
def test_a_title_about_cancelling_cancels_nothing(title: str) -> None:
    """Only the marks that calendars and hands put around a title call it off."""
    assert judged(one_to_one(title=title)).real is Real.YES


@pytest.mark.parametrize("now", [START - timedelta(days=1), NOW])
def test_a_cancelled_meeting_never_counts(now: datetime) -> None:
    """Not even as something to come."""
    claim = judged(one_to_one(status="cancelled"), now=now)
    assert (claim.real, claim.reasons, claim.scheduled) == (
        Real.NO,
        ("meeting:cancelled",),
        False,
    )


def test_what_disappears_before_its_end_was_cancelled() -> None:
    """An event removed before its end did not take place."""
    claim = judged(one_to_one(), gone=START - timedelta(hours=1))
    assert (claim.real, claim.reasons) == (Real.NO, ("meeting:removed",))


@pytest.mark.parametrize("gone", [END, NOW + timedelta(days=3)])
def test_what_disappears_later_was_tidied_away(gone: datetime) -> None:
    """Calendars are cleaned up; a replay does not know of it before it happens."""
    assert judged(one_to_one(), gone=gone).real is Real.YES


@pytest.mark.parametrize(
    ("ahead", "scheduled"), [(timedelta(days=2), True), (timedelta(minutes=-30), False)]
)
def test_nothing_counts_before_its_end(ahead: timedelta, scheduled: bool) -> None:
    """A meeting to come is scheduled, a running one is not any more; both are judged at the end."""
    claim = judged(one_to_one(), now=START - ahead)
    assert (claim.real, claim.changes_at, claim.weight) == (Real.PENDING, END, 0.0)
    assert claim.scheduled is scheduled
    assert claim.reasons == ("meeting:not-over",)


def test_a_meeting_counts_from_its_end_on() -> None:
    """The moment named by `changes_at` is the moment of change."""
    assert judged(one_to_one(), now=END).real is Real.YES
    assert judged(one_to_one(), now=END).changes_at is None


@pytest.mark.parametrize(
    ("changes", "scheduled"),
    [
        ({"attendees": invited(me=YES, ana=SILENT), "organizer": Mailbox(OWNER)}, True),
        ({"attendees": invited(me=SILENT, ana=YES)}, False),
        ({"attendees": invited(me=TENTATIVE, ana=YES)}, False),
        ({"attendees": invited(me=YES, ana=NO), "organizer": Mailbox(OWNER)}, False),
        ({"attendees": invited(me=NO, ana=YES)}, False),
        ({"all_day": True}, False),
        ({"attendees": invited(ana=YES, bob=YES)}, False),
    ],
)
def test_scheduled_is_what_the_owner_accepted_or_organised(
    changes: dict[str, Any], scheduled: bool
) -> None:
    """An invitation that the owner did not accept, or the other declined, is no date."""
    claim = judged(one_to_one(**changes), now=START - timedelta(days=1))
    assert (claim.real, claim.scheduled) == (Real.PENDING, scheduled)


@pytest.mark.parametrize(
    ("title", "scheduled"), [("Coffee with Ana", True), ("Call Ana", False), ("Ana", False)]
)
def test_a_note_to_come_is_scheduled_when_it_says_a_meeting(title: str, scheduled: bool) -> None:
    """A reminder to call is no date with anybody."""
    assert noted(title, now=START - timedelta(days=1)).scheduled is scheduled


# --- how many -------------------------------------------------------------------------------------


def crowd(count: int, answer: PartStat = YES) -> Meeting:
    """A meeting of the owner, Ana and others, `count` of them in all."""
    others = {f"p{n}": answer for n in range(count - 2)}
    return one_to_one(organizer=Mailbox(OWNER), attendees=invited(me=YES, ana=YES, **others))


@pytest.mark.parametrize(("count", "real"), [(3, Real.YES), (8, Real.YES), (9, Real.NO)])
def test_a_meeting_counts_up_to_the_group_size(count: int, real: Real) -> None:
    """`groups.meeting` counts the owner in, and is inclusive; each has an equal share."""
    claim = judged(crowd(count))
    assert (claim.real, claim.size) == (real, count)
    assert claim.weight == pytest.approx(1 / (count - 1) if real is Real.YES else 0)


@pytest.mark.parametrize("answer", [NO, PartStat.DELEGATED])
def test_who_declined_is_no_participant(answer: PartStat) -> None:
    """Twenty were asked, two came: that is a 1:1."""
    claim = judged(crowd(20, answer))
    assert (claim.real, claim.size, claim.weight) == (Real.YES, 2, 1.0)


def test_the_convener_has_full_weight() -> None:
    """Whoever calls people together meets each of them."""
    attendees = invited(me=YES, ana=SILENT, bob=YES, carol=YES)
    claim = judged(one_to_one(attendees=attendees))
    assert (claim.real, claim.weight, claim.size) == (Real.YES, 1.0, 4)
    assert "meeting:convener" in claim.reasons


@pytest.mark.parametrize(
    "other",
    [
        Attendee(Mailbox("friends@example.net"), YES, kind="group"),
        Attendee(Mailbox("staff@example.com"), YES),
        Attendee(Mailbox("choir@example.net"), YES),
    ],
)
def test_an_invited_group_makes_it_large(other: Attendee) -> None:
    """Nobody knows how many come behind the address of a group."""
    meeting = one_to_one(attendees=(*invited(me=YES, ana=YES), other))
    claim = judged(meeting, lists=frozenset({"choir@example.net"}))
    assert (claim.real, claim.reasons) == (Real.NO, ("meeting:large",))


def test_an_all_hands_is_large_though_its_guests_are_hidden() -> None:
    """A hidden guest list shows the owner and the organiser only."""
    assert judged(one_to_one(title="All-hands Q3")).reasons == ("meeting:large",)
    assert judged(one_to_one(title="All-hands prep")).real is Real.YES


def test_an_assistant_who_organises_is_no_attendee() -> None:
    """Not listed, and somebody of the same house is: whether they came is unknown."""
    meeting = one_to_one(organizer=Mailbox("desk.clerk@example.com"))
    assert (judged(meeting).size, judged(meeting).weight) == (2, 1.0)
    dossier = Dossier(
        addresses=frozenset({"desk.clerk@example.com"}),
        meetings=(Sighted("m", meeting, (), START),),
    )
    (claim,) = judge_meetings(dossier, ME, NOW)
    assert (claim.real, claim.reasons) == (Real.UNKNOWN, ("meeting:only-arranged",))


def test_an_unlisted_organiser_with_nobody_to_assist_comes() -> None:
    """Exchange does not list organisers; this one is the only one of their house."""
    meeting = one_to_one(attendees=invited(me=YES, bob=YES))
    claim = judged(meeting)
    assert (claim.real, claim.size, claim.weight) == (Real.YES, 3, 1.0)


# --- doubt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "real"),
    [
        ({"me": YES, "ana": YES}, Real.YES),
        ({"me": YES, "ana": YES, "bob": YES}, Real.NO),
        ({"me": SILENT, "ana": YES}, Real.NO),
    ],
)
def test_free_time_is_no_meeting_but_for_an_agreed_pair(
    answers: dict[str, PartStat], real: Real
) -> None:
    """A 1:1 that both accepted counts even when marked free."""
    claim = judged(one_to_one(busy="free", attendees=invited(**answers)))
    assert claim.real is real
    assert (claim.reasons == ("meeting:free",)) is (real is Real.NO)


@pytest.mark.parametrize(
    ("organiser", "answers", "reason"),
    [
        (OWNER, {"me": YES, "ana": SILENT}, "meeting:unanswered"),
        (ANA, {"me": SILENT, "ana": YES}, "meeting:owner-unanswered"),
        (OWNER, {"me": YES, "ana": SILENT, "bob": YES}, "meeting:unanswered"),
        (BOB, {"me": YES, "ana": SILENT, "bob": YES}, "meeting:unanswered"),
        (OWNER, {"me": YES, "ana": TENTATIVE}, "meeting:tentative"),
        (ANA, {"me": TENTATIVE, "ana": YES}, "meeting:owner-tentative"),
        (ANA, {"me": YES, "ana": TENTATIVE}, "meeting:tentative"),
    ],
)
def test_a_missing_answer_is_unknown(
    organiser: str, answers: dict[str, PartStat], reason: str
) -> None:
    """An invitation is not a meeting: without an answer, or with a perhaps, nobody knows."""
    claim = judged(one_to_one(organizer=Mailbox(organiser), attendees=invited(**answers)))
    assert (claim.real, claim.reasons, claim.weight) == (Real.UNKNOWN, (reason,), 0.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "tentative"}, "meeting:tentative"),
        ({"title": "Hold: Ana"}, "meeting:placeholder"),
        ({"title": "Save the date: dinner"}, "meeting:placeholder"),
        ({"title": "TBC - lunch"}, "meeting:placeholder"),
    ],
)
def test_a_placeholder_is_unknown(changes: dict[str, Any], reason: str) -> None:
    """A third of all entries hold a place for what never comes."""
    claim = judged(one_to_one(**changes))
    assert (claim.real, claim.reasons) == (Real.UNKNOWN, (reason,))


@pytest.mark.parametrize("reason", ["meeting:double-booked", "meeting:out-of-office"])
def test_a_clash_is_unknown(reason: str) -> None:
    """Of two accepted at once, or during an absence, nobody knows."""
    claim = judged(one_to_one(), clashes={"meeting:a/": reason})
    assert (claim.real, claim.reasons) == (Real.UNKNOWN, (reason,))
