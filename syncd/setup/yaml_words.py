"""Texts as YAML writes them."""

from __future__ import annotations

import json
import re

# What YAML takes for text as it stands.
_PLAIN = re.compile(r"(?:[A-Za-z]|\.{0,2}/|~/)[\w~/.@+-]*(?: [\w.@+-]+)*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "~", ".nan", ".inf"))


def quoted(text: str) -> str:
    """A text as YAML writes it on one line."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
