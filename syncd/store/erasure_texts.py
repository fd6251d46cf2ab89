"""What texts about others say of somebody who is erased: tasks, pending writes, notes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from syncd.people.forgotten import Forgotten
from syncd.store import ledger, notes, removals
from syncd.store.removals import REWORD, Removal
from syncd.store.schema import note, outbox, task
from syncd.store.times import from_int


@dataclass(frozen=True, slots=True)
class Wording:
    """Takes names out of texts. `instead`: titles and places that are quoted, before and now."""

    connection: Connection
    owner: str
    forgotten: Forgotten
    instead: Mapping[str, str]

    def reword(self) -> list[str]:
        """Tasks, pending writes and notes about others lose their name."""
        edited: list[str] = []
        rows = ledger.by_key(self.connection, self.owner, self._task_keys())
        for key, row in sorted(rows.items()):
            state = row.task
            if state is None:
                continue
            texts = self._plain(
                {
                    "title": state.ours.title,
                    "notes": state.ours.notes,
                    "their_title": state.theirs.title,
                    "their_notes": state.theirs.notes,
                    "why": state.closed_why,
                }
            )
            if texts is None:
                continue
            if state.touched_title or state.touched_notes:
                edited.append(key)
            elif state.ref is not None:
                one = Removal(state.account, key, REWORD, state.ref)
                removals.add(self.connection, self.owner, [one])
            self._retext(key, texts)
        query = select(outbox.c.id, outbox.c.payload).where(outbox.c.owner == self.owner)
        for number, payload in list(self.connection.execute(query)):
            if (values := self._plain(json.loads(payload))) is not None:
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

    def _plain(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """The values without them; None where nothing changes."""
        fresh = {
            name: self._text(value) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return None if fresh == values else fresh

    def _text(self, text: str) -> str:
        for before, now in self.instead.items():
            text = text.replace(before, now)
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
