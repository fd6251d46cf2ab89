"""Texts that are wanted from an account which the owner took out of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import Unavailable
from connectors.memory.source import MemoryMail
from connectors.memory.world import World
from syncd.pipeline.read import TextReader
from syncd.store import readings

from worlds import ANA, BEN, Lab, coffee, day, mail


def unread(lab: Lab, *accounts: str) -> list[str]:
    database = lab.open()
    try:
        with database.read() as connection:
            found = readings.unread(connection, database.owner, "", 10, accounts)
    finally:
        database.close()
    return [one.key for one in found]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A mail at work whose text could not be read."""
    lab = Lab(tmp_path, {"home": World(), "work": World()})
    lab.world.put_event(coffee(day(-3)))
    lab.worlds["work"].deliver(mail(ANA, BEN, day(-2), name="q1"), "Could you send me the plan?")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryMail, "read_text", _is_down)
        lab.once(day(0))
    assert unread(lab, "home", "work") == ["message:q1"]
    return lab


def _is_down(*_: object) -> None:
    raise Unavailable("no answer")


def test_nobody_looks_for_it_while_its_account_is_gone(lab: Lab) -> None:
    """Neither the engine nor a reader, whoever else has mail."""
    assert unread(lab, "home") == []
    work = lab.worlds.pop("work")
    lab.once(day(1))
    lab.worlds["work"] = work
    assert unread(lab, "work") == ["message:q1"]


def test_it_is_read_when_the_account_is_back(lab: Lab) -> None:
    """It was wanted all the time."""
    work = lab.worlds.pop("work")
    lab.once(day(1))
    lab.worlds["work"] = work
    lab.once(day(2))
    assert unread(lab, "home", "work") == []
    assert [one["kind"] for one in lab.explained(BEN, day(2))["signals"]] == ["asks"]


def test_a_reader_of_one_account_is_told_of_its_own(lab: Lab) -> None:
    """Each asks for what it may have."""
    database = lab.open()
    try:
        shop = lab.shop(database)
        mail_of = {a.name: [s for s in a.sources if s.facet == "mail"] for a in shop.accounts}
        (home,), (work,) = mail_of["home"], mail_of["work"]
        assert TextReader(database, shop.owner.zone, mail_of, only=home).read() == 0
        assert TextReader(database, shop.owner.zone, mail_of, only=work).read() == 1
    finally:
        database.close()


def test_what_is_gone_everywhere_is_wanted_no_more(lab: Lab) -> None:
    """Whichever accounts there are."""
    lab.worlds["work"].remove_mail("q1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextReader, "read", lambda _: 0)
        lab.once(day(1))
    assert unread(lab, "home") == ["message:q1"]
    lab.once(day(2))
    assert unread(lab, "home", "work") == []
