"""One message out of its copies: the one in Sent, the one that came back through a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from connectors import wire
from connectors.records import Mailbox, Message
from syncd.inference.machine import is_list, machine_reasons


def merge_messages(copies: Sequence[tuple[Message, bool]]) -> Message:
    """The copy that looks most personal, with everybody whom any copy names.

    A mail that came both directly and through a list was addressed directly. The result depends on
    the set of copies, not on their order.
    """
    messages = sorted((message for message, _ in copies), key=_machinery)
    best = messages[0]
    return replace(
        best,
        to=_all(m.to for m in messages),
        cc=_all(m.cc for m in messages),
        bcc=_all(m.bcc for m in messages),
        in_reply_to=next((m.in_reply_to for m in messages if m.in_reply_to), ""),
    )


def _machinery(message: Message) -> tuple[bool, int, str]:
    return is_list(message), len(machine_reasons(message)), wire.pack(message)


def _all(fields: Iterable[tuple[Mailbox, ...]]) -> tuple[Mailbox, ...]:
    seen: dict[str, Mailbox] = {}
    for boxes in fields:
        for box in boxes:
            there = seen.get(box.addr.lower())
            if there is None or (box.name and not there.name):
                seen[box.addr.lower()] = box
    return tuple(seen.values())
