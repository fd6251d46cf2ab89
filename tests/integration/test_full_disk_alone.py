"""A disk that is full where only a deliverer writes: it is noted at once, by whoever met it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

from syncd.engine.deliverer import Deliverer
from syncd.engine.engine import Engine
from syncd.engine.loop import Loop
from syncd.engine.mailbox import Mailbox
from syncd.engine.worker import Desk
from syncd.store import disk, trouble
from syncd.store.lock import exclusive
from syncd.telemetry import Pulse

from worlds import Lab, day


class Full:
    """An engine whose deliveries find no room."""

    def next_delivery(self, _account: str, now: datetime) -> datetime:
        return now

    def deliver(self, _account: str, _now: datetime) -> None:
        raise disk.full("/state")


def test_a_deliverer_that_finds_no_room_says_so_at_once(tmp_path: Path) -> None:
    """Nobody else has anything to write: `status` names the disk with the next beat of the engine's
    thread, which is rung, and not when a source is heard of again."""
    lab = Lab(tmp_path)
    database = lab.open()
    with exclusive(database):
        mailbox = Mailbox()
        loop = Loop(
            Engine(lab.shop(database)), mailbox, lambda: day(1), Pulse(), lambda: None, lambda: 0.0
        )
        desk = Desk(cast("Any", Full()), lambda: day(1), no_room=lambda: mailbox.post("room"))
        deliverer = Deliverer(desk, "home")
        deliverer.start()
        try:
            assert loop.beat(20) == "room"  # the letter wakes it long before
        finally:
            deliverer.dismiss()
            deliverer.join(20)
        assert not deliverer.is_alive()
        with database.read() as connection:
            (found,) = trouble.standing(connection, database.owner)
        assert "disk" in found.words
        assert loop.blocked
        loop.close()
    database.close()
