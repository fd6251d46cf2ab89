"""What mails say, for the few that inference wants to read; within so many a day of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from connectors.contract import Text
from connectors.errors import BadItem, ConnectorError, Paused
from connectors.google.api import Api
from connectors.google.errors import NotThere
from connectors.google.gmail_fetch import WHAT, attachments
from connectors.google.gmail_letter import id_of
from connectors.google.gmail_parts import is_said, leaves, rebuilt
from connectors.google.quota import Bucket, Limit

_AT_ONCE: Final = 20  # mails in one answer: a newsletter's page may be large
_DAY: Final = 86_400.0


class TextReader:
    """See above. `budget`: mails in any day, counted from the start of the process; None for as
    many as the quota allows."""

    def __init__(self, api: Api, budget: int | None, clock: Callable[[], float]) -> None:
        self._api = api
        self._budget = None if budget is None else Bucket(Limit(budget, _DAY), clock)
        self._limit = budget

    def read(self, refs: Sequence[str], keep: int = 0) -> Iterator[Text]:
        """See `connectors.contract.TextSource`. Raises `Paused` where the quota or the budget is
        used up; what was read before was told. `keep`: units a minute that are left to others."""
        wanted = {}
        for ref in refs:
            if message_id := id_of(ref):
                wanted[message_id] = ref
            else:
                yield Text(ref, None)
        ids = list(wanted)
        for at in range(0, len(ids), _AT_ONCE):
            for message_id, plain in self._some(ids[at : at + _AT_ONCE], keep):
                yield Text(wanted[message_id], plain)

    def _some(self, ids: list[str], keep: int) -> Iterator[tuple[str, str | None]]:
        asked, later = self._within_budget(ids)
        get = self._api.service("gmail").users().messages().get
        requests = {one: get(userId="me", id=one, format="full", fields="payload") for one in asked}
        trouble: ConnectorError | None = later
        for one, answer in self._api.batch(requests, WHAT, keep=keep):
            if isinstance(answer, NotThere):
                yield one, None
            elif isinstance(answer, ConnectorError):
                trouble = answer
            else:
                if self._budget is not None:
                    self._budget.spend(1)
                yield one, self._plain(one, answer.get("payload", {}))
        if trouble is not None:
            raise trouble

    def _plain(self, message_id: str, payload: object) -> str:
        from connectors.formats.text import plain_text  # costs 40 ms, and headers do without

        assert isinstance(payload, dict)
        said = [part for part in leaves(payload) if is_said(part)]
        try:
            return plain_text(rebuilt(payload, attachments(self._api, message_id, said)))
        except BadItem:
            return ""

    def _within_budget(self, ids: list[str]) -> tuple[list[str], Paused | None]:
        """Those that may be read now, and what to say of the others."""
        if self._budget is None or len(ids) <= (free := self._budget.free()):
            return ids, None
        wait = self._budget.wait(1) if self._limit else _DAY
        words = f"the text of {self._limit} mails a day is read (`text_budget:`): the rest waits"
        return ids[:free], Paused(words, wait)
