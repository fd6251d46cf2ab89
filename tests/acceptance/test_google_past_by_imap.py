"""`backfill: imap`: what there was comes by IMAP with the same sign-in, the rest by the API."""

from __future__ import annotations

import json
import webbrowser
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_world import Home
from fakes.google.clients import browse, client_file
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from servers.fake_imap import Box, FakeImap

__all__ = ["clock", "google"]
ANA, BEN = "Ana Silva <ana@example.com>", "Ben Archer <ben@example.net>"
GET = "gmail.users.messages.get"
CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.com], timezone: Europe/Lisbon}
accounts:
  - {name: work, kind: google, login: ana@example.com, calendars: false, contacts: false,
     tasks: false, backfill: imap}
state: sqlite:///syncd.db
"""


def test_once_by_imap(
    tmp_path: Path, google: FakeGoogle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The people of old mail are there though no mail was fetched from the API; a new one is."""
    mailbox = google.account("ana@example.com").mailbox
    at = clock() - timedelta(days=9)
    for number in range(6):
        at += timedelta(days=1)
        pair, label = ((ANA, BEN), "SENT") if number % 2 else ((BEN, ANA), "INBOX")
        mailbox.deliver(letter(*pair, f"Plan {number}", at=at), [label], at=at)
    everything = Box(attributes="\\All")
    for uid, one in enumerate(mailbox.letters.values(), 1):
        everything.mails[uid] = one.raw.replace(b"\n", b"\r\n")
        everything.ids[uid] = int(one.id, 16)
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    home = Home(tmp_path)
    home.configure(CONFIG)
    home.write("google-client.json", json.dumps(client_file(google)))
    with FakeImap("X-GM-EXT-1 SPECIAL-USE") as imap:
        imap.boxes = {"INBOX": Box(), "[Gmail]/All Mail": everything}
        monkeypatch.setenv("SYNCD_GOOGLE_IMAP", f"127.0.0.1:{imap.port}")
        assert home.syncd("login").code == 0
        once = home.syncd("once", now=clock().isoformat())
        assert (once.code, once.err) == (0, "")
        assert any(line.startswith("AUTHENTICATE XOAUTH2") for line in imap.log)
    texts = google.count(GET)
    clock.advance(minutes=5)
    mailbox.deliver(letter(BEN, ANA, "Re: Plan 5", at=clock()))
    once = home.syncd("once", now=clock().isoformat())
    assert (once.code, once.err) == (0, "")
    assert google.count(GET) > texts
    people = json.loads(home.syncd("people", "--json", now=clock().isoformat()).out)
    (ben,) = people
    assert (ben["name"], ben["counts"]["sent"], ben["counts"]["received"]) == ("Ben Archer", 3, 4)
