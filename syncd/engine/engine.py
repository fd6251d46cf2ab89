"""One owner's heart-beat, without threads and without a clock: each method is one small act.

    start      what a pass does first
    read       pull what changed in a source; judge whom it touches
    hand       read a task list: what the owner ticked, moved, edited, deleted
    texts      fetch the few texts that inference wants
    wake       whoever's moment has come, what the owner said elsewhere, the day's draw
    deliver    write what is queued for one task list
    errands    cards and drafts: what mails tell of them, and adding them

After any order of these acts, at one `now`, the state is what `once` leaves. Sources are asked
where the method is called; everything that is derived is written by whoever `run` says: here and
now, or the one thread that does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.contract import Source
from syncd.engine.guard import Outdated, guarded
from syncd.engine.judge import Judge, Stale, Take
from syncd.engine.lists import Lists
from syncd.engine.mailbox import leave_if_dismissed
from syncd.inference.model import Reading
from syncd.outbox import Summary
from syncd.pipeline.finish import finish_cards
from syncd.pipeline.hand import HandReader
from syncd.pipeline.incidents import to_accept
from syncd.pipeline.lists import settle_twins
from syncd.pipeline.lull import Lull
from syncd.pipeline.observe import Outcome, Reader
from syncd.pipeline.read import TextReader
from syncd.pipeline.report import Progress, Silent
from syncd.pipeline.switches import in_force
from syncd.pipeline.taking import Taking
from syncd.pipeline.workshop import Account, Workshop
from syncd.retry import Retries
from syncd.store import errands, health, ledger_outbox, readings
from syncd.store.health import Place

if TYPE_CHECKING:
    from syncd.pipeline.outward import Delivered

T = TypeVar("T")
Job = Callable[[datetime], Any]
Run = Callable[[str, Job, datetime], Any]

_FEW = 20  # texts whose people are brought up to date in one step


def _here(_kind: str, job: Job, now: datetime) -> Any:
    return job(now)


class Engine:
    """See the module's docstring. `run` does a job (of a kind: start, read, hand, texts, wake) in
    the thread that writes, and waits for it; the job is handed the moment at which it is done.
    Deletions are believed when their list was `quiet` for so long."""

    def __init__(
        self,
        shop: Workshop,
        *,
        run: Run = _here,
        show: Progress | None = None,
        retries: Retries | None = None,
        quiet: timedelta = timedelta(),
    ) -> None:
        self._run = run
        self._quiet = quiet
        self._judge = Judge(shop, show or Silent())
        self.retries = retries or Retries()
        self._gone: set[tuple[str, str]] = set()  # places that no longer have a wanted text
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._asked: set[Place] = set()  # sources that were asked since
        self._well: set[Place] = set()  # and answered to the end
        self._lists = Lists()
        self._lull = Lull(self._quiet)

    @property
    def shop(self) -> Workshop:
        return self._judge.shop

    @shop.setter
    def shop(self, shop: Workshop) -> None:
        """Another configuration: `start` once more."""
        self._judge.shop = shop
        self._begin_anew()
        self.retries.forget()

    # --- acts ---

    def start(self, now: datetime) -> None:
        """Bring what is stored up to this configuration, version and moment."""
        self._act("start", self._judge.start, now)

    def clock_went_back(self, now: datetime) -> None:
        """What was put off by a clock that was ahead may be tried at once; `start` once more."""
        self.retries.forget()
        self._lists.forget()

        def hasten(_: datetime) -> None:
            database = self.shop.database
            with database.begin() as connection:
                ledger_outbox.hasten(connection, database.owner)
                errands.hasten(connection, database.owner)

        self._act("start", hasten, now)

    def read(self, account: str, source: Source, now: datetime) -> Outcome:
        """Pull what changed; a batch, its cursor and whom it touches are one transaction. Trouble
        is noted with the source. Raises nothing but `StoreError`."""
        place = Place(account, str(source.facet), source.scope)
        asked, well = self._asked, self._well  # of this configuration

        def pull(shop: Workshop) -> Outcome:
            def keep(taking: Taking) -> int:
                job = lambda at: self._judge.take_portion(shop, taking, at)  # noqa: E731
                changed: int = self._act("read", job, now)
                return changed

            reader = Reader(
                shop.database, shop.indexer, shop.ignore, now, retries=self.retries, keep=keep
            )
            return reader.observe(account, source, self._account(account).since)

        paused = False
        try:
            outcome = self._with_shop(pull, now)
            paused = bool(outcome.paused)
        finally:
            if self._judge.waits_for(place):
                end = self._judge.rests if paused else self._judge.read_to_the_end
                self._act("read", lambda at: end(place, at), now)
        first = place not in asked
        asked.add(place)
        if outcome.error or paused:
            well.discard(place)
        elif place not in well:
            well.add(place)
            if well >= self.shop.places:
                self._act("read", self._judge.judge_unread, now)
                return outcome
        if first and asked >= self.shop.places:
            self._act("read", lambda _: None, now)  # somebody waits for that
        return outcome

    def hand(self, account: str, now: datetime) -> Outcome:
        """See what the owner did in a task list. Trouble is noted with the list."""
        tasks = self.shop.lists[account]
        after_all, lists = self._asked >= self.shop.places, self._lists

        def look(shop: Workshop) -> Outcome:
            def keep(take: Take) -> None:
                self._act("hand", lambda at: self._judge.take(take, at, shop), now)

            with shop.database.read() as connection:
                accept = to_accept(connection, shop.database.owner, (account,))
            reader = HandReader(
                shop.database,
                now,
                accept=bool(accept),
                forgotten=shop.ignore.forgotten,
                retries=self.retries,
                keep=keep,
                waiting=self._lull,
            )
            outcome = reader.observe(account, tasks)
            if outcome.twins and not self._policy(shop).preview:
                settle_twins(shop.database, account, tasks, outcome, now, go_on=leave_if_dismissed)
            return outcome

        outcome = self._with_shop(look, now)
        if outcome.strays:
            self._act("hand", self._judge.whole, now)
        lists.was_read(account, outcome, behind_all=after_all)
        return outcome

    def texts(self, now: datetime, only: Source | None = None) -> int:
        """Fetch the texts that are wanted, those that `only` can give if it is given; returns how
        many were read."""

        def read(shop: Workshop) -> int:
            def keep(found: Mapping[str, Reading]) -> None:
                self._act("texts", lambda at: self._keep_texts(found, at), now)

            mail = {
                account.name: [s for s in account.sources if s.facet == "mail"]
                for account in shop.accounts
            }
            reader = TextReader(
                shop.database, shop.owner.zone, mail, keep=keep, only=only, gone=self._gone
            )
            return reader.read()

        count: int = self._with_shop(read, now)
        return count

    def wake(self, now: datetime) -> None:
        """Bring everything that time or the owner has changed up to `now`."""
        self._act("wake", self._judge.wake, now)

    def deliver(self, account: str, now: datetime) -> Summary:
        """Write what is queued for one list, unless its tasks are in doubt."""

        def write(shop: Workshop) -> Summary:
            if self._judge.begins:
                return Summary()
            return self._lists.deliver(shop, account, now, self.retries)

        return self._with_shop(write, now)

    def gather(self, now: datetime, only: Source) -> int:
        """Read what cards and drafts wait for, as far as `only` can give it; returns how many have
        all they wait for."""

        from syncd.pipeline.gather import Gatherer  # few have them switched on

        def read(shop: Workshop) -> int:
            mail = {
                account.name: [s for s in account.sources if s.facet == "mail"]
                for account in shop.accounts
            }
            return Gatherer(guarded(shop.database), mail, only).gather()

        count: int = self._with_shop(read, now)
        return count

    def run_errands(self, account: str, now: datetime) -> Delivered:
        """Decide on cards and drafts, and add those of one account."""
        from syncd.pipeline.errands import plan
        from syncd.pipeline.outward import Delivered, hand_over

        def act(shop: Workshop) -> Delivered:
            if self._judge.begins:
                return Delivered()
            database = guarded(shop.database)
            plan(shop, now, database)
            done = hand_over(
                shop, now, database=database, account=account, eager=False,
                go_on=leave_if_dismissed,
            )  # fmt: skip
            if shop.ignore.forgotten and account in shop.books:
                finish_cards(database, {account: shop.books[account]})
            return done

        return self._with_shop(act, now)

    def heard(self, place: Place, now: datetime) -> None:
        """A source that waits for news is well, and has none."""
        self._act("read", lambda at: self._judge.heard(place, at), now)

    # --- asked ---

    def next_moment(self, now: datetime) -> datetime | None:
        """When there is something to do by itself; `now` or earlier means now, None never."""
        moments = [self.next_judgement(now)]
        moments += [self.next_delivery(account, now) for account in self.shop.lists]
        moments += [self.next_hand(account) for account in self.shop.lists]
        return min((one for one in moments if one is not None), default=None)

    def is_news(self) -> bool:
        """Whether another process has stored what the owner said."""
        return self._judge.is_news()

    def is_asked_again(self) -> bool:
        """Whether the owner wants everything tried now that failed before; said once."""
        asked, self._judge.asked_again = self._judge.asked_again, False
        signing_in, self._judge.signing_in = self._judge.signing_in, set()
        if asked:
            self.retries.forget()
            for account in self.shop.accounts:
                if account.name in signing_in:
                    account.again()
        return asked

    def signing_in_anew(self) -> list[str]:
        """Accounts that have something new to sign in with, where there was nothing, or what was
        refused; said once."""
        found = [account for account in self.shop.accounts if account.renewed()]
        for account in found:
            account.again()
            self.retries.forget(account.name)
        return [account.name for account in found]

    def next_judgement(self, now: datetime) -> datetime | None:
        """When `wake` has something to do."""
        return self._judge.next_moment(now)

    def next_delivery(self, account: str, now: datetime) -> datetime | None:
        """When `deliver` has something to do for this list."""
        if self._judge.begins:
            return None
        moment = self._lists.next(self.shop, account, now)
        until = self.retries.until(Place(account, health.DELIVERY))
        return max(moment, until) if moment is not None and until is not None else moment

    def next_hand(self, account: str) -> datetime | None:
        """When this list has to be read again although it says nothing: deletions wait to be
        believed."""
        return self._lull.until(account)

    def has_read_all(self) -> bool:
        """Whether every source was asked at least once, and no back-fill is under way."""
        return self._asked >= self.shop.places and not self._judge.filling

    def nobody_signed_in(self) -> bool:
        """Whether every account refused our credentials when it was asked last."""
        with self.shop.database.read() as connection:
            rows = health.load(connection, self.shop.database.owner)
        refused = {row.place.account for row in rows if row.remedy == health.SIGN_IN}
        return refused >= {account.name for account in self.shop.accounts}

    def wants_texts(self) -> bool:
        """Whether there is a text that some source may have."""
        with self.shop.database.read() as connection:
            names = [account.name for account in self.shop.accounts]
            return bool(readings.unread(connection, self.shop.database.owner, "", 1, names))

    def wants_gathering(self) -> bool:
        """Whether a card or a draft waits for what a mail tells."""
        shop = self.shop
        if not (shop.books or shop.drawers):
            return False
        with shop.database.read() as connection:
            return bool(errands.to_gather(connection, shop.database.owner))

    def next_errand(self, account: str) -> datetime | None:
        """When what could not be added to this account is tried again."""
        from syncd.pipeline.outward import next_try

        with self.shop.database.read() as connection:
            return next_try(connection, self.shop, account)

    def wants_hand(self, account: str) -> bool:
        """Whether a list has to be read once more before it can be written to: it was read before
        all that its tasks may be about."""
        return self._lists.wants_reading(self.shop, account, self._asked)

    # --- inside ---

    def _act(self, kind: str, job: Job, now: datetime) -> Any:
        def done(at: datetime) -> Any:
            outdated = False
            while True:
                try:
                    if outdated:
                        self._judge.renew(at)
                    outdated = False
                    return job(at)
                except Outdated:
                    outdated = True

        return self._run(kind, done, now)

    def _with_shop(self, act: Callable[[Workshop], T], now: datetime) -> T:
        """`act` with the workshop as it is, once more where that changed in the middle."""
        while True:
            try:
                return act(self.shop)
            except Stale:
                self._run("other", lambda _: None, now)  # unless we are not wanted any more
            except Outdated:
                self._act("wake", self._judge.renew, now)

    def _keep_texts(self, found: Mapping[str, Reading], now: datetime) -> None:
        database = self.shop.database
        if len(found) > _FEW:
            with database.begin() as connection:
                readings.save(connection, database.owner, found)
            self._judge.whole(now)
            return

        def take(connection: Any, _: datetime) -> int:
            readings.save(connection, database.owner, found)
            return len(found)

        self._judge.take(take, now)

    def _policy(self, shop: Workshop) -> Any:
        with shop.database.read() as connection:
            return in_force(connection, shop.database.owner, shop.policy).policy

    def _account(self, name: str) -> Account:
        return next(one for one in self.shop.accounts if one.name == name)
