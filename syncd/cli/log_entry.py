"""What the owner typed, made into the log to keep: options over words, people found by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import typer
from sqlalchemy import Connection

from syncd.cli import who
from syncd.cli.context import NotFound
from syncd.inference.model import Direction, Mode
from syncd.people import AddressKind, classify, normalise
from syncd.pipeline import Workshop
from syncd.store import people
from syncd.store.logged import Entry
from syncd.views.people import Found, find

if TYPE_CHECKING:
    from syncd.inference.logged import Name, Said

_KINDS = ("meeting", "call", "message")
_MODES = tuple(str(mode) for mode in Mode)


_DENIED = re.compile(
    r"\b(?:(?:did|was|could|has|have) ?n(?:o|['’])t|nicht|n['’](?:ai|a|est) pas|não)\b",
    re.IGNORECASE,
)


# Before that hour (on the owner's clock) the meal is still to come.
_MEALS = {
    11: frozenset(("lunch", "mittagessen", "dejeuner", "almuerzo", "almoco")),
    17: frozenset(("dinner", "supper", "abendessen", "diner", "cena", "jantar")),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed. Options overrule the text."""

    text: str
    at: str | None
    kind: str | None
    mode: str | None
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The entry to keep, and how to say what was understood: the word for it, names to show."""

    entry: Entry
    activity: str
    names: tuple[str, ...]


def understood(wish: Wish, local: datetime) -> tuple[Said, datetime]:
    """What the words say and when it was; `local` is now on the owner's clock. Raises
    `typer.BadParameter` where they say too little, or speak of the future."""
    _right("--kind", wish.kind, _KINDS)
    _right("--mode", wish.mode, _MODES)
    said = _understood(wish, local)
    return said, _moment(wish, said, local)


def make(connection: Connection, shop: Workshop, wish: Wish, said: Said, at: datetime) -> Made:
    """The log, its people found. Raises `NotFound` where one is unknown or could be several."""
    whom = _whom(connection, shop, wish, said)
    kind, mode, direction = _way(wish, said)
    title = said.title
    if any("@" in name.text for name in said.names):
        # An address says less than whose it is.
        title = f"{said.activity or kind} with {_listed(tuple(whom))}"
    gone = shop.ignore.forgotten  # whoever was forgotten is not written down again
    pairs = tuple((addr, gone.name(name)) for addr, name in whom.values())
    entry = Entry(at, kind, mode, direction, gone.text(title), gone.text(said.place), pairs)
    return Made(entry, said.activity, tuple(whom))


def _right(option: str, given: str | None, choices: Sequence[str]) -> None:
    if given is not None and given not in choices:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(choices)}", param_hint=option)


def _understood(wish: Wish, local: datetime) -> Said:
    from syncd.inference.logged import understand

    if denied := _DENIED.search(wish.text):
        raise typer.BadParameter(f"{denied[0]!r}: only what did happen can be logged")
    said = understand(wish.text, local)
    if not (said.kind or wish.kind or wish.mode):
        raise typer.BadParameter(
            f"{wish.text!r} does not say what it was: write it like 'coffee with Ana, yesterday', "
            "'called Ana' or 'wrote to Ana', or give --kind"
        )
    return said


def _moment(wish: Wish, said: Said, local: datetime) -> datetime:
    from syncd.inference.logged import moment_of
    from syncd.inference.logged_text import Cloth
    from syncd.inference.logged_when import take_when

    when = said.when
    if wish.at is not None:
        cloth = Cloth(wish.at)
        when = take_when(cloth, local)
        try:
            moment = datetime.fromisoformat(wish.at)
        except ValueError:
            if cloth.left() or when == type(when)():
                raise typer.BadParameter(
                    f"{wish.at!r} is no day; write it like 2026-03-10 or 'yesterday at 15:00'",
                    param_hint="--at",
                ) from None
        else:
            if moment.tzinfo is not None:
                return _past(moment, local)
    if when.vague:
        raise typer.BadParameter(
            f"{when.vague!r} names no single day; write one like 'yesterday' or 2026-03-10, "
            "or give --at"
        )
    if when.clock is None and when.moment is None and when.day in (None, local.date()):
        _eaten(said.title, local)
    return _past(moment_of(when, local), local)


def _eaten(title: str, local: datetime) -> None:
    """Nobody has had lunch at nine in the morning."""
    from syncd.inference.titles import fold

    words = set(fold(title).split())
    for hour, meals in _MEALS.items():
        if local.hour < hour and (found := words & meals):
            raise typer.BadParameter(
                f"it is too early for {min(found)} today: nothing in the future is an interaction; "
                "say which day it was, or give --at"
            )


def _past(at: datetime, local: datetime) -> datetime:
    if at > local:
        shown = f"{at.astimezone(local.tzinfo):%Y-%m-%d %H:%M}"
        raise typer.BadParameter(
            f"{shown} is still to come: nothing in the future is an interaction"
        )
    return at


def _way(wish: Wish, said: Said) -> tuple[str, Mode, Direction]:
    """Kind, mode and direction; `--kind` and `--mode` overrule the words."""
    kind = wish.kind or said.kind
    if wish.mode is not None:
        mode = Mode(wish.mode)
        kind = kind or ("call" if mode is Mode.PHONE else "meeting")
    elif wish.kind == "call" and said.mode is not Mode.VIDEO:
        mode = Mode.PHONE
    elif wish.kind == "meeting" and said.kind != "meeting":
        mode = Mode.UNKNOWN
    else:
        mode = said.mode
    if kind == "message":
        received = said.kind == "message" and said.direction is Direction.RECEIVED
        return kind, Mode.UNKNOWN, Direction.RECEIVED if received else Direction.SENT
    return kind, mode, Direction.BOTH


def _whom(
    connection: Connection, shop: Workshop, wish: Wish, said: Said
) -> dict[str, tuple[str, str]]:
    """The (address, name) pair to store for everybody, by the name to show."""
    found: dict[str, tuple[str, str]] = {}
    seen: set[str] = set()
    names = _given(wish.people) if wish.people else said.names
    for name in names:
        one = _one(connection, shop, name)
        if one is not None and one[1][0] not in seen:
            seen.add(one[1][0])
            found[one[0]] = one[1]
    if not found:
        raise typer.BadParameter("it does not say with whom: name somebody, or give --with")
    return found


def _given(words: Sequence[str]) -> list[Name]:
    from syncd.inference.logged import Name

    return [Name(word) for word in words]


def _one(connection: Connection, shop: Workshop, name: Name) -> tuple[str, tuple[str, str]] | None:
    owner = shop.database.owner
    addr = normalise(name.text)
    if addr in shop.owner.addresses:
        raise NotFound(f"{name.text} is you; name who else was there")
    found = find(connection, owner, name.text)
    if found.person is None and not addr:
        found = _shortened(connection, owner, name.text) or found
    if found.person is not None:
        addrs = people.addresses_of(connection, owner, [found.person.id])[found.person.id]
        return found.person.name, (addr if addr in addrs else addrs[0], "")
    if addr:
        return _new(shop, name.text, addr)
    if not name.sure:
        return None
    missing = who.unknown(name.text, found)
    if found.near:
        raise missing
    raise NotFound(f"{missing}; somebody new: --with '{name.text} <address>'")


def _shortened(connection: Connection, owner: str, text: str) -> Found | None:
    """ "Ana downtown" is Ana; "Ana Costa" is nobody else than Ana Costa."""
    words = text.split()
    for end in range(len(words) - 1, 0, -1):
        if not words[0][0].isupper() or words[end][0].isupper():
            return None
        found = find(connection, owner, " ".join(words[:end]))
        if found.person is not None or found.near:
            return found
    return None


def _new(shop: Workshop, text: str, addr: str) -> tuple[str, tuple[str, str]]:
    """Somebody whom syncd has never seen: they exist from now on."""
    if shop.ignore.matches(addr):
        raise NotFound(f"{addr} is ignored or was forgotten, so nothing is stored about it")
    kind, reasons = classify(addr, is_list=False, is_resource=False)
    if kind is not AddressKind.PERSON:
        raise NotFound(f"{addr} is no person ({', '.join(reasons)})")
    name = text.partition("<")[0].strip(" \"'") if "<" in text else ""
    return name or addr, (addr, name)


def in_words(made: Made, zone: tzinfo) -> str:
    """ "coffee with Ana Silva, in person, on 2026-03-10"."""
    entry, who_ = made.entry, _listed(made.names)
    modes = {Mode.IN_PERSON: ", in person", Mode.VIDEO: ", video", Mode.PHONE: ", phone"}
    if entry.kind == "message":
        what = f"message {'from' if entry.direction is Direction.RECEIVED else 'to'} {who_}"
    else:
        what = f"{_noun(entry, made.activity)} with {who_}{modes.get(entry.mode, '')}"
    place = f", {entry.place}" if entry.place else ""
    return f"{what}{place}, on {entry.at.astimezone(zone):%Y-%m-%d}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


# What people have, against what they do: "coffee with Ana", but "meeting" for "met".
_DEEDS = frozenset(
    ("met", "saw", "seen", "visited", "walked", "dined", "ate", "lunched", "called", "phoned",
     "rang", "spoke", "talked", "chatted", "getroffen", "traf", "besucht", "gesehen", "angerufen",
     "telefoniert", "gesprochen", "vu", "rencontré", "appelé", "parlé", "llamé", "hablé", "vi",
     "encontrei", "liguei", "falei", "caught")
)  # fmt: skip


def _noun(entry: Entry, activity: str) -> str:
    word = activity.lower() if activity.isupper() or activity.istitle() else activity
    return entry.kind if not word or word.lower() in _DEEDS else word
