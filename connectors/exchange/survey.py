"""What a mailbox looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.exchange import raw
from connectors.exchange.calendar_list import choose
from connectors.exchange.element import number
from connectors.exchange.errors import NotThere
from connectors.exchange.mail_folders import Folders, chosen, missing
from connectors.exchange.places import TASKS, places
from connectors.exchange.request import Distinguished
from connectors.exchange.session import Exchange

_NAMED: Final = 6
_COUNT: Final = ("folder:DisplayName", "folder:TotalCount")


def survey(
    exchange: Exchange,
    folders: Sequence[str] | None,
    *,
    calendars: bool | Sequence[str],
    contacts: bool,
    tasks: str,
) -> Iterator[str]:
    """See `connectors.contract.Surveyed`. `folders`: those of mail that the owner chose, None where
    no mail is read. What is off is not asked for."""
    inbox = raw.folder(exchange, Distinguished("inbox"), _COUNT, "the inbox")
    yield f"{exchange.host} answers at {exchange.url}"
    yield f"signed in as {exchange.server.user or exchange.server.login}{_how(exchange)}"
    if folders is not None:
        yield f"mail: {number(inbox, 'TotalCount'):,} in the inbox"
        yield _folders(exchange, folders)
    if calendars:
        wanted = None if isinstance(calendars, bool) else calendars
        read, _, trouble = choose(exchange, wanted, {})
        if trouble is not None:
            raise trouble
        yield f"calendars are read: {_listed([one.path for one in read])}"
    if contacts:
        try:
            found = raw.folder(exchange, Distinguished("contacts"), _COUNT, "the contacts")
            yield f"contacts: {number(found, 'TotalCount'):,}"
        except NotThere:
            yield "contacts: the mailbox has no folder for them"
    if tasks:
        yield _tasks(exchange, tasks)


def _how(exchange: Exchange) -> str:
    kind = exchange.kind
    return f" ({kind})" if kind else ""


def _folders(exchange: Exchange, wanted: Sequence[str]) -> str:
    there = Folders(exchange).listed()
    if (lacking := missing(there, wanted, exchange.host)) is not None:
        raise lacking
    read = [one.path for one in chosen(there, wanted)]
    return f"{len(read)} of {len(there)} folders are read: {_listed(read)}"


def _tasks(exchange: Exchange, name: str) -> str:
    if name == "default":
        try:
            found = raw.folder(exchange, Distinguished("tasks"), _COUNT, "the tasks")
        except NotThere:
            return "tasks: the mailbox has no folder for them"
        return f"tasks: {number(found, 'TotalCount'):,} in the mailbox's own folder"
    if any(one.holds(TASKS) and one.called(name) for one in places(exchange)):
        return f"tasks: the folder {name} is there"
    return f"tasks: the folder {name} is made with the first task"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "none") + more
