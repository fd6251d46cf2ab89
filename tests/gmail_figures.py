"""A support module: the back-fill of a Gmail mailbox in figures.

The mailbox is on the fake of Google, which counts units as Google does; time is simulated: whenever
the source says that the quota is used up, it is moved on by as much as that asks for. In between
the process is killed some times, and everything but the state is lost.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

from fakes.google.server import FakeGoogle, fake_google
from fakes.google.world import Clock, letter
from google_desk import api_of

from connectors.contract import Known, Text
from connectors.errors import Unavailable
from connectors.google.gmail import GmailSource
from connectors.google.quota import cost
from connectors.records import Batch
from syncd.pipeline import Account, Workshop, observe
from syncd.pipeline.report import Report, Silent
from syncd.store.database import Database

from worlds import ANA, LISBON, Lab

PEOPLE: Final = 60
_GET: Final = "gmail.users.messages.get"
_YEARS: Final = timedelta(days=3 * 365 - 1)


class Killed(BaseException):
    """The process is gone."""


class Mortal(GmailSource):
    """Dies when it is asked for more after so many batches, counted over all its lives. `rest`:
    seconds after which it wants to be asked again; None where all was said."""

    deaths: Sequence[int] = ()
    batches = 0
    rest: float | None = None
    texts: ClassVar[Counter[str]] = Counter()  # ids of mails whose text was read

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        for text in super().read_text(refs):
            self.texts[text.ref.removeprefix("gmail//")] += 1
            yield text

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        self.rest = None
        try:
            for batch in super().changes(cursor, known, now):
                yield batch
                Mortal.batches += 1
                if Mortal.batches in self.deaths:
                    raise Killed
        except Unavailable as error:
            self.rest = error.wait
            raise


@dataclass(slots=True)
class GmailLab(Lab):
    """Ana's syncd with one account more, which reads her Gmail."""

    google: FakeGoogle | None = None
    sources: list[Mortal] = field(default_factory=list)

    def begin(self) -> None:
        """As after a start: nothing is remembered but the state."""
        assert self.google is not None
        self.end()
        start = self.google.now().date() - _YEARS
        self.sources.append(Mortal(api_of(self.google, ANA.addr), zone=LISBON, history=start))

    def end(self) -> None:
        """Close what is open."""
        while self.sources:
            self.sources.pop().close()

    def shop(self, database: Database) -> Workshop:
        shop = Lab.shop(self, database)
        return replace(shop, accounts=(*shop.accounts, Account("work", tuple(self.sources), None)))

    def observe(self, now: datetime) -> None:
        """Read on, and no more."""
        database = self.open()
        try:
            observe(self.shop(database), now, Report(), Silent())
        finally:
            database.close()

    def of_use(self, now: datetime) -> int:
        """Read on, and see with how many people the owner has something to do."""
        self.once(now)
        return sum(one["stage"] != "contact" for one in self.view(now)["people"])


@dataclass
class Figures:
    """What came of it. `seconds` are simulated, `busy` are real ones."""

    messages: int
    units: int  # spent on all that is no text
    looks: Counter[str]  # at each mail
    texts: int
    refused: int
    seconds: float
    first_minute: int  # people of some use after it
    people: int
    restarts: int
    busy: float

    @property
    def per_message(self) -> float:
        """Units."""
        return self.units / self.messages

    def __str__(self) -> str:
        twice = sum(count - 1 for count in self.looks.values())
        return (
            f"{self.messages} messages: {self.per_message:.3f} units a message, "
            f"{self.seconds / 60:.1f} minutes of Google's time, {self.restarts} restarts, "
            f"{twice} fetched twice, {self.texts} texts read, {self.refused} calls refused; "
            f"people of use after the first minute {self.first_minute}, at the end {self.people}; "
            f"{self.busy:.0f} s"
        )


def fill(google: FakeGoogle, messages: int) -> None:
    """Three years of mail: two thirds with people, in both directions; the rest by machines."""
    mailbox = google.account(ANA.addr).mailbox
    now, step = google.now(), _YEARS / (messages + 1)
    for number in range(messages):
        at = now - _YEARS + step * (number + 1)
        whose = number // 3 * 7 % PEOPLE
        who = f"Person Z{whose} <z{whose}@p{whose % 9}.example.net>"
        text, labels = f"Number {number}.\n", ["INBOX", "CATEGORY_PERSONAL"]
        if number % 3 == 2:
            raw = letter(
                "News <news@shop.example.net>", ANA.addr, f"Offer {number}", text, at=at,
                List_Unsubscribe="<https://shop.example.net/u>",
            )  # fmt: skip
            labels = ["INBOX", "CATEGORY_PROMOTIONS"]
        elif number % 3:
            raw = letter(f"Ana Silva <{ANA.addr}>", who, f"Plan {number}", text, at=at)
            labels = ["SENT"]
        else:
            raw = letter(who, f"Ana Silva <{ANA.addr}>", f"Plan {number}", text, at=at)
        mailbox.deliver(raw, labels, at=at)


def run(folder: Path, messages: int, restarts: int) -> Figures:
    """Fill a mailbox, read all of it, and look at the state."""
    clock = Clock()
    with ExitStack() as stack:
        google = stack.enter_context(fake_google(clock))
        fill(google, messages)
        lab = GmailLab(folder, google=google)
        stack.callback(lab.end)
        every = max(1, messages // 50 // (restarts + 1))
        Mortal.deaths, Mortal.batches = range(every, every * (restarts + 1), every), 0
        Mortal.texts.clear()
        busy, start, died, useful = time.perf_counter(), clock(), 0, 0
        lab.begin()
        while True:
            try:
                if clock() < start + timedelta(minutes=1):
                    useful = lab.of_use(clock())
                else:
                    lab.observe(clock())
            except Killed:
                died += 1
                lab.begin()
                continue
            if (rest := lab.sources[0].rest) is None:
                break
            clock.advance(seconds=rest)
        seconds = (clock() - start).total_seconds()
        found = lab.of_use(clock())
        texts = Mortal.texts
        gets = Counter(
            str(one.parameters["id"])
            for one in google.log
            if one.method == _GET and one.status == 200
        )
        return Figures(
            messages,
            google.quota.units.total() - texts.total() * cost(_GET),
            gets - texts,
            texts.total(),
            google.quota.refused.total(),
            seconds,
            useful,
            found,
            died,
            time.perf_counter() - busy,
        )
