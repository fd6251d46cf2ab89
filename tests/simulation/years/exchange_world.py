"""An account at an Exchange server: mail comes in and goes out, events, contacts and tasks are
written by Outlook.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from exchange_desk import exchange_of
from fakes.exchange.calendar_views import planned
from fakes.exchange.call import Call
from fakes.exchange.faults import Faults
from fakes.exchange.props import Extended
from fakes.exchange.recurrence import weekly
from fakes.exchange.render import Shape, item_element
from fakes.exchange.server import FakeExchange, fake_exchange
from fakes.exchange.store import Folder, Item
from fakes.exchange.views import view
from fakes.exchange.xml import t, text_of
from simulation.years import exchange_bodies as bodies
from simulation.years import rendered
from simulation.years.cloud_world import LIST
from simulation.years.dice import dice
from simulation.years.microsoft_world import AtMicrosoft, some

from connectors.contract import Rereading
from connectors.exchange.calendar import CalendarSource
from connectors.exchange.contacts import ContactsSource
from connectors.exchange.mail import ExchangeMail
from connectors.exchange.places import key_of
from connectors.exchange.synced_cursor import Progress
from connectors.exchange.tasks_text import COMPLETED, CREATED, KEY, LINK, SET, read
from connectors.memory.world import Stored
from connectors.records import Card, Facet, Meeting, Message, Task

_SCOPES: Final = {
    Facet.MAIL: "ews", Facet.CALENDAR: "calendar", Facet.CONTACTS: "contacts", Facet.TASKS: LIST,
}  # fmt: skip
_READ: Final = ("inbox", "sentitems", "Clients")
_FORTNIGHT: Final = 2
_PLAIN: Final = frozenset(
    (
        "Subject", "Body", "DateTimeCreated", "ReminderDueBy", "ReminderIsSet", "CompleteDate",
        "DueDate", "IsComplete", "StartDate", "Status",
    )
)  # fmt: skip
_OURS: Final = tuple(
    Extended("String", set=SET, name=one) for one in (KEY, CREATED, LINK, COMPLETED)
)
_SHAPE: Final = Shape("IdOnly", "Text", False, _PLAIN, (), _OURS, False)


@dataclass(slots=True)
class AtExchange(AtMicrosoft):
    """See above."""

    exchange: FakeExchange = field(init=False)
    items_there: dict[tuple[Facet, str], Item] = field(default_factory=dict)
    _gone: list[Folder] = field(default_factory=list)  # the list, while it is not there
    _bin: dict[str, tuple[str, Item]] = field(default_factory=dict)  # by its old id: of which list
    _parsed: dict[str, tuple[str, Task]] = field(default_factory=dict)

    def opens(self, stack: ExitStack) -> None:
        """See `Cloud.opens`."""
        rng = dice(self.seed, "exchange")
        self.exchange = stack.enter_context(fake_exchange(self.now, self.seed % 24))
        self.exchange.page = rng.choice((7, 20, 50, 1000))
        self.exchange.batch = rng.choice((7, 20, 50, 512))
        self.account.mailbox.make_folder("Clients")
        self.account.calendar.zone = bodies.zone_name(self.zone, self.now())

    @property
    def account(self) -> Any:
        """Its side of it."""
        return self.exchange.account(self.owner)

    # --- what happens to items ---

    def _happens(self, facet: Facet, ref: str, stored: Stored) -> None:
        with self.exchange.lock:
            if facet is Facet.MAIL:
                self._mail(ref, stored)
            elif facet is Facet.CALENDAR:
                self._event(ref, stored)
            elif facet is Facet.CONTACTS:
                self._card(ref, stored)

    def expire_all_cursors(self) -> None:
        """The server forgets what it had told."""
        self.epoch += 1
        self.account.states.forget()

    def _mail(self, ref: str, stored: Stored) -> None:
        mailbox, place = self.account.mailbox, (Facet.MAIL, ref)
        if stored.deleted:
            if (gone := self.items_there.pop(place, None)) is not None:
                mailbox.delete(gone, ("deleted", "soft", "hard")[_digit(ref) % 3])
            return
        if place in self.items_there:
            return
        message, *carried = stored.observations
        assert isinstance(message, Message)
        meetings = [one for one in carried if isinstance(one, Meeting)]
        data = rendered.mail(message, stored.text or "", self.zone, meetings)
        mine = message.from_[0].addr == self.owner
        self.items_there[place] = mailbox.deliver(data, "sentitems" if mine else "inbox")
        self._is_bulk(ref, message)

    def _event(self, ref: str, stored: Stored) -> None:
        place, calendar = (Facet.CALENDAR, ref), self.account.calendar
        known = self.items_there.get(place)
        meetings = [one for one in stored.observations if isinstance(one, Meeting)]
        first = meetings[0]
        if stored.deleted:
            calendar.delete(self.items_there.pop(place), ("deleted", "hard")[_digit(ref) % 2])
        elif first.recurrence_id:
            self._series(place, known, meetings)
        elif known is None:
            (start, end), fields = bodies.span(first, self.zone), self._fields(first)
            title = fields.pop("Subject")
            made = calendar.add(title, start, end, uid=first.uid, **fields)
            self.items_there[place] = made
        else:
            if (known.text("Start"), known.text("End")) != _texts(first):
                calendar.move(known, *bodies.span(first, self.zone))
            calendar.edit(known, **{**_NONE, **bodies.event(first, self.owner)})
        if first.status == "cancelled" and not first.recurrence_id:
            calendar.cancel(self.items_there[place])

    def _series(
        self, place: tuple[Facet, str], known: Item | None, meetings: list[Meeting]
    ) -> None:
        """Every other week, at the hour of the first: on days that nobody has time it is left
        out."""
        calendar, first = self.account.calendar, meetings[0]
        if known is None:
            (start, end), fields = bodies.span(first, self.zone), self._fields(first)
            day = f"{first.start.astimezone(self.zone):%A}"
            known = self.items_there[place] = calendar.add(
                fields.pop("Subject"),
                start,
                end,
                uid=first.uid,
                repeats=weekly(day, _FORTNIGHT),
                until=meetings[-1].start.astimezone(self.zone).date(),
                **fields,
            )
            left = {one.start for one in meetings}
            for one in [*planned(known)]:
                if one.start not in left:
                    calendar.delete_instance(known, one.start)
        for meeting in meetings:
            off = place[1], meeting.recurrence_id
            if meeting.status == "cancelled" and off not in self.called_off:
                self.called_off.add(off)
                calendar.cancel_instance(known, meeting.start)

    def _fields(self, one: Meeting) -> dict[str, Any]:
        """What it has; what it has not is not said."""
        told = bodies.event(one, self.owner)
        return {name: value for name, value in told.items() if value is not None}

    def _card(self, ref: str, stored: Stored) -> None:
        (card,) = stored.observations
        assert isinstance(card, Card)
        contacts, place = self.account.contacts, (Facet.CONTACTS, ref)
        if place in self.items_there:
            named = {"DisplayName": card.name, **bodies.contact(card)}
            contacts.edit(self.items_there[place], *card.addrs, **named)
        else:
            made = contacts.add(card.name, *card.addrs, **bodies.contact(card))
            self.items_there[place] = made

    # --- what syncd has to know ---

    def scope(self, facet: Facet) -> str:
        """See `Chronicle.scope`."""
        return _SCOPES[facet]

    def _places(self, facet: Facet) -> Mapping[str, tuple[object, bytes]]:
        mailbox, found = self.account.mailbox, dict[str, tuple[object, bytes]]()
        for name in _READ if facet is Facet.MAIL else (_SCOPES[facet],):
            folder = mailbox.folder(name)
            for one in mailbox.items(folder):
                ref = f"{_SCOPES[facet]}//{key_of(folder.id)}/{one.id}"
                mark = one.id if facet is Facet.MAIL else one.change_key
                found[ref] = mark, one.mime
        return found

    def _sees(self, facet: Facet) -> tuple[Rereading, str]:
        way = exchange_of(self.exchange, self.owner, auth="basic")
        if facet is Facet.MAIL:
            return ExchangeMail(way, zone=self.zone), ""
        if facet is Facet.CONTACTS:
            return ContactsSource(way, self.zone), ""
        middle = self.now()
        days = {"from": middle - timedelta(days=900), "to": middle + timedelta(days=900)}
        extra = {name: f"{at:%Y-%m-%d}" for name, at in days.items()}
        return CalendarSource(way, self.owner, self.zone), Progress(extra=extra).text()

    @contextmanager
    def _calm(self) -> Iterator[None]:
        before, self.exchange.faults = self.exchange.faults, Faults()
        try:
            yield
        finally:
            self.exchange.faults = before

    # --- what the owner does ---

    def _moves_mail(self, rng: random.Random) -> None:
        mailbox = self.account.mailbox
        for one in some(rng, mailbox.items("inbox")):
            mailbox.mark_read(one)
            if rng.random() < 0.3:
                mailbox.move(one, "Clients")
            self.moved(Facet.MAIL)

    def _moves_task(self, ref: str, rng: random.Random) -> None:
        item = self._task(ref)
        own = next((one for one in self._lists() if one.name == LIST), None)
        tasks = self.account.tasks
        if own is not None:
            tasks.move_to(item, "tasks" if item.folder == own.id else own)

    # --- the task list ---

    def tasks(self) -> dict[str, Task]:
        """See `Cloud.tasks`."""
        lists = (*self._lists(), *self._gone)
        return {
            one.id: self._read(one) for tasks in lists for one in self.account.tasks.items(tasks)
        }

    def tick(self, ref: str, at: datetime) -> None:
        """See `World.tick`."""
        self.account.tasks.tick(self._task(ref))
        self.moved(Facet.TASKS)

    def delete_task(self, ref: str) -> None:
        """See `World.delete_task`."""
        item = self._task(ref)
        self._bin[ref] = item.folder, item
        self.account.tasks.delete(item, ("deleted", "deleted", "soft")[_digit(ref) % 3])
        self.moved(Facet.TASKS)

    def vanish(self, away: bool) -> None:
        """The list is gone with all that is in it, or as it was before."""
        mailbox = self.account.mailbox
        own = [one for one in self._lists() if one.name == LIST]
        if away and not self.away and own:
            self._gone, self.away = own, True
            for one in own:
                mailbox.delete_folder(one)
        elif not away and self.away:
            for one in self._gone:
                mailbox.move_folder(one, "tasks")
            self._gone, self.away = [], False

    def _edit(self, ref: str, task: Task) -> None:
        item = self._task(ref)
        before, fields = self._read(item), dict[str, Any]()
        if task.title != before.title:
            fields["Subject"] = task.title
        if task.due != before.due:
            fields["DueDate"] = task.due
        if task.notes != before.notes:
            assert task.notes.startswith(before.notes), "the owner writes below what is there"
            more = task.notes.removeprefix(before.notes).replace("\n", "\r\n")
            fields["Body"] = t("Body", item.text("Body").rstrip("\r\n") + more, BodyType="Text")
        if fields:
            self.account.tasks.edit(item, **fields)

    def _undeletes(self, ref: str) -> bool:
        if ref not in self._bin:
            return False
        folder, item = self._bin.pop(ref)
        self.account.tasks.restore(item, folder)
        return True

    def _binned(self, ref: str) -> Task:
        return self._read(self._bin[ref][1])

    def _task(self, ref: str) -> Item:
        found: Item = self.account.store.item(ref)
        return found

    def _lists(self) -> list[Folder]:
        """The folders for tasks that are not thrown away."""
        mailbox = self.account.mailbox
        top = mailbox.folder("msgfolderroot")
        gone = {one.id for one in self.account.store.below(mailbox.folder("deleteditems").id)}
        every = self.account.store.below(top.id)
        return [one for one in every if one.kind == "TasksFolder" and one.id not in gone]

    def _read(self, item: Item) -> Task:
        known = self._parsed.get(item.id)
        if known is None or known[0] != item.change_key:
            call = Call("GetItem", None, self.account, self.exchange.account, list)
            element = item_element(call, view(self.account.store, item, None), _SHAPE)
            known = self._parsed[item.id] = item.change_key, read(element, self.zone)
        return known[1]


# What an event may have had before.
_NONE: Final = dict.fromkeys(
    ("RequiredAttendees", "Resources", "Location", "JoinOnlineMeetingUrl", "IsCancelled")
)


def _digit(ref: str) -> int:
    return sha256(ref.encode()).digest()[0]


def _texts(one: Meeting) -> tuple[str, str]:
    return text_of(one.start), text_of(one.end)
