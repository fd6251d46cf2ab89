"""Tombstones: they find who is forgotten in any text, tell nobody else, and leave others alone."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Attendee, Card, Mailbox, Meeting, Message, Task
from syncd.intake import Ignore, without_ignored
from syncd.people.forgotten import GAP, Forgotten, is_sealed, tombstones
from syncd.veil import task_without, without_forgotten

KEY = bytes(range(32))
ANA, BEN = Mailbox("ana@example.org", "Ana Silva"), Mailbox("ben@harbour.example.com", "Ben Archer")
CLEO = Mailbox("cleo@mill.example.com", "Cleo Marsh")
GONE = Forgotten(
    KEY, tombstones(KEY, ["cleo@mill.example.com"], ["Cleo Marsh", "Cleo M. Marsh"], ["solo-1"])
)
NOW = datetime(2026, 3, 11, tzinfo=UTC)


def message(**more: object) -> Message:
    values = {"message_id": "1@x.example", "at": NOW, "from_": (BEN,), "to": (ANA,)} | more
    return Message(**values)  # type: ignore[arg-type]  # fields by name


def meeting(*others: Mailbox, organizer: Mailbox | None = ANA, **more: object) -> Meeting:
    values = {
        "uid": "1",
        "recurrence_id": "",
        "start": NOW,
        "end": NOW + timedelta(hours=1),
        "organizer": organizer,
        "attendees": tuple(Attendee(box) for box in others),
    } | more
    return Meeting(**values)  # type: ignore[arg-type]  # fields by name


TEXTS = [
    ("Ask Cleo Marsh", f"Ask {GAP}"),
    ("Marsh, Cleo: hello", f"{GAP}: hello"),
    ("cleo  marsh's boat", f"{GAP}'s boat"),
    ("CLEO_MARSH.vcf", f"{GAP}.vcf"),
    ("Cleo M. Marsh and Ben", f"{GAP} and Ben"),
    ("write to cleo@mill.example.com.", f"write to {GAP}."),
    ("<Cleo+Lists@MILL.example.com>", f"<{GAP}>"),
    ("20260301.cleo@mill.example.com", f"20260301.{GAP}"),
    ("coffee with Cleo", "coffee with Cleo"),
    ("Marsh lands", "Marsh lands"),
    ("Cleo met Ben Marsh", "Cleo met Ben Marsh"),
    ("mcleo@mill.example.com", "mcleo@mill.example.com"),
    ("ben@mill.example.com", "ben@mill.example.com"),
    ("cleo@mill.example.community", "cleo@mill.example.community"),
]


@pytest.mark.parametrize(("text", "left"), TEXTS)
def test_texts_lose_addresses_and_full_names(text: str, left: str) -> None:
    """However they are spelled; what only looks alike stays."""
    assert GONE.text(text) == left


def test_words_of_a_name_go_where_they_took_part() -> None:
    """A first name alone says something only there."""
    assert GONE.text("Lunch Cleo / Ben", words=True) == f"Lunch {GAP} / Ben"


def test_the_digests_tell_nothing_without_the_key() -> None:
    """Another key makes other digests; the value can go to another process, and is not printed."""
    other = Forgotten(bytes(32), GONE.digests)
    assert not other.matches("cleo@mill.example.com")
    assert other.digests.isdisjoint(tombstones(bytes(32), ["cleo@mill.example.com"], [], []))
    assert pickle.loads(pickle.dumps(GONE)).matches("CLEO@mill.example.com")
    assert KEY.hex() not in repr(GONE)
    assert repr(KEY) not in repr(GONE)


def test_refs_are_sealed_and_opened() -> None:
    """A path that shows them is stored so that only the key opens it; others are left alone."""
    for ref in (
        "contacts//cleo@mill.example.com.vcf",
        "contacts//cleo%40mill.example.com.vcf",
        "notes/Cleo Marsh.ics",
    ):
        sealed = GONE.ref(ref)
        assert is_sealed(sealed)
        assert "cleo" not in sealed.lower()
        assert GONE.ref(ref) == sealed
        assert GONE.ref(sealed) == sealed
        assert GONE.opened(sealed) == ref
    assert GONE.ref("contacts//ben.vcf") == "contacts//ben.vcf"


@given(st.text(max_size=80))
def test_any_ref_comes_back(text: str) -> None:
    """Sealing loses nothing, whatever a file is called."""
    ref = f"{text} cleo@mill.example.com"
    assert GONE.opened(GONE.ref(ref)) == ref


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_keeps_the_address(before: str, after: str) -> None:
    """Whatever stands around it, unless it makes it somebody else's."""
    left = GONE.text(f"{before} cleo@mill.example.com {after}")
    assert "cleo@mill.example.com" not in left.split()
    assert GONE.text(left) == left


def test_what_was_between_two_goes() -> None:
    """Mail from them, to them alone, meetings and cards of theirs."""
    assert without_forgotten(message(from_=(CLEO,)), GONE) is None
    assert without_forgotten(message(from_=(ANA,), to=(CLEO,)), GONE) is None
    assert without_forgotten(meeting(ANA, CLEO), GONE) is None
    assert without_forgotten(meeting(ANA, CLEO, organizer=CLEO), GONE) is None
    assert without_forgotten(Card("1", "Cleo Marsh", (CLEO.addr, "new@x.example")), GONE) is None
    assert without_forgotten(Card("1", "C", (CLEO.addr,)), GONE) is None
    assert without_forgotten(meeting(uid="solo-1", organizer=None), GONE) is None


def test_a_crowd_stays_a_crowd() -> None:
    """Where others took part a nameless place is left, and titles lose the name."""
    left = without_forgotten(
        message(
            to=(ANA, CLEO), cc=(BEN,), subject="Cleo, Ben", in_reply_to="2.cleo@mill.example.com"
        ),
        GONE,
    )
    assert isinstance(left, Message)
    assert len(left.to) == 2
    assert left.subject == f"{GAP}, Ben"
    assert "cleo" not in repr(left).lower()
    assert left.in_reply_to == GONE.identifier("2.cleo@mill.example.com")
    other = without_forgotten(meeting(ANA, BEN, CLEO, title="Cleo / Ben", organizer=CLEO), GONE)
    assert isinstance(other, Meeting)
    assert len(other.attendees) == 3
    assert other.title == f"{GAP} / Ben"
    for link in ("https://x.example/?to=cleo@mill.example.com", "https://x.example/Cleo%20Marsh"):
        linked = without_forgotten(meeting(ANA, BEN, link=link, url=link), GONE)
        assert isinstance(linked, Meeting)
        assert (linked.link, linked.url) == ("", "")
    assert "cleo" not in repr(other).lower()
    aliases = (("ana@example.org", BEN), ("ana@example.org", CLEO))
    known = without_forgotten(meeting(ANA, BEN, aliases=aliases), GONE)
    assert isinstance(known, Meeting)
    assert known.aliases == aliases[:1]
    ignored = without_ignored(meeting(ANA, aliases=aliases), Ignore.of(["mill.example.com"]))
    assert isinstance(ignored, Meeting)
    assert ignored.aliases == aliases[:1]


def test_others_are_not_touched() -> None:
    """A record without them is the very same object; a family's card keeps the others."""
    for record in (message(), meeting(ANA, BEN), Card("1", "Ben Archer", (BEN.addr,))):
        assert without_forgotten(record, GONE) is record
        assert without_forgotten(record, Forgotten()) is record
    family = without_forgotten(Card("1", "The Archers", (BEN.addr, CLEO.addr)), GONE)
    assert isinstance(family, Card)
    assert family.addrs == (BEN.addr,)


def test_stripping_twice_changes_nothing_more() -> None:
    """What is left may be stored, and read again."""
    for record in (
        message(to=(ANA, CLEO), subject="Cleo Marsh"),
        meeting(ANA, BEN, CLEO, title="Cleo Marsh"),
        Card("1", "Ben", (BEN.addr,), note="knows Cleo Marsh"),
    ):
        left = without_forgotten(record, GONE)
        assert left is not None
        assert without_forgotten(left, GONE) is left


def test_ignore_carries_them() -> None:
    """Whoever applies what is ignored keeps them out as well."""
    ignore = Ignore(forgotten=GONE)
    assert ignore
    assert ignore.matches("Cleo+x@mill.example.com")
    assert without_ignored(message(from_=(CLEO,)), ignore) is None
    assert not ignore.matches(BEN.addr)


def test_tasks_of_others_lose_the_name() -> None:
    """As the list is read."""
    task = Task("k", "Thank Ben", "Lunch: Cleo Marsh and Ben")
    assert task_without(task, GONE).notes == f"Lunch: {GAP} and Ben"
    assert task_without(task, Forgotten()) is task


def test_a_name_that_others_have_stays_theirs() -> None:
    """Of two people with one name, the other keeps it: it goes only where this one took part."""
    gone = Forgotten(KEY, tombstones(KEY, [CLEO.addr], [], [], ["Cleo Marsh"]))
    assert gone.text("Ask Cleo Marsh") == "Ask Cleo Marsh"
    left = without_forgotten(meeting(ANA, BEN, CLEO, title="Cleo Marsh, Ben"), gone)
    assert isinstance(left, Meeting)
    assert left.title == f"{GAP}, Ben"


def test_cards_that_came_with_their_mail_go() -> None:
    """Whoever's they are: nothing of that mail is kept."""
    card = Card("1", "Ben Archer", (BEN.addr,), attached_by=CLEO.addr)
    assert without_forgotten(card, GONE) is None


def test_one_after_the_other_is_both_at_once() -> None:
    """Two people forgotten in turn leave of a record what they leave when it is read anew."""
    dora = Mailbox("dora@quay.example.net", "Dora Lind")
    both = Forgotten(KEY, GONE.digests | tombstones(KEY, [dora.addr], ["Dora Lind"], []))
    for record in (
        message(to=(dora, ANA), cc=(CLEO,), subject="Dora, Cleo and Ben"),
        message(to=(CLEO, ANA), subject="Where is Dora?"),
        meeting(dora, CLEO, BEN, title="Cleo / Dora"),
        meeting(ANA, CLEO, BEN, organizer=dora),
    ):
        first = without_forgotten(record, GONE)
        assert first is not None
        left = without_forgotten(first, both)
        assert left == without_forgotten(record, both)
        assert left is not None


def test_copies_of_the_author_are_no_company() -> None:
    """Addresses of the author's own, known or alike, read nothing that others do."""
    other, mine = Mailbox("a.silva@post.example.net"), frozenset(("a.silva@post.example.net",))
    own = message(from_=(ANA,), to=(CLEO,), cc=(Mailbox("Ana+x@Example.org"),))
    assert without_forgotten(own, GONE) is None
    alike = Mailbox("as77@attic.example.net", "ana silva")
    assert without_forgotten(message(from_=(ANA,), to=(CLEO,), bcc=(alike,)), GONE) is None
    copied = message(from_=(ANA,), to=(CLEO,), cc=(other,))
    assert without_forgotten(copied, GONE) is not None
    assert without_forgotten(copied, GONE, mine) is not None  # the author is somebody else
    assert without_forgotten(copied, GONE, mine | {ANA.addr}) is None
    assert without_forgotten(message(to=(ANA, CLEO)), GONE, mine | {ANA.addr}) is not None
    assert without_forgotten(message(from_=(ANA,), to=(other,)), GONE, mine) is not None
    assert without_forgotten(meeting(ANA, other, CLEO), GONE, mine | {ANA.addr}) is None


def test_any_ref_can_be_sealed() -> None:
    """Also one that shows nobody; `ref` leaves that alone."""
    sealed = GONE.sealed("contacts//card.vcf")
    assert is_sealed(sealed)
    assert GONE.sealed(sealed) == sealed
    assert GONE.opened(sealed) == "contacts//card.vcf"
