"""What only some servers have: Gmail's labels, XLIST."""

from __future__ import annotations

from contextlib import closing

from contract.ledger import Ledger
from imap_world import letter
from servers.fake_imap import Box, FakeImap

from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.refs import place_of
from connectors.imap.session import Server
from connectors.records import Message, Seen


def source_of(fake: FakeImap) -> ImapMail:
    """A source that reads it."""
    server = Server("127.0.0.1", "ana", lambda: "secret", port=fake.port, tls="none")
    return ImapMail(Line(server))


def gmail(listing: str = "LIST") -> FakeImap:
    """Gmail: folders are labels, and one has all mail."""
    everything = "\\AllMail" if listing == "XLIST" else "\\All"
    fake = FakeImap(
        "X-GM-EXT-1 " + ("XLIST" if listing == "XLIST" else "SPECIAL-USE"), listing=listing
    )
    fake.boxes = {
        "INBOX": Box({1: letter(1)}),
        "[Gmail]": Box(attributes="\\Noselect \\HasChildren"),
        "[Gmail]/Todos": Box({uid: letter(uid) for uid in range(1, 5)}, attributes=everything),
        "[Gmail]/Enviados": Box({1: letter(2)}, attributes="\\Sent"),
        "[Gmail]/Spam": Box({1: letter(99)}, attributes="\\Junk"),
        "Amigos": Box({1: letter(1)}),
    }
    fake.boxes["[Gmail]/Todos"].labels = {
        1: '"\\\\Inbox" Amigos',
        2: '"\\\\Sent"',
        3: '"\\\\Draft"',
        4: '"\\\\Important" "Fam&AO0-lia" {5}\r\nother',
    }
    return fake


def labels_of(ledger: Ledger) -> dict[int, str | None]:
    """The labels of each mail, by its UID; nothing for mail without observations."""
    return {
        place.uid: message.trait("x-gm-labels")
        for ref, observations in ledger.observations.items()
        for message in observations
        if isinstance(message, Message) and (place := place_of(ref))
    }


def test_gmail_is_read_through_one_folder() -> None:
    """Labels are other views of the same mail: all of it is read once, with its labels as a trait;
    a draft holds no observation."""
    with gmail() as fake, closing(source_of(fake)) as source:
        ledger = Ledger()
        items = ledger.read(source)
        assert len(items) == 4
        assert {place.folder for ref in ledger.stamps if (place := place_of(ref))} == {
            "[Gmail]/Todos"
        }
        assert labels_of(ledger) == {
            1: "\\Inbox,Amigos", 2: "\\Sent", 4: "\\Important,Família,other",
        }  # fmt: skip
        assert [item.observations for item in items if isinstance(item, Seen)].count(()) == 1


def test_xlist_tells_what_folders_are_for() -> None:
    """The older extension says the same."""
    with gmail("XLIST") as fake, closing(source_of(fake)) as source:
        ledger = Ledger()
        ledger.read(source)
        assert {place.folder for ref in ledger.stamps if (place := place_of(ref))} == {
            "[Gmail]/Todos"
        }
        assert any(line.startswith("XLIST") for line in fake.log)


def test_gmail_that_hides_all_mail() -> None:
    """Where that folder is not shown, the labels are read."""
    with gmail() as fake, closing(source_of(fake)) as source:
        del fake.boxes["[Gmail]/Todos"]
        ledger = Ledger()
        ledger.read(source)
        assert {place.folder for ref in ledger.stamps if (place := place_of(ref))} == {
            "INBOX", "[Gmail]/Enviados", "Amigos",
        }  # fmt: skip


def test_folders_named_so_by_nobody() -> None:
    """Without SPECIAL-USE drafts, junk and trash are left out by their names alone."""
    with FakeImap() as fake, closing(source_of(fake)) as source:
        names = ("INBOX", "INBOX.Drafts", "Gel&APY-schte Elemente", "Spam", "Sent", "Spam filters")
        fake.boxes = {name: Box({1: letter(1)}) for name in names}
        ledger = Ledger()
        ledger.read(source)
        assert {place.folder for ref in ledger.stamps if (place := place_of(ref))} == {
            "INBOX", "Sent", "Spam filters",
        }  # fmt: skip
