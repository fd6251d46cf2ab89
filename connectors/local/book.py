"""A folder of contact cards that may be added to: one .vcf file each, as vdirsyncer and khard have.

A file is named after its card's UID and put there by `link`, which never overwrites.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from connectors.contract import ContactBook
from connectors.errors import BadItem, Refused
from connectors.formats.names import file_name
from connectors.local.files import read_whole, storable, walk
from connectors.local.writing import put_new, sync_folder, tidy, writing
from connectors.records import Card

_WHAT = "the folder for cards"


class CardFolder(ContactBook):
    """One folder, made with its first card. `prefix` is what refs of its files begin with where the
    contacts are read; `category` marks the cards that are added. A card may be taken out of it, and
    put elsewhere in what is `read`: folders and files of contacts."""

    def __init__(
        self, root: str, prefix: str, category: str = "", read: Sequence[str] = ()
    ) -> None:
        self.root = root
        self._read = read
        self._prefix = prefix
        self._category = category

    def add_card(self, card: Card) -> str:
        """See `connectors.contract.ContactBook`."""
        with writing(self.root, _WHAT):
            if os.path.lexists(self.root) and not os.path.isdir(self.root):
                raise Refused(f"{storable(self.root)} is no folder: name one for cards")
            os.makedirs(self.root, mode=0o700, exist_ok=True)
            tidy(self.root)
            name = _found(self.root, card.uid)
            if name is None:
                from connectors.formats.vcard import write_card  # vobject costs 60 ms

                if self._category and self._category not in card.categories:
                    card = replace(card, categories=(*card.categories, self._category))
                name = file_name(card.uid, ".vcf")
                put_new(self.root, name, write_card(card))
                if card.uid not in _uids(os.path.join(self.root, name)):
                    shown = storable(os.path.join(self.root, name))
                    raise Refused(f"{shown} is in the way of a new card: move it elsewhere")
        return self._prefix + name

    def remove_card(self, uid: str, ref: str) -> None:
        """See `connectors.contract.ContactBook`."""
        with writing(self.root, _WHAT):
            os.stat(self.root)  # where it is not mounted, nothing is known of what was there
            for root in (self.root, *self._read):
                name = _found(root, uid)
                if name is None:
                    continue
                path = os.path.join(root, name) if name else root
                if _uids(path) != {uid}:
                    raise Refused(f"{storable(path)} holds other cards as well: delete it by hand")
                os.unlink(path)
                sync_folder(os.path.dirname(path))


def _found(root: str, uid: str) -> str | None:
    """The file that has the card with that UID, below the folder; "" where `root` is that file."""
    if not os.path.isdir(root):
        return "" if uid in _uids(root, holding=uid) else None
    found = walk(root, lambda name: name.lower().endswith((".vcf", ".vcard")))
    usual = file_name(uid, ".vcf")
    for name in sorted(found, key=lambda name: (name != usual, name)):
        if found[name].stamp is not None and uid in _uids(found[name].path, holding=uid):
            return name
    return None


def _uids(path: str, holding: str = "") -> set[str]:
    """The UIDs of a file's cards; of one that does not even hold these characters, none."""
    from connectors.formats.vcard import read_cards

    try:
        data = read_whole(path)
        return {card.uid for card in read_cards(data).cards} if holding.encode() in data else set()
    except (OSError, BadItem):
        return set()  # removed meanwhile, or no card: not ours
