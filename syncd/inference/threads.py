"""Which mail does a mail answer? Its headers say so; where they do not, its subject may.

    In-Reply-To, known                                     that mail
    else References                                        the nearest ancestor that is known
    neither header, and a subject like "Re: Plan"          the newest mail "Plan" the other way

The last two are looked for among the mail of the two people alone, so that nothing has to be stored
for them, and what comes late is found all the same.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from connectors.records import Message
from syncd.inference.authors import author_of, authors_of
from syncd.inference.model import Dossier, Sighted
from syncd.inference.sharing import is_personal
from syncd.people import normalise

_WITHIN: Final = timedelta(days=30)

# What mail programs write before the subject of an answer, and of what is passed on.
_ANSWER: Final = (
    r"re|r[ée]f|r[ée]p|aw|antw(?:ort)?|sv|vs|rif|r|odp|res|resp|ynt|yan[ıi]t|atb|bls|v[áa]|odg|ats"
    r"|απ|отв(?:ет)?|на|回复|回覆|答复|答覆|返信|회신|답장|رد|תגובה|השב"
)
_PASSED_ON: Final = (
    r"fwd?|fw|wg|tr|rv|enc|i|vb|vl|pd|i̇?lt|doorst|转发|轉寄|轉發|転送|전달|πρθ|пересл|tov"
)
_PREFIX: Final = re.compile(
    rf"(?:(?P<answer>{_ANSWER})|(?:{_PASSED_ON}))\s?(?:[\[(^]?\d{{1,3}}[\])]?)?\s?[:：]\s*"
)
_WRITTEN: Final = re.compile(_PREFIX.pattern, re.IGNORECASE)
_TAG: Final = re.compile(r"\[[^\[\]]{1,60}\]\s*")
# Subjects that two people may use at any time about anything.
_GENERIC: Final = frozenset(
    (
        "", "hi", "hey", "hello", "hi there", "hello there", "hallo", "moin", "servus", "hola",
        "bonjour", "salut", "ola", "oi", "ciao", "hej", "greetings", "question", "frage",
        "pregunta", "pergunta", "domanda", "fyi", "thanks", "thank you", "danke", "merci",
        "gracias", "obrigado", "obrigada", "grazie", "no subject", "(no subject)", "<no subject>",
        "none", "(none)", "untitled", "kein betreff", "(kein betreff)", "ohne betreff",
        "sans objet", "(sans objet)", "aucun objet", "(aucun objet)", "sin asunto",
        "(sin asunto)", "sem assunto", "(sem assunto)", "nessun oggetto", "(nessun oggetto)",
        "test",
    )
)  # fmt: skip
_SHORTEST: Final = 3


@lru_cache(maxsize=16_384)
def base_subject(subject: str) -> tuple[str, bool]:
    """A subject without "Re:", "AW:", "[list]" and the like, and whether it is an answer's.

    It is an answer's when the outermost prefix is: "Fwd: Re: Plan" passes something on. What is
    too general to say which thread it is in becomes "".
    """
    text = " ".join(unicodedata.normalize("NFKC", subject).casefold().split())
    answer: bool | None = None
    while text:
        tag = _TAG.match(text)
        found = _PREFIX.match(text, tag.end() if tag else 0)
        if found is not None:
            answer = found["answer"] is not None if answer is None else answer
            text = text[found.end() :]
        elif tag is not None and tag.end() < len(text):
            text = text[tag.end() :]
        else:
            break
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = plain.strip(" .!?,;:-–—")
    if plain in _GENERIC or len(plain) < _SHORTEST:
        return "", bool(answer)
    return plain, bool(answer)


@lru_cache(maxsize=16_384)
def bare_subject(subject: str) -> str:
    """A subject as it was written, without "Re:", "Fwd:" and the like before it."""
    text = " ".join(subject.split())
    while ":" in text or "\uff1a" in text:
        tag = _TAG.match(text)
        found = _WRITTEN.match(text, tag.end() if tag else 0)
        if found is None:
            break
        text = text[found.end() :]
    return text


class Threads:
    """The answers among the mail of one person. `is_sent` says which mails the owner wrote."""

    def __init__(self, dossier: Dossier, is_sent: Callable[[Sighted[Message]], bool]) -> None:
        self._dossier = dossier
        self._is_sent = is_sent
        self._by_id: dict[str, Sighted[Message]] | None = None
        self._topics: dict[tuple[str, bool], list[tuple[datetime, str]]] | None = None

    def parent(self, message: Message, *, sent: bool) -> tuple[str, str]:
        """Message-ID and author (normalised) of what this mail answers; "" where that is unknown.

        `sent`: the owner wrote it to the person; else the person wrote it.
        """
        if message.in_reply_to in self._dossier.parents:
            return message.in_reply_to, self._dossier.parents[message.in_reply_to]
        if message.references:
            return self._ancestor(message)
        if message.in_reply_to or not (":" in message.subject or "：" in message.subject):
            return "", ""
        return self._by_subject(message, sent)

    def is_owners(self, message_id: str, author: str) -> bool:
        """Whether the owner wrote that mail of theirs, and nobody else behind a shared address."""
        if is_personal(author):
            return True
        found = self._known().get(message_id)
        return found is None or self._is_sent(found)

    def _known(self) -> dict[str, Sighted[Message]]:
        if self._by_id is None:
            self._by_id = {s.record.message_id: s for s in self._dossier.messages}
        return self._by_id

    def _ancestor(self, message: Message) -> tuple[str, str]:
        for reference in reversed(message.references):
            known = self._known().get(reference)
            if known is not None and reference != message.message_id:
                return reference, author_of(known.record)
        return "", ""

    def _by_subject(self, message: Message, sent: bool) -> tuple[str, str]:
        base, answer = base_subject(message.subject)
        if not base or not answer:
            return "", ""
        if self._topics is None:
            self._topics = self._collect()
        there = self._topics.get((base, not sent), [])
        place = bisect_left(there, (message.at, "")) - 1
        if place < 0 or message.at - there[place][0] > _WITHIN:
            return "", ""
        found = there[place][1]
        return found, author_of(self._known()[found].record)

    def _collect(self) -> dict[tuple[str, bool], list[tuple[datetime, str]]]:
        """Mail between the two, by base subject and direction, oldest first."""
        person = self._dossier.addresses
        topics: dict[tuple[str, bool], list[tuple[datetime, str]]] = defaultdict(list)
        for sighted in self._dossier.messages:
            m = sighted.record
            base, _ = base_subject(m.subject)
            if not base:
                continue
            sent = self._is_sent(sighted)
            ends = (*m.to, *m.cc, *m.bcc) if sent else authors_of(m)
            if any(normalise(box.addr) in person for box in ends):
                topics[base, sent].append((m.at, m.message_id))
        return {topic: sorted(found) for topic, found in topics.items()}
