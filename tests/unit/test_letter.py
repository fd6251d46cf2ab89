"""A draft answers a mail in its thread, and says next to nothing."""

from __future__ import annotations

import email.policy
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from connectors.records import Mailbox, Message
from syncd.people import normalise
from syncd.pipeline.letter import sender_of, thank_you

AT = datetime(2026, 3, 10, 18, tzinfo=UTC)
KEY = "syncd-0123456789abcdef01234567"
BEN = "ben@example.net"


def drafted(answered: Message, language: str = "en") -> EmailMessage:
    own = {"ana@example.org", "silva@example.com"}
    sender = Mailbox(sender_of(answered, own, "ana@example.org"), "Ana Silva")
    data, identity = thank_you(KEY, answered, "Ben Archer", {BEN}, language, sender, AT)
    found = message_from_bytes(data, policy=email.policy.default)
    assert found["Message-ID"] == f"<{identity}>"
    return found


def mail(**more: object) -> Message:
    fields = {"from_": (Mailbox(BEN, "Ben Archer"),), "to": (Mailbox("Silva@example.com"),)}
    return Message("m1@example.net", AT, **(fields | more))  # type: ignore[arg-type]  # by name


def test_it_stands_in_the_thread() -> None:
    """From the address that was written to, to where answers are wanted, below what it answers."""
    found = drafted(mail(subject="AW: Re[2]: Lunch", references=("m0@example.net",)))
    assert (found["From"], found["To"]) == (
        "Ana Silva <Silva@example.com>",
        f"Ben Archer <{BEN}>",
    )
    assert found["Subject"] == "Re: Lunch"
    assert found["In-Reply-To"] == "<m1@example.net>"
    assert found["References"] == "<m0@example.net> <m1@example.net>"
    assert found["Message-ID"] == "<syncd-draft-0123456789abcdef01234567@example.com>"
    assert found.get_content().startswith("Hi Ben,")


def test_an_answer_to_somebody_else_is_none() -> None:
    """Where answers go to an address that is not theirs, the draft goes to them."""
    found = drafted(mail(reply_to=(Mailbox("list@example.org"),)))
    assert found["To"] == f"Ben Archer <{BEN}>"


def test_a_thread_without_references() -> None:
    """Then its parent is in it (RFC 5322 section 3.6.4); other mailers' "Re:" is none of it."""
    found = drafted(mail(subject="Antw.: RÉF : Plan", in_reply_to="m0@example.net"))
    assert found["References"] == "<m0@example.net> <m1@example.net>"
    assert found["Subject"] == "Re: Plan"


@pytest.mark.parametrize(
    ("addr", "written"),
    [
        ("ben@exämple.de", "ben@xn--exmple-cua.de"),
        ('"b k"@example.net', '"b k"@example.net'),
        (".ben@example.net", ".ben@example.net"),  # as it is written everywhere
        ("ben@[192.0.2.1]", "ben@[192.0.2.1]"),
    ],
)
def test_odd_addresses(addr: str, written: str) -> None:
    """They stand in the header as it wants them."""
    answered = mail(from_=(Mailbox(addr, "Ben, Ä"),))
    owner = Mailbox("ana@exämple.org", "Ana, Silva")
    data, identity = thank_you(KEY, answered, "Ben", {normalise(addr)}, "en", owner, AT)
    found = message_from_bytes(data, policy=email.policy.default)
    assert [one.addr_spec for one in found["To"].addresses] == [written]
    assert found["To"].addresses[0].display_name == "Ben, Ä"
    assert found["From"] == '"Ana, Silva" <ana@xn--exmple-cua.org>'
    assert identity.endswith("@xn--exmple-cua.org")


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("en", "Hi,"), ("de", "Hallo,"), ("fr", "Bonjour,"), ("es", "Hola:"), ("pt", "Olá,")],
)
def test_to_somebody_without_a_name(language: str, greeting: str) -> None:
    """An address is nobody's name."""
    nobody = mail(from_=(Mailbox(BEN),))
    data, _ = thank_you(KEY, nobody, BEN, {BEN}, language, Mailbox("ana@example.org", "Ana"), AT)
    found = message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert found["To"] == BEN
    assert found.get_content().splitlines()[:2] == [greeting, ""]


def test_it_is_in_the_language_of_the_mail() -> None:
    """English where that is unknown."""
    assert "obrigad" not in drafted(mail(), "pt").get_content()
    assert drafted(mail(), "fr").get_content().startswith("Bonjour Ben,")
    assert drafted(mail(), "").get_content().startswith("Hi Ben,")


def test_odd_headers_harm_nothing() -> None:
    """A subject with line breaks or without words, a name with quotes, an id that is none."""
    odd = mail(
        subject="Re: \r\nBcc: eve@example.org",
        from_=(Mailbox(BEN, 'Ben "B\r\nBcc: x@y" Archer'),),
        references=("not an id", "a@b"),
    )
    found = drafted(odd)
    assert found["Bcc"] is None
    assert found["References"] == "<a@b> <m1@example.net>"
    assert drafted(mail(subject=""))["Subject"] == "Re:"
