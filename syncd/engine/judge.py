"""What writes everything that is derived: small steps, and a whole pass where they are too small.

Its methods are acts: each begins and ends with nothing open, at the `now` that it is given. They
belong to one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syncd import log
from syncd.engine.guard import guarded
from syncd.engine.pace import Pace
from syncd.pipeline import whole
from syncd.pipeline.aliases import Suspects, find_aliases
from syncd.pipeline.drawing import draw_tasks
from syncd.pipeline.draws import moment, note, order
from syncd.pipeline.health import Ward
from syncd.pipeline.incidents import to_accept
from syncd.pipeline.joins import finish_merges
from syncd.pipeline.report import Progress, Report
from syncd.pipeline.step import decider_of, settler_of, step
from syncd.pipeline.switches import in_force
from syncd.pipeline.taking import Taking
from syncd.pipeline.workshop import Workshop
from syncd.store import acts, asked, people, said, shred, sources, tombstones, trials
from syncd.store.dossiers import Shelf
from syncd.store.health import Place

Take = Callable[[Connection, datetime], int]
_AGAIN = timedelta(minutes=1)  # after something that another process kept from being done
_ANSWER = timedelta(seconds=10)  # for what is read for the first time to say what it has
_CROWD = 400  # marks that a back-fill left, with which a step would take too long


class Stale(BaseException):
    """What was read was read on the terms of another workshop: it has to be read again. No trouble
    that anybody could note and go on after, so nothing that catches exceptions catches it."""


class Judge:
    """Keeps one owner's people, verdicts and decided tasks up to date."""

    def __init__(self, shop: Workshop, show: Progress) -> None:
        self._show = show
        self._filling: set[Place] = set()  # back-fills that are being read now
        self._awaited: set[Place] = set()  # for whose first answer the first pass waits
        self._answer_by: datetime | None = None  # then it is made; None: it was
        self._pace = Pace()
        self._much = False  # something waits for a pass
        self._unshredded = False
        self.asked_again = False  # the owner wants everything tried now
        self.signing_in: set[str] = set()  # also the passwords of these accounts
        self.shop = shop

    @property
    def shop(self) -> Workshop:
        """What everything is done with; `wiring` makes another when the configuration changes."""
        return self._shop

    @shop.setter
    def shop(self, shop: Workshop) -> None:
        self._database = guarded(shop.database)
        self._shop = replace(shop, database=self._database)
        self._suspects: Suspects | None = None
        # What is read now is read again on the new terms, if it is read any more.
        self._much |= bool(self._filling)
        self._filling.clear()
        self._awaited &= shop.places

    def renew(self, now: datetime) -> None:
        """Take note of what the owner said in another process, and follow what cannot wait."""
        with self._database.read() as connection:
            last = acts.number(connection, self._database.owner)
        forgotten = tombstones.load(self._database)
        ignore = self._shop.ignore
        if forgotten != ignore.forgotten:
            self.shop = replace(self._shop, ignore=replace(ignore, forgotten=forgotten))
        self._database.known.act = last
        self._finish_merges(now)

    # --- acts ---

    def start(self, now: datetime) -> None:
        """What a pass does first, and then for whoever was left when the last process ended. Where
        there are new sources, these are heard first."""
        whole.begin(self._shop, now, Report(), self._show)
        self._awaited = {*whole.unheard(self._shop)}
        if self._awaited:
            self._much, self._answer_by = True, now + _ANSWER
        else:
            self.whole(now)

    def take_portion(self, shop: Workshop, taking: Taking, now: datetime) -> int:
        """Store a portion that was read with `shop`, and judge whom it touches; returns how many
        observations are new or changed. A back-fill is only stored: its end changes what is true of
        everybody. Raises `Stale`."""
        if shop is not self._shop:
            raise Stale
        place = Place(taking.row.account, taking.row.facet, taking.row.scope)
        changed = 0

        def take(connection: Connection, at: datetime) -> int:
            nonlocal changed
            changed = taking.into(connection, at)
            if taking.ends:
                order(connection, self._database.owner)
            return changed

        if taking.alone:
            if not self._filling:
                self._pace.begin(now)
            self._filling.add(place)
            self._awaited.discard(place)
            self._pace.go_on(now)
            self._store(take, now)
            # The draw that its end orders is the pass's: any before that finds nobody judged.
            self._much |= taking.ends
        else:
            self.take(take, now)
        if self._is_about_the_owner(taking):
            self._find_aliases()
        return changed

    def take(self, take: Take, now: datetime, shop: Workshop | None = None) -> None:
        """Store something in a step. Raises `Stale` where it was read with another `shop`."""
        if shop is not None and shop is not self._shop:
            raise Stale
        if self._much or self._is_crowded():
            self._much = True
            self._store(take, now)
        else:
            self._step(now, take)

    def read_to_the_end(self, place: Place, now: datetime) -> None:
        """A source has said all it had to say, or failed."""
        self._much |= place in self._filling
        self._filling.discard(place)
        self._awaited.discard(place)
        self._catch_up(now)

    def rests(self, place: Place, now: datetime) -> None:
        """A source says the rest later. Whom it brought is judged, the first time at once."""
        self._much |= place in self._filling
        self._awaited.discard(place)
        self._pace.rest(now)
        self._catch_up(now)

    def wake(self, now: datetime) -> None:
        """Whoever's moment has come, what the owner said, the day's draw when its hour has come."""
        self._much |= self._is_crowded()
        if self.is_news():
            self.whole(now)
        elif not self._much:
            self._step(now, None)
        self._catch_up(now)
        if not self._much and self.draw_at(now, now):
            self._draw(now)
        if self._unshredded:
            self._shred()

    def whole(self, now: datetime) -> None:
        """A pass over whoever is marked or due, for what a step leaves or does not notice."""
        self._find_aliases()
        shelf = Shelf()
        daily = self.draw_at(now, now)
        whole.relate(self._shop, now, Report(), self._show, shelf, texts=False)
        whole.decide(self._shop, now, self._show, shelf, daily=daily)
        self._much, self._answer_by = False, None
        self._awaited.clear()
        self._pace.passed(now)
        with self._database.begin(repeatable=True) as connection:
            acts.follow(connection, self._database.owner)
            self.asked_again |= bool(to_accept(connection, self._database.owner, self._shop.lists))
            signing_in = asked.take(connection, self._database.owner)
            if signing_in is not None:
                self.asked_again = True
                self.signing_in |= signing_in
        self._shred()

    def judge_unread(self, now: datetime) -> None:
        """Every source was read since somebody ceased to be ignored."""
        whole.notice_reading(self._shop, now, complete=True)

    def heard(self, place: Place, now: datetime) -> None:
        """A source is well and has no news."""
        owner = self._database.owner
        with self._database.begin(repeatable=True) as connection:
            row = sources.get(connection, owner, *place)
            if row.done_at is not None and not row.error:
                sources.put(connection, owner, replace(row, ok_at=now))
                Ward(owner, now).well(connection, place)

    # --- asked ---

    @property
    def filling(self) -> bool:
        """Whether a back-fill is under way."""
        return bool(self._filling)

    @property
    def begins(self) -> bool:
        """Whether the first pass is still to be made: what was decided before may be old."""
        return self._answer_by is not None

    def waits_for(self, place: Place) -> bool:
        """Whether there is anything to do once a source has said all. From any thread."""
        return self._much or place in self._filling or place in self._awaited

    def is_news(self) -> bool:
        """Whether the owner said something that was not followed yet."""
        with self._database.read() as connection:
            return self._is_news(connection)

    def _is_news(self, connection: Connection) -> bool:
        owner = self._database.owner
        return acts.number(connection, owner) != acts.followed(connection, owner)

    def next_moment(self, now: datetime) -> datetime | None:
        """When there is something to do: the owner said something, or anything changes by itself.
        None: never."""
        with self._database.read() as connection:
            if self._is_news(connection):
                return now
            changes = people.next_moment(connection, self._database.owner)
            tried = trials.next_at(connection, self._database.owner)
            draws = self._next_draw(connection, now)
        again = now + _AGAIN if self._unshredded else None
        if self._much:
            changes = self._pass_at(now)
            tried = draws = None
        moments = [one for one in (changes, tried, draws, again) if one is not None]
        return min(moments, default=None)

    def draw_at(self, moment: datetime, now: datetime) -> bool:
        """Whether the day's tasks are to be drawn by `moment`."""
        with self._database.read() as connection:
            drawn = self._next_draw(connection, now)
        return drawn is not None and drawn <= moment

    def _next_draw(self, connection: Connection, now: datetime) -> datetime | None:
        if not self._shop.tasks_in:
            return None
        owner = self._database.owner
        return moment(connection, owner, in_force(connection, owner, self._shop.policy).policy, now)

    # --- inside ---

    def _finish_merges(self, now: datetime) -> None:
        """What comes of a merge is known before anything of it is written to a list: settled,
        judged and remembered in one transaction."""
        database = self._database
        with database.read() as connection:
            if not said.begun(connection, database.owner):
                return
        if self._is_crowded():
            return  # too much for one transaction
        with database.begin() as connection:
            gallery = self._shop.gallery(connection)
            settler = settler_of(self._shop, gallery, now)
            while settler.settle_in(connection) is not None:
                pass
            while decider_of(self._shop, connection, gallery, now).follow_in(connection):
                pass
            finish_merges(connection, database.owner, now)

    def _shred(self) -> None:
        """Nothing that was erased is to stay in the bytes of the file; whoever looks at it now
        keeps that from being done."""
        self._unshredded = not shred.shred(
            self._database, lambda: self._show.advance(0), self._database.known.turns
        )

    def _store(self, take: Take, now: datetime) -> None:
        with self._database.begin(repeatable=True) as connection:
            take(connection, now)

    def _is_crowded(self) -> bool:
        """Whether a back-fill has marked more people than a step should look at."""
        if not self._filling:
            return False
        with self._database.read() as connection:
            marks = people.dirty_addresses(connection, self._database.owner, _CROWD)
        return len(marks) == _CROWD

    def _step(self, now: datetime, take: Take | None) -> None:
        stored = None if take is None else lambda connection: take(connection, now)
        done = step(self._shop, now, stored)
        log.event("step.made", taken=done.taken, people=done.folded, judged=done.judged)
        self._much |= done.left
        if done.drawn:
            log.event("tasks.drawn", drawn=done.drawn, daily=False)

    def _draw(self, now: datetime) -> None:
        database = self._database
        with database.read() as connection:
            gallery = self._shop.gallery(connection)
            decider = decider_of(self._shop, connection, gallery, now)
        drawn = draw_tasks(decider)
        if drawn:
            log.event("tasks.drawn", drawn=drawn, daily=True)
        with database.begin(repeatable=True) as connection:
            note(connection, database.owner, decider.policy, now)

    def _catch_up(self, now: datetime) -> None:
        if self._much and self._pass_at(now) <= now:
            self.whole(now)

    def _pass_at(self, now: datetime) -> datetime:
        """When a pass may be made; `now` or earlier means now."""
        if self._answer_by is None:
            return self._pace.next(now) if self._filling else now
        # A clock that was set back does not put it off.
        late = not self._awaited or self._answer_by - now > _ANSWER
        return now if late else self._answer_by

    def _is_about_the_owner(self, taking: Taking) -> bool:
        if self._suspects is None:
            self._suspects = Suspects(self._shop)
        return not taking.alone and self._suspects.concerned(taking.portion.taken)

    def _find_aliases(self) -> None:
        found = find_aliases(self._shop, news=True)
        self._suspects = None
        if found is not self._shop:
            self.shop = found
            self._much = True
