"""Who wrote a mail: From, else Sender, else nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.inference.letterbox import ANA, BEN, CLEO, OWNER, boxes, judged, mail

from connectors.records import Mailbox, Message
from syncd.inference.authors import author_of, authors_of
from syncd.inference.bounces import suspended_addresses
from syncd.inference.machine import list_addresses, machine_reasons
from syncd.inference.model import Direction, Dossier, Real, Sighted
from syncd.intake import participants


def sent_by(addr: str, to: str, name: str = "m", days: float = 0, **more: Any) -> Sighted[Message]:
    """A mail with Sender and without From."""
    one = mail(CLEO, to, name, days)
    record = replace(one.record, from_=(), sender=Mailbox(addr), **more)
    return replace(one, record=record)


@pytest.mark.parametrize(
    ("from_", "sender", "reply_to", "expected"),
    [
        ((BEN,), None, (), (BEN,)),
        ((BEN,), CLEO, (), (BEN,)),
        ((BEN, CLEO), BEN, (), (BEN, CLEO)),
        ((), CLEO, (), (CLEO,)),
        ((), CLEO, (BEN,), (CLEO,)),
        ((), None, (BEN,), ()),
        ((), None, (), ()),
    ],
)
def test_authors(
    from_: tuple[str, ...], sender: str | None, reply_to: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """From before Sender, and Reply-To never (RFC 5322 section 3.6.2)."""
    record = replace(
        mail(BEN, ANA).record,
        from_=boxes(from_),
        sender=Mailbox(sender) if sender else None,
        reply_to=boxes(reply_to),
    )
    assert authors_of(record) == boxes(expected)
    assert author_of(record) == (expected[0] if expected else "")
    assert participants(record) == {ANA, *expected}


def test_mail_with_a_sender_alone_is_the_senders() -> None:
    """It counts as mail with that From does, in both directions and as an answer."""
    ways = [
        judged(
            write(ANA, BEN, "q"),
            write(BEN, ANA, "a", 1, in_reply_to="q@x", references=("q@x",)),
            write(BEN, ANA, "n", 9),
        )
        for write in (mail, sent_by)
    ]
    assert ways[0] == ways[1]
    sent, answer, news = ways[1]
    assert (sent.direction, sent.real, sent.reasons) == (Direction.SENT, Real.YES, ("mail:sent",))
    assert (answer.direction, answer.reasons) == (Direction.RECEIVED, ("mail:answers-owner",))
    assert answer.answers == "message:q@x"
    assert news.reasons == ("mail:two-way",)


def test_answers_are_found_by_subject() -> None:
    """The subject of a mail with a Sender alone is between the same two people."""
    claims = judged(sent_by(ANA, BEN, "q"), sent_by(BEN, ANA, "a", 1, subject="Re: Lunch"))
    assert claims[1].answers == "message:q@x"


def test_a_machine_that_gives_a_sender_alone_is_one() -> None:
    """It is judged as an author is; who gives neither is nobody."""
    human = sent_by(BEN, ANA).record
    assert machine_reasons(human) == ()
    assert machine_reasons(replace(human, sender=Mailbox("noreply@example.com"))) == (
        "sender:robot",
    )
    assert machine_reasons(replace(human, sender=None)) == ("sender:none",)
    listed = replace(human, traits=(("list-post", f"<mailto:{BEN}>"),))
    assert list_addresses(listed) == frozenset()


def test_an_address_is_heard_of_again() -> None:
    """Mail with the address as its Sender ends the suspension after a delivery report."""
    owner = replace(OWNER, addresses=frozenset({ANA}))
    traits = (("failed-recipient", f"{BEN} 5.1.1"), ("failed-message-id", "q@x"))
    report = mail("mailer-daemon@example.org", ANA, "r", 1, traits=traits)
    mails = (mail(ANA, BEN, "q"), report)
    now = report.record.at.replace(year=2027)
    for more, expected in (((), (BEN,)), ((sent_by(BEN, ANA, "b", 5),), ())):
        found = suspended_addresses(Dossier(frozenset({BEN}), (*mails, *more)), owner, now)
        assert found == expected


def test_behind_a_shared_address_a_sender_alone_says_nothing() -> None:
    """As where From alone names the address that several use."""
    team = "info@example.org"
    for shared in (frozenset[str](), frozenset({"home"})):
        owner = replace(OWNER, addresses=frozenset({ANA, team}), shared=shared)
        for write in (mail, sent_by):
            (claim,) = judged(write(team, BEN), owner=owner)
            assert (claim.real is Real.YES) == (not shared)
