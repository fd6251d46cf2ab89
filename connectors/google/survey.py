"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.google.api import Api
from connectors.google.calendar_list import choose, entries

_NAMED: Final = 6


def survey(
    api: Api,
    login: str,
    *,
    mail: bool,
    calendars: bool | Sequence[str],
    contacts: bool,
    tasks: str,
) -> Iterator[str]:
    """See `connectors.contract.Surveyed`. What is off is not asked for."""
    api.sign_in()
    yield f"signed in as {login}"
    if mail:
        request = api.service("gmail").users().getProfile(userId="me")
        count = api.ask(request, "the mailbox").get("messagesTotal", 0)
        yield f"mail: {count:,} messages"
    if calendars:
        yield _calendars(api, calendars)
    if contacts:
        yield _contacts(api)
    if tasks:
        request = api.service("tasks").tasklists().list(maxResults=100)
        found = api.ask(request, "the task lists").get("items", ())
        titles = [one.get("title", "") for one in found]
        if tasks in titles:
            yield f"tasks: the list {tasks} is there"
        else:
            yield f"tasks: the list {tasks} is made with the first task"


def whose(api: Api, *, mail: bool, calendars: bool) -> str:
    """Whose account it is, by what may be read of it; "" where that does not tell."""
    if mail:
        request = api.service("gmail").users().getProfile(userId="me")
        return str(api.ask(request, "the mailbox").get("emailAddress", ""))
    if calendars:
        request = api.service("calendar").calendarList().get(calendarId="primary")
        return str(api.ask(request, "the first calendar").get("id", ""))
    return ""


def _calendars(api: Api, wanted: bool | Sequence[str]) -> str:
    there = entries(api)
    read, _, trouble = choose(there, None if isinstance(wanted, bool) else wanted, {})
    if trouble is not None:
        raise trouble
    names = [one.name for one in read]
    return f"{len(read)} of {len(there)} calendars are read: {_listed(names)}"


def _contacts(api: Api) -> str:
    people = api.service("people").people().connections()
    request = people.list(resourceName="people/me", personFields="names", pageSize=1)
    return f"contacts: {api.ask(request, 'the contacts').get('totalItems', 0):,}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "none") + more
