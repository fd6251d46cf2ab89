"""An account whose mail is on a real Dovecot, and whose calendar, address book and task list are on
a real Radicale: everything that happens in its world happens on the servers.

Mail is laid into the Maildir, events and cards are put by HTTP, as other programs do. The task list
is nowhere but on the server: the owner works in it with an application of their own, which adds a
property that nobody else may lose. What the servers hold is looked up in their own files.

What a seed decides is the same each time but for what is real: UIDVALIDITY, etags and tokens, the
order in which a folder's files are found within one reading, how the bytes of an answer arrive.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar
from servers.dav import USER as DAV_USER
from servers.dav import DavServer
from servers.dovecot import Dovecot, running
from servers.radicale import radicale
from simulation.years import rendered
from simulation.years.stage import THERE, Chronicle, Version

from connectors.formats.ical import read_calendar
from connectors.formats.mail import read_mail
from connectors.formats.mime import header_end
from connectors.formats.text import plain_text
from connectors.formats.vcard import read_cards
from connectors.formats.vtodo import read_tasks
from connectors.memory.world import Stored
from connectors.records import Card, Facet, Gone, Meeting, Message, Observation, Seen, Task

USER: Final = "ana"
LIST, FOLDER = "Follow-ups", "follow-ups"
SENT: Final = "Sent Messages"
_FOLDERS: Final = ("INBOX", SENT, "Archive")
_CAME: Final = re.compile(rf"Login: user=<{USER}>")
_LEFT: Final = re.compile(rf"imap\({USER}\).*?: (?:Disconnected|Logged out)")
_MARK: Final = "X-OWNERS-APP"
_SCOPES: Final = {
    Facet.MAIL: "imap", Facet.CALENDAR: "caldav", Facet.CONTACTS: "carddav", Facet.TASKS: LIST,
}  # fmt: skip
_EVER: Final = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
_UIDS: Final = re.compile(r"^(\d+)[^\n]*? :([^\n:]+)", re.MULTILINE)


@dataclass(slots=True)
class Served(Chronicle):
    """See above. `zone` is where its owner lives, `owner` who writes mail from here."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    owner: str = ""
    folder: Path = Path()  # where Radicale keeps what it has
    dovecot: Dovecot = field(init=False)
    dav: DavServer = field(init=False)
    copies: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # by Message-ID: files
    written: dict[tuple[Facet, str], tuple[str, str]] = field(default_factory=dict)  # ref, etag
    hang_up: Callable[[], None] = lambda: None  # ends what connections there are
    marked: set[str] = field(default_factory=set)  # tasks that the owner's application wrote to
    binned: dict[str, bytes] = field(default_factory=dict)  # deleted tasks, as they were
    letters: dict[str, bytes] = field(default_factory=dict)  # by file
    _parsed: dict[str, tuple[int, Task]] = field(default_factory=dict)
    _lists: dict[Path, tuple[int, str, Mapping[str, str]]] = field(default_factory=dict)

    def opens(self, stack: ExitStack) -> None:
        """The servers start."""
        self.dovecot = stack.enter_context(running())
        self.dav = stack.enter_context(radicale(self.folder))
        self.dav.make_calendar("events")
        self.dav.make_book("cards")
        client = self.dovecot.client(USER)
        client.create("Archive")
        for name in _FOLDERS:
            client.flags(name)  # one that is there by configuration is made when it is used
        client.close()

    # --- what happens to items ---

    def _touch(self, facet: Facet, ref: str) -> None:
        Chronicle._touch(self, facet, ref)
        stored = self.items[facet][ref]
        if facet is Facet.MAIL:
            if stored.deleted:
                self._unlink(ref)
            elif ref not in self.copies:
                self._deliver(ref, stored)
        elif stored.deleted:
            full, _ = self.written.pop((facet, ref))
            self.versions[facet, full, ""] = Version(Gone(full))
            self.dav.delete(full.partition("/")[2])
        else:
            self._put(facet, ref, stored.observations)

    def spoil(self, facet: Facet, ref: str, reason: str = "") -> None:
        """These servers hold nothing that cannot be read; the contract's suites have some."""

    def expire_all_cursors(self) -> None:
        """Radicale forgets its sync-tokens; mail gets other UIDs, in a folder at a time."""
        self.epoch += 1
        for cache in self._collections.glob("*/.Radicale.cache/sync-token"):
            for path in cache.iterdir():
                path.unlink()
        self.hang_up()
        self._until_all_left()
        box = self._box(_FOLDERS[self.epoch % len(_FOLDERS)])
        for path in box.glob("dovecot*"):
            if path.name != "dovecot-uidvalidity":
                path.unlink()

    def _until_all_left(self) -> None:
        """Whoever is still signed in to Dovecot goes on with the UIDs of before."""
        deadline = monotonic() + 20.0
        while len(_CAME.findall(told := self.dovecot.log())) > len(_LEFT.findall(told)):
            assert monotonic() < deadline, told[-2000:]
            Event().wait(0.02)

    # --- mail ---

    def _deliver(self, ref: str, stored: Stored) -> None:
        message, *carried = stored.observations
        assert isinstance(message, Message)
        digest = sha256(ref.encode()).digest()
        mine = message.from_[0].addr == self.owner
        folders = [SENT if mine else "INBOX"]
        folders += ["Archive"] if digest[0] < 50 else []
        meetings = [one for one in carried if isinstance(one, Meeting)]
        for copy, folder in enumerate(folders):
            data = rendered.mail(message, stored.text or "", self.zone, meetings, copy)
            name = f"{int(message.at.timestamp())}.M{digest[:6].hex()}C{copy}.example"
            box = self._box(folder)
            path = box / "tmp" / name
            path.write_bytes(data)
            os.utime(path, (message.at.timestamp(),) * 2)
            os.chown(path, box.stat().st_uid, box.stat().st_gid)
            path.rename(box / "cur" / f"{name}:2,S" if mine else box / "new" / name)
            self.letters[name] = data
            self.copies.setdefault(ref, []).append((folder, name))

    def _unlink(self, ref: str) -> None:
        for folder, name in self.copies.pop(ref, ()):
            for place in ("cur", "new"):
                for path in (self._box(folder) / place).glob(f"{name}*"):
                    path.unlink()

    def _box(self, folder: str) -> Path:
        home = self.dovecot.folder / "mail" / USER
        return home if folder == "INBOX" else home / f".{folder}"

    def note(self) -> None:
        """What has a UID by now is told in the versions."""
        for copies in self.copies.values():
            for folder, name in copies:
                full = self._named(folder, name)
                if full and (Facet.MAIL, full, THERE) not in self.versions:
                    self.versions[Facet.MAIL, full, THERE] = self._mail_of(full, name)
                    self.versions[Facet.MAIL, full, ""] = Version(Gone(full))

    def _mail_of(self, full: str, name: str) -> Version:
        data = self.letters[name]
        observations = read_mail(data[: header_end(data)], lambda: data, self.zone)
        return Version(Seen(full, "", observations), plain_text(data))

    def _named(self, folder: str, name: str) -> str:
        """What a copy of a mail is called by now; "" where Dovecot has not seen it yet."""
        validity, uids = self._uids(self._box(folder))
        return f"imap//{folder};UIDVALIDITY={validity}/;UID={uids[name]}" if name in uids else ""

    def _uids(self, box: Path) -> tuple[str, Mapping[str, str]]:
        """UIDVALIDITY of a folder, and UIDs by name, as Dovecot has noted them."""
        path = box / "dovecot-uidlist"
        try:
            at = path.stat().st_mtime_ns
        except FileNotFoundError:
            return "", {}
        if box not in self._lists or self._lists[box][0] != at:
            head, _, rest = path.read_text().partition("\n")
            found = {name: uid for uid, name in _UIDS.findall(rest)}
            self._lists[box] = at, re.findall(r"\bV(\d+)", head)[0], found
        return self._lists[box][1:]

    # --- calendar and cards ---

    def _put(self, facet: Facet, ref: str, observations: tuple[Observation, ...]) -> None:
        plain = ref.partition("@")[0]
        if facet is Facet.CALENDAR:
            path = f"{self.dav.home}events/{plain}.ics"
            data = rendered.calendar(
                [one for one in observations if isinstance(one, Meeting)], self.zone
            )
        else:
            path = f"{self.dav.books}cards/{plain}.vcf"
            (one,) = observations
            assert isinstance(one, Card)
            data = rendered.card(one)
        kind = "text/calendar" if facet is Facet.CALENDAR else "text/vcard"
        status, headers, said = self.dav.ask("PUT", path, data, {"Content-Type": kind})
        assert status in (201, 204), (status, said)
        full, etag = f"{_SCOPES[facet]}/{path}", headers["ETag"]
        self.written[facet, ref] = full, etag
        stored = (self._collections / path.removeprefix(f"/{DAV_USER}/")).read_bytes()
        self.versions[facet, full, etag] = Version(Seen(full, etag, self._as_read(facet, stored)))

    def _as_read(self, facet: Facet, data: bytes) -> tuple[Observation, ...]:
        if facet is Facet.CONTACTS:
            return tuple(read_cards(data).cards)
        return tuple(read_calendar(data, *_EVER, self.zone).meetings)

    @property
    def _collections(self) -> Path:
        return self.dav.folder / "data" / "collection-root" / DAV_USER

    # --- what syncd has to know ---

    def scope(self, facet: Facet) -> str:
        """See `Chronicle.scope`."""
        return _SCOPES[facet]

    def known_as(self, facet: Facet) -> Iterator[tuple[str, str, Stored]]:
        """See `Chronicle.known_as`."""
        for ref, stored in self.alive(facet).items():
            if facet is Facet.MAIL:
                for folder, name in self.copies[ref]:
                    yield self._named(folder, name), THERE, stored
            else:
                yield *self.written[facet, ref], stored

    # --- the task list ---

    def alive(self, facet: Facet) -> dict[str, Stored]:
        """See `World.alive`."""
        if facet is not Facet.TASKS:
            return Chronicle.alive(self, facet)
        return {ref: Stored((task,), 0) for ref, task in self.tasks().items()}

    def task(self, ref: str) -> Task:
        """See `World.task`."""
        if ref in self.binned:
            return read_tasks(self.binned[ref], self.zone)[0]
        return self.tasks()[ref]

    def tick(self, ref: str, at: datetime) -> None:
        """See `World.tick`."""
        self._edit(ref, {"status": "COMPLETED", "completed": at, "percent-complete": 100})

    def put(
        self, facet: Facet, ref: str, observations: tuple[Observation, ...], text: str | None = None
    ) -> str:
        """See `World.put`. A task is edited, or comes back out of the bin."""
        if facet is not Facet.TASKS:
            return Chronicle.put(self, facet, ref, observations, text)
        (task,) = observations
        assert isinstance(task, Task)
        if ref in self.binned:
            self.dav.put(self._path(ref), self.binned.pop(ref))
        before = self.task(ref)
        names = {"title": "summary", "notes": "description", "due": "due"}
        changed = {
            names[name]: getattr(task, name)
            for name in names
            if getattr(task, name) != getattr(before, name)
        }
        if changed:
            self._edit(ref, changed)
        self.moved(Facet.TASKS)
        return ref

    def delete_task(self, ref: str) -> None:
        """See `World.delete_task`."""
        if self.away:  # with the list
            self.binned[ref] = self._raw(ref)
            (self._list / f"{ref}.ics").unlink()
            return
        self.binned[ref] = self.dav.get(self._path(ref))
        self.dav.delete(self._path(ref))
        self.marked.discard(ref)
        self.moved(Facet.TASKS)

    def vanish(self, away: bool) -> None:
        """The list is taken off the server, or put back."""
        here, there = self._collections / FOLDER, self.dav.folder / "away"
        if away != self.away and (here if away else there).exists():
            (here if away else there).rename(there if away else here)
            self.away = away

    def lost_marks(self) -> list[str]:
        """Tasks that lost what the owner's application wrote to them."""
        tasks = self.tasks()
        return [ref for ref in self.marked if ref in tasks and _MARK.encode() not in self._raw(ref)]

    def tasks(self) -> dict[str, Task]:
        """The list, by the names of its files."""
        found = {}
        for path in self._list.glob("*.ics"):
            at = path.stat().st_mtime_ns
            ref = path.stem
            if ref not in self._parsed or self._parsed[ref][0] != at:
                self._parsed[ref] = at, read_tasks(path.read_bytes(), self.zone)[0]
            found[ref] = self._parsed[ref][1]
        return found

    def _edit(self, ref: str, values: Mapping[str, object]) -> None:
        """By an application of the owner's own."""
        assert not self.away, "nobody works in a list that is not there"
        path = self._path(ref)
        status, headers, data = self.dav.ask("GET", path)
        assert status == 200, (status, data)
        calendar = Calendar.from_ical(data)
        (todo,) = calendar.walk("VTODO")
        for name, value in {**values, _MARK: "kept"}.items():
            todo.pop(name, None)
            todo.add(name, value)
        told = {"Content-Type": "text/calendar", "If-Match": headers["ETag"]}
        status, _, said = self.dav.ask("PUT", path, calendar.to_ical(), told)
        assert status in (201, 204), (status, said)
        self.marked.add(ref)
        self.moved(Facet.TASKS)

    def _path(self, ref: str) -> str:
        return f"{self.dav.home}{FOLDER}/{ref}.ics"

    def _raw(self, ref: str) -> bytes:
        return (self._list / f"{ref}.ics").read_bytes()

    @property
    def _list(self) -> Path:
        return self.dav.folder / "away" if self.away else self._collections / FOLDER

    def moved(self, facet: Facet) -> None:
        """Something changed there that is not among the items."""
        self.change += 1
        self.touched[facet] = self.change
