"""What `syncd doctor` looks at outside the state: the configuration, secrets, accounts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from connectors.contract import Divisible, Hindered, Source, Waiting
from connectors.records import Facet
from syncd import secrets, wiring
from syncd.cli.doctor_servers import servers
from syncd.config import GoogleAccountSettings, GraphAccountSettings, LocalAccountSettings
from syncd.pipeline import Account
from syncd.store.health import words_of
from syncd.views.doctor import Finding, ok, warning, wrong
from syncd.wiring.google import vault_of
from syncd.wiring.microsoft import graph_vault

# Without these no command can open the state; the others only keep an account from signing in.
_OF_THE_STATE = (secrets.STATE_PASSWORD, secrets.FORGETTING_KEY)


def configuration(assembly: wiring.Assembly) -> Iterator[Finding]:
    """Its file: nobody else may change what is read, or read what is secret."""
    path = assembly.path
    mode = path.stat().st_mode
    secret = make_url(wiring.state_url(assembly)).password is not None
    rules = f"{len(assembly.ruleset.rules)} rules"
    if mode & 0o002:
        yield wrong("configuration", f"others may change {path}", f"chmod o-w {path}", code=78)
    elif secret and mode & 0o044:
        yield wrong(
            "configuration",
            f"others may read the password in {path}",
            f"chmod 600 {path}, or give it as the secret {secrets.STATE_PASSWORD}",
            code=78,
        )
    else:
        yield ok("configuration", f"{path} is right, {rules}")


def credentials(assembly: wiring.Assembly) -> Iterator[Finding]:
    """Every secret that is there can be used."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    folders = [assembly.base / "secrets", *([Path(given)] if given else [])]
    names = sorted({one.name for folder in folders if folder.is_dir() for one in folder.iterdir()})
    usable = []
    for name in names:
        try:
            if secrets.secret(name, assembly.base) is not None:
                usable.append(name)
        except secrets.SecretWrong as error:
            yield wrong("secrets", str(error), code=78 if name in _OF_THE_STATE else 1)
    for entry in assembly.settings.accounts:
        if isinstance(entry, GoogleAccountSettings | GraphAccountSettings):
            for found in _files_of(entry, assembly):
                if isinstance(found, Finding):
                    yield found
                else:
                    usable.append(found)
    if given and not Path(given).is_dir():
        yield wrong("secrets", f"$CREDENTIALS_DIRECTORY is {given}, which is no folder", code=78)
    elif usable:
        yield ok("secrets", ", ".join(usable))
    elif not names:
        yield ok("secrets", "none are there")


def _files_of(
    entry: GoogleAccountSettings | GraphAccountSettings, assembly: wiring.Assembly
) -> Iterator[str | Finding]:
    """The files that an account signs in with beside its secrets: the name of one that can be used,
    or what is wrong with it."""
    if isinstance(entry, GraphAccountSettings):
        file = graph_vault(entry, assembly).file
        if entry.certificate is not None:
            file = assembly.base / Path(entry.certificate).expanduser()
        yield from _usable(file)
        return
    client, key = entry.client, entry.service_account
    own = assembly.base / Path(client if key is None else key).expanduser()
    if key is None:
        kept = vault_of(entry, assembly).file
        if own.is_file() and own.stat().st_mode & 0o077:
            yield warning("secrets", f"others can read {own}, the OAuth client", f"chmod 600 {own}")
    else:
        kept = own
    yield from _usable(kept)


def _usable(kept: Path) -> Iterator[str | Finding]:
    try:
        if secrets.kept(kept) is not None:
            yield kept.name
    except secrets.SecretWrong as error:
        yield wrong("secrets", str(error))


class _Nothing:
    """The `Known` of a first reading."""

    def under(self, prefix: str) -> Mapping[str, str]:
        return {}


def accounts(
    assembly: wiring.Assembly, opened: tuple[Account, ...], now: datetime
) -> Iterator[Finding]:
    """Whether each account can be listed, and watched. Nothing is read into the state."""
    here = tuple(account for account in opened if account.survey is None)
    for account in here:
        for source in account.sources:
            what = f"{account.name}/{source.facet}"
            if source.facet is not Facet.TASKS:
                yield _listed(what, source, now)
    for entry in assembly.settings.accounts:
        if isinstance(entry, LocalAccountSettings):
            for what in ("tasks", "cards", "drafts"):
                if (named := getattr(entry, what)) is not None:
                    folder = assembly.base / Path(named).expanduser()
                    yield _written(f"{entry.name}/{what}", folder)
    yield from servers(assembly, opened)
    if here:
        yield _watched(here)


def _listed(what: str, source: Source, now: datetime) -> Finding:
    try:
        if isinstance(source, Divisible):
            next(iter(source.chunks(None, _Nothing(), now)), None)
        else:
            next(iter(source.changes(None, _Nothing(), now)), None)
    except Exception as error:  # noqa: BLE001  # it is told, and the other accounts are looked at
        return wrong(what, words_of(error))
    return ok(what, f"{source.scope} can be listed")


def _written(what: str, folder: Path) -> Finding:
    """A folder that is written to, or that is made for the first thing that is."""
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return wrong(what, f"{there} is no folder", "move it away, or name another")
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return wrong(what, f"{there} may not be written", "give syncd's user the right to")
    return ok(what, f"{folder} can be written" + ("" if there == folder else ", once it is made"))


def _watched(opened: tuple[Account, ...]) -> Finding:
    """Whether changes are noticed at once: everything is watched for a moment."""
    hindered = []
    count = 0
    for source in (source for account in opened for source in account.sources):
        if not isinstance(source, Waiting) or not isinstance(source, Hindered):
            continue
        count += 1
        try:
            source.wait(0)
        except Exception:  # noqa: BLE001  # it cannot be listed either, which is told
            continue
        if source.hindrance:
            hindered.append(source.hindrance)
    if hindered:
        return warning(
            "watching", "; ".join(dict.fromkeys(hindered)), "what is said there, if it matters"
        )
    return ok("watching", f"changes are noticed at once in {count} places")
