"""A support module: tasks: what their fields do to one another, and what their owner does.

The days of a task belong to no zone ([MS-OXOTASK] 2.2.2.2.4): they are kept as days, and told as
midnight, in UTC or in the zone of a request's TimeZoneContext.
"""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Final

from fakes.exchange.call import Trouble
from fakes.exchange.xml import Element, t, when

if TYPE_CHECKING:
    from fakes.exchange.store import Item

DAYS: Final = ("CompleteDate", "DueDate", "StartDate")


COMPUTED: Final = (
    *DAYS,
    "Status",
    "StatusDescription",
    "IsComplete",
    "PercentComplete",
    "IsRecurring",
    "IsTeamTask",
    "ChangeCount",
)


def dated(item: Item, zone: tzinfo | None) -> dict[str, Element]:
    """The days of a task, as midnight there (None: as Z), and what follows from its status."""
    made: dict[str, Element] = {}
    for name in DAYS:
        if name in item.props:
            day = date.fromisoformat(item.text(name))
            there = datetime.combine(day, time(), zone).isoformat()
            made[name] = t(name, there if zone else f"{there}Z")
    status = item.text("Status", "NotStarted")
    made["Status"] = t("Status", status)
    made["StatusDescription"] = t("StatusDescription", status)
    made["IsComplete"] = t("IsComplete", status == "Completed")
    made["PercentComplete"] = t("PercentComplete", item.text("PercentComplete", "0"))
    made["IsRecurring"] = t("IsRecurring", "Recurrence" in item.props)
    made["IsTeamTask"] = t("IsTeamTask", False)
    made["ChangeCount"] = t("ChangeCount", 1)
    return made


def day_in(name: str, text: str, zone: tzinfo) -> Element:
    """As a day is kept: midnight somewhere is that day, any other time one of that zone."""
    written = when(text)
    day = written if written.time() == time() else written.astimezone(zone)
    return t(name, day.date().isoformat())


def settle(props: dict[str, Element], written: set[str], now: datetime) -> set[str]:
    """What Outlook's rules make of those properties that were just written: which changed besides.
    Raise Trouble."""

    def text(name: str) -> str:
        return (props[name].text or "") if name in props else ""

    if "CompleteDate" in written and text("CompleteDate") > f"{now:%Y-%m-%d}":
        raise Trouble("ErrorInvalidPropertySet", "A completion date lies in the future.")
    if text("StartDate") and text("DueDate") and text("StartDate") > text("DueDate"):
        # Outlook moves the one that was not written.
        moved, by = ("StartDate", "DueDate") if "DueDate" in written else ("DueDate", "StartDate")
        props[moved] = t(moved, text(by))
        written = written | {moved}
    percent, status = text("PercentComplete"), text("Status")
    if percent and not 0 <= float(percent) <= 100:
        raise Trouble("ErrorInvalidPercentCompleteValue")
    done = (
        ("Status" in written and status == "Completed")
        or ("PercentComplete" in written and "Status" not in written and float(percent or 0) == 100)
        or ("CompleteDate" in written and bool(text("CompleteDate")))
    )
    if done:
        props["Status"] = t("Status", "Completed")
        props["PercentComplete"] = t("PercentComplete", 100)
        props.setdefault("CompleteDate", t("CompleteDate", f"{now:%Y-%m-%d}"))
        props["ReminderIsSet"] = t("ReminderIsSet", False)
        return written | {"Status", "PercentComplete", "CompleteDate", "ReminderIsSet"}
    if {"Status", "PercentComplete", "CompleteDate"} & written:
        props.pop("CompleteDate", None)
        if status == "Completed":
            status = "InProgress" if percent and float(percent) else "NotStarted"
        elif "PercentComplete" in written and "Status" not in written:
            status = "InProgress" if float(percent or 0) else "NotStarted"
        elif status == "NotStarted" or float(percent or 0) == 100:
            props["PercentComplete"] = t("PercentComplete", 0)
        if status:
            props["Status"] = t("Status", status)
        return written | {"Status", "PercentComplete", "CompleteDate"}
    return written
