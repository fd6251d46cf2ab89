"""What `syncd init` was told on the command line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import typer

from syncd.cli.init_answers import a_folder, a_path, a_zone, an_account, an_address
from syncd.config.servers import url
from syncd.people import normalise


@dataclass(slots=True)
class ServerWords:
    """What the command line says of servers; empty where it says nothing."""

    accounts: tuple[str, ...] = ()  # addresses and URLs
    imap: str = ""
    caldav: str = ""
    user: str = ""
    password_command: str = ""
    client: Path | None = None  # the file of an OAuth client of Google's, found right
    application: str = ""  # the ID of one that is registered at Microsoft
    tenant: str = ""
    exchange: str = ""  # a server's name, or a URL

    @property
    def by_password(self) -> bool:
        """Whether they are about servers that a password, or a command's token, is shown to."""
        return bool(self.imap or self.caldav or self.password_command)


@dataclass(slots=True)
class Given:
    """What the command line says; empty where it says nothing."""

    name: str
    addresses: tuple[str, ...]
    timezone: str
    mail: tuple[Path, ...]
    calendar: tuple[Path, ...]
    contacts: tuple[Path, ...]
    tasks: Path | None
    servers: ServerWords = field(default_factory=ServerWords)


def checked(
    name: str,
    address: list[str] | None,
    timezone: str,
    mail: list[Path] | None,
    calendar: list[Path] | None,
    contacts: list[Path] | None,
    tasks: Path | None,
    servers: ServerWords,
) -> Given:
    """The options, each found right."""
    try:
        addresses = tuple(an_address(one) for one in address or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--address") from None
    if timezone:
        try:
            a_zone(timezone)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--timezone") from None
    for hint, paths in (("--mail", mail), ("--calendar", calendar), ("--contacts", contacts)):
        for path in paths or ():
            try:
                a_path(path)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=hint) from None
    if tasks is not None:
        try:
            a_folder(tasks)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--tasks") from None

    def absolute(paths: list[Path] | None) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(path.expanduser().absolute() for path in paths or ()))

    return Given(
        " ".join(name.split()),
        tuple(dict.fromkeys(addresses)),
        timezone,
        absolute(mail),
        absolute(calendar),
        absolute(contacts),
        tasks.expanduser().absolute() if tasks else None,
        servers,
    )


def server_words(account: list[str] | None, given: ServerWords) -> ServerWords:
    """What the command line says of servers, found right."""
    try:
        accounts = tuple(dict.fromkeys(an_account(one) for one in account or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--account") from None
    about = {
        "--imap": given.imap,
        "--caldav": given.caldav,
        "--user": given.user,
        "--password-command": given.password_command,
        "--google-client": given.client,
        "--microsoft-client": given.application,
        "--tenant": given.tenant,
        "--exchange": given.exchange,
    }
    for hint, value in about.items():
        if value and len(accounts) != 1:
            raise typer.BadParameter("it belongs to one --account: name that", param_hint=hint)
    if given.caldav:
        try:
            url(given.caldav)
        except ValueError as error:
            raise typer.BadParameter(f"{error}", param_hint="--caldav") from None
    words = replace(given, accounts=accounts)
    for key in ("imap", "caldav", "user", "application", "tenant", "exchange"):
        setattr(words, key, getattr(given, key).strip())
    if words.tenant and not words.application:
        raise typer.BadParameter("it goes with --microsoft-client ID", param_hint="--tenant")
    if words.application:
        _alone(words, "--microsoft-client", "Microsoft")
    if words.exchange:
        _alone(words, "--exchange", "Exchange")
    if words.client is not None:
        words.client = _client(words.client, words)
    return words


def _alone(words: ServerWords, hint: str, where: str) -> None:
    """Nothing beside it says how to sign in, and whoever does has an address."""
    others = [("--imap", words.imap), ("--caldav", words.caldav)]
    if hint == "--exchange":  # who signs in there has a name, and a password
        login = words.accounts[0]
    else:
        others.append(("--password-command", words.password_command))
        login = words.user or words.accounts[0]
    ways = ("--google-client", words.client), ("--microsoft-client", words.application)
    for other, value in (*others, *ways, ("--exchange", words.exchange)):
        if value and other != hint:
            raise typer.BadParameter(
                f"nothing else signs in to {where}: leave {other} away", param_hint=hint
            )
    if not normalise(login):
        raise typer.BadParameter(
            f"it takes the address that signs in, and {login!r} is none", param_hint=hint
        )


def _client(path: Path, words: ServerWords) -> Path:
    """The file of an OAuth client of Google's, and nothing else beside it."""
    from syncd.cli.init_google import a_client

    hint = "--google-client"
    _alone(words, hint, "Google")
    try:
        return a_client(path)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None


def refuse_others(given: Given, target: Path) -> None:
    """Where an account is added, nothing else is written."""
    for hint, value in (
        ("--name", given.name), ("--address", given.addresses), ("--timezone", given.timezone),
        ("--mail", given.mail), ("--calendar", given.calendar), ("--contacts", given.contacts),
        ("--tasks", given.tasks),
    ):  # fmt: skip
        if value:
            raise typer.BadParameter(
                f"{target} exists, and --account only adds to it: leave {hint} away, or write a "
                "new one with --force",
                param_hint=hint,
            )


def mail_addresses(words: ServerWords) -> tuple[str, ...]:
    """The addresses among the accounts that the command line names."""
    return tuple(normalise(one) for one in words.accounts if "://" not in one)


def with_addresses(addresses: tuple[str, ...], words: ServerWords) -> tuple[str, ...]:
    """The owner's addresses; who reads a mailbox writes from its address as well."""
    return tuple(dict.fromkeys((*addresses, *mail_addresses(words))))
