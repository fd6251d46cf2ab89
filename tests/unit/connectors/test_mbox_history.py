"""An mbox has no memory of what was done to it: however often it was read meanwhile, what is known
of it at the end is what one reading at the end finds."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from contract.ledger import Ledger
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.local import mbox_listing
from connectors.local.mail import Mail

_POOL: Final = 6


def header(number: int) -> str:
    """Mails 4 and 5 have the same header, and different bodies; mail 3 has no date."""
    name = min(number, 4)
    date = "" if number == 3 else f"Date: Mon, 2 Mar 2026 0{name}:00:00 +0000\n"
    return f"Message-ID: <{name}@example.org>\n{date}From: ana@example.org\nSubject: n{name}\n"


def body(number: int) -> str:
    """Mail 1 is larger than what is compared of a file that has grown."""
    lines = "From here on it is text.\n>From a quote\n" + "x" * (9000 if number == 1 else number)
    return lines + "\n"


@dataclass
class Box:
    """An mbox as its owner's mail program sees it, and its file."""

    path: Path
    mails: list[tuple[int, int, int]] = field(default_factory=list)  # number, mark, expunged
    ends: str = "\n"
    dialect: str = "mboxrd"
    clock: int = 1_700_000_000

    def text(self, mail: tuple[int, int, int]) -> str:
        number, mark, expunged = mail
        status = "Status: " + "RO"[:mark] + "\n" if mark else ""
        if self.dialect == "mozilla":
            status += f"X-Mozilla-Status: 000{8 * expunged + mark:x}\n"
        content = body(number)
        if self.dialect != "mboxcl2":
            content = content.replace("\n>From ", "\n>>From ")
            content = content.replace("From here", ">From here")
        if self.dialect.startswith("mboxcl"):
            status += f"Content-Length: {len(content.replace(chr(10), self.ends))}\n"
        whole = f"From - Mon Mar  2 09:00:00 2026\n{header(number)}{status}\n{content}\n"
        return whole.replace("\n", self.ends)

    def written(self) -> None:
        """The next tick of the file system's clock."""
        self.clock += 1
        os.utime(self.path, (self.clock, self.clock))

    def rewrite(self) -> None:
        self.path.write_bytes("".join(map(self.text, self.mails)).encode())
        self.written()

    def append(self, number: int) -> None:
        self.mails.append((number, 0, 0))
        with self.path.open("ab") as file:
            file.write(self.text(self.mails[-1]).encode())
        self.written()

    def delete(self, at: int) -> None:
        self.mails.pop(at % len(self.mails))
        self.rewrite()

    def mark(self, at: int) -> None:
        """A mail is read: its mark grows, and what follows moves."""
        place = at % len(self.mails)
        number, mark, expunged = self.mails[place]
        self.mails[place] = (number, (mark + 1) % 3, expunged)
        self.rewrite()

    def expunge(self, at: int) -> None:
        """Thunderbird deletes in place; other programs for good."""
        place = at % len(self.mails)
        if self.dialect == "mozilla":
            number, mark, expunged = self.mails[place]
            self.mails[place] = (number, mark, 1 - expunged)
            self.rewrite()
        else:
            self.delete(at)

    def duplicate(self, at: int) -> None:
        self.mails.insert(0, self.mails[at % len(self.mails)])
        self.rewrite()

    def swap(self, at: int) -> None:
        """Sorted otherwise."""
        self.mails.append(self.mails.pop(at % len(self.mails)))
        self.rewrite()

    def convert(self, at: int) -> None:
        """Another program takes the mailbox over."""
        self.dialect = ("mboxrd", "mboxcl", "mboxcl2", "mozilla")[at % 4]
        self.ends = "\r\n" if at % 3 == 0 else "\n"
        self.rewrite()

    def refill(self, at: int) -> None:
        """Emptied, and filled with something else."""
        self.mails = [(at % _POOL, 0, 0)]
        self.path.write_bytes(b"")
        self.rewrite()


ACTS: Final = ("append", "append", "delete", "mark", "expunge", "duplicate", "swap", "convert",
               "refill")  # fmt: skip
STEPS: Final = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.booleans()), min_size=1, max_size=14
)


@given(STEPS, st.booleans(), st.sampled_from((2, 500)))
@settings(max_examples=200)
def test_reading_often_is_reading_once(
    steps: list[tuple[str, int, bool]], always_tails: bool, batch: int
) -> None:
    """Any changes, read in any rhythm, in small or large batches: the same refs, stamps and
    observations as in one reading of what is there at last."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox_listing, "BATCH", batch)
        patch.setattr(mbox_listing, "_SMALL", 0 if always_tails else 1 << 22)
        box = Box(Path(folder) / "Inbox")
        box.path.write_bytes(b"")
        often, source = Ledger(), Mail(box.path, "m")
        for act, number, read in steps:
            if act == "append":
                box.append(number % _POOL)
            elif box.mails:
                getattr(box, act)(number)
            if read:
                often.read(source)
        box.append(0)
        often.read(source)
        often.read(source)  # a box that grew while marks were set in place is looked over once more
        once = Ledger()
        once.read(Mail(box.path, "m"))
        assert often.stamps == once.stamps
        assert often.observations == once.observations
        assert often.read(source) == []


@given(STEPS, st.lists(st.integers(1, 4), min_size=1, max_size=6))
@settings(max_examples=100)
def test_readings_that_break_off(steps: list[tuple[str, int, bool]], breaks: list[int]) -> None:
    """Readings abandoned between two batches, in files that change: nothing is lost or kept."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox_listing, "BATCH", 2)
        patch.setattr(mbox_listing, "_SMALL", 0)
        box = Box(Path(folder) / "Inbox")
        box.path.write_bytes(b"")
        often, source = Ledger(), Mail(box.path, "m")
        for place, (act, number, read) in enumerate(steps):
            if act == "append":
                for one in range(3):
                    box.append((number + one) % _POOL)
            elif box.mails:
                getattr(box, act)(number)
            often.read_some(source, breaks[place % len(breaks)], commit=read)
        box.append(0)
        often.read(source)
        often.read(source)
        once = Ledger()
        once.read(Mail(box.path, "m"))
        assert often.stamps == once.stamps
        assert often.observations == once.observations
