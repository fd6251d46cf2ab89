"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from connectors.errors import Refused
from connectors.google.api import Api

_NAMED: Final = 6
_PAGES: Final = 20  # of any list: nobody has more, and nothing that goes round is followed for ever


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
        yield from _calendars(api, calendars)
    if contacts:
        yield _contacts(api)
    if tasks:
        lists = api.service("tasks").tasklists()
        titles = [
            one.get("title", "") for one in _all(api, lists, "the task lists", maxResults=100)
        ]
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


def _calendars(api: Api, wanted: bool | Sequence[str]) -> Iterator[str]:
    entries = api.service("calendar").calendarList()
    found = [*_all(api, entries, "the list of calendars", maxResults=250)]
    names = {
        str(one.get("summaryOverride") or one.get("summary") or one["id"]): one for one in found
    }
    if isinstance(wanted, bool):
        read = [name for name, one in names.items() if one.get("selected") or one.get("primary")]
    else:
        ids = {str(one["id"]) for one in found}
        lacking = [name for name in wanted if name not in names and name not in ids]
        if lacking:
            raise Refused(
                f"there is no calendar {', '.join(lacking)}: correct `calendars:` (there are "
                f"{_listed([*names])})"
            )
        read = list(wanted)
    yield f"{len(read)} of {len(found)} calendars are read: {_listed(read)}"


def _contacts(api: Api) -> str:
    people = api.service("people").people().connections()
    request = people.list(resourceName="people/me", personFields="names", pageSize=1)
    return f"contacts: {api.ask(request, 'the contacts').get('totalItems', 0):,}"


def _all(api: Api, of: Any, what: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    request = of.list(**parameters)
    for _ in range(_PAGES):
        answer = api.ask(request, what)
        yield from answer.get("items", ())
        request = of.list_next(request, answer)
        if request is None:
            return


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "none") + more
