"""Errand --deliver--> card or draft, once each.

    read one errand, mark it as perhaps written   a transaction
    add it                                        the network; no transaction is open
    confirm                                       a transaction

A card has a UID and a draft a Message-ID that its key alone says, and what is there under it stays
as it is: in doubt it is simply added once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from connectors import wire
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Paused,
    Unavailable,
)
from connectors.records import Card, Mailbox, Message
from syncd import log
from syncd.pipeline.errands import has_card, is_due, is_muted, is_to_answer
from syncd.pipeline.switches import in_force
from syncd.pipeline.workshop import Workshop
from syncd.store import errands, errands_known, health, ledger
from syncd.store.database import Database
from syncd.store.errands import ASIDE, CARD, DONE, DOUBT, READY, Errand
from syncd.store.errors import StoreError

_AGAIN: Final = timedelta(minutes=1)  # after an answer that left it open what happened
_LATER: Final = timedelta(hours=1)  # where its owner has to do something, and at most
_GIVE_UP: Final = 20  # tries of one that breaks off, or breaks its account, again and again


@dataclass(slots=True)
class Delivered:
    """What one delivery came to. Troubles are by account and what was to be added."""

    cards: int = 0
    drafts: int = 0
    failed: dict[tuple[str, str], ConnectorError] = field(default_factory=dict)
    paused: dict[tuple[str, str], str] = field(default_factory=dict)


def hand_over(
    shop: Workshop,
    now: datetime,
    *,
    database: Database | None = None,
    account: str | None = None,
    eager: bool = True,
    go_on: Callable[[], None] = lambda: None,
) -> Delivered:
    """Add what is decided, in one account or in all; one that fails stops no other. Unless `eager`,
    what failed a moment ago is left for later. `go_on` is called before each, and may raise what
    ends it there. `database`: the one to write to, if not the shop's."""
    database = database or shop.database
    summary = Delivered()
    with database.read() as connection:
        waiting = ready(connection, shop, now, account=account, eager=eager)
    for one in waiting:
        place = (one.account, one.op)
        if place in summary.failed or place in summary.paused:
            continue
        go_on()
        _Delivery(shop, database, now, summary).deliver(one)
    if summary.cards or summary.drafts:
        log.event("errands.delivered", cards=summary.cards, drafts=summary.drafts)
    return summary


def ready(
    connection: Connection,
    shop: Workshop,
    now: datetime,
    *,
    account: str | None = None,
    eager: bool = False,
) -> list[Errand]:
    """What may be added now, oldest first."""
    owner = shop.database.owner
    if in_force(connection, owner, shop.policy).policy.off(now):
        return []
    places = {(name, CARD) for name in shop.books} | {(n, errands.DRAFT) for n in shop.drawers}
    return [
        one
        for one in errands.load(connection, owner, (READY, DOUBT), account)
        if (one.account, one.op) in places
        and (eager or one.not_before is None or one.not_before <= now)
    ]


def next_try(connection: Connection, shop: Workshop, account: str) -> datetime | None:
    """When what was put off may be tried again; None where nothing was."""
    found = errands.load(connection, shop.database.owner, (READY, DOUBT), account)
    return min((one.not_before for one in found if one.not_before is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Delivery:
    shop: Workshop
    database: Database
    now: datetime
    summary: Delivered

    def deliver(self, one: Errand) -> None:
        with self.database.begin() as connection:
            begun = self._begun(connection, one)
        if begun is None:
            return
        marked, add = begun
        place = (one.account, one.op)
        try:
            ref = add()
        except BadItem as error:
            self._note(marked, ASIDE, str(error))
        except (Ambiguous, Conflict) as error:
            self._note(marked, DOUBT, str(error), _AGAIN)
        except Paused as error:
            self.summary.paused[place] = str(error)
            self._note(marked, one.state, "", timedelta(seconds=error.wait))
        except Unavailable as error:
            self.summary.failed[place] = error
            later = min(_AGAIN * 2 ** min(one.tries, 10), _LATER)
            wait = timedelta(seconds=error.wait) if error.asked else later
            self._note(marked, DOUBT, str(error), wait)
        except ConnectorError as error:
            self.summary.failed[place] = error
            self._note(marked, one.state, str(error), _LATER)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # one that breaks its account stops no other
            self._note(marked, DOUBT, health.words_of(error), _AGAIN)
        else:
            with self.database.begin() as connection:
                done = {"state": DONE, "ref": ref, "error": "", "not_before": None}
                errands.changed(connection, self.database.owner, marked, **done)
            self.summary.cards += one.op == CARD
            self.summary.drafts += one.op != CARD

    def _begun(
        self, connection: Connection, one: Errand
    ) -> tuple[Errand, Callable[[], str]] | None:
        """The errand as it is marked, and what adds it; None where it is not wanted (any more)."""
        owner = self.database.owner
        row = ledger.by_key(connection, owner, [one.key]).get(one.key)
        state = row.state if row is not None else None
        if not is_due(one, state):
            # Its verdict asks under another key, or does not ask; if it does again, so be it.
            if one.written:
                errands.end(connection, owner, one)
            else:
                errands.drop(connection, owner, one)
            return None
        switches = in_force(connection, owner, self.shop.policy)
        if row is not None and is_muted(switches, one, row.rule, self.now):
            errands.changed(connection, owner, one, not_before=self.now + _LATER, error="")
            return None
        if one.op == CARD and has_card(connection, owner, one):
            errands.end(connection, owner, one)
            return None
        add = self._adding(connection, one)
        if add is None:
            errands.drop(connection, owner, one)
            return None
        marked = errands.changed(connection, owner, one, state=DOUBT, tries=one.tries + 1)
        return None if marked is None else (marked, add)

    def _adding(self, connection: Connection, one: Errand) -> Callable[[], str] | None:
        if one.op == CARD:
            book, card = self.shop.books[one.account], card_of(one)
            return lambda: book.add_card(card)
        from syncd.pipeline.letter import sender_of, thank_you  # few leave any

        language = str(one.found.get("language", ""))
        drawer, own = self.shop.drawers[one.account], self.shop.owner.addresses
        for sheet in errands_known.sheets(
            connection, self.database.owner, str(one.found["answers"])
        ):
            record = wire.unpack("message", sheet.record)
            if not isinstance(record, Message) or not is_to_answer(record, self.shop.owner):
                continue
            sender = Mailbox(sender_of(record, own, self.database.owner), self.shop.myself.name)

            def leave(answered: Message = record, sender: Mailbox = sender) -> str:
                data, identity = thank_you(
                    one.key, answered, one.name, one.addrs, language, sender, one.made
                )
                return drawer.add_draft(data, identity)

            return leave
        return None  # the mail is gone: there is nothing to answer

    def _note(self, one: Errand, state: str, error: str, later: timedelta | None = None) -> None:
        away = (one.account, one.op) in self.summary.failed
        if state == DOUBT and one.tries >= _GIVE_UP and not away:
            state = ASIDE
        moment = None if later is None else self.now + later
        with self.database.begin() as connection:
            values = {"state": state, "error": error, "not_before": moment}
            errands.changed(connection, self.database.owner, one, **values)


def card_of(one: Errand) -> Card:
    """The card that was decided on."""
    told = one.found
    return Card(
        uid=one.uid,
        name=one.name,
        addrs=tuple(told.get("written") or one.addrs),
        organisation=str(told.get("organisation", "")),
        title=str(told.get("title", "")),
        phones=tuple(told.get("phones", ())),
        links=tuple(told.get("links", ())),
    )
