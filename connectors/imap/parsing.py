"""What was fetched of mails, read. It needs no connection, so that another process may do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connectors.contract import Chunk, Unread
from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.imap.answers import arrived, is_draft
from connectors.records import Bad, Batch, Item, Message, Observation, Seen


class Terms(NamedTuple):
    """How mails are read. `oldest`: what is older holds no observation."""

    zone: ZoneInfo
    oldest: datetime | None = None


class LetterReader:
    """All that another process needs to read what was fetched: no connection, and no password."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def read_chunk(self, chunk: Chunk) -> Batch:
        """See `connectors.contract.Divisible`."""
        items = tuple(item_of(one, self._terms) for one in chunk.items)
        return Batch(items, chunk.cursor, chunk.done)


def item_of(one: Item | Unread, terms: Terms) -> Item:
    """What was fetched of a mail, read."""
    if not isinstance(one, Unread):
        return one
    ref, stamp, _, (plain, head, body, labelled) = one
    labels = labelled.decode("utf-8", "surrogateescape").split("\n") if labelled else []
    if is_draft(plain) or "\\Draft" in labels:
        return Seen(ref, stamp, ())  # its owner is still writing it
    # Without a body there is nothing in it that could say more.
    try:
        try:
            observations = read_mail(head, lambda: body, terms.zone)
        except BadItem:
            observations = read_mail(head, lambda: body, terms.zone, arrived(plain))
    except BadItem as error:
        return Bad(ref, stamp, str(error))
    message = observations[0]
    if not isinstance(message, Message):
        return Seen(ref, stamp, observations)
    if terms.oldest is not None and message.at < terms.oldest:
        return Seen(ref, stamp, ())
    return Seen(ref, stamp, _labelled(message, labels) + observations[1:])


def _labelled(message: Message, labels: list[str]) -> tuple[Observation, ...]:
    if not labels:
        return (message,)
    trait = ("x-gm-labels", ",".join(labels)[:200])
    return (replace(message, traits=(*message.traits, trait)),)
