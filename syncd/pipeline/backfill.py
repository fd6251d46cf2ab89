"""Reading much at once: other processes read and work out rows, this one writes them in order.

    source --listed here--> chunks --read there--> portions --in their order--> whoever writes

A reader process knows nothing but its source and its terms, so losing it loses nothing: the chunk
it had is read here. It ends with its input, so it does not outlive this process.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue

from connectors.contract import Chunk, Divisible, Known, Source, Unread
from connectors.errors import ConnectorError
from syncd import log
from syncd.reader import portion_from, read, receive, send
from syncd.store.portions import Portion, Taken, Terms

MANY = 1500  # items to be read; for fewer it takes longer to start a process
_TOGETHER = 3000  # items in one transaction: the pages of the indexes are written once for all
_MOST_READERS = 4
_AHEAD = 10  # chunks being read, or waiting to be written
_FETCHED_AHEAD = 4  # the same where mails come with them: those are in memory
_START = "import sys; sys.path[:] = sys.argv[1:]; from syncd.reader import main; main()"


def portions(
    source: Source, cursor: str | None, known: Known, now: datetime, terms: Terms
) -> Iterator[Portion]:
    """Everything that changed in a source, ready to be stored, in its order."""
    if not isinstance(source, Divisible):
        for batch in source.changes(cursor, known, now):
            yield terms.portion(batch)
        return
    listed = _listed(source, cursor, known, now)
    held: list[Chunk | ConnectorError] = []
    unread = 0
    while unread < MANY and (chunk := next(listed, None)) is not None:
        held.append(chunk)
        if isinstance(chunk, Chunk):
            unread += sum(isinstance(item, Unread) for item in chunk.items)
    count = readers() if unread >= MANY else 0
    if count < 2:
        for chunk in _chain(held, listed):
            yield _read_here(source, terms, chunk)
        return
    ahead = _AHEAD
    if any(map(_is_fetched, held)):
        # To fetch takes as long as to read, and another process does half of that anyway.
        count, ahead = 1, _FETCHED_AHEAD
    with Readers(source, terms, count, ahead) as pool:
        yield from together(pool.read(_chain(held, listed)))


def _is_fetched(chunk: Chunk | ConnectorError) -> bool:
    """Whether what is to be read came with the listing."""
    return isinstance(chunk, Chunk) and any(
        isinstance(item, Unread) and item.data for item in chunk.items
    )


def _listed(
    source: Divisible, cursor: str | None, known: Known, now: datetime
) -> Iterator[Chunk | ConnectorError]:
    """The chunks, and the trouble that ended them as one more: it is raised in its place, when what
    was listed before it is stored."""
    try:
        yield from source.chunks(cursor, known, now)
    except ConnectorError as error:
        yield error


def _read_here(source: Divisible, terms: Terms, chunk: Chunk | ConnectorError) -> Portion:
    if isinstance(chunk, ConnectorError):
        raise chunk
    return terms.portion(read(source, chunk))


def readers() -> int:
    """How many processes this machine has use for."""
    able = getattr(os, "sched_getaffinity", None)  # not everywhere
    return min(len(able(0)) if able else os.cpu_count() or 1, _MOST_READERS)


def _chain(
    held: list[Chunk | ConnectorError], rest: Iterator[Chunk | ConnectorError]
) -> Iterator[Chunk | ConnectorError]:
    while held:
        yield held.pop(0)
    yield from rest


class Readers:
    """Processes that read one source on the same terms; a context manager that ends them."""

    def __init__(self, source: Divisible, terms: Terms, count: int, ahead: int = _AHEAD) -> None:
        self._source = source
        self._terms = terms
        self._count = count
        self._ahead = ahead
        self._processes: list[subprocess.Popen[bytes]] = []
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        # A thread for each process waits for it, while this one writes.
        self._threads = ThreadPoolExecutor(count, "syncd-reader")

    def __enter__(self) -> Readers:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, chunks: Iterator[Chunk | ConnectorError]) -> Iterator[Portion]:
        """What each chunk comes to, in their order."""
        waiting: deque[tuple[Future[bytes | None], Chunk | ConnectorError]] = deque()
        while True:
            # A listing may be slow, as one that comes from a server: what is ready goes first.
            while (
                len(waiting) < self._ahead
                and not (len(waiting) > self._count and waiting[0][0].done())
                and (chunk := next(chunks, None)) is not None
            ):
                waiting.append((self._threads.submit(self._send, chunk), chunk))
            if not waiting:
                return
            answer, chunk = waiting.popleft()
            data = answer.result()
            yield (
                _read_here(self._source, self._terms, chunk) if data is None else portion_from(data)
            )

    def close(self) -> None:
        """End the processes at once; what they have not answered is lost to nobody."""
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # what is left in a buffer has no reader
                    if pipe is not None:
                        pipe.close()
        self._processes.clear()

    def _start(self) -> None:
        try:
            first = pickle.dumps((self._source, self._terms))
            for _ in range(self._count):
                process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _START, *sys.path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
                self._processes.append(process)
                assert process.stdin is not None
                send(process.stdin, first)
                self._idle.put(process)
        except (OSError, pickle.PicklingError, AttributeError, TypeError) as error:
            # Everything can still be read here.
            log.event("readers.not_started", error=type(error).__name__)

    def _send(self, chunk: Chunk | ConnectorError) -> bytes | None:
        """Have a chunk read by a process that has nothing to do; None when there is none left."""
        if isinstance(chunk, ConnectorError):
            return None
        try:
            process = self._idle.get_nowait()
        except Empty:
            return None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, pickle.dumps(chunk))
            data = receive(process.stdout)
        except (OSError, ValueError):  # ValueError: the pipe was closed here, on the way out
            data = None
        if data is None:
            log.event("reader.lost", code=process.poll())
        else:
            self._idle.put(process)
        return data


def together(portions: Iterator[Portion]) -> Iterator[Portion]:
    """Fewer and larger ones; each ends with the cursor of the last that is in it."""
    taken: list[Taken] = []
    cursor = ""
    try:
        for portion in portions:
            taken += portion.taken
            cursor = portion.cursor
            if len(taken) >= _TOGETHER or portion.done:
                yield Portion(taken, cursor, portion.done)
                taken = []
    except ConnectorError:
        if taken:  # what came before the trouble is kept
            yield Portion(taken, cursor, False)
        raise
