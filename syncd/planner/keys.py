"""The key of a task: minted once, from what it is about, and kept for ever after."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

_DIGITS = 24  # 96 bits: no two of a lifetime's tasks share a key
_KEY = re.compile(rf"syncd-[0-9a-f]{{{_DIGITS}}}")


def is_key(text: str) -> bool:
    """Whether a text looks like a key of ours."""
    return _KEY.fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def mint(rule_id: str, evidence: str, addr: str) -> str:
    """The key for `rule_id` anchored at `evidence`, about the person behind `addr`.

    The same three always give the same key, so that a state that was lost or restored finds its
    own tasks again. `addr` is the normalised address that takes part in the evidence, not the
    person's id: ids change when people are merged.
    """
    # Lengths, so that no two different triples are ever the same text.
    text = f"{len(rule_id)}:{rule_id}{len(evidence)}:{evidence}{len(addr)}:{addr}"
    return "syncd-" + hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
