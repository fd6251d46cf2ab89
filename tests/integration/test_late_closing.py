"""Closing a task that its list has lost for the moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import Conflict
from connectors.memory.tasks import MemoryTasks
from connectors.records import Facet

from worlds import ANA, BEN, Lab, coffee, day, mail

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, task: {title: "After meeting"}}
"""


def _is_away(*_: object, **__: object) -> None:
    raise Conflict("tasks", "the task was removed")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A task that was read, then gone just when it was to be closed, and is there again."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.put_event(coffee(day(0.1)))
    lab.once(day(1))
    lab.world.deliver(mail(ANA, BEN, day(2)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryTasks, "complete", _is_away)
        patch.setattr(MemoryTasks, "find", lambda *_: ())
        lab.once(day(3))
    (ref,) = lab.world.alive(Facet.TASKS)
    assert not lab.world.task(ref).completed
    lab.world.put(Facet.TASKS, ref, (lab.world.task(ref),))
    return lab


def test_it_is_closed_when_the_list_has_it_again(lab: Lab) -> None:
    """What is closed here does not stay open there."""
    lab.once(day(4))
    (ref,) = lab.world.alive(Facet.TASKS)
    assert lab.world.task(ref).completed


def test_its_owner_may_open_it_again_then(lab: Lab) -> None:
    """It is closed once, and not a second time against their will."""
    lab.once(day(4))
    (ref,) = lab.world.alive(Facet.TASKS)
    lab.world.untick(ref)
    for when in (5, 6):
        lab.once(day(when))
        assert not lab.world.task(ref).completed
