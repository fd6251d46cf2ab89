"""What several tests of the interface share."""

from __future__ import annotations

from pathlib import Path

from acceptance_world import ANA, Home, at

BEN, CLEO, ROBOT, GROUP = (
    "ben@example.com",
    "cleo@example.com",
    "noreply@example.net",
    "gardeners@lists.example.net",
)
PERSON = {"id", "name", "addresses"}
PEOPLE = PERSON | {
    "stage",
    "tier",
    "strength",
    "online_only",
    "wanted",
    "colleague",
    "last_interaction",
    "last_meeting",
    "next_meeting",
    "counts",
}


def a_small_world(folder: Path) -> Home:
    """Ben met Ana for coffee on Friday and meets her again; Cleo wrote in vain; a robot and a list
    wrote as well."""
    home = Home(folder, rules="real-networking")
    home.mail(ANA, f"Ben Archer <{BEN}>", at("2026-06-01T09:00"), "Could you send me the plan?\n")
    home.mail(f"Ben Archer <{BEN}>", ANA, at("2026-06-02T09:00"), "I will send it by Friday.\n")
    home.mail(f"Cleo Archer <{CLEO}>", ANA, at("2026-06-13T09:00"))
    home.mail(f"Shop <{ROBOT}>", ANA, at("2026-06-13T09:00"))
    home.mail(
        "Dora Lind <dora@example.com>",
        GROUP,
        at("2026-06-13T09:00"),
        headers={"List-Id": "<gardeners.lists.example.net>", "List-Post": f"<mailto:{GROUP}>"},
    )
    invited = {ANA: "ACCEPTED", BEN: "ACCEPTED"}
    home.event(at("2026-06-12T09:00"), "Coffee", organizer=ANA, attendees=invited)
    home.event(at("2026-06-20T09:00"), "Lunch", organizer=ANA, attendees=invited)
    home.event(at("2026-05-20T09:00"), "Talk", organizer=BEN, attendees=invited | {BEN: "DECLINED"})
    home.card("Dora Lind", "dora@example.com")
    home.once()
    return home
