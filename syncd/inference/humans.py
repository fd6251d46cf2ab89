"""Whether somebody belongs among the people: a human, and one the owner has to do with."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.inference.model import Claim, Dossier, Real

# Reasons that show a machine at work, and those of mail and meetings that are nobody's contact.
_MACHINE = ("bulk:", "auto:", "esp:", "sender:", "address:")
_DISTANT = (
    "mail:co-recipient",
    "mail:group",
    "mail:list",
    "mail:not-addressed",
    "meeting:large",
)


def kind_of(dossier: Dossier, claims: Sequence[Claim]) -> tuple[str, tuple[str, ...]]:
    """person, silent (a human we have nothing to do with) or machine (only ever sent bulk)."""
    if dossier.cards:
        return "person", ()
    claims = [claim for claim in claims if "mail:future" not in claim.reasons]
    machine = [any(r.startswith(_MACHINE) for r in c.reasons) for c in claims]
    distant = [any(r in _DISTANT for r in c.reasons) for c in claims]
    if not claims:
        return "silent", ("address:no-contact",)
    if all(c.real is Real.NO and m for c, m in zip(claims, machine, strict=True)):
        return "machine", ("address:only-machine-mail",)
    if all(
        c.real is Real.NO and (m or d) for c, m, d in zip(claims, machine, distant, strict=True)
    ):
        return "silent", ("address:no-contact",)
    return "person", ()
