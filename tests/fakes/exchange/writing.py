"""A support module: what clients write into items, checked: CreateItem's items and UpdateItem."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from fakes.exchange import props as extending
from fakes.exchange import tasks
from fakes.exchange.call import Call, SoapFault, Trouble, each
from fakes.exchange.props import Extended
from fakes.exchange.render import INDEXED, extended_of
from fakes.exchange.seen import original_of
from fakes.exchange.shapes import ORDER, READ_ONLY, known
from fakes.exchange.store import Item, Store
from fakes.exchange.targets import check_key, item_of
from fakes.exchange.xml import Element, copy, find, instant, local, m, t, told, when

Written = tuple[dict[str, Element], dict[Extended, list[str]]]

_TIMES: Final = {"ReminderDueBy", "Start", "End", "RetentionDate", "Birthday", "WeddingAnniversary"}
_LONGEST: Final = 255  # of a subject


def created(asked: Element, zone: tzinfo, now: datetime) -> Written:
    """The properties of a new item. Raise Trouble."""
    kind = local(asked)
    if kind not in ORDER:
        raise Trouble("ErrorInvalidRequest", f"{kind} is not served")
    made: dict[str, Element] = {}
    extended: dict[Extended, list[str]] = {}
    for one in asked:
        name = local(one)
        if name == "ExtendedProperty":
            path, values = _extended(one)
            extended[path] = values
        elif name in READ_ONLY:
            raise Trouble("ErrorInvalidPropertySet", f"{name} can not be set.")
        elif name != "MimeContent":
            made[name] = kept(kind, one, zone)
    if kind == "Task":
        tasks.settle(made, set(made), now)
    return made, extended


def kept(kind: str, one: Element, zone: tzinfo) -> Element:
    """A property as it is stored: times in UTC, the days of a task as days. Raise Trouble."""
    name = local(one)
    if kind == "Task" and name in tasks.DAYS:
        return tasks.day_in(name, one.text, zone)
    if name in _TIMES:
        return t(name, instant(when(one.text)))
    if name == "Subject" and len(one.text or "") > _LONGEST:
        raise Trouble("ErrorInvalidPropertySet", "A subject has at most 255 characters.")
    return copy(one)


def update_item(call: Call) -> Element:
    """UpdateItem"""
    resolution = call.body.get("ConflictResolution")

    def one(change: Element) -> list[Element]:
        named = change[0]
        store, item = item_of(call, named)
        if original_of(item, named) is not None:
            raise NotImplementedError("UpdateItem of an occurrence is not served")
        if item.kind in {"Message", "MeetingRequest"} and not call.body.get("MessageDisposition"):
            raise Trouble("ErrorMessageDispositionRequired")
        if item.kind == "CalendarItem" and not call.body.get(
            "SendMeetingInvitationsOrCancellations"
        ):
            raise Trouble("ErrorSendMeetingInvitationsOrCancellationsRequired")
        invitations = call.body.get("SendMeetingInvitationsOrCancellations", "SendToNone")
        if item.kind == "CalendarItem" and invitations != "SendToNone":
            call.account.sent.append(change)
        seen = check_key(named, required=resolution != "AlwaysOverwrite")
        updates = list(find(change, "Updates"))
        paths = {_path_name(one[0]) for one in updates}
        if seen is not None and seen < item.revision and resolution != "AlwaysOverwrite":
            late = {name for name in paths if item.written.get(name, 0) > seen}
            if late or resolution == "NeverOverwrite":
                raise Trouble("ErrorIrresolvableConflict")
        apply(call, store, item, updates)
        made = t(item.kind, t("ItemId", Id=item.id, ChangeKey=item.change_key))
        return [m("Items", made), m("ConflictResults", t("Count", 0))]

    return each(call, find(call.body, "ItemChanges"), one, "Items")


def apply(call: Call, store: Store, item: Item, updates: list[Element]) -> None:
    """All of them, or none. Raise Trouble."""
    after, extended = dict(item.props), dict(item.extended)
    changed: set[str] = set()
    for one in updates:
        path, how = one[0], local(one)
        given = one[1] if len(one) > 1 else None
        if given is not None and (local(given) != item.kind or len(given) != 1):
            raise Trouble("ErrorIncorrectUpdatePropertyCount", f"a {local(given)}")
        changed.add(_path_name(path))
        if local(path) == "ExtendedFieldURI":
            _write_extended(extended, path, given, how)
        elif local(path) == "IndexedFieldURI":
            changed.add(_write_entry(after, path, given))
        else:
            _write(call, after, item.kind, path, given, how)
    if item.kind == "Task":
        changed = tasks.settle(after, changed, store.now())
    item.props, item.extended = after, extended
    store.touch(item, *changed)


def _write(
    call: Call,
    after: dict[str, Element],
    kind: str,
    path: Element,
    given: Element | None,
    how: str,
) -> None:
    uri = path.get("FieldURI")
    name = uri.partition(":")[2]
    if not known(uri, since_2013=call.since_2013):
        raise SoapFault("ErrorSchemaValidation", f"{uri} is not a property of this version")
    if not known(uri, kind):
        raise Trouble("ErrorInvalidPropertyRequest")
    if name in READ_ONLY:
        raise Trouble("ErrorInvalidPropertySet", f"{uri} can not be set.")
    if given is None:
        if name in {"ItemClass", "Start", "End", "Status", "IsRead"}:
            raise Trouble("ErrorInvalidPropertyDelete", f"{uri} can not be deleted.")
        after.pop(name, None)
        return
    if local(given[0]) != name:
        raise Trouble("ErrorUpdatePropertyMismatch")
    one = kept(kind, given[0], call.zone)
    if how == "AppendToItemField":
        if name != "Body" and len(one) == 0:
            raise Trouble("ErrorInvalidPropertyAppend")
        before = after.get(name)
        if before is not None:
            whole = copy(before)
            whole.text = (before.text or "") + (one.text or "")
            whole.extend(list(one))
            one = whole
    after[name] = one


def _write_extended(
    extended: dict[Extended, list[str]], path: Element, given: Element | None, how: str
) -> None:
    wanted = extended_of(path)
    for known_one in [one for one in extended if one.same(wanted)]:
        del extended[known_one]
    if how == "AppendToItemField":
        raise Trouble("ErrorInvalidPropertyAppend")
    if given is not None:
        told_so, values = _extended(given[0])
        if not told_so.same(wanted):
            raise Trouble("ErrorUpdatePropertyMismatch")
        extended[told_so] = values


def _write_entry(after: dict[str, Element], path: Element, given: Element | None) -> str:
    """One entry of addresses, telephone numbers ...: the property's name."""
    uri, index = path.get("FieldURI"), path.get("FieldIndex")
    found = next((v for k, v in INDEXED.items() if uri == k or uri.startswith(f"{k}:")), None)
    if found is None or uri.startswith("item:"):
        raise Trouble("ErrorInvalidPropertySet")
    name, by = found
    before = after.get(name)
    entries = [] if before is None else [copy(one) for one in before]
    part = uri.rpartition(":")[2] if uri.count(":") == 2 else ""
    old = next((one for one in entries if one.get(by) == index), None)
    new = None if given is None else copy(given[0][0])
    if given is not None and local(given[0]) != name:
        raise Trouble("ErrorUpdatePropertyMismatch")
    if part:
        new = _with_part(old, index, part, told(new, part) if new is not None else None)
    entries = [one for one in entries if one is not old]
    if new is not None:
        entries.append(new)
    after.pop(name, None)
    if entries:
        after[name] = t(name, entries)
    return name


_ADDRESS: Final = ("Street", "City", "State", "CountryOrRegion", "PostalCode")


def _with_part(old: Element | None, index: str, part: str, text: str | None) -> Element:
    parts = {one: told(old, one) for one in _ADDRESS if old is not None}
    parts[part] = text or ""
    return t("Entry", *(t(one, parts[one]) for one in _ADDRESS if parts.get(one)), Key=index)


def _extended(one: Element) -> tuple[Extended, list[str]]:
    path = extended_of(one[0])
    try:
        return path, extending.values_of(path, one)
    except ValueError as error:
        raise Trouble("ErrorInvalidExtendedPropertyValue", str(error)) from None


def _path_name(path: Element) -> str:
    """The property that a path is of; an extended one by itself."""
    if local(path) == "FieldURI":
        return str(path.get("FieldURI").partition(":")[2])
    return " ".join(sorted(f"{name}={value}" for name, value in path.attrib.items()))
