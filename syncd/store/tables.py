"""Every table there is, for whoever makes or compares whole schemas."""

from __future__ import annotations

from syncd.store import (
    schema_briefs,
    schema_errands,
    schema_health,
    schema_identity,
    schema_mutes,
    schema_words,
)
from syncd.store.schema import metadata

__all__ = [
    "metadata",
    "schema_briefs",
    "schema_errands",
    "schema_health",
    "schema_identity",
    "schema_mutes",
    "schema_words",
]
