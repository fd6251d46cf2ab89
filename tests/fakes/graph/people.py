"""A support module: the methods of Graph for contacts and their folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from fakes.graph import changes, extended, times
from fakes.graph.call import Answer, Call, Json, Refused, not_found
from fakes.graph.contacts import LISTS, PLACES, TEXTS, Contact, ContactFolder
from fakes.graph.folders import lost
from fakes.graph.routes import GET, PAGES, TOKENS, Route, need

_READ: Final = need("Contacts.Read", "Contacts.ReadWrite")
_WRITE: Final = need("Contacts.ReadWrite")
_SIZE: Final = 10
_EXPANDED: Final = frozenset({extended.NAME})
_ADDRESS: Final = re.compile(
    r"emailAddresses/any\((\w+): ?\1/address eq '(.*)'\)", re.IGNORECASE
)  # fmt: skip


def list_folders(call: Call) -> Json:
    """Those below the default one, which is not among them."""
    return _below(call, call.account.contacts.default)


def list_children(call: Call) -> Json:
    """Those right below one."""
    return _below(call, _folder_of(call))


def get_folder(call: Call) -> Json:
    """One, by its id; `contacts` is the default one."""
    return _folder(_folder_of(call))


def delta_folders(call: Call) -> Json:
    """Changes of folders."""
    contacts = call.account.contacts

    def tell(item: str, _: Mapping[str, str]) -> Json | None:
        if item in contacts.folders:
            return _folder(contacts.folders[item])
        return {"id": item, "@removed": {"reason": "deleted"}}

    return changes.delta(
        call,
        call.account.rounds,
        "contactFolders",
        revision=call.account.revisions.now,
        since=lambda at, _: contacts.hierarchy.since(at),
        tell=tell,
        size=_SIZE,
        lost=lost("contactFolders"),
    )


def delta_contacts(call: Call) -> Json:
    """Changes in one folder."""
    folder, contacts = _folder_of(call), call.account.contacts

    def tell(item: str, _: Mapping[str, str]) -> Json | None:
        if item in folder.contacts.items:
            return told(call, contacts.all[item])
        if item not in folder.contacts.gone:
            return None
        reason = call.whims.pick("deleted", folder.contacts.gone[item][1])
        return {"@odata.type": "#microsoft.graph.contact", "id": item,
                "@removed": {"reason": reason}}  # fmt: skip

    return changes.delta(
        call,
        call.account.rounds,
        f"contacts:{folder.id}",
        revision=call.account.revisions.now,
        since=lambda at, _: folder.contacts.since(at),
        tell=tell,
        size=_SIZE,
        lost=lost("contacts"),
    )


def list_contacts(call: Call) -> Answer:
    """Everybody in a folder."""
    folder, contacts = _folder_of(call), call.account.contacts
    found = list(folder.contacts.items)
    if "$filter" in call.options:
        fits = _filtered(call.options["$filter"])
        found = [one for one in found if fits(contacts.all[one])]
    body = changes.paged(
        call, call.whims.listed(found), lambda one: told(call, contacts.all[one]), _SIZE
    )
    return Answer(body, _EXPANDED)


def get_contact(call: Call) -> Answer:
    """Somebody."""
    return Answer(told(call, _contact(call)), _EXPANDED)


def create_contact(call: Call) -> Json:
    """Somebody new, even if there is somebody alike."""
    body = {name: value for name, value in call.body.items() if name != extended.NAME}
    made = call.account.contacts.put(_checked(body), _folder_of(call).id)
    made.extended.update(extended.kept(call.body))
    return told(call, made)


def update_contact(call: Call) -> Json:
    """Members change."""
    found = _contact(call)
    _unchanged(call, found)
    call.account.contacts.edit(found.id, **_checked(call.body))
    return told(call, found)


def delete_contact(call: Call) -> None:
    """Gone."""
    found = _contact(call)
    _unchanged(call, found)
    call.account.contacts.delete(found.id)


def told(call: Call, contact: Contact) -> Json:
    """A contact."""
    body = contact.body
    wanted = extended.expansions(call.options, _EXPANDED).get(extended.NAME, [])
    links = extended.shown(contact.extended, wanted)
    whole = " ".join(str(body[k]) for k in ("givenName", "surname") if body.get(k))
    return {
        "@odata.etag": _etag(contact),
        "id": contact.id if call.immutable else contact.passing_id,
        "createdDateTime": times.instant(contact.made),
        "lastModifiedDateTime": times.instant(contact.changed),
        "changeKey": _etag(contact)[3:-1],
        "parentFolderId": contact.folder,
        **dict.fromkeys(TEXTS),
        **{name: [] for name in LISTS},
        **{name: {} for name in PLACES},
        **body,
        "displayName": body.get("displayName") or whole,
        **({extended.NAME: links} if links else {}),
    }


def _below(call: Call, folder: ContactFolder) -> Json:
    folders = call.account.contacts.folders
    found = [one.id for one in folders.values() if one.parent == folder.id]
    return changes.paged(call, call.whims.listed(found), lambda one: _folder(folders[one]), _SIZE)


def _filtered(text: str) -> Callable[[Contact], bool]:
    if match := _ADDRESS.fullmatch(text.strip()):
        address = match[2].replace("''", "'").lower()
        return lambda contact: address in _addresses(contact)
    if (asked := extended.asked(text)) is not None:
        name, value = asked
        return lambda one: {"id": name, "value": value} in extended.shown(one.extended, [name])
    message = f"The query filter is not known: {text}"
    raise Refused(400, "ErrorInvalidUrlQueryFilter", message)


def _checked(body: Json) -> Json:
    if len(body.get("emailAddresses") or ()) > 3:
        message = "A contact has three e-mail addresses at most."
        raise Refused(400, "ErrorInvalidArgument", message)
    return body


def _addresses(contact: Contact) -> set[str]:
    return {str(one.get("address")).lower() for one in contact.body.get("emailAddresses", ())}


def _etag(contact: Contact) -> str:
    return f'W/"EQAAABYAAACd9nJ/tVys{contact.revision:06x}"'


def _unchanged(call: Call, contact: Contact) -> None:
    if call.headers.get("if-match", "*") not in {"*", _etag(contact)}:
        message = "The send or update operation could not be performed because the change key "
        raise Refused(412, "ErrorIrresolvableConflict", f"{message}passed in is outdated.")


def _folder_of(call: Call) -> ContactFolder:
    contacts, named = call.account.contacts, call.path.get("folder", "contacts")
    for one in contacts.folders.values():
        if named == one.id or named.lower() == one.known:
            return one
    raise not_found()


def _contact(call: Call) -> Contact:
    contacts, named = call.account.contacts.all, call.path["contact"]
    found = contacts.get(named) or next(
        (one for one in contacts.values() if one.passing_id == named), None
    )
    if found is None or ("folder" in call.path and found.folder != _folder_of(call).id):
        raise not_found()
    return found


def _folder(folder: ContactFolder) -> Json:
    return {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": folder.parent or "AAkALgK-root",
    }


def _routes(within: str) -> Iterator[Route]:
    """The same below one folder, and for the default one."""
    one = f"{within}/contacts/{{contact}}"
    yield Route("contacts.list", "GET", f"{within}/contacts", list_contacts, "contact", many=True,
                options=PAGES - {"$orderby"}, ids=True, rights=_READ)  # fmt: skip
    yield Route("contacts.create", "POST", f"{within}/contacts", create_contact, "contact",
                takes="contact", deep=_EXPANDED, status=201, ids=True, rights=_WRITE)  # fmt: skip
    yield Route("contacts.delta", "GET", f"{within}/contacts/delta", delta_contacts, "contact",
                many=True, options=GET | TOKENS, ids=True, rights=_READ)  # fmt: skip
    yield Route("contacts.get", "GET", one, get_contact, "contact", options=GET | {"$expand"},
                ids=True, rights=_READ)  # fmt: skip
    yield Route("contacts.update", "PATCH", one, update_contact, "contact", takes="contact",
                ids=True, rights=_WRITE)  # fmt: skip
    yield Route("contacts.delete", "DELETE", one, delete_contact, status=204, ids=True,
                rights=_WRITE)  # fmt: skip


_FOLDER: Final = "/contactFolders/{folder}"

ROUTES: Final = (
    Route("contactFolders.list", "GET", "/contactFolders", list_folders, "contactFolder",
          many=True, options=PAGES - {"$expand", "$filter", "$orderby"}, rights=_READ),
    Route("contactFolders.delta", "GET", "/contactFolders/delta", delta_folders, "contactFolder",
          many=True, options=GET | TOKENS, rights=_READ),
    Route("contactFolders.get", "GET", _FOLDER, get_folder, "contactFolder", options=GET,
          rights=_READ),
    Route("contactFolders.children", "GET", f"{_FOLDER}/childFolders", list_children,
          "contactFolder", many=True, options=PAGES - {"$expand", "$filter", "$orderby"},
          rights=_READ),
    *_routes(""),
    *_routes(_FOLDER),
)  # fmt: skip
