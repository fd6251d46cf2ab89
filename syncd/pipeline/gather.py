"""What mails tell for cards and drafts: read once more, outside any transaction, and not kept.

Of a signature the fields of a card are stored, of a text that is to be answered its language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import Source, TextSource
from connectors.errors import BadItem, ConnectorError
from syncd import log
from syncd.pipeline.read import source_of
from syncd.store import errands, errands_known
from syncd.store.database import Database
from syncd.store.errands import CARD, GATHER, READY, Errand
from syncd.store.errands_known import Sheet


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads what errands wait for. `mail` are the mail sources by account; with `only` no other one
    is asked."""

    database: Database
    mail: Mapping[str, Sequence[Source]]
    only: object = None

    def gather(self) -> int:
        """Read what can be read now; what an account cannot give stays to be read. Returns how many
        errands have all they wait for."""
        owner, done = self.database.owner, 0
        with self.database.read() as connection:
            waiting = errands.load(connection, owner, (GATHER,))
        for one in waiting:
            left: Errand | None = one
            while left is not None and left.state == GATHER:
                left = self._next(left)
            done += left is not None
        return done

    def _next(self, one: Errand) -> Errand | None:
        """Read the next of its mails; None where that cannot be done now."""
        owner = self.database.owner
        found: dict[str, Any] = dict(one.found)
        if one.mails:
            with self.database.read() as connection:
                places = errands_known.sheets(connection, owner, one.mails[0])
            text = self._text(places)
            if text is None:
                return None
            found |= _told(one, text, places[0].author if places else "")
        mails = one.mails[1:]
        enough = not mails or len(found) > len(one.found) or one.op != CARD
        with self.database.begin() as connection:
            return errands.changed(
                connection, owner, one, mails=mails, found=found, state=READY if enough else GATHER
            )

    def _text(self, places: Sequence[Sheet]) -> str | None:
        """The text from the first place that has it, "" where it is gone from all; None where
        somebody has to be asked later, or by another."""
        for place in places:
            source = source_of(self.mail.get(place.account, ()), place.ref)
            if source is None:
                continue  # not configured any more
            if self.only is not None and source is not self.only:
                return None
            try:
                text = _read(source, place.ref)
            except ConnectorError:
                return None  # the account was up a moment ago
            except Exception as error:  # noqa: BLE001  # one that breaks its source stops no other
                log.event("text.failed", account=place.account, error=error)
                text = ""
            if text:
                return text
        return ""


def _read(source: TextSource, ref: str) -> str:
    try:
        return next((text.plain or "" for text in source.read_text((ref,)) if text.ref == ref), "")
    except BadItem:
        return ""  # unreadable for good


def _told(one: Errand, text: str, author: str) -> dict[str, Any]:
    # Loaded when there is something to read: most runs find none.
    try:
        if one.op != CARD:
            from syncd.inference.language import language_of
            from syncd.inference.zones import new_text

            return {"language": language_of(new_text(text))}
        from syncd.inference.signature import read_signature

        said = read_signature(text, one.name, author or one.addrs[0])
    except Exception as error:  # noqa: BLE001  # what it says stays unknown
        log.event("text.failed", error=error)
        return {}
    told = {
        "phones": list(said.phones),
        "title": said.title,
        "organisation": said.organisation,
        "links": list(said.links),
    }
    return told if said else {}
