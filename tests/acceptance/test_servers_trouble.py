"""What is wrong with an account on a server is told in one sentence that says what to do; the other
accounts go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from acceptance_servers import BEN, House, davs, house, servers
from acceptance_world import ANA, Home, at
from servers.dovecot import free_port
from servers.fake_imap import Box, FakeImap
from servers.proxy import DOWN, Fault, Proxy
from servers.tls import certificate, greeter

__all__ = ["davs", "house", "servers"]

ALONE = "owner: {{name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}}\n\
accounts:\n  - {{{}}}\nrules: [none.yaml]\nstate: sqlite:///syncd.db\n"


def alone(folder: Path, account: str) -> Home:
    """A home with nothing but one account on a server."""
    home = Home(folder)
    home.configure(ALONE.format(account))
    return home


def failing(home: Home, code: int = 1) -> str:
    """What `once` says where one thing is wrong; `status` agrees."""
    result = home.syncd("once")
    status = home.syncd("status")
    assert (result.code, status.code) == (code, code), (result, status)
    (line,) = dict.fromkeys(result.err.splitlines())
    assert line.removeprefix("syncd: ").partition(": ")[2].partition(": ")[2] in status.out
    return line


def test_a_wrong_password(house: House) -> None:
    """The account is down, with a line that says what to do; it was shown once. The list of the
    other account is written all the same, and the right password mends everything."""
    house.exchange()
    house.meeting()
    house.password("post", "wrong")
    refused = (
        f"127.0.0.1 does not accept the password for {house.mailbox.user}: correct `user:` or the "
        "password (many providers want an app password)"
    )
    result = house.syncd("once")
    assert (result.code, result.err) == (1, f"syncd: post: mail: {refused}\n")
    assert house.titles() == ["Call Cleo"]
    failures = f"user=<{house.mailbox.user}>"
    log = [line for line in house.mailbox.server.log().splitlines() if failures in line]
    assert sum("auth failed" in line for line in log) == 1
    status = house.syncd("status")
    assert status.code == 1
    assert "post is down since 2026-06-15 12:00 UTC (mail)" in status.out
    assert refused in status.out
    looked = house.syncd_now("doctor")
    assert (looked.code, f"wrong   post/imap      {refused}" in looked.out) == (1, True)
    house.password("post", "secret")
    house.once()
    assert house.titles() == ["Answer Ben", "Call Cleo"]
    assert house.syncd("status").code == 0


def test_nobody_can_sign_in(house: House) -> None:
    """77 where that is so for every account: a calendar server refuses the password, which is told
    once for all its facets, and the mail's is not there at all."""
    house.password("dav", "wrong")
    (house.folder / "secrets" / "post.password").unlink()
    result = house.syncd("once")
    assert result.code == 77
    address = house.dav.url.split("/")[2]
    dav = (
        f"{address} refuses owner: check `user`, and set the password anew (many providers want an "
        "app password)"
    )
    assert result.err.splitlines() == [
        f"syncd: dav: contacts, calendar, tasks: {dav}",
        (
            "syncd: post: mail: there is no password to sign in with: write it into "
            f"{house.folder}/secrets/post.password (chmod 600), give it as the credential "
            "post.password, or set `password_command:`"
        ),
    ]
    assert house.syncd("status").code == 77
    checked = house.syncd("check")
    assert (checked.code, "but post: there is no password" in checked.out) == (0, True)


def test_a_command_says_the_password(house: House) -> None:
    """It is asked for each sign-in; when it fails that is told, without what it may have said."""
    house.exchange()
    house.write("vault", "#!/bin/sh\necho hunter2hunter2hunter2 >&2\ncat word\n").chmod(0o700)
    house.accounts(house.post("password_command: ./vault"), house.caldav())
    result = house.syncd("once")
    assert result.code == 1
    assert result.err == (
        "syncd: post: mail: 'vault' ended with 1 (No such file or directory): correct "
        "`password_command:`, or what it needs to print the password\n"
    )
    house.write("word", "secret\n")
    house.once()
    assert house.titles() == ["Answer Ben"]
    for path in (house.database, house.config):
        assert b"hunter2" not in path.read_bytes()


@pytest.mark.parametrize("kind", ["imap", "caldav"])
def test_an_expired_certificate(kind: str, tmp_path: Path) -> None:
    """It is tried again, since whoever runs the server renews it."""
    made = certificate(tmp_path, expired=True)
    with greeter(made) as port:
        where = {
            "imap": f"host: localhost, port: {port}, user: ana",
            "caldav": f"url: 'https://localhost:{port}/', user: ana, contacts: false",
        }[kind]
        home = alone(tmp_path, f"name: far, kind: {kind}, {where}, ca_file: server.pem")
        home.write("secrets/far.password", "secret").chmod(0o600)
        line = failing(home)
        assert "the certificate of localhost has expired" in line.lower()
        looked = home.syncd_now("doctor")
    assert (looked.code, "has expired" in looked.out) == (1, True)


@pytest.mark.parametrize("kind", ["imap", "caldav"])
def test_a_closed_port(kind: str, tmp_path: Path) -> None:
    """Nobody is there: where that was is said, and what to look at."""
    port = free_port()
    where = {
        "imap": f"host: 127.0.0.1, port: {port}, tls: none, user: ana",
        "caldav": f"url: 'http://127.0.0.1:{port}/', user: ana, contacts: false",
    }[kind]
    home = alone(tmp_path, f"name: far, kind: {kind}, {where}")
    home.write("secrets/far.password", "secret").chmod(0o600)
    words = {
        "imap": f"mail: nothing answers at 127.0.0.1:{port}: check `host:` and `port:`",
        "caldav": f"calendar: 127.0.0.1:{port} refuses connections: check `url`, and that the "
        "server runs",
    }
    assert failing(home) == f"syncd: far: {words[kind]}"


def test_a_server_without_idle(tmp_path: Path) -> None:
    """It is read as any other; `doctor` says that it is asked from time to time."""
    with FakeImap() as server:
        text = f"From: Ben <{BEN}>\r\nTo: {ANA}\r\nMessage-ID: <1@example.net>\r\n"
        server.boxes["INBOX"] = Box(
            {
                1: f"{text}Date: {at('2026-06-14T09:00'):%a, %d %b %Y %T %z}"
                "\r\nSubject: Hello\r\n\r\nHello.\r\n".encode()
            }
        )
        home = alone(
            tmp_path,
            f"name: post, kind: imap, host: 127.0.0.1, port: {server.port}, tls: none, "
            "user: ana, folders: [INBOX]",
        )
        home.write("secrets/post.password", "secret").chmod(0o600)
        home.once()
        assert home.status()["observations"] == {"message": 1}
        looked = home.syncd_now("doctor")
    assert looked.code == 0
    assert "1 of 1 folders are read: INBOX; has no IDLE: it is asked for new mail" in looked.out


def test_a_server_that_goes_away_in_the_middle(house: House) -> None:
    """What was read is kept, the rest is read by the next run, nothing twice; the other account
    goes on."""
    for minute in range(30):
        house.letter(f"Ben Archer <{BEN}>", ANA, at(f"2026-06-14T09:{minute:02}"))
    house.letter(f"Ana Silva <{ANA}>", f"Ben Archer <{BEN}>", at("2026-06-01T09:00"), "INBOX")
    house.meeting()
    with Proxy(house.mailbox.server.port) as proxy:
        house.accounts(house.post(port=proxy.port), house.caldav())
        proxy.plan(Fault("cut", DOWN, 6000))
        result = house.syncd("once")
        assert result.code == 1
        assert result.err == (
            "syncd: post: mail: the connection to 127.0.0.1 was lost; it is made again later\n"
        )
        assert house.titles() == ["Call Cleo"]
        house.once()
        assert house.syncd("audit").code == 0
    assert house.status()["observations"]["message"] == 31
    assert house.titles() == ["Answer Ben", "Call Cleo"]


def test_a_missing_extra(tmp_path: Path) -> None:
    """Without the library that an account needs, its place and the way to install it are told."""
    home = alone(tmp_path, "name: post, kind: imap, host: h.example, user: ana")
    program = (
        "import sys; sys.modules['imapclient'] = None; from syncd.__main__ import main; "
        f"sys.argv = ['syncd', '--config', {str(home.config)!r}, 'once']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == (
        f"{home.config}:3:18: kind: imap needs an extra: pip install 'syncd[imap]'\n"
    )
