"""A support module: an IMAP server of a few lines, for what Dovecot cannot be made to do.

It keeps mails in memory and answers what the connector asks. `says` puts other answers in the place
of its own: for commands that begin like this, once or for ever. {tag} stands for the command's tag;
an answer that ends with "!" closes the connection behind it. Bytes that are no UTF-8 are written as
surrogates.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Self

_ESSENTIAL: Final = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR"


@dataclass
class Box:
    """One folder."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    labels: dict[int, str] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)  # Gmail's
    attributes: str = ""
    withheld: set[int] = field(default_factory=set)  # listed, and never delivered

    @property
    def next(self) -> int:
        return max(self.mails, default=0) + 1


class FakeImap:
    """See above. `log` has every command, without its tag."""

    def __init__(
        self,
        capabilities: str = "",
        greeting: str = "* OK ready",
        context: ssl.SSLContext | None = None,
        listing: str = "LIST",
        host: str = "127.0.0.1",
    ) -> None:
        self.capabilities = f"{_ESSENTIAL} {capabilities}".strip()
        self.boxes: dict[str, Box] = {"INBOX": Box()}
        self.log: list[str] = []
        self.idling: list[Callable[[str], None]] = []  # how to tell those who are in IDLE
        self.idles = 0  # how often it was asked to IDLE
        self._greeting = greeting
        self._context = context
        self._listing = listing
        self._planned: list[tuple[str, str, bool]] = []
        self._together: dict[str, int] = {}
        self._listener = socket.create_server((host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def says(self, command: str, answer: str, *, always: bool = False) -> None:
        """Answer commands that begin with `command` like this."""
        self._planned.append((command, answer, always))

    def forget(self, command: str) -> None:
        """Answer commands that begin with `command` as it should be, from now on."""
        self._planned = [one for one in self._planned if one[0] != command]

    def answers_together(self, command: str, number: int) -> None:
        """Answer commands of that name only when so many have come."""
        self._together[command] = number

    def together(self, name: str) -> int:
        """How many of these commands have to come before the first is answered."""
        return self._together.get(name, 1)

    def push(self, text: str) -> None:
        """Say something to everybody who is in IDLE."""
        for send in list(self.idling):
            send(text)

    def hang_up(self) -> None:
        """End every connection."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            one.close()
        self._thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            _Talk(self, connection, self._greeting).run()
        except OSError:
            pass  # the client has gone, or did not like the certificate
        finally:
            connection.close()

    def planned(self, line: str) -> str | None:
        """The answer that was planned for a command."""
        for plan in self._planned:
            if line.upper().startswith(plan[0].upper()):
                if not plan[2]:
                    self._planned.remove(plan)
                return plan[1]
        return None

    def listed(self) -> list[str]:
        """LIST of all folders; names are as on the wire."""
        return [
            f'* {self._listing} ({box.attributes}) "/" "{name}"' for name, box in self.boxes.items()
        ]


class _Talk:
    """One connection."""

    def __init__(self, server: FakeImap, connection: socket.socket, greeting: str) -> None:
        self._server = server
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._box = Box()
        self._held: list[tuple[str, str]] = []
        self._send(greeting)

    def run(self) -> None:
        """Answer until there is nothing more."""
        with self._lines:
            while line := self._lines.readline():
                tag, _, command = line.decode("utf-8", "surrogateescape").strip().partition(" ")
                self._server.log.append(command)
                planned = self._server.planned(command)
                if planned is None:
                    self._held.append((tag, command))
                    if len(self._held) >= self._server.together(command.partition(" ")[0]):
                        held, self._held = self._held, []
                        for one in held:
                            self._answer(*one)
                    continue
                text = planned.removesuffix("!")
                if text:
                    self._send(text.replace("{tag}", tag))
                if planned.endswith("!"):
                    return

    def _send(self, *lines: str | bytes) -> None:
        self._connection.sendall(
            b"".join(
                (x if isinstance(x, bytes) else x.encode("utf-8", "surrogateescape")) + b"\r\n"
                for x in lines
            )
        )

    def _answer(self, tag: str, command: str) -> None:
        name, _, rest = command.partition(" ")
        if name.upper() == "UID":
            name, _, rest = rest.partition(" ")
        does: Callable[[str, str], Any] | None = getattr(self, f"_{name.lower()}", None)
        if does is None:
            self._send(f"{tag} BAD what is {name}?")
        elif does(tag, rest) is None:
            self._send(f"{tag} OK done")

    def _capability(self, tag: str, rest: str) -> None:
        self._send(f"* CAPABILITY {self._server.capabilities}")

    def _noop(self, tag: str, rest: str) -> None: ...

    def _close(self, tag: str, rest: str) -> None: ...

    def _login(self, tag: str, rest: str) -> None: ...

    def _enable(self, tag: str, rest: str) -> None:
        self._send(f"* ENABLED {rest}")

    def _authenticate(self, tag: str, rest: str) -> None:
        if " " not in rest:
            self._send("+ ")
            self._server.log.append(self._lines.readline().decode().strip())

    def _logout(self, tag: str, rest: str) -> None:
        self._send("* BYE see you")

    def _namespace(self, tag: str, rest: str) -> None:
        self._send('* NAMESPACE (("" "/")) NIL NIL')

    def _list(self, tag: str, rest: str) -> None:
        self._send(*self._server.listed())
        if " STATUS (" in rest or "(STATUS (" in rest:
            for name in self._server.boxes:
                self._status(tag, f'"{name}" ()')

    _xlist = _list

    def _status(self, tag: str, rest: str) -> bool | None:
        name = rest.partition(" (")[0].strip('"')
        box = self._server.boxes.get(name)
        if box is None:
            self._send(f"{tag} NO [NONEXISTENT] no such mailbox")
            return True
        self._send(
            f'* STATUS "{name}" (MESSAGES {len(box.mails)} UIDNEXT {box.next} '
            f"UIDVALIDITY {box.validity})"
        )
        return None

    def _examine(self, tag: str, rest: str) -> bool | None:
        box = self._server.boxes.get(rest.strip('"'))
        if box is None:
            self._send(f"{tag} NO [NONEXISTENT] no such mailbox")
            return True
        self._box = box
        self._send(
            f"* {len(box.mails)} EXISTS",
            f"* OK [UIDVALIDITY {box.validity}] ok",
            f"* OK [UIDNEXT {box.next}] ok",
        )
        return None

    def _search(self, tag: str, rest: str) -> None:
        wanted = set(self._box.mails)
        if match := re.search(r"UID ([\d:,*]+)", rest):
            wanted &= self._numbers(match[1])
        self._send("* SEARCH " + " ".join(map(str, sorted(wanted))))

    def _fetch(self, tag: str, rest: str) -> bool | None:
        numbers, _, items = rest.partition(" ")
        asked = self._numbers(numbers) & set(self._box.mails)
        if asked & self._box.withheld:
            self._send(f"{tag} NO something is wrong with one of them")
            return True
        for uid in sorted(asked):
            self._mail(uid, items)
        return None

    def _mail(self, uid: int, items: str) -> None:
        mail = self._box.mails[uid]
        parts = [f"UID {uid} FLAGS () RFC822.SIZE {len(mail)}".encode()]
        parts.append(b'INTERNALDATE " 2-Mar-2026 09:00:00 +0000"')
        if "X-GM-LABELS" in items:
            parts.append(f"X-GM-LABELS ({self._box.labels.get(uid, '')})".encode())
        if "X-GM-MSGID" in items and uid in self._box.ids:
            parts.append(f"X-GM-MSGID {self._box.ids[uid]}".encode())
        if "BODYSTRUCTURE" in items:
            parts.append(b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1)')
        header = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        for name, body in (("HEADER", header), ("", mail)):
            if f"BODY.PEEK[{name}]" in items:
                parts.append(f"BODY[{name}] {{{len(body)}}}\r\n".encode() + body)
        self._send(f"* {uid} FETCH (".encode() + b" ".join(parts) + b")")

    def _append(self, tag: str, rest: str) -> bool | None:
        name, size = rest.split('"')[1], int(rest.rpartition("{")[2].strip("+}"))
        self._send("+ go on")
        mail = self._lines.read(size)
        self._lines.readline()
        planned = self._server.planned("APPENDED")
        box = self._server.boxes[name]
        box.mails[box.next] = mail
        if planned is not None:
            self._send(planned.removesuffix("!").replace("{tag}", tag))
        if planned == "!":
            self._connection.shutdown(socket.SHUT_RDWR)
        return None if planned is None else True

    def _idle(self, tag: str, rest: str) -> None:
        self._send("+ idling")
        self._server.idling.append(self._send)
        self._server.idles += 1
        self._server.log.append(self._lines.readline().decode().strip())
        self._server.idling.remove(self._send)

    def _numbers(self, text: str) -> set[int]:
        highest = max(self._box.mails, default=0)
        found: set[int] = set()
        for piece in text.split(","):
            low, _, high = piece.partition(":")
            first = highest if low == "*" else int(low)
            last = first if not high else highest if high == "*" else int(high)
            found.update(range(min(first, last), min(max(first, last), highest) + 1))
        return found
