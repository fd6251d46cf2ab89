"""Bodies, for the few mails that need one: small mails whole, of large ones what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from connectors.imap import structure
from connectors.imap.answers import Fetched, fetched
from connectors.imap.session import Session
from connectors.imap.troubles import No, passing
from connectors.imap.uids import Uids

FULL_LIMIT: Final = 2 * 1024 * 1024  # of a mail that cannot be taken apart: attachments come last
_SMALL: Final = 64 * 1024
_PART_LIMIT: Final = 1024 * 1024
_AT_ONCE: Final = 4 * 1024 * 1024  # bytes in one answer
_ENDINGS: Final = (".ics", ".ical", ".icalendar", ".vcf", ".vcard")
_KINDS: Final = ("calendar", "/ics", "vcard", "directory")


def fetch(session: Session, uids: Iterable[int], items: str) -> dict[int, Fetched]:
    """What the server says of these mails, by UID; mails that it does not deliver are missing.

    Where a whole answer is refused, it is asked for in halves. Raises the errors of the contract.
    """
    wanted = sorted(uids)
    if not wanted:
        return {}
    try:
        data = session.uid_ask("FETCH", str(Uids.of(wanted)), f"({items})")
        asked = set(wanted)
        found: dict[int, Fetched] = {}
        for one in fetched(data):
            before = found.get(one.uid)
            if one.uid in asked and (before is None or len(before.bodies) <= len(one.bodies)):
                found[one.uid] = one
        return found
    except No as error:
        if passing(error.text) and error.code != "SERVERBUG":
            from connectors.imap.troubles import of_answer

            raise of_answer(error.text, session.host, "deliver mail") from error
        if len(wanted) == 1:
            return {}
    half = len(wanted) // 2
    return fetch(session, wanted[:half], items) | fetch(session, wanted[half:], items)


def texts(session: Session, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The mails with what they say, by UID; those that are gone, or not delivered, are missing."""
    sizes = {uid: one.size for uid, one in fetch(session, uids, "UID RFC822.SIZE").items()}
    yield from _bodies(session, sizes, _is_text)


def carriers(
    session: Session, sizes: Mapping[int, int], certain: set[int]
) -> Iterator[tuple[int, bytes]]:
    """Those of the mails (by UID, with their sizes) that may carry a calendar, a card or a
    delivery report, with those parts; the `certain` ones whatever their parts say."""
    asked = [uid for uid in sizes if uid not in certain]
    found = fetch(session, asked, "UID BODYSTRUCTURE")
    telling = {uid for uid, one in found.items() if structure.telling(one.pieces)} | certain
    large = {uid: one for uid, one in found.items() if uid in telling and sizes[uid] > _SMALL}
    for uid, one in large.items():
        node = structure.tree(one.pieces)
        if node is not None and not any(_is_carried(leaf) for leaf in node.leaves()):
            telling.discard(uid)
    yield from _bodies(session, {uid: sizes[uid] for uid in sorted(telling)}, _is_carried_or_text)


def _bodies(
    session: Session, sizes: Mapping[int, int], wanted: Callable[[structure.Node], bool]
) -> Iterator[tuple[int, bytes]]:
    small = [uid for uid, size in sizes.items() if size <= _SMALL]
    for group in _groups(small, sizes):
        for uid, one in fetch(session, group, "UID BODY.PEEK[]").items():
            if (body := one.bodies.get(b"BODY[]")) is not None:
                yield uid, body
    large = [uid for uid, size in sizes.items() if size > _SMALL]
    for uid, one in fetch(session, large, "UID BODYSTRUCTURE BODY.PEEK[HEADER]").items():
        body = _parted(session, one, wanted) or _whole(session, uid)
        if body is not None:
            yield uid, body


def _parted(
    session: Session, one: Fetched, wanted: Callable[[structure.Node], bool]
) -> bytes | None:
    node, header = structure.tree(one.pieces), one.bodies.get(b"BODY[HEADER]")
    if node is None or header is None:
        return None
    numbers = [structure.section(leaf) for leaf in node.leaves() if wanted(leaf)]
    bodies: dict[str, bytes] = {}
    if numbers:
        items = " ".join(f"BODY.PEEK[{number}]<0.{_PART_LIMIT}>" for number in numbers[:50])
        answer = fetch(session, [one.uid], f"UID {items}").get(one.uid)
        if answer is None:
            return None
        for number in numbers:
            bodies[number] = answer.bodies.get(f"BODY[{number}]".encode(), b"")
    return structure.rebuilt(header, node, bodies)


def _whole(session: Session, uid: int) -> bytes | None:
    answer = fetch(session, [uid], f"UID BODY.PEEK[]<0.{FULL_LIMIT}>").get(uid)
    return None if answer is None else answer.bodies.get(b"BODY[]")


def _groups(uids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    group: list[int] = []
    held = 0
    for uid in uids:
        if group and (held + sizes[uid] > _AT_ONCE or len(group) >= 200):
            yield group
            group, held = [], 0
        group.append(uid)
        held += sizes[uid]
    if group:
        yield group


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
