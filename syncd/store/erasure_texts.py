"""What texts about others say of somebody who is erased: tasks, pending writes, notes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from syncd.people.forgotten import Forgotten, folded
from syncd.store import ledger, notes, people, removals
from syncd.store.quotes import Pairs
from syncd.store.removals import REWORD, Removal
from syncd.store.schema import note, outbox, task
from syncd.store.times import from_int

_WORDED: Final = frozenset(("title", "notes", "their_title", "their_notes"))  # what quotes titles
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wording:
    """Takes names out of texts. `instead`: titles and places that tasks about a person quote,
    before and now."""

    connection: Connection
    owner: str
    forgotten: Forgotten
    instead: Mapping[str, Pairs]

    def reword(self) -> list[str]:
        """Tasks, pending writes and notes about others lose their name."""
        edited: list[str] = []
        rows = ledger.by_key(self.connection, self.owner, self._task_keys())
        for key, row in sorted(rows.items()):
            state = row.task
            if state is None:
                continue
            texts = self._plain(
                row.person,
                {
                    "title": state.ours.title,
                    "notes": state.ours.notes,
                    "their_title": state.theirs.title,
                    "their_notes": state.theirs.notes,
                    "why": state.closed_why,
                },
            )
            if texts is None:
                continue
            if state.touched_title or state.touched_notes:
                edited.append(key)
            elif state.ref is not None:
                one = Removal(state.account, key, REWORD, state.ref)
                removals.add(self.connection, self.owner, [one])
            self._retext(key, texts)
        query = select(outbox.c.id, outbox.c.key, outbox.c.payload)
        for number, key, payload in list(
            self.connection.execute(query.where(outbox.c.owner == self.owner))
        ):
            person = rows[key].person if key in rows else ""
            if (values := self._plain(person, json.loads(payload))) is not None:
                text = json.dumps(values, ensure_ascii=False)
                mine = outbox.c.id == number
                self.connection.execute(update(outbox).where(mine).values(payload=text, error=""))
        lines = select(note).where(note.c.owner == self.owner)
        for written in list(self.connection.execute(lines)):
            if (line := self.forgotten.text(written.line)) != written.line:
                ours = (note.c.owner == self.owner, note.c.addr == written.addr)
                self.connection.execute(delete(note).where(*ours, note.c.line == written.line))
                pair = [(written.addr, line)]
                notes.add(self.connection, self.owner, pair, from_int(written.at))
        return edited

    def _task_keys(self) -> list[str]:
        query = select(task.c.key).where(task.c.owner == self.owner)
        return list(self.connection.execute(query).scalars())

    def _plain(self, person: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """The values of a task about `person` without them; None where nothing changes."""
        quotes = self._quotes(person)
        fresh = {
            name: self._text(value, quotes if name in _WORDED else ())
            if isinstance(value, str)
            else value
            for name, value in values.items()
        }
        return None if fresh == values else fresh

    def _quotes(self, person: str) -> list[tuple[re.Pattern[str], str]]:
        """What tasks about this person may quote, the longest first. A title that is no more than
        a part of this person's own name stays: it stands for them."""
        pairs = self.instead.get(person, frozenset())
        if not pairs:
            return []
        known = people.load(self.connection, self.owner, [person]).get(person)
        own = set(_WORD.findall(folded(known.name))) if known else set()
        return [
            (re.compile(rf"(?<!\w){re.escape(before)}(?!\w)"), now)
            for before, now in sorted(pairs, key=lambda pair: (-len(pair[0]), pair))
            if not set(_WORD.findall(folded(before))) <= own
        ]

    def _text(self, text: str, quotes: Iterable[tuple[re.Pattern[str], str]]) -> str:
        for before, now in quotes:
            text = before.sub(lambda _, now=now: now, text)  # type: ignore[misc]
        return self.forgotten.text(text)

    def _retext(self, key: str, texts: dict[str, Any]) -> None:
        ours = (task.c.owner == self.owner, task.c.key == key)
        query = select(task.c.ours, task.c.theirs).where(*ours)
        mine, theirs = (json.loads(text) for text in self.connection.execute(query).one())
        mine |= {"title": texts["title"], "notes": texts["notes"]}
        theirs |= {"title": texts["their_title"], "notes": texts["their_notes"]}
        values = {
            "ours": json.dumps(mine, ensure_ascii=False),
            "theirs": json.dumps(theirs, ensure_ascii=False),
            "closed_why": texts["why"],
        }
        self.connection.execute(update(task).where(*ours).values(values))
