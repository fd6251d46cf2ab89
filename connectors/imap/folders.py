"""The folders of an account, and which of them are read.

What a folder is for says the server: SPECIAL-USE (RFC 6154) or XLIST. Only what is *not* read is
told by its name as well, where the server says nothing: a draft that is taken for a sent mail does
more harm than a folder called "Trash" that is not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_response

from connectors.errors import Refused
from connectors.imap.names import decoded, sayable
from connectors.imap.session import Session
from connectors.imap.status import ITEMS, Status, said
from connectors.imap.troubles import No, of_answer, passing

_ROLES: Final = {
    b"\\all": "all", b"\\allmail": "all", b"\\trash": "trash", b"\\junk": "junk",
    b"\\spam": "junk", b"\\drafts": "drafts", b"\\sent": "sent", b"\\inbox": "inbox",
    b"\\flagged": "virtual", b"\\starred": "virtual", b"\\important": "virtual",
}  # fmt: skip
_SHUT: Final = frozenset((b"\\noselect", b"\\nonexistent"))
# Names that mail programs give them, in the languages that syncd reads.
_NAMES: Final = {
    "trash": "trash bin deleted deleted_items papierkorb corbeille papelera lixeira lixo "
    "éléments_supprimés gelöschte_elemente gelöscht elementos_eliminados itens_eliminados",
    "junk": "junk spam junk_e-mail junk_email bulk_mail spamverdacht unerwünscht "
    "courrier_indésirable indésirables correo_no_deseado lixo_eletrônico",
    "drafts": "drafts draft templates outbox entwürfe vorlagen brouillons borradores rascunhos "
    "bozze concepten",
    "sent": "sent sent_items sent_messages sent_mail gesendet gesendete_elemente "
    "gesendete_objekte envoyés éléments_envoyés enviados elementos_enviados itens_enviados",
}  # fmt: skip
_ROLE_OF: Final = {
    name.replace("_", " "): role for role, names in _NAMES.items() for name in names.split()
}
_UNREAD: Final = frozenset(("trash", "junk", "drafts"))


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder. `name` is for people, `wire` what the server calls it.

    `role`: inbox | sent | drafts | trash | junk | all | virtual (other folders' mail) | "".
    `guessed`: only its name says so. `foreign`: of another user, or shared.
    """

    name: str
    wire: bytes
    delimiter: str = "/"
    role: str = ""
    guessed: bool = False
    foreign: bool = False
    open: bool = True  # whether it can hold mail
    status: Status | None = None  # where the server told it with the list


def listed(session: Session, *, telling: bool = False) -> list[Folder]:
    """All folders of the account; `telling`: with their STATUS, where that costs nothing (RFC
    5819). Raises the errors of the contract."""
    try:
        rows = _rows(session, telling=telling)
        told = session.also("STATUS")
        foreign = _foreign(session)
    except No as error:
        raise of_answer(error.text, session.host, "list the folders") from error
    found: list[Folder] = []
    folders: dict[str, Folder] = {}
    with session.speaking():
        statuses = said(told)
        for flags, delimiter, wire in session.parsed_folders(rows):
            folder = _folder([flag.lower() for flag in flags], delimiter, wire, foreign)
            found.append(replace(folder, status=statuses.get(folder.wire)))
    # One name may be there in UTF-7 and in plain bytes: the latter goes by its bytes then.
    for folder in sorted(found, key=lambda one: not one.wire.isascii()):
        if folders.get(folder.name, folder).wire != folder.wire:
            folder = replace(folder, name=folder.wire.decode("latin-1"))
        folders[folder.name] = folder
    return _guessed(list(folders.values()))


def unsayable(folders: Iterable[Folder], host: str) -> str:
    """What to say where folders cannot be named in a command; "" where all can."""
    found = [one.name for one in folders if not sayable(one.wire)]
    if not found:
        return ""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in found[0])
    return (
        f"{host} has a folder {shown} with a line break in its name, which no command can hold: it "
        "is left out; rename it there"
    )


def chosen(session: Session, folders: Sequence[Folder], wanted: Sequence[str]) -> list[Folder]:
    """Those that are read: the `wanted` ones, else all but trash, junk, drafts, what shows other
    folders' mail, and other people's. On Gmail the labels are such views of one folder."""
    if wanted:
        names = {_plain(name) for name in wanted}
        return [one for one in folders if one.open and names & _spellings(one)]
    everything = [one for one in folders if one.role == "all" and one.open]
    if everything and session.offers("X-GM-EXT-1"):
        return everything
    return [
        one
        for one in folders
        if one.open and not one.foreign and one.role not in ("all", "virtual", *_UNREAD)
    ]


def missing(folders: Iterable[Folder], wanted: Sequence[str], host: str) -> Refused | None:
    """What to say where a wanted folder does not exist; None where all do."""
    there = [one for one in folders if one.open]
    known = {name for one in there for name in _spellings(one)}
    lacking = [name for name in wanted if _plain(name) not in known]
    if not lacking:
        return None
    names = ", ".join(sorted(_slashed(one) for one in there)[:20])
    return Refused(
        f"there is no folder {lacking[0]} at {host}: correct `folders:`; there are {names}"
    )


def role(folders: Iterable[Folder], wanted: str) -> Folder | None:
    """The folder for something: what the server calls so goes before what is only named so."""
    found = [one for one in folders if one.role == wanted and one.open and not one.foreign]
    return min(found, key=lambda one: (one.guessed, len(one.name), one.name), default=None)


def _folder(flags: Sequence[bytes], delimiter: Any, wire: Any, foreign: Sequence[bytes]) -> Folder:
    raw = wire if isinstance(wire, bytes) else str(wire).encode()
    said = next((_ROLES[flag] for flag in flags if flag in _ROLES), "")
    # RFC 3501 5.1: INBOX in any case; XLIST may give it a name in another language.
    if raw.upper() == b"INBOX" or said == "inbox":
        return Folder("INBOX", b"INBOX", _text(delimiter), "inbox")
    return Folder(
        decoded(raw),
        raw,
        _text(delimiter),
        said,
        foreign=any(raw.startswith(one) for one in foreign),
        open=sayable(raw) and not _SHUT.intersection(flags),
    )


def _guessed(folders: list[Folder]) -> list[Folder]:
    """The folders, with roles by name where the server gives none of that kind."""
    told = {one.role for one in folders}
    found = []
    for one in folders:
        last = re.split(r"[/.]|" + re.escape(one.delimiter or "/"), one.name)[-1].lower()
        guess = _ROLE_OF.get(" ".join(last.split()), "")
        if one.role or not guess or guess in told:
            found.append(one)
        else:
            found.append(replace(one, role=guess, guessed=True))
    return found


def _rows(session: Session, *, telling: bool) -> list[Any]:
    """LIST with all that the server offers; what speaks for a server may offer what the server does
    not do, so what is refused is left out from then on. Raises `No`."""
    marked = session.offers("SPECIAL-USE") and session.offers("LIST-EXTENDED")
    told = telling and session.offers("LIST-STATUS")
    returns = " ".join(["SPECIAL-USE"] * marked + [f"STATUS {ITEMS}"] * told)
    other = session.offers("XLIST") and not session.offers("SPECIAL-USE")
    try:
        if returns:
            return session.ask("LIST", '""', '"*"', "RETURN", f"({returns})")[0]
        return session.ask("XLIST" if other else "LIST", '""', '"*"')[0]
    except No as error:
        if passing(error.text) or not (returns or other):
            raise
    if told:
        session.disown("LIST-STATUS")
    else:
        session.disown(*(("LIST-EXTENDED", "LIST-STATUS") if returns else ("XLIST",)))
    return _rows(session, telling=telling)


def _foreign(session: Session) -> list[bytes]:
    """Prefixes of other people's folders and of shared ones (RFC 2342), as far as the server says
    so in a way that can be understood."""
    if session.others is not None:
        return session.others
    found: list[bytes] = []
    if session.offers("NAMESPACE"):
        try:
            spaces = parse_response(session.ask("NAMESPACE")[0])
            personal = [prefix for prefix, *_ in spaces[0] or ()]
            others = [prefix for part in spaces[1:] for prefix, *_ in part or ()]
            # A prefix that is empty, or also ours, tells nothing apart.
            found = [
                one for one in others if isinstance(one, bytes) and one and one not in personal
            ]
        except No as error:
            if passing(error.text):
                raise
        except (ProtocolError, ValueError, TypeError, LookupError):
            pass
    session.others = found
    return found


def _spellings(folder: Folder) -> set[str]:
    """How its name may be written: with slashes, or as the server has it."""
    return {_plain(folder.name), _plain(_slashed(folder))}


def _slashed(folder: Folder) -> str:
    """The name as it is written in a configuration."""
    return folder.name.replace(folder.delimiter, "/") if folder.delimiter else folder.name


def _plain(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name


def _text(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else ""
