"""What goes wrong between us and Microsoft To Do, and what each write and reading says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_todo_desk import KEY, LIST, OTHER, Desk, drafted

from connectors.contract import Remote
from connectors.errors import (
    Ambiguous,
    ConnectorError,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)

__all__ = ["clock", "graph"]

ACTS: dict[str, Callable[[Desk, Remote], object]] = {
    "create": lambda desk, remote: desk.tasks.create(drafted(OTHER)),
    "update": lambda desk, remote: desk.tasks.complete(remote, datetime(2026, 11, 3, tzinfo=UTC)),
    "delete": lambda desk, remote: desk.tasks.remove(remote),
}
PERHAPS = ("cut_before", "cut_after", "truncated", "broken", "html")
NOT: dict[str, type[ConnectorError]] = {
    "too_many": Paused,
    "forbidden": Refused,
    "dead_token": SignInNeeded,
}


@pytest.fixture
def desk(graph: FakeGraph) -> Iterator[Desk]:
    desk = Desk(graph)
    with closing(desk.tasks):
        yield desk


def _done(desk: Desk, act: str) -> bool:
    """Whether it happened."""
    alive = desk.alive(LIST)
    if act == "update":
        return str(alive[0].body["status"]) == "completed"
    return len(alive) == (2 if act == "create" else 0)


@pytest.mark.parametrize("act", ACTS)
def test_a_write_without_an_answer_may_have_happened(desk: Desk, act: str) -> None:
    """Whether it did or not; asked again, with what is there now, it comes to the same."""
    for fault in PERHAPS:
        (found,) = desk.tasks.find(KEY) or [desk.create()]
        more = {"status": 500} if fault == "broken" else {}
        getattr(desk.graph.faults, fault)(f"tasks.{act}", **more)
        if fault == "truncated" and act == "delete":  # its answer has no body: it comes whole
            ACTS[act](desk, found)
        else:
            with pytest.raises(Ambiguous):
                ACTS[act](desk, found)
        assert _done(desk, act) is (fault in ("cut_after", "truncated"))
        for task in desk.alive(LIST):
            if act == "create" and task.links[0]["externalId"] != KEY:
                desk.lists.delete(task.id)
            elif act == "update":
                desk.lists.untick(task.id)


@pytest.mark.parametrize("act", ACTS)
def test_a_write_that_is_put_off_did_not_happen(desk: Desk, act: str) -> None:
    """It is said so, and when to come again where Microsoft says it."""
    remote = desk.create()
    for fault, kind in NOT.items():
        getattr(desk.graph.faults, fault)(method=f"tasks.{act}", times=None)
        with pytest.raises(kind):
            ACTS[act](desk, remote)
        assert not _done(desk, act)
        desk.graph.faults.clear()
        desk.graph.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the fixture's clock


@pytest.mark.parametrize("fault", ["cut_before", "truncated", "broken", "html", "too_many"])
@pytest.mark.parametrize("method", ["tasks.delta", "tasks.get"])
def test_a_reading_that_fails_takes_nothing_away(desk: Desk, fault: str, method: str) -> None:
    """In its first call or in its second: the next one has what it did not tell."""
    remote = desk.create()
    desk.read()
    desk.lists.tick(remote.ref.rpartition("/")[2])
    getattr(desk.graph.faults, fault)(method, times=None)
    with pytest.raises(ConnectorError) as trouble:
        desk.ledger.read(desk.tasks, desk.graph.now())
    assert not isinstance(trouble.value, Ambiguous)
    desk.graph.faults.clear()
    desk.graph.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the fixture's clock
    assert len(desk.read()) == 1
    assert set(desk.ledger.stamps) == {remote.ref}


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "truncated", "nonsense"])
def test_a_list_whose_making_was_not_answered_is_looked_for(desk: Desk, fault: str) -> None:
    """Never a second one of that name."""
    getattr(desk.graph.faults, fault)("lists.create")
    with pytest.raises(Unavailable):
        desk.create()
    desk.create()
    assert [one.name for one in desk.lists.all.values()].count(LIST) == 1
    assert len(desk.alive(LIST)) == 1


def test_a_list_that_was_made_after_all_changes_nothing(desk: Desk) -> None:
    """It stands empty beside ours, which is known by what it holds, and by its id from then on."""
    late = desk.graph.faults.late("lists.create")
    with pytest.raises(Unavailable):
        desk.create()
    remote = desk.create()
    late.land()
    desk.restart()
    desk.read()
    desk.restart()
    other = desk.create(OTHER)
    assert other.ref.rpartition("/")[0] == remote.ref.rpartition("/")[0]
