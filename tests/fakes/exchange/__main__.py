"""A support module: the fake by itself, for trying things by hand.

    cd tests && python -m fakes.exchange [ADDRESS] [SEED]

Serves until interrupted, and then tells what was not as the schemas have it.
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, date, datetime, timedelta

from fakes.exchange.account import Account
from fakes.exchange.recurrence import weekly
from fakes.exchange.server import running_exchange
from fakes.exchange.world import letter


def _now() -> datetime:
    return datetime.now(UTC)


def _fill(account: Account) -> None:
    """A lunch that took place, a mail about it, a series, a contact and a task."""
    now, bob, day = _now(), "Bob Stone <bob@example.org>", timedelta(days=1)
    mail, address = account.mailbox, account.address
    asked = letter(bob, address, "Lunch?", at=now - 9 * day, message_id="<lunch@example.org>")
    mail.deliver(asked, at=now - 9 * day)
    answer = letter(address, bob, "Re: Lunch?", "Gladly!\n", answers="<lunch@example.org>")
    mail.deliver(answer, "sentitems", at=now - 8 * day)
    hour, both = timedelta(hours=1), [(bob, "Accept")]
    account.calendar.add("Lunch", now - day, now - day + hour, guests=both, Location="Cafe Luso")
    account.calendar.add("Call", now, now + hour, guests=both, repeats=weekly(f"{now:%A}"))
    account.contacts.add("Bob Stone", "bob@example.org")
    account.tasks.add("Water the plants", due=date(now.year, 12, 31))


def main(address: str = "ana@example.com", seed: str = "0") -> None:
    """Serve."""
    with running_exchange(_now, int(seed)) as exchange:
        account = exchange.account(address)
        exchange.signin.schemes = ["Negotiate", "NTLM", "Basic"]
        _fill(account)
        sys.stdout.write(f"{exchange.url}\nuser {account.user}, password {account.password}\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            told = exchange.forgive() or ["everything was as the schemas have it"]
            sys.stdout.write("\n".join([*told, ""]))


if len(sys.argv) > 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
