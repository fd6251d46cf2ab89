"""Which mails are interactions: section "Mail" of the design, sentence by sentence.

Machines and lists are in `test_mail_machines.py`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.inference.letterbox import (
    ANA,
    ANA_TOO,
    AT,
    BEN,
    BEN_TOO,
    CLEO,
    EVIDENCE,
    LIST,
    NEWSLETTER,
    NOW,
    OWNER,
    SENT,
    judged,
    mail,
)

from connectors.records import Attendee, Mailbox, Meeting, Message
from syncd.inference.mail import judge_messages
from syncd.inference.model import (
    Direction,
    Dossier,
    Reading,
    Real,
    Sighted,
    Signal,
    SignalKind,
)

# --- sent ---


def test_sent_mail_counts_at_once() -> None:
    """Writing to somebody is an interaction whether they answer or not."""
    (claim,) = judged(SENT)
    assert (claim.real, claim.reasons) == (Real.YES, ("mail:sent",))
    assert (claim.direction, claim.weight, claim.size) == (Direction.SENT, 1.0, 1)
    assert (claim.title, claim.evidence, claim.seen_at) == ("Lunch", EVIDENCE, AT)
    assert claim.wants_text
    assert claim.at == claim.until == SENT.record.at


@pytest.mark.parametrize(
    "one", [mail(ANA, BEN), mail(ANA, (), cc=BEN), mail(ANA, (), bcc=BEN)], ids=["to", "cc", "bcc"]
)
def test_every_kind_of_recipient_was_written_to(one: Sighted[Message]) -> None:
    """To, Cc and Bcc alike."""
    assert judged(one)[0].real is Real.YES


def test_the_author_decides_who_sent_it() -> None:
    """In a shared mailbox only mail whose From is the owner's counts as theirs, never Sender."""
    (theirs,) = judged(mail("office@example.org", BEN, sender=Mailbox(ANA)))
    (own,) = judged(mail(ANA, BEN, sender=Mailbox("office@example.org")))
    assert theirs.reasons == ("mail:co-recipient",)
    assert own.reasons == ("mail:sent",)


def test_mail_to_a_few_is_shared_out() -> None:
    """1/n each, the owner not counted among the n."""
    (claim,) = judged(mail(ANA, (BEN, CLEO), cc=("dora@example.com", ANA_TOO)))
    assert (claim.real, claim.size) == (Real.YES, 3)
    assert claim.weight == pytest.approx(1 / 3)


def test_mail_to_many_does_not_count() -> None:
    """Ten recipients are a few, eleven are many: the limit is inclusive."""
    crowd = tuple(f"guest{n}x@example.com" for n in range(9))
    (few,) = judged(mail(ANA, (BEN, *crowd)))
    (many,) = judged(mail(ANA, (BEN, "one.more@example.com", *crowd)))
    assert (few.real, few.size) == (Real.YES, 10)
    assert (many.real, many.reasons, many.weight) == (Real.NO, ("mail:group",), 0.0)
    assert not many.wants_text


def test_somebody_named_twice_is_one_recipient() -> None:
    """In To and Cc, by two spellings or by two addresses: one person."""
    (claim,) = judged(
        mail(ANA, (BEN, "BEN+x@Example.com", BEN_TOO), cc=(BEN,)),
        addresses=frozenset({BEN, BEN_TOO}),
    )
    assert (claim.size, claim.weight) == (1, 1.0)


def test_one_letter_sent_one_by_one_is_a_letter_to_many() -> None:
    """It counts for nobody, and makes no tie two-way."""
    letter, received = judged(SENT, mail(BEN, ANA), letters=frozenset({SENT.key}))
    assert (letter.real, letter.reasons) == (Real.NO, ("mail:letter",))
    assert received.real is Real.PENDING


@pytest.mark.parametrize(
    "traits",
    [
        (("auto-submitted", "auto-replied"),),
        (("content-type", "text/calendar; method=REPLY"),),
    ],
)
def test_what_the_owners_machines_send_is_no_mail_of_theirs(
    traits: tuple[tuple[str, str], ...],
) -> None:
    """The owner's own out-of-office notice or RSVP is no interaction."""
    claim, received = judged(mail(ANA, BEN, traits=traits), mail(BEN, ANA, "in"))
    assert claim.real is Real.NO
    assert received.real is Real.PENDING


def test_the_owners_mail_to_others_says_nothing_about_a_bystander() -> None:
    """Mail of the owner that did not go to this person is none of theirs."""
    (claim,) = judged(mail(ANA, CLEO))
    assert (claim.real, claim.reasons) == (Real.NO, ("mail:not-addressed",))


def test_writing_to_oneself_concerns_nobody() -> None:
    """A dossier of the owner's own addresses makes no claims."""
    dossier = Dossier(frozenset({ANA_TOO}), (mail(ANA, ANA_TOO),))
    assert judge_messages(dossier, OWNER, NOW) == ()


# --- received ---


def test_a_cold_pitch_never_answered_stays_pending_for_ever() -> None:
    """No time makes it real, and nothing wakes it."""
    (claim,) = judged(mail(BEN, ANA), now=NOW + timedelta(days=4000))
    assert (claim.real, claim.reasons) == (Real.PENDING, ("mail:no-reply-ever",))
    assert (claim.weight, claim.changes_at, claim.wants_text) == (0.0, None, False)
    assert claim.probability < 0.5


def test_received_mail_counts_when_the_owner_wrote_before() -> None:
    """The tie is two-way."""
    _, claim = judged(SENT, mail(BEN, ANA, days=30))
    assert (claim.real, claim.reasons) == (Real.YES, ("mail:two-way",))
    assert (claim.direction, claim.weight, claim.size) == (Direction.RECEIVED, 1.0, 0)
    assert claim.wants_text


def test_an_answer_makes_earlier_mail_real_retroactively() -> None:
    """The owner answers a month later: the first mail was an interaction after all."""
    first = mail(BEN, ANA)
    answer = mail(ANA, BEN, "answer", days=30, answers="m@x")
    before = judged(first, answer, now=AT + timedelta(days=29))[0]
    after = judged(first, answer, now=AT + timedelta(days=31))[0]
    assert (before.real, after.real) == (Real.PENDING, Real.YES)


def test_an_answer_names_what_it_answers() -> None:
    """In both directions, so that open loops can be closed."""
    asked, answer = judged(
        mail(BEN, ANA, "asked"),
        mail(ANA, BEN, "answer", days=1, answers="asked@x"),
        parents={"asked@x": BEN},
    )
    assert (asked.answers, answer.answers) == ("", "message:asked@x")


def test_a_newsletter_makes_nobody_a_friend() -> None:
    """Mail of the owner to a crowd does not make the tie two-way."""
    crowd = tuple(f"guest{n}x@example.com" for n in range(12))
    _, claim = judged(mail(ANA, (BEN, *crowd), "all"), mail(BEN, ANA))
    assert claim.real is Real.PENDING


def test_received_mail_is_shared_out_among_all_it_went_to() -> None:
    """The owner is one of those it was written to, once, and its author is not."""
    _, claim = judged(SENT, mail(BEN, (ANA, CLEO), cc=(ANA_TOO, BEN)))
    assert (claim.size, claim.weight) == (1, 0.5)


def test_received_mail_to_many_does_not_count() -> None:
    """Ten besides the owner are a few, eleven are many; an answer to many is no better."""
    crowd = tuple(f"guest{n}x@example.com" for n in range(10))
    _, few, many, answer = judged(
        SENT,
        mail(BEN, (ANA, *crowd), "few"),
        mail(BEN, (ANA, CLEO, *crowd), "many"),
        mail(BEN, (ANA, CLEO, *crowd), "answer", answers="sent@x"),
        parents={"sent@x": ANA},
    )
    assert few.real is Real.YES
    assert many.reasons == answer.reasons == ("mail:group",)


def test_mail_to_somebody_else_does_not_count() -> None:
    """Received mail counts when it is addressed to the owner, in To or Cc."""
    _, other, copied = judged(SENT, mail(BEN, CLEO, "o"), mail(BEN, CLEO, "c", cc=ANA_TOO))
    assert (other.real, other.reasons) == (Real.NO, ("mail:not-addressed",))
    assert copied.real is Real.YES


def test_a_co_recipient_did_nothing() -> None:
    """Being in Cc of somebody else's mail is no contact with the owner."""
    _, claim = judged(SENT, mail(CLEO, (ANA, BEN)))
    assert (claim.real, claim.reasons) == (Real.NO, ("mail:co-recipient",))


# --- time, text, order ---


def test_nothing_in_the_future_counts() -> None:
    """A mail dated ahead waits for its date, and makes nothing two-way before it."""
    ahead, received = mail(ANA, BEN, "ahead", days=10), mail(BEN, ANA)
    early = judged(ahead, received, now=AT + timedelta(days=1))
    late = judged(ahead, received, now=AT + timedelta(days=10))
    assert (early[0].real, early[0].reasons) == (Real.PENDING, ("mail:future",))
    assert early[0].changes_at == ahead.record.at
    assert early[1].real is Real.PENDING
    assert [claim.real for claim in late] == [Real.YES, Real.YES]


def test_only_mail_that_counts_gives_signals() -> None:
    """Signals of an unanswered pitch open no loops."""
    asks = Signal(SignalKind.ASKS, 0.9)
    received = mail(BEN, ANA)
    readings = {received.key: Reading((asks,))}
    (pitch,) = judged(received, readings=readings)
    _, tie = judged(SENT, received, readings=readings)
    assert (pitch.signals, tie.signals) == ((), (asks,))


def test_a_text_is_wanted_once() -> None:
    """What was read, or was gone when it should be read, is not asked for again."""
    assert not judged(SENT, readings={SENT.key: Reading(gone=True)})[0].wants_text


def test_mail_around_a_meeting_is_read_before_it_counts() -> None:
    """Only its text can tell whether the meeting took place."""
    meeting = Meeting("u", "", AT - timedelta(days=2), AT, attendees=(Attendee(Mailbox(BEN)),))
    dossier = Dossier(
        frozenset({BEN}), (mail(BEN, ANA),), (Sighted("meeting:u/", meeting, (), AT),)
    )
    (claim,) = judge_messages(dossier, OWNER, NOW)
    assert (claim.real, claim.wants_text) == (Real.PENDING, True)


ADDRESSES = st.sampled_from(
    [ANA, ANA_TOO, BEN, BEN_TOO, CLEO, "no-reply@example.com", "talk@example.net", "broken"]
)
MAILS = st.builds(
    mail,
    ADDRESSES,
    st.lists(ADDRESSES, max_size=3).map(tuple),
    st.integers(0, 10_000).map(str),
    st.integers(-5, 5),
    cc=st.lists(ADDRESSES, max_size=2).map(tuple),
    traits=st.sampled_from([(), NEWSLETTER, LIST, (("auto-submitted", "auto-replied"),)]),
    answers=st.sampled_from(["", "1@x", "2@x"]),
)


@given(st.lists(MAILS, max_size=7, unique_by=lambda one: one.key), st.data())
def test_the_order_of_arrival_changes_nothing(
    mails: list[Sighted[Message]], data: st.DataObject
) -> None:
    """Claims are a function of the set of mails, complete, in order and within their ranges."""
    shuffled = data.draw(st.permutations(mails))
    addresses, parents = frozenset({BEN, BEN_TOO}), {"1@x": ANA, "2@x": BEN}
    one = judge_messages(Dossier(addresses, tuple(mails), parents=parents), OWNER, AT)
    other = judge_messages(Dossier(addresses, tuple(shuffled), parents=parents), OWNER, AT)
    assert one == other
    assert len(one) == len(mails)
    for claim in one:
        assert claim.reasons
        assert 0 <= claim.weight <= 1
        assert (claim.weight > 0) == (claim.real is Real.YES)
        assert (claim.probability >= 0.5) == (claim.real is Real.YES)
        assert not (claim.real is Real.YES and claim.at > AT)


@given(st.lists(MAILS, max_size=6, unique_by=lambda one: one.key), MAILS)
def test_more_mail_takes_no_sent_mail_away(
    mails: list[Sighted[Message]], more: Sighted[Message]
) -> None:
    """What counts keeps counting when another mail arrives."""
    addresses = frozenset({BEN})
    before = judge_messages(Dossier(addresses, tuple(mails)), OWNER, NOW)
    rest = tuple(one for one in mails if one.key != more.key)
    after = judge_messages(Dossier(addresses, (*rest, more)), OWNER, NOW)
    kept = {claim.key for claim in after if claim.real is Real.YES} | {more.key}
    if len(rest) == len(mails):
        assert {claim.key for claim in before if claim.real is Real.YES} <= kept
