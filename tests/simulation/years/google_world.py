"""An account at Google: mail comes in and goes out, events and cards are written by Google's own
programs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from fakes.google.calendar import list_events
from fakes.google.calendars import Calendar
from fakes.google.call import Call
from fakes.google.lists import Task as GoogleTask
from fakes.google.lists import TaskList, TaskLists
from fakes.google.server import FakeGoogle, fake_google
from simulation.years import google_bodies as bodies
from simulation.years import letters, rendered
from simulation.years.cloud_world import EVER, LIST, Cloud
from simulation.years.stage import THERE, Version

from connectors.formats.mail import read_mail
from connectors.formats.mime import header_end
from connectors.formats.text import plain_text
from connectors.google.calendar_events import Events
from connectors.google.calendar_list import Entry
from connectors.google.gmail_letter import labelled, ref_of
from connectors.google.people_lists import Connections, Others
from connectors.google.tasks_text import read
from connectors.memory.world import Stored
from connectors.records import (
    Card,
    Facet,
    Gone,
    Item,
    Mailbox,
    Meeting,
    Message,
    Seen,
    Task,
)

_SCOPES: Final = {
    Facet.MAIL: "gmail", Facet.CALENDAR: "calendar", Facet.CONTACTS: "people", Facet.TASKS: LIST,
}  # fmt: skip
_MOVES: Final = 0.05  # of all drives
_EVENTS: Final = "calendar.events.list"


@dataclass(slots=True)
class AtGoogle(Cloud):
    """See above."""

    google: FakeGoogle = field(init=False)
    ids: dict[tuple[Facet, str], str] = field(default_factory=dict)  # Google's, by ours
    others: set[str] = field(default_factory=set)  # whom Gmail noted for itself
    called_off: set[tuple[str, datetime]] = field(default_factory=set)  # instances of series
    _gone: list[TaskList] = field(default_factory=list)  # the list, while it is not there
    _parsed: dict[str, tuple[int, Task]] = field(default_factory=dict)

    def opens(self, stack: ExitStack) -> None:
        """See `Cloud.opens`."""
        self.google = stack.enter_context(fake_google(self.now))
        self.account.mailbox.history_life = timedelta(days=(3, 7, 40)[self.seed % 3])
        self.account.calendars.change(self.owner, timeZone=str(self.zone))

    @property
    def account(self) -> Any:
        """Its side of it."""
        return self.google.account(self.owner)

    # --- what happens to items ---

    def _happens(self, facet: Facet, ref: str, stored: Stored) -> None:
        if facet is Facet.MAIL:
            if stored.deleted:
                self._unlink(ref)
            elif (facet, ref) not in self.ids:
                self._deliver(ref, stored)
        elif facet is Facet.CALENDAR:
            self._event(ref, stored)
        elif facet is Facet.CONTACTS:
            self._card(ref, stored)

    def expire_all_cursors(self) -> None:
        """Google forgets what it had told."""
        self.epoch += 1
        self.account.mailbox.forget_history()
        self.account.calendars.primary.expire_tokens()
        self.account.contacts.connections.expire_tokens()
        self.account.contacts.others.expire_tokens()

    def _is(self, facet: Facet, stored: Stored, item: Item) -> None:
        """It is like this from now on, as far as syncd is told."""
        stamp = "" if isinstance(item, Gone) else item.stamp or THERE
        self.versions[facet, item.ref, stamp] = Version(item, stored.text)
        if isinstance(item, Gone):
            self.there[facet].pop(item.ref, None)
        else:
            self.there[facet][item.ref] = stamp, stored

    # --- mail ---

    def _deliver(self, ref: str, stored: Stored) -> None:
        message, *carried = stored.observations
        assert isinstance(message, Message)
        mine = message.from_[0].addr == self.owner
        meetings = [one for one in carried if isinstance(one, Meeting)]
        data = rendered.mail(message, stored.text or "", self.zone, meetings)
        kinds = {name for name, _ in message.traits}
        labels = ["INBOX", "UNREAD"]
        labels += ["CATEGORY_PROMOTIONS" if "precedence" in kinds else "CATEGORY_PERSONAL"]
        labels = ["SENT"] if mine else labels
        found = self.account.mailbox.deliver(data, labels)
        self.ids[Facet.MAIL, ref] = found
        stored.text = plain_text(data)
        full = ref_of(found)
        observations = read_mail(data[: header_end(data)], lambda: data, self.zone)
        self.versions[Facet.MAIL, full, ""] = Version(Gone(full))
        self._is(Facet.MAIL, stored, labelled(Seen(full, "", observations), labels))
        for box in message.to if mine else ():
            if box.addr not in self.others:
                self.others.add(box.addr)
                self._noted(box.addr, box.name)

    def _unlink(self, ref: str) -> None:
        found, mailbox = self.ids.pop((Facet.MAIL, ref)), self.account.mailbox
        (mailbox.trash if sha256(ref.encode()).digest()[0] % 2 else mailbox.delete)(found)
        self.there[Facet.MAIL].pop(ref_of(found))

    def fidgets(self, rng: random.Random) -> None:
        """The owner reads and archives, which means nothing; and moves a task to another list."""
        mailbox, lists = self.account.mailbox, self._lists
        for one in rng.sample(list(mailbox.letters)[-9:], min(len(mailbox.letters), 3)):
            mailbox.read(one)
            mailbox.archive(one)
        tasks = sorted(self.tasks())
        if tasks and not self.away and rng.random() < _MOVES:
            found = rng.choice(tasks)
            there, _ = lists.find(found)
            away = next(one for one in lists.all.values() if one is not there)
            lists.move_to(found, away.id, anew=rng.random() < 0.3)
            self.moved(Facet.TASKS)

    # --- calendar and cards ---

    def _event(self, ref: str, stored: Stored) -> None:
        calendar = self.account.calendars.primary
        found = self.ids.setdefault((Facet.CALENDAR, ref), sha256(ref.encode()).hexdigest()[:26])
        meetings = [one for one in stored.observations if isinstance(one, Meeting)]
        if stored.deleted:
            calendar.cancel(found)
        elif meetings[0].recurrence_id:
            self._series(found, meetings)
        else:
            fields = bodies.event(meetings[0], self.owner, calendar.zone)
            if found in calendar.events:
                before = calendar.events[found]
                calendar.edit(found, **fields)
                if meetings[0].status == "cancelled" and not before.cancelled:
                    self._is_told(meetings[0])
            else:
                _new(calendar, found, meetings[0], fields)
        told = Entry(self.owner, "", "", True, True, True)
        events: Any = Events(None, told, "calendar", self.zone, EVER, EVER[0])  # type: ignore[arg-type]  # asks nothing
        for body in self._bodies(ref):
            item = events.item(body) or Gone(events.under + str(body["id"]))
            self._is(Facet.CALENDAR, stored, item)

    def _is_told(self, meeting: Meeting) -> None:
        """Whoever calls a meeting off has Google write to the guests; in their calendars nothing
        is left that tells when that was, or of what."""
        if meeting.organizer is None or meeting.organizer.addr == self.owner:
            return
        words = f"This event has been canceled. ({letters.BODY} {meeting.sequence:x})"
        name = f"canceled-{meeting.sequence}-{meeting.uid}"
        message = Message(
            name, self.now().replace(microsecond=0), (meeting.organizer,),
            to=(Mailbox(self.owner),), subject=f"Canceled event: {meeting.title}",
        )  # fmt: skip
        self.deliver(message, words, carries=(replace(meeting, method="cancel"),))

    def _series(self, found: str, meetings: list[Meeting]) -> None:
        calendar = self.account.calendars.primary
        if found not in calendar.events:
            fields = bodies.event(meetings[0], self.owner, calendar.zone)
            fields |= {"status": "confirmed", "recurrence": [bodies.dates(meetings)]}
            _new(calendar, found, meetings[0], fields)
        for one in meetings:
            if one.status == "cancelled" and (found, one.start) not in self.called_off:
                self.called_off.add((found, one.start))
                calendar.cancel_instance(found, one.start)

    def _bodies(self, uid: str) -> list[Any]:
        """All that the calendar tells of one event, its instances apart."""
        asked = {
            "calendarId": self.owner, "singleEvents": True, "showDeleted": True, "iCalUID": uid,
            "maxResults": 2500,
        }  # fmt: skip
        call = Call(_EVENTS, asked, {}, self.account, frozenset(), {})
        found: list[Any] = list_events(call)["items"]
        return found

    def _card(self, ref: str, stored: Stored) -> None:
        (card,) = stored.observations
        assert isinstance(card, Card)
        book = self.account.contacts.connections
        if (Facet.CONTACTS, ref) in self.ids:
            book.edit(self.ids[Facet.CONTACTS, ref], **bodies.contact(card))
        else:
            self.ids[Facet.CONTACTS, ref] = book.put(bodies.contact(card))
        person = book.all[self.ids[Facet.CONTACTS, ref]].person("CONTACT")
        people: Any = Connections(None, "people", {})  # type: ignore[arg-type]  # asks nothing
        self._is(Facet.CONTACTS, stored, people.item(person))

    def _noted(self, addr: str, name: str) -> None:
        """Gmail notes whom the owner writes to."""
        book = self.account.contacts.others
        person = book.all[book.add(name, addr)].person("OTHER_CONTACT")
        others: Any = Others(None, "people")  # type: ignore[arg-type]  # asks nothing
        item = others.item(person)
        self._is(Facet.CONTACTS, Stored(item.observations, 0), item)
        self.moved(Facet.CONTACTS)

    # --- what syncd has to know ---

    def scope(self, facet: Facet) -> str:
        """See `Chronicle.scope`."""
        return _SCOPES[facet]

    # --- the task list ---

    def task(self, ref: str) -> Task:
        """See `World.task`: a deleted one as well."""
        return next(self._read(one) for one in self._listed() if one.id == ref)

    def tasks(self) -> dict[str, Task]:
        """What is in the lists, by Google's ids."""
        return {one.id: self._read(one) for one in self._listed() if not one.body.get("deleted")}

    def tick(self, ref: str, at: datetime) -> None:
        """See `World.tick`. Google's own programs hide it in the same moment; others do not."""
        self._lists.tick(ref, hidden=sha256(ref.encode()).digest()[0] % 2 == 0)
        self.moved(Facet.TASKS)

    def delete_task(self, ref: str) -> None:
        """See `World.delete_task`."""
        if self.away:  # with the list
            self._of(ref).body["deleted"] = True
            return
        self._lists.delete(ref)
        self.moved(Facet.TASKS)

    def vanish(self, away: bool) -> None:
        """The list is gone with all that is in it, or as it was before."""
        lists, own = self._lists, [one for one in self._lists.all.values() if one.title == LIST]
        if away and not self.away and own:
            self._gone = own
            for one in own:
                lists.delete_list(one.id)
            self.away = True
        elif not away and self.away:
            lists.all |= {one.id: one for one in self._gone}
            self._gone, self.away = [], False

    def _undeletes(self, ref: str) -> bool:
        found = [one for one in self._listed() if one.id == ref]
        for one in found:
            self._lists.edit(one.id, deleted=None)
        return bool(found)

    def _edit(self, ref: str, task: Task) -> None:
        """In Google's own programs, which show all of the notes."""
        one = self._of(ref)
        before, fields = self._read(one), dict[str, Any]()
        if task.title != before.title:
            fields["title"] = task.title
        if task.due != before.due:
            fields["due"] = task.due
        if task.notes != before.notes:
            assert task.notes.startswith(before.notes), "the owner writes below what is there"
            fields["notes"] = one.body.get("notes", "") + task.notes.removeprefix(before.notes)
        if fields:
            self._lists.edit(ref, **fields)

    def _of(self, ref: str) -> GoogleTask:
        return next(one for one in self._listed() if one.id == ref)

    def _listed(self) -> Iterator[GoogleTask]:
        for tasks in (*self._lists.all.values(), *self._gone):
            yield from tasks.tasks

    def _read(self, one: GoogleTask) -> Task:
        if self._parsed.get(one.id, (0,))[0] != one.revision:
            self._parsed[one.id] = one.revision, read(one.body)
        return self._parsed[one.id][1]

    @property
    def _lists(self) -> TaskLists:
        lists: TaskLists = self.account.tasks
        return lists


def _new(calendar: Calendar, found: str, one: Meeting, fields: dict[str, Any]) -> None:
    own = ("summary", "start", "end")
    more = {name: value for name, value in fields.items() if name not in own}
    calendar.add(one.title, one.start, one.end, id=found, **more)
