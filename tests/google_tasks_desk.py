"""A support module: a list at the fake of Google Tasks, its owner, and what the core has of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from contract.ledger import Ledger
from fakes.google.account import Account
from fakes.google.lists import Task as Stored
from fakes.google.lists import TaskLists
from fakes.google.server import FakeGoogle
from google_desk import api_of

from connectors.contract import Draft, Remote
from connectors.google.api import Api
from connectors.google.tasks import GoogleTasks
from connectors.records import Gone, Item, Seen, Task

ANA: Final = "ana@example.com"
LIST: Final = "Follow-ups"
KEY: Final = "syncd-0123456789abcdef01234567"
FOOTER: Final = f"— syncd, rule call. Why: syncd explain {KEY}. Not wanted? Delete it."
CREATED: Final = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
DRAFT: Final = Draft(KEY, "Call Bob", f"You met.\n\n{FOOTER}", date(2026, 12, 2), CREATED)


class Desk:
    """`ledger` commits what readings tell, and what was written."""

    def __init__(self, google: FakeGoogle, api: Api | None = None) -> None:
        self.google = google
        self.api = api or api_of(google, ANA)
        self.tasks = GoogleTasks(self.api, LIST, ANA)
        self.ledger = Ledger()

    @property
    def ana(self) -> Account:
        return self.google.account(ANA)

    @property
    def lists(self) -> TaskLists:
        return self.ana.tasks

    def restart(self) -> None:
        """Another process: it has what was committed."""
        self.tasks.close()
        self.tasks = GoogleTasks(self.api, LIST, ANA)

    def read(self) -> list[Item]:
        return self.ledger.read(self.tasks, self.google.now())

    def create(self, key: str = KEY) -> Remote:
        """A task is written, and acknowledged as the core does it."""
        remote = self.tasks.create(drafted(key))
        self.ledger.stamps[remote.ref] = remote.stamp
        return remote

    def draft(self, key: str = KEY) -> Draft:
        return drafted(key)

    def alive(self, title: str = "") -> list[Stored]:
        """What its owner sees, or what is in the list of that title."""
        lists = [one for one in self.lists.all.values() if title in ("", one.title)]
        return [task for one in lists for task in one.tasks if not task.body.get("deleted")]


def drafted(key: str) -> Draft:
    return replace(DRAFT, key=key, notes=DRAFT.notes.replace(KEY, key))


def own_id(remote: Remote) -> str:
    """The id that Google gave it."""
    return remote.ref.rpartition("/")[2]


def told(items: list[Item]) -> list[Task]:
    return [
        one
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Task)
    ]


def gone(items: list[Item]) -> set[str]:
    return {item.ref for item in items if isinstance(item, Gone)}
