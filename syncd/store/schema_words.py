"""What the owner said: the tables of logged meetings and of who is to stay forgotten."""

from __future__ import annotations

from syncd.store.schema import metadata

__all__ = ["metadata"]
