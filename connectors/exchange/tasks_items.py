"""The tasks of one folder, as Exchange tells them: all of them in the list that is ours, elsewhere
only those with our key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.contract import Remote
from connectors.errors import BadItem
from connectors.exchange.element import Element, ItemId, id_of, name_of
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.places import key_of as folder_key
from connectors.exchange.synced import Change, Page, Told, page_of
from connectors.exchange.tasks_text import KEY, Stamp, fields, key_of, named, read, stamp_of
from connectors.records import Bad, Gone, Item, Seen

if TYPE_CHECKING:
    from connectors.exchange.raw import Answer
    from connectors.exchange.session import Exchange

_TASK: Final = "Task"


class Refs:
    """The names of the tasks of one scope: `SCOPE//FOLDER/ITEM`."""

    def __init__(self, scope: str) -> None:
        self.prefix = f"{scope}//"

    def of(self, folder: str, item: str) -> str:
        """The ref of an item in a folder, by their ids."""
        return f"{self.prefix}{folder_key(folder)}/{item}"

    def folder(self, ref: str) -> str:
        """The key of its folder."""
        return ref.removeprefix(self.prefix).partition("/")[0]

    def item(self, ref: str) -> str:
        """The id of its item."""
        return ref.removeprefix(self.prefix).partition("/")[2]


class Tasks:
    """See above. `what` it is, for the owner. `ours_only`: it is another list than ours."""

    def __init__(
        self,
        exchange: Exchange,
        folder: str,
        refs: Refs,
        zone: ZoneInfo,
        what: str,
        *,
        ours_only: bool = False,
    ) -> None:
        self._exchange = exchange
        self._folder = folder
        self._refs = refs
        self._zone = zone
        self._ours_only = ours_only
        self.name = what
        self.under = refs.of(folder, "")

    def page(self, token: str) -> Page:
        """See `Listed`."""
        fields = (named(KEY),) if self._ours_only else ()
        return page_of(self._exchange, self._folder, token, self.name, self.under, fields)

    def told(self, changes: Sequence[Change], known: Told, *, retold: bool) -> Iterator[Item]:
        """See `Listed`."""
        due: list[str] = []
        for one in changes:
            before = Stamp.of(known.stamp(one.ref) or "").change_key
            if one.element is None or (self._ours_only and not key_of(one.element)):
                yield Gone(one.ref)
            elif retold or not one.change_key or before != one.change_key:
                due.append(one.ref)
        yield from self.again(due)

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """See `Listed`."""
        for ref, answer in self.bodies(refs):
            if isinstance(answer, Declined):
                yield Bad(ref, "", f"a task that cannot be had ({answer.code})", True)
            elif answer is None or (self._ours_only and not key_of(answer)):
                yield Gone(ref)
            else:
                yield self._item(ref, answer)

    def bodies(self, refs: Sequence[str]) -> Iterator[tuple[str, Answer | None]]:
        """Items as they are now; None for what is not in the folder, or not there."""
        from connectors.exchange import raw

        asked = [*dict.fromkeys(refs)]
        if not asked:
            return
        ids = [self._refs.item(ref) for ref in asked]
        answers = raw.items(self._exchange, ids, fields(), self.name, texts=True)
        for ref, answer in zip(asked, answers, strict=True):
            if isinstance(answer, NotThere):
                yield ref, None
            elif isinstance(answer, Declined):
                yield ref, answer
            else:
                parent = id_of(answer, "ParentFolderId").id
                yield ref, answer if parent in ("", self._folder) else None

    def there(self) -> set[str]:
        """See `Listed`."""
        return set(self.refs())

    def refs(self) -> Iterator[str]:
        """Of everything that is told of."""
        from connectors.exchange import raw
        from connectors.exchange.request import exists

        where = exists(named(KEY)) if self._ours_only else None
        for item in raw.listed(self._exchange, self._folder, (), self.name, where):
            yield self._refs.of(self._folder, id_of(item).id)

    def may_hold_more(self, stamp: str) -> bool:
        """See `Listed`: tasks hold nothing more than they tell."""
        return False

    def remote(self, item: Element, *, deleted: bool = False) -> Remote:
        """A task as whoever writes it knows it. Raises `BadItem`."""
        ref = self._refs.of(self._folder, id_of(item).id)
        return Remote(ref, str(stamp_of(item)), read(item, self._zone), deleted=deleted)

    def _item(self, ref: str, item: Element) -> Seen | Bad:
        stamp = str(stamp_of(item))
        if name_of(item) != _TASK:  # a mail that was put there
            return Seen(ref, stamp, ())
        try:
            return Seen(ref, stamp, (read(item, self._zone),))
        except BadItem as error:
            return Bad(ref, stamp, str(error))


def guard(remote: Remote, refs: Refs) -> ItemId:
    """By which a task is changed, unless it has changed."""
    return ItemId(refs.item(remote.ref), Stamp.of(remote.stamp).change_key)
