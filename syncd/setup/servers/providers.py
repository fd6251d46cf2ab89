"""The table of mail providers: providers.yaml, which says what its keys mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from syncd.setup.servers.model import DavServer, MailServer, user_of


@dataclass(frozen=True, slots=True)
class Provider:
    """One entry."""

    name: str
    domains: frozenset[str] = frozenset()
    mx: tuple[str, ...] = ()
    autodiscover: tuple[str, ...] = ()
    imap: Mapping[str, Any] = field(default_factory=dict)
    caldav: str = ""
    carddav: str = ""
    without: frozenset[str] = frozenset()
    auth: str = "password"
    kind: str = ""
    password: str = ""
    note: str = ""

    def mail(self, address: str, found: str) -> MailServer | None:
        """Its mail server for an address."""
        if not self.imap:
            return None
        return MailServer(
            self.imap["host"],
            user_of(self.imap.get("user", "%EMAILADDRESS%"), address),
            self.imap.get("port", 993),
            self.imap.get("tls", "implicit"),
            self.auth,
            found,
        )

    def dav(self, service: str, address: str, found: str) -> DavServer | None:
        """Where its calendars ("caldav") or contacts ("carddav") are."""
        url = self.caldav if service == "caldav" else self.carddav
        return DavServer(url, address, found) if url else None


def by_domain(domain: str) -> Provider | None:
    """Whose own domain it is."""
    return next((one for one in table() if domain.lower() in one.domains), None)


def provider_of(domain: str) -> str:
    """The name of the provider whose own domain it is, "" for none."""
    found = by_domain(domain)
    return found.name if found else ""


def by_exchangers(hosts: Iterable[str]) -> Provider | None:
    """Who receives the mail of a domain with these mail exchangers, the first of them first."""
    for host in hosts:
        name = "." + host.rstrip(".").lower()
        for one in table():
            if any(name.endswith("." + end) for end in one.mx):
                return one
    return None


def by_autodiscover(*hosts: str) -> Provider | None:
    """Whose mailboxes a domain has that leaves Autodiscover to these hosts."""
    names = ["." + host.rstrip(".").lower() for host in hosts]
    for one in table():
        if any(name.endswith("." + end) for name in names for end in one.autodiscover):
            return one
    return None


def by_host(host: str) -> Provider | None:
    """Whose mail server it is."""
    return next((one for one in table() if one.imap.get("host") == host.lower()), None)


def is_known(host: str) -> bool:
    """Whether it is a server of somebody in the table, for mail, calendars or contacts."""
    name = host.lower()
    return any(
        name
        in (one.imap.get("host"), urlsplit(one.caldav).hostname, urlsplit(one.carddav).hostname)
        for one in table()
    )


@lru_cache(maxsize=1)
def table() -> tuple[Provider, ...]:
    """All of it, in the order of the file."""
    text = files("syncd.setup.servers").joinpath("providers.yaml").read_text("utf-8")
    return tuple(_provider(entry) for entry in YAML(typ="safe", pure=True).load(text))


def _provider(entry: Mapping[str, Any]) -> Provider:
    sets = {key: frozenset(entry.get(key, ())) for key in ("domains", "without")}
    rest = {key: value for key, value in entry.items() if key not in sets}
    for key in ("mx", "autodiscover"):
        rest[key] = tuple(entry.get(key, ()))
    return Provider(**{**rest, **sets})
