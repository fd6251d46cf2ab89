"""The owner's address book: a vdir of vCards (RFC 6350; older ones as RFC 2426)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from syncd.demo.cast import Person


@dataclass(frozen=True, slots=True)
class Card:
    """A card the owner saved. `birthday` is ISO 8601, without a year where the owner knows none."""

    person: Person
    birthday: str = ""
    note: str = ""


class AddressBook:
    def __init__(self) -> None:
        self._cards: list[Card] = []

    def __len__(self) -> int:
        return len(self._cards)

    def add(self, card: Card) -> None:
        self._cards.append(card)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for card in self._cards:
            name = hashlib.sha256(card.person.address.encode()).hexdigest()[:20]
            (folder / f"{name}.vcf").write_text(_vcard(card, name), "utf-8", newline="")


def _vcard(card: Card, uid: str) -> str:
    person = card.person
    first, _, last = person.name.partition(" ")
    # Address books grow over decades: two versions side by side are the normal case.
    old = int(uid[0], 16) % 2 == 0
    lines = ["BEGIN:VCARD", f"VERSION:{'3.0' if old else '4.0'}", f"UID:{uid}"]
    lines += [f"FN:{person.name}", f"N:{last};{first};;;"]
    lines.append(f"EMAIL;TYPE={'INTERNET,WORK' if old else 'work'}:{person.address}")
    if person.second:
        lines.append(f"EMAIL;TYPE={'INTERNET,HOME' if old else 'home'}:{person.second}")
    # 555-01xx is set aside for fiction in the North American plan.
    lines.append(f"TEL;TYPE=cell:+1-202-555-01{int(uid[:6], 16) % 100:02d}")
    lines.append(f"ORG:{person.domain.split('.')[0].capitalize()}")
    lines.append(f"TITLE:{person.work}")
    if card.birthday:
        lines.append(f"BDAY:{card.birthday}")
    if card.note:
        lines.append(f"NOTE:{card.note}")
    lines.append("END:VCARD")
    return "".join(f"{line}\r\n" for line in lines)
