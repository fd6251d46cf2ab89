"""Real files in a folder, and the command line that reads them: all that acceptance tests drive.

The owner is Ana Silva (ana@example.org, in Lisbon); everybody else is invented as well. `Home` is
one configuration with its folders; `Scene` is a stretch of a home that belongs to one case of a
table: people nobody else knows, and days on which nothing else happens.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from mortal import mortal

from syncd.cli import main as command_line

ANA = "ana@example.org"
NOW = "2026-06-15T12:00:00+00:00"  # a Monday

FIRST_NAMES = (
    "Ben", "Cleo", "Dora", "Egon", "Frida", "Gustav", "Hedda", "Ivo", "Jonna", "Kaspar", "Lioba",
    "Milo", "Nele", "Otis", "Petra", "Quirin", "Rosa", "Sven", "Thea", "Ulla", "Viggo", "Wanda",
    "Xaver", "Yara", "Zeno",
)  # fmt: skip
LAST_NAMES = (
    "Archer", "Birkin", "Castell", "Dahlgren", "Ekholm", "Farrow", "Grantham", "Hollis", "Iversen",
    "Jarnvik", "Kestrel", "Lindqvist", "Marlow", "Norwood",
)  # fmt: skip

CONFIG = """\
owner: {{name: Ana Silva, addresses: [{addresses}], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, mail: [mail/], calendar: [calendar/], contacts: [contacts/], \
tasks: tasks/}}
tasks_in: home
rules: [{rules}]
state: sqlite:///syncd.db
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: str) -> Result:
    """`syncd ARGUMENTS`, in this process. Anything but a clean exit is a traceback: it raises."""
    out, err = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    registered = list(command_line.app.registered_commands)
    code: object = 0
    with (
        patch.object(sys, "argv", ["syncd", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            command_line.main()
        except SystemExit as leaving:
            code = leaving.code
        finally:
            command_line.app.registered_commands[:] = registered
            for number, handler in handlers.items():
                signal.signal(number, handler)
    assert code is None or isinstance(code, int), code
    return Result(code or 0, out.getvalue(), err.getvalue())


def run_apart(*arguments: str, folder: Path | None = None, **environment: str) -> Result:
    """`syncd ARGUMENTS` as its users start it: a program of its own."""
    program = Path(sys.executable).parent / "syncd"
    done = subprocess.run(
        mortal([program, *arguments]),
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        timeout=120,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def at(text: str) -> datetime:
    """A moment; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(slots=True)
class Home:
    """A configuration and its folders: mail/ (.eml), calendar/, contacts/, tasks/."""

    folder: Path
    rules: str = "none.yaml"  # no rules: loading a pack costs as much as the rest of a run
    addresses: str = ANA
    now: str = NOW
    more: str = ""  # further lines of the configuration
    _number: int = 0

    def __post_init__(self) -> None:
        for name in ("mail", "calendar", "contacts", "tasks"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.write("none.yaml", "version: 1\nrules: []\n")
        self.configure(CONFIG.format(addresses=self.addresses, rules=self.rules) + self.more)

    @property
    def config(self) -> Path:
        return self.folder / "syncd.yaml"

    @property
    def database(self) -> Path:
        return self.folder / "syncd.db"

    def configure(self, text: str) -> None:
        self.config.write_text(text, encoding="utf-8")

    def syncd(self, *arguments: str, now: str | None = None) -> Result:
        return run("--config", str(self.config), "--now", now or self.now, *arguments)

    def syncd_now(self, *arguments: str) -> Result:
        """A command at the clock's own time."""
        return run("--config", str(self.config), *arguments)

    def apart(self, *arguments: str, now: str | None = None) -> Result:
        return run_apart("--config", str(self.config), "--now", now or self.now, *arguments)

    def once(self, now: str | None = None) -> Result:
        """A run that has to succeed."""
        result = self.syncd("once", now=now)
        assert result.code == 0, (result.code, result.out, result.err)
        return result

    def explain(self, who: str, now: str | None = None) -> dict[str, Any]:
        result = self.syncd("explain", who, "--json", now=now)
        assert result.code == 0, (who, result.err)
        found: dict[str, Any] = result.json
        return found

    def interactions(self, who: str, now: str | None = None) -> list[dict[str, Any]]:
        """Oldest first."""
        found: list[dict[str, Any]] = self.explain(who, now)["interactions"]
        return found[::-1]

    def people(self, now: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.syncd("people", "--json", now=now).json
        return found

    def status(self, now: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = self.syncd("status", "--json", now=now).json
        return found

    def everything(self, now: str | None = None) -> dict[str, dict[str, Any]]:
        """What `explain --all` says, by every address it says it about."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.syncd("explain", "--all", "--json", now=now).lines:
            person = entry["person"]
            for addr in person["addresses"] if person else [entry["address"]]:
                found[addr] = entry
        return found

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def mail(
        self,
        author: str,
        to: str | Sequence[str],
        when: datetime,
        text: str = "",
        *,
        subject: str = "",
        name: str = "",
        cc: Sequence[str] = (),
        answers: str = "",
        headers: Mapping[str, str] | None = None,
        kind: str = "",
        folder: str = "mail",
    ) -> str:
        """Write one mail; its Message-ID without brackets is returned. `kind`: its Content-Type."""
        number = self.next_number()
        name = name or f"m{number}@example.net"
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = f"<{name}>"
        message["Date"] = format_datetime(when)
        message["From"] = author
        message["To"] = to if isinstance(to, str) else ", ".join(to)
        if cc:
            message["Cc"] = ", ".join(cc)
        message["Subject"] = subject or f"About number {number}"
        if answers:
            message["In-Reply-To"] = f"<{answers}>"
            message["References"] = f"<{answers}>"
        for header, value in (headers or {}).items():
            message[header] = value
        message.set_content(text or "The number has changed, as you can see.\n")
        if kind:
            message.replace_header("Content-Type", kind)
        self.write(f"{folder}/{number:04}.eml", message.as_bytes())
        return name

    def event(
        self,
        start: datetime,
        title: str = "Talk",
        *,
        uid: str = "",
        organizer: str = "",
        attendees: Mapping[str, str] | None = None,
        minutes: int = 60,
        more: Iterable[str] = (),
        folder: str = "calendar",
        all_day: bool = False,
    ) -> Path:
        """Write one event; `attendees` are addresses with PARTSTAT and further parameters."""
        uid = uid or f"e{self.next_number()}@example.net"
        return self.write(
            f"{folder}/{uid}.ics",
            calendar(
                vevent(
                    start, title, uid, organizer=organizer, attendees=attendees, minutes=minutes,
                    more=more, all_day=all_day,
                )
            ),
        )  # fmt: skip

    def card(self, name: str, *addresses: str) -> Path:
        number = self.next_number()
        emails = "".join(f"EMAIL:{addr}\r\n" for addr in addresses)
        return self.write(
            f"contacts/{number}.vcf",
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:card-{number}\r\nFN:{name}\r\n"
            f"N:{name.split()[-1]};{name.split()[0]};;;\r\n{emails}END:VCARD\r\n",
        )


def vevent(
    start: datetime,
    title: str,
    uid: str,
    *,
    organizer: str = "",
    attendees: Mapping[str, str] | None = None,
    minutes: int = 60,
    more: Iterable[str] = (),
    all_day: bool = False,
) -> str:
    """The lines of one VEVENT. An answer may carry parameters: `ACCEPTED;CUTYPE=ROOM`."""
    begin, end = start.astimezone(UTC), start.astimezone(UTC) + timedelta(minutes=minutes)
    if all_day:
        times = [f"DTSTART;VALUE=DATE:{begin:%Y%m%d}"]
    else:
        times = [f"DTSTART:{begin:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"]
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20250101T000000Z", *times, f"SUMMARY:{title}"]
    if organizer:
        lines.append(f"ORGANIZER:mailto:{organizer}")
    for addr, answer in (attendees or {}).items():
        lines.append(f"ATTENDEE;PARTSTAT={answer}:mailto:{addr}")
    return "\r\n".join([*lines, *more, "END:VEVENT"])


def calendar(*events: str) -> str:
    """A calendar file of these events."""
    body = "\r\n".join(events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n{body}\r\nEND:VCALENDAR\r\n"


@dataclass(slots=True)
class Scene:
    """The stretch of a home that one case has for itself; day 0 is a Monday at nine in Lisbon."""

    home: Home
    number: int
    begin: datetime
    people: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Somebody's full name, given to nobody in another scene."""
        first = FIRST_NAMES[self.number % len(FIRST_NAMES)]
        return f"{first} {LAST_NAMES[self.number // len(FIRST_NAMES)]}"

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def addr(self) -> str:
        """The address of the one this case is about."""
        return f"{self.first_name.lower()}@c{self.number}.example.com"

    @property
    def who(self) -> str:
        """The same, as mail names them."""
        return f"{self.name} <{self.addr}>"

    def other(self, index: int) -> str:
        """The address of somebody else in this case."""
        return f"{LAST_NAMES[index % len(LAST_NAMES)].lower()}@c{self.number}.example.net"

    def others(self, count: int) -> list[str]:
        return [self.other(index) for index in range(count)]

    def day(self, number: float) -> datetime:
        return self.begin + timedelta(days=number)

    def sent(self, day: float, text: str = "", **more: Any) -> str:
        """The owner writes to the one this case is about."""
        return self.home.mail(
            f"Ana Silva <{ANA}>", more.pop("to", self.who), self.day(day), text, **more
        )

    def received(self, day: float, text: str = "", **more: Any) -> str:
        """They write to the owner."""
        return self.home.mail(
            more.pop("author", self.who), more.pop("to", ANA), self.day(day), text, **more
        )

    def meeting(
        self,
        day: float,
        title: str = "Talk",
        *,
        mine: str = "ACCEPTED",
        theirs: str = "ACCEPTED",
        organizer: str = ANA,
        others: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Path:
        """The owner and the one this case is about are invited."""
        attendees = {ANA: mine, self.addr: theirs, **(others or {})}
        attendees = {addr: answer for addr, answer in attendees.items() if answer}
        return self.home.event(
            self.day(day), title, organizer=organizer, attendees=attendees, **more
        )


def scenes(home: Home, count: int, *, first: str, days: int = 7) -> list[Scene]:
    """So many scenes in one home, each with its own people and its own `days` from `first` on."""
    begin = at(first)
    return [Scene(home, n, begin + timedelta(days=days * n)) for n in range(count)]
