"""What is said of an account's keys in the configuration that `syncd init` writes. Data only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

ABOUT: Final = {
    "name": "What it is called in tasks and messages; its password is the secret NAME.password.",
    "login": "The address that signs in; `syncd login` with the account's name does it.",
    "host": "The mail server.",
    "port": "Its port, where it is not the usual one.",
    "tls": "Encryption: implicit (from the first byte), starttls, or none (this machine only).",
    "url": "Where calendars, contacts and task lists are; a server's own address will do.",
    "user": "Who signs in.",
    "client": "The file of your OAuth client; docs/google.md tells how to get it.",
    "client_id": "The application (client) ID; docs/microsoft.md tells how to get one.",
    "tenant": "The organisation: its directory (tenant) ID or a domain; or consumers.",
    "auth": "What it signs in with: a password, or an access token.",
    "password_command": "What prints the password, in place of the secret.",
    "token_command": "What prints an access token.",
    "ca_file": "The certificate of a server of your own.",
    "calendars": "Which calendars are read: true, false, or names.",
    "contacts": "Which address books are read: true, false, or names.",
    "tasks": "The list that tasks are written to; the first task makes it where it is absent.",
}
_CONTACTS: Final = "Whether contacts are read."
_OWN: Final[dict[str, dict[str, str]]] = {
    "google": {
        "name": "What it is called in tasks and messages.",
        "contacts": _CONTACTS,
        "tasks": "The list in Google Tasks that tasks are written to, made with the first; or "
        "false.",
    },
    "graph": {
        "name": "What it is called in tasks and messages.",
        "contacts": _CONTACTS,
        "tasks": "The list in To Do that tasks are written to, made with the first; or default; or "
        "false.",
    },
    "exchange": {
        "login": "The mailbox, by its main address.",
        "url": "Where EWS is on its server.",
        "host": "The server; without it, it is found by the address (Autodiscover).",
        "user": "Who signs in, where it is not that address: DOMAIN\\ana, or another address.",
        "auth": "The way in: password (what the server offers), basic, ntlm, kerberos, bearer.",
        "contacts": _CONTACTS,
        "tasks": "The folder that tasks are written to, made with the first; or default; or false.",
    },
}
KINDS: Final = {
    "imap": "The kind of account: a mailbox on a server.",
    "caldav": "The kind of account: calendars, contacts and tasks on a server.",
    "google": "The kind of account: Gmail, Google Calendar, Contacts and Tasks.",
    "graph": "The kind of account: Microsoft 365 or Outlook.com, with To Do.",
    "exchange": "The kind of account: a mailbox on an Exchange Server, with its tasks.",
}
_CA_FILE: Final = ("ca_file", "own-server.pem", ABOUT["ca_file"])
# What may be added, each with a value that is right.
_FURTHER: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
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
        ("contacts", "true", _CONTACTS),
        ("drafts", "true", "Whether drafts are left in Gmail; needs a new `syncd login`."),
        ("cards", "true", "Whether people just met are added to Contacts; likewise."),
        ("text_budget", "500", "Mails a day whose text is read, at most."),
        ("backfill", "imap", "Old mail by IMAP, which is faster and takes the widest right."),
        (
            "pubsub",
            "{topic: projects/P/topics/gmail, subscription: projects/P/subscriptions/gmail}",
            "Hear of mail at once, by Cloud Pub/Sub; docs/google.md tells how to set it up.",
        ),
        ("history", "3y", "How far back is read; 3y where nothing is said."),
        ("poll", "2m", "How often to look, from 5s to 24h; 2m where nothing is said."),
    ),
}
_FURTHER_AT_MICROSOFT: Final = (
    ("mail", "true", "Whether mail is read."),
    ("folders", "[Inbox, Sent Items]", "The mail folders to read, where it is not the usual ones."),
    ("calendars", "[Calendar]", ABOUT["calendars"]),
    ("contacts", "true", _CONTACTS),
)
_FURTHER["graph"] = (
    *_FURTHER_AT_MICROSOFT,
    ("drafts", "true", "Whether drafts are left in Drafts; needs a new `syncd login`."),
    ("cards", "true", "Whether people just met are added to the contacts; likewise."),
    ("history", "3y", "How far back is read; 3y where nothing is said."),
    ("poll", "2m", "How often to look, from 5s to 24h; 2m where nothing is said."),
)
_FURTHER["exchange"] = (
    ("host", "mail.example.org", _OWN["exchange"]["host"]),
    ("user", "DOMAIN\\ana", _OWN["exchange"]["user"]),
    ("auth", "ntlm", _OWN["exchange"]["auth"]),
    ("password_command", "pass show mail", ABOUT["password_command"]),
    _CA_FILE,
    *_FURTHER_AT_MICROSOFT,
    ("drafts", "true", "Leave a draft of a thank-you where you met somebody; none is sent."),
    ("cards", "true", "Add a card for somebody you just met, under *Met through mail*."),
)
_ALL: Final = (
    ("role", "own", "Whose it is: own, shared or delegate."),
    ("history", "2020-01-01", "What is older is not read."),
    ("poll", "5m", "How often to look where changes cannot be heard of, from 5s to 24h."),
)


def about(kind: str, key: str) -> str:
    """What a key says, "" where that needs no words."""
    if key == "kind":
        return KINDS[kind]
    return _OWN.get(kind, {}).get(key, "") or ABOUT.get(key, "")


def further(kind: str) -> Iterator[tuple[str, str, str]]:
    """Each key that may be added, a value for it, and what it says."""
    own = _FURTHER[kind]
    yield from own
    yield from (one for one in _ALL if one[0] not in {key for key, _, _ in own})
