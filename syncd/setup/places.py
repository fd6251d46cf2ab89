"""Everything that a configuration can name, found where programs usually keep it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from syncd.setup.collections import collections, collections_at, for_tasks
from syncd.setup.home import Home
from syncd.setup.mailboxes import mail_at, mail_places
from syncd.setup.model import Collection, Finds, MailPlace
from syncd.setup.names import COLLECTIONS, MAIL, PROFILES, SETTINGS
from syncd.setup.walk import Walk

LOOKED_FOR = {
    "mail": (*(f"~/{name}" for name in (*MAIL, *PROFILES)), "$MAIL", "/var/mail/$USER"),
    "calendars, cards and tasks": (
        *(f"~/{name}" for name in COLLECTIONS),
        *(name if name.startswith("~") else f"~/.config/{name}" for name in SETTINGS),
        "~/*.ics",
        "~/*.vcf",
    ),
}


def find(
    home: Home,
    mail: Sequence[Path] = (),
    calendar: Sequence[Path] = (),
    contacts: Sequence[Path] = (),
) -> Finds:
    """What there is. A kind for which paths are given is not searched: those are taken, wherever
    they lie, and whatever is in them."""
    walk = Walk(home)
    places = tuple(as_mail(path, home, walk) for path in mail) or mail_places(home, walk)
    every = collections(home, walk)
    events = tuple(as_collection(path, home) for path in calendar)
    cards = tuple(as_collection(path, home) for path in contacts)
    return Finds(
        mail=places,
        calendar=events or tuple(one for one in every if one.events),
        contacts=cards or tuple(one for one in every if one.cards),
        tasks=tuple(sorted(filter(_takes_tasks, every), key=_likely)),
        passed_over=walk.passed_over,
    )


def as_mail(path: Path, home: Home, walk: Walk | None = None) -> MailPlace:
    """A path that the owner named, with the mail folders in it (none where it holds no mail)."""
    found = mail_at(path, Walk(home) if walk is None else walk, inside=False)
    return found or MailPlace(path, ())


def as_collection(path: Path, home: Home) -> Collection:
    """A path that the owner named, with what lies in it."""
    found = collections_at(path, Walk(home), inside=False)
    return Collection(
        path,
        events=sum(one.events for one in found),
        todos=sum(one.todos for one in found),
        cards=sum(one.cards for one in found),
        named=True,
    )


def _takes_tasks(one: Collection) -> bool:
    """A folder with tasks in it, or one that is named for tasks and empty."""
    if one.path.is_file():
        return False
    empty = not (one.events or one.cards)
    return bool(one.todos) or (empty and for_tasks(one.path))


def _likely(one: Collection) -> tuple[bool, bool, int, str]:
    """Tasks alone before tasks among events; then by name, by number."""
    return bool(one.events), not for_tasks(one.path), -one.todos, str(one.path)
