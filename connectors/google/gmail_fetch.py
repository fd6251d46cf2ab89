"""Mails by their ids, many at once: header and shape of all, what is inside of the few that carry
a calendar, a card or a delivery report.

messages.get costs 20 units in every format. So the first look takes `full` with a mask: the header
as in `metadata`, and the shapes of the parts, which tell who carries something; no body and no
snippet. All header fields come, because families of them (X-Campaign...) tell a machine, and Gmail
picks by whole names only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from connectors.errors import ConnectorError, Unavailable
from connectors.google.api import AT_ONCE, Api
from connectors.google.errors import Crowded, Declined, NotThere
from connectors.google.gmail_labels import is_mail
from connectors.google.gmail_letter import Terms, is_told_inside, item_of, ref_of
from connectors.google.gmail_parts import (
    attachment_of,
    data_of,
    is_carried,
    kind_of,
    leaves,
    mask,
    rebuilt,
)
from connectors.records import Bad, Item

WHAT: Final = "the mail"
_LOOK: Final = f"id,labelIds,internalDate,sizeEstimate,{mask('mimeType,filename,headers')}"
_RAW_LIMIT: Final = 2 * 1024 * 1024  # of a mail that is fetched whole; of others the parts
_RAW_AT_ONCE: Final = 4 * 1024 * 1024  # bytes in one answer
_PART_LIMIT: Final = 1024 * 1024
_PARTS_LIMIT: Final = 20
_FIRST: Final = 10
_LEAST: Final = 5  # ids that are asked for at once where Gmail refuses more
_TRIES: Final = 3  # of one mail, while others come
_UNDELIVERED: Final = "Gmail lists it and does not deliver it"

Found = dict[str, Item | None]


class Fetched(NamedTuple):
    """`items` by id: None for one that is not there, or no mail that is read; ids that are missing
    were not answered. `trouble` is why, and to be raised when the others are told."""

    items: Found
    trouble: ConnectorError | None


class Fetcher:
    """See above. It knows which mails failed, what was fetched of them already, and how many may be
    asked for at once: Gmail refuses some parts of a batch that it finds too large."""

    def __init__(self, api: Api, terms: Terms) -> None:
        self._api = api
        self._terms = terms
        self._failed: Counter[str] = Counter()
        self._looked: dict[str, Any] = {}  # mails whose inside is still to be read
        self._most = AT_ONCE  # ids to ask for at once
        self.portion = min(_FIRST, AT_ONCE)  # a process before us may have used up the quota

    def fetch(self, ids: Sequence[str], *, keep: int = 0) -> Fetched:
        """These mails, some tens at most. `keep`: see `Api.ask`."""
        found: Found = {}
        trouble: ConnectorError | None = None
        try:
            self._look([one for one in ids if one not in self._looked], found, keep)
            self._read_inside({one: self._looked[one] for one in ids if one in self._looked}, found)
            self.portion = min(self._most, 2 * self.portion)
        except ConnectorError as error:
            trouble = error
            if isinstance(error, Crowded):
                self.portion = max(1, self.portion // 2)
            elif _may_be_the_mail(error):
                self._fewer(ids, found)
        for one in found:
            self._looked.pop(one, None)
            self._failed.pop(one, None)
        if len(found) == len(ids):
            return Fetched(found, None)
        return Fetched(found, trouble or Unavailable("Gmail left out some mail: it is asked again"))

    def _look(self, ids: Sequence[str], found: Found, keep: int) -> None:
        """Fetch headers and shapes, and read those mails that are no more than that. What a large
        batch did not bring is asked for in smaller ones."""
        refused = self._look_at(ids, found, keep, first=True)
        if refused:
            self._most = max(_LEAST, (len(ids) - len(refused)) * 3 // 4)
        elif len(ids) >= self._most:
            self._most = min(AT_ONCE, self._most + 1)
        for at in range(0, len(refused), self._most):
            self._look_at(refused[at : at + self._most], found, keep)

    def _look_at(
        self, ids: Sequence[str], found: Found, keep: int, *, first: bool = False
    ) -> list[str]:
        """In one batch. What was refused without a time to wait, the `first` time; else that is
        raised."""
        get = self._api.service("gmail").users().messages().get
        asked = {one: get(userId="me", id=one, format="full", fields=_LOOK) for one in ids}
        with _Parts(self, found, first=first, answered=not first) as parts:
            for one, answer in parts.good(self._api.batch(asked, WHAT, keep=keep)):
                if not is_mail(answer.get("labelIds", ())):
                    found[one] = None
                elif is_told_inside(answer):
                    self._looked[one] = answer
                else:
                    found[one] = item_of(answer, bytes, self._terms)
        return parts.again

    def _read_inside(self, looked: Mapping[str, Any], found: Found) -> None:
        """Read what is in these mails as well."""
        get = self._api.service("gmail").users().messages().get
        small = {one: mail for one, mail in looked.items() if _size(mail) <= _RAW_LIMIT}
        for group in _groups(small):
            asked = {one: get(userId="me", id=one, format="raw", fields="raw") for one in group}
            with _Parts(self, found) as parts:
                for one, answer in parts.good(self._api.batch(asked, WHAT)):
                    data = data_of(str(answer.get("raw", "")))
                    found[one] = item_of(looked[one], partial(bytes, data), self._terms)
        large = {
            one: get(userId="me", id=one, format="full", fields="payload")
            for one in looked
            if one not in small
        }
        for one, request in large.items():
            with _Parts(self, found) as parts:
                for _, answer in parts.good(self._api.batch({one: request}, WHAT)):
                    payload = answer.get("payload", {})
                    data = rebuilt(payload, attachments(self._api, one, _inside(payload)))
                    found[one] = item_of(looked[one], partial(bytes, data), self._terms)

    def failed(self, message_id: str) -> Bad | None:
        """A mail was not given, though others were; what to tell of it, if that is enough."""
        self._failed[message_id] += 1
        if self._failed[message_id] < _TRIES:
            return None
        return Bad(ref_of(message_id), "", _UNDELIVERED, for_now=True)

    def _fewer(self, ids: Sequence[str], found: Found) -> None:
        """It may be one of these mails that spoils all the answers: fewer at once find it."""
        if found:
            return
        self.portion = max(1, min(self.portion, len(ids)) // 4)
        if len(ids) == 1 and (bad := self.failed(ids[0])) is not None:
            found[ids[0]] = bad


class _Parts:
    """The answers of batches, sorted: at the end it raises the trouble of a part that was not set
    aside."""

    def __init__(
        self, fetcher: Fetcher, found: Found, *, first: bool = False, answered: bool = False
    ) -> None:
        self._fetcher = fetcher
        self._found = found
        self._first = first
        self._errors: dict[str, ConnectorError] = {}
        self._answered = answered  # others were
        self.again: list[str] = []  # what may be asked for at once, in a smaller batch

    def __enter__(self) -> _Parts:
        return self

    def good(self, answers: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Those that are answers."""
        for one, answer in answers:
            if isinstance(answer, NotThere):
                self._found[one] = None
            elif isinstance(answer, ConnectorError):
                self._errors[one] = answer
                continue
            else:
                yield one, answer
            self._answered = True

    def __exit__(self, *raised: object) -> None:
        left: list[ConnectorError] = []
        for one, error in self._errors.items():
            if self._answered and self._first and _may_go_at_once(error):
                self.again.append(one)
            elif (
                self._answered
                and _may_be_the_mail(error)
                and (bad := self._fetcher.failed(one)) is not None
            ):
                self._found[one] = bad
            else:
                left.append(error)
        if left and raised[0] is None:
            raise left[0]


def _may_be_the_mail(error: ConnectorError) -> bool:
    """Whether it may be this mail that is in the way: not where Google wants less of us, or says
    when to ask again."""
    return isinstance(error, Declined) or (isinstance(error, Unavailable) and not error.asked)


def _may_go_at_once(error: ConnectorError) -> bool:
    """Whether fewer at a time may be asked for without any wait."""
    return isinstance(error, Crowded) or (isinstance(error, Unavailable) and not error.asked)


def attachments(api: Api, message_id: str, parts: Iterable[Any]) -> dict[str, bytes]:
    """The bodies of these parts that did not come with them, by the ids of their attachments; too
    large ones are left out. Raises the errors of the contract."""
    wanted = [attachment_of(part) for part in parts]
    ids = [one for one, size in wanted if one and size <= _PART_LIMIT][:_PARTS_LIMIT]
    get = api.service("gmail").users().messages().attachments().get
    asked = {
        str(at): get(userId="me", messageId=message_id, id=one, fields="data")
        for at, one in enumerate(ids)
    }
    found: dict[str, bytes] = {}
    for at, answer in api.batch(asked, WHAT):
        if not isinstance(answer, ConnectorError):
            found[ids[int(at)]] = data_of(str(answer.get("data", "")))
        elif not isinstance(answer, Declined):
            raise answer
    return found


def _inside(payload: Any) -> list[Any]:
    """The parts that are carried; of a calendar that stands in the mail and is attached as well
    the former is enough."""
    carried = [part for part in leaves(payload) if is_carried(part)]
    if any(kind_of(part) == "text/calendar" for part in carried):
        return [part for part in carried if kind_of(part) != "application/ics"]
    return carried


def _groups(mails: Mapping[str, Any]) -> Iterator[list[str]]:
    """Ids of mails that together are not too large."""
    group: list[str] = []
    total = 0
    for one, mail in mails.items():
        if group and total + _size(mail) > _RAW_AT_ONCE:
            yield group
            group, total = [], 0
        group.append(one)
        total += _size(mail)
    if group:
        yield group


def _size(mail: Any) -> int:
    return int(mail.get("sizeEstimate", 0))
