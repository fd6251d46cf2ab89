"""Where a reading of a task list stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.errors import CursorExpired

_VERSION: Final = 1
# A change may show later than others that came after it.
OVERLAP: Final = timedelta(minutes=10)
# So often everything is listed and compared: what is gone without a trace is found then.
_WHOLE: Final = timedelta(days=1)


@dataclass(slots=True)
class Position:
    """`list_id`: the list's, "" before there is one. `since`: the newest `updated` seen, None for
    none. `whole`: when all was listed last. `after`: of a listing under way, the ref that was told
    last ("" for none yet); `anew`: it tells what is known as well. `also`: other lists that held
    tasks of ours: one that was deleted there may be put back."""

    list_id: str = ""
    since: datetime | None = None
    whole: datetime | None = None
    after: str | None = None
    anew: bool = False
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, cursor: str | None) -> Position:
        """Raises `CursorExpired` for what is none of ours."""
        if cursor is None:
            return cls(after="", anew=True)
        try:
            version, list_id, since, whole, after, anew, *more = json.loads(cursor)
            if version != _VERSION:
                raise ValueError(version)
            also = tuple(str(one) for one in more[0]) if more else ()
            return cls(str(list_id), _moment(since), _moment(whole), after, bool(anew), also)
        except (ValueError, TypeError) as error:
            raise CursorExpired("the reading of the task list starts over") from error

    def text(self) -> str:
        """As it is committed."""
        since, whole = _text(self.since), _text(self.whole)
        row = (_VERSION, self.list_id, since, whole, self.after, self.anew, self.also)
        return json.dumps(row, separators=(",", ":"))

    def is_stale(self, now: datetime) -> bool:
        """Whether all is to be listed: it was never done, is under way, or is a day old."""
        return self.after is not None or self.since is None or self.is_old(now)

    def is_old(self, now: datetime) -> bool:
        """Whether a day has passed since all was listed."""
        return self.whole is None or not timedelta() <= now - self.whole < _WHOLE

    def saw(self, updated: datetime) -> None:
        """Something has changed as late as that."""
        if self.since is None or updated > self.since:
            self.since = updated

    def asked(self) -> datetime | None:
        """Since when to ask; None for all."""
        return None if self.since is None else self.since - OVERLAP


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
