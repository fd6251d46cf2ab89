"""An account at Microsoft 365: mail comes in and goes out, events and contacts are written by
Outlook, tasks by Microsoft To Do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b, sha256
from typing import Any, Final

from fakes.graph import recurrence, todo
from fakes.graph.events import Calendar
from fakes.graph.faults import Faults
from fakes.graph.lists import Task as TodoTask
from fakes.graph.lists import TaskList, TaskLists
from fakes.graph.server import FakeGraph, fake_graph
from graph_desk import api_of
from simulation.years import graph_bodies as bodies
from simulation.years import rendered
from simulation.years.cloud_world import LIST
from simulation.years.microsoft_world import AtMicrosoft, some

from connectors.contract import Rereading
from connectors.graph.calendar import CalendarSource
from connectors.graph.calendar_list import Entry
from connectors.graph.contacts import ContactsSource
from connectors.graph.mail import MailSource
from connectors.graph.synced_cursor import Progress
from connectors.graph.todo_text import read
from connectors.memory.world import Stored
from connectors.records import Card, Facet, Meeting, Message, Task

_SCOPES: Final = {
    Facet.MAIL: "mail", Facet.CALENDAR: "calendar", Facet.CONTACTS: "contacts", Facet.TASKS: LIST,
}  # fmt: skip
_READ: Final = ("inbox", "sentitems", "Clients")
_LINKS: Final = frozenset({"linkedResources"})
_FORTNIGHT: Final = 2


@dataclass(slots=True)
class AtGraph(AtMicrosoft):
    """See above."""

    graph: FakeGraph = field(init=False)
    ids: dict[tuple[Facet, str], str] = field(default_factory=dict)  # Graph's, by ours
    _gone: list[TaskList] = field(default_factory=list)  # the list, while it is not there
    _bin: dict[str, tuple[str, TodoTask]] = field(default_factory=dict)  # by its id: of which list
    _parsed: dict[str, tuple[int, Task]] = field(default_factory=dict)

    def opens(self, stack: ExitStack) -> None:
        """See `Cloud.opens`."""
        self.graph = stack.enter_context(fake_graph(self.now, self.seed % 24))
        account = self.account
        account.zone = account.calendars.zone = account.calendars.primary.zone = str(self.zone)
        account.mailbox.make_folder("Clients")

    @property
    def account(self) -> Any:
        """Its side of it."""
        return self.graph.account(self.owner)

    @property
    def calendar(self) -> Calendar:
        """The one that everybody has."""
        found: Calendar = self.account.calendars.primary
        return found

    # --- what happens to items ---

    def _happens(self, facet: Facet, ref: str, stored: Stored) -> None:
        with self.graph.lock:
            if facet is Facet.MAIL:
                self._mail(ref, stored)
            elif facet is Facet.CALENDAR:
                self._event(ref, stored)
            elif facet is Facet.CONTACTS:
                self._card(ref, stored)

    def expire_all_cursors(self) -> None:
        """Graph forgets what it had told."""
        self.epoch += 1
        self.account.forget_tokens()

    def _mail(self, ref: str, stored: Stored) -> None:
        mailbox = self.account.mailbox
        if stored.deleted:
            if gone := self.ids.pop((Facet.MAIL, ref), ""):
                (mailbox.trash if _half(ref) else mailbox.delete)(gone)
            return
        if (Facet.MAIL, ref) in self.ids:
            return
        message, *carried = stored.observations
        assert isinstance(message, Message)
        meetings = [one for one in carried if isinstance(one, Meeting)]
        data = rendered.mail(message, stored.text or "", self.zone, meetings)
        mine = message.from_[0].addr == self.owner
        found = mailbox.deliver(data, "sentitems" if mine else "inbox", at=self.now())
        self.ids[Facet.MAIL, ref] = found
        self._is_bulk(ref, message)

    def _event(self, ref: str, stored: Stored) -> None:
        known, calendar = self.ids.get((Facet.CALENDAR, ref), ""), self.calendar
        meetings = [one for one in stored.observations if isinstance(one, Meeting)]
        if stored.deleted:
            calendar.delete(self.ids.pop((Facet.CALENDAR, ref)))
        elif meetings[0].recurrence_id:
            self._series(ref, known, meetings)
        elif known:
            before = calendar.events[known].moment
            start, end = bodies.span(meetings[0], self.zone)
            if (before.start, before.end) != (start, end):
                calendar.move(known, start, end)
            calendar.edit(known, **bodies.event(meetings[0], self.owner))
        else:
            self._new(ref, meetings[0])

    def _new(self, ref: str, one: Meeting, repeats: Any = None) -> str:
        fields, (start, end) = bodies.event(one, self.owner), bodies.span(one, self.zone)
        subject, host = fields.pop("subject"), one.organizer
        found = self.calendar.add(
            subject,
            start,
            end,
            repeats=repeats,
            uid=one.uid,
            organizer=None if host is None else f"{host.name} <{host.addr}>",
            **{name: value for name, value in fields.items() if value is not None},
        )
        self.ids[Facet.CALENDAR, ref] = found
        return found

    def _series(self, ref: str, known: str, meetings: list[Meeting]) -> None:
        """Every other week, at the hour of the first: on days that nobody has time it is left
        out."""
        if not known:
            first = meetings[0].start.astimezone(self.zone)
            last = meetings[-1].start.astimezone(self.zone).date()
            day = f"{first:%A}".lower()
            weekly = recurrence.weekly(day, interval=_FORTNIGHT, until=last)
            known = self._new(ref, replace(meetings[0], status="confirmed"), weekly)
            left = {one.start for one in meetings}
            for one in list(self.calendar.instances(self.calendar.events[known])):
                if one.original not in left:
                    assert one.original is not None
                    self.calendar.delete_instance(known, one.original)
        for meeting in meetings:
            off = ref, meeting.recurrence_id
            if meeting.status == "cancelled" and off not in self.called_off:
                self.called_off.add(off)
                self.calendar.cancel_instance(known, meeting.start)

    def _card(self, ref: str, stored: Stored) -> None:
        (card,) = stored.observations
        assert isinstance(card, Card)
        contacts = self.account.contacts
        if (Facet.CONTACTS, ref) in self.ids:
            contacts.edit(self.ids[Facet.CONTACTS, ref], **bodies.contact(card))
        else:
            self.ids[Facet.CONTACTS, ref] = contacts.put(bodies.contact(card)).id

    # --- what syncd has to know ---

    def scope(self, facet: Facet) -> str:
        """See `Chronicle.scope`."""
        return _SCOPES[facet]

    def _places(self, facet: Facet) -> Mapping[str, tuple[object, bytes]]:
        account, found = self.account, dict[str, tuple[object, bytes]]()
        mailbox = account.mailbox
        if facet is Facet.MAIL:
            for folder in map(mailbox.folder, _READ):
                for one in folder.letters.items:
                    found[f"mail//{_short(folder.id)}/{one}"] = one, mailbox.letters[one].raw
        elif facet is Facet.CALENDAR:
            calendar = self.calendar
            under = f"calendar//{Entry(calendar.id, '', True, '').key}/"
            for event in calendar.events.values():
                for each in calendar.instances(event):
                    found[under + each.id] = (calendar.changed(event), each.revision), b""
        else:
            for contact in account.contacts.all.values():
                ref = f"contacts//{_short(contact.folder)}/{contact.id}"
                found[ref] = contact.revision, b""
        return found

    def _sees(self, facet: Facet) -> tuple[Rereading, str]:
        api = api_of(self.graph, self.owner)
        if facet is Facet.MAIL:
            return MailSource(api, zone=self.zone), ""
        if facet is Facet.CONTACTS:
            return ContactsSource(api), ""
        middle = self.now()
        days = {"from": middle - timedelta(days=900), "to": middle + timedelta(days=900)}
        extra = {name: f"{at:%Y-%m-%d}" for name, at in days.items()}
        source = CalendarSource(api, self.zone, login=self.owner)
        return source, Progress(extra={**extra, "near": extra["from"]}).text()

    @contextmanager
    def _calm(self) -> Iterator[None]:
        before, self.graph.faults = self.graph.faults, Faults()
        refuses, self.graph.limits.refuses_parts = self.graph.limits.refuses_parts, False
        try:
            yield
        finally:
            self.graph.faults, self.graph.limits.refuses_parts = before, refuses

    # --- what the owner does ---

    def _moves_mail(self, rng: random.Random) -> None:
        mailbox = self.account.mailbox
        found = [one.id for one in mailbox.letters.values() if mailbox.of(one).known == "inbox"]
        for one in some(rng, found):
            mailbox.read(one)
            if rng.random() < 0.3:
                mailbox.move(one, "Clients")
            self.moved(Facet.MAIL)

    def _moves_task(self, ref: str, rng: random.Random) -> None:
        there, _ = self._lists.find(ref)
        away = self._lists.default
        if away is there:
            away = next(one for one in self._lists.all.values() if one.name == LIST)
        self._lists.move_to(ref, away.id)

    # --- the task list ---

    def tasks(self) -> dict[str, Task]:
        """See `Cloud.tasks`."""
        lists = (*self._lists.all.values(), *self._gone)
        return {one.id: self._read(one) for tasks in lists for one in tasks.tasks.values()}

    def tick(self, ref: str, at: datetime) -> None:
        """See `World.tick`."""
        self._lists.tick(ref)
        self.moved(Facet.TASKS)

    def delete_task(self, ref: str) -> None:
        """See `World.delete_task`."""
        for tasks in (*self._lists.all.values(), *self._gone):
            if ref in tasks.tasks:
                self._bin[ref] = tasks.id, tasks.tasks[ref]
        if self.away:  # with the list
            for tasks in self._gone:
                tasks.tasks.pop(ref, None)
            return
        self._lists.delete(ref)
        self.moved(Facet.TASKS)

    def vanish(self, away: bool) -> None:
        """The list is gone with all that is in it, or as it was before."""
        lists, own = self._lists, [one for one in self._lists.all.values() if one.name == LIST]
        if away and not self.away and own:
            self._gone = own
            for one in own:
                lists.delete_list(one.id)
            self.away = True
        elif not away and self.away:
            for one in self._gone:
                lists.all[one.id] = one
                lists.changes.put(one.id, self.account.revisions.advance())
            self._gone, self.away = [], False

    def _edit(self, ref: str, task: Task) -> None:
        _, one = self._lists.find(ref)
        before, fields = self._read(one), dict[str, Any]()
        if task.title != before.title:
            fields["title"] = task.title
        if task.due != before.due and task.due is not None:
            fields["due"] = task.due if _half(ref) else self._midnight(task.due)
        if task.notes != before.notes:
            fields["notes"] = task.notes
        if fields:
            self._lists.edit(ref, **fields)

    def _undeletes(self, ref: str) -> bool:
        """Outlook has it back as it was; To Do makes another one of it."""
        if ref not in self._bin:
            return False
        where, one = self._bin.pop(ref)
        tasks = self._lists.all[where]
        if _half(ref):
            made = self._lists.insert(tasks, one.body, one.links)
            made.made = one.made
        else:
            tasks.tasks[ref] = one
            one.revision = self.account.revisions.advance()
            tasks.changes.put(ref, one.revision)
        return True

    def _binned(self, ref: str) -> Task:
        return self._read(self._bin[ref][1])

    def _midnight(self, day: date) -> dict[str, str]:
        """As the owner's own programs send a day."""
        return {"dateTime": f"{datetime.combine(day, time()):%Y-%m-%dT%H:%M:%S}.0000000",
                "timeZone": str(self.zone)}  # fmt: skip

    def _read(self, one: TodoTask) -> Task:
        if self._parsed.get(one.id, (0,))[0] != one.revision:
            self._parsed[one.id] = one.revision, read(todo.told(one, _LINKS), self.zone)
        return self._parsed[one.id][1]

    @property
    def _lists(self) -> TaskLists:
        lists: TaskLists = self.account.tasks
        return lists


def _half(ref: str) -> bool:
    return sha256(ref.encode()).digest()[0] % 2 == 0


def _short(folder: str) -> str:
    """What a folder is called in refs."""
    return blake2b(folder.encode(), digest_size=6).hexdigest()
