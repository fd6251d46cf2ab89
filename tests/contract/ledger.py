"""What the core does with a source, in memory: commits batches and keeps the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.contract import Source
from connectors.records import Bad, Batch, Gone, Item, Observation, Seen

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Ledger:
    """Refs and stamps that were committed for one facet, and the cursor that came with them."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.stamps: dict[str, str] = {}
        self.observations: dict[str, tuple[Observation, ...]] = {}
        self.reasons: dict[str, str] = {}

    def under(self, prefix: str) -> Mapping[str, str]:
        """See `connectors.contract.Known`."""
        return {ref: stamp for ref, stamp in self.stamps.items() if ref.startswith(prefix)}

    def commit(self, batch: Batch) -> None:
        """Take the items and the cursor of one batch, together."""
        for item in batch.items:
            self.reasons.pop(item.ref, None)
            if isinstance(item, Gone):
                self.stamps.pop(item.ref, None)
                self.observations.pop(item.ref, None)
                continue
            self.stamps[item.ref] = item.stamp
            if isinstance(item, Seen):
                self.observations[item.ref] = item.observations
            elif isinstance(item, Bad):
                self.reasons[item.ref] = item.reason
        self.cursor = batch.cursor

    def read(self, source: Source, now: datetime = NOW) -> list[Item]:
        """Everything the source has to say, committed batch by batch; the last one is done."""
        items: list[Item] = []
        last: Batch | None = None
        for batch in source.changes(self.cursor, self, now):
            assert last is None or not last.done, "nothing comes after the batch that is done"
            self.commit(batch)
            items += batch.items
            last = batch
        assert last is not None, "even a source without news yields a batch"
        assert last.done
        return items

    def read_some(self, source: Source, batches: int, *, commit: bool) -> list[Item]:
        """The first batches of a reading that is then abandoned."""
        items: list[Item] = []
        for number, batch in enumerate(source.changes(self.cursor, self, NOW), 1):
            items += batch.items
            if commit:
                self.commit(batch)
            if number == batches:
                break
        return items
