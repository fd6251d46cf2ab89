"""Whatever an owner does with tasks of ours, in whatever order, what is known is what is there."""

from __future__ import annotations

from contextlib import closing
from random import Random

import pytest
from fakes.google.world import Clock
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_todo_desk import LIST, Desk, own_id

from connectors.graph.todo_text import Stamp

__all__ = ["clock", "graph"]

KEYS = [f"syncd-{number:024x}" for number in range(1, 6)]


def known(desk: Desk) -> dict[str, str]:
    """Where each task of ours is, by its key."""
    return {
        key: ref.removeprefix(f"{LIST}//")
        for ref, stamp in desk.ledger.stamps.items()
        if (key := Stamp.of(stamp).key)
    }


def there(desk: Desk) -> dict[str, str]:
    """The same, as its owner sees it."""
    return {
        str(task.links[0]["externalId"]): f"{one.id}/{task.id}"
        for one in desk.lists.all.values()
        for task in one.tasks.values()
        if task.links
    }


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_what_is_known_is_what_is_there(graph: FakeGraph, clock: Clock, seed: int) -> None:
    """Ticks, edits, deletions and moves between four lists, restarts and lost sync states."""
    graph.reset(clock, seed)
    random = Random(seed)
    desk = Desk(graph)
    with closing(desk.tasks):
        for key in KEYS:
            desk.create(key)
        lists = [desk.lists.default.id, desk.lists.add_list("Work"), desk.lists.add_list("Home")]
        lists.append(desk.lists.named(LIST).id)
        for _ in range(15):
            clock.advance(hours=random.choice([1, 1, 30]))
            alive = [task.id for task in desk.alive() if task.links]
            one, act = random.choice(alive), random.randrange(8)
            if act < 4:
                desk.lists.move_to(one, random.choice(lists))
            elif act == 4:
                desk.lists.tick(one)
            elif act == 5:
                desk.lists.edit(one, title="Hers")
            elif act == 6 and len(alive) > 2:
                desk.lists.delete(one)
            else:
                desk.lists.write(random.choice(lists), title="Her own")
            if random.randrange(5) == 0:
                desk.ana.forget_tokens()
            if random.randrange(5) == 0:
                desk.restart()
            if random.randrange(2):
                desk.read()
                assert known(desk) == there(desk)
        desk.read()
        assert known(desk) == there(desk)
        assert desk.read() == []
        for key, place in there(desk).items():
            (found,) = desk.tasks.find(key)
            assert own_id(found) == place.rpartition("/")[2]
            assert found.stamp == desk.ledger.stamps[found.ref]
