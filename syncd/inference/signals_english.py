"""English: what one sentence does. Rules by kind, each a phrase and how often it is right.

A rule is refused by its kind's vetoes: negation, condition, courtesy, what others said or did.
The confidences were set on sentences of real mail; see the corpus test for what they reach.
"""

from __future__ import annotations

import re
from typing import Final

from syncd.inference.model import SignalKind
from syncd.inference.signals_asks import (
    ABOUT_YOU,
    ASK_RULES,
    ASK_VETO,
    COURTESY,
    MEETING_QUESTION,
    QUESTION,
    RHETORICAL,
)
from syncd.inference.signals_forwards import FORWARD_GATE, FORWARD_RULES, FORWARD_VETO
from syncd.inference.signals_offers import OFFER_GATE, OFFER_RULES, OFFER_VETO
from syncd.inference.signals_past import (
    CANCEL_RULES,
    CANCEL_VETO,
    CONFIRM_RULES,
    CONFIRM_VETO,
    MISSED_RULES,
    MISSED_VETO,
    THANKS_GATE,
    THANKS_RULES,
    THANKS_VETO,
)
from syncd.inference.signals_promises import (
    PROMISE_RULES,
    PROMISE_VETO,
    PROPOSE_RULES,
    PROPOSE_VETO,
)
from syncd.inference.signals_shares import (
    ATTACHED_GATE,
    ATTACHED_RULES,
    HANDED_GATE,
    HANDED_RULES,
    LINKED_GATE,
    LINKED_RULES,
    SHARE_VETO,
)
from syncd.inference.signals_words import INTRODUCE_GATE

Rules = tuple[tuple[float, re.Pattern[str]], ...]

_CALLED: Final = re.compile(
    # "Hi Ana, ", "Ana - ", "Ana and Bob: " before what is said to them
    r"^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^,:;!?-]{0,40}[,:;!-]+\s*"
    r"|(?:[A-Z][\w'-]+(?:\s(?:and|&|/)?\s?[A-Z][\w'-]+)?)\s?(?:,|:|--?)\s+)+",
)
_LEAD: Final = re.compile(
    r"^(?:(?:and|also|but|so|then|ok(?:ay)?|btw|by the way|ps|p\.s\.|fyi|well|anyway|again|first|"
    r"second(?:ly)?|finally|lastly|meanwhile|in the meantime|in addition|however|additionally|"
    r"thanks|"
    r"thank you|great|sure|yes|yeah|yep|no problem|sorry|one more thing|otherwise|if so|if not|"
    r"if possible|when you (?:can|get a chance)|at your convenience|quick question|hi|hello|hey)"
    r"[\s,.:;!-]+)+",
    re.IGNORECASE,
)

_GUARDED: Final[tuple[tuple[SignalKind, Rules, re.Pattern[str]], ...]] = (
    (SignalKind.PROMISES, PROMISE_RULES, PROMISE_VETO),
    (SignalKind.PROPOSES_MEETING, PROPOSE_RULES, PROPOSE_VETO),
    (SignalKind.CONFIRMS_MEETING, CONFIRM_RULES, CONFIRM_VETO),
    (SignalKind.MISSED_MEETING, MISSED_RULES, MISSED_VETO),
    (SignalKind.CANCELS_MEETING, CANCEL_RULES, CANCEL_VETO),
)
# These are rare, and asking all their rules costs more than looking for their words.
_GATED: Final[tuple[tuple[SignalKind, tuple[str, ...], Rules, re.Pattern[str]], ...]] = (
    (SignalKind.THANKS, THANKS_GATE, THANKS_RULES, THANKS_VETO),
    (SignalKind.OFFERS, OFFER_GATE, OFFER_RULES, OFFER_VETO),
    (SignalKind.SHARES, ATTACHED_GATE, ATTACHED_RULES, SHARE_VETO),
    (SignalKind.SHARES, LINKED_GATE, LINKED_RULES, SHARE_VETO),
    (SignalKind.SHARES, HANDED_GATE, HANDED_RULES, SHARE_VETO),
    (SignalKind.FORWARDS_ON, FORWARD_GATE, FORWARD_RULES, FORWARD_VETO),
)
# What somebody else said is no act of the author.
_QUOTATION: Final = re.compile(r"^\s*\"|[,.!?]\"\s+\w+ (?:said|says|wrote|asked|told)\b")
_LEADLESS: Final = frozenset((SignalKind.PROMISES, SignalKind.PROPOSES_MEETING))


def read_sentence(sentence: str) -> tuple[tuple[SignalKind, float], ...]:
    """The kinds of signal in one sentence with their confidence, 0-1; () for most sentences."""
    if _QUOTATION.search(sentence):
        return ()
    said = _CALLED.sub("", sentence.strip())
    text = _LEAD.sub("", said).lower() or said.lower()
    whole = sentence.lower()
    found: list[tuple[SignalKind, float]] = []
    if asks := _asks(text, whole):
        found.append((SignalKind.ASKS, asks))
    for kind, rules, veto in _GUARDED:
        # "Great seeing you", "Sorry I missed you", "Thanks for lunch": their lead is what they say.
        subject = text if kind in _LEADLESS else said.lower()
        if confidence := _judged(subject, rules, veto):
            found.append((kind, confidence))
    for kind, gate, rules, veto in _GATED:
        if not _has(whole, gate):
            continue
        subject = said.lower() if kind is SignalKind.THANKS else text
        if confidence := _judged(subject, rules, veto):
            found.append((kind, confidence))
    if _has(whole, INTRODUCE_GATE):
        found += _introduces(sentence.strip())
    return tuple(found)


def _has(text: str, words: tuple[str, ...]) -> bool:
    # Written out: a generator would cost as much as the rules it spares.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def _introduces(sentence: str) -> list[tuple[SignalKind, float]]:
    """Names are told by their capitals, and the one called may be one of the two introduced."""
    from syncd.inference.signals_introduces import INTRODUCE_RULES, INTRODUCE_VETO, SHOULD_MEET

    if confidence := _judged(sentence, INTRODUCE_RULES, INTRODUCE_VETO):
        return [(SignalKind.INTRODUCES, confidence)]
    if _judged(sentence, ((0.6, SHOULD_MEET),), INTRODUCE_VETO):
        return [(SignalKind.OFFERS, 0.6)]
    return []


def _asks(text: str, whole: str) -> float:
    if COURTESY.search(whole):
        return 0.0
    confidence = _judged(text, ASK_RULES, ASK_VETO)
    if text.rstrip("\"')").endswith("?") and not RHETORICAL.search(text):
        if QUESTION.search(text):
            confidence = max(confidence, 0.85 if ABOUT_YOU.search(text) else 0.7)
        elif MEETING_QUESTION.search(text):
            confidence = max(confidence, 0.75)
    return confidence


def _judged(text: str, rules: Rules, veto: re.Pattern[str]) -> float:
    best = 0.0
    for confidence, rule in rules:
        if confidence > best and (match := rule.search(text)):
            # A veto counts where it stands: before the phrase or around it, in the same sentence.
            if veto.search(text[: match.end() + 60]):
                continue
            best = confidence
    return best
