"""A support module: the mails about meetings, which Exchange keeps as items of their own kinds."""

from __future__ import annotations

from typing import Final

from fakes.exchange.calendar_views import calendar_view
from fakes.exchange.mailbox import Mailbox
from fakes.exchange.store import Item
from fakes.exchange.xml import Element, copy, t

_CLASSES: Final = {
    "Accept": "IPM.Schedule.Meeting.Resp.Pos",
    "Decline": "IPM.Schedule.Meeting.Resp.Neg",
    "Tentative": "IPM.Schedule.Meeting.Resp.Tent",
}
_ABOUT: Final = (
    "Start",
    "End",
    "IsAllDayEvent",
    "LegacyFreeBusyStatus",
    "Location",
    "IsMeeting",
    "IsCancelled",
    "IsRecurring",
    "CalendarItemType",
    "MyResponseType",
    "Organizer",
    "RequiredAttendees",
    "OptionalAttendees",
    "AppointmentSequenceNumber",
    "Recurrence",
)


def request(mailbox: Mailbox, event: Item, raw: bytes, kind: str = "NewMeetingRequest") -> Item:
    """An invitation to it comes in; `kind`: also FullUpdate, InformationalUpdate, Outdated."""
    about = _about(mailbox, event, _ABOUT)
    about["MeetingRequestType"] = t("MeetingRequestType", kind)
    about["IsOutOfDate"] = t("IsOutOfDate", kind == "Outdated")
    return mailbox.deliver(raw, kind="MeetingRequest", **_classed(about, ""))


def cancellation(mailbox: Mailbox, event: Item, raw: bytes) -> Item:
    """The organizer's mail that it is off."""
    about = _about(mailbox, event, ("Start", "End", "Location", "CalendarItemType"))
    return mailbox.deliver(raw, kind="MeetingCancellation", **_classed(about, ""))


def response(mailbox: Mailbox, event: Item, raw: bytes, answer: str) -> Item:
    """A guest's mail: Accept, Decline or Tentative."""
    about = _about(mailbox, event, ("Start", "End", "Location", "CalendarItemType"))
    about["ResponseType"] = t("ResponseType", answer)
    return mailbox.deliver(raw, kind="MeetingResponse", **_classed(about, _CLASSES[answer]))


def _about(mailbox: Mailbox, event: Item, names: tuple[str, ...]) -> dict[str, Element]:
    shown = calendar_view(mailbox.store, event)
    made = {
        "AssociatedCalendarItemId": t(
            "AssociatedCalendarItemId", Id=event.id, ChangeKey=event.change_key
        ),
        "IsDelegated": t("IsDelegated", False),
        "IsOutOfDate": t("IsOutOfDate", False),
        "HasBeenProcessed": t("HasBeenProcessed", True),
        "ResponseType": t("ResponseType", "Unknown"),
    }
    for name in ("UID", "DateTimeStamp", *names):
        if (found := shown.get(name)) is not None:
            made[name] = copy(found)
    return made


def _classed(about: dict[str, Element], item_class: str) -> dict[str, Element]:
    return {**about, "ItemClass": t("ItemClass", item_class)} if item_class else about
