"""Signals: what a mail does (asks, promises, proposes a meeting, thanks, ...), without its words.

    read_signals    the body of one mail -> its signals

The text is zoned first, cut into sentences, and each sentence is asked by the rules of its
language. Precision comes first: a courtesy ("let me know if you have questions") asks nothing.
"""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Final

from syncd.inference.model import Signal, SignalKind
from syncd.inference.signals_dates import due_date
from syncd.inference.signals_english import read_sentence
from syncd.inference.zones import new_text

# Below this a reading is a guess, and a guess makes no task.
_LEAST: Final = 0.5

_SENTENCES_READ: Final = 200
_SENTENCE_LONGEST: Final = 500

# Only what somebody will do, or is asked to do, has a day on which it is due.
_DATED: Final = frozenset((SignalKind.ASKS, SignalKind.PROMISES, SignalKind.PROPOSES_MEETING))

# Words that one language has and the others have not, for mails whose language nobody names.
_ENGLISH: Final = frozenset(
    (
        "the", "and", "you", "your", "is", "are", "of", "to", "for", "that", "this", "with", "have",
        "it", "we", "my", "be", "at", "from", "would", "could", "please", "thanks", "let", "how",
    )
)  # fmt: skip
_FOREIGN: Final = frozenset(
    (
        "der", "das", "und", "ich", "ist", "nicht", "dir", "du", "wir", "mit", "sie", "wie", "ein",
        "eine", "für", "auf", "bitte", "danke", "mir", "dich", "euch", "uns", "kannst", "können",
        "le", "les", "des", "est", "vous", "nous", "je", "tu", "pour", "avec", "pas", "une",
        "merci",
        "el", "los", "las", "que", "por", "para", "con", "una", "está", "gracias", "te", "nos",
        "você", "não", "uma", "com", "obrigado", "obrigada", "em", "ao", "eu", "os", "il", "che",
        "di", "per", "sono", "grazie", "ho", "het", "een", "ik", "niet", "van", "wij",
    )
)  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")

_BULLET: Final = re.compile(r"\s*(?:[-*•·–]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_END: Final = re.compile(r"([.!?…]+[\"'”’)\]]*)\s+(?=\S)")
# After these a full stop ends no sentence.
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:mr|ms|mrs|dr|st|vs|jr|sr|no|nr|prof|e\.g|i\.e|etc|a\.m|p\.m|am|pm|approx|inc|ltd|corp|co|"
    r"tel|fig|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|wed|thu|fri)|\b[a-z])\.$",
    re.IGNORECASE,
)
_TYPOGRAPHIC: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-"})


def read_signals(
    plain: str, *, at: datetime, zone: tzinfo, language: str | None = None
) -> tuple[Signal, ...]:
    """The signals of a plain body that was written at `at`; one for each kind and due day.

    `due` is a day in `zone`, never before the day of writing. `language` (RFC 5646) says what the
    mail is written in, where that is known; only English is read, the rest has no signals.
    """
    if language is not None and not language.lower().startswith("en"):
        return ()
    text = new_text(plain)
    if language is None and not _is_english(text):
        return ()
    today = at.astimezone(zone).date()
    best: dict[tuple[SignalKind, date | None], float] = {}
    for sentence in sentences(text):
        found = read_sentence(sentence)
        if not found:
            continue
        due = due_date(sentence, today)
        for kind, confidence in found:
            if confidence >= _LEAST:
                key = (kind, due if kind in _DATED else None)
                best[key] = max(best.get(key, 0.0), confidence)
    dated = {kind for kind, due in best if due is not None}
    return tuple(
        Signal(kind, confidence, due)
        for (kind, due), confidence in sorted(
            best.items(), key=lambda item: (item[0][0].value, item[0][1] or date.min)
        )
        # "Could you send it? I need it by Friday." asks once, for Friday.
        if due is not None or kind not in dated
    )


def _is_english(text: str) -> bool:
    """Whether nothing speaks against it: a text of one word may be in any language."""
    words = _WORD.findall(text[:4_000].lower())
    return sum(word in _FOREIGN for word in words) <= sum(word in _ENGLISH for word in words)


def sentences(text: str) -> list[str]:
    """The sentences of a text, lines of a paragraph joined, quotes and apostrophes plain."""
    found: list[str] = []
    for paragraph in _paragraphs(text.translate(_TYPOGRAPHIC)):
        begin = 0
        for match in _END.finditer(paragraph):
            if _ABBREVIATION.search(paragraph[begin : match.end(1)]):
                continue
            found.append(paragraph[begin : match.end(1)].strip())
            begin = match.end()
        found.append(paragraph[begin:].strip())
        if len(found) > _SENTENCES_READ:
            break
    return [sentence[:_SENTENCE_LONGEST] for sentence in found[:_SENTENCES_READ] if sentence]


def _paragraphs(text: str) -> list[str]:
    """Paragraphs on one line each; a bullet, and a line after a short one, begin a new one."""
    found: list[str] = []
    current: list[str] = []
    for line in text.split("\n"):
        bullet = _BULLET.match(line)
        # A mailer wraps at 60 and more; what ends much earlier was ended by its author.
        broken = bool(current) and len(current[-1]) < 40
        if current and (not line.strip() or bullet or broken):
            found.append(" ".join(current))
            current = []
        if bullet:
            line = line[bullet.end() :]
        if line.strip():
            current.append(line.strip())
    if current:
        found.append(" ".join(current))
    return found
