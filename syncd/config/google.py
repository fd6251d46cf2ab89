"""A Google account: Gmail, Calendar, Contacts in; Google Tasks, cards and drafts out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from syncd.config.account import Fitting
from syncd.config.paths import Place
from syncd.config.servers import Book, Choice
from syncd.config.spans import Back, Every
from syncd.people import normalise
from syncd.secrets import is_name

LIST: Final = "Follow-ups"
CLIENT: Final = "google-client.json"
_THREE_YEARS: Final = timedelta(days=1096)
_FACETS: Final = ("mail", "calendars", "contacts", "tasks")


def address(value: str) -> str:
    """The address of whoever signs in."""
    if not normalise(value):
        raise ValueError(
            f"{value!r} is no mail address; write the one that signs in, like ana@example.com"
        )
    return value.strip()


def task_list(value: Any) -> Any:
    """The name of a list; true for the usual one, false for none."""
    if isinstance(value, bool):
        return LIST if value else None
    return value


def _topic(value: str) -> str:
    return _named(value, "topics")


def _subscription(value: str) -> str:
    return _named(value, "subscriptions")


def _named(value: str, what: str) -> str:
    if not re.fullmatch(rf"projects/[^/\s]+/{what}/[^/\s]+", value):
        raise ValueError(f"write it like projects/my-project/{what}/gmail")
    return value


class PubsubSettings(BaseModel):
    """By which Gmail says that there is mail, instead of being asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: Annotated[str, AfterValidator(_topic)]
    subscription: Annotated[str, AfterValidator(_subscription)]


class GoogleAccountSettings(Fitting):
    """What it signs in with never stands in the file: `syncd login NAME` gets it."""

    kind: Literal["google"]
    login: Annotated[str, AfterValidator(address)]
    client: Place = CLIENT  # the file of the OAuth client
    service_account: Place | None = None  # the key of one that may act for `login`, instead
    mail: bool = True
    calendars: Choice = True
    contacts: bool = True
    # The list; made where there is none.
    tasks: Annotated[Annotated[str, Field(min_length=1)] | None, BeforeValidator(task_list)] = LIST
    history: Back = _THREE_YEARS
    poll: Every = timedelta(minutes=2)
    text_budget: int | None = Field(default=None, ge=0)  # mails a day whose text is read
    backfill: Literal["api", "imap"] = "api"
    pubsub: PubsubSettings | None = None
    drafts: bool = False
    cards: Book = False  # whether cards are added, or to which group

    @property
    def place(self) -> str:
        return f"{self.login} at Google"

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        name = given.get("name")
        if isinstance(name, str) and name and not is_name(name):
            better = "write it with letters, digits, dots, dashes and underscores"
            yield "name", f"{name!r} names what the account signs in with as well: {better}"
        if given.get("client") and given.get("service_account"):
            yield "client", "a service account needs no client: leave one of them away"
        if not any(given.get(one, True) for one in _FACETS):
            yield "mail", "this account has nothing to read: leave something on"
        if given.get("mail", True) is False:
            for key in ("backfill", "pubsub", "text_budget", "drafts"):
                if given.get(key) not in (None, "api", False):
                    yield key, "is about mail, which is off: leave it away, or mail on"
