"""Scheduling by mail: whom to believe, and what each kind of mail makes of the meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from connectors.records import Attendee, Card, Mailbox, Meeting, Message, PartStat
from syncd.inference.itip import believed, is_dropped
from syncd.inference.meetings import merge_meetings

ANA, BEN, CLEO = "ana@example.org", "ben@harbour.example.com", "cleo@studio.example.net"
OWNED = frozenset({ANA})
START = datetime(2026, 3, 10, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
YES, NO, MAYBE, OPEN = (
    PartStat.ACCEPTED,
    PartStat.DECLINED,
    PartStat.TENTATIVE,
    PartStat.UNKNOWN,
)


def part(method: str = "", hours: float = 50, host: str = BEN, **more: Any) -> Meeting:
    """A calendar's copy, or by `method` what a mail brings, `hours` before the meeting. `who` are
    the invitees with their answers."""
    who = more.pop("who", {ANA: OPEN, BEN: OPEN})
    found = Meeting(
        uid="m",
        recurrence_id="",
        start=START,
        end=START + HOUR,
        title="Talk",
        organizer=Mailbox(host),
        attendees=tuple(Attendee(Mailbox(addr), answer) for addr, answer in who.items()),
        status="cancelled" if method == "cancel" else "confirmed",
        modified=START - hours * HOUR,
        method=method,
    )
    return replace(found, **more)


def merged(*sightings: Meeting, gone: frozenset[int] = frozenset()) -> Meeting:
    """What the sightings make together, in whatever order; those in `gone` have disappeared."""
    marked = [(one, n in gone) for n, one in enumerate(sightings)]
    found = {merge_meetings(order, OWNED) for order in permutations(marked)}
    assert len(found) == 1
    return found.pop()


def answers(meeting: Meeting) -> dict[str, PartStat]:
    return {one.mailbox.addr: one.partstat for one in meeting.attendees}


def by_mail(author: str, *parts: Meeting | Card, sender: str = "") -> list[Any]:
    """What is believed of a mail's parts."""
    mail = Message("id", START, (Mailbox(author),), Mailbox(sender) if sender else None)
    return list(believed((mail, *parts)))[1:]


# Whom to believe


def test_an_answer_is_its_authors() -> None:
    """A reply speaks for whoever wrote the mail, and for nobody else it names."""
    reply = part("reply", who={BEN: YES, CLEO: YES})
    assert [answers(one) for one in by_mail(BEN, reply)] == [{BEN: YES}]
    assert by_mail("mallory@example.com", reply) == []


def test_an_assistant_answers_for_somebody() -> None:
    """From says whose mail it is, Sender who sent it: both may answer."""
    reply = part("reply", who={BEN: YES})
    assert by_mail(BEN, reply, sender="helper@example.com") == [reply]
    assert by_mail("desk@harbour.example.com", reply, sender=BEN) == [reply]


@pytest.mark.parametrize("method", ["request", "cancel"])
def test_only_the_organiser_invites_and_cancels(method: str) -> None:
    """From their address or their organisation's; a free mail host is nobody's organisation."""
    one = part(method)
    assert by_mail(BEN.upper(), one) == [one]
    assert by_mail("desk@harbour.example.com", one) == [one]
    assert by_mail("mallory@example.com", one) == []
    free = part(method, host="ben.archer@gmail.com")
    assert by_mail("mallory@gmail.com", free) == []
    assert by_mail("benarcher@googlemail.com", free) == [free]
    assert by_mail(BEN, replace(one, organizer=None)) == []


def test_a_file_in_a_mail_is_in_nobodys_calendar() -> None:
    """Without METHOD it is something that somebody passed on."""
    assert by_mail(BEN, part(who={BEN: YES})) == [part("publish", who={BEN: YES})]


def test_a_copy_from_others_says_nothing_of_who_comes() -> None:
    """Anybody can write a file in which the owner called a meeting with them."""
    (copy,) = by_mail("mallory@example.com", part("publish", host=ANA, who={ANA: YES, CLEO: YES}))
    assert (copy.organizer, answers(copy)) == (None, {ANA: OPEN, CLEO: OPEN})


@pytest.mark.parametrize("method", ["refresh", "declinecounter", "add"])
def test_the_rest_says_nothing(method: str) -> None:
    """Asking for a copy is no evidence, whoever asks."""
    assert by_mail(BEN, part(method)) == []


def test_a_calendars_own_items_are_left_alone() -> None:
    """What comes in no mail needs no author."""
    assert believed((part(), part())) == (part(), part())


def test_a_card_in_a_mail_is_its_senders() -> None:
    """It is never taken for one of the address book."""
    (card,) = by_mail(BEN, Card("c", "Ben"))
    assert card.attached_by == BEN
    (card,) = by_mail(BEN, Card("c", "Ben", attached_by="other@example.com"))
    assert card.attached_by == "other@example.com"


# What a calendar holds, and what mail adds


def test_a_reply_is_the_answer() -> None:
    """What the calendar has not heard yet, the mail says."""
    found = merged(part(who={ANA: YES, BEN: OPEN}), part("reply", who={BEN: YES}))
    assert answers(found) == {ANA: YES, BEN: YES}
    assert found.method == ""


def test_the_newest_answer_counts() -> None:
    """Later mail beats the calendar, and a calendar that was touched later beats the mail."""
    says = {ANA: YES, BEN: YES}
    assert answers(merged(part(who=says), part("reply", 20, who={BEN: NO})))[BEN] is NO
    assert answers(merged(part(who=says), part("reply", 90, who={BEN: NO})))[BEN] is YES


def test_an_answer_to_another_time_is_none() -> None:
    """The meeting was moved since."""
    before: dict[str, Any] = {"start": START - 24 * HOUR, "end": START - 23 * HOUR}
    found = merged(part(sequence=1), part("reply", 20, who={BEN: YES}, **before))
    assert answers(found)[BEN] is OPEN


def test_an_answer_without_a_time_is_to_its_revision() -> None:
    """Its record then has the time of writing, and SEQUENCE says what was answered."""
    written = START - 20 * HOUR
    bare = part("reply", 20, who={BEN: YES}, start=written, end=written)
    assert answers(merged(part(), bare))[BEN] is YES
    assert answers(merged(part(sequence=1), bare))[BEN] is OPEN


def test_an_uninvited_answer_invites_nobody() -> None:
    """Who answers without having been asked is not in it."""
    assert answers(merged(part(), part("reply", who={CLEO: YES}))) == {ANA: OPEN, BEN: OPEN}


def test_a_counter_is_a_perhaps() -> None:
    """Who proposes another time does not come to this one, until they are asked anew."""
    start: dict[str, Any] = {"start": START + 5 * HOUR, "end": START + 6 * HOUR}
    counter = part("counter", 20, who={BEN: YES}, **start)
    says = part(who={ANA: YES, BEN: YES})
    assert answers(merged(says, counter))[BEN] is MAYBE
    assert answers(merged(replace(says, sequence=1), counter))[BEN] is YES
    assert merged(says, counter).start == START
    refused = part("counter", 20, who={BEN: NO}, **start)
    assert answers(merged(says, refused))[BEN] is NO


@pytest.mark.parametrize(
    ("cancel", "status"),
    [
        (part("cancel", 20), "cancelled"),
        (part("cancel", 20, sequence=1), "cancelled"),
        (part("cancel", 90), "confirmed"),  # the calendar was arranged anew after it
        (part("cancel", 90, sequence=1), "cancelled"),
        (part("cancel", -30, sequence=1), "confirmed"),  # tidied away
        (part("cancel", 20, modified=None), "cancelled"),
    ],
)
def test_a_cancellation_in_time_cancels(cancel: Meeting, status: str) -> None:
    """It speaks of this revision or a later one, and comes before the end."""
    assert merged(part(), cancel).status == status


def test_an_outdated_cancellation_says_nothing() -> None:
    """What was cancelled was an earlier revision."""
    assert merged(part(sequence=2), part("cancel", 1, sequence=1)).status == "confirmed"


def test_to_be_taken_off_the_list_is_not_the_end_of_it() -> None:
    """A cancellation without STATUS, for some of several, leaves the others (RFC 5546, 3.2.5)."""
    says = part(host=ANA, who={ANA: YES, BEN: YES, CLEO: YES})
    off = part("cancel", 20, host=ANA, who={BEN: OPEN}, status="confirmed")
    found = merged(says, off)
    assert (found.status, answers(found)) == ("confirmed", {ANA: YES, CLEO: YES})
    everybody = replace(off, attendees=part(who={BEN: OPEN, CLEO: OPEN}).attendees)
    assert merged(says, everybody).status == "cancelled"


def test_a_newer_request_is_a_new_time() -> None:
    """The calendar has not heard yet; who accepted the old time has not accepted this one."""
    moved = part(
        "request", 20, sequence=1, start=START + 24 * HOUR, end=START + 25 * HOUR,
        who={ANA: YES, BEN: YES},
    )  # fmt: skip
    found = merged(part(who={ANA: YES, BEN: YES}, busy="free"), moved)
    assert (found.start, found.busy, found.method) == (START + 24 * HOUR, "free", "")
    assert answers(found) == {ANA: OPEN, BEN: YES}


def test_the_calendar_beats_the_invitation_it_came_from() -> None:
    """Of the same revision the calendar's copy counts, even where the mail is dated later."""
    found = merged(part(place="Room 1"), part("request", 1, place="Room 2"))
    assert found.place == "Room 1"


def test_a_publication_adds_nothing_to_a_calendar() -> None:
    """Anybody may pass a copy on, with whatever in it."""
    held = part(who={ANA: YES, BEN: OPEN})
    other = part("publish", 1, who={ANA: YES, BEN: YES}, sequence=9, status="cancelled")
    assert merged(held, other) == held


# Without a calendar


def test_an_invitation_and_its_answers_are_a_meeting() -> None:
    """Ben asks, Ana's own mail accepts."""
    found = merged(part("request", who={ANA: OPEN, BEN: YES}), part("reply", 20, who={ANA: YES}))
    assert (found.method, answers(found)) == ("request", {ANA: YES, BEN: YES})


def test_an_invitation_cannot_answer_for_the_owner() -> None:
    """Whatever it claims they said; their own invitation may."""
    assert answers(merged(part("request", who={ANA: YES, BEN: YES})))[ANA] is OPEN
    assert answers(merged(part("request", host=ANA, who={ANA: YES})))[ANA] is YES


def test_an_answer_alone_is_no_meeting() -> None:
    """Everybody who answered is kept with it; a cancellation says most."""
    found = merged(part("reply", who={BEN: YES}), part("reply", 40, who={CLEO: NO}))
    assert (found.method, answers(found)) == ("reply", {BEN: YES, CLEO: NO})
    assert merged(part("reply", 1, who={BEN: YES}), part("cancel")).method == "cancel"


def test_a_deleted_invitation_was_sent_all_the_same() -> None:
    """Only a calendar can show that a meeting is gone."""
    both = part("request", who={ANA: OPEN, BEN: YES}), part("reply", 20, who={ANA: YES})
    assert merged(*both, gone=frozenset({0, 1})) == merged(*both)
    # What is gone from the calendar does not come back with the mail it was made from.
    held = part(place="Café")
    assert merged(held, part("request", 1), gone=frozenset({0})).place == "Café"


# Series


def instance(sequence: int = 0, **more: Any) -> Meeting:
    return part(recurrence_id="2026-03-10T10:00:00Z", recurring=True, sequence=sequence, **more)


def test_a_reply_to_a_series_answers_each_instance() -> None:
    """Whatever time the series began at; unless the instance was revised, or answered since."""
    reply = part("reply", 20, who={BEN: YES}, start=START - 700 * HOUR, end=START - 699 * HOUR)
    assert answers(merged(instance(), reply))[BEN] is YES
    assert answers(merged(instance(1), reply))[BEN] is OPEN
    own = replace(instance(method="reply", hours=10, who={BEN: NO}))
    assert answers(merged(instance(), reply, own))[BEN] is NO


def test_a_cancelled_series_leaves_what_took_place() -> None:
    """An instance that was over by then was held."""
    assert merged(instance(), part("cancel", 20, sequence=1)).status == "cancelled"
    assert merged(instance(), part("cancel", -20, sequence=1)).status == "confirmed"


def test_an_instance_that_its_series_lost() -> None:
    """A calendar that holds others, or a newer invitation to several others, shows no such one."""
    asked = instance(method="request")
    other = replace(asked, recurrence_id="2026-03-17T10:00:00Z")
    newer = [replace(other, sequence=1), replace(other, sequence=1, recurrence_id="x")]
    assert not is_dropped(asked, [("mail 1", asked), ("mail 1", other)])
    assert is_dropped(asked, [("mail 1", asked), ("file", replace(other, method=""))])
    assert is_dropped(asked, [("mail 1", asked), *(("mail 2", one) for one in newer)])
    # One instance was moved by itself: that says nothing of this one.
    assert not is_dropped(asked, [("mail 1", asked), ("mail 2", newer[0])])
