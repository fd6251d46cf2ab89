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
from typing import IO

from connectors.contract import Chunk, Divisible
from syncd.store.portions import Entry, Portion, Taken, Terms


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


def rows_of(source: Divisible, terms: Terms, chunk: Chunk) -> bytes:
    """What a chunk comes to, for `portion_from`."""
    taken, cursor, done = terms.portion(source.read_chunk(chunk))
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
