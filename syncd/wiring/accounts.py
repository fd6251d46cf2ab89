"""Accounts as configured, opened: a factory for each kind, which alone imports its connector."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from zoneinfo import ZoneInfo

from connectors.contract import Source, TaskList
from syncd import config
from syncd.assembly import Assembly
from syncd.config import (
    CaldavAccountSettings,
    ConfigErrors,
    ExchangeAccountSettings,
    GoogleAccountSettings,
    GraphAccountSettings,
    ImapAccountSettings,
    LocalAccountSettings,
    ServerAccountSettings,
)
from syncd.pipeline import Account
from syncd.store.database import Database
from syncd.wiring.google import SignIn, open_google, sign_in_of
from syncd.wiring.keys import Key, Secret
from syncd.wiring.microsoft import graph_sign_in, open_exchange, open_graph
from syncd.wiring.refusals import Refusals

if TYPE_CHECKING:  # each comes with its connector
    from connectors.caldav.http import Login
    from connectors.imap.session import Server

MET: Final = "Met through mail"  # the category of cards that are added
_OURS: Final = frozenset(("syncd", "connectors", "rules"))


class Opened(Protocol):
    """What every connector has for an account. One on a server is also
    `connectors.contract.Surveyed`."""

    def sources(self) -> list[Source]:
        """What is read."""

    def task_list(self) -> TaskList | None:
        """What is written to."""


def open_accounts(
    assembly: Assembly,
    *,
    writing: bool = False,
    database: Database | None = None,
    now: Callable[[], datetime] | None = None,
) -> Sequence[Account]:
    """All of them. Nothing is asked of a server here. With `writing=False` nothing that
    is written to is constructed. The state, if it is there, remembers by the clock `now` which
    secrets were refused. Raises `ConfigErrors` where an extra is missing."""
    zone = assembly.settings.owner.zone
    today = (now or _clock)().astimezone(zone).date()
    opened = []
    for number, entry in enumerate(assembly.settings.accounts):
        first = entry.since(today)
        try:
            key: Any = _sign_in_of(entry, assembly, now or _clock)
            if key is None:
                key = key_of(entry, assembly.base, database, now)
            account = opened_one(entry, assembly.base, zone, key, first)
        except ModuleNotFoundError as error:
            if not lacks_extra(error):
                raise
            message = f"kind: {entry.kind} needs an extra: pip install 'syncd[{entry.kind}]'"
            place = assembly.document.mistake(("accounts", number, "kind"), message)
            raise ConfigErrors([place]) from error
        since = None if first is None else datetime.combine(first, time(), zone)
        opened.append(
            Account(
                entry.name,
                tuple(account.sources()),
                account.task_list() if writing else None,
                since,
                entry.poll.total_seconds(),
                key.again if key is not None else lambda: None,
                key.renewed if key is not None else lambda: False,
                getattr(account, "survey", None),
                **(_outlets(account) if writing else {}),
            )
        )
    return opened


def _outlets(account: Opened) -> dict[str, Any]:
    """What else is written to, of those kinds that have it and where it is switched on."""
    return {
        "book": getattr(account, "contact_book", lambda: None)(),
        "drafts": getattr(account, "drafts", lambda: None)(),
    }


def key_of(
    entry: config.Account,
    base: Path,
    database: Database | None = None,
    now: Callable[[], datetime] | None = None,
) -> Key | None:
    """What an account signs in with; None where nobody does: for files, for a server that asks
    nobody. `base` is the configuration's folder. For the rest see `open_accounts`."""
    if not isinstance(entry, ServerAccountSettings) or not entry.signs_in:
        return None
    refusals = None
    if database is not None:
        refusals = Refusals(
            database, entry.name, entry.secret, "\0".join(entry.door), now or _clock
        )
    return Key(entry.secret, base, entry.command, refusals=refusals)


def _clock() -> datetime:
    return datetime.now(UTC)


def lacks(entry: config.Account, assembly: Assembly) -> str:
    """Why an account cannot sign in with what is there; "" where it can, or where somebody else has
    to be asked: nobody is asked here."""
    key = _sign_in_of(entry, assembly, _clock) or key_of(entry, assembly.base)
    return key.lacks() if key is not None else ""


def _sign_in_of(
    entry: config.Account, assembly: Assembly, now: Callable[[], datetime]
) -> SignIn | None:
    """What an account signs in with that no secret is shown for; None for all others."""
    if isinstance(entry, GoogleAccountSettings):
        return sign_in_of(entry, assembly, now)
    if isinstance(entry, GraphAccountSettings):
        return graph_sign_in(entry, assembly)
    return None


def opened_one(
    entry: config.Account, base: Path, zone: ZoneInfo, key: Secret | None, first: date | None
) -> Opened:
    """One account. `first`: what is older is not read. Raises ModuleNotFoundError where an extra is
    missing (`lacks_extra`)."""
    opened: Opened = _FACTORIES[type(entry)](entry, base, zone, key, first)
    return opened


def lacks_extra(error: ModuleNotFoundError) -> bool:
    """Whether a package is missing that others make, as an extra brings it: else it is us who are
    broken, or somebody else's package has one of our names."""
    name = (error.name or "").partition(".")[0]
    return bool(name) and name not in _OURS and name not in sys.stdlib_module_names


def survey(
    entry: ServerAccountSettings, base: Path, zone: ZoneInfo, key: Secret | None
) -> Iterator[str]:
    """Ask its server what a reading would, and read nothing (`connectors.contract.Surveyed`)."""
    opened: Any = opened_one(entry, base, zone, key, None)  # type: ignore[arg-type]
    found: Iterator[str] = opened.survey()
    return found


def _local(
    entry: LocalAccountSettings, base: Path, zone: ZoneInfo, _: None, first: date | None
) -> Opened:
    from connectors.local.account import LocalAccount

    return LocalAccount(
        entry.name,
        base,
        mail=[Path(p) for p in entry.mail],
        calendar=[Path(p) for p in entry.calendar],
        contacts=[Path(p) for p in entry.contacts],
        tasks=Path(entry.tasks) if entry.tasks else None,
        cards=Path(entry.cards) if entry.cards else None,
        drafts=Path(entry.drafts) if entry.drafts else None,
        zone=zone,
        history=first,
        category=MET,
    )


def _imap(
    entry: ImapAccountSettings, base: Path, zone: ZoneInfo, key: Secret, first: date | None
) -> Opened:
    from connectors.imap.account import ImapAccount

    server = mail_server(entry, base, key)
    poll = entry.poll.total_seconds()
    return ImapAccount(entry.name, server, entry.folders, first, zone, poll, drafts=entry.drafts)


def mail_server(entry: ImapAccountSettings, base: Path, key: Secret) -> Server:
    """Where its mail is, and how to sign in there."""
    from connectors.imap.session import Server

    return Server(
        entry.host,
        entry.user,
        key,
        port=entry.port or 0,
        tls=entry.tls,
        auth=entry.auth,
        ca_file=str(trusted(entry, base) or ""),
        refused=key.refused,
        accepted=key.accepted,
    )


def _caldav(
    entry: CaldavAccountSettings, base: Path, zone: ZoneInfo, key: Secret | None, first: date | None
) -> Opened:
    from connectors.caldav.account import CaldavAccount

    return CaldavAccount(
        entry.name,
        entry.url,
        dav_login(entry, key),
        ca_file=trusted(entry, base),
        calendars=entry.calendars,
        contacts=entry.contacts,
        tasks=entry.tasks or "",
        cards=entry.cards if isinstance(entry.cards, str) else "",
        category=MET if entry.cards is True else "",
        zone=zone,
        history=first,
    )


def dav_login(entry: CaldavAccountSettings, key: Secret | None) -> Login | None:
    """Who signs in to its server; None where nobody does."""
    from connectors.caldav.http import Login

    if key is None or not (entry.user or entry.by_token):
        return None
    return Login(
        entry.user or "",
        key,
        bearer=entry.by_token,
        refused=key.refused,
        accepted=key.accepted,
    )


def trusted(entry: ServerAccountSettings, base: Path) -> Path | None:
    """The file of certificates that it trusts in place of the system's."""
    return None if entry.ca_file is None else base / Path(entry.ca_file).expanduser()


_FACTORIES: Final[Mapping[type, Callable[..., Opened]]] = {
    LocalAccountSettings: _local,
    ImapAccountSettings: _imap,
    CaldavAccountSettings: _caldav,
    GoogleAccountSettings: open_google,
    ExchangeAccountSettings: open_exchange,
    GraphAccountSettings: open_graph,
}
