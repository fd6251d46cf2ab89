"""A support module: the methods of People."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from fakes.google import pages
from fakes.google.call import Call, Refused, invalid
from fakes.google.contacts import Book, Contact, Group
from fakes.google.documents import by_id

if TYPE_CHECKING:
    from fakes.google.documents import Json

# Counted from the full sync, however often the token was renewed since.
TOKEN_LIFE: Final = timedelta(days=7)
_OTHERS: Final = {"emailAddresses", "metadata", "names", "phoneNumbers", "photos"}
_AT_ONCE: Final = 200
_NO_FIELD: Final = {"resourceName", "etag", "ageRange"}


def list_connections(call: Call) -> Json:
    """people.connections.list"""
    if call.asked("sortOrder") not in {None, "LAST_MODIFIED_ASCENDING"}:
        raise NotImplementedError("connections.list: other orders are not known to this fake")
    if call.parameters["resourceName"] != "people/me":
        raise invalid("Must be people/me.")
    answer = _listed(call, call.account.contacts.connections, "personFields", "connections")
    count = sum(not one.deleted for one in call.account.contacts.connections.all.values())
    return {**answer, "totalPeople": count, "totalItems": count}


def list_others(call: Call) -> Json:
    """otherContacts.list"""
    return _listed(call, call.account.contacts.others, "readMask", "otherContacts")


def get_person(call: Call) -> Json:
    """people.get"""
    mask = _mask(call, "personFields")
    return _masked(_contact(call, call.parameters["resourceName"]), "CONTACT", mask)


def get_people(call: Call) -> Json:
    """people.getBatchGet, of two hundred at most; each has a status of its own."""
    names = call.asked("resourceNames") or []
    if not 0 < len(names) <= _AT_ONCE:
        raise invalid("Must specify 1 to 200 resource names.")
    mask = _mask(call, "personFields")
    return {"responses": [_response(call, name, mask) for name in names]}


def _response(call: Call, name: str, mask: set[str]) -> Json:
    try:
        person = _masked(_contact(call, name), "CONTACT", mask)
    except Refused as error:
        about = {"code": 5, "message": error.message}
        return {"httpStatusCode": error.status, "requestedResourceName": name, "status": about}
    return {"httpStatusCode": 200, "person": person, "requestedResourceName": name}


def create_contact(call: Call) -> Json:
    """people.createContact"""
    if not call.body:
        raise invalid("person is required.")
    if single := [
        name for name in ("names", "biographies", "birthdays", "genders")
        if len(call.body.get(name, ())) > 1
    ]:  # fmt: skip
        raise invalid(f"Only one value may be given for {single[0]} of a contact source.")
    kept = {n: v for n, v in call.body.items() if n not in {"resourceName", "etag", "metadata"}}
    contacts = call.account.contacts
    groups = [_group(call, name) for name in _memberships(kept.pop("memberships", []))]
    made = contacts.connections.put(kept)
    for group in [contacts.groups["contactGroups/myContacts"], *groups]:
        contacts.join(group, made)
    asked = call.asked("personFields")
    mask = (
        _mask(call, "personFields")
        if asked
        else set(by_id(call.method).api.schemas["Person"]["properties"])
    )
    return _masked(contacts.connections.all[made], "CONTACT", mask)


def delete_contact(call: Call) -> Json:
    """people.deleteContact"""
    resource = call.parameters["resourceName"]
    _contact(call, resource)
    contacts = call.account.contacts
    for group in contacts.groups.values():
        contacts.leave(group, resource)
    contacts.connections.delete(resource)
    return {}


def list_groups(call: Call) -> Json:
    """contactGroups.list"""
    if call.asked("syncToken"):
        raise NotImplementedError("contactGroups.list: sync tokens are not known to this fake")
    groups = list(call.account.contacts.groups.values())
    size = min(call.asked("pageSize") or 30, 1_000)
    part, more = pages.page(groups, "groups", call.asked("pageToken"), size)
    answer: Json = {"contactGroups": [_told(one) for one in part], "totalItems": len(groups)}
    return {**answer, **({"nextPageToken": more} if more else {})}


def get_group(call: Call) -> Json:
    """contactGroups.get, with `maxMembers` of its members."""
    group = _group(call, call.parameters["resourceName"])
    members = group.members[: call.asked("maxMembers") or 0]
    return {**_told(group), **({"memberResourceNames": members} if members else {})}


def create_group(call: Call) -> Json:
    """contactGroups.create"""
    contacts = call.account.contacts
    name = call.body.get("contactGroup", {}).get("name", "").strip()
    if not name:
        raise invalid("Contact group name must not be empty.")
    if any(one.name == name for one in contacts.groups.values()):
        raise Refused(409, "alreadyExists", "Contact group name already exists.")
    return _told(contacts.add_group(name))


def modify_members(call: Call) -> Json:
    """contactGroups.members.modify"""
    contacts, missing = call.account.contacts, []
    group = _group(call, call.parameters["resourceName"])
    for change, name in ((contacts.join, "ToAdd"), (contacts.leave, "ToRemove")):
        for resource in call.body.get(f"resourceNames{name}", ()):
            found = contacts.connections.all.get(resource)
            if found is None or found.deleted:
                missing.append(resource)
            else:
                change(group, resource)
    return {"notFoundResourceNames": missing} if missing else {}


def _listed(call: Call, book: Book, mask_name: str, member: str) -> Json:
    mask = _mask(call, mask_name)
    if mask_name == "readMask" and mask - _OTHERS:
        raise invalid(f"Invalid readMask: {', '.join(sorted(mask - _OTHERS))}")
    same = {"mask": sorted(mask), "sources": call.asked("sources"), "book": book.kind}
    given = call.asked("syncToken")
    since, full = 0, book.now()
    if given is not None:
        about = _token(book, given, same)
        since, full = about["at"], datetime.fromisoformat(about["full"])
    listed, at = book.listed()
    found = [
        one for one in listed if (one.revision > since if given is not None else not one.deleted)
    ]
    if (token := call.asked("pageToken")) is not None:
        about = pages.read(token, "peoplePage")
        if about is None or about["same"] != same:
            raise invalid("Page token is invalid, or the request is not the same.")
        token, at = about["page"], about["at"]
    size = min(call.asked("pageSize") or 100, 1_000)
    part, more = pages.page(found, "people", token, size)
    answer: Json = {}
    if part:
        answer[member] = [_told_of(one, book.kind, mask, given) for one in part]
    if more:
        about = {"kind": "peoplePage", "page": more, "at": at, "same": same}
        return {**answer, "nextPageToken": pages.token(about)}
    if call.asked("requestSyncToken") or given is not None:
        about = {"kind": "people", "at": at, "full": full.isoformat(), "same": same}
        answer["nextSyncToken"] = pages.token(about)
    return answer


def _token(book: Book, given: str, same: Json) -> Any:
    about = pages.read(given, "people")
    if about is None:
        raise invalid("Sync token is invalid.")
    full = datetime.fromisoformat(about["full"])
    if full + TOKEN_LIFE < book.now() or about["at"] <= book.dead_before:
        raise Refused(
            400,
            "failedPrecondition",
            "Sync token is expired. Clear local cache and retry call without the sync token.",
            info="EXPIRED_SYNC_TOKEN",
            name="FAILED_PRECONDITION",
        )
    if about["same"] != same:
        raise invalid("Sync requests must have the same parameters as the one that gave the token.")
    return about


def _mask(call: Call, name: str) -> set[str]:
    given = call.asked(name)
    if not given:
        raise invalid(f"{name} mask is required. Please specify one or more valid paths.")
    fields = set(by_id(call.method).api.schemas["Person"]["properties"]) - _NO_FIELD
    mask = set(given.split(","))
    if wrong := sorted(mask - fields):
        raise invalid(f"Invalid {name} mask path: {wrong[0]!r}.")
    return mask


def _masked(one: Contact, kind: str, mask: set[str]) -> Json:
    always = {"resourceName", "etag", *({"metadata"} if one.deleted else ())}
    return {name: value for name, value in one.person(kind).items() if name in mask | always}


def _told_of(one: Contact, kind: str, mask: set[str], given: str | None) -> Json:
    """As a listing has it. Former names are told with a sync token, and of connections alone."""
    person = _masked(one, kind, mask)
    if one.former and given is not None and kind == "CONTACT" and "metadata" in person:
        metadata = {**person["metadata"], "previousResourceNames": list(one.former)}
        return {**person, "metadata": metadata}
    return person


def _contact(call: Call, resource: str) -> Contact:
    found = call.account.contacts.connections.all.get(resource)
    if found is None or found.deleted:
        raise Refused(404, "notFound", "Requested entity was not found.")
    return found


def _group(call: Call, resource: str) -> Group:
    found = call.account.contacts.groups.get(resource)
    if found is None:
        raise Refused(404, "notFound", "Requested entity was not found.")
    return found


def _memberships(written: list[Json]) -> list[str]:
    return [one["contactGroupMembership"]["contactGroupResourceName"] for one in written]


def _told(group: Group) -> Json:
    kind = "SYSTEM_CONTACT_GROUP" if group.system else "USER_CONTACT_GROUP"
    answer = {"resourceName": group.resource, "name": group.name, "formattedName": group.name}
    counted = {"memberCount": len(group.members)} if group.members else {}
    return {**answer, "groupType": kind, "etag": f"%{group.revision}", **counted}


METHODS: Final = {
    "people.people.connections.list": list_connections,
    "people.otherContacts.list": list_others,
    "people.people.get": get_person,
    "people.people.getBatchGet": get_people,
    "people.people.createContact": create_contact,
    "people.people.deleteContact": delete_contact,
    "people.contactGroups.list": list_groups,
    "people.contactGroups.get": get_group,
    "people.contactGroups.create": create_group,
    "people.contactGroups.members.modify": modify_members,
}
