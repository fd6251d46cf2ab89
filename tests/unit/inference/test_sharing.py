"""What is the owner's in mailboxes, calendars and address books that others use as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from unit.inference.letterbox import ANA, AT, BEN, CLEO, NOW, OWNER, judged, mail

from connectors.records import Attendee, Card, Mailbox, Meeting, PartStat
from syncd.inference.clashes import clashes
from syncd.inference.humans import kind_of, saved_cards
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import Dossier, Evidence, Real, Sighted

DESK, HOME = (Evidence("desk", "1"),), (Evidence("home", "1"),)
BOSS, TEAM = "boss@example.org", "info@example.org"
SHARING = replace(OWNER, addresses=OWNER.addresses | {TEAM}, shared=frozenset({"desk"}))
YES = PartStat.ACCEPTED


def verdict(author: str, to: str, seen: Any = DESK, sender: str = "") -> tuple[Real, str]:
    """What becomes of a mail, after Ana wrote to Ben from her own account."""
    more: dict[str, Any] = {"sender": Mailbox(sender)} if sender else {}
    first = mail(ANA, BEN, "first", -1)
    one = replace(mail(author, to, "one", **more), evidence=seen)
    found = judged(first, one, owner=SHARING)[1]
    return found.real, found.reasons[0]


@pytest.mark.parametrize(
    ("author", "sender", "seen", "code"),
    [
        (ANA, "", DESK, "mail:sent"),
        (ANA, "helper@example.org", HOME, "mail:sent"),
        (BOSS, ANA, DESK, "mail:co-recipient"),
        (TEAM, CLEO, HOME, "mail:shared-mailbox"),
        (TEAM, CLEO, DESK, "mail:shared-mailbox"),
        (TEAM, ANA, DESK, "mail:sent"),
        (TEAM, "", DESK, "mail:shared-mailbox"),
        (TEAM, "", HOME, "mail:sent"),
        (TEAM, "", DESK + HOME, "mail:sent"),
    ],
)
def test_who_wrote_it(author: str, sender: str, seen: Any, code: str) -> None:
    """From says who; behind an address of several only Sender does, or one's own account."""
    assert verdict(author, BEN, seen, sender)[1] == code


@pytest.mark.parametrize(
    ("to", "seen", "code"),
    [
        (ANA, DESK, "mail:two-way"),
        (BOSS, DESK, "mail:not-addressed"),
        (TEAM, DESK, "mail:not-addressed"),
        (TEAM, HOME, "mail:two-way"),
        (TEAM, DESK + HOME, "mail:two-way"),
    ],
)
def test_to_whom_it_was_written(to: str, seen: Any, code: str) -> None:
    """What comes to a shared mailbox is for the owner where it names them; an own account wins."""
    assert verdict(BEN, to, seen)[1] == code


def test_an_answer_to_a_colleague_is_none_to_the_owner() -> None:
    """The mail it answers came from the shared address, by somebody else's hand."""
    theirs = mail(TEAM, BEN, "q", sender=Mailbox(CLEO))
    back = mail(BEN, TEAM, "a", 1, answers="q@x")
    for owner_wrote, code in ((False, "mail:no-reply-ever"), (True, "mail:answers-owner")):
        asked = (
            replace(theirs, record=replace(theirs.record, sender=None)) if owner_wrote else theirs
        )
        found = judged(asked, back, owner=SHARING, parents={"q@x": TEAM})[1]
        assert found.reasons[0] == code


def entry(host: str | None, *who: str, seen: Any = DESK, **more: Any) -> Sighted[Meeting]:
    record = Meeting(
        uid=more.pop("uid", "m"),
        recurrence_id="",
        start=AT,
        end=AT + timedelta(hours=1),
        title=more.pop("title", "Talk"),
        organizer=Mailbox(host) if host else None,
        attendees=tuple(Attendee(Mailbox(addr), YES) for addr in who),
        **more,
    )
    return Sighted(f"meeting:{record.uid}/", record, seen, AT)


@pytest.mark.parametrize(
    ("host", "who", "seen", "real", "code"),
    [
        (BOSS, (BOSS, BEN), DESK, Real.NO, "meeting:owner-not-invited"),
        (BOSS, (BOSS, BEN), HOME, Real.UNKNOWN, "meeting:owner-not-invited"),
        (ANA, (BOSS, BEN), DESK, Real.NO, "meeting:owner-arranged"),
        (ANA, (ANA, BEN), DESK, Real.YES, "meeting:both-accepted"),
        (ANA, (BEN,), DESK + HOME, Real.YES, "meeting:organiser-implied"),
        (None, (), DESK, Real.NO, "meeting:not-own"),
        (None, (), HOME, Real.YES, "meeting:named-in-title"),
    ],
)
def test_whose_meeting(
    host: str | None, who: tuple[str, ...], seen: Any, real: Real, code: str
) -> None:
    """The boss's calendar is not the owner's, though the owner looks after it."""
    one = entry(host, *who, seen=seen, title="Coffee with Ben")
    dossier = Dossier(frozenset({BEN}), meetings=(one,), named=frozenset({one.key}))
    (claim,) = judge_meetings(dossier, SHARING, NOW)
    assert (claim.real, claim.reasons[0]) == (real, code)


def test_the_bosss_meetings_are_in_nobodys_way() -> None:
    """Neither their appointments nor their holidays."""
    mine = entry(ANA, ANA, BEN, seen=HOME, uid="mine")
    theirs = entry(BOSS, BOSS, CLEO, uid="theirs", title="Review")
    away = entry(None, uid="away", title="Vacation", busy="oof")
    assert clashes([mine, theirs, away], SHARING) == {}
    own = replace(theirs, record=entry(BOSS, ANA, CLEO, uid="theirs", title="Review").record)
    assert clashes([mine, own], SHARING) == {
        "meeting:mine/": "meeting:double-booked", "meeting:theirs/": "meeting:double-booked",
    }  # fmt: skip


def card(**more: Any) -> Sighted[Card]:
    return Sighted("card:home/1", Card("1", "Ben Archer", (BEN,), **more), HOME, AT)


def test_a_card_of_the_address_book_makes_a_person() -> None:
    """The owner keeps it on purpose."""
    dossier = Dossier(frozenset({BEN}), cards=(card(),))
    assert saved_cards(dossier) == dossier.cards
    assert kind_of(dossier, ())[0] == "person"


@pytest.mark.parametrize(
    "dossier",
    [
        Dossier(frozenset({BEN}), cards=(card(attached_by=BEN),)),
        Dossier(frozenset({BEN}), cards=(card(kind="group"),)),
        Dossier(frozenset({BEN}), cards=(card(),), unsaved=frozenset({"card:home/1"})),
    ],
)
def test_a_card_that_the_owner_did_not_keep(dossier: Dossier) -> None:
    """It came with a mail, stands for several, or is in a book that others use."""
    assert saved_cards(dossier) == ()
    assert kind_of(dossier, ())[0] == "silent"


def test_who_arranges_a_meeting_is_somebody() -> None:
    """Whether they came is unknown; that the owner has to do with them is not."""
    one = entry(BEN, ANA, "boss@example.com", seen=HOME)
    dossier = Dossier(frozenset({BEN}), meetings=(one,))
    claims = judge_meetings(dossier, OWNER, NOW)
    assert claims[0].reasons == ("meeting:only-arranged",)
    assert kind_of(dossier, claims)[0] == "person"
