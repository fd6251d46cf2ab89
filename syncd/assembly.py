"""Configuration and rules, read together and found right; and the state that they name, opened.

This is what a daemon is ready with. All that it works with comes behind it, from `syncd.wiring`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from rules import packs
from rules.load import RuleErrors, load
from rules.model import RuleSet
from syncd.config import ConfigErrors, Document, Mistake, NoText, Settings, text_of
from syncd.people import normalise
from syncd.secrets import STATE_PASSWORD, SecretWrong, secret
from syncd.store.database import Database, open_database
from syncd.store.folder import state_folder

_FILE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Assembly:
    """Configuration and rules, read and found right; nothing is open yet."""

    document: Document
    settings: Settings
    ruleset: RuleSet
    sources: tuple[tuple[str, str], ...]  # the rule files: name and text

    @property
    def path(self) -> Path:
        return self.document.path

    @property
    def rules_text(self) -> str:
        """All rule files together, for the fingerprint."""
        return "\0".join(text for _, text in self.sources)

    @property
    def base(self) -> Path:
        """What relative paths are relative to."""
        return self.path.resolve().parent


def assemble(path: Path) -> Assembly:
    """Read configuration and rules. Raises `ConfigErrors` with every mistake of both."""
    document = Document(path)
    mistakes: list[Mistake] = []
    settings: Settings | None = None
    entries = document.rules()
    try:
        settings = document.settings()
        entries = entries or [(entry, ("rules",)) for entry in settings.rules]
    except ConfigErrors as error:
        mistakes += error.mistakes
    sources: list[tuple[str, str]] = []
    for entry, loc in entries:
        try:
            source = rule_file(entry, path)
            if source in sources:
                mistakes.append(document.mistake(loc, f"{entry!r} is listed twice: remove one"))
                continue
            sources.append(source)
        except OSError as error:
            message = f"{entry!r} cannot be read: {error.strerror}"
            mistakes.append(document.mistake(loc, message))
        except ValueError as error:
            mistakes.append(document.mistake(loc, str(error)))
    ruleset = RuleSet(rules=(), tiers=())
    try:
        ruleset = load(sources)
    except RuleErrors as error:
        mistakes += [Mistake(p.file, p.line, p.column, p.message) for p in error.problems]
    if mistakes or settings is None:
        raise ConfigErrors(mistakes)
    return Assembly(document, settings, ruleset, tuple(sources))


def rule_file(entry: str, config: Path) -> tuple[str, str]:
    """Name and text of a pack, or of a file beside the configuration. Raises ValueError and
    OSError."""
    if entry in packs.names():
        return f"pack {entry}", packs.text(entry)
    path = config.resolve().parent / entry
    if not path.exists():
        from difflib import get_close_matches  # only a mistake needs it

        near = get_close_matches(entry, packs.names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"packs: {', '.join(packs.names())}"
        raise ValueError(f"{entry!r} is neither a pack nor a file beside this one; {hint}")
    try:
        return str(path), text_of(path)
    except NoText as error:
        raise ValueError(f"{entry!r} {error}") from None


def state_url(assembly: Assembly) -> str:
    """Where the state lives; a relative SQLite path is relative to the configuration file. A link
    is followed, so that what lies beside the file (its lock) is the same under all its names."""
    return _placed(assembly.settings.state, assembly.base)


def glimpse(path: Path) -> Database | None:
    """The file of the state that a configuration still names though it is wrong, to be looked at;
    None where it names none, or there is none yet. Raises `StoreError` and `ConfigErrors`."""
    document = Document(path)
    given, told = document.said("state"), document.said("owner", "addresses")
    listed = told if isinstance(told, list) else [told]
    owners = [normalise(one) for one in listed if isinstance(one, str)]
    if not owners or not (given is None or isinstance(given, str)):
        return None
    url = _placed(given, path.resolve().parent)
    if not url.startswith(_FILE) or not Path(url.removeprefix(_FILE)).is_file():
        return None
    return open_database(url, owners[0], frozenset(owners), look=True)


def _placed(given: str | None, base: Path) -> str:
    if given is None:
        given = f"{_FILE}{state_folder()}/syncd.db"
    if not given.startswith(_FILE):
        return given
    if not given.startswith(_FILE + "/"):
        given = _FILE + str(base / given.removeprefix(_FILE))
    path = given.removeprefix(_FILE)
    # `Path` would fail where a folder may not be read, or a link leads to itself: that is told by
    # whoever opens it.
    return _FILE + os.path.realpath(path) if os.path.islink(path) else given  # noqa: PTH114


def open_state(assembly: Assembly, *, look: bool = False) -> Database:
    """With `look` a state that is missing is not made (see `store/database.py`)."""
    first = normalise(assembly.settings.owner.addresses[0])
    try:
        if make_url(state_url(assembly)).get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("only SQLite and PostgreSQL can hold it")
        return open_database(_signed_in(assembly), first, assembly.settings.addresses, look=look)
    except SecretWrong as error:
        raise ConfigErrors([assembly.document.mistake(("state",), f"state: {error}")]) from error
    except ImportError as error:
        message = "state: this kind of database needs an extra: pip install 'syncd[postgres]'"
        raise ConfigErrors([assembly.document.mistake(("state",), message)]) from error
    except (ValueError, ArgumentError) as error:
        message = f"state: {error}; write it like sqlite:///syncd.db"
        raise ConfigErrors([assembly.document.mistake(("state",), message)]) from error


def _signed_in(assembly: Assembly) -> str:
    """Where the state lives, with the password that the configuration leaves out. Never shown."""
    url = state_url(assembly)
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql" or parsed.password is not None:
        return url
    password = secret(STATE_PASSWORD, assembly.base)
    if password is None:
        return url
    return parsed.set(password=password.get_secret_value()).render_as_string(hide_password=False)
