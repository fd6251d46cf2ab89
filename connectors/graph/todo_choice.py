"""Which list is ours: the one of that name, and the same one from then on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from connectors.errors import Refused, Vanished
from connectors.graph.todo_cursor import Position
from connectors.graph.todo_lists import Entry, Lists
from connectors.graph.todo_reading import Refs


class Choice:
    """See above. `id`: of the list as last found, "" for none."""

    def __init__(self, lists: Lists, name: str, refs: Refs) -> None:
        self.id = ""
        self.writable = True  # False: nothing is made for a reading
        self._lists = lists
        self._name = name
        self._refs = refs
        self._gone = False  # it was there once, and was not when it was looked for

    def read(self, found: str) -> None:
        """It was there, under this id; "": there was none yet."""
        self.id, self._gone = found, False

    def list(self, *, make: bool) -> str | None:
        """Its id, once it is there. Raises `Refused` where it may not be made, `Vanished` where it
        was there."""
        if not self.id:
            self.id = next(iter(self._called(self._lists.all())), "")
        if not self.id and self._gone:
            raise self.vanished()
        if not self.id and make:
            if not self.writable:
                raise Refused(
                    f"there is no task list {self._name!r} in Microsoft To Do: make it there"
                )
            self.id = self._lists.make(self._name)
        return self.id or None

    def sought(self, old: Position, committed: Mapping[str, str]) -> str | None:
        """It among those that there are: by its id, by what it holds, by its name. Raises
        `Vanished` where there was one."""
        there = self._lists.all()
        held = Counter(self._refs.place(ref).list_id for ref in committed)
        remembered = old.list_id or self.id
        if remembered in there:
            return remembered
        called = sorted(self._called(there), key=lambda one: -held[one])
        if not remembered and held and not (called and held[called[0]]):
            (most, _) = held.most_common(1)[0]
            called = [most] if most in there else called
        if called:
            return called[0]
        if old.list_id or held:
            raise self.vanished()
        self.id = ""
        return None

    def vanished(self) -> Vanished:
        """It is not there any more."""
        self.id, self._gone = "", True
        return Vanished(
            f"{self._name}, the task list, has vanished from Microsoft To Do; nothing was deleted: "
            "restore it there, or correct its name in the configuration"
        )

    def _called(self, there: Mapping[str, Entry]) -> Sequence[str]:
        return [one for one, entry in there.items() if entry.called(self._name)]
