"""Accounts as configured, opened: a factory for each kind, which alone imports its connector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from connectors.contract import Source, TaskList
from syncd import config
from syncd.assembly import Assembly
from syncd.config import (
    CaldavAccountSettings,
    ConfigErrors,
    ImapAccountSettings,
    LocalAccountSettings,
    ServerAccountSettings,
)
from syncd.pipeline import Account
from syncd.wiring.keys import Key, Secret


class Opened(Protocol):
    """What every connector has for an account. One on a server is also
    `connectors.contract.Surveyed`."""

    def sources(self) -> list[Source]:
        """What is read."""

    def task_list(self) -> TaskList | None:
        """What is written to."""


def open_accounts(assembly: Assembly, *, writing: bool = False) -> Sequence[Account]:
    """All of them. Nothing is asked of a server here. With `writing=False` no task list is
    constructed. Raises `ConfigErrors` where an extra is missing."""
    zone = assembly.settings.owner.zone
    opened = []
    for number, entry in enumerate(assembly.settings.accounts):
        key = key_of(entry, assembly.base)
        try:
            account = opened_one(entry, assembly.base, zone, key)
        except ImportError as error:
            message = f"kind: {entry.kind} needs an extra: pip install 'syncd[{entry.kind}]'"
            place = assembly.document.mistake(("accounts", number, "kind"), message)
            raise ConfigErrors([place]) from error
        since = None
        if entry.history is not None:
            since = datetime.combine(entry.history, time(), zone)
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
            )
        )
    return opened


def key_of(entry: config.Account, base: Path) -> Key | None:
    """What an account signs in with; None for files. `base` is the configuration's folder."""
    if isinstance(entry, ServerAccountSettings):
        return Key(entry.secret, base, entry.command)
    return None


def opened_one(entry: config.Account, base: Path, zone: ZoneInfo, key: Secret | None) -> Opened:
    """One account. Raises ImportError where an extra is missing."""
    opened: Opened = _FACTORIES[type(entry)](entry, base, zone, key)
    return opened


def survey(entry: ServerAccountSettings, base: Path, zone: ZoneInfo, key: Secret) -> Iterator[str]:
    """Ask its server what a reading would, and read nothing (`connectors.contract.Surveyed`)."""
    opened: Any = opened_one(entry, base, zone, key)  # type: ignore[arg-type]
    found: Iterator[str] = opened.survey()
    return found


def _local(entry: LocalAccountSettings, base: Path, zone: ZoneInfo, _: None) -> Opened:
    from connectors.local.account import LocalAccount

    return LocalAccount(
        entry.name,
        base,
        mail=[Path(p) for p in entry.mail],
        calendar=[Path(p) for p in entry.calendar],
        contacts=[Path(p) for p in entry.contacts],
        tasks=Path(entry.tasks) if entry.tasks else None,
        zone=zone,
        history=entry.history,
    )


def _imap(entry: ImapAccountSettings, base: Path, zone: ZoneInfo, key: Secret) -> Opened:
    from connectors.imap.account import ImapAccount
    from connectors.imap.session import Server

    server = Server(
        entry.host,
        entry.user,
        key,
        port=entry.port or 0,
        tls=entry.tls,
        auth=entry.auth,
        ca_file=str(_path(base, entry.ca_file) or ""),
        refused=key.refused,
    )
    poll = entry.poll.total_seconds()
    return ImapAccount(entry.name, server, entry.folders, entry.history, zone, poll)


def _caldav(entry: CaldavAccountSettings, base: Path, zone: ZoneInfo, key: Secret) -> Opened:
    from connectors.caldav.account import CaldavAccount
    from connectors.caldav.http import Login

    login = None
    if entry.user or entry.by_token:
        login = Login(entry.user or "", key, bearer=entry.by_token, refused=key.refused)
    return CaldavAccount(
        entry.name,
        entry.url,
        login,
        ca_file=_path(base, entry.ca_file),
        calendars=entry.calendars,
        contacts=entry.contacts,
        tasks=entry.tasks or "",
        zone=zone,
        history=entry.history,
    )


def _path(base: Path, given: str | None) -> Path | None:
    return None if given is None else base / Path(given).expanduser()


_FACTORIES: Final[Mapping[type, Callable[..., Opened]]] = {
    LocalAccountSettings: _local,
    ImapAccountSettings: _imap,
    CaldavAccountSettings: _caldav,
}
