"""What several tests of the interface share."""

from __future__ import annotations

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
