"""Who is invited to a calendar item of EWS, who convenes it, and what they answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from connectors.exchange.element import Element, every, find, text
from connectors.formats.addresses import address
from connectors.formats.words import clean
from connectors.records import Attendee, Mailbox, PartStat

_NAME_LIMIT: Final = 200
_GUESTS_LIMIT: Final = 2_000
_ORGANIZER: Final = "Organizer"
_ANSWERS: Final = {
    _ORGANIZER: PartStat.ACCEPTED,
    "Accept": PartStat.ACCEPTED,
    "Decline": PartStat.DECLINED,
    "Tentative": PartStat.TENTATIVE,
}
_UNANSWERED: Final = "NoResponseReceived"
_LISTS: Final = (
    ("RequiredAttendees", False, "individual"),
    ("OptionalAttendees", True, "individual"),
    ("Resources", False, "resource"),
)
_GROUPS: Final = frozenset(("PublicDL", "PrivateDL", "GroupMailbox"))
# Guests of whom no address is told, however many: a group. Nobody has one there (RFC 6761).
_OTHERS: Final = Attendee(Mailbox("guests@ignored.invalid"), kind="group")

Resolve = Callable[[str], str]


class Guests:
    """Reads them for one account. `login`: its owner's address. `resolve`: the address of somebody
    of the same organisation who is told by another name (a legacyExchangeDN), "" where there is
    none."""

    def __init__(self, login: str, resolve: Resolve) -> None:
        self._login = login
        self._resolve = resolve

    def organizer(self, item: Element) -> Mailbox | None:
        """Who convenes it; the account's owner by the login, whatever address it was sent by."""
        told = self._organizer(item)
        if text(item, "MyResponseType") == _ORGANIZER:
            return Mailbox(self._login, told.name if told else "")
        return told

    def aliases(self, item: Element) -> tuple[tuple[str, Mailbox], ...]:
        """See `connectors.records.Meeting`: what the owner convenes under another address."""
        told = self._organizer(item)
        if told is None or text(item, "MyResponseType") != _ORGANIZER:
            return ()
        return ((self._login, told),) if told.addr.lower() != self._login.lower() else ()

    def invited(self, item: Element) -> tuple[Attendee, ...]:
        """The guests, each once, the owner with the answer that was sent from here: only whoever
        convenes a meeting is told those of others."""
        found: dict[str, Attendee] = {}
        hidden = False
        for attendee, optional, kind in _entries(item):
            told = find(attendee, "Mailbox")
            box = None if told is None else self._mailbox(told)
            if told is None or box is None:
                hidden = True
                continue
            if kind == "individual" and text(told, "MailboxType") in _GROUPS:
                kind = "group"
            answer = _ANSWERS.get(text(attendee, "ResponseType"), PartStat.UNKNOWN)
            found.setdefault(box.addr.lower(), Attendee(box, answer, kind, optional))
        if not found and not hidden:
            return ()
        self._answer(found, text(item, "MyResponseType"))
        return (*found.values(), *([_OTHERS] if hidden else ()))

    def _answer(self, found: dict[str, Attendee], mine: str) -> None:
        me = self._login.lower()
        there = found.get(me)
        if there is None and mine in (_UNANSWERED, *_ANSWERS) and mine != _ORGANIZER:
            there = Attendee(Mailbox(self._login))  # invited as one of a list, or by another name
        if there is not None:
            found[me] = replace(there, partstat=_ANSWERS.get(mine, there.partstat))

    def _organizer(self, item: Element) -> Mailbox | None:
        told = find(item, "Organizer/Mailbox")
        return None if told is None else self._mailbox(told)

    def _mailbox(self, told: Element) -> Mailbox | None:
        written = text(told, "EmailAddress").strip()
        addr = address(written) or (address(self._resolve(written)) if written else "")
        if not addr:
            return None
        name = clean(text(told, "Name")[:_NAME_LIMIT]).strip("'")
        return Mailbox(addr, "" if name.lower() == addr.lower() else name)


def _entries(item: Element) -> Iterator[tuple[Element, bool, str]]:
    left = _GUESTS_LIMIT
    for name, optional, kind in _LISTS:
        for attendee in every(item, f"{name}/Attendee"):
            if (left := left - 1) < 0:
                return
            yield attendee, optional, kind
