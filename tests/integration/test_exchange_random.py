"""Whatever happens in an Exchange mailbox while it is read, and whatever goes wrong meanwhile: in
the end what is known is what is there."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from exchange_box import Box, box_of
from fakes.exchange.fixtures import FakeExchange, clock, exchange
from fakes.exchange.store import Item
from fakes.exchange.world import Clock

from connectors.errors import Unavailable
from connectors.exchange import mail_folder
from connectors.exchange.places import key_of

__all__ = ["clock", "exchange"]

FIRST: Final = datetime(2026, 3, 1, tzinfo=UTC)
ASKED: Final = ("SyncFolderItems", "GetItem", "FindItem", "FindFolder")
FAULTS: Final = ("busy", "cut_before", "cut_after", "truncated")


class Hand:
    """Does anything to a mailbox."""

    def __init__(self, box: Box, chance: random.Random) -> None:
        self.box = box
        self.chance = chance
        self.items: list[Item] = []
        self.folders = ["inbox", "sentitems"]
        self.number = 0

    def act(self) -> None:
        """The next thing."""
        acts = (self.deliver, self.deliver, self.deliver, self.delete, self.move, self.forget)
        self.chance.choice((*acts, self.make_folder, self.delete_folder, self.read))()

    def deliver(self) -> None:
        self.number += 1
        seconds = self.chance.choice([0, 1, self.number, self.chance.randrange(10**6)])
        folder = self.chance.choice([*self.folders, "deleteditems", "drafts"])
        at = FIRST + timedelta(seconds=seconds)
        self.items.append(self.box.mail(f"m{self.number}", folder, at))

    def delete(self) -> None:
        if (item := self.any()) is not None:
            self.items.remove(item)
            self.box.mailbox.delete(item, self.chance.choice(["deleted", "hard", "soft"]))

    def move(self) -> None:
        if (item := self.any()) is not None:
            self.box.mailbox.move(item, self.chance.choice(self.folders))

    def read(self) -> None:
        if (item := self.any()) is not None:
            self.box.mailbox.mark_read(item, self.chance.random() < 0.5)

    def forget(self) -> None:
        self.box.account.states.forget()

    def make_folder(self) -> None:
        self.number += 1
        under = self.chance.choice([*self.folders[:2], "msgfolderroot"])
        self.folders.append(self.box.mailbox.make_folder(f"F{self.number}", under).id)

    def delete_folder(self) -> None:
        if len(self.folders) > 2:
            folder = self.folders.pop(self.chance.randrange(2, len(self.folders)))
            self.box.mailbox.delete_folder(folder, hard=self.chance.random() < 0.5)

    def any(self) -> Item | None:
        there = [one for one in self.items if one.id in self.box.mailbox.store.items]
        return self.chance.choice(there) if there else None

    def spoil(self) -> None:
        """Something goes wrong, or happens, between two questions."""
        asked, faults = self.chance.choice(ASKED), self.box.exchange.faults
        kind = self.chance.choice((*FAULTS, "act", "act"))
        skip = self.chance.randrange(4)
        if kind == "act":
            faults.meanwhile(asked, self.act, skip=skip)
        else:
            getattr(faults, kind)(asked, 1, skip=skip)

    def there(self) -> set[str]:
        """The refs of all mail that is to be read."""
        store = self.box.mailbox.store
        found = set()
        for folder in store.folders.values():
            roles, at = {folder.distinguished}, folder
            while at.parent in store.folders:
                at = store.folders[at.parent]
                roles.add(at.distinguished)
            if "msgfolderroot" in roles and not roles & {"deleteditems", "drafts"}:
                key = key_of(folder.id)
                found |= {f"ews//{key}/{one.id}" for one in store.inside(folder.id)}
        return found


@pytest.mark.parametrize("seed", [3, 157])
def test_what_is_known_is_what_is_there(
    exchange: FakeExchange, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Acts and faults by turns with readings, some of them abandoned."""
    chance = random.Random(seed)
    exchange.reset(clock, seed)
    monkeypatch.setattr(mail_folder, "LISTED", chance.choice([1, 2, 5, 200]))
    monkeypatch.setattr(mail_folder, "PAGE", chance.choice([1, 3, 512]))
    with box_of(exchange) as box:
        hand = Hand(box, chance)
        for _ in range(4):
            for _ in range(chance.randrange(8)):
                hand.act()
            for _ in range(chance.randrange(3)):
                hand.spoil()
            if chance.random() < 0.2:
                box.ledger.cursor = None
            if chance.random() < 0.4:
                with suppress(Unavailable):
                    box.ledger.read_some(box.source, chance.randrange(1, 5), commit=True)
                box.source.close()
                box.source = box.another()
            whole(box)
        exchange.faults.clear()
        whole(box)
        box.read()
        assert box.ledger.stamps.keys() == hand.there()
        assert {one.ref for one in box.source.census()} == hand.there()
        assert box.ledger.reasons == {}


def whole(box: Box) -> None:
    """Read until it is done."""
    for _ in range(40):
        with suppress(Unavailable):
            box.read()
            return
    raise AssertionError("it is never done")
