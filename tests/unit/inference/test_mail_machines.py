"""Mail of machines, lists and addresses that are no person, and what beats a bulk header."""

from __future__ import annotations

from typing import Any

import pytest
from unit.inference.letterbox import (
    ANA,
    ANA_TOO,
    AT,
    BEN,
    LIST,
    NEWSLETTER,
    NOW,
    OWNER,
    SENT,
    judged,
    mail,
)

from connectors.records import Attendee, Mailbox, Meeting
from syncd.inference.mail import judge_messages
from syncd.inference.model import (
    Dossier,
    Real,
    Sighted,
)

# --- machines ---


def test_a_friends_newsletter_does_not_count() -> None:
    """Bulk mail is no interaction, also of somebody the owner knows."""
    _, claim = judged(SENT, mail(BEN, ANA, traits=NEWSLETTER))
    assert claim.real is Real.NO
    assert claim.reasons == ("bulk:list-unsubscribe", "bulk:precedence")


def test_a_direct_answer_beats_any_bulk_header() -> None:
    """Who answers the owner's own message wrote to the owner, through whatever tool."""
    _, claim = judged(
        SENT,
        mail(BEN, ANA, days=2, traits=NEWSLETTER, answers="sent@x"),
        parents={"sent@x": ANA_TOO},
    )
    assert (claim.real, claim.answers) == (Real.YES, "message:sent@x")
    assert claim.reasons[0] == "mail:answers-owner"
    assert "bulk:precedence" in claim.reasons


@pytest.mark.parametrize(
    ("traits", "subject"),
    [
        ((("auto-submitted", "auto-replied"),), "Re: Lunch"),
        ((), "Automatic reply: Lunch"),
        ((("content-type", "text/calendar; method=REPLY"),), "Accepted: Lunch"),
        ((("content-type", "multipart/report; report-type=delivery-status"),), "Failure"),
        ((("content-type", "multipart/report; report-type=disposition-notification"),), "Read"),
    ],
)
def test_notices_are_never_interactions(traits: tuple[tuple[str, str], ...], subject: str) -> None:
    """Out-of-office, RSVP, bounce and receipt, even when they answer the owner's own mail."""
    _, claim = judged(
        SENT,
        mail(BEN, ANA, days=2, traits=traits, subject=subject, answers="sent@x"),
        parents={"sent@x": ANA},
    )
    assert claim.real is Real.NO
    assert claim.reasons[0].startswith("auto:")
    assert claim.weight == 0.0


@pytest.mark.parametrize(
    ("addr", "reason", "more"),
    [
        ("no-reply@example.com", "address:robot", {}),
        ("info@example.com", "address:role", {}),
        ("talk@example.com", "address:list", {"lists": frozenset({"talk@example.com"})}),
    ],
)
def test_no_person_has_no_interactions(addr: str, reason: str, more: dict[str, Any]) -> None:
    """With a robot, a role or a list nothing counts, not even what the owner wrote."""
    claims = judged(
        mail(ANA, addr, "out"), mail(addr, ANA, "in"), addresses=frozenset({addr}), **more
    )
    assert [claim.real for claim in claims] == [Real.NO, Real.NO]
    assert all(claim.reasons == (reason,) for claim in claims)


def test_a_room_has_no_interactions() -> None:
    """What a calendar calls a room is no person, whatever its address looks like."""
    room = Meeting(
        "u", "", AT, AT, attendees=(Attendee(Mailbox("rossini@example.com"), kind="room"),)
    )
    dossier = Dossier(
        frozenset({"rossini@example.com"}),
        (mail(ANA, "rossini@example.com"),),
        (Sighted("meeting:u/", room, (), AT),),
    )
    assert judge_messages(dossier, OWNER, NOW)[0].reasons == ("address:resource",)


def test_a_card_may_say_that_a_role_address_is_a_human() -> None:
    """Somebody with a person's address as well may write from info@."""
    _, claim = judged(
        SENT,
        mail("info@example.com", ANA),
        addresses=frozenset({BEN, "info@example.com"}),
    )
    assert claim.reasons == ("mail:two-way",)


# --- lists ---


def test_list_traffic_does_not_count() -> None:
    """Posts of somebody the owner knows are written to all."""
    _, claim = judged(SENT, mail(BEN, "talk@example.net", traits=LIST))
    assert (claim.real, claim.reasons) == (Real.NO, ("mail:list",))


def test_list_traffic_counts_when_it_addresses_the_owner() -> None:
    """With the owner in Cc it is written to them, and then as any other mail."""
    post = mail(BEN, "talk@example.net", cc=ANA, traits=LIST)
    assert judged(SENT, post)[1].reasons == ("mail:two-way",)
    assert judged(post)[0].reasons == ("mail:no-reply-ever",)


def test_list_traffic_counts_when_it_answers_the_owner() -> None:
    """An answer to the owner's post is to the owner, wherever it is sent."""
    (claim,) = judged(
        mail(BEN, "talk@example.net", traits=LIST, answers="post@x"), parents={"post@x": ANA}
    )
    assert (claim.real, claim.reasons) == (Real.YES, ("mail:answers-owner",))
