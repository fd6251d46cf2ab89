"""Whether somebody belongs among the people: a human, and one the owner has to do with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connectors.records import Card
from syncd.inference.model import Claim, Dossier, Real, Sighted

# How the UIDs of cards begin that syncd itself added to a book.
OURS: Final = "syncd-card-"

# Reasons that show a machine at work, and those of mail and meetings that are nobody's contact.
_MACHINE = ("bulk:", "auto:", "esp:", "sender:", "address:")
_DISTANT = frozenset(
    (
        "mail:co-recipient",
        "mail:group",
        "mail:list",
        "mail:not-addressed",
        "mail:shared-mailbox",
        "mail:bounced",
        "mail:delivery-report",
        "meeting:large",
        "meeting:not-own",
        "meeting:owner-arranged",
        "meeting:series",
    )
)
# Mail that speaks of a meeting which no calendar and no organiser shows: "meeting:only-reply".
_ONLY = frozenset(
    f"meeting:only-{what}" for what in ("reply", "counter", "cancel", "refresh", "add", "published")
)
# Sent to where mail came back from: whether it arrived is unknown.
_LOST = frozenset(("mail:address-suspended",))


def saved_cards(dossier: Dossier) -> tuple[Sighted[Card], ...]:
    """The cards of humans in the owner's own address books; anybody can send one by mail."""
    return tuple(
        card
        for card in dossier.cards
        if not card.record.attached_by
        and card.record.kind == "individual"
        and card.key not in dossier.unsaved
    )


def chosen_cards(dossier: Dossier) -> tuple[Sighted[Card], ...]:
    """Those of them that the owner added: what syncd added says no more than it knew before."""
    return tuple(card for card in saved_cards(dossier) if not is_ours(card.record))


def is_ours(card: Card) -> bool:
    """Whether syncd added the card."""
    return card.uid.startswith(OURS)


def kind_of(dossier: Dossier, claims: Sequence[Claim]) -> tuple[str, tuple[str, ...]]:
    """person, silent (a human we have nothing to do with) or machine (only ever sent bulk)."""
    if chosen_cards(dossier):
        return "person", ()
    claims = [claim for claim in claims if "mail:future" not in claim.reasons]
    if not claims:
        return "silent", ("address:no-contact",)
    machine = [c.real is Real.NO and any(r.startswith(_MACHINE) for r in c.reasons) for c in claims]
    if all(machine):
        return "machine", ("address:only-machine-mail",)
    if all(m or _is_nothing(c) for c, m in zip(claims, machine, strict=True)):
        return "silent", ("address:no-contact",)
    return "person", ()


def _is_nothing(claim: Claim) -> bool:
    """Whether it brings the owner no nearer to anybody."""
    if claim.real is Real.YES or "mail:introduced" in claim.reasons:
        return False
    if claim.real is not Real.NO:
        return not (_LOST | _ONLY).isdisjoint(claim.reasons)
    # An event in somebody else's calendar; in the owner's own it is in doubt, not nothing.
    foreign = "meeting:owner-not-invited" in claim.reasons
    return foreign or not (_DISTANT | _ONLY).isdisjoint(claim.reasons)
