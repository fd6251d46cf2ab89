"""The owner's own addresses, found out: what the hints about an address add up to.

Precision first: mail of an address that is wrongly taken for the owner's would count as written by
them. An address that ever shows to be somebody else's, a list's or a room's is never theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

# Mail from so many people was delivered under an address before it counts.
_AUTHORS: Final = 3
_NAMED_BY: Final = 2

# What mail programs call the folder of sent mail, as its whole name.
_SENT: Final = frozenset(
    (
        "sent", "sent items", "sent mail", "sent messages", "sent-mail", "sentmail", "outbox sent",
        "gesendet", "gesendete", "gesendete objekte", "gesendete elemente", "gesendete nachrichten",
        "postausgang gesendet", "envoyés", "envoyes", "messages envoyés", "éléments envoyés",
        "courrier envoyé", "enviados", "enviadas", "elementos enviados", "mensajes enviados",
        "correo enviado", "mensagens enviadas", "itens enviados", "correio enviado",
        "e-mails enviados",
        "inviati", "inviata", "posta inviata", "elementi inviati", "verzonden", "verzonden items",
        "verzonden berichten", "skickat", "skickade objekt", "sendt", "sendte elementer", "wysłane",
        "odeslaná pošta", "odeslané", "lähetetyt", "отправленные", "送信済み", "已发送", "已傳送",
    )
)  # fmt: skip
_EXTENSION: Final = re.compile(r"\.(?:mbox|mbx|sbd|eml|maildir)$")
_SHIFTED: Final = re.compile(r"&([A-Za-z0-9+,]*)-")


@dataclass(frozen=True, slots=True)
class Clues:
    """Everything that speaks for and against one address being the owner's."""

    card: bool = False  # it shares a card with the owner, under the owner's name
    sent: bool = False  # it wrote, under the owner's name, what lies in a folder of sent mail
    invited: bool = False  # the owner's calendar says that it stands for the owner
    delivered: frozenset[str] = frozenset()  # authors of mail that was delivered under it
    misnamed: frozenset[str] = frozenset()  # of these, who call it by somebody else's name
    named: frozenset[str] = frozenset()  # authors of mail to it alone that reached the owner
    stranger: bool = False  # it writes under another name, is a list's or a room's


def found(clues: Mapping[str, Clues], not_mine: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Which addresses are the owner's, and why. `not_mine` are those the owner said are not."""
    aliases = {}
    for addr, clue in sorted(clues.items()):
        reasons = _reasons(clue)
        if reasons and not clue.stranger and addr not in not_mine:
            aliases[addr] = reasons
    return aliases


def _reasons(clue: Clues) -> tuple[str, ...]:
    delivered = len(clue.delivered) >= _AUTHORS and len(clue.delivered) > 3 * len(clue.misnamed)
    marks = (
        (clue.card, "alias:card"),
        (clue.sent, "alias:sent-folder"),
        (clue.invited, "alias:own-calendar"),
        (delivered, "alias:delivered-to"),
        (len(clue.named) >= _NAMED_BY, "alias:named-recipient"),
    )
    return tuple(reason for holds, reason in marks if holds)


def in_sent_folder(ref: str) -> bool:
    """Whether a mail's ref (folders and a name, joined by /) lies in a folder of sent mail.

    Folders may be Maildir++ (`.Sent`, `.INBOX.Sent`), carry an mbox's ending, and be written in
    modified UTF-7 (RFC 3501 section 5.1.3).
    """
    return any(_is_sent(part) for part in re.split(r"[/\\#]", ref) if part)


def _is_sent(folder: str) -> bool:
    name = _EXTENSION.sub("", _decoded(folder).lower()).strip(" []")
    tail = re.split(r"[.]", name)[-1].strip(" []")
    return name in _SENT or tail in _SENT


def _decoded(name: str) -> str:
    """Modified UTF-7 made readable; what is none stays as it is."""

    def shifted(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        text = match[1].replace(",", "/").encode()
        try:
            return (b"+" + text + b"-").decode("utf-7")
        except UnicodeDecodeError:
            return match[0]

    return _SHIFTED.sub(shifted, name)
