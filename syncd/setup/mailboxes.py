"""Which paths hold mail: Maildirs, mboxes and folders of mails."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from pathlib import Path

from connectors.formats.mbox import begins
from syncd.setup.home import Home
from syncd.setup.model import Box, MailPlace
from syncd.setup.names import MAIL, PROFILE_MAIL, PROFILES, SENT
from syncd.setup.walk import Folder, Walk

_LOOKED_AT = 4096
# Files beside mail that are none; whatever else has an ending that is no mailbox's is passed over.
_ENDINGS = frozenset(("", ".", ".mbox", ".mbx", ".mboxo", ".mboxrd"))
_PROFILE_DEPTH = 2  # below this a profile holds caches
_TRIED = 3  # of the numbered files in a folder
_HEADER = re.compile(rb"[A-Za-z][A-Za-z-]*:[ \t]")
_NUMBERED = re.compile(r"[-_ ]?\d+$")  # Thunderbird's Sent-1, Pine's sent-mail-2026


def mail_places(home: Home, walk: Walk) -> tuple[MailPlace, ...]:
    """Every usual place that holds mail, none within another."""
    paths = [home.path / name for name in MAIL]
    for name in PROFILES:
        paths += _in_profiles(walk.tree(home.path / name, depth=_PROFILE_DEPTH))
    inbox = home.environment.get("MAIL", "")
    outside = [Path(inbox)] if inbox.startswith("/") else []
    user = home.environment.get("USER") or home.environment.get("LOGNAME")
    if home.spool is not None and user:
        outside.append(home.spool / user)
    # What was visited on the way to profiles is looked into once more.
    fresh = Walk(home)
    found = [mail_at(path, fresh) for path in paths]
    found += [mail_at(path, fresh, inside=False) for path in outside]
    for passed in fresh.passed_over:
        walk.pass_over(passed.path, passed.why)
    return _outermost([place for place in found if place is not None])


def mail_at(path: Path, walk: Walk, *, inside: bool = True) -> MailPlace | None:
    """The mail at a path; None where there is none. `inside=False`: it may lie outside of home."""
    if os.path.isdir(path):
        boxes: list[Box] = []
        for folder in walk.tree(path, inside=inside):
            boxes += _boxes(folder, walk)
        return MailPlace(path, tuple(boxes)) if boxes else None
    if (walk.is_file(path) if inside else os.path.isfile(path)) and _is_mbox(path, walk):
        return MailPlace(path, (Box(path, "mbox", is_sent(path.name)),))
    return None


def is_sent(name: str) -> bool:
    """Whether a mail folder of that name holds what its owner sent."""
    last = name.casefold().removesuffix(".mbox").replace("_", " ").strip()
    parts = {last, _NUMBERED.sub("", last), last.rsplit(".", 1)[-1]}
    return not parts.isdisjoint(SENT)


def _in_profiles(tree: Generator[Folder, bool | None, None]) -> list[Path]:
    """The folders of mail in a program's profiles."""
    paths: list[Path] = []
    folder = next(tree, None)
    while folder is not None:
        mail = [folder.path / name for name in folder.folders if name in PROFILE_MAIL]
        paths += mail
        try:
            folder = tree.send(bool(mail))
        except StopIteration:
            break
    return paths


def _boxes(folder: Folder, walk: Walk) -> list[Box]:
    path = folder.path
    if folder.maildir:
        return [Box(path, "Maildir", is_sent(path.name))]
    found: list[Box] = []
    singles: list[str] = []
    for name in folder.files:
        if name.startswith(".") or os.path.splitext(name)[1].lower() not in _ENDINGS:
            continue
        if is_single(name):
            singles.append(name)
            continue
        file = path / name
        indexed = f"{name}.msf" in folder.files
        if (indexed and os.path.getsize(file)) or _is_mbox(file, walk):
            # Apple Mail keeps the mbox in a folder of the mailbox's name.
            label = path.name if name == "mbox" else name
            found.append(Box(file, "mbox", is_sent(label)))
    named = any(name.lower().endswith((".eml", ".emlx")) for name in folder.files)
    if named or any(_HEADER.match(walk.first(path / name)) for name in singles[:_TRIED]):
        found.append(Box(path, "mails", is_sent(path.name)))
    return found


def is_single(name: str) -> bool:
    """Whether a file of that name may be one mail of a folder, as MH numbers them."""
    return name.removesuffix(".").isdigit()


def _is_mbox(path: Path, walk: Walk) -> bool:
    return begins(walk.first(path)[:_LOOKED_AT])


def _outermost(places: list[MailPlace]) -> tuple[MailPlace, ...]:
    kept: list[MailPlace] = []
    seen: set[str] = set()
    for place in sorted(places, key=lambda one: len(one.path.parts)):
        real = os.path.realpath(place.path)
        parents = {str(parent) for parent in Path(real).parents}
        if real not in seen and parents.isdisjoint(seen):
            seen.add(real)
            kept.append(place)
    return tuple(sorted(kept, key=lambda one: str(one.path)))
