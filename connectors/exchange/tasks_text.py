"""What a task of ours says at an Exchange server, and how it is read back.

The key, when we wrote it, and the link to the evidence are named properties of ours, which Outlook
keeps and does not show. The body is plain text: what looks like HTML in a note is no HTML. Exchange
keeps of a body what it likes of line ends; a link that the notes do not have stands in a last line
of its own, which is not the task's notes:

    See https://...

Dates of tasks are days, as midnight in UTC (learn.microsoft.com/exchange/client-developer/
web-service-reference/duedate); a server may tell them as midnight where the owner is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.exchange.element import Element, extended, find, flag, id_of, moment, text
from connectors.records import Task

if TYPE_CHECKING:  # lxml comes with the first call
    from connectors.exchange.request import Extended, Field

SET: Final = "6f1d5a3c-8b52-4c7e-9d1a-3e2b8c4f7a90"  # of our named properties
KEY: Final = "syncd-key"
CREATED: Final = "syncd-created"
LINK: Final = "syncd-link"
COMPLETED: Final = "syncd-completed"
CATEGORY: Final = "syncd"

MOST_TITLE: Final = 255  # characters of a Subject
_LONGEST_LINK: Final = 500
_REMINDER: Final = time(9)  # where the owner is, on the day it is due
_HIGH: Final = 67
_LOW: Final = 33
_SAME_TICK: Final = timedelta(hours=36)
_OURS: Final = (KEY, CREATED, LINK, COMPLETED)
_PLAIN: Final = (
    "item:ParentFolderId", "item:Subject", "item:Body", "item:DateTimeCreated",
    "item:ReminderDueBy", "item:ReminderIsSet", "task:CompleteDate", "task:DueDate",
    "task:IsComplete", "task:StartDate", "task:Status",
)  # fmt: skip


class Stamp(NamedTuple):
    """What is known of a task beside its content: the change key that guards it, and whose it is,
    should it turn up elsewhere."""

    change_key: str
    key: str = ""

    @classmethod
    def of(cls, told: str) -> Stamp:
        """The other way round."""
        change_key, _, key = told.partition(" ")
        return cls(change_key, key)

    def __str__(self) -> str:
        return f"{self.change_key} {self.key}".rstrip()


def fields() -> Sequence[Field]:
    """What is asked for of a task."""
    return (*_PLAIN, *map(named, _OURS))


def named(name: str) -> Extended:
    """A property of ours."""
    from connectors.exchange.request import Extended

    return Extended(name, SET)


def new(draft: Draft, zone: ZoneInfo) -> Element:
    """A new task, in the order of types.xsd."""
    from connectors.exchange.request import typed, value

    link = _shown(draft.link, draft.notes)
    start = min(draft.created.astimezone(zone).date(), draft.due)
    ours = {KEY: draft.key, CREATED: moment_text(draft.created), LINK: link}
    return typed(
        "Task",
        typed("Subject", text=title_of(draft.title)),
        body(draft.notes, link),
        typed("Categories", typed("String", text=CATEGORY)),
        typed("Importance", text=importance(draft.priority)),
        typed("ReminderDueBy", text=moment_text(reminder(draft.due, zone))),
        typed("ReminderIsSet", text="true"),
        *(value(named(name), told) for name, told in ours.items() if told),
        day("DueDate", draft.due),
        day("StartDate", start),
        typed("Status", text="NotStarted"),
    )


def body(notes: str, link: str) -> Element:
    """The body of a task: its notes, and a link that is not in them."""
    from connectors.exchange.request import typed

    told = f"{notes}\n\nSee {link}" if notes and link else notes or (link and f"See {link}")
    lines = told.replace("\r\n", "\n").replace("\r", "\n")
    return typed("Body", text=lines.replace("\n", "\r\n"), BodyType="Text")


def day(name: str, at: date) -> Element:
    """A date of a task."""
    from connectors.exchange.request import typed

    return typed(name, text=f"{at.isoformat()}T00:00:00Z")


def reminder(due: date, zone: ZoneInfo) -> datetime:
    """When the owner is reminded of a task that is due then."""
    return datetime.combine(due, _REMINDER, zone)


def title_of(told: str) -> str:
    """A title within the limit, in one line."""
    line = " ".join(told.split("\n"))
    return line if len(line) <= MOST_TITLE else line[: MOST_TITLE - 1].rstrip() + "…"


def importance(priority: int) -> str:
    """A priority (0-100, higher first) as Outlook's."""
    return "High" if priority >= _HIGH else "Low" if priority <= _LOW else "Normal"


def link_of(item: Element) -> str:
    """The link that stands below the notes of a task of ours."""
    return extended(item).get(LINK, "")


def key_of(item: Element) -> str:
    """Whose it is, "" where it is none of ours."""
    return extended(item).get(KEY, "").strip()


def stamp_of(item: Element) -> Stamp:
    """See `Stamp`."""
    return Stamp(id_of(item).change_key, key_of(item))


def read(item: Element, zone: ZoneInfo) -> Task:
    """A task as EWS tells it. Raises `BadItem`, with an empty ref."""
    ours = extended(item)
    try:
        done = text(item, "Status") == "Completed" or flag(item, "IsComplete")
        return Task(
            key=ours.get(KEY, "").strip(),
            title=" ".join(text(item, "Subject").splitlines()),
            notes=_notes(item, ours.get(LINK, "")),
            due=due_of(item, "DueDate", zone),
            completed=done,
            completed_at=_completed(item, ours.get(COMPLETED, "")) if done else None,
            created=_moment(ours.get(CREATED, "")) or moment(item, "DateTimeCreated"),
        )
    except (ValueError, OverflowError) as error:
        raise BadItem("", "a task that has no sensible dates") from error


def due_of(item: Element, name: str, zone: ZoneInfo) -> date | None:
    """The day of a date, which is midnight somewhere. Raises ValueError."""
    told = text(item, name).strip()
    if not told:
        return None
    at = datetime.fromisoformat(told)
    if at.tzinfo is None or at.time() == time():
        return at.date()
    return at.astimezone(zone).date()


def _notes(item: Element, link: str) -> str:
    found = find(item, "Body")
    if found is None:
        return ""
    told = found.text or ""
    if found.get("BodyType") == "HTML":  # some servers have no other
        from connectors.formats.html import html_lines  # selectolax is not free

        told = html_lines(told)
    told = told.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").rstrip("\n")
    if not link:
        return told
    lines = told.split("\n")
    here = next((at for at, line in enumerate(lines) if line.strip() == f"See {link}"), None)
    if here is None:
        return told
    before, after = "\n".join(lines[:here]), "\n".join(lines[here + 1 :])
    before = before.removesuffix("\n") if before.endswith("\n") else before
    return f"{before}\n{after}" if after.strip() else before.rstrip("\n")


def moment_text(at: datetime) -> str:
    """A moment in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def tick(at: datetime, written: datetime) -> str:
    """When a task was completed, and when that was written by the server's clock."""
    return f"{moment_text(at)} {moment_text(written)}"


def _completed(item: Element, ours: str) -> datetime | None:
    """When it was completed. Exchange keeps the day on which it was told so; of a tick of ours the
    moment is known, as long as nobody has ticked it again."""
    told = moment(item, "CompleteDate")
    at, _, written = ours.partition(" ")
    own, there = _moment(at), _moment(written)
    if own is None or (told is not None and (there is None or told - there > _SAME_TICK)):
        return told
    return own


def _shown(link: str, notes: str) -> str:
    """A link that can be opened in Outlook and is not in the notes."""
    opens = link.lower().startswith(("http://", "https://")) and link.isprintable()
    return (
        link
        if opens and " " not in link and len(link) <= _LONGEST_LINK and link not in notes
        else ""
    )


def _moment(told: str) -> datetime | None:
    try:
        return datetime.fromisoformat(told).astimezone(UTC) if told else None
    except (ValueError, OverflowError):
        return None
