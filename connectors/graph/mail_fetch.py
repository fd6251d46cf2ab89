"""Mails as items: by pages of a listing, or by their ids.

A listing gives header and properties of many at once. Only of a mail that says so (an invitation, a
delivery report, files that may be calendars or cards) the attachments are looked at, and of few of
these the mail itself (MIME) is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from connectors.errors import ConnectorError, Unavailable
from connectors.graph.api import Api
from connectors.graph.errors import Declined, NotThere
from connectors.graph.mail_letter import (
    EXPAND,
    SELECT,
    Terms,
    carries,
    is_mail,
    is_told_inside,
    item_of,
    may_carry,
)
from connectors.graph.odata import Json, path
from connectors.records import Bad, Item

WHAT: Final = "the mail"
AT_ONCE: Final = 20  # ids that are asked for before they are told
_MIME_LIMIT: Final = 4 * 1024 * 1024  # of a mail; a calendar that comes behind that is not read
_FILES: Final = {"$select": "name,contentType"}
_ONE: Final = {"$select": SELECT, "$expand": EXPAND}
_TRIES: Final = 3  # of one mail
_UNDELIVERED: Final = "Microsoft lists it and does not deliver it"

Found = dict[str, Item | None]


class Fetched(NamedTuple):
    """`items` by id: None for one that is not there, or no mail that is read; ids that are missing
    were not answered. `trouble` is why, and to be raised when the others are told."""

    items: Found
    trouble: ConnectorError | None = None


class Fetcher:
    """See above. It knows which mails failed. `prefix` is what the refs of a folder begin with."""

    def __init__(self, api: Api, terms: Terms) -> None:
        self._api = api
        self._terms = terms
        self._failed: Counter[str] = Counter()

    def fetch(self, ids: Sequence[str], prefix: str) -> Fetched:
        """These mails, some tens at most."""
        found: Found = {}
        left: dict[str, ConnectorError] = {}
        mails: list[Json] = []
        asked = {one: path("messages", one, query=_ONE) for one in ids}
        trouble: ConnectorError | None = None
        try:
            for one, answer in self._api.batch(asked, WHAT):
                if isinstance(answer, NotThere):
                    found[one] = None
                elif isinstance(answer, ConnectorError):
                    left[one] = answer
                else:
                    mails.append({**answer, "id": one})
        except ConnectorError as stopped:
            trouble = stopped
        told = self.read(mails, prefix)
        found |= told.items
        others, trouble = bool(found), trouble or told.trouble
        for one, error in left.items():
            if (bad := self._bad(one, prefix, error, others=others)) is not None:
                found[one] = bad
            else:
                trouble = trouble or error
        return Fetched(found, trouble)

    def read(self, mails: Iterable[Mapping[str, Any]], prefix: str) -> Fetched:
        """What these mails, as Graph lists them, come to."""
        found: Found = {}
        trouble: ConnectorError | None = None
        for mail in mails:
            one = str(mail.get("id") or "")
            if not one:
                continue
            try:
                found[one] = self._item(one, mail, prefix)
            except NotThere:
                found[one] = None
            except ConnectorError as error:
                if (bad := self._bad(one, prefix, error, others=bool(found))) is not None:
                    found[one] = bad
                    continue
                if not _may_be_the_mail(error):
                    return Fetched(found, error)
                trouble = trouble or error
        for one in found:
            if not isinstance(found[one], Bad):
                self._failed.pop(one, None)
        return Fetched(found, trouble)

    def _item(self, one: str, mail: Mapping[str, Any], prefix: str) -> Item | None:
        if not is_mail(mail):
            return None
        whole = None
        if is_told_inside(mail, self._terms) or (may_carry(mail) and self._carries(one)):
            whole = self._api.raw(path("messages", one, "$value"), WHAT, _MIME_LIMIT)
        return item_of(prefix + one, mail, whole, self._terms)

    def _carries(self, one: str) -> bool:
        files = self._api.pages(path("messages", one, "attachments"), WHAT, params=_FILES)
        return carries(files)

    def _bad(self, one: str, prefix: str, error: ConnectorError, *, others: bool) -> Bad | None:
        """What to tell of a mail that was not given, though others were or it was asked for again
        and again; None to try it once more."""
        if not _may_be_the_mail(error):
            return None
        self._failed[one] += 1
        if (others and isinstance(error, Declined)) or self._failed[one] >= _TRIES:
            return Bad(prefix + one, "", _UNDELIVERED, for_now=True)
        return None


def _may_be_the_mail(error: ConnectorError) -> bool:
    """Whether this mail may be in the way: not where Microsoft says when to ask again."""
    return isinstance(error, Declined) or (isinstance(error, Unavailable) and not error.asked)
