"""Messages whose items change after their texts were read: what was found holds until they are read
again."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import Unavailable
from connectors.memory.source import MemoryMail
from connectors.memory.world import World
from connectors.records import Facet
from syncd.engine.engine import Engine

from worlds import ANA, BEN, Lab, day, mail

RULES = """
version: 1
rules:
  - {id: promise, since: i_promised, until: [resolved], due: 5d, expires: 30d, urgent: true,
     task: {title: "Keep your word to {{ name }}"}}
"""
PROMISE = "I'll send you the slides tomorrow."


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """The owner promised something, and there is a task about it."""
    lab = Lab(tmp_path, rules=RULES)
    lab.once(day(-4))
    lab.world.deliver(mail(BEN, ANA, day(-3)))
    lab.world.deliver(mail(ANA, BEN, day(-2), name="word"), PROMISE)
    lab.once(day(-1))
    assert tasks_of(lab.world) == [False]
    return lab


def tasks_of(world: World) -> list[bool]:
    """Which of the tasks are completed."""
    return [world.task(ref).completed for ref in sorted(world.alive(Facet.TASKS))]


def read(engine: Engine, at: float) -> None:
    """The daemon hears of the change, and reads texts apart from it."""
    for account in engine.shop.accounts:
        for source in account.readable:
            assert not engine.read(account.name, source, day(at)).error
    if engine.wants_texts():
        engine.texts(day(at))
    engine.deliver("home", day(at))


def down(*_: object) -> None:
    raise Unavailable("no answer")


def test_a_task_stays_when_its_message_changes(lab: Lab) -> None:
    """Its file was touched: nothing says that the promise was never made."""
    database = lab.open()
    try:
        engine = Engine(lab.shop(database))
        engine.start(day(-0.5))
        lab.world.spoil(Facet.MAIL, "word")
        read(engine, 0)
        lab.world.mend(Facet.MAIL, "word")
        read(engine, 1)
        assert tasks_of(lab.world) == [False]
    finally:
        database.close()


def test_it_stays_while_the_text_cannot_be_had(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not to be read for now is no answer."""
    lab.world.spoil(Facet.MAIL, "word")
    lab.once(day(0))
    lab.world.mend(Facet.MAIL, "word")
    with monkeypatch.context() as patch:
        patch.setattr(MemoryMail, "read_text", down)
        lab.once(day(1))
    assert tasks_of(lab.world) == [False]
    lab.once(day(2))
    assert tasks_of(lab.world) == [False]


def test_another_text_is_read(lab: Lab) -> None:
    """What was written anew and promises nothing closes the task."""
    lab.world.deliver(mail(ANA, BEN, day(-2), name="word"), "All is well with us.")
    lab.once(day(0))
    assert tasks_of(lab.world) == [True]


def test_its_message_is_deleted_before_it_is_read_again(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that is gone leaves what was found in it: the promise was made."""
    lab.world.deliver(mail(ANA, BEN, day(-2), name="word"), PROMISE + " And more.")
    with monkeypatch.context() as patch:
        patch.setattr(MemoryMail, "read_text", down)
        lab.once(day(0))
    lab.world.remove_mail("word")
    lab.once(day(1))
    assert tasks_of(lab.world) == [False]
