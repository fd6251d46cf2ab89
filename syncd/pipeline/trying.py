"""What fails by itself: how often it has failed, and when it is tried again.

    an item     that breaks its reader or cannot be read for now    observe.py, taking.py
    a person    whose evidence breaks inference or a rule           settle.py, people.py, decide.py

A daemon tries them when their moment has come, and whatever is not set aside as it starts; so does
each single pass. Another version of syncd tries all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import Connection

from syncd import log
from syncd.inference.model import INFERENCE_VERSION
from syncd.retry import next_trial
from syncd.store import briefs, trials
from syncd.store.errors import is_of_the_state
from syncd.store.portions import AGAIN, Taken
from syncd.store.trials import Subject, Trial


@cache
def version() -> str:
    """What has to change for a fault to be gone by itself."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return f"{installed('syncd')}/{INFERENCE_VERSION}"
    except PackageNotFoundError:  # run from a bare checkout
        return str(INFERENCE_VERSION)


@dataclass(frozen=True, slots=True)
class Trying:
    """Keeps count for one owner at `now`."""

    owner: str
    now: datetime

    # --- items ---

    def due_items(self, connection: Connection, account: str, facet: str, scope: str) -> list[str]:
        """The refs of one source that are to be asked for again."""
        found = trials.of_facet(connection, self.owner, account, facet)
        mine = [one for one in found if one.subject.ref.startswith(scope + "//")]
        return [one.subject.ref for one in mine if self.is_due(one)]

    def count(
        self, connection: Connection, account: str, facet: str, taken: Sequence[Taken]
    ) -> list[Taken]:
        """Count what failed, forget the failures of what did not; returns it as to be stored."""
        before = {
            one.subject.ref: one for one in trials.of_facet(connection, self.owner, account, facet)
        }
        if not before and all(one.state != AGAIN for one in taken):
            return list(taken)
        counted = []
        for one in taken:
            subject = Subject(trials.ITEM, account, facet, one.ref)
            if one.state != AGAIN:
                if one.ref in before or one.twin in before:
                    twin = subject._replace(ref=one.twin)
                    trials.drop(connection, self.owner, [subject, twin])
                counted.append(one)
                continue
            after = self._failed(before.get(one.ref), subject, reason=one.reason)
            trials.put(connection, self.owner, after)
            if after.next_at is None:
                log.event("item.set_aside", account=account, facet=facet, tries=after.tries)
            else:
                log.event("item.failed", account=account, facet=facet, tries=after.tries)
            counted.append(one._replace(state="bad"))
        return counted

    # --- people ---

    def held(self, connection: Connection) -> frozenset[str]:
        """People that are not to be folded now: they failed, and it is not their moment."""
        found = trials.of_people(connection, self.owner)
        return frozenset(who for who, one in found.items() if not self.is_due(one))

    def due_people(self, connection: Connection) -> list[str]:
        """People that failed and are to be folded again."""
        found = trials.of_people(connection, self.owner)
        return [who for who, one in found.items() if self.is_due(one)]

    @contextmanager
    def person(self, connection: Connection, who: str) -> Iterator[None]:
        """Whatever breaks inside is counted, and stops nobody else."""
        try:
            yield
        except Exception as error:  # noted with the person
            if is_of_the_state(connection, error):
                raise
            self.person_failed(connection, who, error)

    def person_failed(self, connection: Connection, who: str, error: Exception) -> None:
        subject = Subject.person(who)
        before = trials.of_people(connection, self.owner).get(who)
        after = self._failed(before, subject, fault=type(error).__name__)
        trials.put(connection, self.owner, after)
        # What a brief is good for takes somebody who was judged.
        briefs.drop(connection, self.owner, [who])
        if after.next_at is None:
            log.event("person.set_aside", tries=after.tries, error=error)
        else:
            if after.tries == 1:
                log.event("person.left_out", error=error)
            log.event("person.failed", tries=after.tries, error=error)

    def people_well(self, connection: Connection, whom: Collection[str]) -> None:
        """These were folded."""
        failed = trials.of_people(connection, self.owner).keys() & set(whom)
        trials.drop(connection, self.owner, [Subject.person(who) for who in sorted(failed)])

    # --- marks ---

    def mark_failed(self, connection: Connection, mark: str, error: Exception) -> None:
        """What an address or a calendar entry touches could not be brought up to date."""
        before = trials.of_kind(connection, self.owner, trials.MARK).get(mark)
        if before is not None and not self.is_due(before):
            return  # something marked it once more: that is no other try
        subject = Subject(trials.MARK, "", "", mark)
        after = self._failed(before, subject, fault=type(error).__name__)
        trials.put(connection, self.owner, after)
        log.event("mark.failed", tries=after.tries, error=error)

    def due_marks(self, connection: Connection) -> list[str]:
        """Marks that failed and are to be worked off again."""
        found = trials.of_kind(connection, self.owner, trials.MARK)
        return [mark for mark, one in found.items() if self.is_due(one)]

    def marks_well(self, connection: Connection, marks: Collection[str]) -> None:
        """These were worked off."""
        failed = trials.of_kind(connection, self.owner, trials.MARK).keys() & set(marks)
        subjects = [Subject(trials.MARK, "", "", mark) for mark in sorted(failed)]
        trials.drop(connection, self.owner, subjects)

    # --- all ---

    def is_due(self, one: Trial) -> bool:
        """Whether it is to be tried now."""
        return one.due(self.now, version())

    def _failed(
        self, before: Trial | None, subject: Subject, *, fault: str = "", reason: str = ""
    ) -> Trial:
        if before is None or before.version not in ("", version()):
            before = Trial(subject, 0, self.now, None)
        tries = before.tries + 1
        return replace(
            before,
            tries=tries,
            next_at=next_trial(tries, self.now),
            fault=fault,
            reason=reason,
            version=version(),
        )
