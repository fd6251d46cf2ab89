"""What every source owes the core. One tiny subclass per implementation says how to stage it."""

from __future__ import annotations

import pickle
from typing import Protocol

import pytest
from contract.ledger import NOW, Ledger
from contract.single_contract import SingleContract

from connectors.contract import Divisible, Source, TextSource, Unread
from connectors.errors import CursorExpired
from connectors.records import Bad, Gone, Item, Seen


class Stage(Protocol):
    """One outside world, and a source that reads it in batches of three."""

    def source(self) -> Source:
        """A new source, as after a restart."""

    def add(self, number: int) -> str:
        """Item `number` appears; returns its ref."""

    def edit(self, ref: str) -> bool:
        """The item changes; False where items of this kind never do."""

    def remove(self, ref: str) -> None:
        """The item disappears."""

    def spoil(self, ref: str) -> None:
        """The item cannot be read any more."""

    def mend(self, ref: str) -> None:
        """The spoilt item can be read again."""

    def vanish_when_fetched(self, ref: str) -> None:
        """The item is still listed, and gone when it is fetched."""


def seen(items: list[Item]) -> set[str]:
    """The refs of what was seen."""
    return {item.ref for item in items if isinstance(item, Seen)}


def gone(items: list[Item]) -> set[str]:
    """The refs of what is gone."""
    return {item.ref for item in items if isinstance(item, Gone)}


class SourceContract(SingleContract):
    """The tests. Subclasses define the fixture `stage`."""

    def test_nothing_there_is_a_done_batch(self, stage: Stage) -> None:
        """A source without items still says that it is done, and hands out a cursor."""
        ledger = Ledger()
        assert ledger.read(stage.source()) == []
        assert ledger.cursor is not None
        assert ledger.read(stage.source()) == []

    def test_everything_is_listed_once(self, stage: Stage) -> None:
        """The first reading yields every item, each with what is in it."""
        refs = {stage.add(number) for number in range(8)}
        ledger = Ledger()
        items = ledger.read(stage.source())
        assert seen(items) == refs
        assert len(items) == len(refs)
        assert all(item.observations for item in items if isinstance(item, Seen))

    def test_refs_begin_with_the_scope(self, stage: Stage) -> None:
        """Two sources of one facet cannot collide: every ref begins with its source's scope."""
        ref = stage.add(0)
        assert ref.startswith(stage.source().scope)

    def test_unchanged_data_yields_nothing(self, stage: Stage) -> None:
        """A second reading of the same data has no items, also after a restart."""
        for number in range(5):
            stage.add(number)
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        assert ledger.read(source) == []
        assert ledger.read(stage.source()) == []

    def test_a_new_item_is_told(self, stage: Stage) -> None:
        """After the first reading only what is new is yielded."""
        stage.add(0)
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        ref = stage.add(1)
        assert seen(ledger.read(source)) == {ref}

    def test_an_edited_item_is_told_with_another_stamp(self, stage: Stage) -> None:
        """What changed is yielded again, and its stamp says so."""
        ref = stage.add(0)
        stage.add(1)
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        stamp, before = ledger.stamps[ref], ledger.observations[ref]
        if not stage.edit(ref):
            pytest.skip("items of this kind never change")
        assert seen(ledger.read(source)) == {ref}
        assert ledger.stamps[ref] != stamp
        assert ledger.observations[ref] != before

    def test_a_removed_item_is_gone(self, stage: Stage) -> None:
        """What disappeared is told once."""
        ref = stage.add(0)
        stage.add(1)
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        stage.remove(ref)
        assert gone(ledger.read(source)) == {ref}
        assert ledger.read(source) == []

    def test_a_full_resync_reconciles_deletions(self, stage: Stage) -> None:
        """With no cursor everything is listed again, and what is known but absent is gone."""
        refs = [stage.add(number) for number in range(7)]
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        stage.remove(refs[3])
        ledger.cursor = None
        items = ledger.read(stage.source())
        assert gone(items) == {refs[3]}
        assert seen(items) == set(refs) - {refs[3]}

    def test_a_foreign_cursor_expires(self, stage: Stage) -> None:
        """A cursor that means nothing asks for a new start; it is no error of the account."""
        stage.add(0)
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        ledger.cursor = "no cursor of ours"
        with pytest.raises(CursorExpired):
            ledger.read(source)

    def test_an_abandoned_reading_is_replayed(self, stage: Stage) -> None:
        """Nothing that was yielded and not committed is lost: the cursor alone acknowledges."""
        refs = {stage.add(number) for number in range(8)}
        ledger, source = Ledger(), stage.source()
        ledger.read_some(source, 1, commit=False)
        assert seen(ledger.read(source)) == refs

    def test_a_reading_goes_on_where_it_was_committed(self, stage: Stage) -> None:
        """After a crash between two batches the rest follows, and nothing is missed."""
        refs = {stage.add(number) for number in range(8)}
        ledger = Ledger()
        first = seen(ledger.read_some(stage.source(), 1, commit=True))
        assert first
        assert first < refs
        rest = seen(ledger.read(stage.source()))
        assert first | rest == refs
        assert set(ledger.stamps) == refs

    def test_a_resync_goes_on_where_it_was_committed(self, stage: Stage) -> None:
        """A full resync that is abandoned midway still lists everything and reconciles."""
        refs = [stage.add(number) for number in range(9)]
        ledger = Ledger()
        ledger.read(stage.source())
        ledger.cursor = None
        stage.remove(refs[8])
        first = ledger.read_some(stage.source(), 1, commit=True)
        rest = ledger.read(stage.source())
        assert seen(first) | seen(rest) == set(refs[:8])
        assert gone(first) | gone(rest) == {refs[8]}

    def test_a_change_during_the_listing_is_told(self, stage: Stage) -> None:
        """What appears while batches are handed out is found by this reading or the next."""
        for number in range(8):
            stage.add(number)
        ledger, source = Ledger(), stage.source()
        ref = ""
        for number, batch in enumerate(source.changes(None, ledger, NOW), 1):
            ledger.commit(batch)
            if number == 1:
                ref = stage.add(8)
        ledger.read(source)
        assert ref in ledger.stamps

    def test_a_bad_item_is_acknowledged(self, stage: Stage) -> None:
        """An unreadable item is set aside with a reason, stops nothing and is not repeated."""
        refs = [stage.add(number) for number in range(5)]
        stage.spoil(refs[2])
        ledger, source = Ledger(), stage.source()
        items = ledger.read(source)
        (bad,) = (item for item in items if isinstance(item, Bad))
        assert bad.ref == refs[2]
        assert bad.reason
        assert seen(items) == set(refs) - {refs[2]}
        assert ledger.read(source) == []

    def test_a_mended_item_is_read(self, stage: Stage) -> None:
        """An item that was set aside is tried again once its stamp changes."""
        refs = [stage.add(number) for number in range(3)]
        stage.spoil(refs[0])
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        stage.mend(refs[0])
        assert seen(ledger.read(source)) == {refs[0]}
        assert ledger.reasons == {}

    def test_a_copy_reads_the_same(self, stage: Stage) -> None:
        """A divisible source says the same when copies of it, as in other processes, read its
        chunks; listing them changes nothing."""
        refs = [stage.add(number) for number in range(8)]
        stage.spoil(refs[2])
        source = stage.source()
        if not isinstance(source, Divisible):
            pytest.skip("this source cannot list without reading")
        chunks = list(source.chunks(None, Ledger(), NOW))
        assert any(isinstance(item, Unread) for chunk in chunks for item in chunk.items)
        assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
        plain = pickle.dumps(source)
        apart = [pickle.loads(plain).read_chunk(pickle.loads(pickle.dumps(c))) for c in chunks]
        assert apart == list(stage.source().changes(None, Ledger(), NOW))

    def test_what_vanishes_between_listing_and_reading(self, stage: Stage) -> None:
        """An item that is listed and gone when its chunk is read is left out, or gone if it was
        known; the next reading agrees."""
        refs = [stage.add(number) for number in range(5)]
        ledger, source = Ledger(), stage.source()
        if not isinstance(source, Divisible):
            pytest.skip("this source cannot list without reading")
        chunks = list(source.chunks(None, ledger, NOW))
        stage.remove(refs[1])
        for chunk in chunks:
            ledger.commit(source.read_chunk(chunk))
        assert set(ledger.stamps) == set(refs) - {refs[1]}
        ledger.read(stage.source())
        assert set(ledger.stamps) == set(refs) - {refs[1]}

    def test_a_vanishing_item_pins_nothing(self, stage: Stage) -> None:
        """An item that is listed and gone when fetched (404) does not hold up the cursor."""
        refs = [stage.add(number) for number in range(5)]
        ledger, source = Ledger(), stage.source()
        stage.vanish_when_fetched(refs[1])
        ledger.read(source)
        ledger.read(source)
        assert set(ledger.stamps) == set(refs) - {refs[1]}
        assert ledger.read(source) == []


class TextContract:
    """What a mail source owes whoever reads texts. Subclasses define the fixture `stage`."""

    def test_the_text_of_a_mail(self, stage: Stage) -> None:
        """Every ref gets its own text."""
        refs = [stage.add(number) for number in range(3)]
        source = stage.source()
        assert isinstance(source, TextSource)
        texts = {text.ref: text.plain for text in source.read_text(refs)}
        assert {ref: (texts[ref] or "").strip() for ref in refs} == {
            ref: f"Olá, this is number {number}." for number, ref in enumerate(refs)
        }

    def test_the_text_of_a_mail_that_is_gone(self, stage: Stage) -> None:
        """A mail that is gone has no text, and the others still have theirs."""
        refs = [stage.add(number) for number in range(2)]
        stage.remove(refs[0])
        source = stage.source()
        assert isinstance(source, TextSource)
        texts = {text.ref: text.plain for text in source.read_text(refs)}
        assert texts[refs[0]] is None
        assert texts[refs[1]]
