"""What may stand under `accounts:`: one set of keys for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors.hosts import is_loopback
from syncd.config.account import AccountSettings, Fitting
from syncd.config.google import GoogleAccountSettings
from syncd.config.paths import Place, Places, Words
from syncd.config.servers import Book, Choice, Command, Switch, host, shown_name, url
from syncd.config.spans import Every
from syncd.secrets import is_name


def _outlet(value: Any) -> Any:
    """A folder to write to; there is no usual one that `true` could mean."""
    if value is True:
        raise ValueError("write the folder that is written to, or leave the key away")
    return None if value is False else value


Outlet = Annotated[Place | None, BeforeValidator(_outlet)]


class LocalAccountSettings(AccountSettings):
    """Folders on this machine. Paths are relative to the configuration file."""

    kind: Literal["local"]
    mail: Places = Field(default=[])
    calendar: Places = Field(default=[])
    contacts: Places = Field(default=[])
    tasks: Place | None = None
    cards: Outlet = None  # a folder that cards are added to
    drafts: Outlet = None  # a Maildir that drafts are put into

    @property
    def reads(self) -> list[str]:
        return [*self.mail, *self.calendar, *self.contacts]

    @property
    def writes(self) -> list[str]:
        return [one for one in (self.tasks, self.cards, self.drafts) if one]

    @model_validator(mode="after")
    def _has_something(self) -> LocalAccountSettings:
        if not (self.mail or self.calendar or self.contacts or self.writes):
            raise ValueError(
                f"account {self.name} has nothing to read: add mail, calendar, contacts or tasks"
            )
        return self


class ServerAccountSettings(Fitting):
    """A login somewhere else. What it signs in with never stands in the file: it is the secret
    `NAME.password` or `NAME.token`, or what a command prints."""

    poll: Every = timedelta(minutes=5)
    user: Annotated[str, Field(min_length=1), AfterValidator(shown_name)] | None = None
    auth: str = "password"
    password_command: Command = None
    token_command: Command = None
    ca_file: Place | None = None  # certificates to trust, for a server of one's own

    @property
    def reads(self) -> list[str]:
        return [] if self.ca_file is None else [self.ca_file]

    @property
    def by_token(self) -> bool:
        """Whether it signs in with a token, and not with a password."""
        return self.auth != "password"

    @property
    def secret(self) -> str:
        """The name of the secret that it signs in with."""
        return f"{self.name}.{'token' if self.by_token else 'password'}"

    @property
    def command(self) -> list[str] | None:
        """What prints that secret, where it is asked for by a command."""
        return self.token_command if self.by_token else self.password_command

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        auth = given.get("auth", "password")
        known = cls.model_fields["auth"].annotation
        names = getattr(known, "__args__", ())
        if auth == "password" and "token_command" in given:
            others = " or ".join(one for one in names if one != "password")
            yield "token_command", f"a token is for auth: {others}, and this is auth: password"
        if auth in names and auth != "password" and "password_command" in given:
            better = "write token_command, or leave auth away"
            yield "password_command", f"auth: {auth} takes a token: {better}"
        commands = {"password_command", "token_command"} & given.keys()
        name = given.get("name")
        if isinstance(name, str) and not commands and given.get("user") and not is_name(name):
            better = "write it with letters, digits, dots, dashes and underscores"
            yield "name", f"{name!r} names the account's secret as well: {better}"


class ImapAccountSettings(ServerAccountSettings):
    """A mailbox by IMAP."""

    kind: Literal["imap"]
    host: Annotated[str, AfterValidator(host)]
    port: int | None = Field(default=None, ge=1, le=65_535)  # else 993, or 143 with STARTTLS
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    user: Annotated[str, Field(min_length=1), AfterValidator(shown_name)]
    auth: Literal["password", "xoauth2", "oauthbearer"] = "password"
    # Those to read, as the owner calls them; else the usual ones.
    folders: Words = Field(default=[])
    drafts: Switch = False  # whether drafts are put into its folder for them

    @property
    def place(self) -> str:
        return f"{self.user} at {self.host}"

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield from super().clashes(given)
        where = given.get("host")
        if given.get("tls") == "none" and isinstance(where, str) and not is_loopback(where.strip()):
            better = "write implicit or starttls (none is for a server on this machine)"
            yield "tls", f"another machine would get the password in the clear: {better}"


class CaldavAccountSettings(ServerAccountSettings):
    """Calendars, address books and a task list by CalDAV and CardDAV."""

    kind: Literal["caldav"]
    url: Annotated[str, AfterValidator(url)]
    auth: Literal["password", "bearer"] = "password"
    calendars: Choice = True
    contacts: Choice = True
    tasks: Annotated[str, Field(min_length=1)] | None = None  # the list; made where there is none
    cards: Book = False  # whether cards are added, or to which address book (made where absent)

    @property
    def place(self) -> str:
        who = f"{self.user} at " if self.user else ""
        return f"{who}{urlsplit(self.url).hostname}"

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield from super().clashes(given)
        if "password_command" in given and not given.get("user"):
            yield "user", "is missing: password_command needs the user whose password it prints"
        if not (given.get("calendars", True) or given.get("contacts", True) or given.get("tasks")):
            better = "leave calendars or contacts on, or add tasks"
            yield "calendars", f"this account has nothing to read: {better}"


Account = Annotated[
    LocalAccountSettings | ImapAccountSettings | CaldavAccountSettings | GoogleAccountSettings,
    Field(discriminator="kind"),
]

KINDS: Final[Mapping[str, type[AccountSettings]]] = {
    "local": LocalAccountSettings,
    "imap": ImapAccountSettings,
    "caldav": CaldavAccountSettings,
    "google": GoogleAccountSettings,
}
