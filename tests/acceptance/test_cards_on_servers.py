"""A card goes into an address book by CardDAV, and a draft into a mailbox by IMAP."""

from __future__ import annotations

import re

from acceptance_servers import BEN, SENT, House, davs, house, servers
from acceptance_world import ANA, at, calendar, vevent
from errand_world import LETTER, RULES

__all__ = ["davs", "house", "servers"]


def books(house: House, name: str) -> list[str]:
    """The cards in a book that was made for them."""
    status, _, listing = house.dav.ask(
        "PROPFIND", f"{house.dav.home}{name}/", headers={"Depth": "1"}
    )
    assert status in (207, 404)
    paths = re.findall(r">([^<]+\.vcf)<", listing.decode())
    return [house.dav.get(path).decode() for path in paths]


def drafts(house: House) -> list[str]:
    imap = house.mailbox.client.imap
    imap.select("Drafts", readonly=True)
    _, parts = imap.fetch("1:*", "(BODY.PEEK[])")
    imap.close()
    return [part[1].decode() for part in parts if isinstance(part, tuple)]


def test_both_are_left_on_their_servers(house: House) -> None:
    """Once each, with what the signature says; the card goes with whoever is forgotten."""
    name = f"met-{house.mailbox.user}"
    house.write("mine.yaml", RULES)
    house.accounts(house.post("drafts: true"), house.caldav(f"cards: {name}"))
    house.letter(f"Ana Silva <{ANA}>", BEN, at("2026-06-10T09:00"), SENT)
    yes = {ANA: "ACCEPTED", BEN: "ACCEPTED"}
    event = vevent(at("2026-06-15T08:00"), "Coffee", f"c.{name}", organizer=ANA, attendees=yes)
    house.dav.put(f"{house.work}c.ics", calendar(event).encode())
    header = (
        "Message-ID: <b1@example.net>\nDate: Mon, 15 Jun 2026 10:00:00 +0000\n"
        f"From: Ben Keller <{BEN}>\nTo: {ANA}\nSubject: Kaffee\n"
        "Content-Type: text/plain; charset=utf-8\n\n"
    )
    house.mailbox.client.append((header + LETTER).replace("\n", "\r\n").encode())
    house.once()
    (card,) = books(house, name)
    assert "FN:Ben Keller" in card
    assert "+41 44 123 45 67" in card
    (draft,) = drafts(house)
    assert "In-Reply-To: <b1@example.net>" in draft
    assert house.once().code == 0
    assert (len(books(house, name)), len(drafts(house))) == (1, 1)
    assert house.syncd("forget", BEN, "--yes").code == 0
    assert (books(house, name), len(drafts(house))) == ([], 1)
