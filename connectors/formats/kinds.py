"""What categories that their owner gave an event say that it is, whatever its calendar."""

from __future__ import annotations

from typing import Final

from connectors.formats.words import clean

_KINDS: Final = {
    "birthday": "birthday", "birthdays": "birthday", "anniversary": "birthday",
    "geburtstag": "birthday", "geburtstage": "birthday", "anniversaire": "birthday",
    "cumpleaños": "birthday", "aniversário": "birthday",
    "travel": "travel", "trip": "travel", "flight": "travel", "reise": "travel",
    "voyage": "travel", "viaje": "travel", "viagem": "travel",
    "focus": "focus", "focus time": "focus", "fokuszeit": "focus",
    "out of office": "oof", "vacation": "oof", "urlaub": "oof",
    "vacances": "oof", "vacaciones": "oof", "férias": "oof",
}  # fmt: skip


def kind_of_category(category: str) -> str:
    """birthday, travel, focus or oof (`connectors.records.Meeting.kind`); "" where it says nothing
    of the kind."""
    return _KINDS.get(clean(category).lower(), "")
