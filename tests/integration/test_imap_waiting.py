"""Waiting for mail on an IMAP server: told at once where it can be, looked for where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from time import monotonic

import pytest
from contract.ledger import Ledger
from contract.source_contract import seen
from contract.waiting_contract import SOON, meanwhile, quiet, told
from imap_world import Mailbox, Servers, letter, servers
from servers import dovecot
from servers.fake_imap import Box, FakeImap
from servers.proxy import Proxy

from connectors.contract import Hindered, Waiting
from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.imap.line import Line
from connectors.imap.listener import RENEWED
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server

__all__ = ["servers"]  # the fixture


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    """A server with five mails, and IDLE."""
    with FakeImap("IDLE") as server:
        server.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 6)})
        yield server


def source_of(
    fake: FakeImap,
    clock: Callable[[], float] = monotonic,
    poll: float = 300,
    wrong: list[str] | None = None,
) -> ImapMail:
    """A source that reads it; into `wrong` go passwords that were called so."""

    def refused(secret: str, _words: str) -> bool:
        if wrong is not None:
            wrong.append(secret)
        return True

    server = Server("127.0.0.1", "ana", lambda: "secret", fake.port, "none", refused=refused)
    return ImapMail(Line(server), clock=clock, poll=poll)


def idle_of(fake: FakeImap, times: int = 1) -> None:
    """Wait until it was asked to IDLE so often."""
    deadline = monotonic() + SOON
    while fake.idles < times or len(fake.idling) != 1:
        assert monotonic() < deadline, fake.log


@pytest.mark.parametrize("folder", ["INBOX", "Sent Messages"])
def test_idle_wakes(servers: Servers, folder: str) -> None:
    """Mail that comes, and mail that is sent, is told at once, over and over."""
    with closing(Mailbox(servers(dovecot.CONDSTORE))) as mailbox:
        source, ledger = mailbox.source(), Ledger()
        quiet(source, ledger)
        for number in range(2):
            refs: list[str] = []
            with meanwhile(lambda n=number, r=refs: r.append(mailbox.add(n, folder))):  # type: ignore[misc]  # bound now
                assert seen(told(source, ledger)) == set(refs)


def test_flags_wake_nobody(servers: Servers) -> None:
    """A mail that is read or starred elsewhere is no news."""
    with closing(Mailbox(servers(dovecot.CONDSTORE))) as mailbox:
        ref = mailbox.add(1)
        source, ledger = mailbox.source(), Ledger()
        quiet(source, ledger)
        with meanwhile(lambda: mailbox.client.flag(ref.rpartition("=")[2], "(\\Flagged)")):
            assert not source.wait(0.8)


def test_a_lost_connection_is_a_look(servers: Servers) -> None:
    """What happens while nobody listens is found by the look that the loss ends in."""
    with (
        closing(Mailbox(servers(dovecot.CONDSTORE))) as mailbox,
        Proxy(mailbox.server.port) as proxy,
    ):
        clock = Clock()
        source, ledger = mailbox.source(mailbox.settings(proxy.port), clock=clock), Ledger()
        while source.wait(0):
            ledger.read(source)
        clock.now += 100
        proxy.cut_all()
        ref = mailbox.add(1)
        assert source.wait(0)
        assert seen(ledger.read(source)) == {ref}
        source.close()


def test_idle_is_renewed(fake: FakeImap) -> None:
    """Before 29 minutes have passed it is asked for anew, and mail of which a word got lost is
    looked for."""
    clock = Clock()
    with closing(source_of(fake, clock)) as source:
        assert source.wait(0)
        ledger = Ledger()
        ledger.read(source)
        idle_of(fake)
        assert RENEWED < 29 * 60
        clock.now += RENEWED - 1
        assert not source.wait(0)
        assert fake.log.count("IDLE") == 1
        fake.boxes["INBOX"].mails[6] = letter(6)  # and nothing is said of it
        clock.now += 2
        assert source.wait(0)
        assert len(ledger.read(source)) == 1
        idle_of(fake, times=2)
        assert fake.log.count("DONE") == 1
        assert not source.wait(0)
        fake.push("* 6 EXISTS")
        assert source.wait(SOON)


def test_other_folders_are_looked_at(fake: FakeImap) -> None:
    """Of a third folder IDLE tells nothing: every `poll` seconds there is a look."""
    fake.boxes |= {"Sent": Box(), "Lists": Box()}
    clock = Clock()
    with closing(source_of(fake, clock, poll=60)) as source:
        assert source.wait(0)
        assert [line for line in fake.log if line.startswith("EXAMINE")] == [
            'EXAMINE "INBOX"', 'EXAMINE "Sent"',
        ]  # fmt: skip
        clock.now += 59
        assert not source.wait(0)
        clock.now += 2
        assert source.wait(0)
        assert not source.wait(0)


def test_the_folder_that_rang_is_looked_at_first(fake: FakeImap) -> None:
    """Its mail is told before any other folder is asked about."""
    fake.boxes |= {f"Box{number}": Box() for number in range(3)} | {"Sent": Box()}
    with closing(source_of(fake)) as source:
        assert source.wait(0)
        ledger = Ledger()
        ledger.read(source)
        assert ledger.read(source) == []
        fake.boxes["Sent"].mails[1] = letter(9)
        fake.idling[1]("* 1 EXISTS")
        assert source.wait(SOON)
        del fake.log[:]
        assert len(ledger.read(source)) == 1
        asked = [line for line in fake.log if line.startswith(("STATUS", "EXAMINE"))]
        assert asked[:2] == ['STATUS "Sent" (MESSAGES UIDNEXT UIDVALIDITY)', 'EXAMINE "Sent"']
        assert len(asked) == 6


def test_words_before_an_idle_begins(fake: FakeImap) -> None:
    """What a server tells while it is asked to IDLE is heard, and is no refusal."""
    fake.says("IDLE", "* 6 EXISTS\r\n+ idling")
    with closing(source_of(fake)) as source:
        assert source.wait(0)
        assert source.wait(SOON)


def test_a_server_without_idle() -> None:
    """The source says so, for the owner, and each wait ends in a look; `wake` still ends it."""
    with FakeImap() as fake, closing(source_of(fake)) as source:
        assert isinstance(source, Waiting)
        assert isinstance(source, Hindered)
        source.wait(0)
        assert "no IDLE" in source.hindrance
        assert "poll:" in source.hindrance
        assert source.wait(0.02)
        with meanwhile(source.wake):
            assert not source.wait(SOON)


def test_a_server_that_ends_each_idle(fake: FakeImap) -> None:
    """One that hangs up at once is not asked again and again: it is told as trouble."""
    clock = Clock()
    with closing(source_of(fake, clock)) as source:
        assert source.wait(0)
        idle_of(fake)
        fake.push("* BYE enough")
        with pytest.raises(Unavailable, match="ended the connection"):
            source.wait(SOON)
        assert source.wait(0)
        idle_of(fake, times=2)
        clock.now += 600
        fake.push("* BYE Autologout")
        assert source.wait(SOON)


@pytest.mark.parametrize("refusal", ["[LIMIT] too many connections", "[AUTHENTICATIONFAILED] no"])
def test_a_second_connection_too_many(fake: FakeImap, refusal: str) -> None:
    """A server that allows one listener has the inbox listened to, and the rest looked at; whatever
    it says of it, the password is the right one."""
    fake.boxes["Sent"] = Box()
    clock = Clock()
    wrong: list[str] = []
    with closing(source_of(fake, clock, poll=60, wrong=wrong)) as source:
        fake.says("AUTHENTICATE", "{tag} OK in")
        fake.says("AUTHENTICATE", f"{{tag}} NO {refusal}")
        assert source.wait(0)
        assert len(fake.idling) == 1
        clock.now += 61
        assert source.wait(0)
        assert wrong == []


def test_one_connection_and_no_more(fake: FakeImap) -> None:
    """Where there is none for a listener the mail is read, and the password is the right one."""
    wrong: list[str] = []
    with closing(source_of(fake, wrong=wrong)) as source:
        ledger = Ledger()
        ledger.read(source)
        fake.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", always=True)
        with pytest.raises(Refused, match="no further connection"):
            source.wait(0)
        fake.boxes["INBOX"].mails[6] = letter(6)
        assert len(ledger.read(source)) == 1
        assert wrong == []


def test_reading_goes_before_listening(fake: FakeImap) -> None:
    """Where the server takes one connection less than there were, those that listen end, and what
    it says of the password without them is believed."""
    wrong: list[str] = []
    with closing(source_of(fake, wrong=wrong)) as source:
        assert source.wait(0)
        ledger = Ledger()
        fake.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", always=True)
        with pytest.raises(Unavailable):
            ledger.read(source)
        assert wrong == []
        with pytest.raises(SignInNeeded):
            ledger.read(source)
        assert wrong == ["secret"]


def test_a_password_that_was_changed(fake: FakeImap) -> None:
    """A server that ends every connection and then refuses the password means it."""
    wrong: list[str] = []
    with closing(source_of(fake, wrong=wrong)) as source:
        assert source.wait(0)
        ledger = Ledger()
        ledger.read(source)
        fake.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", always=True)
        fake.hang_up()
        with pytest.raises(SignInNeeded):
            ledger.read(source)
        assert wrong == ["secret"]


def test_an_idle_that_is_refused(fake: FakeImap) -> None:
    """A server that offers it and does not do it is one that has none; one that cannot do it now is
    asked again."""
    fake.says("IDLE", "{tag} NO [UNAVAILABLE] not now")
    fake.says("IDLE", "{tag} BAD what is IDLE?", always=True)
    with closing(source_of(fake)) as source:
        with pytest.raises(Unavailable):
            source.wait(0)
        source.wait(0)
        assert "no IDLE" in source.hindrance
        assert source.wait(0.02)


def test_a_folder_that_cannot_be_listened_on(fake: FakeImap) -> None:
    """It keeps nobody from hearing of the other one."""
    fake.boxes["Sent"] = Box()
    fake.says('EXAMINE "INBOX"', "{tag} NO [NOPERM] not yours", always=True)
    with closing(source_of(fake)) as source:
        assert source.wait(0)
        idle_of(fake)
        assert source.hindrance == ""
        fake.push("* 1 EXISTS")
        assert source.wait(SOON)
