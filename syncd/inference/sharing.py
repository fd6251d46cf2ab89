"""Mailboxes, calendars and address books that others use as well: what in them is the owner's.

account with role `shared` or `delegate`   only what names the owner in person is theirs
account with role `own`                    the same thing seen there as well: own wins
"""

from __future__ import annotations

from typing import Any

from connectors.records import Message
from syncd.inference.authors import authors_of
from syncd.inference.model import Owner, Sighted
from syncd.people import AddressKind, classify, normalise


def only_shared(sighted: Sighted[Any], owner: Owner) -> bool:
    """Whether it was seen only in accounts that the owner shares with others."""
    if not owner.shared or not sighted.evidence:
        return False
    return all(place.account in owner.shared for place in sighted.evidence)


def personal(addrs: frozenset[str]) -> frozenset[str]:
    """Those of the owner's addresses that are theirs alone: no `team@`, no `info@`."""
    return frozenset(addr for addr in addrs if is_personal(addr))


def is_written_by_owner(message: Message, owned: frozenset[str], shared: bool) -> bool:
    """Whether mail from one of the owner's addresses was written by the owner.

    From says who wrote it, Sender who typed or sent it for them (RFC 5322 section 3.6.2): an
    assistant's mail in the owner's name is the owner's. Behind an address that several use, From
    says nothing: Sender does, and in a shared mailbox (`shared`) nobody does where it is missing.
    """
    own = frozenset(normalise(box.addr) for box in authors_of(message)) & owned
    if not own or any(map(is_personal, own)):
        return bool(own)
    if message.sender is None or not message.from_:
        return not shared
    return normalise(message.sender.addr) in owned


def is_personal(addr: str) -> bool:
    """Whether one human reads what is sent to an address, as far as its name tells."""
    return classify(addr, is_list=False, is_resource=False)[0] is AddressKind.PERSON
