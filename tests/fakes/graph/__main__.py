"""A support module: the fake by itself, for trying things by hand.

    cd tests && python -m fakes.graph [ADDRESS [SEED]]

Serves until interrupted, and then tells what was not as documented. It writes the address that
stands in place of Microsoft's, and an access token. The consent is given at once, by whoever opens
the page.
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime, timedelta

from fakes.google.world import letter
from fakes.graph import recurrence
from fakes.graph.entra import Consent
from fakes.graph.events import guests
from fakes.graph.server import FakeGraph, running_graph


def _now() -> datetime:
    return datetime.now(UTC)


def _fill(graph: FakeGraph, address: str) -> None:
    """A lunch that took place, a mail about it, a series to come, somebody known."""
    account, now, bob = graph.account(address), _now(), "Bob Stone <bob@example.org>"
    mail, day, hour = account.mailbox, timedelta(days=1), timedelta(hours=1)
    asked = letter(bob, address, "Lunch?", at=now - 9 * day, message_id="<lunch@example.org>")
    mail.deliver(asked, at=now - 9 * day)
    answer = letter(address, bob, "Re: Lunch?", "Gladly!\n", answers="<lunch@example.org>")
    mail.deliver(answer, "sentitems", at=now - 8 * day, bare=True)
    calendar, both = account.calendars.primary, guests(bob, response="accepted")
    calendar.add("Lunch", now - day, now - day + hour, attendees=both, place="Cafe Luso")
    weekly = recurrence.weekly(count=10)
    calendar.add("Coffee", now + 2 * day, now + 2 * day + hour, attendees=both, repeats=weekly)
    account.contacts.add("Bob Stone", "bob@example.org")


def main(address: str = "ana@example.com", seed: str = "0") -> None:
    """Serve."""
    with running_graph(_now, int(seed)) as graph:
        graph.entra.consent = Consent(address)
        _fill(graph, address)
        sys.stdout.write(f"{graph.url}\n{graph.token(address)}\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            told = graph.forgive() or ["everything was as documented"]
            sys.stdout.write("\n".join([*told, ""]))


if len(sys.argv) > 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
