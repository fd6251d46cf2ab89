"""What lies behind a memory account: items that appear, change and vanish without syncd.

Each function is one thing that happens out there. A change gets a number; a cursor is the number of
the last change that was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Condition

from connectors.errors import Ambiguous, ConnectorError
from connectors.records import Card, Facet, Meeting, Message, Observation, Task


@dataclass(slots=True)
class Stored:
    """One item as the provider has it. `change` is the number of its last change."""

    observations: tuple[Observation, ...]
    change: int
    text: str | None = None
    spoilt: str = ""  # why it cannot be read
    for_now: bool = False  # it may be readable later, unchanged
    vanishing: bool = False  # listed, and gone when it is fetched
    deleted: bool = False

    @property
    def stamp(self) -> str:
        """Like an etag: another one after each change."""
        return f"v{self.change}"


@dataclass(slots=True)
class World:
    """The items of one account by facet and ref, and the trouble that is still to come."""

    items: dict[Facet, dict[str, Stored]] = field(
        default_factory=lambda: {facet: {} for facet in Facet}
    )
    drafts: dict[str, bytes] = field(default_factory=dict)
    epoch: int = 0  # part of every cursor: moves when all of them expire
    change: int = 0
    news: Condition = field(default_factory=Condition)
    clock: datetime | None = None  # what the server says the time is
    _failures: list[ConnectorError] = field(default_factory=list)
    _ambiguous: list[bool] = field(default_factory=list)

    # Mail

    def deliver(
        self, message: Message, text: str = "", ref: str = "", carries: Sequence[Observation] = ()
    ) -> str:
        """A mail arrives, with what it `carries` for calendar and cards; returns its ref."""
        return self.put(Facet.MAIL, ref or message.message_id, (message, *carries), text)

    def remove_mail(self, ref: str) -> None:
        """A mail is deleted or moved away."""
        self.delete(Facet.MAIL, ref)

    # Calendar and contacts

    def put_event(self, *meetings: Meeting, ref: str = "") -> str:
        """An event is created or edited, with all its instances; returns its ref."""
        return self.put(Facet.CALENDAR, ref or meetings[0].uid, meetings)

    def remove_event(self, ref: str) -> None:
        """An event is deleted from the calendar."""
        self.delete(Facet.CALENDAR, ref)

    def put_card(self, card: Card, ref: str = "") -> str:
        """A card is saved or edited; returns its ref."""
        return self.put(Facet.CONTACTS, ref or card.uid, (card,))

    def remove_card(self, ref: str) -> None:
        """A card is deleted."""
        self.delete(Facet.CONTACTS, ref)

    # Tasks

    def add_task(self, task: Task, ref: str = "") -> str:
        """Somebody adds a task of their own; returns its ref."""
        return self.put(Facet.TASKS, ref or f"task-{self.change + 1}", (task,))

    def tick(self, ref: str, at: datetime) -> None:
        """The owner ticks a task off."""
        self._set_task(ref, replace(self.task(ref), completed=True, completed_at=at))

    def untick(self, ref: str) -> None:
        """The owner takes a tick back."""
        self._set_task(ref, replace(self.task(ref), completed=False, completed_at=None))

    def edit_task(
        self,
        ref: str,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
    ) -> None:
        """The owner edits a task."""
        task = self.task(ref)
        self._set_task(
            ref,
            replace(
                task,
                title=task.title if title is None else title,
                notes=task.notes if notes is None else notes,
                due=task.due if due is None else due,
            ),
        )

    def delete_task(self, ref: str) -> None:
        """The owner deletes a task."""
        self.delete(Facet.TASKS, ref)

    def task(self, ref: str) -> Task:
        """The task as it stands. Raises KeyError when there is none."""
        (task,) = self.items[Facet.TASKS][ref].observations
        if not isinstance(task, Task):
            raise KeyError(ref)
        return task

    # Trouble

    def expire_all_cursors(self) -> None:
        """Every cursor handed out so far means nothing any more."""
        self.epoch += 1

    def fail_next(self, error: ConnectorError, times: int = 1) -> None:
        """The next calls (readings and writes) raise `error` and do nothing else."""
        self._failures += [error] * times

    def time_out_next_write(self, *, happened: bool = True) -> None:
        """The next write raises `Ambiguous`, after it happened or without having happened."""
        self._ambiguous.append(happened)

    def spoil(self, facet: Facet, ref: str, reason: str = "it cannot be read") -> None:
        """An item turns unreadable."""
        self.items[facet][ref].spoilt = reason
        self._touch(facet, ref)

    def spoil_for_now(self, facet: Facet, ref: str, reason: str = "it is locked") -> None:
        """An item cannot be read until it is mended without a trace: its stamp stays the same."""
        self.spoil(facet, ref, reason)
        self.items[facet][ref].for_now = True

    def mend_quietly(self, facet: Facet, ref: str) -> None:
        """An item can be read again, and no cursor tells."""
        self.items[facet][ref].spoilt = ""

    def mend(self, facet: Facet, ref: str) -> None:
        """An unreadable item is repaired."""
        self.items[facet][ref].spoilt = ""
        self._touch(facet, ref)

    def vanish_when_fetched(self, facet: Facet, ref: str) -> None:
        """The next reading still lists the item, and finds it gone when it fetches it."""
        self.items[facet][ref].vanishing = True

    # What the connector asks

    def fail_if_told(self) -> None:
        """Raise the next planned failure."""
        if self._failures:
            raise self._failures.pop(0)

    def write_happens(self) -> bool:
        """Whether the write that comes now takes place; planned failures are raised first."""
        self.fail_if_told()
        return not self._ambiguous or self._ambiguous[0]

    def answer_write(self) -> None:
        """Raise the planned `Ambiguous` after a write."""
        if self._ambiguous:
            self._ambiguous.pop(0)
            raise Ambiguous("the answer to a write was lost: look for it before writing again")

    def put(
        self, facet: Facet, ref: str, observations: tuple[Observation, ...], text: str | None = None
    ) -> str:
        """Create or replace an item."""
        self.items[facet][ref] = Stored(observations, 0, text)
        self._touch(facet, ref)
        return ref

    def delete(self, facet: Facet, ref: str) -> None:
        """Delete an item. Raises KeyError when there is none."""
        stored = self.items[facet][ref]
        stored.deleted = True
        stored.text = None
        self._touch(facet, ref)

    def alive(self, facet: Facet) -> dict[str, Stored]:
        """The items that exist, by ref."""
        return {ref: item for ref, item in self.items[facet].items() if not item.deleted}

    def _set_task(self, ref: str, task: Task) -> None:
        self.items[Facet.TASKS][ref].observations = (task,)
        self._touch(Facet.TASKS, ref)

    def _touch(self, facet: Facet, ref: str) -> None:
        with self.news:
            self.change += 1
            self.items[facet][ref].change = self.change
            self.news.notify_all()
