"""Real mails, calendars and cards: nothing fails, and the fast reader agrees with stdlib."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mime
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import BadItem
from connectors.formats.ical import read_calendar
from connectors.formats.mime import READ_LIMIT, read_message
from connectors.formats.text import plain_text
from connectors.formats.vcard import read_cards
from connectors.formats.words import clean
from connectors.records import Mailbox
from connectors.wire import pack, unpack

MAILS = ("spamassassin", "enron-categories", "eml")
START = datetime(2016, 1, 1, tzinfo=UTC)
END = datetime(2027, 4, 1, tzinfo=UTC)


def mails(corpora: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every mail of a corpus."""
    if not (corpora / folder).is_dir():
        pytest.skip(f"the corpus {folder} is absent")
    for path in sorted((corpora / folder).rglob("*")):
        if path.is_file() and path.suffix != ".cats" and path.name not in ("SOURCE.txt", "cmds"):
            yield path.name, path.read_bytes()


@pytest.mark.parametrize("folder", MAILS)
def test_every_mail_is_read_or_set_aside(corpora: Path, folder: str) -> None:
    """No header makes the reader fail otherwise than by BadItem, and records survive packing."""
    read = bad = 0
    for _, data in mails(corpora, folder):
        try:
            message = read_message(data[:READ_LIMIT])
        except BadItem:
            bad += 1
            continue
        read += 1
        assert unpack("message", pack(message)) == message
    # The fixtures of other parsers often have no date at all; real mail always has.
    assert bad <= (0.2 * read if folder == "eml" else 0)


@pytest.mark.parametrize("folder", ["enron-categories", "eml"])
def test_every_text_is_read(corpora: Path, folder: str) -> None:
    """No body makes the reader fail otherwise than by BadItem, and what it says is storable."""
    for _, data in mails(corpora, folder):
        try:
            plain_text(data).encode("utf-8")
        except BadItem:
            continue


def standard_addresses(mail: Mime, name: str) -> set[str]:
    """What stdlib finds, without what is plainly no address."""
    values = [re.sub(r"[\r\n]+", " ", str(value)) for value in mail.get_all(name, [])]
    return {
        addr.lower() for _, addr in getaddresses(values) if re.fullmatch(r"[^\s@]+@[^\s@]+", addr)
    }


def lower(boxes: tuple[Mailbox, ...]) -> set[str]:
    """Addresses for comparison."""
    return {box.addr.lower() for box in boxes}


def standard_subject(mail: Mime) -> str | None:
    """What stdlib decodes, None where it gives up or replaces characters."""
    try:
        text = clean(str(make_header(decode_header(mail["subject"]))))
    except (LookupError, ValueError, TypeError):
        return None
    return None if "\ufffd" in text else text[:998].rstrip()


@pytest.mark.parametrize("folder", MAILS)
def test_the_fast_reader_agrees_with_the_standard_library(corpora: Path, folder: str) -> None:
    """Addresses, subjects, ids and dates are the standard library's, but for a few broken mails.

    The differences left are its own: names taken for addresses, zones of 17 hours, the year 102.
    """
    differences: list[tuple[str, str]] = []
    count = 0
    for name, data in mails(corpora, folder):
        try:
            ours = read_message(data)
        except BadItem:
            continue
        count += 1
        theirs = message_from_bytes(data)
        for field, boxes in (("from", ours.from_), ("to", ours.to), ("cc", ours.cc)):
            if standard_addresses(theirs, field) != lower(boxes):
                differences.append((name, field))
        subject = standard_subject(theirs) if theirs["subject"] is not None else ""
        if subject is not None and subject != ours.subject:
            differences.append((name, "subject"))
        message_id = str(theirs["message-id"] or "").strip()
        if re.fullmatch(r"<[^<>\s]+>", message_id) and message_id[1:-1] != ours.message_id:
            differences.append((name, "message-id"))
        try:
            date = parsedate_to_datetime(str(theirs["date"]))
        except (TypeError, ValueError):
            continue
        if (date if date.tzinfo else date.replace(tzinfo=UTC)) != ours.at:
            differences.append((name, "date"))
    assert len(differences) <= 0.025 * count, differences


def test_every_calendar_is_read_or_set_aside(corpora: Path) -> None:
    """No calendar makes the reader fail otherwise than by BadItem."""
    paths = [path for path in (corpora / "ics").rglob("*.ics") if "zoneinfo" not in path.name]
    if not paths:
        pytest.skip("the corpus ics is absent")
    read = 0
    for path in paths:
        try:
            meetings = read_calendar(path.read_bytes(), START, END, ZoneInfo("UTC")).meetings
        except BadItem:
            continue
        read += 1
        for meeting in meetings[:50]:
            assert unpack("meeting", pack(meeting)) == meeting
    assert read > 0.7 * len(paths)


def test_every_card_is_read(corpora: Path) -> None:
    """Cards as every address book writes them are read."""
    paths = list((corpora / "vcf").rglob("*.vcf"))
    if not paths:
        pytest.skip("the corpus vcf is absent")
    for path in paths:
        assert all(card.name for card in read_cards(path.read_bytes()).cards)
