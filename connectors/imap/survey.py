"""What an account looks like from outside, for whoever sets it up or mends it. Nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.imap.drafts import place
from connectors.imap.folders import Folder, chosen, listed, missing
from connectors.imap.session import Server, Session
from connectors.imap.troubles import No, of_answer

_NAMED: Final = 6


def survey(server: Server, wanted: Sequence[str], *, drafts: bool = False) -> Iterator[str]:
    """See `connectors.contract.Surveyed`. `wanted`: the folders that the owner chose; `drafts`:
    whether any may be filed."""
    session = server.connect()
    try:
        yield f"{server.host}:{session.port} answers {_protection(session)}"
        yield f"signed in as {server.user}"
        folders = listed(session)
        if (lacking := missing(folders, wanted, session.host)) is not None:
            raise lacking
        read = sorted(chosen(session, folders, wanted), key=_rank)
        names = [one.name for one in read]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        shown = ", ".join(names[:_NAMED]) or "none"
        yield f"{len(names)} of {len(folders)} folders are read: {shown}{more}"
        if session.offers("IDLE"):
            yield "tells of new mail by itself (IDLE)"
        else:
            yield "has no IDLE: it is asked for new mail as often as `poll:` says"
        if drafts:
            yield f"drafts are left in {place(folders, session.host).name}"
    except No as error:
        raise of_answer(error.text, session.host, "answer") from error
    finally:
        session.leave()


def _rank(folder: Folder) -> tuple[bool, bool, str]:
    """Where mail arrives, where it is sent from, all others."""
    return folder.role != "inbox", folder.role != "sent", folder.name


def _protection(session: Session) -> str:
    version = getattr(session.wire.sock, "version", None)
    return "without TLS, on this machine" if version is None else f"by {version() or 'TLS'}"
