"""The past of a mailbox that is read some other way than by the API: by IMAP, which is faster.

Refs are those of the API, so that it goes on where the other way ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from connectors.google.gmail_letter import id_of, labelled
from connectors.google.gmail_listing import Listed
from connectors.records import Batch, Item, Seen


class Past(Protocol):
    """Another way to the past of a mailbox."""

    def batches(self, cursor: str | None, now: datetime) -> Iterator[Batch]:
        """All mail or most of it, newest first, under the refs that it has here; the last batch is
        `done`. `cursor` is that of the last batch. Raises the errors of the contract."""

    def close(self) -> None:
        """It is not needed any more, for now."""


def as_listed(items: Iterable[Item], listed: Listed) -> Iterator[Item]:
    """What came that way, with the labels that the mails have: IMAP tells no categories. What the
    history has told of since they were listed is left to the API."""
    for item in items:
        one = id_of(item.ref)
        if one not in listed.touched:
            yield labelled(item, listed.labels.get(one, ())) if isinstance(item, Seen) else item
