"""Which of the mails that were told are no longer in their folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from connectors.contract import Known
from connectors.imap.cursor import Mark
from connectors.imap.refs import prefix
from connectors.imap.session import Session
from connectors.imap.troubles import No
from connectors.imap.uids import Uids

_FEW: Final = 50  # that many are looked up one by one
PORTION: Final = 20_000  # known mails that are held at once: there may be half a million

Spans = list[tuple[int, int]]


class Portion(NamedTuple):
    """The known mails of some ranges of UIDs, as refs by UID; None where that was not asked for,
    because nothing but them can be said of one UID alone."""

    spans: Spans
    mails: dict[int, str] | None

    def within(self, uids: Uids) -> Uids:
        """Those in the ranges."""
        return Uids(span for low, high in self.spans for span in uids.between(low, high).spans())


def expunged(
    session: Session, folder: str, mark: Mark, number: int, known: Known
) -> Iterator[list[str]]:
    """The refs of known mails of the open folder that are gone, of which there should be `number`,
    some at a time. Raises `No`."""
    below, highest = prefix(folder, mark.validity), mark.next - 1
    vanished = _vanished(session, mark)
    if vanished is None or not number <= len(vanished) <= PORTION:
        left = session.search("ALL")
        crowded = _crowding(left, number, highest)
        yield from _gone(known, below, highest, crowded, lambda uid: uid not in left, number)
    elif len(vanished) <= _FEW and all(uid * 10 > highest for uid in vanished):
        refs = [f"{below}{uid}" for uid in vanished]  # no other ref begins like one of these
        yield [ref for ref in refs if ref in known.under(ref)]
    else:
        gone, held = vanished, mark.count + number

        def crowded_there(spans: Spans) -> bool | None:
            if not any(gone.count(low, high) for low, high in spans):
                return None
            return min(held, sum(high - low + 1 for low, high in spans)) > PORTION

        yield from _gone(known, below, highest, crowded_there, gone.__contains__, len(gone))


def compared(known: Known, below: str, there: Uids, number: int, highest: int) -> Iterator[Portion]:
    """What is known of a folder, up to the UID `highest`, to be compared with what is `there`;
    about `number` more are known. Of the few UIDs that begin those of many others (1, 10, ...) none
    is told: whoever reads what is lacking reads them anew, and one that is gone stays known."""
    return _portions(known, below, highest, _crowding(there, number, highest))


def _gone(
    known: Known,
    below: str,
    highest: int,
    crowded: Callable[[Spans], bool | None],
    is_gone: Callable[[int], bool],
    number: int,
) -> Iterator[list[str]]:
    """The known refs that are gone, the newest first, until `number` were found."""
    alone: list[int] = []
    for spans, mails in _portions(known, below, highest, crowded):
        if mails is None:
            alone.append(spans[0][0])
            continue
        refs = [ref for uid, ref in sorted(mails.items()) if is_gone(uid)]
        yield refs
        number -= len(refs)
        if number <= 0:
            return
    yield [f"{below}{uid}" for uid in sorted(alone) if is_gone(uid)]  # not known: it does no harm


def _portions(
    known: Known, below: str, highest: int, crowded: Callable[[Spans], bool | None]
) -> Iterator[Portion]:
    """All that is known of a folder, by what its UIDs begin with, the newest first. `crowded` says
    of ranges whether they hold too much for once; None: nothing that matters."""
    left = [""]
    while left:
        digits = left.pop()
        spans = _spans(digits, highest)
        full = crowded(spans)
        if full:
            if digits:
                yield Portion(spans[:1], None)
            longer = [digits + one for one in "0123456789" if digits or one != "0"]
            longer = [one for one in longer if int(one) <= highest]
            left += sorted(longer, key=lambda one: _spans(one, highest)[-1][1])
        elif full is not None:
            start = len(below)
            found = known.under(below + digits)
            yield Portion(
                spans, {int(ref[start:]): ref for ref in found if ref[start:].isdecimal()}
            )


def _spans(digits: str, highest: int) -> Spans:
    """The UIDs that begin with these digits."""
    if not digits:
        return [(1, highest)]
    low = high = int(digits)
    spans = []
    while low <= highest:
        spans.append((low, min(high, highest)))
        low, high = low * 10, high * 10 + 9
    return spans


def _crowding(there: Uids, number: int, highest: int) -> Callable[[Spans], bool]:
    """Whether more than a portion may be known of some ranges: what is `there`, and what of the
    `number` that are not may have been in them."""

    def crowded(spans: Spans) -> bool:
        size = sum(high - low + 1 for low, high in spans)
        gone = number * size // max(1, highest)
        return min(size, gone + sum(there.count(low, high) for low, high in spans)) > PORTION

    return crowded


def _vanished(session: Session, mark: Mark) -> Uids | None:
    """What the server remembers (RFC 7162 3.2.10); None where it does not."""
    if not mark.modseq or mark.next <= 1 or not session.offers("QRESYNC"):
        return None
    try:
        session.uid_ask(
            "FETCH", f"1:{mark.next - 1}", "(UID)", f"(CHANGEDSINCE {mark.modseq} VANISHED)"
        )
    except No:
        return None
    found = b",".join(
        line.rpartition(b" ")[2] for line in session.also("VANISHED") if isinstance(line, bytes)
    )
    with session.speaking():
        return Uids.parse(found.decode("ascii"))
