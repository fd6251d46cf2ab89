"""One account as it will stand in the configuration, before it does."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from syncd.config.accounts import KINDS
from syncd.config.words import words
from syncd.setup.about import ABOUT, about, further
from syncd.setup.servers.model import ANSWERS, DEFAULT_PORTS, Settings
from syncd.setup.yaml_words import quoted

_WHOLE: Final = frozenset(("google", "graph", "exchange"))  # all sides of a mailbox in one account
_LIST: Final = "Follow-ups"
_ODD: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class Wrong(ValueError):
    """The settings do not fit; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The keys of an account. `secret` is what it signs in with, "" where nobody typed it: it never
    stands in the file. `found` says how the settings were come by, `far` that only the DNS says so,
    of another domain's host. `beside` is what lies beside the configuration, by name, for its owner
    alone."""

    kind: str
    keys: Mapping[str, Any]
    secret: str = ""
    found: str = ""
    far: bool = False
    beside: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return str(self.keys["name"])

    @property
    def login(self) -> str:
        """Who signs in, "" where nobody does."""
        return str(self.keys.get("login") or self.keys.get("user") or "")

    @property
    def secret_name(self) -> str:
        """What its secret is called."""
        return f"{self.name}.{'token' if self.by_token else 'password'}"

    @property
    def by_token(self) -> bool:
        """Whether it signs in with an access token."""
        auth = self.keys.get("auth", "password")
        return bool(auth == "bearer" if self.kind == "exchange" else auth != "password")

    @property
    def signs_in(self) -> bool:
        """Whether it shows a secret."""
        if self.kind == "exchange":
            return bool(self.keys.get("auth") != "kerberos")
        return "user" in self.keys or self.by_token

    @property
    def command_key(self) -> str:
        """The key for a command that prints its secret."""
        return f"{'token' if self.by_token else 'password'}_command"

    @property
    def what(self) -> str:
        """What is read there, for the owner."""
        if self.kind == "imap":
            return "Mail"
        if self.kind in _WHOLE:
            return "Mail, calendars, contacts"
        if self.keys.get("contacts") is False:
            return "Calendars"
        return "Contacts" if self.keys.get("calendars") is False else "Calendars and contacts"

    @property
    def host(self) -> str:
        """The name of the server."""
        if self.kind == "imap":
            return str(self.keys["host"])
        if self.kind in ("google", "graph"):
            return "Google" if self.kind == "google" else "Microsoft"
        if self.kind == "exchange" and "url" not in self.keys:
            return str(self.keys.get("host") or self.login.rpartition("@")[2])
        return urlsplit(str(self.keys["url"])).hostname or ""

    @property
    def where(self) -> str:
        """The server, for the owner."""
        if self.kind == "caldav":
            return str(self.keys["url"])
        if self.kind in ("google", "graph"):
            return f"{self.login} at {self.host}"
        if self.kind == "exchange":
            named = self.keys.get("url") or self.keys.get("host")
            return f"{self.login} at Exchange" + (f", {named}" if named else "")
        tls = self.keys.get("tls", "implicit")
        host = str(self.keys["host"])
        port = self.keys.get("port") or DEFAULT_PORTS[tls]
        shown = f"[{host}]" if ":" in host else host
        how = {"implicit": "TLS", "starttls": "STARTTLS", "none": "no encryption"}[tls]
        return f"{shown}:{port}, {how}"

    def having(self, **keys: Any) -> Draft:
        """The same with these keys too; None takes one away."""
        both = {**self.keys, **keys}
        return replace(self, keys={key: value for key, value in both.items() if value is not None})

    def settings(self) -> Any:
        """As the configuration understands it. Raises `Wrong`."""
        try:
            return KINDS[self.kind](**{"kind": self.kind, **self.keys})
        except ValidationError as error:
            detail: dict[str, Any] = dict(error.errors(include_url=False)[0])
            loc = tuple(detail["loc"])
            raise Wrong(words(detail, loc, ".".join(map(str, loc)))) from None

    def lines(self, dash: int = 2, *, explained: bool = True) -> list[str]:
        """As an item of `accounts:` in YAML; the dash stands `dash` spaces in."""
        space = " " * (dash + 2)
        found: list[str] = []
        for key, value in self._ordered():
            if explained and (words := about(self.kind, key)):
                found.append(f"{space}# {words}")
            found.append(f"{space}{key}: {_value(value)}")
        if explained:
            for key, value, words in further(self.kind):
                useless = self.by_token and key == "password_command"
                if key not in self.keys and not useless:
                    found += [f"{space}# {words}", f"{space}# {key}: {value}"]
        first = next(n for n, line in enumerate(found) if line.startswith(f"{space}name:"))
        found[first] = f"{' ' * dash}- {found[first].lstrip()}"
        found[:first] = [line[2:] for line in found[:first]]
        return found

    def flow(self) -> str:
        """As an item of `accounts: [...]`."""
        return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in self._ordered()) + "}"

    def _ordered(self) -> list[tuple[str, Any]]:
        """The keys as people write them: who, where, with what, and what of it."""
        keys = {"kind": self.kind, **self.keys}
        known = [key for key in ("name", "kind", *ABOUT) if key in keys]
        return [(key, keys[key]) for key in dict.fromkeys((*known, *keys))]


def drafts_of(settings: Settings, taken: Collection[str]) -> list[Draft]:
    """The accounts for what was found: mail, and calendars with the contacts where both are at one
    place. `taken` are names of other accounts."""
    base = free_name(_label(settings), taken)
    if settings.exchange and settings.mail is None:
        return [exchange_draft(base, settings)]
    names = {base}
    found: list[Draft] = []
    if (mail := settings.mail) is not None:
        keys: dict[str, Any] = {"name": base, "host": mail.host}
        if mail.port != DEFAULT_PORTS[mail.tls]:
            keys["port"] = mail.port
        if mail.tls != "implicit":
            keys["tls"] = mail.tls
        keys["user"] = mail.user
        if mail.auth != "password":
            keys["auth"] = mail.auth
        found.append(Draft("imap", keys, found=mail.found, far=mail.far))
    calendars, contacts = settings.calendars, settings.contacts
    together = calendars is not None and contacts is not None and calendars.url == contacts.url
    for dav, label, other in (
        (calendars, "calendar", None if together else "contacts"),
        (None if together else contacts, "contacts", "calendars"),
    ):
        if dav is None:
            continue
        name = free_name(f"{base}-{label}", {*taken, *names}) if found else base
        names.add(name)
        keys = {"name": name, "url": dav.url}
        if dav.user:
            keys["user"] = dav.user
        if other:
            keys[other] = False
        found.append(Draft("caldav", keys, found=dav.found, far=dav.far))
    return found


def exchange_draft(name: str, settings: Settings) -> Draft:
    """The account on the Exchange server that was found. Where that tells mail programs where the
    mailbox is, it is asked each time."""
    keys: dict[str, Any] = {"name": name, "login": settings.address}
    if "://" in settings.exchange:
        keys["url"] = settings.exchange
    elif settings.exchange not in (settings.domain, f"autodiscover.{settings.domain}"):
        keys["host"] = settings.exchange
    return Draft("exchange", {**keys, "tasks": _LIST}, found=ANSWERS)


def _label(settings: Settings) -> str:
    """What an account is called at first: after its provider, else its domain or host."""
    if settings.provider:
        return settings.provider.lower().removesuffix(".com").partition(" (")[0]
    dav = settings.calendars or settings.contacts
    host = settings.domain or (urlsplit(dav.url).hostname or "" if dav else "")
    labels = [one for one in host.split(".") if one not in ("www", "cloud", "dav", "mail")]
    return labels[0] if labels and not host.replace(".", "").isdigit() else "server"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name for an account that no other one has, and that can name a secret."""
    name = _ODD.sub("-", wanted).strip("-.") or "server"
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(quoted, value)) + "]"
    return quoted(str(value))
