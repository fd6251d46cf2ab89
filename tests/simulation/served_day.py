"""The busy day with its mail on a Dovecot, and its calendar, cards and tasks on a Radicale.

Mail is laid into the Maildir that Dovecot reads; everything else is put by HTTP, as by the owner's
other programs. Folders of the day are the servers' own, so that what is in them can be looked at.
"""

from __future__ import annotations

import random
import re
import shutil
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from servers.dav import PASSWORD, USER, DavServer
from servers.dovecot import running
from servers.radicale import radicale
from simulation.busy_day import CARD, RULES, Day

CONFIG = """\
owner: {{name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
{accounts}
rules: [rules.yaml]
limits: {{per_day: 900, open: 900}}
state: sqlite:///syncd.db
"""
SERVED = """\
  - {{name: post, kind: imap, host: 127.0.0.1, port: {port}, tls: none, user: ana}}
  - {{name: dav, kind: caldav, url: '{url}', user: {user}, calendars: [calendars], \
contacts: [contacts], tasks: tasks}}"""
# The same as files, for whoever reads them from nothing.
FILES = """\
  - {name: post, kind: local, mail: [Maildir]}
  - {name: dav, kind: local, calendar: [calendars], contacts: [contacts], tasks: tasks}"""


class ServedDay(Day):
    """See above. The servers run until `stack` is closed."""

    def __init__(
        self, folder: Path, chance: random.Random, now: datetime, stack: ExitStack
    ) -> None:
        super().__init__(folder, chance, now, apart=True)
        self._stack = stack

    def begin(self) -> None:
        """The servers, and everybody both ways a week ago."""
        self.folder.mkdir(parents=True)
        dovecot = self._stack.enter_context(running())
        client = dovecot.client("ana")
        client.flags()
        client.close()
        (self.folder / "Maildir").symlink_to(dovecot.folder / "mail" / "ana")
        self.dav: DavServer = self._stack.enter_context(radicale(self.folder / "radicale"))
        self.dav.make_calendar("calendars")
        self.dav.make_book("contacts")
        self.dav.make_calendar("tasks", component="VTODO")
        below = self.folder / "radicale" / "data" / "collection-root" / USER
        for name in ("calendars", "contacts", "tasks"):
            (self.folder / name).symlink_to(below / name)
        served = SERVED.format(port=dovecot.port, url=self.dav.url, user=USER)
        (self.folder / "syncd.yaml").write_text(CONFIG.format(accounts=served))
        (self.folder / "rules.yaml").write_text(RULES)
        secrets = self.folder / "secrets"
        secrets.mkdir(mode=0o700)
        for name in ("post", "dav"):
            (secrets / f"{name}.password").write_text(f"{PASSWORD}\n")
            (secrets / f"{name}.password").chmod(0o600)
        now, self.now = self.now, self.now - timedelta(days=7)
        for who in range(len(self.people)):
            self._mail(who, "It was a good talk.", sent=True)
            self._mail(who, "The number has changed.", sent=False)
            self.now += timedelta(minutes=7)
        self.now = now

    def copy_to(self, clean: Path) -> None:
        """See `Day.copy_to`."""
        own = shutil.ignore_patterns("dovecot*", ".Radicale*", ".[A-Z]*")
        for name in ("Maildir", "calendars", "contacts", "tasks"):
            shutil.copytree(self.folder / name, clean / name, ignore=own)
        (clean / "syncd.yaml").write_text(CONFIG.format(accounts=FILES))
        shutil.copy(self.folder / "rules.yaml", clean / "rules.yaml")

    def reads(self) -> None:
        """The owner's mail program has seen a mail: Dovecot says which are new."""
        new = sorted((self.folder / "Maildir" / "cur").glob("*:2,"))
        if new:
            path = self.chance.choice(new)
            path.rename(path.with_name(f"{path.name}S"))

    def saves(self) -> None:
        """A card is saved."""
        name, addr = self.people[self._who()]
        card = CARD.format(name=name, addr=addr).replace("VERSION:4.0", "VERSION:3.0")
        self.dav.put(f"/{USER}/contacts/{addr}.vcf", card.encode())

    def _write(self, path: Path, text: str) -> None:
        self.dav.put(f"/{USER}/{path.parent.name}/{path.name}", text.encode())

    def _edit(self, path: Path, old: str, new: str) -> bool:
        place = f"/{USER}/tasks/{path.name}"
        status, headers, data = self.dav.ask("GET", place)
        text = data.decode()
        edited = re.sub(old, new, text, count=1)
        if status != 200 or edited == text or "STATUS:COMPLETED" in text:
            return False
        told = {"If-Match": headers["ETag"], "Content-Type": "text/calendar; charset=utf-8"}
        status, _, _ = self.dav.ask("PUT", place, edited, told)
        return status in (201, 204)

    def _unlink(self, path: Path) -> None:
        self.dav.ask("DELETE", f"/{USER}/tasks/{path.name}")
