"""What an answer to `syncd init` must look like; each raises ValueError that says what to write."""

from __future__ import annotations

import os
from pathlib import Path

from syncd.people import normalise
from syncd.setup.clock import is_zone


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
