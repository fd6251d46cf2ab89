"""Who is who: the tables behind joining addresses into people, and the owner's own aliases."""

from __future__ import annotations

from syncd.store.schema import metadata

__all__ = ["metadata"]
