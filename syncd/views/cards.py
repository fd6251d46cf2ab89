"""The contact cards behind what no mail and no meeting shows: a birthday, a card that was added."""

from __future__ import annotations

from typing import Any

from connectors.records import Card
from syncd.inference.humans import saved_cards
from syncd.inference.model import Sighted
from syncd.pipeline.people import Portrait

_BIRTHDAY, _ADDED = "birthday:", "card:"


def cards_behind(portrait: Portrait, anchor: str) -> list[dict[str, Any]]:
    """The cards that this evidence rests on, in the shape of interactions, oldest first; none for
    evidence of any other kind."""
    if not anchor.startswith((_BIRTHDAY, _ADDED)):
        return []
    event = next((one for one in portrait.history.events if one.evidence == anchor), None)
    if event is None:
        return []
    cards = sorted(saved_cards(portrait.dossier), key=lambda card: (card.seen_at, card.key))
    if anchor.startswith(_BIRTHDAY):
        cards = [card for card in cards if card.record.birthday]
    return [_shown(card, event.title or card.record.name) for card in cards]


def _shown(card: Sighted[Card], title: str) -> dict[str, Any]:
    return {
        "at": card.seen_at,
        "kind": "card",
        "mode": "unknown",
        "direction": "received",
        "real": "yes",
        "weight": 0.0,
        "probability": 1.0,
        "reasons": [],
        "title": title,
        "evidence": [
            {"account": where.account, "ref": where.ref, "link": where.link}
            for where in card.evidence
        ],
    }
