"""From verdict to task, decided: data and `now` in, data out.

    verdicts + what is stored      --follow--> rows to keep, intents to write
    candidates, numbers of the day --draw----> the keys that become tasks now
    a task as the list has it      --hand----> what its owner did to it

A row is where (rule, person, anchor) stands; its key is minted once and never changes. At most
one open task exists for a (person, rule). What a list is asked to write is decided here and
written elsewhere; the owner's own hand always wins.
"""

from __future__ import annotations

from syncd.planner.draw import Candidate, day_of, draw, due_day, next_draw, soon
from syncd.planner.follow import follow, passed_over, too_late, unjudged, unplaced
from syncd.planner.hand import MANY_DELETIONS, Act, Hand, deletions, hand, in_bulk, landed
from syncd.planner.keys import is_key, mint
from syncd.planner.model import (
    Complete,
    Copy,
    Followed,
    Intent,
    Policy,
    Status,
    TaskState,
    Tracked,
    Update,
)
from syncd.planner.words import addressee, footer, same_text
from syncd.planner.writing import Write, intended, to_write

__all__ = [
    "MANY_DELETIONS",
    "Act",
    "Candidate",
    "Complete",
    "Copy",
    "Followed",
    "Hand",
    "Intent",
    "Policy",
    "Status",
    "TaskState",
    "Tracked",
    "Update",
    "Write",
    "addressee",
    "day_of",
    "deletions",
    "draw",
    "due_day",
    "follow",
    "footer",
    "hand",
    "in_bulk",
    "intended",
    "is_key",
    "landed",
    "mint",
    "next_draw",
    "passed_over",
    "same_text",
    "soon",
    "to_write",
    "too_late",
    "unjudged",
    "unplaced",
]
