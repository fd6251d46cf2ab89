"""A support module: Ana at the command line, with a mailbox on a fake Exchange server."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from acceptance_world import Home
from fakes.exchange.account import Account
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import letter

ANA: Final = "ana@example.com"
BEN: Final = "Ben Archer <ben@example.org>"
RULES: Final = """\
version: 1
rules:
  - {id: call, since: meeting, due: 30d, urgent: true, task: {title: "Call {{ first_name }}"}}
"""
_CONFIG: Final = """\
owner: {{name: Ana Silva, addresses: [ana@example.com], timezone: Europe/Lisbon}}
accounts:
  - {{name: work, kind: exchange, login: ana@example.com{more}}}
rules: [{rules}]
state: sqlite:///syncd.db
"""


class ExchangeHome(Home):
    """A configuration with one account of kind exchange; `exchange` is the server."""

    exchange: FakeExchange

    def account(self, more: str = "", *, url: str | None = None, user: str = "") -> None:
        """Configured so. `more`: further keys; `url`: another than the server's, "" for none."""
        where = self.exchange.url if url is None else url
        keys = [f"url: '{where}'"] if where else []
        keys += [f"user: '{user}'"] if user else []
        keys += [more] if more else []
        self.configure(_CONFIG.format(more=f", {', '.join(keys)}", rules=self.rules))

    @property
    def secret(self) -> Path:
        return self.folder / "secrets" / "work.password"

    def password(self, text: str) -> None:
        """It is kept so."""
        self.write("secrets/work.password", text).chmod(0o600)


def exchange_home(folder: Path, exchange: FakeExchange, rules: str = "none.yaml") -> ExchangeHome:
    """Ana, whose password is the right one."""
    ana = exchange.account(ANA)
    home = ExchangeHome(folder, rules=rules)
    home.exchange = exchange
    home.write("mine.yaml", RULES)
    home.now = exchange.now().isoformat()
    home.account()
    home.password(ana.password)
    return home


def fill(account: Account, now: datetime) -> None:
    """Ben wrote, Ana answered, and they had lunch yesterday."""
    day, hour = timedelta(days=1), timedelta(hours=1)
    mail, address = account.mailbox, account.address
    asked = letter(BEN, address, "Lunch?", at=now - 9 * day, message_id="<lunch@example.org>")
    mail.deliver(asked, at=now - 9 * day)
    sent = now - 8 * day
    answer = letter(address, BEN, "Re: Lunch?", "Sure!\n", at=sent, answers="<lunch@example.org>")
    mail.deliver(answer, "sentitems", at=sent)
    both = [(BEN, "Accept")]
    account.calendar.add("Lunch", now - day, now - day + hour, guests=both, Location="Cafe Luso")
