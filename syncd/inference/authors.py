"""Who wrote a mail (RFC 5322 section 3.6.2).

    From names somebody    they did, whoever Sender says typed or sent it for them
    it does not            Sender: software that leaves out the one writes the other
    neither does           nobody

Reply-To says where answers go, and never who wrote.
"""

from __future__ import annotations

from connectors.records import Mailbox, Message
from syncd.people import normalise


def authors_of(message: Message) -> tuple[Mailbox, ...]:
    """The mailboxes of those who wrote it; () where it names none."""
    if message.from_ or message.sender is None:
        return message.from_
    return (message.sender,)


def author_of(message: Message) -> str:
    """The normalised address of the first author; "" where it names none."""
    found = authors_of(message)
    return normalise(found[0].addr) if found else ""
