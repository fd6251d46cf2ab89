"""How each place fared at its last try: noted with the transaction that says so, told once.

An outage is one line when it begins and one when it ends, whatever was tried in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.errors import Paused
from syncd import log
from syncd.retry import Retries
from syncd.store import health, pauses
from syncd.store.health import Place


@dataclass(frozen=True, slots=True)
class Ward:
    """Notes how the places of one owner fare at `now`. Without `retries` nothing is tried again
    by itself: that is a single pass."""

    owner: str
    now: datetime
    retries: Retries | None = None

    def open(self, place: Place) -> bool:
        """Whether the place may be tried now."""
        return self.retries is None or self.retries.open(place, self.now)

    def calm(self, place: Place) -> None:
        """It went well, and nothing has to be stored for that."""
        if self.retries is not None:
            self.retries.ok(place)

    def well(self, connection: Connection, place: Place) -> None:
        """It went well."""
        self.calm(place)
        if health.ok(connection, self.owner, place, self.now):
            self._tell(connection, place)

    def rests(self, connection: Connection, place: Place, pause: Paused, *, well: bool) -> None:
        """It goes on when it may, and fares until then as it did: `well`, if it did something."""
        if well:
            self.well(connection, place)
        if self.retries is not None:
            self.retries.of(place).put_off(self.now + timedelta(seconds=pause.wait))

    def in_vain(self, connection: Connection, place: Place, pause: Paused) -> Paused | None:
        """Note that it brought nothing before it paused; returns what is wrong where it has brought
        nothing for so long that this is trouble."""
        since = health.paused(connection, self.owner, place, self.now)
        return None if since is None else pauses.lasting(pause, since)

    def ill(self, connection: Connection, place: Place, error: Exception) -> None:
        """It failed; when it is tried again is noted with it."""
        log.event("source.failed", account=place.account, facet=place.facet, error=error)
        again = None
        if self.retries is not None:
            again = self.retries.failed(place, error, self.now)
        if health.failed(connection, self.owner, place, error, self.now, again):
            self._tell(connection, place)

    def _tell(self, connection: Connection, place: Place) -> None:
        row = health.get(connection, self.owner, place)
        assert row is not None
        if row.outage:
            log.event(
                "account.down",
                account=place.account,
                facet=place.facet,
                state=row.state,
                kind=row.kind,
                remedy=row.remedy,
            )
        else:
            log.event("account.up", account=place.account)
