"""What every folder of drafts owes the core. Subclasses define the fixture `desk`."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Protocol

from connectors.contract import Drafts


def letter(number: int, answers: str = "") -> bytes:
    """A draft, or one that answers the mail with that Message-ID."""
    mail = EmailMessage()
    mail["From"] = "Ana <ana@example.com>"
    mail["To"] = "Bob <bob@example.org>"
    mail["Subject"] = "Re: Lunch" if answers else f"Thank you, {number}"
    mail["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
    mail["Message-ID"] = f"<{number}@syncd.example.com>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(f"Olá, thank you for {number}.\n")
    return mail.as_bytes()


def message_id(number: int) -> str:
    return f"<{number}@syncd.example.com>"


class DraftsDesk(Protocol):
    """One mailbox, seen by its owner."""

    def drafts(self) -> Drafts:
        """A new one, as after a restart."""

    def seen(self) -> list[bytes]:
        """The drafts in it, as they are stored."""

    def sent(self) -> int:
        """How many mails left it."""


class DraftsContract:
    """The tests."""

    def test_a_draft_is_left_and_nothing_is_sent(self, desk: DraftsDesk) -> None:
        """As it was written, header and text."""
        assert desk.drafts().add_draft(letter(1), message_id(1))
        (raw,) = desk.seen()
        found = message_from_bytes(raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        assert (found["To"], found["Subject"]) == ("Bob <bob@example.org>", "Thank you, 1")
        assert found.get_content().strip() == "Olá, thank you for 1."
        assert desk.sent() == 0

    def test_a_draft_is_left_once(self, desk: DraftsDesk) -> None:
        """However often it comes, with or without <>, also after a restart."""
        ref = desk.drafts().add_draft(letter(1), message_id(1))
        assert desk.drafts().add_draft(letter(1), message_id(1).strip("<>")) == ref
        assert len(desk.seen()) == 1

    def test_another_is_another(self, desk: DraftsDesk) -> None:
        """By its Message-ID alone."""
        drafts = desk.drafts()
        assert drafts.add_draft(letter(1), message_id(1)) != drafts.add_draft(
            letter(2), message_id(2)
        )
        assert len(desk.seen()) == 2
        assert desk.sent() == 0
