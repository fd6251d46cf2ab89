"""What a source owes that can be asked for single items, and for how many it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contract.ledger import Ledger

from connectors.contract import Countable, Rereading, Source
from connectors.records import Bad, Gone, Seen

if TYPE_CHECKING:
    from contract.source_contract import Stage


def rereading(source: Source) -> Rereading:
    if not isinstance(source, Rereading):
        pytest.skip("cannot be asked for single items")
    return source


def countable(source: Source) -> Countable:
    if not isinstance(source, Countable):
        pytest.skip("cannot be counted")
    return source


class SingleContract:
    """The tests. Subclasses define the fixture `stage`."""

    def test_single_items_are_read_again_as_they_are(self, stage: Stage) -> None:
        """Whatever the cursor says: one that is there, one that is spoilt, one that is gone."""
        refs = [stage.add(number) for number in range(4)]
        ledger = Ledger()
        ledger.read(stage.source())
        stage.spoil(refs[2])
        stage.remove(refs[1])
        source = rereading(stage.source())
        found = {item.ref: item for item in source.read_again(refs[:3], ledger.cursor or "")}
        assert {ref: type(item) for ref, item in found.items()} == {
            refs[0]: Seen,
            refs[1]: Gone,
            refs[2]: Bad,
        }
        again = found[refs[0]]
        assert isinstance(again, Seen)
        assert again.observations == ledger.observations[refs[0]]

    def test_the_count_is_of_what_is_listed(self, stage: Stage) -> None:
        """A census and a reading from the beginning agree, ref by ref, spoilt items included."""
        refs = [stage.add(number) for number in range(7)]
        stage.spoil(refs[3])
        stage.remove(refs[5])
        ledger = Ledger()
        ledger.read(stage.source())
        counted = list(countable(stage.source()).census())
        assert sorted(one.ref for one in counted) == sorted(ledger.stamps)
        assert {one.number for one in counted} == {1}

    def test_the_count_knows_no_cursor(self, stage: Stage) -> None:
        """What no reading has told of is counted all the same."""
        stage.add(0)
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        ref = stage.add(1)
        assert ref in {one.ref for one in countable(source).census()}
        days = countable(source).dated([ref])
        assert set(days) <= {ref}
