"""Ana's house for the acceptance tests of rules and tasks: real files and the command line.

Everything goes through `syncd --config FILE --now ISO COMMAND`; nothing of syncd but its entry
point is imported. All people are invented.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from syncd.cli import main as command_line

LISBON = ZoneInfo("Europe/Lisbon")
ANA = "ana@example.org"
NAMES = {
    ANA: "Ana Silva",
    "ben@harbour.example.com": "Ben Archer",
    "cleo@studio.example.net": "Cleo Marsh",
    "dora@mill.example.com": "Dora Lind",
    "emil@quarry.example.net": "Emil Stone",
    "flora@garden.example.com": "Flora Hart",
    "gus@tower.example.net": "Gus Wren",
    "hana@pier.example.com": "Hana Vale",
}
_, BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA = NAMES

# A rule that speaks of everybody met once, the simplest one there is; tests add to it.
MET = """
  - id: met
    since: first_meeting
    due: 10d
    task: {title: "After meeting {{ first_name }}", notes: "{{ evidence }}"}
"""


def at(day: str, time: str = "12:00") -> datetime:
    """A moment on Ana's clock."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=LISBON)


def days(since: str, count: int) -> list[str]:
    """So many days in a row."""
    first = date.fromisoformat(since)
    return [(first + timedelta(days=n)).isoformat() for n in range(count)]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*args: str) -> Ran:
    """The command line, in this process."""
    out, err = io.StringIO(), io.StringIO()
    argv = sys.argv
    code = 0
    try:
        # Every run of the program registers its commands; in one process they would pile up.
        command_line.app.registered_commands.clear()
        sys.argv = ["syncd", *args]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            command_line.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = argv
    return Ran(code, out.getvalue(), err.getvalue())


@dataclass(slots=True)
class House:
    """Ana's folders and configuration below `root`."""

    root: Path
    rules: str = MET  # the body of a rule file, or the name of a pack
    tiers: str = ""
    settings: str = ""  # further lines of the configuration
    state: str = "syncd.db"
    _count: int = field(default=0)

    def __post_init__(self) -> None:
        for name in ("mail", "calendar", "contacts"):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    # --- what happens out there ---

    def mail(
        self,
        sender: str,
        to: str | Sequence[str],
        moment: datetime,
        subject: str = "Hello",
        body: str = "A few words.\n",
        *,
        name: str = "",
        answers: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """A letter as a .eml file; returns its Message-ID."""
        self._count += 1
        message = EmailMessage()
        identity = f"<{name or f'letter-{self._count}'}@{sender.partition('@')[2]}>"
        message["From"] = _box(sender)
        message["To"] = ", ".join(_box(one) for one in ([to] if isinstance(to, str) else to))
        message["Date"] = format_datetime(moment)
        message["Subject"] = subject
        message["Message-ID"] = identity
        if answers:
            message["In-Reply-To"] = answers
            message["References"] = answers
        for header, value in (headers or {}).items():
            message[header] = value
        message.set_content(body)
        (self.root / "mail" / f"{self._count:04}.eml").write_bytes(bytes(message))
        return identity

    def meet(
        self,
        who: str | Sequence[str],
        start: datetime,
        title: str = "Coffee",
        *,
        hours: float = 1,
        place: str = "Café Aurora",
        uid: str = "",
        organizer: str = ANA,
        status: str = "CONFIRMED",
        answer: str = "ACCEPTED",
        mine: str = "ACCEPTED",
        sequence: int = 0,
        more: Iterable[str] = (),
    ) -> Path:
        """A calendar entry with Ana and others, one file of a vdir."""
        others = [who] if isinstance(who, str) else list(who)
        name = uid or f"{title.lower().replace(' ', '-')}-{start:%Y%m%d%H%M}-{others[0]}"
        lines = [
            f"UID:{name}",
            f"DTSTAMP:{_stamp(start - timedelta(days=3))}",
            f"DTSTART:{_stamp(start)}",
            f"DTEND:{_stamp(start + timedelta(hours=hours))}",
            f"SUMMARY:{title}",
            *([f"LOCATION:{place}"] if place else []),
            f"STATUS:{status}",
            f"SEQUENCE:{sequence}",
            f"ORGANIZER;CN={NAMES.get(organizer, organizer)}:mailto:{organizer}",
            f"ATTENDEE;CN=Ana Silva;PARTSTAT={mine}:mailto:{ANA}",
            *(
                f"ATTENDEE;CN={NAMES.get(one, one)};PARTSTAT={answer}:mailto:{one}"
                for one in others
            ),
            *more,
        ]
        path = self.root / "calendar" / f"{name}.ics"
        path.write_bytes(calendar("VEVENT", lines))
        return path

    def card(self, who: str, name: str = "") -> Path:
        full = name or NAMES[who]
        first, _, last = full.partition(" ")
        lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:card-{who}", f"FN:{full}"]
        lines += [f"N:{last};{first};;;", f"EMAIL:{who}", "END:VCARD"]
        path = self.root / "contacts" / f"{who}.vcf"
        path.write_bytes(("\r\n".join(lines) + "\r\n").encode())
        return path

    # --- the command line ---

    @property
    def config(self) -> Path:
        return self.root / "syncd.yaml"

    def configure(self) -> None:
        """Write the configuration and its rules."""
        pack = "\n" not in self.rules
        rules = self.rules if pack else "rules.yaml"
        if not pack:
            tiers = f"tiers:\n{self.tiers}" if self.tiers else ""
            text = f"version: 1\n{tiers}rules:{self.rules}"
            (self.root / "rules.yaml").write_text(text, encoding="utf-8")
        self.config.write_text(
            "owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}\n"
            "accounts:\n"
            "  - {name: home, kind: local, mail: [mail], calendar: [calendar],"
            " contacts: [contacts], tasks: tasks}\n"
            f"rules: [{rules}]\n"
            f"state: sqlite:///{self.state}\n"
            f"{self.settings}",
            encoding="utf-8",
        )

    def run(self, *args: str, now: datetime) -> Ran:
        self.configure()
        return run("--config", str(self.config), *args, "--now", now.isoformat())

    def once(self, now: datetime, code: int = 0) -> Ran:
        """`syncd once --json`, which is expected to end with `code`."""
        ran = self.run("once", "--json", now=now)
        assert ran.code == code, f"exit code {ran.code}\n{ran.out}{ran.err}"
        return ran

    def tasks(self, now: datetime, *, everything: bool = False) -> list[dict[str, Any]]:
        """`syncd tasks --json`."""
        more = ["--all"] if everything else []
        ran = self.run("tasks", "--json", *more, now=now)
        assert ran.code == 0, ran.err
        found: list[dict[str, Any]] = ran.json
        return found

    def explain(self, what: str, now: datetime) -> dict[str, Any]:
        ran = self.run("explain", what, "--json", now=now)
        assert ran.code == 0, ran.err
        found: dict[str, Any] = ran.json
        return found

    def task(self, now: datetime, rule: str = "met", who: str = BEN) -> dict[str, Any]:
        """The one task of a rule for a person."""
        found = [
            one
            for one in self.tasks(now)
            if one["rule"] == rule and who in one["person"]["addresses"]
        ]
        assert len(found) == 1, found
        return found[0]

    def state_of(self, now: datetime, rule: str = "met", who: str = BEN) -> str:
        """Where the newest verdict of a rule for a person stands; "none" where there is none."""
        found = self.explain(who, now)["verdicts"]
        states = [one["state"] for one in found if one["rule"] == rule]
        return states[-1] if states else "none"

    def lived(self, now: datetime, rule: str = "met", who: str = BEN) -> str:
        """`once`, then how a rule's task for a person stands, `--all` included; "none"."""
        self.once(now)
        found = [
            one["status"]
            for one in self.tasks(now, everything=True)
            if one["rule"] == rule and who in one["person"]["addresses"]
        ]
        assert len(found) <= 1, found
        return found[0] if found else "none"

    def play(self, moments: Iterable[datetime]) -> dict[str, list[dict[str, Any]]]:
        """`once` at each moment; the tasks that were new after it, by their local day."""
        seen: set[str] = set()
        found: dict[str, list[dict[str, Any]]] = {}
        for moment in moments:
            self.once(moment)
            new = [one for one in self.tasks(moment) if one["key"] not in seen]
            seen |= {one["key"] for one in new}
            if new:
                found.setdefault(f"{moment:%Y-%m-%d}", []).extend(new)
        return found

    # --- the task folder ---

    @property
    def folder(self) -> Path:
        return self.root / "tasks"

    def files(self) -> dict[str, bytes]:
        """Everything in the task folder, byte for byte."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.ics"))}

    def file(self, key: str) -> Path:
        """The file that holds the task of this key."""
        found = [path for path in self.folder.glob("*.ics") if _holds(path, key)]
        assert len(found) == 1, f"{len(found)} files hold {key}"
        return found[0]

    def todo(self, key: str) -> Any:
        """The VTODO of this key, parsed."""
        return todo_of(self.file(key))

    def edit(self, key: str, change: Callable[[Any], None]) -> None:
        """Change a VTODO as another application would: parsed, changed, written anew."""
        path = self.file(key)
        whole = Calendar.from_ical(path.read_bytes())
        change(whole.walk("VTODO")[0])
        path.write_bytes(whole.to_ical())

    def tick(self, key: str, moment: datetime) -> None:
        def change(todo: Any) -> None:
            for name in ("STATUS", "COMPLETED", "PERCENT-COMPLETE"):
                todo.pop(name, None)
            todo.add("STATUS", "COMPLETED")
            todo.add("COMPLETED", moment.astimezone(UTC))
            todo.add("PERCENT-COMPLETE", 100)

        self.edit(key, change)

    def untick(self, key: str) -> None:
        def change(todo: Any) -> None:
            for name in ("STATUS", "COMPLETED", "PERCENT-COMPLETE"):
                todo.pop(name, None)
            todo.add("STATUS", "NEEDS-ACTION")

        self.edit(key, change)

    def put(self, key: str, **properties: Any) -> None:
        """Set properties of a VTODO: `due=date`, `summary=...`, `description=...`."""

        def change(todo: Any) -> None:
            for name, value in properties.items():
                todo.pop(name.upper(), None)
                todo.add(name.upper(), value)

        self.edit(key, change)

    def delete(self, key: str) -> None:
        self.file(key).unlink()


def calendar(kind: str, lines: Iterable[str]) -> bytes:
    """A calendar with one component, folded as RFC 5545 wants."""
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example.org//house//EN", f"BEGIN:{kind}"]
    whole += [*lines, f"END:{kind}", "END:VCALENDAR"]
    return ("\r\n".join(whole) + "\r\n").encode()


def todo_of(path: Path) -> Any:
    found = Calendar.from_ical(path.read_bytes()).walk("VTODO")
    assert len(found) == 1
    return found[0]


def titles(tasks: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(one["title"] for one in tasks)


def _holds(path: Path, key: str) -> bool:
    whole = Calendar.from_ical(path.read_bytes())
    return any(str(todo.get("UID")) == key for todo in whole.walk("VTODO"))


def _box(addr: str) -> str:
    return f"{NAMES[addr]} <{addr}>" if addr in NAMES else addr


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
