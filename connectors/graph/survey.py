"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.graph.api import Api
from connectors.graph.contact_lists import Folders as ContactFolders
from connectors.graph.mail_folders import Folders

_NAMED: Final = 6
_ME: Final = {"$select": "mail,userPrincipalName"}


def survey(
    api: Api,
    login: str,
    *,
    mail: bool,
    folders: Sequence[str],
    calendars: bool | Sequence[str],
    contacts: bool,
    tasks: str,
) -> Iterator[str]:
    """See `connectors.contract.Surveyed`. What is off is not asked for."""
    api.sign_in()
    yield f"signed in as {login}"
    if mail:
        yield _mail(api, folders)
    if calendars:
        from connectors.graph.calendar_list import calendars_found

        yield calendars_found(api, None if isinstance(calendars, bool) else calendars)
    if contacts:
        yield _contacts(api)
    if tasks:
        from connectors.graph.todo_lists import list_found

        yield list_found(api, tasks)


def whose(api: Api) -> tuple[str, ...]:
    """The addresses of whoever signed in, as far as Microsoft tells them; the mailbox's first."""
    told = api.ask("", "whose account it is", params=_ME)
    found = (told.get("mail"), told.get("userPrincipalName"))
    return tuple(dict.fromkeys(str(one) for one in found if one))


def _mail(api: Api, chosen: Sequence[str]) -> str:
    found = Folders(api, chosen).find()
    if found.missing is not None:
        raise found.missing
    count, names = sum(one.count for one in found.folders), [one.name for one in found.folders]
    messages = "1 message" if count == 1 else f"{count:,} messages"
    return f"mail: {messages} in {_folders(names)}: {_listed(names)}"


def _contacts(api: Api) -> str:
    names = sorted(one.name for one in ContactFolders(api).find())
    return f"contacts: {_folders(names)}: {_listed(names)}" if names else "contacts: none"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "none") + more


def _folders(names: Sequence[str]) -> str:
    return "1 folder" if len(names) == 1 else f"{len(names)} folders"
