"""Which language a text is in, of those that signals are read in."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "en": "the and you for that with this have are your not will was be it of to in is we",
    "de": "der die das und ich nicht mit für auf ist wir sie ein eine dass auch wie bei zu den",
    "fr": "le la les des et vous pour que nous est une dans avec pas sur votre je merci du ce",
    "es": "el los las que y para con una por del es usted no en gracias nos como muy más su",
    "pt": "o os as que e para com uma por não em do da obrigado obrigada nos como muito é você",
}
_OF: Final = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_LEAST: Final = 3  # of its words that a text has to have
_HEAD: Final = 4_000


def language_of(text: str) -> str:
    """en, de, fr, es or pt; "" where that is in doubt."""
    words = re.findall(r"[^\W\d_]+", text[:_HEAD].lower())
    found = {language: sum(word in of for word in words) for language, of in _OF.items()}
    best, second = sorted(found, key=lambda language: -found[language])[:2]
    sure = found[best] >= _LEAST and found[best] > found[second]
    return best if sure else ""
