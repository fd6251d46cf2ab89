"""An owner in a booted machine: folders, a configuration, a service, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from booted import Failed, Machine, until

ANA = "ana@example.org"
_CONFIG = """\
owner: {{name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, mail: [{mail}]{tasks}}}
rules: [{rules}]
"""
_RULES = """\
version: 1
rules:
  - id: written
    since: message_sent
    due: 1d
    urgent: true
    task: {{title: "{title} {{{{ first_name }}}}", notes: "{{{{ evidence }}}}"}}
"""
# What is waited for in tests; the rest is as it is shipped.
QUICK = "[Service]\nRestartSec=100ms\nTimeoutAbortSec=2s\n"


def letter(name: str) -> str:
    """A mail that Ana sends now."""
    message = EmailMessage()
    message["From"], message["To"] = f"Ana Silva <{ANA}>", f"{name} <{name.lower()}@example.com>"
    message["Subject"], message["Message-ID"] = "Confidential", f"<{name}@example.org>"
    message["Date"] = format_datetime(datetime.now(UTC))
    message.set_content("Hello\n")
    return message.as_string()


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody whose `home` in the machine holds Maildir/ and tasks/; `scope` is the user whose
    own service manager runs the unit, "" for the system's."""

    machine: Machine
    home: str
    config: str
    unit: str = "syncd.service"
    scope: str = ""
    user: str = "ana"

    def make_folders(self) -> None:
        for name in ("Maildir/cur", "Maildir/new", "Maildir/tmp", "tasks", "diary"):
            owned = ("-m", "700", "-o", self.user, "-g", self.user)
            self.machine.run("install", "-d", *owned, f"{self.home}/{name}")
        self.machine.run("chown", f"{self.user}:{self.user}", self.home, f"{self.home}/Maildir")

    def configure(self, title: str = "Thank", mail: str = "", tasks: bool = True) -> None:
        """One rule: whoever was written to gets a task."""
        rules = Path(self.config).with_suffix(".rules.yaml")
        self.machine.write(str(rules), _RULES.format(title=title))
        text = _CONFIG.format(
            mail=mail or f"{self.home}/Maildir",
            tasks=f", tasks: {self.home}/tasks" if tasks else "",
            rules=rules.name,
        )
        self.machine.write(self.config, text)

    def writes_to(self, name: str) -> None:
        """The copy of a mail to somebody arrives in the Maildir, in one piece."""
        draft = f"{self.home}/Maildir/tmp/{name}"
        self.machine.write(draft, letter(name), 0o600)
        self.machine.run("chown", f"{self.user}:{self.user}", draft)
        self.machine.run("mv", draft, f"{self.home}/Maildir/new/{name}")

    def titles(self) -> list[str]:
        """The titles of the task files."""
        found = self.machine.run("sh", "-c", f"cat {self.home}/tasks/*.ics", good=False)
        return re.findall(r"^SUMMARY:(.*?)\r?$", found, re.MULTILINE)

    def has_task(self, title: str, seconds: float = 20) -> None:
        """Wait for it."""
        with self._explained():
            until(lambda: title in self.titles(), f"a task {title!r}", seconds)

    def control(self, *arguments: str, good: bool = True) -> str:
        """systemctl of its manager."""
        scope = ("--user",) if self.scope else ()
        with self._explained():
            return self.machine.run("systemctl", *scope, *arguments, user=self.scope, good=good)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """A failure tells what the journal says of it."""
        try:
            yield
        except Failed as error:
            said = self.machine.run("journalctl", "--no-pager", "--lines=20")
            raise Failed(f"{error}; {said}") from None

    def property(self, name: str) -> str:
        """What the manager says of the unit."""
        return self.control("show", "--value", f"--property={name}", self.unit).strip()

    def until(self, name: str, value: str, seconds: float = 30) -> None:
        until(lambda: self.property(name) == value, f"{name}={value}", seconds)

    def pid(self) -> str:
        """The main process, as it is numbered in there."""
        return self.property("MainPID")

    def within(self, *command: str, good: bool = True) -> str:
        """What root sees that stands where the service does."""
        return self.machine.run("nsenter", "-t", self.pid(), "-m", *command, good=good)

    def journal(self) -> list[str]:
        """The lines that its processes wrote."""
        unit = f"_SYSTEMD_UNIT={self.unit}"
        return self.machine.run(
            "journalctl", unit, "--output=cat", "--no-pager", "--quiet"
        ).splitlines()
