"""Bodies, for the few mails that need one: small mails whole, of large ones what counts.

Everything that is wanted is asked for before the first answer is waited for.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from connectors.imap import structure
from connectors.imap.answers import Fetched
from connectors.imap.session import Session
from connectors.imap.troubles import No, of_answer, passing
from connectors.imap.uids import Uids

FULL_LIMIT: Final = 2 * 1024 * 1024  # of a mail that cannot be taken apart: attachments come last
_SMALL: Final = 64 * 1024
_PART_LIMIT: Final = 1024 * 1024
_PARTS_LIMIT: Final = 50
_AT_ONCE: Final = 4 * 1024 * 1024  # bytes in one answer
_MAILS: Final = 200  # in one answer
_AHEAD: Final = 8  # commands that are not answered yet
_ENDINGS: Final = (".ics", ".ical", ".icalendar", ".vcf", ".vcard")
_KINDS: Final = ("calendar", "/ics", "vcard", "directory")


class Asked(NamedTuple):
    """A FETCH whose answer is still to come. `uids` are in order."""

    uids: tuple[int, ...]
    items: str
    tag: bytes


def ask(session: Session, uids: Iterable[int], items: str) -> Asked:
    """Ask for something of these mails, of which there is one at least, and do not wait."""
    wanted = tuple(sorted(uids))
    return Asked(wanted, items, session.ask_for(str(Uids.of(wanted)), f"({items})"))


def answer(session: Session, asked: Asked) -> dict[int, Fetched]:
    """What the server says, by UID; mails that it does not deliver are missing.

    Where a whole answer is refused, it is asked for in halves. Raises the errors of the contract.
    """
    try:
        told = session.told(asked.tag, set(asked.uids))
        if told is None:
            return fetch(session, asked.uids, asked.items)
        found: dict[int, Fetched] = {}
        for one in told:
            before = found.get(one.uid)
            if before is None or len(before.bodies) <= len(one.bodies):
                found[one.uid] = one
        return found
    except No as error:
        if passing(error.text) and error.code != "SERVERBUG":
            raise of_answer(error.text, session.host, "deliver mail") from error
        if len(asked.uids) == 1:
            return {}
    half = len(asked.uids) // 2
    return fetch(session, asked.uids[:half], asked.items) | fetch(
        session, asked.uids[half:], asked.items
    )


def fetch(session: Session, uids: Iterable[int], items: str) -> dict[int, Fetched]:
    """The same in one go."""
    wanted = tuple(uids)
    return answer(session, ask(session, wanted, items)) if wanted else {}


class Order(NamedTuple):
    """What to ask for of some mails: all of them, or those sections."""

    uids: list[int]
    sections: tuple[str, ...] | None = None

    @property
    def items(self) -> str:
        if self.sections is None:
            return "UID BODY.PEEK[]"
        parts = (f" BODY.PEEK[{number}]<0.{_PART_LIMIT}>" for number in self.sections)
        return "UID BODY.PEEK[HEADER]" + "".join(parts)


def texts(session: Session, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The mails with what they say, by UID; those that are gone, or not delivered, are missing."""
    found = fetch(session, uids, "UID RFC822.SIZE BODYSTRUCTURE")
    # A server may fail over the structure of a mail, and deliver it all the same.
    found |= fetch(session, [uid for uid in uids if uid not in found], "UID RFC822.SIZE")
    yield from deliver(session, found, orders(found, _is_text))


def carriers(found: Mapping[int, Fetched], certain: set[int]) -> list[Order]:
    """How to get those of the mails that may carry a calendar, a card or a delivery report; the
    `certain` ones whatever their parts say."""
    telling = {
        uid: one
        for uid, one in found.items()
        if uid in certain or (structure.telling(one.outline) and _carries(one))
    }
    return orders(telling, _is_carried_or_text)


def orders(found: Mapping[int, Fetched], wanted: Callable[[structure.Node], bool]) -> list[Order]:
    """How to get what is wanted of these mails, whose sizes and structures are known."""
    whole: dict[int, int] = {}
    parted: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
    single: list[int] = []
    for uid, one in found.items():
        if one.size <= _SMALL:
            whole[uid] = one.size
        elif (node := structure.tree(one.outline)) is None:
            single.append(uid)
        else:
            leaves = [leaf for leaf in node.leaves() if wanted(leaf)][:_PARTS_LIMIT]
            sections = tuple(structure.section(leaf) for leaf in leaves)
            parted[sections][uid] = sum(min(leaf.size, _PART_LIMIT) for leaf in leaves)
    return [
        *(Order(group) for group in _groups(whole)),
        *(Order(group, parts) for parts, each in parted.items() for group in _groups(each)),
        *(Order([uid], ()) for uid in single),
    ]


def deliver(
    session: Session,
    found: Mapping[int, Fetched],
    wanted: Sequence[Order],
    ahead: Callable[[], None] = lambda: None,
) -> Iterator[tuple[int, bytes]]:
    """What was ordered, by UID. `ahead` is called when all of it has been asked for. Raises the
    errors of the contract."""
    left = deque(wanted)
    waiting: deque[tuple[Order, Asked]] = deque()
    failed: list[int] = []
    while left or waiting:
        while left and len(waiting) < _AHEAD:
            order = left.popleft()
            waiting.append((order, ask(session, order.uids, order.items)))
            if not left:
                ahead()
        order, asked = waiting.popleft()
        for uid, one in answer(session, asked).items():
            body = one.bodies.get(b"BODY[]")
            if order.sections is not None:
                body = _rebuilt(found[uid], one, order.sections)
                if body is None:
                    failed.append(uid)
            if body is not None:
                yield uid, body
    if not wanted:
        ahead()
    for uid in failed:
        whole = fetch(session, [uid], f"UID BODY.PEEK[]<0.{FULL_LIMIT}>").get(uid)
        if whole is not None and (body := whole.bodies.get(b"BODY[]")) is not None:
            yield uid, body


def _rebuilt(before: Fetched, one: Fetched, sections: Sequence[str]) -> bytes | None:
    """A mail from its parts; None where that cannot be done."""
    node, header = structure.tree(before.outline), one.bodies.get(b"BODY[HEADER]")
    if node is None or header is None:
        return None
    bodies = {number: one.bodies.get(f"BODY[{number}]".encode(), b"") for number in sections}
    return structure.rebuilt(header, node, bodies)


def _groups(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    group: list[int] = []
    held = 0
    for uid, size in sizes.items():
        if group and (held + size > _AT_ONCE or len(group) >= _MAILS):
            yield group
            group, held = [], 0
        group.append(uid)
        held += size
    if group:
        yield group


def _carries(one: Fetched) -> bool:
    """Whether it is worth fetching: of a large mail its structure is looked at closely."""
    if one.size <= _SMALL:
        return True
    node = structure.tree(one.outline)
    return node is None or any(_is_carried(leaf) for leaf in node.leaves())


def _is_text(node: structure.Node) -> bool:
    return node.kind in ("text/plain", "text/html") or "pkcs7" in node.kind


def _is_carried(node: structure.Node) -> bool:
    names = (*node.parameters, *node.names)
    return (
        any(kind in node.kind for kind in _KINDS)
        or "delivery-status" in node.kind
        or any(value.lower().endswith(_ENDINGS) for _, value in names)
        # A name that is encoded, or cut into pieces: it is found out by reading it.
        or (
            node.kind.partition("/")[0] in ("application", "text")
            and any("*" in name or "=?" in value for name, value in names)
            and node.size <= _PART_LIMIT
        )
    )


def _is_carried_or_text(node: structure.Node) -> bool:
    # What came back, and the words of a mail system, say which mail and which address failed.
    return (
        _is_carried(node)
        or node.kind == "text/plain"
        or node.kind.startswith(("message/", "text/rfc822"))
    )
