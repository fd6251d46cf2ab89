"""Whom an Exchange server has to be: a certificate that holds, one of our own, or that very one."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_desk import ANA, account_of, exchange_of
from fakes.exchange.server import FakeExchange, running_exchange
from fakes.exchange.world import Clock
from servers.tls import Certificate, certificate

from connectors.errors import Refused, Unavailable
from connectors.exchange import raw
from connectors.exchange.request import Distinguished
from connectors.exchange.session import Exchange


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate that nobody knows."""
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Another one."""
    return certificate(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def secure(made: Certificate) -> Iterator[FakeExchange]:
    """An Exchange server that speaks TLS."""
    with running_exchange(Clock(), tls=serving(made)) as fake:
        yield fake


def serving(made: Certificate) -> ssl.SSLContext:
    """What a server with it speaks by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)
    return context


def look(way: Exchange) -> None:
    """Ask for something that is there."""
    try:
        raw.folder(way, Distinguished("inbox"), (), "the inbox")
    finally:
        way.close()


def pin(one: Certificate) -> str:
    """SHA-256 of it."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(one.path.read_text())).hexdigest()


def test_nobody_is_trusted_unseen(secure: FakeExchange) -> None:
    """A certificate that nobody known has signed gets no password."""
    with pytest.raises(Unavailable, match="`ca_file:`"):
        look(exchange_of(secure))
    assert secure.signin.asked == []


def test_two_accounts_trust_different_ones(
    secure: FakeExchange, made: Certificate, other: Certificate
) -> None:
    """In one process, by turns: what one account trusts is nothing to the other."""
    for _ in range(2):
        look(exchange_of(secure, ca_file=made.path))
        with pytest.raises(Unavailable, match="signed by nobody known here"):
            look(exchange_of(secure, ca_file=other.path))


def test_a_name_that_is_another(tmp_path: Path) -> None:
    """The certificate has to be for the server's name; a pin is for itself."""
    made = certificate(tmp_path, host="mail.example.org")
    with running_exchange(Clock(), tls=serving(made)) as fake:
        with pytest.raises(Unavailable, match="for another name"):
            look(exchange_of(fake, ca_file=made.path))
        look(exchange_of(fake, fingerprint=pin(made)))


def test_a_pinned_certificate(secure: FakeExchange, made: Certificate) -> None:
    """By its SHA-256 it is trusted whoever signed it, and with `ca_file` besides."""
    shown = pin(made)
    look(exchange_of(secure, fingerprint=shown))
    look(exchange_of(secure, fingerprint=":".join(shown[at : at + 2] for at in range(0, 64, 2))))
    look(exchange_of(secure, fingerprint=shown, ca_file=made.path))


def test_a_certificate_that_changed(
    secure: FakeExchange, made: Certificate, other: Certificate
) -> None:
    """Another one than is pinned gets nothing, also where it would hold; both are named."""
    before = len(secure.signin.asked)
    with pytest.raises(Unavailable, match="ask whoever runs the") as caught:
        look(exchange_of(secure, fingerprint=pin(other)))
    assert pin(made) in str(caught.value)
    with pytest.raises(Unavailable, match="another certificate"):
        look(exchange_of(secure, fingerprint=pin(other), ca_file=made.path))
    assert len(secure.signin.asked) == before


def test_what_cannot_be_a_certificate(secure: FakeExchange, tmp_path: Path) -> None:
    """It is said which key is wrong."""
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("nothing")
    with pytest.raises(Refused, match="`ca_file`"):
        look(exchange_of(secure, ca_file=nonsense))
    with pytest.raises(Refused, match="SHA-256"):
        look(exchange_of(secure, fingerprint="ab" * 20))


def test_an_account_reads_over_tls(secure: FakeExchange, made: Certificate) -> None:
    """Mail included: its stream is another connection, to the same server."""
    account = account_of(secure, ca_file=made.path)
    assert next(iter(account.survey())) == f"127.0.0.1 answers at {secure.url}"
    assert secure.account(ANA).address == ANA
