"""A support module: the fake by itself, for trying things by hand.

    cd tests && python -m fakes.google FOLDER [ADDRESS]

Serves until interrupted, and then tells what was not as documented. FOLDER gets `client.json` (an
OAuth client of type "Desktop app") and `robot.json` (the key of a service account that may act for
everybody). The consent is given at once, by whoever opens the address.
"""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.google.clients import SCOPES, client_file, service_account
from fakes.google.oauth import Consent
from fakes.google.server import FakeGoogle, running_google
from fakes.google.world import guests, letter, meet


def _now() -> datetime:
    return datetime.now(UTC)


def _fill(google: FakeGoogle, address: str) -> None:
    """A lunch that took place, a mail about it, and one to come."""
    account, now, bob = google.account(address), _now(), "Bob Stone <bob@example.org>"
    mail, day = account.mailbox, timedelta(days=1)
    asked = letter(bob, address, "Lunch?", at=now - 9 * day, message_id="<lunch@example.org>")
    mail.deliver(asked, at=now - 9 * day)
    answer = letter(address, bob, "Re: Lunch?", "Gladly!\n", answers="<lunch@example.org>")
    mail.deliver(answer, ["SENT"], at=now - 8 * day)
    sale = letter("shop@example.net", address, "Sale", List_Unsubscribe="<https://example.net>")
    mail.deliver(sale, ["INBOX", "CATEGORY_PROMOTIONS"], at=now - 2 * day)
    both = guests(address, "bob@example.org", status="accepted")
    for title, start, more in (
        ("Lunch", now - day, {"location": "Cafe Luso"}),
        ("Call", now + 5 * day, {"conferenceData": meet()}),
    ):
        end = start + timedelta(hours=1)
        account.calendars.primary.add(title, start, end, attendees=both, **more)
    account.contacts.connections.add("Bob Stone", "bob@example.org")
    account.contacts.others.add("Eva", "eva@example.net")


def main(folder: str, address: str = "ana@example.com") -> None:
    """Serve."""
    with running_google(_now) as google:
        google.oauth.consent = Consent(address)
        _fill(google, address)
        every = [scope for scopes in SCOPES.values() for scope in scopes]
        made = {
            "client.json": client_file(google),
            "robot.json": service_account(google, scopes=every),
        }
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, about in made.items():
            Path(folder, name).write_text(json.dumps(about, indent=2), encoding="utf-8")
        sys.stdout.write(f"{google.url}\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            told = google.forgive() or ["everything was as documented"]
            sys.stdout.write("\n".join([*told, ""]))


if len(sys.argv) not in {2, 3}:
    sys.exit(__doc__)
main(*sys.argv[1:])
