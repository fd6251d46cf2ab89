"""What may stand under `accounts:`: one set of keys for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors.hosts import is_loopback
from syncd.config.account import AccountSettings
from syncd.config.google import GoogleAccountSettings
from syncd.config.microsoft import ExchangeAccountSettings, GraphAccountSettings
from syncd.config.paths import Place, Places, Words
from syncd.config.server_account import ServerAccountSettings
from syncd.config.servers import Book, Choice, Switch, host, shown_name, url


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

    @property
    def door(self) -> list[str]:
        return [*super().door, self.host, str(self.port or ""), self.tls]

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

    @property
    def door(self) -> list[str]:
        return [*super().door, self.url]

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield from super().clashes(given)
        if "password_command" in given and not given.get("user"):
            yield "user", "is missing: password_command needs the user whose password it prints"
        if not (given.get("calendars", True) or given.get("contacts", True) or given.get("tasks")):
            better = "leave calendars or contacts on, or add tasks"
            yield "calendars", f"this account has nothing to read: {better}"


Account = Annotated[
    LocalAccountSettings
    | ImapAccountSettings
    | CaldavAccountSettings
    | GoogleAccountSettings
    | ExchangeAccountSettings
    | GraphAccountSettings,
    Field(discriminator="kind"),
]

KINDS: Final[Mapping[str, type[AccountSettings]]] = {
    "local": LocalAccountSettings,
    "imap": ImapAccountSettings,
    "caldav": CaldavAccountSettings,
    "google": GoogleAccountSettings,
    "exchange": ExchangeAccountSettings,
    "graph": GraphAccountSettings,
}
