"""A support module: a DNS server on loopback that knows a few invented names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.resolver
import dns.rrset

from syncd.setup.servers import Names, Network

Records = Mapping[tuple[str, str], Sequence[str]]  # (name, kind): values as in a zone file


@contextmanager
def name_server(records: Records, *, silent: bool = False) -> Iterator[int]:
    """Answers from `records`, that nothing else exists; or `silent` not at all. Its port."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            data, client = door.recvfrom(4096)
            if not data:
                return
            if not silent:
                door.sendto(_answer(dns.message.from_wire(data), records), client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = int(door.getsockname()[1])
    try:
        yield port
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last, suppress(OSError):
            last.sendto(b"", ("127.0.0.1", port))
        thread.join(10)
        door.close()


def resolver_at(port: int) -> dns.resolver.Resolver:
    """One that asks nobody but the server there."""
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = ["127.0.0.1"]
    made.port = port
    return made


def network_at(port: int) -> Network:
    """A network of nothing but this machine and what the DNS there knows."""

    def dial(host: str, number: int) -> socket.socket:
        if host in ("localhost", "127.0.0.1"):
            return socket.create_connection((host, number), timeout=5)
        raise ConnectionRefusedError(f"{host}:{number}")

    return Network(Names(resolver_at(port)), dial)


def _answer(query: dns.message.Message, records: Records) -> bytes:
    (asked,) = query.question
    name = asked.name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(asked.rdtype)
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    found = records.get((name, kind))
    if found:
        answer.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, list(found)))
    elif not any(known == name for known, _ in records):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()
