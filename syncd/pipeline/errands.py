"""Verdict --plan--> Errand: which cards and drafts go with what is decided.

A rule says so (`also:`), and an account takes them (`cards:`, `drafts:`). Off switches hold as for
tasks: nothing is planned in a preview or a pause, and nothing for whoever is muted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from connectors import wire
from connectors.records import Card, Mailbox, Meeting, Message, Observation
from rules.verdict import State
from syncd.inference.humans import is_ours
from syncd.inference.machine import is_interaction_never, machine_reasons
from syncd.inference.model import Owner
from syncd.people import name_key, normalise
from syncd.pipeline.switches import Switches, in_force
from syncd.pipeline.workshop import Workshop
from syncd.planner.mutes import EVERY_RULE
from syncd.store import errands, errands_known, people
from syncd.store.database import Database
from syncd.store.errands import CARD, DRAFT, GATHER, OVER, READY, Errand
from syncd.store.errands_known import Sheet

_MAILS: Final = 5  # of somebody's newest letters that are looked at for a signature
_LOOKED: Final = 30  # of their newest mails among which letters are looked for
_SIGNED: Final = timedelta(days=730)  # an older signature may well be another one by now
_THREAD: Final = timedelta(days=60)  # an older mail is not what one thanks for
# The thing happened, whatever became of its task; for a draft its task has to be there.
_MET: Final = (State.OPEN, State.HELD, State.SATISFIED, State.EXPIRED)
_THANKED: Final = (State.OPEN,)
_NO_ID: Final = "none:"  # begins the Message-ID of mail that has none


def plan(shop: Workshop, now: datetime, database: Database | None = None) -> int:
    """Decide on the cards and drafts that are due; returns how many there are more. `database`: the
    one to write to, if not the shop's."""
    database = database or shop.database
    if not (shop.books or shop.drawers) or not any(rule.also for rule in shop.ruleset.rules):
        return 0
    with database.read() as connection:
        found = _found(connection, shop, now)
    if not found:
        return 0
    with database.begin() as connection:
        # Once more, for another process may have been at it: what is stored is never replaced.
        found = _found(connection, shop, now)
        for one in found:
            errands.put(connection, database.owner, one)
    return sum(one.state != OVER for one in found)


def drop_homeless(shop: Workshop) -> None:
    """Nothing waits for an account that takes none any more; another may take what was certainly
    not written there."""
    database = shop.database
    with database.read() as connection:
        if not _homeless(connection, shop):
            return
    with database.begin() as connection:
        for one in _homeless(connection, shop):
            if one.written:
                errands.end(connection, database.owner, one)
            else:
                errands.drop(connection, database.owner, one)


def _homeless(connection: Connection, shop: Workshop) -> list[Errand]:
    waiting = errands.load(connection, shop.database.owner, errands.OPEN)
    places = {(name, CARD) for name in shop.books} | {(name, DRAFT) for name in shop.drawers}
    return [one for one in waiting if (one.account, one.op) not in places]


def is_due(one: Errand, state: State | None) -> bool:
    """Whether what was decided still holds, its verdict being in this state by now (None: it is
    not there any more)."""
    return state in (_THANKED if one.op == DRAFT else _MET)


def is_muted(switches: Switches, one: Errand, rule: str, now: datetime) -> bool:
    """Whether the owner wants no more of this person or rule."""
    muted = switches.mutes.of(one.addrs, now).rules
    return not muted.isdisjoint({rule, EVERY_RULE})


def _found(connection: Connection, shop: Workshop, now: datetime) -> list[Errand]:
    owner = shop.database.owner
    switches = in_force(connection, owner, shop.policy)
    if switches.policy.off(now):
        return []
    since = now - switches.policy.catch_up
    found: list[Errand] = []
    for op, states in ((CARD, _MET), (DRAFT, _THANKED)):
        accounts = list(shop.books if op == CARD else shop.drawers)
        rules = {rule.id for rule in shop.ruleset.rules if op in rule.also}
        if not accounts or (op == CARD and not _books_are_read(connection, shop)):
            continue
        waiting = errands.wanting(connection, owner, op, rules, states, since, now)
        theirs = people.addresses_of(connection, owner, {one.person for one in waiting})
        rows = people.load(connection, owner, theirs)
        for one in waiting:
            row, addrs = rows.get(one.person), tuple(sorted(theirs.get(one.person, ())))
            if row is None or row.kind != "person" or not addrs:
                continue
            there = [*errands.of_people(connection, owner, addrs), *found]
            if _has_one(there, op, addrs, since):
                continue
            made = Errand(one.key, op, accounts[0], GATHER, row.name, addrs, (), now)
            if is_muted(switches, made, one.rule, now):
                continue
            made = _card(connection, shop, made, now) if op == CARD else made
            if op == DRAFT:
                answer = _draft(connection, shop, made, accounts, now)
                if answer is None:
                    continue  # mail of theirs may still come
                made = answer
            found.append(made)
    return found


def _has_one(there: Sequence[Errand], op: str, addrs: Collection[str], since: datetime) -> bool:
    """Whether they have their card; or a draft for the same occasion under another key."""
    return any(
        one.op == op
        and not set(addrs).isdisjoint(one.addrs)
        and (one.state != OVER or op == CARD)
        and (op == CARD or one.made >= since)
        for one in there
    )


def _books_are_read(connection: Connection, shop: Workshop) -> bool:
    """Whether it is known who is in an address book."""
    rows = [row for row in shop.portraits(connection).progress if row.facet == "contacts"]
    return all(row.done_at is not None and not row.error for row in rows)


def has_card(connection: Connection, owner: str, one: Errand) -> bool:
    """Whether they stand in a book that is read: under one of their addresses or, on a card without
    any, under their full name."""
    if errands_known.has_card(connection, owner, one.addrs):
        return True
    key = name_key(one.name)
    return bool(key) and any(
        name_key(card.name) == key
        for card in map(_record, errands_known.bare_cards(connection, owner))
        if isinstance(card, Card) and card.kind == "individual" and not is_ours(card)
    )


def _card(connection: Connection, shop: Workshop, made: Errand, now: datetime) -> Errand:
    owner = shop.database.owner
    if has_card(connection, owner, made):
        return replace(made, state=OVER)
    letters = _letters(connection, owner, made.addrs, now - _SIGNED, now)
    mails = tuple(key for key, _ in islice(letters, _MAILS))
    found = {"written": [_as_written(connection, owner, addr) for addr in made.addrs]}
    return replace(made, mails=mails, found=found, state=GATHER if mails else READY)


def _draft(
    connection: Connection, shop: Workshop, made: Errand, accounts: Sequence[str], now: datetime
) -> Errand | None:
    """It answers the newest letter of theirs to the owner, where that lies if drafts are taken
    there; None where there is none."""
    owner = shop.database.owner
    for key, places in _letters(connection, owner, made.addrs, now - _THREAD, now):
        for sheet in places:
            record = _record(sheet)
            if isinstance(record, Message) and is_to_answer(record, shop.owner):
                account = sheet.account if sheet.account in accounts else accounts[0]
                return replace(made, account=account, mails=(key,), found={"answers": key})
    return None


def _letters(
    connection: Connection, owner: str, addrs: Collection[str], since: datetime, now: datetime
) -> Iterator[tuple[str, list[Sheet]]]:
    """Their newest letters, by key, newest first, and where they are: no notices that nobody wrote
    (out of office, answers to invitations), and nothing that was sent to all the world."""
    for key in errands_known.mails_of(connection, owner, addrs, since, now, _LOOKED):
        places = errands_known.sheets(connection, owner, key)
        record = _record(places[0]) if places else None
        if isinstance(record, Message) and _is_letter(record):
            yield key, places


def _is_letter(message: Message) -> bool:
    reasons = machine_reasons(message)
    # A direct answer beats any header of bulk mail.
    return not is_interaction_never(reasons) and (not reasons or bool(message.in_reply_to))


def is_to_answer(message: Message, owner: Owner) -> bool:
    """Whether it is a letter to the owner, and few others, that can be answered in its thread."""
    if message.message_id.startswith(_NO_ID) or not message.message_id:
        return False
    if not all(box.addr.rpartition("@")[0].isascii() for box in message.from_):
        return False  # no header holds that but on servers that take UTF-8 (RFC 6531)
    to = {normalise(box.addr) for box in (*message.to, *message.cc)}
    own = to & owner.addresses
    return bool(own) and len(to - own) <= owner.mail_group


def _as_written(connection: Connection, owner: str, addr: str) -> str:
    """An address as it was written last, which its one spelling may not be any more."""
    for sheet in errands_known.mentions(connection, owner, addr):
        for box in _boxes(_record(sheet)):
            if normalise(box.addr) == addr and box.addr.isascii():
                return addr if box.addr.lower() == addr else box.addr
    return addr


def _record(sheet: Sheet) -> Observation:
    return wire.unpack(sheet.kind, sheet.record)


def _boxes(record: Observation) -> Iterator[Mailbox]:
    if isinstance(record, Message):
        yield from (*record.from_, *record.reply_to, *record.to, *record.cc)
    elif isinstance(record, Meeting):
        yield from (one.mailbox for one in record.attendees)
        yield from () if record.organizer is None else (record.organizer,)
