"""A support module: calendars, and what their owner and organizers do to what is in them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from fakes.graph import identity, recurrence
from fakes.graph.call import Json
from fakes.graph.changes import Revisions, Tracked
from fakes.graph.meeting import (
    Event,
    Instance,
    Moment,
    answered,
    clock_in,
    day_of,
    guests,
    instance_id,
    instant,
    named,
    stamp,
    stem,
    within,
)

__all__ = ["Calendar", "Calendars", "guests"]

# How far from now a series is compared with itself when it changes.
_HORIZON: Final = timedelta(days=1_100)


@dataclass
class Calendar:
    """One calendar. What happens in it is a method; dates make an event all-day."""

    id: str
    name: str
    owner: str
    now: Callable[[], datetime]
    revisions: Revisions
    zone: str
    default: bool = False
    can_edit: bool = True
    quiet: bool = False  # deleted instances are not told, only that their series changed
    events: dict[str, Event] = field(default_factory=dict)
    exceptions: dict[str, dict[datetime | date, Event]] = field(default_factory=dict)
    deleted: dict[str, set[datetime | date]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)  # when ids of events and instances ended
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(
        self,
        subject: str,
        start: datetime | date,
        end: datetime | date,
        *,
        repeats: Json | None = None,
        zone: str | None = None,
        uid: str | None = None,
        organizer: str | None = None,
        **fields: Any,
    ) -> str:
        """An event appears: its id. `fields` as in the API (attendees=guests(...), showAs="free",
        sensitivity="private", isOnlineMeeting=True, onlineMeeting={"joinUrl": ...}). `uid`: of
        where it came from; Outlook's own without. `organizer`: an address, else the owner."""
        made, now = self.revisions.new_id("E"), self.now()
        where = zone or self.zone
        if repeats is not None:
            repeats = recurrence.dated(repeats, day_of(clock_in(start, where)), where)
        body = {"subject": subject, "organizer": {"emailAddress": named(organizer or self.owner)}}
        self.events[made] = Event(
            id=made,
            body={**body, **fields},
            moment=Moment(clock_in(start, where), clock_in(end, where), where),
            uid=uid if uid is not None else identity.own((self.id, next(self._numbers))),
            made=now,
            changed=now,
            revision=self.revisions.advance(),
            repeats=repeats,
        )
        return made

    # --- acts on an event or a whole series ---

    def edit(self, event: str, **fields: Any) -> None:
        """Members change; None takes one away. `repeats` is one of them."""
        found = self.events[event]
        before = self._ids(event)
        if "repeats" in fields:
            start, where = found.moment.start, found.moment.zone
            given = fields.pop("repeats")
            found.repeats = given and recurrence.dated(given, day_of(start), where)
        changed = {**found.body, **fields}
        found.body = {name: value for name, value in changed.items() if value is not None}
        self._touch(found)
        self._lose(before - self._ids(event), found.revision)

    def move(self, event: str, start: datetime | date, end: datetime | date) -> None:
        """To another time; a series with all its instances, and without its exceptions."""
        found = self.events[event]
        before = self._ids(event)
        where = found.moment.zone
        found.moment = Moment(clock_in(start, where), clock_in(end, where), where)
        self.exceptions.pop(event, None)
        self.deleted.pop(event, None)
        if found.repeats is not None:
            found.repeats = recurrence.dated(found.repeats, day_of(found.moment.start), where)
        self._touch(found)
        self._lose(before - self._ids(event), found.revision)

    def cancel(self, event: str) -> None:
        """Its organizer takes it back: it stays, cancelled, until somebody removes it."""
        subject = self.events[event].body["subject"]
        self.edit(event, isCancelled=True, subject=f"Canceled: {subject}", showAs="free")

    def delete(self, event: str) -> None:
        """Gone, with all instances."""
        ids = {event, *self._ids(event)}
        del self.events[event]
        self.exceptions.pop(event, None)
        self.deleted.pop(event, None)
        self._lose(ids, self.revisions.advance())

    def answer(self, event: str, email: str, response: str) -> None:
        """A guest answers: `accepted`, `declined`, `tentativelyAccepted`, `none`."""
        found = self.events[event]
        found.body["attendees"] = answered(found.body["attendees"], email, response, self.now())
        self._touch(found)

    def respond(self, event: str, response: str) -> None:
        """The owner answers an invitation; `none` if they never did."""
        told = {"response": response, "time": stamp(self.now())}
        self.edit(event, responseStatus=told)

    # --- acts on an instance, which is named by when it was to start ---

    def edit_instance(self, series: str, original: datetime | date, **fields: Any) -> str:
        """It becomes an exception: its id, which is the one that it had."""
        found = self._exception(series, original)
        changed = {**found.body, **fields}
        found.body = {name: value for name, value in changed.items() if value is not None}
        self._touch(found)
        return found.id

    def move_instance(
        self, series: str, original: datetime | date, start: datetime | date, end: datetime | date
    ) -> str:
        """It takes place at another time."""
        found = self._exception(series, original)
        where = found.moment.zone
        found.moment = Moment(clock_in(start, where), clock_in(end, where), where)
        self._touch(found)
        return found.id

    def cancel_instance(self, series: str, original: datetime | date) -> str:
        """Its organizer takes it back."""
        return self.edit_instance(series, original, isCancelled=True)

    def answer_instance(
        self, series: str, original: datetime | date, email: str, response: str
    ) -> str:
        """A guest answers for it alone."""
        guests = self._exception(series, original).body["attendees"]
        changed = answered(guests, email, response, self.now())
        return self.edit_instance(series, original, attendees=changed)

    def delete_instance(self, series: str, original: datetime | date) -> str:
        """It does not take place: the id it had."""
        found = self.events[series]
        original = clock_in(original, found.moment.zone)
        one = next(each for each in self.instances(found) if each.original == original)
        self.exceptions.get(series, {}).pop(original, None)
        self.deleted.setdefault(series, set()).add(original)
        if self.quiet:
            self._touch(found)
        else:
            self._lose({one.id}, self.revisions.advance())
        return one.id

    # --- what is asked ---

    def instances(
        self, event: Event, least: datetime | None = None, most: datetime | None = None
    ) -> Iterator[Instance]:
        """What an event comes to between two instants, exceptions by where they are now."""
        if event.repeats is None:
            if within(event.moment, least, most):
                yield Instance(event.id, event, event.moment, None, event.revision)
            return
        limit = most or max(self.now(), event.moment.span()[0]) + _HORIZON
        apart = self.exceptions.get(event.id, {})
        for one in apart.values():
            if within(one.moment, least, most):
                yield Instance(one.id, one, one.moment, one.original, one.revision)
        for at in recurrence.starts(event.repeats, event.moment.start):
            if instant(at, event.moment.zone) >= limit:
                return
            if at in apart or at in self.deleted.get(event.id, ()):
                continue
            moment = event.moment.at(at)
            if within(moment, least, most):
                yield Instance(instance_id(event, at), event, moment, at, event.revision)

    def changed(self, event: Event) -> int:
        """When it changed last, or one of its exceptions."""
        apart = self.exceptions.get(event.id, {}).values()
        return max([event.revision, *(one.revision for one in apart)])

    def find(self, named: str) -> tuple[Event, Instance | None]:
        """An event or series by its id, or an instance and its series; KeyError."""
        if named in self.events:
            return self.events[named], None
        for event in self.events.values():
            if event.repeats is not None and named.startswith(stem(event.id)):
                for one in self.instances(event):
                    if one.id == named:
                        return event, one
        raise KeyError(named)

    def _exception(self, series: str, original: datetime | date) -> Event:
        found = self.events[series]
        original = clock_in(original, found.moment.zone)
        apart = self.exceptions.setdefault(series, {})
        if original not in apart:
            one = next(each for each in self.instances(found) if each.original == original)
            apart[original] = replace(
                found,
                id=one.id,
                body=dict(found.body),
                moment=one.moment,
                repeats=None,
                original=original,
                series=series,
            )
        return apart[original]

    def _touch(self, event: Event) -> None:
        event.changed, event.revision = self.now(), self.revisions.advance()

    def _ids(self, event: str) -> set[str]:
        return {one.id for one in self.instances(self.events[event])}

    def _lose(self, ids: set[str], revision: int) -> None:
        self.gone.update(dict.fromkeys(ids, revision))


@dataclass
class Calendars:
    """The calendars of one owner; the first is the default one."""

    owner: str
    now: Callable[[], datetime]
    revisions: Revisions
    zone: str = "Europe/Lisbon"
    all: dict[str, Calendar] = field(default_factory=dict)
    changes: Tracked = field(default_factory=Tracked)
    quiet: bool = False

    def __post_init__(self) -> None:
        self.add("Calendar", default=True)

    @property
    def primary(self) -> Calendar:
        """The default one."""
        return next(one for one in self.all.values() if one.default)

    def named(self, name: str) -> Calendar:
        """By its name; KeyError where there is none."""
        for one in self.all.values():
            if one.name == name:
                return one
        raise KeyError(name)

    def add(
        self, name: str, *, owner: str = "", default: bool = False, can_edit: bool = True
    ) -> Calendar:
        """Another calendar; `owner`: who shares it."""
        made = Calendar(
            self.revisions.new_id("C"), name, owner or self.owner, self.now, self.revisions,
            self.zone, default, can_edit, self.quiet,
        )  # fmt: skip
        self.all[made.id] = made
        return made

    def rename(self, calendar: str, name: str) -> None:
        """Its id stays."""
        self.all[calendar].name = name

    def delete(self, calendar: str) -> None:
        """With everything in it."""
        del self.all[calendar]
