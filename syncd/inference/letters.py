"""One letter to many: the same text sent one by one is no personal mail (mail merge, cold mailing).

topic     what two copies of one letter have in common, "" for what is no first letter
letters   which sent mails are such copies
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from connectors.records import Mailbox, Message

_WINDOW: Final = timedelta(hours=1)

# "Re", "Fwd" and what mail programs of other languages put in their place.
_ANSWER: Final = re.compile(
    r"\s*(?:\[[^\]]*\]\s*)?(?:re|aw|antw?|fwd?|fw|wg|tr|réf|ref|rv|res|enc|rif|i|vs|sv|vb|odp|pd|ynt)"
    r"(?:\[\d+\]|\(\d+\))?\s?[::]\s*",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
_MASK: Final = "\N{BLACK SQUARE}"


def topic(m: Message) -> str:
    """The subject of a first letter, the same for all its copies; "" for answers and forwards.

    The recipient's own names are masked: "Ana, quick question" and "Bob, quick question" are one.
    """
    if m.in_reply_to or m.references or _ANSWER.match(m.subject):
        return ""
    words = _words(m.subject)
    names = {name for boxes in (m.to, m.cc, m.bcc) for box in boxes for name in _names(box)}
    masked = [_MASK if word in names else word for word in words]
    # "Ana Silva, …" and "Bob, …": a name is one mask, however many words it has.
    kept = [
        word for at, word in enumerate(masked) if word != _MASK or masked[at - 1 : at] != [_MASK]
    ]
    return " ".join(kept)


def letters(
    sent: Sequence[tuple[str, datetime, str, frozenset[str]]], limit: int
) -> frozenset[str]:
    """The keys of `sent` (key, when, topic, recipients) that are one letter to many.

    That is: within some hour, both ends included, mails of the same topic went to more than
    `limit` different people.
    """
    by_topic: dict[str, list[tuple[datetime, str, frozenset[str]]]] = defaultdict(list)
    for key, at, about, recipients in sent:
        if about:
            by_topic[about].append((at, key, recipients))
    found: set[str] = set()
    for copies in by_topic.values():
        if len(copies) > 1:
            found |= _within_an_hour(sorted(copies, key=lambda copy: copy[:2]), limit)
    return frozenset(found)


def _within_an_hour(copies: list[tuple[datetime, str, frozenset[str]]], limit: int) -> set[str]:
    found: set[str] = set()
    people: Counter[str] = Counter()
    first = marked = 0  # the window is copies[first:end + 1]; all before `marked` are in `found`
    for end, (at, _, recipients) in enumerate(copies):
        people.update(recipients)
        while at - copies[first][0] > _WINDOW:
            for gone in copies[first][2]:
                people[gone] -= 1
                if not people[gone]:
                    del people[gone]
            first += 1
        # One mail to many is judged by its own size; a letter is many mails.
        if len(people) > limit and end > first:
            found.update(key for _, key, _ in copies[max(first, marked) : end + 1])
            marked = end + 1
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _names(box: Mailbox) -> set[str]:
    local = box.addr.rpartition("@")[0].partition("+")[0]
    words = set(_words(box.name)) | set(re.split(r"[\W\d_]+", local.casefold()))
    return {word for word in words if len(word) > 1}
