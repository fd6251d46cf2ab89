"""What was found on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Box:
    """One folder of mail: a Maildir, an mbox file, or a folder of single mails."""

    path: Path
    kind: str  # Maildir | mbox | mails
    sent: bool = False  # by its name, what the owner sent


@dataclass(frozen=True, slots=True)
class MailPlace:
    """A path for `mail:`, and the mail folders in it."""

    path: Path
    boxes: tuple[Box, ...]

    @property
    def what(self) -> str:
        """What it is, for the owner: `Maildir, 3 folders`."""
        kinds = " and ".join(dict.fromkeys(box.kind for box in self.boxes)) or "no mail seen in it"
        count = len(self.boxes)
        return kinds if count < 2 else f"{kinds}, {count:,} folders"


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of .ics or .vcf files, or one such file. Counts are of a sample of its files."""

    path: Path
    events: int = 0
    todos: int = 0
    cards: int = 0
    named: bool = False  # a program's settings name it, so it may be empty

    @property
    def what(self) -> str:
        """What it holds, for the owner."""
        parts = (("events", self.events), ("tasks", self.todos), ("cards", self.cards))
        return " and ".join(word for word, count in parts if count) or "empty"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that was not looked at, and why."""

    path: Path
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


@dataclass(frozen=True, slots=True)
class Finds:
    """Everything that was found."""

    mail: tuple[MailPlace, ...] = ()
    calendar: tuple[Collection, ...] = ()
    contacts: tuple[Collection, ...] = ()
    tasks: tuple[Collection, ...] = ()  # the likeliest task list first
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every mail folder."""
        return tuple(box for place in self.mail for box in place.boxes)
