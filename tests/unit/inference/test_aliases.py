"""The owner's own addresses: what mail hints at, and what the hints add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.records import Attendee, Card, Mailbox, Meeting, Message
from syncd.inference.aliases import Clues, found, in_sent_folder
from syncd.inference.hints import Hint, Myself, hints_of
from syncd.inference.meetings import merge_meetings

ANA = Mailbox("ana@example.org", "Ana Silva")
OLD = Mailbox("ana@oldjob.example", "Silva, Ana")
BEN = Mailbox("ben@harbour.example", "Ben Archer")
ME = Myself("Ana Silva", frozenset({ANA.addr}))
KNOWN = Myself("Ana Silva", frozenset({ANA.addr}), frozenset({OLD.addr}))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mail(who: Mailbox, *to: Mailbox, reply: tuple[Mailbox, ...] = (), **traits: str) -> Message:
    pairs = tuple((name.replace("_", "-"), value) for name, value in traits.items())
    return Message("m", AT, from_=(who,), to=to, reply_to=reply, traits=pairs)


@pytest.mark.parametrize(
    ("message", "hints"),
    [
        (mail(BEN, ANA), ()),
        (mail(BEN, ANA, reply=(BEN,)), ()),
        (
            mail(BEN, ANA, reply=(Mailbox("b@quay.example"),)),
            (("reply-to", BEN.addr, "b@quay.example"),),
        ),
        (mail(BEN, ANA, reply=(Mailbox("noreply@quay.example"),)), ()),
        (mail(OLD, BEN), (("own-from", OLD.addr, ""),)),
        (mail(OLD, BEN, x_gmail_labels='Starred,"Sent"'), (("own-sent", OLD.addr, ""),)),
        (mail(ANA, BEN, delivered_to=BEN.addr), ()),
        (
            mail(BEN, Mailbox(OLD.addr), delivered_to=OLD.addr),
            (("delivered", OLD.addr, BEN.addr),),
        ),
        (
            mail(BEN, Mailbox(OLD.addr, "Otto Lang"), x_original_to=OLD.addr),
            (("misnamed", OLD.addr, BEN.addr),),
        ),
        (mail(BEN, OLD, delivered_to=ANA.addr), (("named", OLD.addr, BEN.addr),)),
        (mail(BEN, OLD, ANA, delivered_to=ANA.addr), ()),
        (mail(BEN, OLD, delivered_to=ANA.addr, list_post="<mailto:x@y.example>"), ()),
    ],
)
def test_what_a_mail_hints_at(message: Message, hints: tuple[Hint, ...]) -> None:
    """Reply-To, sender and delivery, each only where it says something about an address."""
    assert hints_of(message, ME) == hints


def test_what_shows_a_found_address_to_be_somebody_elses() -> None:
    """Another name, a list's address, a room's."""
    stranger = (("stranger", OLD.addr, ""),)
    assert hints_of(mail(Mailbox(OLD.addr, "Otto Lang"), ANA), KNOWN) == stranger
    assert hints_of(mail(Mailbox(OLD.addr, "Ana"), ANA), KNOWN) == ()
    assert hints_of(mail(BEN, ANA, list_post=f"<mailto:{OLD.addr}>"), KNOWN) == stranger
    family = Card("c", "Otto Lang", ("otto@x.example", OLD.addr))
    assert hints_of(family, KNOWN) == stranger
    assert hints_of(family, ME) == ()
    room = Meeting("u", "", AT, AT, attendees=(Attendee(Mailbox(OLD.addr), kind="room"),))
    assert hints_of(room, KNOWN) == stranger
    assert hints_of(room, ME) == ()


@pytest.mark.parametrize(
    ("card", "hints"),
    [
        (Card("c", "Silva, Ana", (ANA.addr, OLD.addr)), (("own-card", OLD.addr, ""),)),
        (Card("c", "Ana Silva", (ANA.addr, "info@oldjob.example")), ()),
        (Card("c", "Ben Archer", (ANA.addr, OLD.addr)), ()),
        (Card("c", "Ana Silva", (OLD.addr,)), ()),
        (Card("c", "Ana Silva", (ANA.addr, OLD.addr), kind="group"), ()),
        (
            Card("c", "Ana Silva", (ANA.addr, OLD.addr), attached_by="Ben@Harbour.example"),
            (("attached", "", BEN.addr),),
        ),
    ],
)
def test_what_a_card_hints_at(card: Card, hints: tuple[Hint, ...]) -> None:
    """Only the owner's own card, kept by themselves, names further addresses."""
    assert hints_of(card, ME) == hints
    assert hints_of(card, ME, gone=True) == ()


@pytest.mark.parametrize(
    ("mine", "box", "hints"),
    [
        (ANA.addr, OLD, (("own-invited", OLD.addr, ""),)),
        (ANA.addr, Mailbox(OLD.addr), (("own-invited", OLD.addr, ""),)),
        (ANA.addr, Mailbox(OLD.addr, "Sales Team"), ()),
        (ANA.addr, Mailbox("info@oldjob.example"), ()),
        (ANA.addr, Mailbox("ANA@example.org"), ()),
        (BEN.addr, OLD, ()),
    ],
)
def test_what_a_calendar_says(mine: str, box: Mailbox, hints: tuple[Hint, ...]) -> None:
    """Who is invited as the holder of a calendar is the owner where that is one of theirs; not what
    has another name, or is no human's. One copy of several says it for all."""
    held = Meeting("u", "", AT, AT, attendees=(Attendee(Mailbox(mine)),), aliases=((mine, box),))
    assert hints_of(held, ME) == hints
    other = replace(held, sequence=3, aliases=())
    for copies in ([held, other], [other, held]):
        merged = merge_meetings([(one, False) for one in copies])
        assert (merged.sequence, hints_of(merged, ME)) == (3, hints)


def test_an_owner_without_a_full_name_is_not_looked_for() -> None:
    """Where the configuration says "Ana" only, no name proves anything."""
    me = Myself("Ana", frozenset({ANA.addr}))
    assert hints_of(mail(Mailbox(OLD.addr, "Ana"), BEN), me) == ()
    assert hints_of(Card("c", "Ana", (ANA.addr, OLD.addr)), me) == ()


AUTHORS = frozenset(f"a{n}@x.example" for n in range(9))


@pytest.mark.parametrize(
    ("clues", "reasons"),
    [
        (Clues(), None),
        (Clues(card=True), ("alias:card",)),
        (Clues(card=True, stranger=True), None),
        (Clues(invited=True), ("alias:own-calendar",)),
        (Clues(invited=True, stranger=True), None),
        (Clues(sent=True, card=True), ("alias:card", "alias:sent-folder")),
        (Clues(delivered=frozenset(sorted(AUTHORS)[:2])), None),
        (Clues(delivered=frozenset(sorted(AUTHORS)[:3])), ("alias:delivered-to",)),
        (Clues(delivered=AUTHORS, misnamed=frozenset(("x", "y"))), ("alias:delivered-to",)),
        (Clues(delivered=AUTHORS, misnamed=frozenset(("x", "y", "z"))), None),
        (Clues(named=frozenset({"a"})), None),
        (Clues(named=frozenset(("a", "b"))), ("alias:named-recipient",)),
    ],
)
def test_what_clues_add_up_to(clues: Clues, reasons: tuple[str, ...] | None) -> None:
    """Enough authors, few who say otherwise, and nothing that shows somebody else."""
    assert found({OLD.addr: clues}, ()).get(OLD.addr) == reasons
    assert found({OLD.addr: clues}, {OLD.addr}) == {}


@pytest.mark.parametrize(
    "ref",
    [
        "Maildir/.Sent/cur/1.a",
        "Maildir/.INBOX.Sent Items/1",
        "mail/Gesendet/1.eml",
        "mail/Sent.mbox//4711",
        "archive/[Gmail]/Sent Mail/2",
        "Maildir/.[Gmail].Sent Mail/cur/1",
        "m/.&AMk-l&AOk-ments envoy&AOk-s/cur/1",
        "m/Enviados/9",
    ],
)
def test_folders_of_sent_mail(ref: str) -> None:
    """As programs and providers call them, whatever the layout and the language."""
    assert in_sent_folder(ref)


@pytest.mark.parametrize(
    "ref", ["Maildir/cur/1", "m/.Presented/1", "m/Unsent drafts/1", "m/.Sentinel/cur/1", "m/&bad/1"]
)
def test_other_folders(ref: str) -> None:
    """Nothing that merely looks alike."""
    assert not in_sent_folder(ref)
