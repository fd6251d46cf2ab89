"""Mails of one folder as items: headers and structures of many in one answer, bodies where those
ask for them.

What is fetched here may be read in another process: see `connectors/imap/parsing.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from connectors.contract import Unread
from connectors.formats.mime import READ_LIMIT
from connectors.imap import bodies
from connectors.imap.answers import Fetched, arrival
from connectors.imap.bodies import Asked, fetch
from connectors.imap.names import decoded
from connectors.imap.parsing import Terms, item_of
from connectors.imap.refs import prefix
from connectors.imap.session import Session
from connectors.imap.structure import strings
from connectors.imap.uids import Uids
from connectors.records import Bad, Item

_LEAST: Final = "UID FLAGS INTERNALDATE RFC822.SIZE"
_ITEMS: Final = f"{_LEAST} BODYSTRUCTURE BODY.PEEK[HEADER]"
_HEADER: Final = b"BODY[HEADER]"
# Authors that are mail systems.
_SYSTEMS: Final = (b"mailer", b"postmaster", b"daemon", b"mmdf", b"delivery")
_LABELS: Final = re.compile(rb"X-GM-LABELS\s*", re.IGNORECASE)
UNDELIVERED: Final = "the server lists it and does not deliver it"


class Letters(NamedTuple):
    """What was fetched. `oldest` is when the oldest of them arrived, in seconds since 1970."""

    items: list[Item | Unread]
    oldest: float


def ask(session: Session, uids: Sequence[int]) -> Asked:
    """Ask for these mails of the open folder, and do not wait."""
    gmail = session.offers("X-GM-EXT-1")
    return bodies.ask(session, uids, _ITEMS + (" X-GM-LABELS X-GM-MSGID" if gmail else ""))


def fetched(
    session: Session,
    below: str,
    uids: Sequence[int],
    asked: Asked,
    ahead: Callable[[float], None] = lambda _: None,
) -> Letters:
    """The mails with these UIDs, in that order, that were `asked` for; those that are gone are left
    out. `below` is what their refs begin with. `ahead` is called, with what `Letters.oldest` will
    be, when nothing more is to be asked for. Raises the errors of the contract."""
    found = _heads(session, uids, asked)
    withheld = _withheld(session, [uid for uid in uids if uid not in found])
    arrivals = (when for one in found.values() if (when := arrival(one.plain)) is not None)
    oldest = float(min(arrivals, default=float("inf")))
    certain = {uid for uid, one in found.items() if _of_a_system(one.bodies[_HEADER])}
    orders = bodies.carriers(found, certain)
    more = dict(bodies.deliver(session, found, orders, lambda: ahead(oldest)))
    gmail = session.offers("X-GM-EXT-1")
    items: list[Item | Unread] = []
    for uid in uids:
        one = found.get(uid)
        if one is not None:
            head = one.bodies[_HEADER][:READ_LIMIT]
            data = (one.plain, head, more.get(uid, b""), _labels(one) if gmail else b"")
            items.append(Unread(f"{below}{uid}", "", one.gmail_id if gmail else "", data))
        elif uid in withheld:
            items.append(Bad(f"{below}{uid}", "", UNDELIVERED, for_now=True))
    return Letters(items, oldest)


def read_letters(
    session: Session, folder: str, validity: int, uids: Sequence[int], terms: Terms
) -> list[Item]:
    """The same, asked for now and read."""
    if not uids:
        return []
    letters = fetched(session, prefix(folder, validity), uids, ask(session, uids))
    return [item_of(one, terms) for one in letters.items]


def _heads(session: Session, uids: Sequence[int], asked: Asked) -> dict[int, Fetched]:
    """What came for each of them, with its header."""
    found = {uid: one for uid, one in bodies.answer(session, asked).items() if _is_whole(one)}
    lacking = [uid for uid in uids if uid not in found]
    if lacking:
        # A server may fail over the structure of a mail, and deliver it all the same.
        again = fetch(session, lacking, asked.items.replace(" BODYSTRUCTURE", ""))
        found |= {uid: one for uid, one in again.items() if _is_whole(one)}
    return found


def _of_a_system(head: bytes) -> bool:
    """Whether a mail comes from a mail system: what it says is in its body then."""
    lower = b"\n" + head.lower()
    author = _field(lower, b"from")
    return any(system in author for system in _SYSTEMS) or (
        _field(lower, b"return-path").strip() == b"<>"
    )


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


def _is_whole(one: Fetched) -> bool:
    return bool(one.bodies.get(_HEADER, b"").strip())


def _labels(one: Fetched) -> bytes:
    """X-GM-LABELS, one a line: names in modified UTF-7, system labels with a backslash."""
    names = strings(one.outline, _LABELS)
    plain = (decoded(name.encode("utf-8", "surrogateescape")) for name in names)
    return "\n".join(plain).encode("utf-8", "surrogateescape")
