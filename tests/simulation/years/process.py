"""A process of syncd, its state on disk: it is started, driven, ended in the middle of anything and
started again on the same file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from simulation.years.cast import Cast
from simulation.years.cloud_wires import CloudWires
from simulation.years.edge import (
    EdgeList,
    EdgeMail,
    EdgeSource,
    Fuse,
    Weather,
)
from simulation.years.stage import LISTS, READ, THERE, Stage
from simulation.years.thrift import Remembering, compiling_once
from simulation.years.wires import Wires
from sqlalchemy import Connection, event, or_, select

from connectors.contract import Source, TaskList
from connectors.records import Facet
from rules.evaluate import Clock
from rules.load import load
from rules.model import RuleSet
from syncd import wiring
from syncd.inference.hints import Myself
from syncd.inference.model import Owner
from syncd.intake import Ignore
from syncd.pipeline import Account, Workshop, once
from syncd.pipeline.act import acting
from syncd.pipeline.decide import Decider
from syncd.pipeline.portrait import domains_of
from syncd.pipeline.report import Report
from syncd.planner import Policy, Status
from syncd.store import aliases, facts, readings, tombstones
from syncd.store.database import Database, open_database
from syncd.store.query import Query, owned
from syncd.store.schema import item, task
from syncd.store.sqlite import is_still

_ROOM = 2**30  # pages: no limit
_PAUSE = timedelta(seconds=61)  # after which a quota of a minute is free again
_PATIENCE = 20  # pauses in one pass
_MANY = 10_000  # texts
MAIN = "home"  # where tasks go unless their anchor's account has a list


_FACETS = {str(one): one for one in Facet}
_ITEMS = Query(
    lambda _: select(item.c.account, item.c.facet, item.c.ref, item.c.stamp).where(
        owned(item),
        item.c.facet != "tasks",
        # Set aside for now, and without a stamp: it is asked for again.
        or_(item.c.state != "bad", item.c.stamp != ""),
    )
)


@cache
def _ruleset(text: str) -> RuleSet:
    return load([("rules", text)])


@dataclass(slots=True)
class Settings:
    """What the owner configured, as it is now."""

    rules: str
    policy: Policy
    ignore: tuple[str, ...] = ()
    creates_once: bool = True
    batch: int = 100
    tasks_in: dict[str, str] = field(default_factory=lambda: {"default": MAIN})
    version: str = "1"


class Process:
    """One state, and the process that works on it. `full` is how many more pages the disk has."""

    def __init__(
        self,
        folder: Path,
        stage: Stage,
        cast: Cast,
        settings: Settings,
        weather: dict[str, Weather],
        fuse: Fuse,
        wires: Mapping[str, Wires | CloudWires] | None = None,
    ) -> None:
        self.folder, self.stage, self.cast = folder, stage, cast
        self.settings, self.weather, self.fuse = settings, weather, fuse
        self.full: int | None = None
        self.wires = wires or {}
        self._served: dict[str, tuple[list[Source], TaskList]] = {}
        self._database: Database | None = None
        folder.mkdir(parents=True, exist_ok=True)

    # --- its life ---

    @property
    def file(self) -> Path:
        return self.folder / "syncd.db"

    @property
    def database(self) -> Database:
        """The state; opened anew after each end of the process."""
        if self._database is None:
            addr = self.cast.owner.addr
            opened = open_database(f"sqlite:///{self.file}", addr, frozenset({addr}))
            event.listen(opened.engine, "begin", self._begun)
            self._database = replace(opened, engine=compiling_once(opened.engine))
        return self._database

    def ends(self) -> None:
        """The process is gone; what was committed stays."""
        self._served.clear()
        if self._database is not None:
            self._database.close()
            self._database = None

    def backup(self) -> Path:
        """A copy of the state, while nothing is under way."""
        self.ends()
        # Beside a connection that is still open the file lacks what was committed last.
        assert is_still(self.file), "the state is copied while somebody is at work on it"
        copy = self.folder.parent / f"{self.folder.name}.backup"
        shutil.copyfile(self.file, copy)
        return copy

    def restore(self, copy: Path) -> None:
        """The copy is the state from now on."""
        self.ends()
        for end in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + end).unlink(missing_ok=True)
        shutil.copyfile(copy, self.file)

    def _begun(self, connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        limited = connection.info.get("limited", False)
        connection.info["limited"] = self.full is not None
        if self.full is None:
            if limited:
                driver.execute(f"PRAGMA max_page_count = {_ROOM}")
            return
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages + self.full}")

    # --- what it does ---

    def once(self, now: datetime, *, real: bool = False) -> Report:
        """A whole pass. With `real` the moment is what the machine's clock says."""
        report, before = once(self.shop, now, real=real), frozenset[str]()
        for _ in range(_PATIENCE):
            left = self._unread() if self.wires else frozenset[str]()
            if left in (frozenset(), before) and not any(one.paused for one in report.outcomes):
                break
            self.stage.passes(_PAUSE)
            report, before = once(self.shop, now, real=real), left
        return report

    def _unread(self) -> frozenset[str]:
        """The texts that nobody has read yet: some services give so many at a time."""
        with self.database.read() as connection:
            found = readings.unread(connection, self.database.owner, "", _MANY, list(READ))
        return frozenset(one.key for one in found)

    def mine(self, database: Database) -> bool:
        """Whether it is this process that writes there."""
        return self._database is not None and database.engine is self._database.engine

    def says(self, now: datetime, act: Callable[[Connection, Workshop], None]) -> None:
        """The owner says something at the command line."""
        shop = self.shop
        with acting(shop, now) as connection:
            act(connection, shop)

    @property
    def shop(self) -> Workshop:
        database, settings = self.database, self.settings
        mine = frozenset({self.cast.owner.addr})
        with database.read() as connection:
            found = frozenset(aliases.load(connection, database.owner))
        owner = Owner(mine | found, self.cast.zone, shared=frozenset({"desk"}))
        me = Myself(self.cast.owner.name, mine, found)
        return Workshop(
            database=database,
            owner=owner,
            owner_domains=domains_of(owner.addresses),
            colleagues=frozenset(),
            tags={},
            lawyer=wiring.lawyer_of(owner),
            indexer=wiring.indexer_of(owner, me),
            ignore=replace(
                Ignore.of(settings.ignore),
                forgotten=tombstones.load(database),
                owned=owner.addresses,
            ),
            accounts=tuple(self._accounts()),
            ruleset=_ruleset(settings.rules),
            clock=Clock(self.cast.zone, self.cast.working_days),
            policy=settings.policy,
            tasks_in=settings.tasks_in,
            prints={
                "inference": settings.version,
                "index": settings.version,
                "people": settings.version,
                "rules": settings.rules + str(settings.policy.catch_up),
                "ignore": str(settings.ignore),
                "history": "",
            },
            myself=me,
            reowned=wiring.reowned,
        )

    def _accounts(self) -> Iterator[Account]:
        for name, facets in READ.items():
            if name in self.stage.instead:
                continue
            if name in self.wires:
                if name not in self._served:
                    self._served[name] = self.wires[name].sources()
                read, list_ = self._served[name]
                yield Account(name, (*read, list_), list_)
                continue
            sources: list[Source] = [self._source(name, facet) for facet in facets]
            tasks = None
            if name in LISTS:
                tasks = EdgeList(
                    self.stage.worlds[name],
                    creates_once=self.settings.creates_once,
                    batch=self.settings.batch,
                )
                tasks.weather = self.weather[name]
                sources.append(tasks)
            yield Account(name, tuple(sources), tasks)

    def _source(self, name: str, facet: Facet) -> EdgeSource | EdgeMail:
        world, batch = self.stage.worlds[name], self.settings.batch
        source: EdgeSource | EdgeMail = (
            EdgeMail(world, batch=batch)
            if facet is Facet.MAIL
            else EdgeSource(world, facet, batch=batch)
        )
        source.weather = self.weather[name]
        return source

    # --- what it knows ---

    def known(self) -> dict[tuple[str, Facet, str], str]:
        """The stamp of every item of evidence that was acknowledged."""
        with self.database.read() as connection:
            return {
                (account, _FACETS[facet], ref): stamp or THERE
                for account, facet, ref, stamp in _ITEMS(connection, owner=self.database.owner)
            }

    def closed(self) -> set[str]:
        """The keys of the tasks that are over."""
        owner = self.database.owner
        with self.database.read() as connection:
            over = select(task.c.key).where(task.c.owner == owner, task.c.status != Status.OPEN)
            return set(connection.execute(over).scalars())

    @contextmanager
    def looking(self, now: datetime) -> Iterator[tuple[Connection, Decider, Workshop]]:
        """What a view needs. Whoever is looked at twice is looked at once."""
        shop = self.shop
        with shop.database.read() as connection:
            gallery = Remembering.of(shop.gallery(connection))
            yield (
                connection,
                Decider(
                    shop.database,
                    gallery,
                    shop.ruleset,
                    shop.clock,
                    shop.policy,
                    shop.tasks_in,
                    now,
                ),
                shop,
            )

    def forget_derivations(self) -> None:
        """Let the next pass derive everything anew, as after an update of syncd."""
        with self.database.begin() as connection:
            for name in ("index", "people", "rules"):
                facts.put(connection, self.database.owner, f"print:{name}", "another")

    def files(self) -> Sequence[bytes]:
        """Every byte that is stored."""
        return [path.read_bytes() for path in sorted(self.folder.iterdir())]
