"""What several tests of people share."""

from __future__ import annotations

from acceptance_world import ANA, Home, at

BEN, CLEO, DORA = "ben@example.com", "cleo@example.com", "dora@example.net"
BOTH = {ANA: "ACCEPTED", BEN: "ACCEPTED"}


def wrote(home: Home, addr: str, name: str = "", day: str = "2026-06-01") -> None:
    """The owner and somebody wrote to each other."""
    home.mail(ANA, f"{name} <{addr}>", at(f"{day}T09:00"))
    home.mail(f"{name} <{addr}>", ANA, at(f"{day}T15:00"))
