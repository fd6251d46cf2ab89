"""A support module: a domain on loopback that has mail, calendars and a DNS that names them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from acceptance_init import LETTER, MEETING, START
from acceptance_terminal import Terminal
from acceptance_world import Result
from servers.dav import DavServer
from servers.dovecot import Dovecot, running, why_not
from servers.names import Records, name_server, network_at
from servers.radicale import radicale
from servers.tls import Certificate, certificate

from syncd import setup

APART = Path(__file__).with_name("init_apart.py")
ANA = "ana@example.org"


@dataclass(frozen=True, slots=True)
class Domain:
    """example.org: `dns` is the port of its DNS, and everything trusts `certificate`."""

    mail: Dovecot
    dav: DavServer
    dns: int
    certificate: Certificate

    def terminal(self, *words: str, trusting: bool = True) -> Terminal:
        """`syncd init` with this DNS alone, which trusts the certificate or not."""
        return Terminal(
            *words,
            program=(sys.executable, str(APART), str(self.dns)),
            environment={"SSL_CERT_FILE": str(self.certificate.path)} if trusting else None,
        )

    def here(self, patch: pytest.MonkeyPatch) -> None:
        """`syncd` in this process has this DNS alone, and trusts the certificate."""
        patch.setenv("SSL_CERT_FILE", str(self.certificate.path))
        patch.setattr(setup, "Network", lambda: network_at(self.dns))


@contextmanager
def domain(folder: Path) -> Iterator[Domain]:
    """The servers, from start to end. Ben and Ana have written to each other and met."""
    if why_not():
        pytest.skip(why_not())
    made = certificate(folder)
    with running(certificate=(made.path, made.key)) as mail, radicale(folder / "dav", made) as dav:
        client = mail.client(ANA)
        for number, (author, to, box) in enumerate(
            [("Ben Archer <ben@ben.example.com>", ANA, "INBOX"),
             (f"Ana Silva <{ANA}>", "ben@ben.example.com", "Sent Messages")] * 3
        ):  # fmt: skip
            letter = LETTER.format(
                author=author, to=to, subject="Boats", number=number, body="Of boats.",
                date=f"{10 + number:02} May 2026 10:00:00 +0000",
            )  # fmt: skip
            client.append(letter.replace("\n", "\r\n").encode(), box)
        client.close()
        work = dav.make_calendar("work", "Work")
        dav.make_calendar("home", "Home")
        dav.make_calendar("todo", "To do", "VTODO")
        dav.make_book("friends", "Friends")
        met = START.replace(day=13)
        meeting = MEETING.format(
            uid="m1", title="Coffee with Ben", start=met, end=met.replace(hour=13),
            name="Ben Archer", addr="ben@ben.example.com",
        )  # fmt: skip
        dav.put(f"{work}m1.ics", meeting.encode())
        port = urlsplit(dav.url).port
        records: Records = {
            ("_imaps._tcp.example.org", "SRV"): [f"0 1 {mail.tls_port} localhost."],
            ("_caldavs._tcp.example.org", "SRV"): [f"0 1 {port} localhost."],
            ("_caldavs._tcp.example.org", "TXT"): ['"path=/"'],
            ("_carddavs._tcp.example.org", "SRV"): [f"0 1 {port} localhost."],
        }
        with name_server(records) as dns:
            yield Domain(mail, dav, dns, made)


def right(result: Result) -> Result:
    """A command that went well."""
    assert result.code == 0, result.out + result.err
    return result
