"""One reading of a task list: what changed in it, and where tasks of ours went that left it.

SyncFolderItems tells that a task has left a folder, and not where to. It is looked for by its key
in the other folders for tasks, and the one that has it is read from now on as well, for tasks of
ours alone. One that lies among the deleted items was deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.contract import Known
from connectors.exchange.element import id_of
from connectors.exchange.places import Place, key_of
from connectors.exchange.synced import Reading
from connectors.exchange.synced_cursor import Progress, State
from connectors.exchange.tasks_items import Refs, Tasks
from connectors.exchange.tasks_text import KEY, Stamp, named
from connectors.records import Batch, Gone, Seen

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

OWN: Final = "own"  # in the cursor: the id of the folder
_KEYS_AT_ONCE: Final = 20
_ALSO: Final = "="  # in the cursor, before the key of a folder that tasks went to: its id


class Folders:
    """The task folders of one list. `what` it is, for the owner."""

    def __init__(self, exchange: Exchange, scope: str, zone: ZoneInfo, what: str) -> None:
        self._exchange = exchange
        self._zone = zone
        self._what = what
        self.scope = scope
        self.refs = Refs(scope)

    def tasks(self, folder: str, *, ours_only: bool = False) -> Tasks:
        """What is in a folder, by its id."""
        return Tasks(self._exchange, folder, self.refs, self._zone, self._what, ours_only=ours_only)

    def keyed(self, folders: Sequence[str], keys: Sequence[str]) -> dict[str, list[str]]:
        """The refs of tasks with one of these keys, by the ids of the folders that hold any."""
        from connectors.exchange import raw
        from connectors.exchange.request import either, equals

        found: dict[str, list[str]] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE) if folders else ():
            some = keys[start : start + _KEYS_AT_ONCE]
            where = either(*(equals(named(KEY), key) for key in some))
            for folder, item in raw.sought(self._exchange, folders, where, self._what):
                here = str(folder)
                found.setdefault(here, []).append(self.refs.of(here, id_of(item).id))
        return found

    def remembered(self, progress: Progress) -> dict[str, Tasks]:
        """The lists that a cursor knows, by their keys."""
        extra = progress.extra
        if OWN not in extra:
            return {}
        also = {key.removeprefix(_ALSO): one for key, one in extra.items() if key.startswith(_ALSO)}
        others = {key: self.tasks(one, ours_only=True) for key, one in also.items()}
        return {key_of(extra[OWN]): self.tasks(extra[OWN]), **others}

    def followed(
        self, progress: Progress, own: str, listed: Sequence[Place], held: Iterable[str]
    ) -> dict[str, Tasks]:
        """Ours, and the others that tasks of ours went to (`held`: keys of the folders of known
        tasks), by their keys. The cursor knows them from now on."""
        also = {*progress.folders, *held} - {key_of(own)}
        there = {one.key: one.id for one in listed if not one.deleted and one.key in also}
        progress.extra = {OWN: own, **{_ALSO + key: one for key, one in there.items()}}
        others = {key: self.tasks(one, ours_only=True) for key, one in there.items()}
        return {key_of(own): self.tasks(own), **others}

    def batches(
        self,
        known: Known,
        progress: Progress,
        lists: Mapping[str, Tasks],
        listed: Sequence[Place],
        *,
        everything: bool,
    ) -> Iterator[Batch]:
        """What there is to say, up to the batch that is `done`. `listed`: all folders for tasks."""
        for key, one in lists.items():
            if key not in progress.folders:
                held = bool(known.under(one.under))
                progress.folders[key] = State(anew=everything and held, compare=held)
        before = dict(known.under(self.refs.prefix))
        lost: set[str] = set()
        found: set[str] = set()
        reading = Reading(known, progress, self.scope)
        for batch in reading.batches(lists, everything=everything):
            for item in batch.items:
                if isinstance(item, Gone):
                    lost.add(Stamp.of(before.get(item.ref, "")).key)
                elif isinstance(item, Seen):
                    found.add(Stamp.of(item.stamp).key)
            yield Batch(batch.items, batch.cursor)
        elsewhere = self._elsewhere(sorted(lost - found - {""}), lists, listed)
        if elsewhere:
            for key, folder in elsewhere.items():
                progress.extra[_ALSO + key] = folder
                progress.folders[key] = State()
            more = {key: self.tasks(one, ours_only=True) for key, one in elsewhere.items()}
            for batch in reading.batches({**lists, **more}, everything=False):
                yield Batch(batch.items, batch.cursor)
        yield Batch((), progress.text(), done=True)

    def _elsewhere(
        self, keys: Sequence[str], lists: Mapping[str, Tasks], listed: Sequence[Place]
    ) -> dict[str, str]:
        """The ids of other lists with tasks that have one of these keys, by the lists' keys."""
        others = {one.id: one.key for one in listed if not one.deleted and one.key not in lists}
        return {others[folder]: folder for folder in self.keyed(list(others), keys)}
