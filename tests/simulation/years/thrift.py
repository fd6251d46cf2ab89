"""What a simulation need not do again and again, as no process would: it starts twenty times a seed
and looks at everybody from all sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Engine

from syncd.pipeline.people import Gallery, Portrait
from syncd.pipeline.trying import Trying
from syncd.store.dossiers import Desk

_COMPILED: dict[Any, Any] = {}  # statements, for every process of every seed
_DIALECTS: dict[str, Dialect] = {}


def compiling_once(engine: Engine) -> Engine:
    """The same engine; what another one has compiled is not compiled again."""
    engine.dialect = _DIALECTS.setdefault(engine.dialect.name, engine.dialect)
    return engine.execution_options(compiled_cache=_COMPILED)


class Remembering(Gallery):
    """Looks at nobody twice, within one view of the state and at one moment."""

    @classmethod
    def of(cls, other: Gallery) -> Remembering:
        return cls(other.owner_id, other.owner, other.lawyer, other.portraits, other.shelf)

    def look(
        self,
        connection: Connection,
        ids: Sequence[str],
        now: datetime,
        desk: Desk | None = None,
        trying: Trying | None = None,
    ) -> list[Portrait]:
        seen: dict[tuple[str, datetime], Portrait | None] = self.__dict__.setdefault("seen", {})
        new = [one for one in ids if (one, now) not in seen]
        if new:
            seen |= {(one, now): None for one in new}
            found = Gallery.look(self, connection, new, now, desk, trying)
            seen |= {(portrait.row.id, now): portrait for portrait in found}
        return [portrait for one in ids if (portrait := seen[one, now]) is not None]
