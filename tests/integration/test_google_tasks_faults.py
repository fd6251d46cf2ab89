"""What goes wrong between us and Google Tasks, and what each write and reading says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from google_tasks_desk import KEY, Desk

from connectors.contract import Remote
from connectors.errors import Ambiguous, ConnectorError, Paused, SignInNeeded, Unavailable

__all__ = ["clock", "google"]

OTHER = "syncd-" + "1" * 24
ACTS: dict[str, Callable[[Desk, Remote], object]] = {
    "insert": lambda desk, remote: desk.tasks.create(desk.draft(OTHER)),
    "patch": lambda desk, remote: desk.tasks.complete(remote, datetime(2026, 11, 3, tzinfo=UTC)),
    "delete": lambda desk, remote: desk.tasks.remove(remote),
}
PERHAPS = ("cut_before", "cut_after", "truncated", "broken", "html")
NOT = {"too_many": Paused, "rate": Paused, "used_up": Unavailable, "forbidden": SignInNeeded}


@pytest.fixture
def desk(google: FakeGoogle) -> Iterator[Desk]:
    desk = Desk(google)
    with closing(desk.tasks):
        yield desk


def _done(desk: Desk, act: str) -> bool:
    """Whether it happened."""
    alive = desk.alive()
    if act == "patch":
        return str(alive[0].body["status"]) == "completed"
    return len(alive) == (2 if act == "insert" else 0)


@pytest.mark.parametrize("act", ACTS)
def test_a_write_without_an_answer_may_have_happened(desk: Desk, act: str) -> None:
    """Whether it did or not; asked again, with what is there now, it comes to the same."""
    for fault in PERHAPS:
        (found,) = [one for one in desk.tasks.find(KEY) if not one.deleted] or [desk.create()]
        getattr(desk.google.faults, fault)(f"tasks.tasks.{act}")
        if fault == "truncated" and act == "delete":  # its answer has no body: it comes whole
            ACTS[act](desk, found)
        else:
            with pytest.raises(Ambiguous):
                ACTS[act](desk, found)
        happened = fault in ("cut_after", "truncated")
        assert _done(desk, act) is happened
        for task in desk.alive():
            if act == "insert" and KEY not in task.body["notes"]:
                desk.lists.purge(task.id)
            elif act == "patch":
                desk.lists.untick(task.id)


@pytest.mark.parametrize("act", ACTS)
def test_a_write_that_google_puts_off_did_not_happen(desk: Desk, act: str) -> None:
    """It is said so, and when to come again where Google says it."""
    remote = desk.create()
    for fault, kind in NOT.items():
        getattr(desk.google.faults, fault)(f"tasks.tasks.{act}")
        with pytest.raises(kind):
            ACTS[act](desk, remote)
        assert not _done(desk, act)
        desk.api.quota._buckets["tasks"]._shut_until = 0.0


@pytest.mark.parametrize("fault", [*PERHAPS, "nonsense", *NOT])
@pytest.mark.parametrize("skip", [0, 1])
def test_a_reading_that_fails_takes_nothing_away(desk: Desk, fault: str, skip: int) -> None:
    """In its first call or in its second: the next one has what it did not tell."""
    remote = desk.create()
    desk.read()
    desk.lists.tick(remote.ref.rpartition("/")[2])
    # What breaks a connection does so again: reading is asked for once more by itself.
    getattr(desk.google.faults, fault)("tasks.tasks.list", times=2).skip = skip
    with pytest.raises(ConnectorError) as trouble:
        desk.read()
    assert not isinstance(trouble.value, Ambiguous)
    desk.google.faults.clear()
    desk.api.quota._buckets["tasks"]._shut_until = 0.0
    assert len(desk.read()) == 1
    assert set(desk.ledger.stamps) == {remote.ref}
