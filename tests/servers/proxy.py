"""A support module: a TCP proxy that spoils connections at a given byte, for any protocol.

    with Proxy(server.port) as proxy:
        proxy.plan(Fault("cut", DOWN, 4711))    # for the next connection; further plans queue up
        proxy.strike(b"PUT ", Fault("cut", DOWN))    # for the next request that says so

Without a plan a connection is passed on as it is. Nothing sleeps: a delay holds bytes back until
somebody says `release`.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal, Self

UP: Final = "up"  # from the client to the server
DOWN: Final = "down"
_CHUNK: Final = 64 * 1024

Kind = Literal["cut", "reset", "garbage", "half-close", "hold"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens behind `at` bytes of one direction.

    cut: both sides are closed. reset: the client gets an RST. garbage: eight bytes are other bytes,
    then it goes on. half-close: this direction ends, the other goes on. hold: nothing is passed on
    in this direction before `release`.
    """

    kind: Kind
    way: str = DOWN
    at: int = 0


@dataclass
class Connection:
    """One connection through the proxy, as it went."""

    client: socket.socket
    server: socket.socket
    fault: Fault | None
    passed: dict[str, int] = field(default_factory=lambda: {UP: 0, DOWN: 0})
    ended: set[str] = field(default_factory=set)
    held: bytearray = field(default_factory=bytearray)
    done: bool = False  # whether the fault has happened

    def close(self) -> None:
        """Both sides, at once."""
        for side in (self.client, self.server):
            side.close()
        self.ended |= {UP, DOWN}


class Proxy:
    """See above. `connections` are all that were made, in order."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._plans: deque[Fault | None] = deque()
        self._strikes: deque[tuple[bytes, Fault]] = deque()
        self._selector = selectors.DefaultSelector()
        self._bell, self._ringer = socket.socketpair()
        self._released = False
        self._refusing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections: list[Connection] = []
        self.held = threading.Event()  # set when bytes are held back
        self._thread = threading.Thread(target=self._serve, name="proxy", daemon=True)

    def plan(self, *faults: Fault | None) -> None:
        """What happens to the next connections, one after the other; None: nothing."""
        self._plans.extend(faults)

    def strike(self, mark: bytes, fault: Fault) -> None:
        """What happens to the next request in which `mark` stands, on whatever connection: its
        bytes and those of the answer are counted from there. Further ones queue up."""
        self._strikes.append((mark, fault))

    def calm(self) -> bool:
        """Forget what has not happened yet; whether there was anything."""
        armed = [one for one in self.connections if one.fault is not None and not one.done]
        left = bool(self._plans or self._strikes or armed)
        self._plans.clear()
        self._strikes.clear()
        for one in armed:
            one.fault = None
        return left

    def refuse(self, refusing: bool = True) -> None:
        """Close every new connection at once."""
        self._refusing = refusing

    def release(self) -> None:
        """Pass on what is held back, and everything after it."""
        self._released = True
        self._ringer.send(b"!")

    def cut_all(self) -> None:
        """End every connection that there is."""
        for connection in list(self.connections):
            for side in (connection.client, connection.server):
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ringer.close()
        self._thread.join(10)
        for connection in self.connections:
            connection.close()
        for one in (self._listener, self._bell):
            one.close()
        self._selector.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._bell:
                    if not self._bell.recv(64):
                        return
                    self._pass_held()
                elif key.data is not None:
                    self._pass(*key.data)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        if self._refusing:
            client.close()
            return
        fault = self._plans.popleft() if self._plans else None
        try:
            server = socket.create_connection(("127.0.0.1", self._target), timeout=10)
        except OSError:
            client.close()
            return
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(client, server, fault)
        self.connections.append(connection)
        if fault is not None and fault.at == 0:
            self._spoil(connection, b"")
        if UP not in connection.ended:
            self._selector.register(client, selectors.EVENT_READ, (connection, UP))
        if DOWN not in connection.ended:
            self._selector.register(server, selectors.EVENT_READ, (connection, DOWN))

    def _pass(self, connection: Connection, way: str) -> None:
        source = connection.client if way == UP else connection.server
        if way in connection.ended:
            self._forget(source)
            return
        try:
            data = source.recv(_CHUNK)
        except OSError:
            data = b""
        if not data:
            self._end(connection, way)
            return
        if way == UP and self._strikes and self._strikes[0][0] in data:
            connection.fault, connection.done = self._strikes.popleft()[1], False
            connection.passed = {UP: 0, DOWN: 0}
        fault, before = connection.fault, connection.passed[way]
        connection.passed[way] = before + len(data)
        if fault is None or fault.way != way or connection.done:
            if connection.held and fault is not None and fault.way == way:
                connection.held += data
            else:
                self._send(connection, way, data)
            return
        if before + len(data) < fault.at:
            self._send(connection, way, data)
            return
        self._send(connection, way, data[: fault.at - before])
        self._spoil(connection, data[fault.at - before :])

    def _spoil(self, connection: Connection, rest: bytes) -> None:
        fault = connection.fault
        assert fault is not None
        connection.done = True
        if fault.kind == "cut":
            self._drop(connection)
        elif fault.kind == "reset":
            linger = struct.pack("ii", 1, 0)
            connection.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._drop(connection)
        elif fault.kind == "garbage":
            self._send(connection, fault.way, bytes(byte ^ 0x55 for byte in rest[:8]) + rest[8:])
        elif fault.kind == "half-close":
            self._end(connection, fault.way)
        elif self._released:
            self._send(connection, fault.way, rest)
        else:
            connection.held += rest or b""
            self.held.set()

    def _pass_held(self) -> None:
        for connection in self.connections:
            if connection.held and connection.fault is not None:
                data = bytes(connection.held)
                connection.held.clear()
                self._send(connection, connection.fault.way, data)

    def _send(self, connection: Connection, way: str, data: bytes) -> None:
        try:
            (connection.server if way == UP else connection.client).sendall(data)
        except OSError:
            self._drop(connection)

    def _end(self, connection: Connection, way: str) -> None:
        """One direction is over: pass the news on."""
        connection.ended.add(way)
        self._forget(connection.client if way == UP else connection.server)
        with contextlib.suppress(OSError):
            (connection.server if way == UP else connection.client).shutdown(socket.SHUT_WR)
        if connection.ended == {UP, DOWN}:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        for side in (connection.client, connection.server):
            self._forget(side)
        connection.close()

    def _forget(self, side: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(side)
