"""What is said of an account's keys in the configuration that `syncd init` writes. Data only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

ABOUT: Final = {
    "name": "What it is called in tasks and messages; its password is the secret NAME.password.",
    "host": "The mail server.",
    "port": "Its port, where it is not the usual one.",
    "tls": "Encryption: implicit (from the first byte), starttls, or none (this machine only).",
    "url": "Where calendars, contacts and task lists are; a server's own address will do.",
    "user": "Who signs in.",
    "login": "The address that signs in; `syncd login` with the account's name does it.",
    "client": "The file of your OAuth client; docs/google.md tells how to get it.",
    "auth": "What it signs in with: a password, or an access token.",
    "password_command": "What prints the password, in place of the secret.",
    "token_command": "What prints an access token.",
    "ca_file": "The certificate of a server of your own.",
    "calendars": "Which calendars are read: true, false, or names.",
    "contacts": "Which address books are read: true, false, or names.",
    "tasks": "The list that tasks are written to; the first task makes it where it is absent.",
}
_GOOGLE: Final = {
    "name": "What it is called in tasks and messages.",
    "contacts": "Whether contacts are read.",
    "tasks": "The list in Google Tasks that tasks are written to, made with the first; or false.",
}
KINDS: Final = {
    "imap": "The kind of account: a mailbox on a server.",
    "caldav": "The kind of account: calendars, contacts and tasks on a server.",
    "google": "The kind of account: Gmail, Google Calendar, Contacts and Tasks.",
}
_CA_FILE: Final = ("ca_file", "own-server.pem", ABOUT["ca_file"])
# What may be added, each with a value that is right.
_FURTHER: Final = {
    "imap": (
        ("folders", "[INBOX, Sent]", "The folders to read, where it is not the usual ones."),
        ("drafts", "true", "Leave a draft of a thank-you where you met somebody; none is sent."),
        ("password_command", "pass show mail", ABOUT["password_command"]),
        _CA_FILE,
    ),
    "caldav": (
        ("cards", "true", "Add a card for somebody you just met, under *Met through mail*."),
        ("password_command", "pass show mail", ABOUT["password_command"]),
        _CA_FILE,
    ),
    "google": (
        ("client", "google-client.json", ABOUT["client"]),
        ("mail", "true", "Whether mail is read."),
        ("calendars", "[Work]", ABOUT["calendars"]),
        ("contacts", "true", _GOOGLE["contacts"]),
        ("drafts", "true", "Whether drafts are left in Gmail; needs a new `syncd login`."),
        ("cards", "true", "Whether people just met are added to Contacts; likewise."),
        ("text_budget", "500", "Mails a day whose text is read, at most."),
        ("backfill", "imap", "Old mail by IMAP, which is faster and takes the widest right."),
    ),
}
_ALL: Final = (
    ("role", "own", "Whose it is: own, shared or delegate."),
    ("history", "2020-01-01", "What is older is not read."),
    ("poll", "5m", "How often to look where changes cannot be heard of, from 5s to 24h."),
)


def about(kind: str, key: str) -> str:
    """What a key says, "" where that needs no words."""
    if key == "kind":
        return KINDS[kind]
    return (_GOOGLE.get(key, "") if kind == "google" else "") or ABOUT.get(key, "")


def further(kind: str) -> Iterator[tuple[str, str, str]]:
    """Each key that may be added, a value for it, and what it says."""
    yield from _FURTHER[kind]
    yield from _ALL
