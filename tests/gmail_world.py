"""A support module: a mailbox at Gmail, who reads it, and what has been told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger
from fakes.google.mailbox import Mailbox
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from google_desk import api_of

from connectors.errors import ConnectorError
from connectors.google.gmail import GmailSource
from connectors.google.quota import Limit
from connectors.records import Item

ANA: Final = "ana@example.com"
BOB: Final = "bob@example.org"
ZONE: Final = ZoneInfo("Europe/Lisbon")
GET: Final = "gmail.users.messages.get"
LIST: Final = "gmail.users.messages.list"
HISTORY: Final = "gmail.users.history.list"


class Box:
    """Ana's mailbox. Time stands still but for `clock`."""

    def __init__(self, google: FakeGoogle, clock: Clock) -> None:
        self.google = google
        self.clock = clock
        self.ledger = Ledger()
        self.trouble: ConnectorError | None = None  # what ended the last reading
        self.more: dict[str, Any] = {}  # arguments of the source
        self.limits: dict[str, Limit] = {}
        self._asked: Counter[str] = Counter()
        self.source = self.opened()

    @property
    def mailbox(self) -> Mailbox:
        """What is at Google."""
        return self.google.account(ANA).mailbox

    def opened(self) -> GmailSource:
        """A new source: nothing is remembered."""
        api = api_of(self.google, ANA, limits=self.limits)
        return GmailSource(api, zone=ZONE, clock=lambda: self.clock().timestamp(), **self.more)

    def restart(self, **more: Any) -> None:
        """As after a start of the daemon, perhaps with another configuration."""
        self.source.close()
        self.more = more
        self.source = self.opened()

    def add(self, number: int = 1, sender: str = BOB, **more: Any) -> list[str]:
        """Mails come, a minute after each other: their ids."""
        found = []
        for _ in range(number):
            self.clock.advance(minutes=1)
            at = self.clock()
            raw = letter(sender, ANA, f"Mail at {at:%H:%M on %d %b}", at=at)
            found.append(self.mailbox.deliver(raw, **more))
        return found

    def read(self) -> list[Item]:
        """Everything that is told until it ends, one way or the other."""
        items: list[Item] = []
        self.trouble = None
        try:
            for batch in self.source.changes(self.ledger.cursor, self.ledger, self.clock()):
                self.ledger.commit(batch)
                items += batch.items
        except ConnectorError as error:
            self.trouble = error
        return items

    def read_all(self) -> list[Item]:
        """The same; nothing may go wrong."""
        items = self.read()
        assert self.trouble is None, self.trouble
        return items

    @property
    def known(self) -> set[str]:
        """Ids of what was told and is not gone."""
        return {ref.removeprefix("gmail//") for ref in self.ledger.stamps}

    def asked(self, method: str = GET) -> int:
        """How many calls were answered well since this was asked last."""
        answered = sum(one.method == method and one.status == 200 for one in self.google.log)
        before, self._asked[method] = self._asked[method], answered
        return answered - before


def days_ago(clock: Clock, days: int) -> date:
    """A day."""
    return (clock() - timedelta(days=days)).date()


@pytest.fixture
def box(google: FakeGoogle, clock: Clock) -> Iterator[Box]:
    """Ana's mailbox, empty."""
    found = Box(google, clock)
    yield found
    found.source.close()
