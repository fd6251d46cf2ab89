"""Who is there in the world of one seed: the owner, and people with habits.

First names are unique, so that a task's title tells whom it is about. `plain` people do only what
has one meaning: what happened between them and the owner is known for sure, and the oracle judges
by it. The others do everything that makes it hard.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from simulation.years.dice import dice

from connectors.records import Mailbox


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Adele Bruno Cleo Dora Emil Fiona Goran Hedda Igor Jutta Karim Lotte Marit Nuno Odile Pablo "
    "Quinn Rosa Sten Tilda Ugo Vera Wanda Xenia Yusuf Zora"
)
_LAST = _words(
    "Archer Brandt Castel Duarte Ekholm Farkas Gruber Hollis Ibarra Jansky Kestrel Lindner Moreau "
    "Nyberg Okoro Petrov Quist Romero Sandoval Thorne Ulrich Vasari Weller Yilmaz Zander Aldous"
)
_HOUSES = ("harbour", "studio", "mill", "orchard", "quarry", "lantern", "foundry", "meadow")
_ZONES = (
    "Europe/Lisbon", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Auckland", "America/Santiago", "Europe/Dublin",
)  # fmt: skip
_WEEKS = (frozenset(range(5)), frozenset(range(5)), frozenset({6, 0, 1, 2, 3}), frozenset(range(6)))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the owner may know. Rates are per day."""

    box: Mailbox
    plain: bool
    writes: float  # threads that either of the two begins
    meets: float
    answers: float  # the chance that a mail to them is answered
    carded: bool
    second: Mailbox | None = None

    @property
    def first(self) -> str:
        return self.box.name.split()[0]

    @property
    def last(self) -> str:
        return self.box.name.split()[1]

    @property
    def addrs(self) -> tuple[str, ...]:
        return (self.box.addr,) if self.second is None else (self.box.addr, self.second.addr)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one world."""

    owner: Mailbox
    zone: ZoneInfo
    working_days: frozenset[int]
    plain: Sequence[Person]
    others: Sequence[Person]
    crowd: Sequence[Mailbox]  # those whom only all-hands bring together
    answering: float  # the chance that the owner answers a mail

    @property
    def everybody(self) -> Sequence[Person]:
        return (*self.plain, *self.others)


OWNER = Mailbox("ana@example.org", "Ana Silva")
DESK = Mailbox("hello@example.org", "Front Desk")  # a mailbox that others read as well


def cast(seed: int) -> Cast:
    """The world's people."""
    rng = dice(seed, "cast")
    firsts, lasts = rng.sample(_FIRST, len(_FIRST)), rng.sample(_LAST, len(_LAST))
    number = rng.randrange(9, 14)
    people = []
    for place in range(number):
        name = f"{firsts[place]} {lasts[place]}"
        plain = place < number * 0.6
        house = f"{_HOUSES[place % len(_HOUSES)]}{place // len(_HOUSES)}.example.com"
        if not plain and rng.random() < 0.25:
            house = "example.org"  # a colleague
        addr = f"{_plain(name).replace(' ', '.')}@{house}"
        second = None
        if not plain and rng.random() < 0.4:
            second = Mailbox(f"{_plain(name).replace(' ', '')}@gmail.com", name)
        people.append(
            Person(
                Mailbox(addr, name),
                plain,
                writes=rng.choice((0.01, 0.03, 0.05, 0.12)),
                meets=rng.choice((0.0, 0.008, 0.016, 0.03)),
                answers=rng.choice((0.2, 0.6, 0.9)),
                carded=rng.random() < 0.4,
                second=second,
            )
        )
    return Cast(
        owner=OWNER,
        zone=ZoneInfo(rng.choice(_ZONES)),
        working_days=rng.choice(_WEEKS),
        plain=[one for one in people if one.plain],
        others=[one for one in people if not one.plain],
        crowd=[
            Mailbox(f"{_plain(last)}@house.example.net", f"{first} {last}")
            for first, last in zip(firsts[number:], lasts[number:], strict=False)
        ],
        answering=rng.choice((0.4, 0.7, 0.9)),
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
