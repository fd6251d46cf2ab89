"""What a task of ours says in Microsoft To Do, and how it is read back.

The key is the externalId of a linkedResource, whose webUrl leads to the evidence and whose
displayName says when the task was written: Graph goes by its own clock for that. Where somebody
took that away, the key is known by the task's id, or by the footer of the notes.

A due date is a day, which Graph tells as midnight, of UTC or of where it was written; then in UTC.
Members: learn.microsoft.com/graph/api/resources/todotask
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.formats.cut import cut
from connectors.formats.windows_name import windows_name
from connectors.graph.moments import moment_of, wall_of
from connectors.records import Task

APPLICATION: Final = "syncd"
CATEGORY: Final = "syncd"
MOST_TITLE: Final = 255  # of Outlook's subjects
_REMINDED: Final = time(9)  # in the owner's zone
_HIGH, _LOW = 67, 33  # of 100
_LONGEST_LINK: Final = 1_000
_KEY: Final = re.compile(r"\bsyncd explain (syncd-[0-9a-f]{24})\b")
_SHOWN: Final = "Written by syncd on %Y-%m-%d %H:%M:%S"
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_WEB: Final = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)

Body = Mapping[str, Any]
Fields = dict[str, Any]


class Stamp(NamedTuple):
    """What is known of a task beside its content: the etag that guards it, and its key."""

    etag: str
    key: str = ""

    @classmethod
    def of(cls, text: str) -> Stamp:
        """The other way round."""
        etag, _, key = text.rpartition(" ")
        return cls(etag, key)

    def __str__(self) -> str:
        return f"{self.etag} {self.key}"


def fields_of(draft: Draft, zone: ZoneInfo, page: str = "") -> Fields:
    """A new task as it is sent. `page`: the address of the evidence, "" for none."""
    return {
        "title": title_of(draft.title),
        "body": body_of(draft.notes),
        "status": "notStarted",
        "importance": importance_of(draft.priority),
        "categories": [CATEGORY],
        **due_fields(draft.due, zone),
        **reminder_fields(draft.due, zone),
        "linkedResources": [link_of(draft, page)],
    }


def link_of(draft: Draft, page: str = "") -> Fields:
    """The linkedResource that says whose the task is."""
    shown = f"{draft.created.astimezone(UTC):{_SHOWN}}Z"
    link = {"applicationName": APPLICATION, "externalId": draft.key, "displayName": shown}
    return {**link, "webUrl": page} if _WEB.fullmatch(page[:_LONGEST_LINK]) else link


def title_of(text: str) -> str:
    """A title within the limit, in one line."""
    return cut(" ".join(_storable(text).split("\n")), MOST_TITLE)


def body_of(notes: str) -> Fields:
    """Notes, as plain text."""
    return {"content": _storable(notes), "contentType": "text"}


def importance_of(priority: int) -> str:
    """Of 0-100, higher first."""
    return "high" if priority >= _HIGH else "low" if priority <= _LOW else "normal"


def due_fields(day: date, zone: ZoneInfo) -> Fields:
    """A due date: a day where the owner is."""
    return {"dueDateTime": _at(datetime.combine(day, time()), zone, whole=True)}


def reminder_fields(day: date, zone: ZoneInfo) -> Fields:
    """A reminder in the morning of that day."""
    reminded = _at(datetime.combine(day, _REMINDED), zone, whole=False)
    return {"isReminderOn": True, "reminderDateTime": reminded}


def done_fields(at: datetime, zone: ZoneInfo) -> Fields:
    """Completed at that moment. Graph keeps the day: where the owner is."""
    wall = at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return {"status": "completed", "completedDateTime": _at(wall, zone, whole=False)}


def is_reminded_as_written(body: Body, zone: ZoneInfo) -> bool:
    """Whether the reminder of a task is the one that it got with its due date."""
    due = due_of(body, zone)
    if not body.get("isReminderOn") or due is None:
        return False
    try:
        told = moment_of(body["reminderDateTime"], UTC)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return False
    return told == datetime.combine(due, _REMINDED, zone)


def read(body: Body, zone: ZoneInfo, remembered: str = "") -> Task:
    """A task as Graph tells it. `remembered`: its key, where that is not told any more.

    Raises `BadItem`, with an empty ref, for what is no task.
    """
    try:
        notes = _notes(body.get("body") or {})
        completed = body.get("status") == "completed"
        return Task(
            key=key_of(body) or remembered or _key_in(notes),
            title=" ".join(str(body.get("title") or "").splitlines()),
            notes=notes,
            due=due_of(body, zone),
            completed=completed,
            completed_at=_completed(body, zone) if completed else None,
            created=_created(body),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadItem("", "Microsoft tells of a task that has no sensible dates") from error


def key_of(body: Body) -> str:
    """The key in a linkedResource of ours, "" where there is none."""
    return next((str(one["externalId"]) for one in _links(body) if one.get("externalId")), "")


def due_of(body: Body, zone: ZoneInfo) -> date | None:
    """The day a task is due on. Raises ValueError and the like where it is none."""
    told = body.get("dueDateTime")
    return _day(told, zone) if told else None


def _day(told: Mapping[str, Any], zone: ZoneInfo) -> date:
    wall = wall_of(told)
    if wall.time() == time():
        return wall.date()
    return moment_of(told, UTC).astimezone(zone).date()


def _at(wall: datetime, zone: ZoneInfo, *, whole: bool) -> dict[str, str]:
    """A time as it is sent: by the owner's clock, if Microsoft has a name for it."""
    name = windows_name(zone, wall.year)
    if not name:
        # A day is told as it was sent; anything else is a moment.
        wall = wall if whole else wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        name = "UTC"
    return {"dateTime": f"{wall:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": name}


def _completed(body: Body, zone: ZoneInfo) -> datetime | None:
    """When it was completed. Of a day only, the last change on it tells the moment: that was it, or
    the owner was at the task again."""
    changed = _moment(body.get("lastModifiedDateTime"))
    told = body.get("completedDateTime")
    if not told:
        return changed
    at = moment_of(told, UTC)
    if wall_of(told).time() != time() and at.astimezone(zone).time() != time():
        return at
    day = _day(told, zone)
    if changed is not None and day in (changed.date(), changed.astimezone(zone).date()):
        return changed
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _created(body: Body) -> datetime | None:
    for one in _links(body):
        try:
            shown = str(one.get("displayName") or "").strip()
            return datetime.strptime(shown, f"{_SHOWN}%z").astimezone(UTC)
        except ValueError:
            continue
    return _moment(body.get("createdDateTime"))


def _moment(told: Any) -> datetime | None:
    if not told:
        return None
    at = datetime.fromisoformat(str(told))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _links(body: Body) -> Iterator[Mapping[str, Any]]:
    for one in body.get("linkedResources") or ():
        if str(one.get("applicationName") or "").strip().lower() == APPLICATION:
            yield one


def _notes(told: Mapping[str, Any]) -> str:
    text = str(told.get("content") or "").replace("\r\n", "\n")
    if str(told.get("contentType")).lower() == "html":
        from connectors.formats.text import html_text  # its parser is loaded for few

        return html_text(text)
    return text


def _key_in(notes: str) -> str:
    found = _KEY.search(notes)
    return found[1] if found else ""


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n"))
