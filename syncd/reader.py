"""A process that reads for another one: chunks of a listing in, rows out, until its input ends.

    in    pickled: (source, terms), then chunks
    out   marshalled: a portion for each chunk, as plain tuples

Each message has its length before it, eight bytes. The process knows no database and starts in a
tenth of a second. Whatever goes wrong ends it: whoever started it reads the chunks itself then.
"""

from __future__ import annotations

import gc
import marshal
import os
import pickle
import signal
from dataclasses import replace
from typing import IO

from connectors.contract import Chunk, Divisible, Unread
from connectors.errors import ConnectorError
from connectors.records import Bad, Batch, Item
from syncd.store.portions import Entry, Portion, Taken, Terms, fault_in


def main() -> None:
    """Serve standard input and output."""
    # A Ctrl-C is for whoever started us, and ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):  # no library may print between the rows
        os.dup2(nowhere, descriptor)
    gc.freeze()
    gc.set_threshold(50_000, 5, 5)  # rows have no cycles: look for some seldom
    first = receive(inbox)
    if first is None:
        return
    source, terms = pickle.loads(first)  # noqa: S301  # from the process that started us
    while (data := receive(inbox)) is not None:
        send(outbox, rows_of(source, terms, pickle.loads(data)))  # noqa: S301


def send(pipe: IO[bytes], data: bytes) -> None:
    """Write one message. Raises OSError when nobody reads it any more."""
    pipe.write(len(data).to_bytes(8, "big"))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """One message; None at the end of input, or where it was cut off."""
    head = pipe.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    data = pipe.read(size)
    return data if len(data) == size else None


def read(source: Divisible, chunk: Chunk) -> Batch:
    """What a chunk lists, read; an item that breaks its reader is told as bad. Raises the errors of
    the contract."""
    try:
        return source.read_chunk(chunk)
    except ConnectorError:
        raise
    except Exception:  # noqa: BLE001  # which of them it is shows one by one
        items = [one for item in chunk.items for one in _alone(source, chunk, item)]
        return Batch(tuple(items), chunk.cursor, chunk.done)


def _alone(source: Divisible, chunk: Chunk, item: Item | Unread) -> tuple[Item, ...]:
    if not isinstance(item, Unread):
        return (item,)
    try:
        return source.read_chunk(replace(chunk, items=(item,))).items
    except ConnectorError:
        raise
    except Exception as error:  # noqa: BLE001  # told with the item
        return (Bad(item.ref, item.stamp, fault_in(error), for_now=True),)


def rows_of(source: Divisible, terms: Terms, chunk: Chunk) -> bytes:
    """What a chunk comes to, for `portion_from`."""
    taken, cursor, done = terms.portion(read(source, chunk))
    plain = [
        (ref, stamp, state, reason, [tuple(entry) for entry in entries], twin)
        for ref, stamp, state, reason, entries, twin in taken
    ]
    return marshal.dumps((plain, cursor, done))


def portion_from(data: bytes) -> Portion:
    """The portion in a message of a reader."""
    plain, cursor, done = marshal.loads(data)  # noqa: S302  # from the process that we started
    taken = [
        Taken(ref, stamp, state, reason, tuple(map(Entry._make, entries)), twin)
        for ref, stamp, state, reason, entries, twin in plain
    ]
    return Portion(taken, cursor, done)
