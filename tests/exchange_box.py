"""A support module: a mailbox on the fake of Exchange and a source that reads it, by turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from contract.ledger import Ledger
from exchange_desk import ANA, exchange_of
from fakes.exchange.mailbox import Mailbox
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item as Stored
from fakes.exchange.world import letter

from connectors.exchange.mail import ExchangeMail
from connectors.exchange.places import key_of
from connectors.records import Gone, Item, Message, Observation, Seen

BOB = "Bob Stone <bob@example.org>"
ZONE = ZoneInfo("Europe/Lisbon")


class Box:
    """See above. `more`: how the mailbox is read."""

    def __init__(self, exchange: FakeExchange, **more: Any) -> None:
        self.exchange = exchange
        self.account = exchange.account(ANA)
        self.ledger = Ledger()
        self.more = {"zone": ZONE, **more}
        self.source = self.another()

    @property
    def mailbox(self) -> Mailbox:
        return self.account.mailbox

    def another(self) -> ExchangeMail:
        """A new source, as after a restart."""
        return ExchangeMail(exchange_of(self.exchange), **self.more)

    def mail(self, subject: str, folder: str = "inbox", at: datetime | None = None) -> Stored:
        """A letter of Bob's."""
        at = at or self.exchange.now()
        raw = letter(BOB, ANA, subject, at=at, message_id=f"<{subject}@example.org>")
        with self.exchange.lock:
            return self.mailbox.deliver(raw, folder, at=at)

    def ref(self, item: Stored) -> str:
        """What it is called where it is."""
        return f"ews//{key_of(item.folder)}/{item.id}"

    def read(self) -> list[Item]:
        """What a reading tells."""
        return self.ledger.read(self.source)

    def subjects(self) -> set[str]:
        """Of what was seen by a reading; "-" and the ref of what is gone."""
        return {_called(item) for item in self.read()}

    def only(self) -> tuple[Observation, ...]:
        """The observations of the only mail there is."""
        (item,) = self.read()
        assert isinstance(item, Seen), item
        return item.observations


@contextmanager
def box_of(exchange: FakeExchange, **more: Any) -> Iterator[Box]:
    """One that is closed again."""
    box = Box(exchange, **more)
    try:
        yield box
    finally:
        box.source.close()


def _called(item: Item) -> str:
    if isinstance(item, Gone):
        return f"-{item.ref}"
    assert isinstance(item, Seen), item
    return item.observations[0].subject if _is_mail(item) else ""  # type: ignore[union-attr]


def _is_mail(item: Seen) -> bool:
    return bool(item.observations) and isinstance(item.observations[0], Message)
