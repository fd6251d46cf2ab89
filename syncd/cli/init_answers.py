"""What an answer to `syncd init` must look like; each raises ValueError that says what to write."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from syncd.config.servers import url
from syncd.people import normalise
from syncd.setup.clock import is_zone

T = TypeVar("T")


def question(text: str, read: Callable[[str], T], default: str | None) -> T:
    """Ask until the answer is right. Enter takes the default, which may be empty; None: it takes
    an answer."""

    def checked(value: str) -> T:
        try:
            return read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    answer: T = typer.prompt(text, default=default, value_proc=checked, show_default=bool(default))
    return answer


def numbers_of(most: int, *, one: bool = False) -> Callable[[str], set[int]]:
    """Reads numbers from 1 to `most`, or nothing; with `one` exactly one."""

    def numbers(text: str) -> set[int]:
        words = text.replace(",", " ").split()
        wrong = any(not word.isdecimal() or not 1 <= int(word) <= most for word in words)
        if one and (wrong or len(words) != 1):
            raise ValueError(f"write a number from 1 to {most}")
        if wrong:
            raise ValueError(f"write numbers from 1 to {most}, or nothing")
        return {int(word) for word in words}

    return numbers


def an_account(text: str) -> str:
    """What an account is found by: a mail address as it is written, or a URL. Raises
    ValueError."""
    word = text.strip()
    if "://" in word:
        try:
            return url(word)
        except ValueError as error:
            raise ValueError(f"the URL: {error}") from None
    if not normalise(word) or not word.isprintable() or any(char in word for char in " <>\"',;"):
        raise ValueError(
            f"{word!r} is no mail address; write one like ana@example.org, or a URL like "
            "https://cloud.example.org"
        )
    return word


def a_name(text: str) -> str:
    """A name of somebody. Raises ValueError."""
    name = " ".join(text.split())
    if not name or "@" in name:
        raise ValueError("write your name as others do, like Ana Silva")
    return name


def an_address(text: str) -> str:
    """One mail address, normalised. Raises ValueError."""
    addr = normalise(text.strip())
    if not addr:
        raise ValueError(f"{text.strip()!r} is no mail address; write one like ana@example.org")
    return addr


def addresses_in(text: str) -> tuple[str, ...]:
    """Addresses with commas or spaces between them. Raises ValueError."""
    words = text.replace(",", " ").split()
    if not words:
        raise ValueError("write at least one address, like ana@example.org")
    return tuple(dict.fromkeys(an_address(word) for word in words))


def a_zone(text: str) -> str:
    """The name of a time zone. Raises ValueError that names near ones."""
    import difflib
    from zoneinfo import available_timezones

    wanted = text.strip()
    if is_zone(wanted):
        return wanted
    known = sorted(available_timezones())
    cities = {zone.rpartition("/")[2].lower(): zone for zone in known if "/" in zone}
    close = difflib.get_close_matches(wanted.lower().replace(" ", "_"), cities, n=1, cutoff=0.7)
    near = [cities[close[0]]] if close else difflib.get_close_matches(wanted, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "write one like Europe/Lisbon"
    raise ValueError(f"{wanted!r} is no time zone; {hint}")


def a_path(path: Path) -> Path:
    """A file or folder that is there and may be read. Raises ValueError."""
    full = path.expanduser()
    if not full.exists():
        raise ValueError(f"{path} is not there")
    if not os.access(full, os.R_OK | (os.X_OK if full.is_dir() else 0)):
        raise ValueError(f"{path} may not be read")
    return full.absolute()


def a_folder(path: Path) -> Path:
    """A folder that takes tasks; it may be still to be made. Raises ValueError."""
    full = path.expanduser()
    if full.exists() and not full.is_dir():
        raise ValueError(f"{path} is a file: tasks need a folder")
    return full.absolute()
