"""What a task of ours says at Google Tasks, and how it is read back.

The key is in the footer of the notes, as whoever drafted it wrote it there ("... syncd explain
KEY ..."). Google Tasks keeps neither when a task was made nor, of a task that another program
writes, a link; so both go into last lines of their own, which are not the task's notes:

    See https://mail.google.com/mail/u/?authuser=...
    Written by syncd on 2026-03-01 07:30:05Z

A key that is not in the notes is there too: ", as KEY".

Limits: developers.google.com/workspace/tasks/reference/rest/v1/tasks. It does not say of what; of
UTF-16 code units there are at least as many as of anything else that is called a character.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.formats.cut import cut, units
from connectors.google.tasks_links import closed
from connectors.records import Task

MOST_TITLE: Final = 1_024
MOST_NOTES: Final = 8_192
_LONGEST_LINK: Final = 500
_KEY: Final = re.compile(r"\bsyncd explain (syncd-[0-9a-f]{24})\b")
_OURS: Final = re.compile(
    r"^Written by syncd on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)Z(?:, as (\S+))?[ \t]*$",
    re.MULTILINE | re.ASCII,
)
_SEE: Final = re.compile(r"(?:^|\n)See (\S+)\n\Z")
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_UNFIT: Final = re.compile(r"[\s\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_WHEN: Final = "%Y-%m-%d %H:%M:%S"
_TO_SECONDS: Final = "2026-03-01T07:30:05"


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of a task, taken apart. `key` "" where it is not ours; `created` in UTC."""

    text: str
    key: str = ""
    link: str = ""
    created: datetime | None = None


class Stamp(NamedTuple):
    """What is known of a task beside its content: the etag that guards it, and what tells whose it
    is when its owner has deleted our footer, and whether it should be among the open ones. Google
    is known for etags that stay while a task changes: `updated`, to the second, tells then."""

    etag: str
    key: str = ""
    open: bool = True
    updated: str = ""

    @classmethod
    def of(cls, text: str) -> Stamp:
        """The other way round."""
        version, _, rest = text.partition(" ")
        key, _, state = rest.rpartition(" ")
        etag, _, updated = version.rpartition(";") if ";" in version else (version, "", "")
        return cls(etag, key, state != "done", updated)

    @classmethod
    def on(cls, body: Mapping[str, Any], key: str = "") -> Stamp:
        """Of a task as the API tells it."""
        changed = str(body.get("updated") or "")
        is_open = body.get("status") != "completed"
        return cls(str(body.get("etag") or changed), key, is_open, changed[: len(_TO_SECONDS)])

    def is_same(self, other: Stamp) -> bool:
        """Whether the task has not changed in between."""
        return (self.etag, self.updated) == (other.etag, other.updated)

    def __str__(self) -> str:
        state = "open" if self.open else "done"
        return f"{self.etag};{self.updated} {self.key} {state}"


def fields_of(draft: Draft) -> dict[str, str]:
    """A new task as it is sent."""
    link = draft.link
    if len(link) > _LONGEST_LINK or link in draft.notes or _UNFIT.search(link):
        link = ""
    return {
        "title": title_of(draft.title),
        "notes": written(Notes(draft.notes, draft.key, link, draft.created)),
        "due": due_of(draft.due),
        "status": "needsAction",
    }


def title_of(text: str) -> str:
    """A title within the limit, in one line."""
    return cut(" ".join(_storable(text).split("\n")), MOST_TITLE)


def due_of(day: date) -> str:
    """A due date; of a time Google Tasks would keep only the date."""
    return f"{day.isoformat()}T00:00:00.000Z"


def moment_of(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written(notes: Notes) -> str:
    """Notes within the limit, with what is ours below; what stands above the footer is cut."""
    text, last = _storable(notes.text), []
    if notes.link:
        last.append(f"See {notes.link}")
    in_text = (found := _KEY.search(text)) is not None and found[1] == notes.key
    if notes.key and (notes.created is not None or not in_text):
        # Without its moment a line would be no line of ours.
        at = (notes.created or _EPOCH).astimezone(UTC)
        last.append(f"Written by syncd on {at:{_WHEN}}Z" + ("" if in_text else f", as {notes.key}"))
    below = "\n".join(last)
    room = MOST_NOTES - units(below) - len("\n\n")
    text = _cut_above(text, notes.key, room)
    return f"{text}\n\n{below}" if text and below else text or below


def taken_apart(raw: str) -> Notes:
    """Notes as Google has them, without what is ours at their end, links as the core wrote them."""
    raw = raw.replace("\r\n", "\n")
    ours = list(_OURS.finditer(raw))
    if not ours:
        found = _KEY.search(raw)
        return Notes(closed(raw), found[1] if found else "")
    last = ours[-1]
    before, after = raw[: last.start()], raw[last.end() :]
    link = ""
    if (see := _SEE.search(before)) is not None:
        link, before = see[1], before[: see.start() + see[0].startswith("\n")]
    before = before.removesuffix("\n\n") if before.endswith("\n\n") else before.removesuffix("\n")
    text = before + after if before else after.lstrip("\n")
    found = _KEY.search(text)
    return Notes(closed(text), last[2] or (found[1] if found else ""), link, _created(last[1]))


def read(body: Mapping[str, Any], remembered: str = "") -> Task:
    """A task as the API tells it. `remembered`: its key, where its owner has deleted our footer.

    Raises `BadItem`, with an empty ref, for what is no task.
    """
    try:
        notes = taken_apart(str(body.get("notes") or ""))
        due = body.get("due")
        completed = body.get("completed")
        return Task(
            key=notes.key or remembered,
            title=" ".join(str(body.get("title") or "").splitlines()),
            notes=notes.text,
            due=date.fromisoformat(str(due)[:10]) if due else None,
            completed=body.get("status") == "completed",
            completed_at=moment(str(completed)) if completed else None,
            created=notes.created,
        )
    except ValueError as error:
        raise BadItem("", "Google tells of a task that has no sensible dates") from error


def moment(text: str) -> datetime:
    """A moment as Google writes it, in UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _cut_above(text: str, key: str, room: int) -> str:
    """`text` within `room` units, the line with its key and what follows whole."""
    if units(text) <= room:
        return text
    place = text.find(f"syncd explain {key}")
    start = text.rfind("\n", 0, place) + 1 if place >= 0 else len(text)
    head, footer = text[:start].rstrip("\n"), text[start:]
    if not footer:
        return cut(text, room)
    left = room - units(footer) - len("\n\n")
    return f"{cut(head, left)}\n\n{footer}" if left > 0 else cut(footer, room)


def _created(text: str) -> datetime | None:
    try:
        at = datetime.strptime(text, _WHEN).replace(tzinfo=UTC)
    except ValueError:
        return None
    return None if at == _EPOCH else at


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n"))


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
