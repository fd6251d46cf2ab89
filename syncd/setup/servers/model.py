"""What is proposed for an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

# How a setting was come by.
TABLE: Final = "from the list of providers"
SRV: Final = "the domain's DNS says so"
PUBLISHED: Final = "the domain publishes it for mail programs"
HOSTED: Final = "the domain's mail goes there"
GUESSED: Final = "guessed; a server answers there"
ANSWERS: Final = "an Exchange server answers there"
NAMED: Final = "as you said"

DEFAULT_PORTS: Final = {"implicit": 993, "starttls": 143, "none": 143}


@dataclass(frozen=True, slots=True)
class MailServer:
    """An IMAP server. `tls`: implicit | starttls | none; `auth`: password | xoauth2 |
    oauthbearer. `far`: only the DNS says so, of a host that is not the domain's own (RFC 6186
    section 6): somebody has to agree before a password goes there."""

    host: str
    user: str
    port: int = 993
    tls: str = "implicit"
    auth: str = "password"
    found: str = TABLE
    far: bool = False

    def __str__(self) -> str:
        how = {"implicit": "TLS", "starttls": "STARTTLS", "none": "no TLS"}[self.tls]
        token = "" if self.auth == "password" else ", access tokens only"
        return f"{_bracketed(self.host)}:{self.port}, {how}{token}"


@dataclass(frozen=True, slots=True)
class DavServer:
    """A CalDAV or CardDAV server. `far` as for mail."""

    url: str
    user: str
    found: str = TABLE
    far: bool = False

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was found for an address, or for a URL. `missed` says what could not be
    asked, as opposed to what is not there."""

    address: str
    provider: str = ""  # by name, where it is known
    kind: str = ""  # of the account that reads all of it at once, where there is one
    mail: MailServer | None = None
    calendars: DavServer | None = None
    contacts: DavServer | None = None
    exchange: str = ""  # the host at which an Exchange server of the domain's own answers
    password: str = ""  # what kind the provider wants, and where that is made
    notes: tuple[str, ...] = ()
    missed: tuple[str, ...] = field(default=())

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2].lower()

    def __bool__(self) -> bool:
        return bool(self.mail or self.calendars or self.contacts or self.exchange)


def user_of(template: str, address: str) -> str:
    """Who signs in, from a template with %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN%."""
    local, _, domain = address.rpartition("@")
    return (
        template.replace("%EMAILADDRESS%", address)
        .replace("%EMAILLOCALPART%", local)
        .replace("%EMAILDOMAIN%", domain)
    )


def below(host: str, domain: str) -> bool:
    """Whether a host is the domain's own."""
    host, domain = host.rstrip(".").lower(), domain.rstrip(".").lower()
    return host == domain or host.endswith("." + domain)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
