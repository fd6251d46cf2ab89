"""A support module: the methods of Graph for folders of mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fakes.graph import changes
from fakes.graph.call import Call, Json, Refused, not_found
from fakes.graph.mailbox import ROOT, Folder
from fakes.graph.routes import GET, PAGES, TOKENS, Route, need

_READ: Final = need("Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic", "Mail.ReadBasic.All")
_SIZE: Final = 10


def folder_of(call: Call) -> Folder:
    """The one that is named."""
    try:
        named = call.path["folder"]
        found = call.account.mailbox.folder(named)
    except KeyError:
        raise not_found() from None
    if named != found.id and named.lower() != found.known:
        raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    return found


def lost(collection: str) -> Refused:
    """A token that is good for nothing any more."""
    del collection
    message = "The sync state generation is not found; sync the data again without a deltatoken."
    return Refused(410, "SyncStateNotFound", message)


def list_folders(call: Call) -> Json:
    """Those at the top."""
    return _below(call, call.account.mailbox.folder(ROOT))


def list_children(call: Call) -> Json:
    """Those right below one."""
    return _below(call, folder_of(call))


def get_folder(call: Call) -> Json:
    """One, by its id or its well-known name."""
    return told(call, folder_of(call))


def delta_folders(call: Call) -> Json:
    """Changes of the hierarchy, at any depth."""
    mailbox = call.account.mailbox

    def tell(item: str, _: Mapping[str, str]) -> Json | None:
        if item in mailbox.folders:
            found = mailbox.folders[item]
            return None if found.hidden else told(call, found)
        gone = mailbox.hierarchy.gone.get(item)
        return {"id": item, "@removed": {"reason": gone[1]}} if gone else None

    return changes.delta(
        call,
        call.account.rounds,
        "mailFolders",
        revision=call.account.revisions.now,
        since=lambda at, _: mailbox.hierarchy.since(at),
        tell=tell,
        size=_SIZE,
        lost=lost("mailFolders"),
    )


def told(call: Call, folder: Folder) -> Json:
    """A mailFolder."""
    mailbox = call.account.mailbox
    inside = [mailbox.letters[one] for one in folder.letters.items]
    return {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": folder.parent or mailbox.folder(ROOT).id,
        "childFolderCount": sum(1 for one in mailbox.children(folder) if not one.hidden),
        "unreadItemCount": sum(not one.read for one in inside),
        "totalItemCount": len(inside),
        "isHidden": folder.hidden,
    }


def _below(call: Call, folder: Folder) -> Json:
    mailbox = call.account.mailbox
    hidden = call.options.get("includeHiddenFolders") == "true"
    found = [one.id for one in mailbox.children(folder) if hidden or not one.hidden]
    if "$filter" in call.options:
        wanted = _named(call.options["$filter"])
        found = [one for one in found if mailbox.folders[one].name == wanted]
    found = call.whims.listed(found)
    return changes.paged(call, found, lambda one: told(call, mailbox.folders[one]), _SIZE)


def _named(text: str) -> str:
    field, _, value = text.partition(" eq ")
    if field.strip() != "displayName" or not (value.startswith("'") and value.endswith("'")):
        raise Refused(400, "BadRequest", f"Invalid filter clause: {text}")
    return value[1:-1].replace("''", "'")


_PAGES: Final = (PAGES - {"$expand", "$orderby"}) | {"includeHiddenFolders"}
_FOLDER: Final = "/mailFolders/{folder}"

ROUTES: Final = (
    Route("mailFolders.list", "GET", "/mailFolders", list_folders, "mailFolder", many=True,
          options=_PAGES, rights=_READ),
    Route("mailFolders.delta", "GET", "/mailFolders/delta", delta_folders, "mailFolder", many=True,
          options=GET | TOKENS, rights=_READ),
    Route("mailFolders.get", "GET", _FOLDER, get_folder, "mailFolder", options=GET, rights=_READ),
    Route("mailFolders.children", "GET", f"{_FOLDER}/childFolders", list_children, "mailFolder",
          many=True, options=_PAGES, rights=_READ),
)  # fmt: skip
