"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from connectors.errors import ConnectorError, Refused, Unavailable
from connectors.google.api import Api
from connectors.google.calendar_list import choose, entries
from connectors.google.tasks_lists import Lists

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
        titles = {one.strip() for one in Lists(api, tasks).titles().values()}
        if tasks.strip() in titles:
            yield f"tasks: the list {tasks} is there"
        else:
            yield f"tasks: the list {tasks} is made with the first task"


class Look(NamedTuple):
    """Whose account it is, "" where that cannot be seen, and what keeps it from being read."""

    account: str
    troubles: tuple[ConnectorError, ...] = ()


def look(api: Api, *, mail: bool, calendars: bool, contacts: bool, tasks: bool) -> Look:
    """One question to each API that is used. Raises `SignInNeeded`."""
    people = api.service("people").people().connections() if contacts else None
    asked = {
        "the mailbox": mail and api.service("gmail").users().getProfile(userId="me"),
        "the first calendar": calendars
        and api.service("calendar").calendarList().get(calendarId="primary"),
        "the contacts": people
        and people.list(resourceName="people/me", personFields="names", pageSize=1),
        "the task lists": tasks and api.service("tasks").tasklists().list(maxResults=1),
    }
    names = {"the mailbox": "emailAddress", "the first calendar": "id"}
    account, troubles = "", dict[str, ConnectorError]()
    for what, request in asked.items():
        if not request:
            continue
        try:
            answer = api.ask(request, what)
        except (Refused, Unavailable) as error:
            troubles.setdefault(str(error), error)
            if isinstance(error, Unavailable):
                break  # so are the others
        else:
            account = account or str(answer.get(names.get(what, ""), ""))
    return Look(account, tuple(troubles.values()))


def whose(api: Api, *, mail: bool, calendars: bool) -> str:
    """Whose account it is, by what may be read of it; "" where that does not tell. Raises what
    keeps it from being seen."""
    found = look(api, mail=mail, calendars=calendars, contacts=False, tasks=False)
    if found.troubles and not found.account:
        raise found.troubles[0]
    return found.account


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
