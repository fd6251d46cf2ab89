"""Tasks as VTODO (RFC 5545 section 3.6.2): writing ours, reading anybody's, editing in place.

An edit works on the text of the file: whatever it does not change stays as it is, byte for byte and
in its order, with alarms and other applications' properties.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.formats.ical import parse_calendars
from connectors.formats.lines import Component, Property
from connectors.formats.times import moment
from connectors.formats.words import raw_text
from connectors.formats.zones import Zones
from connectors.records import Task

KEY: Final = "X-SYNCD-KEY"
_OUR_UID: Final = re.compile(r"syncd-[0-9a-f]{24}")
PRODID: Final = "-//syncd//syncd//EN"
_LINE_OCTETS: Final = 75  # RFC 5545 section 3.1
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")


def write_task(draft: Draft) -> bytes:
    """A calendar with one VTODO; its UID is the key."""
    created = _moment(draft.created)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "BEGIN:VTODO",
        f"UID:{_escape(draft.key)}",
        f"DTSTAMP:{created}",
        f"CREATED:{created}",
        f"LAST-MODIFIED:{created}",
        "SEQUENCE:0",
        f"SUMMARY:{_escape(draft.title)}",
        *([f"DESCRIPTION:{_escape(draft.notes)}"] if draft.notes else []),
        f"DUE;VALUE=DATE:{draft.due:%Y%m%d}",
        f"PRIORITY:{priority(draft.priority)}",
        *([f"URL:{_one_line(draft.link)}"] if draft.link else []),
        "STATUS:NEEDS-ACTION",
        f"{KEY}:{_escape(draft.key)}",
        "END:VTODO",
        "END:VCALENDAR",
    ]
    return "".join(_fold(line, "\r\n") for line in lines).encode()


def read_tasks(data: bytes, zone: ZoneInfo) -> list[Task]:
    """The tasks in a file, empty where it holds none. A due time is its local date in `zone`.

    Raises `BadItem` (with an empty ref) for what is no calendar, or when every task is broken.
    """
    found: list[Task] = []
    broken = False
    for calendar in parse_calendars(data)[0]:
        zones = Zones(calendar, zone)
        for todo in calendar.walk("VTODO"):
            if "RECURRENCE-ID" in todo:
                continue  # one repetition of a task that is listed itself
            try:
                found.append(_task(todo, zones))
            except (ValueError, OverflowError):  # the latter at the ends of time
                broken = True
    if broken and not found:
        raise BadItem("", "a broken task")
    return found


def edit_task(
    data: bytes,
    key: str,
    modified: datetime,
    *,
    title: str | None = None,
    notes: str | None = None,
    due: date | None = None,
    completed: datetime | None = None,
    reopened: bool = False,
) -> bytes:
    """`data` with the task `key` changed ("": the first task), everything else kept.

    Raises `BadItem` (with an empty ref) when the task is not in it.
    """
    text = raw_text(data)
    end = "\r\n" if "\r\n" in text else "\n"
    lines = _logical_lines(text)
    start, stop = _find(lines, key)
    changes: dict[str, str] = {}  # by name; "" takes the property out
    if title is not None:
        changes["SUMMARY"] = f"SUMMARY:{_escape(title)}"
    if notes is not None:
        changes["DESCRIPTION"] = f"DESCRIPTION:{_escape(notes)}"
    if due is not None:
        changes["DUE"] = f"DUE;VALUE=DATE:{due:%Y%m%d}"
    if completed is not None:
        changes["STATUS"] = "STATUS:COMPLETED"
        changes["COMPLETED"] = f"COMPLETED:{_moment(completed)}"
        changes["PERCENT-COMPLETE"] = "PERCENT-COMPLETE:100"
    elif reopened:
        changes |= {"STATUS": "STATUS:NEEDS-ACTION", "COMPLETED": "", "PERCENT-COMPLETE": ""}
    before = {_name(line): _unfold(line) for line in _own(lines, start, stop)}
    changes["LAST-MODIFIED"] = "LAST-MODIFIED:" + max(
        _moment(modified), before.get("LAST-MODIFIED", "").rpartition(":")[2]
    )
    changes["SEQUENCE"] = f"SEQUENCE:{_number(before.get('SEQUENCE', '')) + 1}"
    return "".join(_apply(lines, start, stop, changes, end)).encode()


def priority(ours: int) -> int:
    """0-100, higher first, as 9-1 (RFC 5545 section 3.8.1.9: 1 is the highest)."""
    return 9 - round(min(100, max(0, ours)) * 8 / 100)


def _task(todo: Component, zones: Zones) -> Task:
    prop = todo.first("DUE")
    day: date | None = None
    if prop is not None:
        due = moment(prop, zones)
        day = (due.wall if due.is_date else due.utc.astimezone(zones.local)).date()
    percent = _number(todo.word("PERCENT-COMPLETE"))
    return Task(
        key=_key(todo),
        title=" ".join(_plain(todo.first("SUMMARY")).split("\n")),
        notes=_plain(todo.first("DESCRIPTION")),
        due=day,
        completed=todo.word("STATUS") == "COMPLETED" or percent >= 100 or "COMPLETED" in todo,
        completed_at=_utc(todo.first("COMPLETED"), zones),
        created=_utc(todo.first("CREATED"), zones),
        cancelled=todo.word("STATUS") == "CANCELLED",
    )


def _key(todo: Component) -> str:
    """Our key: the property, or a UID that only we mint, for applications that drop the former."""
    key = _plain(todo.first(KEY)).strip()
    uid = _plain(todo.first("UID")).strip()
    return key or (uid if _OUR_UID.fullmatch(uid) else "")


def _utc(prop: Property | None, zones: Zones) -> datetime | None:
    try:
        return None if prop is None else moment(prop, zones).utc
    except ValueError:
        return None  # a broken stamp does not spoil the task


def _plain(prop: Property | None) -> str:
    return _storable("" if prop is None else prop.text)


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _logical_lines(text: str) -> list[str]:
    """Content lines as written, folds and line ends included."""
    lines: list[str] = []
    for line in (
        text.splitlines(keepends=True) if "\f" not in text else re.findall(r"[^\n]*\n|[^\n]+", text)
    ):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += line
        else:
            lines.append(line)
    return lines


def _unfold(line: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", line).rstrip("\r\n")


def _name(line: str) -> str:
    match = _NAME.match(line)
    return match[0].upper() if match else ""


def _value(line: str) -> str:
    return _unescape(_unfold(line).partition(":")[2])


def _find(lines: list[str], key: str) -> tuple[int, int]:
    """Where the task begins and ends: the indexes of its BEGIN and END lines."""
    start = -1
    for index, line in enumerate(lines):
        mark = _unfold(line).strip().upper()
        if mark == "BEGIN:VTODO":
            start = index
        elif mark == "END:VTODO" and start >= 0:
            own = _own(lines, start, index)
            names = {_name(line) for line in own}
            keys = {_value(line) for line in own if _name(line) in (KEY, "UID")}
            if "RECURRENCE-ID" not in names and (not key or key in keys):
                return start, index
            start = -1
    raise BadItem("", "the task is no longer in its file")


def _own(lines: list[str], start: int, stop: int) -> list[str]:
    """The task's own lines, without those of its alarms."""
    return [lines[index] for index in _own_indexes(lines, start, stop)]


def _own_indexes(lines: list[str], start: int, stop: int) -> list[int]:
    own: list[int] = []
    depth = 0
    for index in range(start + 1, stop):
        name = _name(lines[index])
        if name == "BEGIN":
            depth += 1
        elif name == "END":
            depth -= 1
        elif depth == 0:
            own.append(index)
    return own


def _apply(lines: list[str], start: int, stop: int, changes: dict[str, str], end: str) -> list[str]:
    waiting = dict(changes)
    own = _own_indexes(lines, start, stop)
    replaced: dict[int, str] = {}
    for index in own:
        name = _name(lines[index])
        if name in waiting:
            changed = waiting.pop(name)
            replaced[index] = _fold(changed, end) if changed else ""
        elif name in changes:
            replaced[index] = ""  # a second one, against the standard
    after = own[-1] if own else start
    out: list[str] = []
    for index, line in enumerate(lines):
        out.append(replaced.get(index, line))
        if index == after:
            out += [_fold(line, end) for line in waiting.values() if line]
    return out


def _fold(line: str, end: str) -> str:
    """A content line, folded at 75 octets, never inside a character."""
    if line.isascii() and len(line) <= _LINE_OCTETS:
        return line + end
    pieces: list[str] = []
    start, room = 0, _LINE_OCTETS
    while start < len(line):
        piece = line[start : start + room]
        while (over := len(piece.encode("utf-8", "replace")) - room) > 0:
            piece = piece[: over // -4]  # a character has four octets at most
        pieces.append(piece)
        start, room = start + len(piece), _LINE_OCTETS - 1  # a space goes before it
    return f"{end} ".join(pieces) + end


def _escape(text: str) -> str:
    text = _storable(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)


def _one_line(text: str) -> str:
    return "".join(_storable(text).split())


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _number(text: str) -> int:
    match = re.search(r"(\d{1,9})\s*$", text)
    return int(match[1]) if match else 0
