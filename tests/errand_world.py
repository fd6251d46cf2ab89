"""A support module: somebody whom Ana met this morning, and what is to be written beside a task."""

from __future__ import annotations

import email.policy
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

from acceptance_world import ANA, Home, at

from connectors.formats.vcard import read_cards
from connectors.records import Card

RULES = """version: 1
rules:
  - id: thank
    since: first_meeting
    until: [message_sent]
    due: 48h
    where: {colleague: false}
    also: [card, draft]
    task: {title: "Thank {{ first_name }}"}
"""
CONFIG = """owner: {{name: Ana Silva, addresses: [{ana}], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, mail: [mail/], calendar: [calendar/], contacts: [contacts/],
     tasks: tasks/{more}}}
rules: [rules.yaml]
state: sqlite:///syncd.db
limits: {{at: "00:00"}}
"""
BOTH = ", cards: contacts/met/, drafts: Drafts"
BEN = "ben@acme-robotics.example"
MET = at("2026-03-10T10:00")
NOW = "2026-03-10T18:00:00+00:00"
LATER = "2026-03-11T08:00:00+00:00"
LETTER = """Hallo Ana,

das war sehr schön, und ich freue mich auf die Unterlagen, die du mir schickst.

Viele Grüße
Ben Keller
CTO, Acme Robotics Ltd
T +41 44 123 45 67 | www.acme-robotics.example
"""


def after_coffee(folder: Path, more: str = BOTH) -> Home:
    """Ana met Ben this morning, and he wrote to her afterwards. `more` are keys of the account."""
    made = Home(folder, now=NOW)
    made.write("rules.yaml", RULES)
    made.configure(config(more))
    made.mail(ANA, BEN, MET - timedelta(days=3), "See you on Tuesday.\n")
    made.event(MET, "Coffee", organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    made.mail(
        f"Ben Keller <{BEN}>", ANA, MET + timedelta(hours=2), LETTER, subject="AW: Kaffee",
        name="ben1@acme-robotics.example",
    )  # fmt: skip
    return made


def config(more: str = BOTH) -> str:
    """The configuration, with these keys of the account besides."""
    return CONFIG.format(ana=ANA, more=more)


def cards(home: Home) -> list[Card]:
    """Those in the address book, by the names of their files."""
    found = sorted((home.folder / "contacts").rglob("*.vcf"))
    return [card for path in found for card in read_cards(path.read_bytes()).cards]


def drafts(home: Home) -> list[EmailMessage]:
    """Those in the folder for drafts."""
    found = sorted((home.folder / "Drafts").glob("[cn]??/*"))
    return [message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]
