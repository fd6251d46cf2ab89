"""A support module: Ana at the command line, signed in to a fake Google."""

from __future__ import annotations

import json
import webbrowser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from acceptance_world import Home
from fakes.google.calendars import Calendar
from fakes.google.clients import browse, client_file
from fakes.google.server import FakeGoogle

ANA: Final = "ana@example.com"
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_CONFIG: Final = """\
owner: {{name: Ana Silva, addresses: [{addresses}]{owner}, timezone: Europe/Lisbon}}
accounts:
  - {{name: work, kind: google, login: ana@example.com{work}}}
{more}rules: [none.yaml]
state: sqlite:///syncd.db
"""


class GoogleHome(Home):
    """A configuration with one Google account; `google` is what is there."""

    google: FakeGoogle

    def set(self, work: str = "", *, more: str = "", addresses: str = ANA, owner: str = "") -> None:
        """Configured so. `work`: further keys of the account; `more`: further accounts; `owner`:
        further keys of the owner."""
        parts = {"work": work, "owner": owner}
        told = {name: f", {text}" if text else "" for name, text in parts.items()}
        lines = "".join(f"  - {{{one}}}\n" for one in more.splitlines())
        self.configure(_CONFIG.format(more=lines, addresses=addresses, **told))

    @property
    def kept(self) -> Path:
        """The sign-in."""
        return self.folder / "syncd.work.google-token"

    @property
    def calendar(self) -> Calendar:
        return self.google.account(ANA).calendars.primary

    def meets(self, title: str, ago: timedelta, *attendees: dict[str, Any], **more: Any) -> None:
        """An hour that is past."""
        start = datetime.fromisoformat(self.now) - ago
        if attendees:
            more["attendees"] = list(attendees)
        (more.pop("into", None) or self.calendar).add(title, start, start + HOUR, **more)

    def found(self, who: str) -> list[tuple[str, str]]:
        """Whether each meeting with somebody counts, and why."""
        told = [one for one in self.interactions(who) if one["kind"] == "meeting"]
        return [(one["real"], " ".join(one["reasons"])) for one in told]


def google_home(folder: Path, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> GoogleHome:
    """Whoever opens a browser there consents."""
    google.account(ANA)
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    home = GoogleHome(folder, now=google.now().isoformat())
    home.google = google
    home.set()
    home.write("google-client.json", json.dumps(client_file(google)))
    return home


def guest(email: str, answer: str = "accepted", **more: Any) -> dict[str, Any]:
    """An attendee."""
    return {"email": email, "responseStatus": answer, **more}
