"""What EWS says, element by element, for readers that take anything but what they know as absent.

Elements are those of lxml, in the namespaces of types.xsd and messages.xsd; a path is names with a
slash between them: "Organizer/Mailbox/EmailAddress".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, NamedTuple

TYPES: Final = "{http://schemas.microsoft.com/exchange/services/2006/types}"
MESSAGES: Final = "{http://schemas.microsoft.com/exchange/services/2006/messages}"

Element = Any

_CLASSES: Final = {
    "CalendarFolder": "IPF.Appointment",
    "ContactsFolder": "IPF.Contact",
    "TasksFolder": "IPF.Task",
}


class ItemId(NamedTuple):
    """By which an item is asked for, and the change key that guards it ("" where none is told)."""

    id: str
    change_key: str = ""


def name_of(element: Element) -> str:
    """What an element is called, without its namespace; "" for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def find(element: Element, path: str) -> Element | None:
    """The first element at a path below."""
    return element.find("/".join(TYPES + name for name in path.split("/")))


def every(element: Element, path: str) -> Iterator[Element]:
    """All elements at a path below."""
    yield from element.findall("/".join(TYPES + name for name in path.split("/")))


def text(element: Element, path: str) -> str:
    """The text at a path, "" where there is none."""
    found = find(element, path)
    return "" if found is None else found.text or ""


def flag(element: Element, path: str) -> bool:
    """A boolean of XML Schema."""
    return text(element, path).strip().lower() in ("true", "1")


def number(element: Element, path: str) -> int:
    """A whole number, 0 where there is none."""
    try:
        return int(text(element, path))
    except ValueError:
        return 0


def moment(element: Element, path: str, zone: tzinfo = UTC) -> datetime | None:
    """A dateTime in UTC, None where there is none; one without an offset is told in `zone`.

    Raises ValueError for what is no moment."""
    return moment_of(text(element, path), zone)


def moment_of(told: str, zone: tzinfo = UTC) -> datetime | None:
    """The same, by its text."""
    told = told.strip()
    if not told:
        return None
    at = datetime.fromisoformat(told)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a date out of range") from error


def class_of(folder: Element) -> str:
    """What a folder holds ([MS-OXOSFLD] 2.2.3); where that is not told, as what it is told."""
    return text(folder, "FolderClass").strip() or _CLASSES.get(name_of(folder), "")


def id_of(element: Element, path: str = "ItemId") -> ItemId:
    """The id of an item or a folder. An element without one has an empty one."""
    found = find(element, path)
    if found is None:
        return ItemId("")
    return ItemId(found.get("Id") or "", found.get("ChangeKey") or "")


def extended(element: Element) -> dict[str, str]:
    """The values of extended properties, by their names in lower case or their tags ("0x7d")."""
    found: dict[str, str] = {}
    for one in every(element, "ExtendedProperty"):
        field = find(one, "ExtendedFieldURI")
        if field is None:
            continue
        name = field.get("PropertyName") or field.get("PropertyTag") or ""
        found[name.lower()] = text(one, "Value")
    return found
