"""Records without the people who are forgotten: what is left of each may be stored.

What was between the owner and them alone is not left at all. Where others took part, a nameless
place is left for them, so that a crowd of eleven stays eleven. It depends on the record and the
tombstones alone: reading anew finds what forgetting left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Final
from urllib.parse import unquote

from connectors.records import Attendee, Card, Mailbox, Meeting, Message, Task
from syncd.inference.authors import authors_of
from syncd.inference.machine import list_addresses
from syncd.people import IGNORED_DOMAIN, normalise
from syncd.people.forgotten import Forgotten

_PLACE: Final = re.compile(rf"x\d+@{re.escape(IGNORED_DOMAIN)}")


def without_forgotten(
    record: Message | Meeting | Card, forgotten: Forgotten, owned: frozenset[str] = frozenset()
) -> Message | Meeting | Card | None:
    """The record itself where nobody forgotten is in it; None where nothing of it is left. `owned`
    are the owner's normalised addresses."""
    if not forgotten:
        return record
    if isinstance(record, Message):
        left: Message | Meeting | Card | None = _message(record, forgotten, owned)
    elif isinstance(record, Meeting):
        left = _meeting(record, forgotten, owned)
    else:
        left = _card(record, forgotten)
    return record if left == record else left


def task_without(task: Task, forgotten: Forgotten) -> Task:
    """A task of the list, its texts without them."""
    title, notes = forgotten.text(task.title), forgotten.text(task.notes)
    if (title, notes) == (task.title, task.notes):
        return task
    return replace(task, title=title, notes=notes)


def _message(message: Message, gone: Forgotten, owned: frozenset[str]) -> Message | None:
    authors = authors_of(message)
    if any(gone.matches(box.addr) for box in authors):
        return None
    if any(gone.matches(addr) for addr in list_addresses(message)):
        return None
    places = count()
    to, cc, bcc, reply_to = (
        _boxes(boxes, gone, places)
        for boxes in (message.to, message.cc, message.bcc, message.reply_to)
    )
    hit = next(places) > 0
    if hit and (to or cc or bcc) and not _readers(authors, (*to, *cc, *bcc), owned):
        return None
    sender = message.sender
    if sender is not None:
        sender = None if gone.matches(sender.addr) else _boxes((sender,), gone, places)[0]
    return replace(
        message,
        message_id=gone.identifier(message.message_id),
        from_=_boxes(message.from_, gone, places),
        sender=sender,
        reply_to=reply_to,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=gone.text(message.subject, words=hit),
        in_reply_to=gone.identifier(message.in_reply_to),
        references=tuple(gone.identifier(one) for one in message.references),
        traits=tuple((name, gone.text(value)) for name, value in message.traits),
    )


def _readers(
    authors: tuple[Mailbox, ...], boxes: tuple[Mailbox, ...], owned: frozenset[str]
) -> set[str]:
    """Who got the mail beside its authors: a copy to oneself makes no company."""
    own = {normalise(box.addr) for box in authors}
    own |= owned if own & owned else frozenset()
    names = {_full_name(box) for box in authors} - {""}
    others = (box for box in boxes if not _is_nobody(box) and _full_name(box) not in names)
    return {normalise(box.addr) or box.name for box in others} - own - {""}


def _full_name(box: Mailbox) -> str:
    """A display name of several words, whatever its case; "" for any other."""
    words = box.name.casefold().split()
    return " ".join(words) if len(words) > 1 else ""


def _meeting(meeting: Meeting, gone: Forgotten, owned: frozenset[str]) -> Meeting | None:
    if gone.entry(meeting.uid):
        return None
    places = count()
    organizer = meeting.organizer
    if organizer is not None:
        organizer = _boxes((organizer,), gone, places)[0]
    attendees = tuple(
        replace(one, mailbox=_boxes((one.mailbox,), gone, places)[0]) for one in meeting.attendees
    )
    hit = next(places) > 0
    company = _company(organizer, attendees)
    if hit and (len(company) < 2 or company <= owned):
        return None  # it was between the owner and them
    return replace(
        meeting,
        uid=gone.identifier(meeting.uid),
        title=gone.text(meeting.title, words=hit),
        place=gone.text(meeting.place, words=hit),
        link=_link(meeting.link, gone),
        url=_link(meeting.url, gone),
        organizer=organizer,
        attendees=attendees,
        aliases=tuple(one for one in meeting.aliases if not gone.matches(normalise(one[1].addr))),
    )


def _link(link: str, gone: Forgotten) -> str:
    """The link, or "" where it names them: with a gap in it, it would open nothing."""
    plain = unquote(link)
    return link if gone.text(plain) == plain else ""


def _company(organizer: Mailbox | None, attendees: tuple[Attendee, ...]) -> set[str]:
    boxes = [one.mailbox for one in attendees if one.kind not in ("room", "resource")]
    boxes += [organizer] if organizer is not None else []
    return {normalise(box.addr) for box in boxes if not _is_nobody(box)}


def _card(card: Card, gone: Forgotten) -> Card | None:
    if card.attached_by and gone.matches(card.attached_by):
        return None  # it came with their mail
    addrs = tuple(addr for addr in card.addrs if not gone.matches(addr))
    name = gone.name(card.name)
    theirs = len(addrs) < len(card.addrs)
    named = name != card.name
    if (theirs and (named or not addrs)) or (named and not addrs):
        return None
    return replace(
        card,
        uid=gone.identifier(card.uid),
        name=name,
        addrs=addrs,
        organisation=gone.text(card.organisation),
        title=gone.text(card.title),
        nicknames=tuple(left for one in card.nicknames if (left := gone.name(one))),
        note=gone.text(card.note),
        members=tuple(one for one in card.members if gone.text(one) == one),
    )


def _boxes(
    boxes: tuple[Mailbox, ...], gone: Forgotten, places: Iterator[int]
) -> tuple[Mailbox, ...]:
    """Mailboxes with nameless places for the forgotten; other addresses keep what is not theirs.
    Places left by an earlier forgetting are counted again, as reading anew would."""
    return tuple(
        Mailbox(f"x{next(places)}@{IGNORED_DOMAIN}")
        if gone.matches(box.addr) or _PLACE.fullmatch(box.addr)
        else replace(box, name=gone.name(box.name))
        for box in boxes
    )


def _is_nobody(box: Mailbox) -> bool:
    return box.addr.endswith("@" + IGNORED_DOMAIN)
