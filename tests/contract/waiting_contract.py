"""What every source that can wait owes the core. Subclasses define the fixture `stage`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from contract.ledger import NOW, Ledger
from contract.source_contract import Stage, gone, seen

from connectors.contract import Source, Waiting
from connectors.records import Item

SOON = 10.0  # seconds; how long a test waits for what comes at once
QUIET = 0.02


def waiting(source: Source) -> Waiting:
    """The source as one that can wait."""
    assert isinstance(source, Waiting)
    return source


def quiet(source: Source, ledger: Ledger) -> Waiting:
    """Read and wait by turns until nothing is told any more, as the core does."""
    patient, deadline = waiting(source), monotonic() + SOON
    ledger.read(source)
    while patient.wait(QUIET):
        assert monotonic() < deadline, "it never rests"
        ledger.read(source)
    return patient


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Do it in another thread, a moment from now."""
    timer = threading.Timer(QUIET, work)
    timer.start()
    yield
    timer.join()


def told(source: Source, ledger: Ledger) -> list[Item]:
    """Wait until there are items."""
    deadline, patient = monotonic() + SOON, waiting(source)
    while monotonic() < deadline:
        if patient.wait(deadline - monotonic()) and (items := ledger.read(source)):
            return items
    raise AssertionError("nothing was told")


class WaitingContract:
    """The tests."""

    def test_a_quiet_source_says_no(self, stage: Stage) -> None:
        """Where nothing happens `wait` blocks for its timeout, and then says so."""
        stage.add(0)
        source = stage.source()
        patient = quiet(source, Ledger())
        started = monotonic()
        assert not patient.wait(2 * QUIET)
        assert monotonic() - started >= 2 * QUIET * 0.9
        assert not patient.wait(0)

    def test_a_new_item_ends_the_wait(self, stage: Stage) -> None:
        """What appears while it waits is told at once."""
        stage.add(0)
        source, ledger, refs = stage.source(), Ledger(), []
        quiet(source, ledger)
        with meanwhile(lambda: refs.append(stage.add(1))):
            items = told(source, ledger)
        assert seen(items) == set(refs)
        assert not quiet(source, ledger).wait(QUIET)

    def test_an_edit_ends_the_wait(self, stage: Stage) -> None:
        """So is what changes."""
        ref = stage.add(0)
        source, ledger = stage.source(), Ledger()
        quiet(source, ledger)
        if not stage.edit(ref):
            pytest.skip("items of this kind never change")
        assert seen(told(source, ledger)) == {ref}

    def test_a_removal_ends_the_wait(self, stage: Stage) -> None:
        """So is what disappears."""
        ref = stage.add(0)
        stage.add(1)
        source, ledger = stage.source(), Ledger()
        quiet(source, ledger)
        with meanwhile(lambda: stage.remove(ref)):
            assert gone(told(source, ledger)) == {ref}

    def test_nothing_is_lost_between_reading_and_waiting(self, stage: Stage) -> None:
        """What happens after the first reading and before the first `wait` is told."""
        source, ledger = stage.source(), Ledger()
        ledger.read(source)
        ref = stage.add(0)
        assert seen(told(source, ledger)) == {ref}

    def test_nothing_is_lost_during_a_reading(self, stage: Stage) -> None:
        """What happens while a reading goes on is in it, or ends the next `wait`."""
        for number in range(8):
            stage.add(number)
        source, ledger = stage.source(), Ledger()
        quiet(source, ledger)
        ledger.cursor = None
        ref = ""
        for batch in source.changes(None, ledger, NOW):
            ref = ref or stage.add(8)
            ledger.commit(batch)
        if ref not in ledger.stamps:
            assert ref in seen(told(source, ledger))

    def test_wake_ends_the_wait(self, stage: Stage) -> None:
        """`wake` from another thread makes it return at once, without news."""
        source = stage.source()
        patient = quiet(source, Ledger())
        with meanwhile(patient.wake):
            assert not patient.wait(SOON)
        assert not patient.wait(QUIET)

    def test_wake_is_remembered(self, stage: Stage) -> None:
        """A `wake` that comes before the `wait` it was meant for is not lost."""
        patient = quiet(stage.source(), Ledger())
        patient.wake()
        started = monotonic()
        assert not patient.wait(SOON)
        assert monotonic() - started < SOON / 2

    def test_wake_before_anything_else(self, stage: Stage) -> None:
        """It may be called on a source that never waited."""
        waiting(stage.source()).wake()

    def test_two_sources_are_told(self, stage: Stage) -> None:
        """What one of them was told is told to the other as well."""
        one, other, ours, theirs = stage.source(), stage.source(), Ledger(), Ledger()
        quiet(one, ours)
        quiet(other, theirs)
        ref = stage.add(0)
        assert seen(told(one, ours)) == seen(told(other, theirs)) == {ref}
