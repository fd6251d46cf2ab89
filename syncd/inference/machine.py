"""Human or machine? What the header of a mail says about who wrote it.

    machine_reasons(m)   () for a human, else why not: `bulk:…`, `auto:…`, `esp:…`, `sender:…`
    is_list(m)           whether a mailing list handed it on: that is no machine, judged apart

Sources: RFC 3834 (automatic responses), RFC 2369 and 2919 (List-*), RFC 2076 (Precedence), RFC 3464
(bounces), RFC 8098 (receipts), RFC 6047 (calendar mail), RFC 8058 (one-click unsubscribe) and the
finger-prints of senders to many. `auto:` codes are mail that nobody wrote: it never is an
interaction, even as an answer. `bulk:`, `esp:` and `category:` only say how it was sent.

A calendar file that hangs on a letter is an attachment like any other, unless its METHOD says that
a calendar sent it. An invitation in an answer was written by a human all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from connectors.records import Message
from syncd.inference.authors import authors_of
from syncd.inference.machine_headers import READERS, family
from syncd.inference.machine_words import SUBJECTS
from syncd.inference.threads import base_subject
from syncd.people import AddressKind, classify, normalise

_NEVER: Final = "auto:"

_MAILTO: Final = re.compile(r"mailto:([^\s<>?,;]+@[^\s<>?,;]+)", re.IGNORECASE)
_ADDR: Final = re.compile(r"[^\s<>\"',;:()]+@[^\s<>\"',;:()]+")
_LIST_NAME: Final = re.compile(r"<?([^\s<>\"]+\.[^\s<>\"]+)>?\s*$")
_ANY_SUBJECT: Final = re.compile(
    "|".join(f"(?:{rule.pattern})" for _, rule in SUBJECTS), re.IGNORECASE
)
# Where the way out of a list is named after the list (ezmlm, Mailman, Sympa).
_LIST_EXIT: Final = re.compile(
    r"mailto:([^\s<>@?]+?)-(?:unsubscribe|unsub|leave|request)[^\s<>@?]*@([^\s<>?,;]+)",
    re.IGNORECASE,
)
# "Example test robot", "example[bot]": some machines say it only beside their address.
_ROBOT_NAME: Final = re.compile(
    r"\brobot\b|\[bot\]|\bno-?reply\b|\bdo not reply\b|\bmailer[- ]daemon\b", re.IGNORECASE
)


def machine_reasons(m: Message) -> tuple[str, ...]:
    """Why this mail was not written by a human to somebody; () when it was, or came by a list."""
    traits = m.traits
    auto: list[str] = []
    bulk: list[str] = []
    for name, value in traits:
        reader = READERS[name] if name in READERS else family(name)
        if reader is not None and (code := reader(value)):
            if name == "calendar-part" and value == "REQUEST" and _is_answer(m):
                continue
            (auto if code.startswith(_NEVER) else bulk).append(code)
    # Half of all subjects begin so, and no machine's does.
    if m.subject[:3] not in ("Re:", "RE:", "re:") and _ANY_SUBJECT.match(m.subject):
        auto.append(next(code for code, rule in SUBJECTS if rule.match(m.subject)))
    if m.sender is not None:
        _judge_sender(m, auto, bulk)
    authors = authors_of(m)
    if not authors:
        auto.append("sender:none")
    for box in authors:
        kind = classify(normalise(box.addr), is_list=False, is_resource=False)[0]
        if kind is AddressKind.PERSON and box.name and _ROBOT_NAME.search(box.name):
            kind = AddressKind.ROBOT
        if kind is not AddressKind.PERSON:
            auto.append(f"sender:{kind.value}")
            break
    if not auto and not bulk:
        return ()
    if bulk and is_list(m):
        # How a list sends says nothing about who wrote to it.
        bulk = [code for code in bulk if code.startswith(("esp:mailer", "category:"))]
    return tuple(dict.fromkeys(sorted(auto) + sorted(bulk)))


def is_interaction_never(reasons: tuple[str, ...]) -> bool:
    """Whether nobody wrote it (out of office, bounce, RSVP, receipt): no answer of a human."""
    return any(code.startswith(_NEVER) for code in reasons)


def is_list(m: Message) -> bool:
    """Whether a mailing list with members who write handed this mail on (not a newsletter)."""
    for name, value in m.traits:
        if name in ("x-beenthere", "mailing-list", "x-mailing-list", "x-mailinglist"):
            return True
        if name == "list-post":
            # "NO" (RFC 2369 section 3.4) is a list that only announces; so is a web address.
            if _MAILTO.search(value):
                return True
        elif name == "precedence":
            if value.strip().lower() == "list":
                return True
        elif name in _NAMING and _NAMING[name](value, _recipients(m)):
            return True
    # Majordomo marks its mail with nothing but its own address.
    return m.sender is not None and _is_list_command(m.sender.addr)


def list_addresses(m: Message) -> frozenset[str]:
    """The addresses, in their one spelling, of the lists that this mail says it came through.

    An author is never taken for a list, whatever the header claims.
    """
    found: set[str] = set()
    recipients: frozenset[str] | None = None
    for name, value in m.traits:
        if name == "list-post":
            found.update(map(normalise, _MAILTO.findall(value)))
        elif name in ("x-beenthere", "x-mailing-list", "x-mailinglist"):
            found.update(_addresses(value))
        elif name == "mailing-list":
            # "list x@example.org; contact x-owner@example.org", or "contact x-help@…; run by ezmlm"
            if value.lower().startswith("list "):
                found.update(_addresses(value.partition(";")[0]))
        elif name in _NAMING:
            if recipients is None:
                recipients = _recipients(m)
            found |= _NAMING[name](value, recipients)
    if not found:
        return frozenset()
    return frozenset(found) - {""} - {normalise(box.addr) for box in authors_of(m)}


def _is_answer(m: Message) -> bool:
    """Whether somebody answered with it: calendars invite and never answer with an invitation."""
    return bool(m.in_reply_to) and base_subject(m.subject)[1]


def _judge_sender(m: Message, auto: list[str], bulk: list[str]) -> None:
    """The Sender (RFC 5322 section 3.6.2) is who typed or sent it for the author."""
    if m.sender is None or any(box.addr == m.sender.addr for box in authors_of(m)):
        return
    addr = m.sender.addr.lower()
    if addr.startswith(("calendar-notification@", "calendar-server")):
        auto.append("auto:invitation")
    elif classify(normalise(addr), is_list=False, is_resource=False)[0] is AddressKind.ROBOT:
        bulk.append("bulk:sender")


def _is_list_command(addr: str) -> bool:
    kind, reasons = classify(normalise(addr), is_list=False, is_resource=False)
    return kind is AddressKind.ROBOT and reasons == ("address:list-command",)


def _recipients(m: Message) -> frozenset[str]:
    return frozenset(normalise(box.addr) for boxes in (m.to, m.cc) for box in boxes)


def _addresses(value: str) -> frozenset[str]:
    return frozenset(map(normalise, _ADDR.findall(value))) - {""}


def _matching(list_id: str, recipients: frozenset[str]) -> frozenset[str]:
    """The recipients that a List-Id names (RFC 2919: `<dev.lists.example.org>`)."""
    match = _LIST_NAME.search(list_id)
    if match is None:
        return frozenset()
    name = match[1].lower().replace("@", ".")
    host = name.split(".")[-2:]
    return frozenset(
        addr
        for addr in recipients
        if addr.replace("@", ".") == name
        # The list's host and the host of its address are often two names of one domain.
        or (
            name.startswith(addr.partition("@")[0] + ".")
            and addr.split("@")[1].split(".")[-2:] == host
        )
    )


def _leaving(exit_: str, recipients: frozenset[str]) -> frozenset[str]:
    """The recipients that a List-Unsubscribe leaves: `<mailto:dev-unsubscribe@example.org>`."""
    names = {normalise(f"{local}@{host}") for local, host in _LIST_EXIT.findall(exit_)}
    return recipients & names


def _looping(value: str, recipients: frozenset[str]) -> frozenset[str]:
    return recipients & _addresses(value)


# Headers that name the list only in the light of the recipients.
_NAMING: Final[Mapping[str, Callable[[str, frozenset[str]], frozenset[str]]]] = {
    "list-id": _matching,
    "list-unsubscribe": _leaving,
    "x-loop": _looping,
}
