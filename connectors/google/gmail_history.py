"""users.history.list folded: what became of each mail, whatever happened to it in between.

    fold(records) -> {id: Change(...), ...}

A record tells one change and the labels that the mail has now; the changes themselves are applied
on top of these, in their order (developers.google.com/gmail/api/guides/sync).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.google.gmail_labels import APART, is_mail, stamp

FIELDS: Final = (
    "historyId,nextPageToken,history(id,messagesAdded/message(id,labelIds),"
    "messagesDeleted/message/id,labelsAdded(labelIds,message(id,labelIds)),"
    "labelsRemoved(labelIds,message(id,labelIds)))"
)


@dataclass(slots=True)
class Change:
    """What became of one mail. `came`: it is new, or was taken out of where mail is not read.
    `sorted_`: labels that count were put on or taken off."""

    labels: set[str] = field(default_factory=set)
    deleted: bool = False
    came: bool = False
    sorted_: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether it is no mail that is read any more."""
        return self.deleted or not is_mail(self.labels)

    def is_wanted(self, known: str | None) -> bool:
        """Whether it has to be fetched, where `known` is its stamp, None if it is not known."""
        if self.is_gone:
            return False
        return self.came if known is None else self.sorted_ and stamp(self.labels) != known


def fold(records: Iterable[Mapping[str, Any]]) -> dict[str, Change]:
    """What became of each mail in these records, which are in order; by its id."""
    found: dict[str, Change] = {}
    for record in records:
        for message, _ in _of(record, "messagesAdded"):
            change = _change(found, message)
            change.came, change.deleted = True, False
        for message, labels in _of(record, "labelsAdded"):
            change = _change(found, message)
            change.labels |= labels
            change.sorted_ |= bool(stamp(labels))
        for message, labels in _of(record, "labelsRemoved"):
            change = _change(found, message)
            change.labels -= labels
            change.sorted_ |= bool(stamp(labels))
            change.came |= not APART.isdisjoint(labels)
        for message, _ in _of(record, "messagesDeleted"):
            found.setdefault(str(message["id"]), Change()).deleted = True
    return found


def last_id(records: Sequence[Mapping[str, Any]], told: str) -> str:
    """Where to go on behind these records: the id of the last, else what the answer `told`."""
    return str(records[-1]["id"]) if records else told


def _of(record: Mapping[str, Any], kind: str) -> Iterator[tuple[Mapping[str, Any], set[str]]]:
    for one in record.get(kind, ()):
        if "id" in one.get("message", {}):
            yield one["message"], set(one.get("labelIds", ()))


def _change(found: dict[str, Change], message: Mapping[str, Any]) -> Change:
    """That of a mail, with the labels that it is said to have."""
    change = found.setdefault(str(message["id"]), Change())
    change.labels = set(message.get("labelIds", ()))
    return change
