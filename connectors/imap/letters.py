"""Mails of one folder as items: headers of many in one answer, bodies where the headers ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.mime import READ_LIMIT
from connectors.imap.answers import Fetched
from connectors.imap.bodies import carriers, fetch
from connectors.imap.folders import decoded
from connectors.imap.refs import prefix
from connectors.imap.session import Session
from connectors.imap.structure import strings
from connectors.imap.uids import Uids
from connectors.records import Bad, Item, Message, Observation, Seen

_ITEMS: Final = "UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]"
_HEADER: Final = b"BODY[HEADER]"
# A Content-Type whose body may carry something, and authors that are mail systems: looked at
# before anything is parsed, so that the structure of all of them is asked for at once.
_MAY_CARRY: Final = (
    b"multipart/", b"message/", b"application/", b"text/calendar", b"text/vcard", b"text/x-vcard",
    b"text/directory",
)  # fmt: skip
_SYSTEMS: Final = (b"mailer", b"postmaster", b"daemon", b"mmdf", b"delivery")
_LABELS: Final = re.compile(rb"X-GM-LABELS\s*", re.IGNORECASE)
UNDELIVERED: Final = "the server lists it and does not deliver it"


class Terms(NamedTuple):
    """How mails are read. `oldest`: what is older holds no observation."""

    zone: ZoneInfo
    oldest: datetime | None = None


class Letters(NamedTuple):
    """What was read. `oldest` is when the oldest of them arrived, in seconds since 1970."""

    items: list[Item]
    oldest: float


def read_letters(
    session: Session, folder: str, validity: int, uids: Sequence[int], terms: Terms
) -> Letters:
    """The mails with these UIDs, in that order, out of the open folder; those that are gone are
    left out. Raises the errors of the contract."""
    gmail = session.offers("X-GM-EXT-1")
    found = fetch(session, uids, _ITEMS + (" X-GM-LABELS" if gmail else ""))
    withheld = _withheld(session, [uid for uid in uids if not _whole(found.get(uid))])
    more = _bodies(session, found)
    items: list[Item] = []
    oldest = float("inf")
    for uid in uids:
        ref = f"{prefix(folder, validity)}{uid}"
        one = found.get(uid)
        if one is None or not _whole(one):
            if uid in withheld:
                items.append(Bad(ref, "", UNDELIVERED, for_now=True))
            continue
        arrived = one.arrived
        if arrived is not None:
            oldest = min(oldest, arrived.timestamp())
        items.append(_item(ref, one, more.get(uid), arrived, terms, gmail=gmail))
    return Letters(items, oldest)


def _item(
    ref: str,
    one: Fetched,
    body: bytes | None,
    arrived: datetime | None,
    terms: Terms,
    *,
    gmail: bool,
) -> Item:
    labels = _labels(one) if gmail else []
    if one.is_draft or "\\Draft" in labels:
        return Seen(ref, "", ())  # its owner is still writing it
    head = one.bodies[_HEADER][:READ_LIMIT]
    whole = head if body is None else body
    try:
        try:
            observations = read_mail(head, lambda: whole, terms.zone)
        except BadItem:
            observations = read_mail(head, lambda: whole, terms.zone, arrived)
    except BadItem as error:
        return Bad(ref, "", str(error))
    message = observations[0]
    if not isinstance(message, Message):
        return Seen(ref, "", observations)
    if terms.oldest is not None and message.at < terms.oldest:
        return Seen(ref, "", ())
    return Seen(ref, "", _labelled(message, labels) + observations[1:])


def _labelled(message: Message, labels: list[str]) -> tuple[Observation, ...]:
    if not labels:
        return (message,)
    trait = ("x-gm-labels", ",".join(labels)[:200])
    return (replace(message, traits=(*message.traits, trait)),)


def _bodies(session: Session, found: dict[int, Fetched]) -> dict[int, bytes]:
    """The bodies that may say more than the headers."""
    sizes: dict[int, int] = {}
    certain: set[int] = set()
    for uid, one in found.items():
        head = one.bodies.get(_HEADER, b"")
        lower = b"\n" + head.lower()
        author = _field(lower, b"from")
        told = _field(lower, b"return-path").strip() == b"<>" or any(
            system in author for system in _SYSTEMS
        )
        if told or _field(lower, b"content-type").lstrip().startswith(_MAY_CARRY):
            sizes[uid] = one.size
        if told:
            certain.add(uid)
    return dict(carriers(session, sizes, certain))


def _field(header: bytes, name: bytes) -> bytes:
    """Roughly the value of a field, of a header in lower case; b"" without one."""
    start = header.find(b"\n" + name)
    if start < 0:
        return b""
    end = header.find(b"\n", start + 1)
    while end >= 0 and header[end + 1 : end + 2] in (b" ", b"\t"):
        end = header.find(b"\n", end + 1)
    return header[start : end if end >= 0 else len(header)].partition(b":")[2]


def _withheld(session: Session, uids: Sequence[int]) -> Uids:
    """Those of the mails without an answer that are there all the same."""
    if not uids:
        return Uids()
    return session.search("UID", str(Uids.of(uids)))


def _whole(one: Fetched | None) -> bool:
    return one is not None and bool(one.bodies.get(_HEADER, b"").strip())


def _labels(one: Fetched) -> list[str]:
    """X-GM-LABELS: names in modified UTF-7, system labels with a backslash."""
    return [
        decoded(name.encode("utf-8", "surrogateescape")) for name in strings(one.pieces, _LABELS)
    ]
