"""Where a reading of a task list of Microsoft To Do stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.errors import CursorExpired

_VERSION: Final = 1
# So often everything is listed and compared: what is gone without a trace is found then.
_WHOLE: Final = timedelta(days=1)


@dataclass(slots=True)
class Position:
    """`list_id`: the list's, "" before there is one. `links`: deltaLinks, by the ids of the lists:
    of ours, and of others that held tasks of ours. `whole`: when all was listed last. `after`: of a
    listing under way, the ref that was told last ("" for none yet); `anew`: it tells what is known
    as well."""

    list_id: str = ""
    links: dict[str, str] = field(default_factory=dict)
    whole: datetime | None = None
    after: str | None = None
    anew: bool = False

    @classmethod
    def of(cls, cursor: str | None) -> Position:
        """Raises `CursorExpired` for what is none of ours."""
        if cursor is None:
            return cls(after="", anew=True)
        try:
            version, list_id, links, whole, after, anew = json.loads(cursor)
            if version != _VERSION:
                raise ValueError(version)
            told = {str(one): str(link) for one, link in links.items()}
            last = datetime.fromisoformat(whole).astimezone(UTC) if whole else None
            return cls(str(list_id), told, last, None if after is None else str(after), bool(anew))
        except (ValueError, TypeError, AttributeError) as error:
            raise CursorExpired("the reading of the task list starts over") from error

    def text(self) -> str:
        """As it is committed."""
        whole = self.whole.isoformat() if self.whole else None
        row = (_VERSION, self.list_id, self.links, whole, self.after, self.anew)
        return json.dumps(row, separators=(",", ":"))

    def is_stale(self, now: datetime) -> bool:
        """Whether all is to be listed: that is under way, was never done, or is a day old."""
        if self.after is not None or self.whole is None:
            return True
        return not timedelta() <= now - self.whole < _WHOLE
