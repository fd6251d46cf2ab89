"""What a pass works with, as one value: the opened accounts, the state, how things are decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.contract import ContactBook, Drafts, Source, TaskList
from rules.evaluate import Clock
from rules.model import RuleSet
from syncd.inference.hints import Myself
from syncd.inference.model import Owner
from syncd.intake import Ignore
from syncd.pipeline.observe import READABLE
from syncd.pipeline.people import Gallery
from syncd.pipeline.portrait import Portraits
from syncd.planner import Policy
from syncd.store import sources
from syncd.store.database import Database
from syncd.store.dossiers import Lawyer, Shelf
from syncd.store.health import Place
from syncd.store.observations import Indexer
from syncd.store.sources import SourceRow

UNKNOWN_AFTER_CUT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Account:
    """One opened account: its sources, and the list that takes tasks if it has one."""

    name: str
    sources: tuple[Source, ...]
    tasks: TaskList | None = None
    since: datetime | None = None  # `history:` what is older is not stored
    poll: float = 60.0  # seconds between two readings of a source that cannot wait for news
    # Told when the owner wants a sign-in that was refused to be tried again.
    again: Callable[[], None] = lambda: None
    # Whether there is something to sign in with where there was nothing, or what was refused.
    renewed: Callable[[], bool] = lambda: False
    survey: Callable[[], Iterator[str]] | None = None  # see `connectors.contract.Surveyed`
    book: ContactBook | None = None  # where cards are added, if that is switched on
    drafts: Drafts | None = None  # likewise

    @property
    def readable(self) -> tuple[Source, ...]:
        """The sources that are read for evidence, in the order in which they should be."""
        found = [one for one in self.sources if one.facet in READABLE]
        return tuple(sorted(found, key=lambda one: READABLE.index(one.facet)))


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything a pass works with; made by `syncd.wiring`."""

    database: Database
    owner: Owner
    owner_domains: frozenset[str]
    colleagues: frozenset[str]
    tags: Mapping[str, frozenset[str]]
    lawyer: Lawyer
    indexer: Indexer
    ignore: Ignore
    accounts: tuple[Account, ...]
    ruleset: RuleSet
    clock: Clock
    policy: Policy
    tasks_in: Mapping[str, str]
    prints: Mapping[str, str]
    # The owner's aliases: as whom they are looked for, and who they are once some are found.
    myself: Myself = field(default_factory=Myself)
    not_mine: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()  # addresses and domains whose silence means nothing
    reowned: Callable[[Workshop, frozenset[str]], Workshop] | None = None
    writes: bool = True  # whether what is written to was constructed

    def gallery(self, connection: Connection, shelf: Shelf | None = None) -> Gallery:
        """How people are looked at, given how far the accounts have been read."""
        portraits = self.portraits(connection)
        return Gallery(self.database.owner, self.owner, self.lawyer, portraits, shelf or Shelf())

    def portraits(self, connection: Connection) -> Portraits:
        return Portraits(
            zone=self.owner.zone,
            owner_domains=self.owner_domains,
            colleagues=self.colleagues,
            tags=self.tags,
            elsewhere=self.elsewhere,
            progress=self._progress(connection),
            first_after=self._first_after(),
            levels=self.ruleset.levels,
        )

    def _first_after(self) -> datetime | None:
        """Before this a first event is unknown: there may have been others before the cut."""
        cuts = [account.since for account in self.accounts if account.since is not None]
        return max(cuts) + UNKNOWN_AFTER_CUT if cuts else None

    def _progress(self, connection: Connection) -> tuple[SourceRow, ...]:
        """Every configured source that is read for evidence, as far as it has been read."""
        stored = {
            (row.account, row.facet, row.scope): row
            for row in sources.load(connection, self.database.owner)
        }
        wanted = [
            (account.name, str(source.facet), source.scope)
            for account in self.accounts
            for source in account.sources
            if source.facet in READABLE
        ]
        return tuple(stored.get(key) or SourceRow(*key) for key in wanted)

    @property
    def places(self) -> set[Place]:
        """Every source that is read for evidence."""
        return {
            Place(account.name, str(source.facet), source.scope)
            for account in self.accounts
            for source in account.readable
        }

    @property
    def lists(self) -> dict[str, TaskList]:
        """The task lists by account."""
        return {one.name: one.tasks for one in self.accounts if one.tasks is not None}

    @property
    def books(self) -> dict[str, ContactBook]:
        """What cards are added to, by account."""
        return {one.name: one.book for one in self.accounts if one.book is not None}

    @property
    def drawers(self) -> dict[str, Drafts]:
        """What drafts are put into, by account."""
        return {one.name: one.drafts for one in self.accounts if one.drafts is not None}
