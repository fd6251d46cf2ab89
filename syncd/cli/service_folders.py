"""Which folders a service of the system has to see, and whose they are.

It sees no home, and may write nothing but its state: what the configuration names has to be let in,
folder by folder. A user that exists only while the service runs owns none of them, so it runs as
whoever does.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from syncd import wiring
from syncd.cli.service_units import Place, Unit, homes_of_program
from syncd.config import GoogleAccountSettings, GraphAccountSettings, ServerAccountSettings
from syncd.store.folder import state_file
from syncd.wiring.microsoft import own_secret

# What ProtectHome and PrivateTmp hide.
_HIDDEN: Final = tuple(Path(p) for p in ("/home", "/root", "/run/user", "/tmp", "/var/tmp"))


class Refused(Exception):
    """It cannot be installed like this; the message says what to do (exit code 1)."""


@dataclass(slots=True)
class _Found:
    """What the configuration names: folders to read and to write, and whose they are."""

    reads: set[Path] = field(default_factory=set)
    writes: set[Path] = field(default_factory=set)
    owners: dict[int, Path] = field(default_factory=dict)
    missing: list[Path] = field(default_factory=list)

    def take(self, path: Path, *, to_write: bool, whose: bool = True) -> None:
        """One path; `whose`: its owner tells as whom the service is to run."""
        path = Path(os.path.abspath(path))  # noqa: PTH100  # a link is let in under its own name
        if not path.exists():
            if to_write:
                raise Refused(f"{path} does not exist: make that folder first, as its owner")
            self.missing.append(path)
            return
        if whose:
            self.owners.setdefault(path.stat().st_uid, path)
        # A file that is written anew is another file: its folder is what stays.
        folder = path if path.is_dir() else path.parent
        (self.writes if to_write else self.reads).add(folder)


def place_of(assembly: wiring.Assembly, unit: Unit, runs_as: str | None) -> Place:
    """What a service of the system needs on this machine: `runs_as` is "" for a passing user, and
    None for whoever the folders belong to. Raises `Refused`."""
    if runs_as:
        _home(runs_as)  # there is such a user
    found = _Found()
    for entry in assembly.settings.accounts:
        on_server = isinstance(entry, ServerAccountSettings | GraphAccountSettings)
        for text in entry.reads:
            found.take(_resolved(text, assembly, runs_as), to_write=False, whose=not on_server)
        for text in entry.writes:
            found.take(_resolved(text, assembly, runs_as), to_write=True)
    user = runs_as if runs_as is not None else _user_of(found)
    config = Path(os.path.abspath(assembly.path))  # noqa: PTH100
    if not user and not config.stat().st_mode & stat.S_IROTH:
        raise Refused(
            f"the service's user cannot read {config}: chmod o+r {config} (secrets belong into "
            "credentials), or say as whom it is to run, with --as USER"
        )
    state = _state(assembly, unit)
    if state is not None:
        _check_state(state, user)
        found.writes.add(state)
    found.reads |= {config.parent, *homes_of_program()}
    return Place(
        config=config,
        runs_as=user,
        reads=sorted(_hidden(found.reads, found.writes)),
        writes=sorted(found.writes),
        missing=found.missing,
        credentials=_credentials(assembly),
    )


def _credentials(assembly: wiring.Assembly) -> list[str]:
    """The names of the secrets that accounts sign in with."""
    found = []
    for entry in assembly.settings.accounts:
        if isinstance(entry, ServerAccountSettings):
            if entry.signs_in and entry.command is None:
                found.append(entry.secret)
        elif isinstance(entry, GoogleAccountSettings):
            found.append(f"{entry.name}.google-{'key' if entry.service_account else 'token'}")
        elif isinstance(entry, GraphAccountSettings):
            own = own_secret(entry) if entry.app_only else f"{entry.name}.microsoft-token"
            found.append(own)
    return found


def _resolved(text: str, assembly: wiring.Assembly, runs_as: str | None) -> Path:
    """A path of the configuration, as the service will understand it: `~` is its user's home."""
    if text != "~" and not text.startswith("~/"):
        return assembly.base / Path(text).expanduser()
    writer = assembly.path.stat().st_uid
    if not runs_as and writer == 0:
        raise Refused(f"whose home is meant by {text}? Say as whom it is to run, with --as USER")
    return _home(runs_as or _name(writer)) / text[2:]


def _user_of(found: _Found) -> str:
    """Whose the folders are; "" where there are none. Raises `Refused` when it cannot be told."""
    people = {uid: path for uid, path in found.owners.items() if uid != 0}
    if len(people) > 1:
        whose = ", ".join(f"{path} is {_name(uid)}'s" for uid, path in sorted(people.items()))
        raise Refused(f"{whose}: say as whom the service is to run, with --as USER")
    if not people and found.owners:
        path = next(iter(found.owners.values()))
        raise Refused(f"{path} is root's: say as whom the service is to run, with --as USER")
    return _name(next(iter(people))) if people else ""


def _state(assembly: wiring.Assembly, unit: Unit) -> Path | None:
    """The folder of a state that the configuration puts elsewhere than systemd does."""
    if assembly.settings.state is None:
        return None
    try:
        url = make_url(wiring.state_url(assembly))
    except (ValueError, ArgumentError) as error:
        raise Refused("`state:` is no URL: write it like sqlite:///syncd.db") from error
    file = state_file(url)
    if file is None:
        return None
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100
    return None if folder == unit.state else folder


def _check_state(folder: Path, user: str) -> None:
    if folder.is_dir() and user and _name(folder.stat().st_uid) == user:
        return
    who = user or "a user that exists only while it runs"
    raise Refused(
        f"the state is to lie in {folder}, where the service ({who}) may not write: leave "
        "`state:` out of the configuration, and systemd finds a place for it"
    )


def _hidden(reads: Iterable[Path], writes: set[Path]) -> set[Path]:
    """Those that the service would not see, or could write; what lies in another one comes with
    it."""
    trees = (*_HIDDEN, *writes)
    hidden = {path for path in reads if any(path.is_relative_to(tree) for tree in trees)} - writes
    return {path for path in hidden if not any(other in path.parents for other in hidden)}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _home(user: str) -> Path:
    try:
        return Path(pwd.getpwnam(user).pw_dir)
    except KeyError:
        raise Refused(f"there is no user {user!r} on this machine") from None
