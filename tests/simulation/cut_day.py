"""Tasks on a real CalDAV list, and connections that break at any byte of what is written there.

    python tests/simulation/cut_day.py --days 100 --seed 1

A day: tasks are written, the owner edits one with an application of their own, ticks one, and
answers by mail, so that one is closed. Each run of `syncd once` may lose its connection to the
list in the middle of a request or of its answer, or the server, or its own life. Two runs later
each task is there once and as it should be. Exit code 0 when that was so on all days.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[folder]) for folder in (1, 2)]

from acceptance_world import ANA, Home, at, vevent
from acceptance_world import calendar as calendar_of
from icalendar import Calendar
from servers.dav import PASSWORD, USER, DavServer
from servers.dovecot import free_port
from servers.proxy import DOWN, UP, Fault, Kind, Proxy
from servers.radicale import radicale
from sqlalchemy import Connection

from syncd.store.database import Database

RULES = """\
version: 1
rules:
  - {id: answer, since: message_received, until: [message_sent], due: 9d, urgent: true,
     task: {title: "Answer {{ first_name }}", notes: "{{ evidence }}"}}
  - {id: call, since: meeting, until: [call], due: 9d, urgent: true,
     task: {title: "Call {{ first_name }}"}}
"""
CONFIG = """\
owner: {{name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, mail: [mail/], calendar: [calendar/]}}
  - {{name: dav, kind: caldav, url: 'http://127.0.0.1:{port}/', user: {user}, calendars: false, \
contacts: false, tasks: Follow-ups}}
rules: [mine.yaml]
state: sqlite:///syncd.db
"""
NAMES = ("Ben", "Cleo", "Dora", "Egon")
PLACE = f"/{USER}/follow-ups/"
MARK = "X-OWNERS-APP"
_METHODS = (b"PUT ", b"PUT ", b"PUT ", b"PUT ", b"MKCALENDAR", b"REPORT", b"PROPFIND")
_KINDS: Final[tuple[Kind, ...]] = ("cut", "reset", "half-close", "garbage")
# A request that arrives spoilt or short is one that its server finds fault with: the first two.


class Killed(BaseException):
    """The process ends here."""


def dying(left: int) -> Callable[..., AbstractContextManager[Connection]]:
    """`Database.begin` of a process that ends at its n-th turn, in it or behind it; 0: never."""
    begin, turns = Database.begin, count(1)

    @contextmanager
    def until_then(self: Database, *, repeatable: bool = False) -> Iterator[Connection]:
        turn = next(turns)
        with begin(self, repeatable=repeatable) as connection:
            yield connection
            if turn == left and left % 2:
                raise Killed
        if turn == left:
            raise Killed

    return until_then


@dataclass
class Day:
    """One day in `folder`: an owner, a list, and what stands in the way."""

    folder: Path
    chance: random.Random
    troubles: list[str] = field(default_factory=list)
    broken: int = 0  # connections
    edited: list[str] = field(default_factory=list)  # titles of the tasks that the owner touched

    def run(self) -> list[str]:
        """What is wrong in the end."""
        with ExitStack() as stack:
            self.port = free_port()
            self.server = stack.enter_context(ExitStack())
            self.dav = self._started()
            self.proxy = stack.enter_context(Proxy(self.port))
            self.home = Home(self.folder / "home")
            self.home.configure(CONFIG.format(port=self.proxy.port, user=USER))
            self.home.write("mine.yaml", RULES)
            self.home.write("secrets/dav.password", PASSWORD).chmod(0o600)
            self.now = at("2026-06-15T12:00:00")
            return self._day()

    def _day(self) -> list[str]:
        for who in NAMES:
            self._mail(who, sent=True, when=self.now - timedelta(days=9))
        for who in NAMES[:3]:
            self._mail(who, sent=False, when=self.now - timedelta(hours=2))
        self._meets("Egon")
        self._once()
        self._once()
        self._hand()
        self._mail("Cleo", sent=True, when=self.now)
        self._once()
        self._meets("Ben")
        self._once()
        self._calm()
        self._calm()
        return self._wrong()

    # --- what happens ---

    def _mail(self, who: str, *, sent: bool, when: datetime) -> None:
        addr = f"{who.lower()}@example.net"
        theirs = f"{who} Archer <{addr}>"
        self.home.mail(ANA if sent else theirs, theirs if sent else ANA, when)

    def _meets(self, who: str) -> None:
        addr, start = f"{who.lower()}@example.net", self.now - timedelta(hours=5)
        yes, uid = {ANA: "ACCEPTED", addr: "ACCEPTED"}, f"{who}@example.org"
        event = vevent(start, "Coffee", uid, organizer=ANA, attendees=yes)
        self.home.write(f"calendar/{uid}.ics", calendar_of(event))

    def _hand(self) -> None:
        """The owner renames one task and ticks another, as far as they are there by now."""
        for path, todo in self._tasks().items():
            title = str(todo["SUMMARY"])
            if title == "Answer Dora":
                self._edit(path, {"summary": "Dora first", MARK: "kept"})
                self.edited.append(title)
            elif title == "Call Egon":
                self._edit(path, {"status": "COMPLETED", "completed": self.now, MARK: "kept"})
                self.edited.append(title)

    def _edit(self, path: str, values: dict[str, object]) -> None:
        calendar = Calendar.from_ical(self.dav.get(path))
        (todo,) = calendar.walk("VTODO")
        for name, value in values.items():
            todo.pop(name, None)
            todo.add(name, value)
        self.dav.put(path, calendar.to_ical())

    # --- syncd ---

    def _once(self) -> None:
        """A run, in the middle of which something may break."""
        self.now += timedelta(minutes=20)
        trouble = self.chance.choice(("wire", "wire", "wire", "wire", "life", "life", "server", ""))
        self.troubles.append(trouble)
        if trouble == "wire":
            for _ in range(self.chance.randint(1, 3)):
                way, most = self.chance.choice(((UP, 700), (DOWN, 400), (DOWN, 20)))
                kind = self.chance.choice(_KINDS if way == DOWN else _KINDS[:2])
                fault = Fault(kind, way, self.chance.randrange(most))
                self.proxy.strike(self.chance.choice(_METHODS), fault)
        if trouble == "server":
            self.proxy.strike(b"PUT ", Fault("cut", DOWN))
        dies = self.chance.randrange(1, 40) if trouble == "life" else 0
        with patch.object(Database, "begin", dying(dies)), suppress(Killed):
            self.home.syncd("once", now=self.now.isoformat())
        self.proxy.calm()
        self.broken += sum(one.done for one in self.proxy.connections)
        self.proxy.connections.clear()
        if trouble == "server":
            self.server.close()
            self.dav = self._started()

    def _calm(self) -> None:
        self.now += timedelta(hours=1)
        done = self.home.syncd("once", now=self.now.isoformat())
        assert done.code == 0, (done.code, done.out, done.err)

    def _started(self) -> DavServer:
        return self.server.enter_context(radicale(self.folder / "radicale", port=self.port))

    # --- what is there ---

    def _tasks(self) -> dict[str, Any]:
        folder = self.folder / "radicale" / "data" / "collection-root" / USER / "follow-ups"
        return {
            PLACE + path.name: Calendar.from_ical(path.read_bytes()).walk("VTODO")[0]
            for path in sorted(folder.glob("*.ics"))
        }

    def _wrong(self) -> list[str]:
        found = list(self._tasks().values())
        keys = [str(one["X-SYNCD-KEY"]) for one in found]
        wrong = [f"twins of {key}" for key in set(keys) if keys.count(key) > 1]
        listed = sorted(f"{one['SUMMARY']} {one.get('STATUS')}" for one in found)
        dora = "Dora first" if "Answer Dora" in self.edited else "Answer Dora"
        egon = "COMPLETED" if "Call Egon" in self.edited else "NEEDS-ACTION"
        expected = sorted(
            [
                "Answer Ben NEEDS-ACTION", "Answer Cleo COMPLETED", f"{dora} NEEDS-ACTION",
                "Call Ben NEEDS-ACTION", f"Call Egon {egon}",
            ]
        )  # fmt: skip
        # What was never written before it was answered need not be there.
        if listed not in (expected, [one for one in expected if "Cleo" not in one]):
            wrong.append(f"{listed}, expected {expected}")
        marks = sum(MARK in one for one in found)
        if marks != len(self.edited):
            wrong.append(f"{marks} of {len(self.edited)} marks of the owner's program are left")
        known = {one["key"]: one["status"] for one in self.home.syncd("tasks", "--json").json}
        if set(known) != set(keys):
            wrong.append(f"syncd knows {sorted(known)}, there are {sorted(keys)}")
        return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    def told(text: str) -> None:
        print(text, flush=True)  # noqa: T201  # a program for a terminal

    bad, troubles, broken = 0, 0, 0
    for seed in range(given.seed, given.seed + given.days):
        with tempfile.TemporaryDirectory(prefix="syncd-cuts-") as folder:
            day = Day(Path(folder), random.Random(seed))
            wrong = day.run()
        troubles += sum(map(bool, day.troubles))
        broken += day.broken
        bad += bool(wrong)
        for line in wrong:
            told(f"WRONG: day {seed} ({', '.join(day.troubles)}): {line}")
        if (done := seed - given.seed + 1) % 10 == 0:
            told(f"{done} days, {troubles} runs in trouble, {broken} connections broken")
    told(f"{given.days} days, {troubles} runs in trouble, {broken} connections broken, {bad} wrong")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
