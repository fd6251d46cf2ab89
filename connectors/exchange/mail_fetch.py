"""Mails by their ids, many at once: headers of all, what is inside of the few that carry a
calendar, a card or a delivery report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from connectors.errors import ConnectorError, Unavailable
from connectors.exchange import mail_calls as calls
from connectors.exchange import mail_meeting as meetings
from connectors.exchange.element import Element
from connectors.exchange.errors import UNKNOWN_FIELD, Broken, Declined, NotThere, Skipped
from connectors.exchange.mail_letter import FIELDS, HEADER, HEADERS, Letter, Terms, has_header
from connectors.exchange.mail_meeting import is_lacking
from connectors.exchange.mail_refs import under
from connectors.exchange.request import Field
from connectors.exchange.session import Exchange
from connectors.records import Bad, Item, Seen

AT_ONCE: Final = 100
_FIRST: Final = 20
_WHOLE_LIMIT: Final = 2 * 1024 * 1024  # of a mail that is fetched whole; of others the files
_WHOLE_AT_ONCE: Final = 4 * 1024 * 1024  # bytes in one answer
_FILES_LIMIT: Final = 20
_TRIES: Final = 3  # of one mail, while others come
_UNDELIVERED: Final = "the server lists it and does not deliver it"
_EDGE: Final = b"=_syncd_="

Found = dict[str, Item | None]


class Fetched(NamedTuple):
    """`items` by id: None for one that is not there; ids that are missing were not given. `trouble`
    is why, and to be raised when the others are told."""

    items: Found
    trouble: ConnectorError | None


class Fetcher:
    """See above. It knows which mails failed, and how many may be asked for at once: one that a
    server falls over spoils the answer for all."""

    def __init__(self, exchange: Exchange, terms: Terms) -> None:
        self.exchange = exchange
        self._terms = terms
        self._failed: Counter[str] = Counter()
        self._headers: tuple[Field, ...] = (HEADER, HEADERS)  # until it is known what it gives
        self.portion = _FIRST

    def fetch(self, ids: Sequence[str], key: str) -> Fetched:
        """These mails of the folder with that key, `portion` at most."""
        found: Found = {}
        trouble: ConnectorError | None = None
        try:
            trouble = self._look(ids, key, found)
            self.portion = min(AT_ONCE, 2 * self.portion)
        except ConnectorError as error:
            # What is said of all of them may be meant for one.
            trouble = Broken(str(error)) if isinstance(error, Declined) else error
            if isinstance(trouble, Broken) and not found:
                # It may be one of these mails that is in the way: fewer at once find it.
                self.portion = max(1, min(self.portion, len(ids)) // 4)
                if len(ids) == 1 and (bad := self._failure(ids[0], key)) is not None:
                    found[ids[0]] = bad
        for one in found:
            self._failed.pop(one, None)
        if len(found) == len(ids):
            return Fetched(found, None)
        return Fetched(found, trouble or Unavailable("the server left out some mail"))

    def _look(self, ids: Sequence[str], key: str, found: Found) -> ConnectorError | None:
        """Read those mails that are no more than their headers, then the others; what went wrong
        with some of them."""
        answers = self._headed(ids)
        trouble: ConnectorError | None = None
        inside: dict[str, Letter] = {}
        given = []
        for one, answer in zip(ids, answers, strict=True):
            if isinstance(answer, ConnectorError):
                trouble = self._put(one, key, answer, found) or trouble
                continue
            given.append(has_header(answer))
            letter = Letter(answer, key, self._terms)
            letter.ref = under(key) + one
            if letter.is_told_inside:
                inside[one] = letter
            else:
                found[one] = letter.item()
        self._learn(given)
        for group in _groups(inside):
            trouble = self._read_inside(group, inside, key, found) or trouble
        for one, letter in inside.items():
            if letter.size > _WHOLE_LIMIT:
                found[one] = letter.item(self._files(letter))
        return self._complete(inside, found) or trouble

    def _headed(self, ids: Sequence[str]) -> list[Element | ConnectorError]:
        """What is said of these mails, with their headers in whichever way the server knows."""
        ways = [self._headers, *((one,) for one in self._headers if len(self._headers) > 1), ()]
        answers: list[Element | ConnectorError] = []
        for way in ways:
            try:
                answers = calls.mails(self.exchange, ids, (*FIELDS, *way))
            except Declined as error:
                if error.code not in UNKNOWN_FIELD or way == ():
                    raise
                continue
            if way and all(_is_about_fields(one) for one in answers):
                continue
            if len(ids) > 1:  # a single one may be odd itself
                self._headers = way
            break
        return answers

    def _complete(self, letters: dict[str, Letter], found: Found) -> ConnectorError | None:
        """Add the meetings that are told by properties alone; what went wrong with some mails,
        which are not told then."""
        lacking = {
            one: item
            for one, each in letters.items()
            if isinstance(item := found.get(one), Seen) and is_lacking(item, each.kind)
        }
        if not lacking:
            return None
        for one in lacking:
            del found[one]
        trouble: ConnectorError | None = None
        zone, _, resolve = self._terms
        answers = calls.mails(self.exchange, list(lacking), meetings.FIELDS)
        for (one, item), answer in zip(lacking.items(), answers, strict=True):
            if isinstance(answer, Declined):
                found[one] = None if isinstance(answer, NotThere) else item
            elif isinstance(answer, ConnectorError):
                trouble = answer
            else:
                found[one] = meetings.with_meeting(item, answer, zone, resolve)
        return trouble

    def _learn(self, given: Sequence[tuple[bool, bool]]) -> None:
        """Servers give headers whole, or taken apart, or both: once is enough."""
        if len(self._headers) > 1:
            if any(whole for whole, _ in given):
                self._headers = (HEADER,)
            elif any(apart for _, apart in given):
                self._headers = (HEADERS,)

    def _read_inside(
        self, ids: Sequence[str], letters: dict[str, Letter], key: str, found: Found
    ) -> ConnectorError | None:
        """Read what is in these mails as well; what went wrong with some of them. Where Exchange
        cannot write one as it went over the wire, its header is what there is."""
        trouble: ConnectorError | None = None
        answers = calls.mails(self.exchange, ids, (), mime=True)
        for one, answer in zip(ids, answers, strict=True):
            if isinstance(answer, NotThere):
                found[one] = None
            elif isinstance(answer, Declined):
                found[one] = letters[one].item()
            elif isinstance(answer, ConnectorError):
                trouble = self._put(one, key, answer, found) or trouble
            else:
                found[one] = letters[one].item(calls.mime_of(answer))
        return trouble

    def _files(self, letter: Letter) -> bytes:
        """A mail made of those of its files that count."""
        ids = [one for one in letter.carried() if one][:_FILES_LIMIT]
        if not ids:
            return b""
        parts = [b'Content-Type: multipart/mixed; boundary="' + _EDGE + b'"\n']
        for data in calls.files(self.exchange, ids):
            kind = b"text/vcard" if b"BEGIN:VCARD" in data[:4096].upper() else b"text/calendar"
            parts.append(b"\n--" + _EDGE + b"\nContent-Type: " + kind + b"\n\n" + data)
        return b"".join((*parts, b"\n--" + _EDGE + b"--\n"))

    def _put(
        self, one: str, key: str, error: ConnectorError, found: Found
    ) -> ConnectorError | None:
        """Set a mail aside that is not given, if that is certain; else what to say of it."""
        if isinstance(error, NotThere):
            found[one] = None
        elif isinstance(error, Skipped):
            return error
        elif isinstance(error, Declined):
            found[one] = Bad(under(key) + one, "", _UNDELIVERED, for_now=True)
        elif (bad := self._failure(one, key)) is not None:
            found[one] = bad
        else:
            return error
        return None

    def _failure(self, one: str, key: str) -> Bad | None:
        self._failed[one] += 1
        if self._failed[one] < _TRIES:
            return None
        return Bad(under(key) + one, "", _UNDELIVERED, for_now=True)


def _is_about_fields(answer: Element | ConnectorError) -> bool:
    return isinstance(answer, Declined) and answer.code in UNKNOWN_FIELD


def _groups(letters: dict[str, Letter]) -> Iterator[list[str]]:
    """Ids of mails that together are not too large, without the large ones."""
    group: list[str] = []
    total = 0
    for one, letter in letters.items():
        if letter.size > _WHOLE_LIMIT:
            continue
        if group and total + letter.size > _WHOLE_AT_ONCE:
            yield group
            group, total = [], 0
        group.append(one)
        total += letter.size
    if group:
        yield group
