"""A TCP relay that makes the way longer, and notes what passes."""

from __future__ import annotations

import contextlib
import socket
import threading
from queue import SimpleQueue
from time import perf_counter
from typing import Self

_CHUNK = 64 * 1024


class Relay:
    """To a port of this machine. `delay`: seconds that each direction takes. `turns` counts how
    often a client spoke after the server had: what a round trip is waited for. `heard` gets the
    moments at which `word` was passed on to a client."""

    def __init__(self, port: int, delay: float = 0.0, word: bytes = b"") -> None:
        self.turns = 0
        self.heard: SimpleQueue[float] = SimpleQueue()
        self._target = port
        self._delay = delay
        self._word = word
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sides: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._listener, *self._sides):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sides += [client, server]
            last = ["up"]
            for way, source, sink in (("up", client, server), ("down", server, client)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                pipe: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
                for work, given in (
                    (self._take, (way, source, pipe, last)),
                    (self._pass, (way, sink, pipe)),
                ):
                    threading.Thread(target=work, args=given, daemon=True).start()

    def _take(
        self,
        way: str,
        source: socket.socket,
        pipe: SimpleQueue[tuple[float, bytes]],
        last: list[str],
    ) -> None:
        data = b"begin"
        while data:
            try:
                data = source.recv(_CHUNK)
            except OSError:
                data = b""
            if way == "up" and last[0] == "down" and data:
                self.turns += 1
            last[0] = way
            pipe.put((perf_counter() + self._delay, data))

    def _pass(self, way: str, sink: socket.socket, pipe: SimpleQueue[tuple[float, bytes]]) -> None:
        pause = threading.Event()
        while True:
            due, data = pipe.get()
            if self._delay:
                pause.wait(max(0.0, due - perf_counter()))
            if way == "down" and self._word and self._word in data:
                self.heard.put(perf_counter())
            with contextlib.suppress(OSError):
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
