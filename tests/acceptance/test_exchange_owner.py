"""An owner with a mailbox on an Exchange server, by the command line."""

from __future__ import annotations

import hashlib
import socket
import ssl
import sys
from pathlib import Path

import pytest
from acceptance_world import Result
from exchange_home import ANA, ExchangeHome, exchange_home, fill
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange, running_exchange
from servers.tls import certificate

__all__ = ["clock", "exchange"]


@pytest.fixture
def home(tmp_path: Path, exchange: FakeExchange) -> ExchangeHome:
    """See `exchange_home`."""
    return exchange_home(tmp_path, exchange)


def test_from_mail_to_tasks(tmp_path: Path, exchange: FakeExchange) -> None:
    """What is there is found, read and judged; the tasks stand in a folder of their own, which the
    first one makes; one that is ticked there is done."""
    home = exchange_home(tmp_path, exchange, "mine.yaml")
    ana = exchange.account(ANA)
    fill(ana, exchange.now())
    check = right(home.syncd("check")).out
    assert "account work: ana@example.com at 127.0.0.1 (mail, calendar, contacts, tasks)" in check
    assert "tasks go to: work (default)" in check
    doctor = right(home.syncd("doctor")).out
    assert f"127.0.0.1 answers at {exchange.url}; signed in as ana@example.com" in doctor
    assert "tasks: the folder Follow-ups is made with the first task" in doctor
    right(home.syncd("once"))
    (ben,) = home.people()
    assert ben["addresses"] == ["ben@example.org"]
    ana.tasks.tick(ana.tasks.named("Call Ben", "Tasks/Follow-ups"))
    right(home.syncd("once"))
    done = {one["title"]: one["status"] for one in home.syncd("tasks", "--json").json}
    assert done == {"Call Ben": "done"}
    assert ana.sent == []


def test_who_may_not_in(home: ExchangeHome, exchange: FakeExchange) -> None:
    """No password, a wrong one, another user's: one line with what to do, 77; it is shown to the
    server once, and a right one counts at once."""
    ana = exchange.account(ANA)
    home.secret.unlink()
    told = home.syncd("once")
    assert (told.code, told.err.count("\n")) == (77, 1)
    assert f"write it into {home.secret} (chmod 600)" in told.err
    home.password("nonsense")
    for _ in range(2):
        told = home.syncd("once")
        assert (told.code, told.err.count("\n")) == (77, 1)
        assert "127.0.0.1 refuses ana@example.com: check `user:` (DOMAIN\\name" in told.err
    assert exchange.signin.asked.count("Basic") == 1
    home.password(ana.password)
    home.account(user="EXAMPLE\\nobody")
    assert home.syncd("once").code == 77
    home.account(user=ana.user)
    right(home.syncd("once"))
    exchange.signin.expired.add(ANA)
    told = home.syncd("doctor")
    assert (told.code, "has expired: set a new one" in told.out) == (77, True), told.out


def test_a_server_that_is_not_there(home: ExchangeHome) -> None:
    """A closed port and a host that no DNS knows: 1, and what to look at."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    home.account(url=f"http://127.0.0.1:{port}/EWS/Exchange.asmx")
    told = home.syncd("once")
    assert (told.code, told.err.count("\n")) == (1, 1)
    assert f"127.0.0.1:{port} refuses connections: check `host:` or `url:`" in told.err
    home.account(url="http://127.0.0.1:1/EWS/Exchange.asmx", more="role: shared")
    assert "wrong   work/exchange" in home.syncd("doctor").out


def test_whom_it_trusts(tmp_path: Path, exchange: FakeExchange) -> None:
    """A certificate of nobody known is refused, with what to do; `ca_file:` or its fingerprint
    makes it right."""
    made = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)
    pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(made.path.read_text())).hexdigest()
    with running_exchange(exchange.clock, tls=context) as secure:
        home = exchange_home(tmp_path, secure)
        told = home.syncd("once")
        assert (told.code, "`ca_file:`" in told.err) == (1, True), told.err
        assert secure.signin.asked == []
        home.account(f"ca_file: {made.path.name}")
        right(home.syncd("once"))
        home.account(f"fingerprint: {pin}")
        right(home.syncd("once"))
        home.account(f"fingerprint: {pin[::-1]}")
        told = home.syncd("doctor")
        assert (told.code, f"set `fingerprint: {pin}`" in told.out) == (1, True), told.out


def test_ews_is_blocked(home: ExchangeHome) -> None:
    """As Microsoft 365 does it: 1, and the kind of account that goes there."""
    home.exchange.faults.trouble("GetFolder", "ErrorOrganizationAccessBlocked", skip=1)
    told = home.syncd("doctor")
    assert (told.code, "use `kind: graph`" in told.out) == (1, True), told.out


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("*host: mail.example.com", "the url says where the server is"),
        (
            "*host: m.example.com:8443",
            "write the name of the server alone, like mail.example.org, or",
        ),
        ("*fingerprint: 00ff", "64 digits from 0 to f"),
        ("*auth: oauth", "auth: write password, basic, ntlm, kerberos or bearer"),
        ("auth: kerberos, *user: ana", "Kerberos goes by the ticket that `kinit` got"),
        ("*password: pw", "write it into secrets/work.password beside this file"),
        ("mail: false, *drafts: true", "is about mail, which is off"),
        ("*cards: 'a,b'", "true for the usual category, false for none, or the name of one"),
        ("*server: mail.example.com", "did you mean 'host'?"),
        ("*client_id: x", "'client_id' is for kind graph, and this account is kind exchange"),
    ],
)
def test_mistakes(home: ExchangeHome, keys: str, words: str) -> None:
    """Each at its place, which has a star here, with what to write instead."""
    home.account(keys, url="https://m.example.com/")
    text = home.config.read_text()
    column = text.splitlines()[2].index("*") + 1
    home.configure(text.replace("*", ""))
    told = home.syncd("check")
    assert told.code == 78
    assert f"{home.config}:3:{column}: " in told.err, told.err
    assert words in told.err


def test_without_its_extra(home: ExchangeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named at the account's place."""
    monkeypatch.setitem(sys.modules, "exchangelib", None)
    told = home.syncd("check")
    assert told.code == 78
    assert f"{home.config}:3:18: kind: exchange needs an extra: pip install 'syncd[exc" in told.err


def test_microsoft_365_is_of_another_kind(home: ExchangeHome) -> None:
    """Its servers take no password: that is said before anybody is asked; a token may be tried."""
    host = "outlook.office365.com"
    for keys, url in ((f"host: {host}", ""), ("", f"https://{host}/EWS/Exchange.asmx")):
        home.account(keys, url=url)
        told = home.syncd("check")
        assert (told.code, "use kind: graph" in told.err) == (78, True), told
    home.account(f"host: {host}, auth: bearer", url="")
    right(home.syncd("check"))
    home.account("", url="https://[")
    assert home.syncd("check").code == 78


def test_a_ticket_needs_no_password(home: ExchangeHome) -> None:
    """Kerberos: nothing is asked for, and where its package is missing it is named."""
    home.secret.unlink()
    home.account("auth: kerberos")
    assert "but work" not in right(home.syncd("check")).out
    told = home.syncd("login", "work")
    assert (told.code, "signs in with what this machine has" in told.err) == (2, True)


def right(result: Result) -> Result:
    """A command that went well."""
    assert result.code == 0, result.out + result.err
    return result
