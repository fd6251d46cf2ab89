"""The task folders of a mailbox: which of them is ours, and where its tasks may have gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from connectors.errors import Ambiguous, Refused, Unavailable, Vanished
from connectors.exchange.element import id_of
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.places import TASKS, Place, Places, place

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

DEFAULT: Final = "default"
_KIND: Final = "TasksFolder"
_THERE: Final = "ErrorFolderExists"


class Lists:
    """See above. `name`: of the folder that is ours, "default" for the mailbox's own one."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self._exchange = exchange
        self._places = Places(exchange)
        self._name = name
        self.what = "the task list" if name == DEFAULT else f"the task list {name}"

    def every(self) -> list[Place]:
        """All folders for tasks, those that are deleted among them."""
        return [one for one in self._places.every() if one.holds(TASKS)]

    def deleted(self) -> str:
        """The id of the folder of deleted items, as it was found with `every`; "" for none."""
        return self._places.deleted()

    def own(self, remembered: str, held: Counter[str], listed: Sequence[Place]) -> str | None:
        """The id of ours among those that are `listed`: as it was `remembered`, by what it is known
        to hold (`held`: the keys of the folders of known tasks), by its name. None where there is
        none yet; raises `Vanished` where there was one."""
        there = [one for one in listed if not one.deleted]
        if any(one.id == remembered for one in there):
            return remembered
        if self._name == DEFAULT:
            return self._default()
        called = [one for one in there if one.called(self._name)]
        called.sort(key=lambda one: -held[one.key])
        if not remembered and held and not (called and held[called[0].key]):
            (most, _) = held.most_common(1)[0]
            called = [one for one in there if one.key == most] or called
        if called:
            return called[0].id
        if remembered or held:
            raise self.vanished()
        return None

    def make(self) -> str:
        """Ours is made, below the mailbox's own one: its id. `Unavailable` where it may have been,
        and is to be looked for."""
        from connectors.exchange import raw
        from connectors.exchange.request import Distinguished

        try:
            made = raw.make_folder(
                self._exchange, Distinguished("tasks"), _KIND, self._name, self.what
            )
        except Ambiguous as error:
            raise Unavailable(str(error)) from error
        except Declined as error:
            if error.code != _THERE:
                raise Refused(
                    f"the server makes no task list {self._name!r}: make it in Outlook, below Tasks"
                ) from error
            raise Unavailable(f"{self.what} was made meanwhile: it is looked for again") from error
        return id_of(made, "FolderId").id

    def vanished(self) -> Vanished:
        """The error for a list that was there."""
        return Vanished(
            f"{self.what} has vanished from the mailbox; nothing was deleted: restore it there, or "
            "correct its name in the configuration"
        )

    def _default(self) -> str:
        from connectors.exchange.request import Distinguished

        try:
            return place(self._exchange, Distinguished("tasks"), self.what).id
        except NotThere as error:
            raise Refused(
                "the mailbox has no task folder of its own: name another in `tasks:`"
            ) from error


def folders_of(refs: Iterable[str], prefix: str) -> Counter[str]:
    """How many of these refs are in which folder, by its key."""
    return Counter(ref.removeprefix(prefix).partition("/")[0] for ref in refs)
