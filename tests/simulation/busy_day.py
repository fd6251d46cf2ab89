"""A busy day on real files: mail comes and goes, people meet, the owner works in the task list.

Every act is one step that another program would make: a file is linked or renamed to its place, or
written there. The same seed makes the same choices as long as the task list holds the same tasks.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from pysqlite3 import dbapi2

ANA = "Ana Silva <ana@example.org>"
CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - {name: home, kind: local, mail: [Maildir], calendar: [calendars], contacts: [contacts], \
tasks: tasks}
rules: [rules.yaml]
limits: {per_day: 900, open: 900}
state: sqlite:///syncd.db
"""
RULES = """\
version: 1
rules:
  - id: answer
    since: asked_me
    until: [resolved]
    due: 20d
    urgent: true
    task: {title: "Answer {{ first_name }}", notes: "{{ evidence }}"}
  - id: promise
    since: i_promised
    until: [resolved]
    due: 21d
    urgent: true
    task: {title: "Keep your promise to {{ first_name }}"}
  - id: thank
    since: meeting
    until: [message_sent]
    remind: 1h
    due: 22d
    urgent: true
    task: {title: "Thank {{ first_name }}", notes: "{{ evidence }}"}
  - id: call
    since: first_meeting
    until: [call]
    due: 30d
    task: {title: "Call {{ first_name }}"}
"""
EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//day//EN
BEGIN:VEVENT
UID:{uid}@example.org
DTSTAMP:{now:%Y%m%dT%H%M%SZ}
SEQUENCE:{sequence}
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Coffee about {uid}
LOCATION:Café Aurora
STATUS:{status}
ORGANIZER;CN=Ana Silva:mailto:ana@example.org
ATTENDEE;CN=Ana Silva;PARTSTAT=ACCEPTED:mailto:ana@example.org
ATTENDEE;CN={name};PARTSTAT={partstat}:mailto:{addr}
END:VEVENT
END:VCALENDAR
"""
CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{addr}\r\nFN:{name}\r\nEMAIL:{addr}\r\nEND:VCARD\r\n"
_FIRST = (
    "Ben", "Cleo", "Dora", "Egon", "Frida", "Gustav", "Hedda", "Ivo", "Jonna", "Kaspar", "Lioba",
    "Milo", "Nele", "Otis", "Petra", "Quirin", "Rosa", "Sven", "Thea", "Ulla",
)  # fmt: skip
_LAST = ("Archer", "Birkin", "Castell", "Dahlgren", "Ekholm")
_ASKS = "Could you send me the report by Friday?"
_PROMISES = "I will send you the plan next week."
_PLAIN = ("The number has changed.", "Thank you, that was very kind.", "It was a good talk.")


@dataclass(slots=True)
class Coffee:
    """A meeting as it stands."""

    who: int
    start: datetime
    partstat: str
    status: str = "CONFIRMED"
    sequence: int = 0


@dataclass(slots=True)
class Day:
    """The outside in `folder`, at the moment `now`."""

    folder: Path
    chance: random.Random
    now: datetime
    number: int = 0
    came: list[tuple[str, int]] = field(default_factory=list)  # Message-IDs, and whose they are
    events: dict[str, Coffee] = field(default_factory=dict)
    ticked: set[str] = field(default_factory=set)  # names of task files
    titled: dict[str, str] = field(default_factory=dict)
    apart: bool = False  # whether what is read from nothing is called otherwise
    deleted: set[str] = field(default_factory=set)

    @property
    def people(self) -> list[tuple[str, str]]:
        """Names and addresses."""
        return [
            (f"{first} {last}", f"{first}@{last}{place}.example.com".lower())
            for place, last in enumerate(_LAST)
            for first in _FIRST
        ]

    def begin(self) -> None:
        """The folders, and everybody both ways a week ago."""
        for name in ("Maildir/cur", "Maildir/new", "Maildir/tmp", "calendars", "contacts"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "syncd.yaml").write_text(CONFIG)
        (self.folder / "rules.yaml").write_text(RULES)
        now, self.now = self.now, self.now - timedelta(days=7)
        for who in range(len(self.people)):
            self._mail(who, "It was a good talk.", sent=True)
            self._mail(who, "The number has changed.", sent=False)
            self.now += timedelta(minutes=7)
        self.now = now

    def copy_to(self, clean: Path) -> None:
        """Everything there is, for whoever reads it from nothing."""
        for name in ("Maildir", "calendars", "contacts", "tasks"):
            shutil.copytree(self.folder / name, clean / name)
        for name in ("syncd.yaml", "rules.yaml"):
            shutil.copy(self.folder / name, clean / name)

    def something(self) -> None:
        """One thing happens."""
        acts = [self.asks] * 5 + [self.promises] * 3 + [self.answers] * 5 + [self.writes] * 3
        acts += [self.meets] * 5 + [self.reschedules] * 2 + [self.reads] * 3 + [self.saves]
        acts += [self.ticks] * 2 + [self.renames] * 2 + [self.notes] + [self.deletes]
        self.chance.choice(acts)()

    # --- mail ---

    def asks(self) -> None:
        """Somebody asks the owner."""
        self._mail(self._who(), _ASKS, sent=False)

    def promises(self) -> None:
        """The owner promises something."""
        self._mail(self._who(), _PROMISES, sent=True)

    def writes(self) -> None:
        """Somebody writes something."""
        text = self.chance.choice(_PLAIN)
        self._mail(self._who(), text, sent=self.chance.random() < 0.5)

    def answers(self) -> None:
        """One of the last mails that came is answered."""
        parent, who = self.chance.choice(self.came[-40:])
        self._mail(who, self.chance.choice(_PLAIN), sent=True, answers=parent)

    def reads(self) -> None:
        """The owner's mail program moves a mail from new/ to cur/."""
        new = sorted((self.folder / "Maildir" / "new").iterdir())
        if new:
            path = self.chance.choice(new)
            path.rename(self.folder / "Maildir" / "cur" / f"{path.name}:2,S")

    def _mail(self, who: int, text: str, *, sent: bool, answers: str = "") -> None:
        self.number += 1
        name, addr = self.people[who]
        message = EmailMessage()
        message["From"], message["To"] = (ANA, addr) if sent else (f"{name} <{addr}>", ANA)
        message["Subject"] = f"About {self._words()}"
        message["Date"] = format_datetime(self.now)
        message["Message-ID"] = f"<m{self.number}@{'example.org' if sent else addr}>"
        if answers:
            message["In-Reply-To"] = answers
        if not sent:
            self.came.append((message["Message-ID"], who))
        message.set_content(text + "\n")
        box = self.folder / "Maildir"
        temporary = box / "tmp" / f"{self.number}.host"
        temporary.write_bytes(message.as_bytes())
        if sent:
            temporary.rename(box / "cur" / f"{self.number}.host:2,S")
        elif self.number % 2:
            temporary.rename(box / "new" / temporary.name)
        else:
            (box / "new" / temporary.name).hardlink_to(temporary)
            temporary.unlink()

    # --- calendar and contacts ---

    def meets(self) -> None:
        """The owner has met somebody, or is going to."""
        self.number += 1
        minutes = 40 * self.chance.randint(-3, 4)
        start = self.now + timedelta(minutes=minutes)
        partstat = self.chance.choice(("ACCEPTED", "NEEDS-ACTION"))
        self.events[f"e{self.number}"] = Coffee(self._who(), start, partstat)
        self._put(f"e{self.number}")

    def reschedules(self) -> None:
        """A meeting that is still to come is moved, cancelled or answered."""
        coming = [uid for uid, event in self.events.items() if event.start > self.now]
        if coming:
            uid = self.chance.choice(coming)
            event = self.events[uid]
            event.sequence = self.number
            what = self.chance.choice(("moved", "CANCELLED", "ACCEPTED", "DECLINED"))
            if what == "moved":
                event.start = self.now + timedelta(minutes=self.chance.randint(10, 180))
            elif what == "CANCELLED":
                event.status = what
            else:
                event.partstat = what
            self._put(uid)

    def saves(self) -> None:
        """A card is saved."""
        name, addr = self.people[self._who()]
        self._write(self.folder / "contacts" / f"{addr}.vcf", CARD.format(name=name, addr=addr))

    def _put(self, uid: str) -> None:
        event = self.events[uid]
        name, addr = self.people[event.who]
        text = EVENT.format(
            uid=uid,
            now=self.now,
            name=name,
            addr=addr,
            start=event.start,
            end=event.start + timedelta(minutes=30),
            status=event.status,
            partstat=event.partstat,
            sequence=event.sequence,
        )
        self._write(self.folder / "calendars" / f"{uid}.ics", text.replace("\n", "\r\n"))

    # --- the owner's hand in the task list ---

    def ticks(self) -> None:
        """A task is done."""
        if path := self._task():
            at = f"COMPLETED:{self.now:%Y%m%dT%H%M%SZ}"
            if self._edit(path, "STATUS:NEEDS-ACTION", f"STATUS:COMPLETED\r\n{at}"):
                self.ticked.add(path.name)

    def renames(self) -> None:
        """A task gets a title of the owner's own."""
        if path := self._task():
            self.number += 1
            title = f"Own title {self.number}"
            if self._edit(path, r"SUMMARY:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*", f"SUMMARY:{title}"):
                self.titled[path.name] = title

    def notes(self) -> None:
        """A task gets another due date."""
        if path := self._task():
            due = self.now + timedelta(days=self.chance.randint(20, 29))
            self._edit(path, r"DUE;VALUE=DATE:\d+", f"DUE;VALUE=DATE:{due:%Y%m%d}")

    def deletes(self) -> None:
        """A task is deleted: the owner does not want it. One that is a blink old is not: nobody is
        so fast, and of one that was written, not yet noted and is gone nobody can tell."""
        if self.chance.random() >= 0.3 or sum(map(self._noted, self.deleted)) == 2:
            return  # three before the first is believed would be an incident
        if (path := self._task()) and self._noted(path.name):
            self._unlink(path)
            self.deleted.add(path.name)

    def _noted(self, name: str) -> bool:
        where = f"file:{self.folder / 'syncd.db'}?mode=ro"
        with closing(dbapi2.connect(where, uri=True)) as connection:
            asked = "SELECT count(*) FROM task WHERE ref LIKE '%' || ? AND status = 'open'"
            return bool(connection.execute(asked, (name,)).fetchone()[0])

    def _task(self) -> Path | None:
        """One that is open, and that the owner has not touched."""
        mine = self.ticked | self.titled.keys()
        folder = self.folder / "tasks"
        names = sorted(os.listdir(folder)) if folder.is_dir() else []  # noqa: PTH208  # names
        found = [folder / name for name in names if name[0] != "." and name not in mine]
        return self.chance.choice(found) if found else None

    def _edit(self, path: Path, old: str, new: str) -> bool:
        """Replace the file, unless another program was faster or there is nothing to replace."""
        temporary = path.parent / ".owner.tmp"
        try:
            before, text = path.stat(), path.read_bytes().decode()
            edited = re.sub(old, new, text, count=1)
            if edited == text or "STATUS:COMPLETED" in text:
                return False
            temporary.write_bytes(edited.encode())
            if path.stat() != before:
                return False
            temporary.replace(path)
        except FileNotFoundError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def _write(self, path: Path, text: str) -> None:
        if self.chance.random() < 0.5:
            path.write_bytes(text.encode())
            return
        temporary = path.parent / f".{path.name}.tmp"
        temporary.write_bytes(text.encode())
        temporary.replace(path)

    def _who(self) -> int:
        return self.chance.randrange(len(self.people))

    def _words(self) -> str:
        return " ".join("".join(self.chance.choices("abdeiklmnorstu", k=6)) for _ in range(3))
