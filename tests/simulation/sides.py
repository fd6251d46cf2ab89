"""One syncd and everything out there that it sees: its accounts, its list, its owner's hand.

A `Side` can be made to crash at any commit and any call of the list. Two of them that are told the
same things stand for one history with and without a crash.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from integration.test_outbox_crashes import Crash, CrashingList, Fuse
from sqlalchemy import Connection, event

from connectors.memory.world import World
from connectors.records import Facet, Task
from rules.evaluate import evaluate
from syncd.pipeline import Workshop, once
from syncd.pipeline.act import acting
from syncd.pipeline.decide import Decider
from syncd.pipeline.incidents import incident
from syncd.planner import Tracked
from syncd.planner.hand import CLOSED
from syncd.store import ledger_tasks, people
from syncd.store.database import Database
from syncd.views.explain import explain_all
from syncd.views.people import people_list
from syncd.views.tasks import explain_task

from worlds import Lab, without_places


@dataclass(slots=True)
class BurningLab(Lab):
    """A lab whose process ends when the fuse has burnt down."""

    fuse: Fuse = field(default_factory=Fuse)

    def open(self) -> Database:
        database = Lab.open(self)
        event.listen(database.engine, "commit", lambda _connection: self.fuse.burn())
        # The process ends here, never the machine: nothing has to reach the disk.
        event.listen(database.engine, "before_cursor_execute", _unsynchronised, retval=True)
        return database

    def shop(self, database: Database) -> Workshop:
        shop = Lab.shop(self, database)
        accounts = []
        for account in shop.accounts:
            tasks = CrashingList(
                self.worlds[account.name], creates_once=self.creates_once, batch=self.batch
            )
            tasks.fuse = self.fuse
            accounts.append(replace(account, tasks=tasks))
        return replace(shop, accounts=tuple(accounts))


def _unsynchronised(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any
) -> tuple[str, Any]:
    wanted = statement.startswith("PRAGMA synchronous")
    return ("PRAGMA synchronous = OFF" if wanted else statement), parameters


class Side:
    """See the module's docstring."""

    def __init__(self, folder: Path, rules: str, *, once: bool, **options: Any) -> None:
        self.lab = BurningLab(
            folder, {"home": World(), "work": World()}, rules, creates_once=once, **options
        )
        self.undone: dict[str, tuple[str, Task]] = {}  # by key: what the owner deleted
        self._database: Database | None = None

    @property
    def world(self) -> World:
        return self.lab.world

    # --- syncd ---

    @property
    def database(self) -> Database:
        """The state, opened anew after each end of the process."""
        if self._database is None:
            self._database = self.lab.open()
        return self._database

    @property
    def shop(self) -> Workshop:
        return self.lab.shop(self.database)

    def ends(self) -> None:
        """The process ends; what is stored stays."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def passes(self, now: datetime, *, accept: bool = False) -> None:
        once(self.shop, now, accept_deletions=accept)

    def crashes(self, now: datetime, fuse: int) -> bool:
        """A pass that ends at the n-th commit or call. False: it was over before."""
        self.lab.fuse.left = fuse
        with suppress(Crash):
            self.passes(now)
        self.ends()
        burnt = self.lab.fuse.left <= 0
        self.lab.fuse.left = 0
        return burnt

    def acts(self, now: datetime, act: Callable[[Connection, Workshop], None]) -> None:
        """The owner says something at the command line."""
        shop = self.shop
        with acting(shop, now) as connection:
            act(connection, shop)

    # --- the owner's hand in the list ---

    def refs(self) -> dict[str, str]:
        """The tasks of ours in the list, by key. Twins: the first of them."""
        found: dict[str, str] = {}
        for ref in sorted(self.world.alive(Facet.TASKS), reverse=True):
            task = self.world.task(ref)
            if task.key:
                found[task.key] = ref
        return found

    def keys(self) -> list[str]:
        """Every task of ours in the list, twins included."""
        return sorted(self.world.task(ref).key for ref in self.world.alive(Facet.TASKS))

    def edit(self, key: str, **values: Any) -> None:
        """The owner edits a task; `due=None` takes its date away."""
        ref = self.refs()[key]
        task = replace(self.world.task(ref), **values)
        self.world.put(Facet.TASKS, ref, (task,))

    def delete(self, key: str) -> None:
        ref = self.refs()[key]
        self.undone[key] = ref, self.world.task(ref)
        self.world.delete_task(ref)

    def restore(self, key: str) -> None:
        ref, task = self.undone.pop(key)
        self.world.put(Facet.TASKS, ref, (task,))

    def task(self, key: str) -> Task:
        return self.world.task(self.refs()[key])

    def listed(self) -> list[tuple[Any, ...]]:
        """The list as the owner sees it."""
        return sorted(
            (task.key, task.title, task.notes, str(task.due), task.completed)
            for task in map(self.world.task, self.world.alive(Facet.TASKS))
        )

    def sentences(self) -> dict[str, list[str]]:
        """By key: what we wrote below each task when we closed it."""
        tasks = map(self.world.task, self.world.alive(Facet.TASKS))
        return {
            task.key: [line for line in task.notes.split("\n") if line.startswith(CLOSED)]
            for task in tasks
        }

    # --- what is known ---

    def rows(self) -> list[Tracked]:
        """Every row that has a task, delivered or not."""
        with self.database.read() as connection:
            open_ = ledger_tasks.open_tasks(connection, self.database.owner)
            seen = {row.key for row in open_}
            delivered = ledger_tasks.delivered(connection, self.database.owner)
            return open_ + [row for row in delivered if row.key not in seen]

    def closings(self) -> dict[str, tuple[Any, ...]]:
        """What closed each row that is closed."""
        rows = self.rows()
        return {row.key: (row.closed_at, row.satisfied_by) for row in rows if row.closed_at}

    def incident(self) -> bool:
        """Whether so many tasks vanished at once that nobody believes it."""
        with self.database.read() as connection:
            return bool(incident(connection, self.database.owner, "home"))

    def known(self, addrs: set[str]) -> bool:
        """Whether each of these addresses is somebody's by now."""
        with self.database.read() as connection:
            found = people.owners_of(connection, self.database.owner, sorted(addrs))
        return all(found.get(addr) for addr in addrs)

    def explained(self, keys: list[str], now: datetime) -> dict[str, dict[str, Any] | None]:
        shop = self.shop
        with self.database.read() as connection:
            decider = self._decider(shop, connection, now)
            return {key: explain_task(connection, decider, key, now) for key in keys}

    def derived(self, now: datetime) -> dict[str, Any]:
        """People, interactions, signals and raw verdicts: what may depend on nothing but what was
        observed, what the owner did, the configuration and `now`."""
        shop, owner = self.shop, self.database.owner
        with self.database.read() as connection:
            decider = self._decider(shop, connection, now)
            explained = list(explain_all(connection, decider, shop.owner, now))
            listed = people_list(connection, decider.gallery, shop.ruleset, now)
            every = people.all_addresses(connection, owner)
            ids = sorted(set(people.owners_of(connection, owner, every).values()) - {""})
            verdicts = {
                portrait.addrs: evaluate(shop.ruleset, portrait.history, now, shop.clock)
                for portrait in decider.gallery.look(connection, ids, now)
                if portrait.row.kind == "person"
            }
        for one in explained:
            one.pop("verdicts", None)
        shown = {
            "explain": sorted(plain(nameless(one)) for one in explained),
            "people": sorted(plain(nameless(one)) for one in listed),
            "verdicts": sorted(
                f"{sorted(addrs)} {[replace(one, person='') for one in found]!r}"
                for addrs, found in verdicts.items()
            ),
        }
        copy: dict[str, Any] = json.loads(json.dumps(shown, default=str, sort_keys=True))
        return copy

    def _decider(self, shop: Workshop, connection: Connection, now: datetime) -> Decider:
        gallery = shop.gallery(connection)
        database = shop.database
        return Decider(database, gallery, shop.ruleset, shop.clock, shop.policy, shop.tasks_in, now)


def plain(shown: object) -> str:
    return without_places(json.loads(json.dumps(shown, default=str, sort_keys=True)))


def nameless(value: Any) -> Any:
    """Ids come and go with merges; what they stand for does not."""
    if isinstance(value, dict):
        return {name: nameless(one) for name, one in value.items() if name != "id"}
    return [nameless(one) for one in value] if isinstance(value, list) else value


def later(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)
