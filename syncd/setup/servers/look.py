"""From an address to a proposal: the table of providers, what the domain itself says, guesses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from syncd.setup.servers import autoconfig, providers
from syncd.setup.servers.model import (
    GUESSED,
    HOSTED,
    NAMED,
    SRV,
    TABLE,
    DavServer,
    MailServer,
    Settings,
    below,
)
from syncd.setup.servers.names import Service
from syncd.setup.servers.network import Network
from syncd.setup.servers.providers import Provider

_DAV: Final = ("caldav", "carddav")
_HOSTS: Final = ("imap", "mail", "")  # what such servers are usually called


def look(address: str, network: Network) -> Settings:
    """What is known, said or guessed for an address. It takes some seconds at most where nobody
    answers; the domain's own hosts are asked only where nothing else is known."""
    domain = ascii_of(address.rpartition("@")[2])
    own = providers.by_domain(domain)
    names = {f"_{service}s._tcp.{domain}" for service in _DAV if _open(own, service)}
    jobs: dict[str, Callable[[], Any]] = {name: _of(network.names.services, name) for name in names}
    jobs |= {f"text {name}": _of(network.names.texts, name) for name in names}
    if own is None:
        for label in ("imaps", "imap", "autodiscover"):
            name = f"_{label}._tcp.{domain}"
            jobs[name] = _of(network.names.services, name)
        jobs["mx"] = _of(network.names.exchangers, domain)
        jobs["autodiscover"] = _of(network.names.alias, f"autodiscover.{domain}")
        for url in autoconfig.urls(domain, address):
            jobs[url] = _of(network.get, url, address)
    said = network.together(jobs)
    # Mail may come by somebody who looks through it first.
    host = (
        own
        or providers.by_exchangers(said.get("mx", ()))
        or providers.by_autodiscover(
            said.get("autodiscover", ""),
            *(one.host for one in said.get(f"_autodiscover._tcp.{domain}", ())),
        )
    )
    found = _Finding(address, domain, said, own, host)
    settings = Settings(address, mail=found.mail(), calendars=found.dav("caldav"),
                        contacts=found.dav("carddav"))  # fmt: skip
    settings = _guessed(settings, found, network)
    asked = [name for name in jobs if not name.startswith("https:")]
    if asked and not any(name in said for name in asked):
        missed = network.names.trouble or "the DNS did not answer in time"
        settings = replace(settings, missed=(missed,))
    return _with_words(settings, host)


def look_url(url: str, user: str) -> Settings:
    """The proposal for a server of calendars and contacts that the owner names."""
    dav = DavServer(url, user, NAMED)
    password = "your own; Nextcloud: rather an app password (Personal settings, Security)"
    return Settings(
        user if "@" in user else "", calendars=dav, contacts=dav, password=password if user else ""
    )


def ascii_of(domain: str) -> str:
    """A domain as the DNS has it (RFC 3490), in lower case."""
    with suppress(UnicodeError):
        return domain.encode("idna").decode("ascii").lower().rstrip(".")
    return domain.lower()


class _Finding:
    """What was answered, and what it means for each service."""

    def __init__(
        self,
        address: str,
        domain: str,
        said: Mapping[str, Any],
        own: Provider | None,
        host: Provider | None,
    ) -> None:
        self.address = address
        self.domain = domain
        self._said = said
        self._own = own
        self._host = host  # who runs it, be it by the domain or by its mail exchangers
        self._published = [
            said[url].body
            for url in autoconfig.urls(domain, address)
            if url in said and said[url].status == 200
        ]

    def mail(self) -> MailServer | None:
        """The mail server: the table for its own domains, the DNS, who takes the domain's mail,
        what the domain publishes."""
        if self._own is not None:
            return self._own.mail(self.address, TABLE)
        for label, tls in (("imaps", "implicit"), ("imap", "starttls")):
            for one in self._services(f"_{label}._tcp.{self.domain}"):
                return self._served(one, tls)
        if self._host is not None and self._host.imap:
            return self._host.mail(self.address, f"{HOSTED}: {self._host.name}")
        for body in self._published:
            with suppress(autoconfig.Unreadable):
                if (found := autoconfig.mail_settings(body, self.address)) is not None:
                    return found
        return None

    def dav(self, service: str) -> DavServer | None:
        """The server for calendars ("caldav") or contacts ("carddav") (RFC 6764 section 6)."""
        if self._own is not None and (found := self._own.dav(service, self.address, TABLE)):
            return found
        name = f"_{service}s._tcp.{self.domain}"
        for one in self._services(name):
            texts = self._said.get(f"text {name}", ())
            path = next((t[5:] for t in texts if t.lower().startswith("path=")), "/")
            port = "" if one.port == 443 else f":{one.port}"
            url = f"https://{one.host}{port}/{path.lstrip('/')}"
            return DavServer(url, self.address, SRV, far=self._is_far(one.host))
        if not _open(self._host, service):
            return None
        hosted = f"{HOSTED}: {self._host.name}" if self._host else ""
        if self._host is not None and (found := self._host.dav(service, self.address, hosted)):
            return found
        for body in self._published:
            with suppress(autoconfig.Unreadable):
                if (found := autoconfig.dav_settings(body, service, self.address)) is not None:
                    return found
        return None

    def denied(self, *labels: str) -> bool:
        """Whether the DNS says that there is no such service (RFC 2782: the target is a dot)."""
        names = [f"_{label}._tcp.{self.domain}" for label in labels]
        told = [one for name in names for one in self._said.get(name, ())]
        return bool(told) and not any(one.host for one in told)

    def may_guess(self, service: str) -> bool:
        """Whether it makes sense to try the usual hosts for calendars or contacts."""
        return self._own is None and _open(self._host, service) and not self.denied(f"{service}s")

    def ews_hosts(self) -> list[str]:
        """Where the domain may have an Exchange server of its own, the likeliest first."""
        if self._host is not None or self.denied("autodiscover"):
            return []
        named = [one.host for one in self._services(f"_autodiscover._tcp.{self.domain}")]
        usual = [f"autodiscover.{self.domain}", f"mail.{self.domain}", self.domain]
        return list(dict.fromkeys((*(one for one in named if below(one, self.domain)), *usual)))

    def _services(self, name: str) -> Sequence[Service]:
        return [one for one in self._said.get(name, ()) if one.host]

    def _served(self, one: Service, tls: str) -> MailServer:
        known = providers.by_host(one.host)
        if known is not None and (mail := known.mail(self.address, SRV)) is not None:
            return replace(mail, port=one.port, tls=tls)
        far = self._is_far(one.host)
        return MailServer(one.host, self.address, one.port, tls, found=SRV, far=far)

    def _is_far(self, host: str) -> bool:
        return not below(host, self.domain) and not providers.is_known(host)


def _guessed(settings: Settings, found: _Finding, network: Network) -> Settings:
    """The settings with what the usual hosts answer, where nothing is known."""
    jobs: dict[str, Callable[[], Any]] = {}
    if settings.mail is None and not found.denied("imaps", "imap"):
        for host in _hosts(found.domain):
            jobs[host] = _of(network.greets, host, 993)
    for service, have in (("caldav", settings.calendars), ("carddav", settings.contacts)):
        if have is None and found.may_guess(service):
            url = f"https://{found.domain}/.well-known/{service}"
            jobs[service] = _of(network.asks_who, url)
    ews_hosts = found.ews_hosts()
    if settings.mail is None or settings.calendars is None:
        for host in ews_hosts:
            jobs[f"ews {host}"] = _of(network.speaks_ews, host)
    if not jobs:
        return settings
    answers = network.together(jobs)
    if host := next((h for h in _hosts(found.domain) if answers.get(h)), ""):
        mail = MailServer(host, settings.address, found=GUESSED)
        settings = replace(settings, mail=mail)
    ews = next((host for host in ews_hosts if answers.get(f"ews {host}")), "")
    settings = replace(settings, exchange=ews)
    dav = DavServer(f"https://{found.domain}/", settings.address, GUESSED)
    if answers.get("caldav"):
        settings = replace(settings, calendars=dav)
    if answers.get("carddav"):
        settings = replace(settings, contacts=dav)
    return settings


def _hosts(domain: str) -> list[str]:
    return [f"{label}.{domain}" if label else domain for label in _HOSTS]


def _with_words(settings: Settings, host: Provider | None) -> Settings:
    """What the owner has to know of the provider."""
    at = host
    if settings.mail is not None and (host is None or host.imap.get("host") != settings.mail.host):
        at = providers.by_host(settings.mail.host)
    if at is None:
        return settings
    notes = (at.note,) if at.note else ()
    return replace(settings, provider=at.name, kind=at.kind, password=at.password, notes=notes)


def _open(provider: Provider | None, service: str) -> bool:
    return provider is None or service not in provider.without


def _of(job: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: job(*arguments)
