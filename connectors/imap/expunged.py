"""Which of the mails that were told are no longer in their folder."""

from __future__ import annotations

from connectors.contract import Known
from connectors.imap.cursor import Mark
from connectors.imap.refs import prefix
from connectors.imap.session import Session
from connectors.imap.troubles import No
from connectors.imap.uids import Uids

_FEW = 50  # that many are looked up one by one


def expunged(session: Session, folder: str, mark: Mark, number: int, known: Known) -> list[str]:
    """The refs of known mails of the open folder that are gone, of which there should be `number`.
    Raises `No`."""
    gone = _vanished(session, mark)
    if gone is not None and len(gone) >= number:
        below = prefix(folder, mark.validity)
        if len(gone) <= _FEW:
            refs = [f"{below}{uid}" for uid in gone]
            return [ref for ref in refs if ref in known.under(ref)]
        there = known_mails(known, folder, mark.validity)
        return [ref for uid, ref in sorted(there.items()) if uid in gone]
    told = known_mails(known, folder, mark.validity)
    left = session.search("ALL")
    return [ref for uid, ref in sorted(told.items()) if uid not in left]


def known_mails(known: Known, folder: str, validity: int) -> dict[int, str]:
    """The known refs of a folder by UID."""
    below = prefix(folder, validity)
    return {
        int(ref[len(below) :]): ref for ref in known.under(below) if ref[len(below) :].isdecimal()
    }


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
