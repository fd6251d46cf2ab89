"""Scenes that several tests of mail share."""

from __future__ import annotations

from collections.abc import Callable

from acceptance_world import Home, Scene, scenes

Build = Callable[[Scene], object]


def world_of(home: Home, builds: list[Build], first: str, days: int = 12) -> list[Scene]:
    found = scenes(home, len(builds), first=first, days=days)
    for scene, build in zip(found, builds, strict=True):
        build(scene)
    home.once()
    return found
