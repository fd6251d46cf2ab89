"""One account's server, as all of its sources share it."""

from __future__ import annotations

from datetime import datetime

from connectors.caldav.dav import Dav
from connectors.caldav.discovery import Collection, Discovery
from connectors.caldav.http import Session


class Server:
    """Connections, and where things are. Nothing is asked before it is used."""

    def __init__(self, session: Session, url: str) -> None:
        self.session = session
        self.dav = Dav(session)
        self.discovery = Discovery(self.dav, url)
        self.url = url

    def collections(self, service: str) -> list[Collection]:
        """What there is now. `service` is "caldav" or "carddav"."""
        return self.discovery.collections(service)

    def time(self, *, anew: bool = False) -> datetime | None:
        """What time the server had at its last answer; it is asked where there was none, and
        `anew`."""
        if anew or self.session.time is None:
            self.session.request("OPTIONS", self.url)
        return self.session.time
