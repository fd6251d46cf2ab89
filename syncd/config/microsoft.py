"""Microsoft's accounts: Exchange Server by EWS, Microsoft 365 by Graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from syncd.config.account import Fitting
from syncd.config.google import LIST, address, task_list
from syncd.config.paths import Place, Words
from syncd.config.server_account import ServerAccountSettings
from syncd.config.servers import Choice, Switch, url
from syncd.config.servers import host as host_name
from syncd.config.spans import Back, Every
from syncd.secrets import is_name

DEFAULT_FOLDER: Final = "default"  # in `tasks:`, the mailbox's own folder for them
_THREE_YEARS: Final = timedelta(days=1096)
_FACETS: Final = ("mail", "calendars", "contacts", "tasks")
_FINGERPRINT: Final = re.compile(r"(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}")
_SWITCHES: Final = frozenset(("yes", "no", "on", "off", "all", "none", "true", "false", ""))


def _fingerprint(value: str) -> str:
    """SHA-256 of a certificate, as 64 digits."""
    text = value.strip().lower().removeprefix("sha256:").removeprefix("sha256 fingerprint=")
    if not _FINGERPRINT.fullmatch(text):
        raise ValueError(
            "write the SHA-256 fingerprint of the server's certificate, as `openssl x509 -noout "
            "-fingerprint -sha256` prints it: 64 digits from 0 to f"
        )
    return text.replace(":", "")


def _ews(value: str) -> str:
    try:
        return url(value)
    except ValueError as error:
        words = str(error).replace("https://dav.example.org/", _EWS)
        raise ValueError(words.replace("calendars", "mail")) from None


def _host(value: str) -> str:
    try:
        return host_name(value)
    except ValueError:
        raise ValueError(
            "write the name of the server alone, like mail.example.org, or under `url:` where its "
            f"EWS is, like {_EWS}"
        ) from None


_EWS: Final = "https://mail.example.org/EWS/Exchange.asmx"


def _is_online(value: Any) -> bool:
    """Whether a host, or a URL, is Microsoft 365's."""
    text = value.strip().lower() if isinstance(value, str) else ""
    name = text.partition("://")[2].partition("/")[0] if "://" in text else text
    return f".{name}".endswith((".office365.com", ".outlook.com"))


def _category(value: Any) -> Any:
    """Whether cards are added, or under which category."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.strip().lower() in _SWITCHES or "," in value:
        raise ValueError("write true for the usual category, false for none, or the name of one")
    return value.strip()


def _application(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value.strip()):
        raise ValueError(
            "write the application (client) ID that the registration shows, like "
            "00001111-aaaa-2222-bbbb-3333cccc4444; docs/microsoft.md tells how to get one"
        )
    return value.strip().lower()


def _tenant(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", value.strip()):
        raise ValueError(
            "write the directory (tenant) ID, a domain of the organisation, or common, "
            "organizations or consumers"
        )
    return value.strip().lower()


Category = Annotated[bool | str, BeforeValidator(_category)]
TaskFolder = Annotated[Annotated[str, Field(min_length=1)] | None, BeforeValidator(task_list)]


def _switched_off(given: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What an account of which something is off says of it all the same."""
    if not any(given.get(one, True) for one in _FACETS):
        yield "mail", "this account has nothing to read: leave something on"
    if given.get("mail", True) is False:
        for key in keys:
            if given.get(key):
                yield key, "is about mail, which is off: leave it away, or mail on"


class ExchangeAccountSettings(ServerAccountSettings):
    """A mailbox on an Exchange Server. Without `host` and `url` the server is found by the address
    (autodiscover)."""

    kind: Literal["exchange"]
    login: Annotated[str, AfterValidator(address)]  # the mailbox; who signs in, without `user`
    host: Annotated[str, AfterValidator(_host)] | None = None
    url: Annotated[str, AfterValidator(_ews)] | None = None
    # `password` is whatever the server offers: NTLM, Negotiate or Basic.
    auth: Literal["password", "basic", "ntlm", "kerberos", "bearer"] = "password"
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] | None = None
    mail: Switch = True
    folders: Words = Field(default=[])
    calendars: Choice = True
    contacts: Switch = True
    tasks: TaskFolder = LIST
    drafts: Switch = False
    cards: Category = False  # whether cards are added, or under which category

    by_tokens: ClassVar[frozenset[str] | None] = frozenset({"bearer"})

    @property
    def place(self) -> str:
        where = self.host or (urlsplit(self.url).hostname if self.url else None) or "Exchange"
        return f"{self.login} at {where}"

    @property
    def signs_in(self) -> bool:
        return self.auth != "kerberos"  # the ticket is the system's

    @property
    def door(self) -> list[str]:
        return [*super().door, self.login, self.host or "", self.url or ""]

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield from super().clashes({"user": given.get("login"), **given})
        yield from _switched_off(given, ("folders", "drafts"))
        if given.get("host") and given.get("url"):
            yield "host", "the url says where the server is: leave one of them away"
        if given.get("auth") != "bearer":
            for key in ("host", "url"):
                if _is_online(given.get(key)):
                    yield key, "Microsoft 365 takes no passwords there: use kind: graph"
        if given.get("fingerprint") and given.get("ca_file"):
            yield "ca_file", "the fingerprint says which certificate is trusted: leave one away"
        if given.get("auth") == "kerberos":
            for key in ("password_command", "user"):
                if given.get(key):
                    yield key, "Kerberos goes by the ticket that `kinit` got: leave it away"


class GraphAccountSettings(Fitting):
    """A mailbox of Microsoft 365 or outlook.com. What it signs in with never stands in the file:
    `syncd login NAME` gets it, or it is the application's own secret (`app_only`)."""

    kind: Literal["graph"]
    login: Annotated[str, AfterValidator(address)]
    client_id: Annotated[str, AfterValidator(_application)]
    tenant: Annotated[str, AfterValidator(_tenant)] = "common"
    app_only: Switch = False  # the application signs in by itself, for an organisation
    certificate: Place | None = None  # by this, key and certificate in PEM, else by a secret
    mail: Switch = True
    folders: Words = Field(default=[])
    calendars: Choice = True
    contacts: Switch = True
    tasks: TaskFolder = LIST
    history: Back = _THREE_YEARS
    poll: Every = timedelta(minutes=2)
    drafts: Switch = False
    cards: Category = False

    @property
    def place(self) -> str:
        return f"{self.login} at Microsoft"

    @property
    def reads(self) -> list[str]:
        return [] if self.certificate is None else [self.certificate]

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        name = given.get("name")
        if isinstance(name, str) and name and not is_name(name):
            better = "write it with letters, digits, dots, dashes and underscores"
            yield "name", f"{name!r} names what the account signs in with as well: {better}"
        yield from _switched_off(given, ("folders", "drafts"))
        if given.get("certificate") and not given.get("app_only"):
            yield "certificate", "is for app_only: true; a person signs in by `syncd login`"
        alone = str(given.get("tenant", "common")) in ("common", "organizations", "consumers")
        if given.get("app_only") and alone:
            better = "write the directory (tenant) ID, or a domain of the organisation"
            yield "tenant", f"an application signs in to one organisation: {better}"
