"""A support module: a calendar, and what its owner, organizers and guests do to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from email.utils import parseaddr
from typing import Any

from fakes.exchange import meeting_mail, zones
from fakes.exchange.calendar_views import instance_at
from fakes.exchange.mailbox import Mailbox, element
from fakes.exchange.people import mailbox, single
from fakes.exchange.recurrence import repeated
from fakes.exchange.store import Item, Store
from fakes.exchange.xml import Element, copy, find, t, told

Guests = Iterable[tuple[str, str]]


class Calendar:
    """One calendar folder. Times are aware; dates make it all-day, the end exclusive. `zone`: the
    Windows name that new items are written in. Guests are pairs: "Bob <bob@example.org>", and
    Accept, Decline, Tentative, NoResponseReceived, Organizer or Unknown."""

    def __init__(self, mailbox_: Mailbox, folder: str = "calendar") -> None:
        self._mailbox = mailbox_
        self._folder = folder
        self.zone = "GMT Standard Time"

    @property
    def items(self) -> list[Item]:
        """Single items and series."""
        return self._mailbox.items(self._folder)

    # --- items and series ---

    def add(
        self,
        subject: str,
        start: datetime | date,
        end: datetime | date,
        *,
        guests: Guests = (),
        optional: Guests = (),
        rooms: Guests = (),
        organizer: str = "",
        mine: str = "",
        uid: str = "",
        repeats: Element | None = None,
        until: date | None = None,
        count: int | None = None,
        zone: str = "",
        **props: Any,
    ) -> Item:
        """An item appears. `organizer`: who invited the owner; "" is the owner. `mine`: the owner's
        answer. `repeats`: a pattern of recurrence.py. `props`: more, by the names of elements."""
        zone = zone or self.zone
        made = {
            "Subject": t("Subject", subject),
            "StartTimeZone": zones.definition("StartTimeZone", zone),
            "EndTimeZone": zones.definition("EndTimeZone", zone),
            **self._span(start, end, zone),
        }
        for tag, people in (
            ("RequiredAttendees", guests),
            ("OptionalAttendees", optional),
            ("Resources", rooms),
        ):
            if attendees := [self._guest(who, answer) for who, answer in people]:
                made[tag] = t(tag, attendees)
        if organizer:
            made["Organizer"] = single("Organizer", organizer)
        if mine:
            made["MyResponseType"] = t("MyResponseType", mine)
        if uid:
            made["UID"] = t("UID", uid)
        if repeats is not None:
            first = start.astimezone(zones.zone(zone)) if isinstance(start, datetime) else start
            day = first.date() if isinstance(first, datetime) else first
            made["Recurrence"] = repeated(repeats, day, until=until, count=count)
        made.update({name: element(name, value) for name, value in props.items()})
        folder = self._mailbox.folder(self._folder)
        return self._mailbox.store.put(folder.id, "CalendarItem", made)

    def edit(self, item: Item, **props: Any) -> None:
        """Properties change; None takes one away."""
        self._mailbox.edit(item, **props)

    def move(self, item: Item, start: datetime | date, end: datetime | date) -> None:
        """To another time. A series loses what was changed of it, as in Outlook."""
        number = int(item.text("AppointmentSequenceNumber", "0")) + 1
        if "Recurrence" in item.props:
            item.exceptions.clear()
            item.deleted.clear()
        span = self._span(start, end, item.props["StartTimeZone"].get("Id"))
        more = t("AppointmentSequenceNumber", number)
        self._mailbox.store.write(item, *span.values(), more)

    def cancel(self, item: Item) -> None:
        """The organizer takes it back; it stays in the calendar of the guest until that is told."""
        self._mailbox.store.write(item, *_cancelled(item.subject))

    def delete(self, item: Item, how: str = "deleted") -> None:
        """Into Deleted Items, or "soft", or "hard"."""
        self._mailbox.delete(item, how)

    def answer(self, item: Item, who: str, response: str, original: datetime | None = None) -> None:
        """A guest answers, for all or for one instance."""
        changed: dict[str, Element] = {}
        source = item.props if original is None else self._instance(item, original)
        for tag in ("RequiredAttendees", "OptionalAttendees", "Resources"):
            if tag in source:
                changed[tag] = self._answered(source[tag], who, response)
        if original is None:
            self._mailbox.store.write(item, *changed.values())
        else:
            self._change(item, original, changed)

    def respond(self, item: Item, response: str, original: datetime | None = None) -> None:
        """The owner answers: Accept, Decline or Tentative."""
        now = self._mailbox.now()
        made = {
            "MyResponseType": t("MyResponseType", response),
            "AppointmentReplyTime": t("AppointmentReplyTime", now),
        }
        if original is None:
            self._mailbox.store.write(item, *made.values())
        else:
            self._change(item, original, made)

    # --- the mails about it ---

    def mail_request(self, item: Item, raw: bytes, kind: str = "NewMeetingRequest") -> Item:
        """An invitation comes in; `kind`: also FullUpdate, InformationalUpdate, Outdated."""
        return meeting_mail.request(self._mailbox, item, raw, kind)

    def mail_cancellation(self, item: Item, raw: bytes) -> Item:
        """The organizer's mail that it is off."""
        return meeting_mail.cancellation(self._mailbox, item, raw)

    def mail_response(self, item: Item, raw: bytes, answer: str) -> Item:
        """A guest's mail: Accept, Decline or Tentative."""
        return meeting_mail.response(self._mailbox, item, raw, answer)

    # --- single instances, named by when they were to start ---

    def edit_instance(self, item: Item, original: datetime, **props: Any) -> None:
        """It becomes different."""
        made = {name: element(name, value) for name, value in props.items()}
        self._change(item, original, made)

    def move_instance(
        self, item: Item, original: datetime, start: datetime | date, end: datetime | date
    ) -> None:
        """It takes place at another time."""
        zone = item.props["StartTimeZone"].get("Id")
        span = self._span(start, end, zone)
        self._change(item, original, {name: span[name] for name in ("Start", "End")})

    def cancel_instance(self, item: Item, original: datetime) -> None:
        """The organizer takes it back; it stays there as cancelled."""
        subject = told_subject(item, original)
        self._change(item, original, {one.tag.split("}")[1]: one for one in _cancelled(subject)})

    def delete_instance(self, item: Item, original: datetime) -> None:
        """It does not take place; nothing is left of it."""
        delete_instance(self._mailbox.store, item, original)

    # --- inside ---

    def _instance(self, item: Item, original: datetime) -> dict[str, Element]:
        found = instance_at(item, original)
        return {**item.props, **item.exceptions.get(found.start, {})}

    def _change(self, item: Item, original: datetime, changed: dict[str, Element]) -> None:
        found = instance_at(item, original)
        item.exceptions.setdefault(found.start, {}).update(changed)
        self._mailbox.store.touch(item, "ModifiedOccurrences")

    def _guest(self, who: str, answer: str) -> Element:
        reply = answer in {"Accept", "Decline", "Tentative"}
        return t(
            "Attendee",
            mailbox(*parseaddr(who)),
            t("ResponseType", answer),
            t("LastResponseTime", self._mailbox.now()) if reply else None,
        )

    def _answered(self, attendees: Element, who: str, response: str) -> Element:
        changed = copy(attendees)
        for number, one in enumerate(changed):
            box = find(one, "Mailbox")
            if told(box, "EmailAddress").lower() == who.lower():
                name = f"{told(box, 'Name')} <{told(box, 'EmailAddress')}>"
                changed[number] = self._guest(name, response)
        return changed

    def _span(self, start: datetime | date, end: datetime | date, zone: str) -> dict[str, Element]:
        where = zones.zone(zone)

        def at(one: datetime | date) -> datetime:
            return one if isinstance(one, datetime) else datetime.combine(one, time(), where)

        whole = not isinstance(start, datetime)
        return {
            "Start": t("Start", at(start)),
            "End": t("End", at(end)),
            "IsAllDayEvent": t("IsAllDayEvent", whole),
            **({"LegacyFreeBusyStatus": t("LegacyFreeBusyStatus", "Free")} if whole else {}),
        }


def delete_instance(store: Store, item: Item, original: datetime) -> None:
    """An instance of a series does not take place. Raise Trouble where there is none."""
    found = instance_at(item, original)
    item.exceptions.pop(found.start, None)
    item.deleted[found.start] = found.end
    store.touch(item, "DeletedOccurrences")


def told_subject(item: Item, original: datetime) -> str:
    """The subject of an instance."""
    found = item.exceptions.get(instance_at(item, original).start, {}).get("Subject")
    return item.subject if found is None else (found.text or "")


def _cancelled(subject: str) -> list[Element]:
    return [
        t("IsCancelled", True),
        t("Subject", f"Canceled: {subject}"),
        t("LegacyFreeBusyStatus", "Free"),
    ]
