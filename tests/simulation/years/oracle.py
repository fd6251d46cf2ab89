"""When there has to be a task about a plain person, worked out from the truth in a few lines.

    thank     from the end of the first meeting, for seven days, until the owner writes
    answer    a day after they asked, for thirty days, until the owner writes or both meet
    promise   two days after the owner promised, for thirty days, until they write or both meet

Thanks alone keep no promise. Somebody the owner never wrote to is not answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulation.years.truth import Date, Letter, Tie

JUDGED = ("thank", "answer", "promise")
_REMIND = {"thank": timedelta(0), "answer": timedelta(days=1), "promise": timedelta(days=2)}
_EXPIRES = {"thank": timedelta(days=7), "answer": timedelta(days=30), "promise": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Call:
    """A reason for a task: what began it, when the task appears and when it is pointless."""

    why: str
    since: datetime
    remind: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Oracle:
    """Speaks about one tie. `seen` is the moment up to which the mailboxes were read for sure:
    only what lay there by then is sure to have closed anything."""

    tie: Tie

    def open(self, rule: str, now: datetime, seen: datetime) -> list[Call]:
        """Everything that calls for this rule's task at `now`."""
        begun = self._met(now, seen) if rule == "thank" else self._letters(rule, now)
        return [
            call
            for call in begun
            if call.remind <= now < call.expires and not self._closed(rule, call.since, now, seen)
        ]

    def blurred(self, rule: str, now: datetime) -> bool:
        """Whether an older call that is open and expired stands before the others."""
        return rule != "thank" and any(
            call.expires - timedelta(days=2) <= now and not self._closed(rule, call.since, now, now)
            for call in self._letters(rule, now)
        )

    def delivered(self, rule: str, now: datetime) -> bool:
        """Whether a task may be left of a meeting that was the first as far as was known then."""
        ends = [date.end for date in self.tie.met(now)] if rule == "thank" else []
        return any(now < end + _EXPIRES[rule] for end in ends)

    def _call(self, rule: str, why: str, since: datetime) -> Call:
        return Call(why, since, since + _REMIND[rule], since + _EXPIRES[rule])

    def _met(self, now: datetime, seen: datetime) -> Iterator[Call]:
        first = self.tie.met(now)[:1]
        for date in first:
            yield self._call("thank", f"met: {date.uid}", date.end)
        for date in self.tie.dates:
            yield from self._believed(date, now, seen, first[0].end if first else now)

    def _believed(
        self, date: Date, now: datetime, seen: datetime, before: datetime
    ) -> Iterator[Call]:
        """What was called off or moved while the calendar could not be read looks as if it had
        taken place."""
        ends = [end for end, changed in date.earlier if changed > seen]
        if not date.took_place and date.changed > seen:
            ends.append(date.end)
        for end in ends:
            if end <= min(now, before):
                yield self._call("thank", f"believed: {date.uid}", end)

    def _letters(self, rule: str, now: datetime) -> Iterator[Call]:
        kind, sent = ("ask", False) if rule == "answer" else ("promise", True)
        for letter in self.tie.letters:
            if letter.kind == kind and letter.sent == sent and letter.here <= now:
                known = sent or any(one.sent and one.at < letter.at for one in self.tie.letters)
                if known:
                    yield self._call(rule, f"{kind} of {letter.at:%Y-%m-%d %H:%M}", letter.at)

    def _closed(self, rule: str, since: datetime, now: datetime, seen: datetime) -> bool:
        return any(self._closers(rule, since, now, seen))

    def _closers(
        self, rule: str, since: datetime, now: datetime, seen: datetime
    ) -> Iterator[Letter | Date | datetime]:
        for letter in self.tie.letters:
            after = letter.sent and letter.at > since and letter.here <= seen
            if after and not (rule == "promise" and letter.kind == "thanks"):
                yield letter
        if rule != "thank":
            for date in self.tie.met(now):
                if date.start >= since and date.changed <= seen:
                    yield date
