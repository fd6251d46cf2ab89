"""Which folders and files hold events, tasks and cards."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from glob import escape, glob
from itertools import islice
from pathlib import Path

from syncd.setup.home import Home
from syncd.setup.model import Collection
from syncd.setup.names import COLLECTIONS, SETTINGS
from syncd.setup.walk import Folder, Walk

SAMPLE = 40  # files of a folder that are looked into
_NAMED = 50  # folders that one line of settings may stand for
_ABOUT = frozenset(("color", "displayname"))
_PATH = re.compile(r"""^[ \t]*["']?path["']?[ \t]*[=:][ \t]*(.+?)[ \t]*,?[ \t]*$""", re.MULTILINE)


def collections(home: Home, walk: Walk) -> tuple[Collection, ...]:
    """Every collection in the usual places and those that other programs' settings name; none
    within another, and none empty but what settings name, or what is named as a list of tasks."""
    named = list(_settings(home, walk))
    found: dict[Path, Collection] = {}
    for path in (*(home.path / name for name in COLLECTIONS), *named):
        for one in collections_at(path, walk):
            found.setdefault(one.path, one)
    for path in named:
        if os.path.isdir(path) and not any(one.is_relative_to(path) for one in found):
            found[path] = Collection(path, named=True)
    for name in _top_level(home, walk):
        one = _file(home.path / name, walk)
        if one.events or one.todos or one.cards:
            found.setdefault(one.path, one)
    return tuple(found[path] for path in sorted(found))


def collections_at(path: Path, walk: Walk, *, inside: bool = True) -> list[Collection]:
    """The collections in a folder, or the one that a file is."""
    if os.path.isfile(path):
        one = _file(path, walk)
        return [one] if one.events or one.todos or one.cards else []
    found: list[Collection] = []
    tree = walk.tree(path, inside=inside)
    folder = next(tree, None)
    while folder is not None:
        one = _folder(folder, walk)
        full = bool(one.events or one.todos or one.cards)
        if full or (folder.path != path and _is_new_list(folder)):
            found.append(one)
        try:
            # A reader of this folder reads what lies below as well.
            folder = tree.send(full)
        except StopIteration:
            break
    return found


def for_tasks(path: Path) -> bool:
    """Whether it is called like a list of tasks."""
    return any(word in path.name.lower() for word in ("task", "todo", "reminder"))


def _is_new_list(folder: Folder) -> bool:
    """An empty folder that is called like a list of tasks; beside its items such a folder keeps
    what it is called and its colour."""
    kept = all(name.startswith(".") or name in _ABOUT for name in folder.files)
    return kept and not folder.folders and for_tasks(folder.path)


def _folder(folder: Folder, walk: Walk) -> Collection:
    names = [n for n in folder.files if n.lower().endswith((".ics", ".vcf", ".vcard"))]
    one = Collection(folder.path)
    for name in islice(names, SAMPLE):
        other = _file(folder.path / name, walk)
        one = replace(
            one,
            events=one.events + other.events,
            todos=one.todos + other.todos,
            cards=one.cards + other.cards,
        )
    return one


def _file(path: Path, walk: Walk) -> Collection:
    """What one file holds, by the beginning of its components (RFC 5545, RFC 6350)."""
    first = walk.first(path).upper()
    if path.suffix.lower() in (".vcf", ".vcard"):
        return Collection(path, cards=first.count(b"BEGIN:VCARD"))
    return Collection(path, events=first.count(b"BEGIN:VEVENT"), todos=first.count(b"BEGIN:VTODO"))


def _top_level(home: Home, walk: Walk) -> Iterable[str]:
    """Single files of calendars and cards that lie in the home folder itself."""
    try:
        names = sorted(islice((entry.name for entry in os.scandir(home.path)), 5_000))
    except OSError as error:
        walk.pass_over(home.path, f"cannot be read ({(error.strerror or 'an error').lower()})")
        return ()
    return [
        name
        for name in names
        if name.lower().endswith((".ics", ".vcf")) and walk.is_file(home.path / name)
    ]


def _settings(home: Home, walk: Walk) -> Iterable[Path]:
    """The folders that vdirsyncer, khal, khard and todoman are told to use."""
    base = home.folder("XDG_CONFIG_HOME", ".config")
    for name in SETTINGS:
        file = home.expanded(name) if name.startswith("~") else base / name
        if not walk.is_file(file):
            continue
        text = walk.first(file).decode("utf-8", "replace")
        for match in _PATH.finditer(text):
            value = match[1].split(" #")[0].strip().strip("\"'")
            if value.endswith("%s" + Path(value).suffix):  # vdirsyncer's singlefile storage
                value = value.rpartition("/")[0]
            if not value:
                continue
            path, own = str(home.expanded(value)), str(home.path)
            if path.startswith(own):  # which is no pattern
                path = escape(own) + path[len(own) :]
            yield from map(Path, sorted(islice(glob(path), _NAMED)))
