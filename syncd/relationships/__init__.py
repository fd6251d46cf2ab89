"""Relationships: a person's claims folded into history, facts, strength and open loops.

relate(profile, claims, now, zone)  ->  PersonHistory  ->  Snapshot
"""

from __future__ import annotations

from syncd.relationships.history import PersonHistory, relate
from syncd.relationships.profile import Profile
from syncd.relationships.signal_states import SignalState
from syncd.relationships.snapshot import Snapshot

__all__ = ["PersonHistory", "Profile", "SignalState", "Snapshot", "relate"]
