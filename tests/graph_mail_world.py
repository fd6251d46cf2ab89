"""A support module: a mailbox at the fake of Graph, and what was read of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from contract.ledger import Ledger
from fakes.google.world import letter
from fakes.graph.mailbox import Mailbox
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.graph.mail import MailSource
from connectors.records import Gone, Item, Message, Seen

ANA: Final = "ana@example.com"
BOB: Final = "Bob Stone <bob@example.org>"
FIRST: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Box:
    """Ana's mailbox, a ledger of what was told, and a source that reads it."""

    graph: FakeGraph
    history: date | None = None
    chosen: Sequence[str] = ()
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        self.source = self.another()

    @property
    def mailbox(self) -> Mailbox:
        return self.graph.account(ANA).mailbox

    def another(self) -> MailSource:
        """As after a restart, or with another configuration."""
        zone = ZoneInfo("Europe/Lisbon")
        api = api_of(self.graph, ANA)
        self.source = MailSource(api, zone=zone, history=self.history, chosen=self.chosen)
        return self.source

    def fill(self, count: int, folder: str = "inbox", begin: int = 0) -> list[str]:
        """So many mails, one a day: their refs, the oldest first."""
        return [self.put(number, folder) for number in range(begin, begin + count)]

    def put(self, number: int, folder: str = "inbox", *, draft: bool = False) -> str:
        """The mail of that day."""
        at = FIRST + timedelta(days=number)
        raw = letter(BOB, ANA, f"n {number}", at=at, message_id=f"<{folder}-{number}@x.example>")
        return self.ref(self.mailbox.deliver(raw, folder, at=at, draft=draft), folder)

    def ref(self, mail_id: str, folder: str = "inbox") -> str:
        """What the core calls it."""
        folder_id = self.mailbox.folder(folder).id
        return f"mail//{blake2b(folder_id.encode(), digest_size=6).hexdigest()}/{mail_id}"

    def read(self) -> list[Item]:
        """What there is to say, committed."""
        return self.ledger.read(self.source)

    @property
    def held(self) -> set[str]:
        """All that is known."""
        return set(self.ledger.stamps)


def gone(items: Iterable[Item]) -> set[str]:
    """The refs of what is gone."""
    return {item.ref for item in items if isinstance(item, Gone)}


def seen(items: Iterable[Item]) -> list[str]:
    """The refs of what was seen, in order, however often."""
    return [item.ref for item in items if isinstance(item, Seen)]


def message(items: Iterable[Item]) -> Message:
    """That of the only item."""
    (item,) = items
    assert isinstance(item, Seen), item
    assert isinstance(item.observations[0], Message)
    return item.observations[0]
