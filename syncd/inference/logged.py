"""What the owner says happened: "coffee with Ana, yesterday" -> who, what, when.

    text --take_when--> the day   --cut topic, place--> --kind words--> what   --what is left--> who

Nothing is guessed that would count wrongly: a text that says neither a way of meeting nor a way of
writing is no log, and names stay names until the caller has found whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from connectors.records import Meeting
from syncd.inference import logged_words as w
from syncd.inference.logged_text import HOLE, Cloth
from syncd.inference.logged_when import When, take_when
from syncd.inference.model import Direction, Mode
from syncd.inference.modes import mode_of
from syncd.inference.titles import fold
from syncd.inference.titlewords import WITH

_EMAIL: Final = re.compile(r"<?([^\s<>,;\"'()]+@[^\s<>,;\"'()]+\.[^\s<>,;\"'().]+)>?")
_WORD: Final = re.compile(r"[^\W_]+(?:['.\-][^\W_]+)*\.?|[&+@]")
_NOON: Final = time(12)
_APART: Final = re.compile(rf"[,;:/()|{HOLE}]|\s[-–—]\s")
_ASIDE: Final = re.compile(r"\([^()]*\)")
# "d'Ana", "escreveu-me": the mark between two words, which stays as long as it was.
_ELISION: Final = re.compile(r"(?<=\b[djl])'(?=\w)|-(?=(?:me|nos)\b)")
_FACE: Final = re.compile(
    r"\b(?:face[ -]to[ -]face|in person|personlich|en personne|en persona|pessoalmente|cara a cara"
    r"|face a face|tete[ -]a[ -]tete|von angesicht)\b"
)
_KINDS: Final = w.VIDEO | w.PHONE | w.MESSAGE | w.IN_PERSON | w.TALK | w.MEET
_GOOGLE_MEET: Final = re.compile(
    r"\bgoogle meet\b|\b(?:on|over|via|per|uber|por|par|sur|auf) (?:a )?meet\b|\bmeet call\b"
)
_CALL_BY_APP: Final = re.compile(r"\b(?:video )?call\b|\banruf|\bappel|\bllamada|\bchamada")


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody as written. `sure` is False for a word that may be no name at all."""

    text: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says. `kind` is "" where it names no way of meeting or writing."""

    kind: str  # meeting | call | message | ""
    mode: Mode
    direction: Direction
    names: tuple[Name, ...]
    when: When
    title: str
    place: str
    activity: str  # the word for it, as written: "coffee"; "" where there is none


def understand(text: str, now: datetime) -> Said:
    """Take a line of the owner's apart. `now` is in the owner's zone, and `when` as well."""
    cloth = Cloth(text)
    addresses = []
    while match := _EMAIL.search(cloth.plain):
        begin = _name_before(cloth.plain, match.start())
        written = cloth.cut(begin, match.end())
        addresses.append(Name(" ".join(written.replace('"', " ").split())))
    when = take_when(cloth, now)
    title = cloth.left()
    while cloth.take(_ASIDE):
        continue
    cloth.plain = _ELISION.sub(" ", cloth.plain)
    _cut_behind(cloth, w.TOPIC, keep=WITH | w.PLACE)
    kind, mode, activity = _what(cloth)
    place = _place(cloth)
    if mode is Mode.UNKNOWN and kind == "meeting":
        mode = _mode_by_place(title, place, now)
    names, direction = _who(cloth, kind)
    return Said(
        kind, mode, direction, (*addresses, *names), when, title or text.strip(), place, activity
    )


def moment_of(when: When, now: datetime) -> datetime:
    """The moment meant, in UTC; a day without a time is its noon, today is now."""
    if when.moment is not None:
        return when.moment.astimezone(UTC)
    if when.day is None and when.clock is None:
        return now.astimezone(UTC)
    day = when.day or now.date()
    if when.clock is None and day == now.date():
        return now.astimezone(UTC)
    clock = when.clock or _NOON
    return datetime.combine(day, clock, now.tzinfo).astimezone(UTC)


def _name_before(plain: str, at: int) -> int:
    """Where "Zoe Lind" begins in `Zoe Lind <zoe@…>`; a bare address has no name before it."""
    if plain[at] != "<":
        return at
    begin = at
    for word in reversed(list(_WORD.finditer(plain[:at]))):
        gap = plain[word.end() : begin]
        if gap.strip(" \"'") or _is_everyday(word[0]):
            break
        begin = word.start()
    return begin


def _cut_behind(cloth: Cloth, words: frozenset[str], keep: frozenset[str]) -> str:
    """Cut from one of `words` to the next comma, hole or word to `keep`; what it was."""
    tokens = list(_WORD.finditer(cloth.plain))
    for number, token in enumerate(tokens):
        if token[0] not in words:
            continue
        if token[0] == "re" and cloth.plain[token.end() : token.end() + 1] != ":":
            continue
        end = len(cloth.plain)
        if apart := _APART.search(cloth.plain, token.end()):
            end = apart.start()
        for later in tokens[number + 1 :]:
            if later.start() < end and later[0] in keep:
                end = later.start()
        inner = cloth.cut(token.end(), end).strip()
        cloth.cut(*token.span())
        return inner
    return ""


def _what(cloth: Cloth) -> tuple[str, Mode, str]:
    """Kind, mode and the word that said it."""
    found: dict[str, str] = {}
    for token in _WORD.finditer(cloth.plain):
        word = token[0].rstrip(".")
        written = cloth.written[cloth.at(token.start()) : cloth.at(token.end() - 1) + 1]
        for name, words in (
            ("video", w.VIDEO),
            ("phone", w.PHONE),
            ("message", w.MESSAGE),
            ("person", w.IN_PERSON),
            ("meet", w.MEET),
            ("talk", w.TALK),
        ):
            if word in words:
                found.setdefault(name, written.rstrip("."))
    if "meet" in found:
        found.setdefault("video" if _GOOGLE_MEET.search(cloth.plain) else "person", found["meet"])
    if "video" in found:
        return "meeting", Mode.VIDEO, found.get("person", found["video"])
    if _FACE.search(cloth.plain):
        return "meeting", Mode.IN_PERSON, found.get("person", "meeting")
    if "message" in found and not _CALL_BY_APP.search(cloth.plain):
        return "message", Mode.UNKNOWN, found["message"]
    if "phone" in found:
        return "call", Mode.PHONE, found["phone"]
    if "person" in found:
        return "meeting", Mode.IN_PERSON, found["person"]
    if "talk" in found:
        return "meeting", Mode.UNKNOWN, found["talk"]
    return "", Mode.UNKNOWN, ""


def _mode_by_place(title: str, place: str, now: datetime) -> Mode:
    """A talk on a bench was in person, one online was not."""
    return mode_of(Meeting("", "", now, now, title=title, place=place))


def _place(cloth: Cloth) -> str:
    """What stands behind "at", "in", "chez": a place, or a service that is none."""
    inner = _cut_behind(cloth, w.PLACE, keep=WITH | w.AND)
    words = fold(inner).split()
    service = _KINDS | {"the", "google", "line", "person"}
    return "" if not words or all(word in service for word in words) else inner


def _who(cloth: Cloth, kind: str) -> tuple[list[Name], Direction]:
    pieces = _pieces(cloth)
    tokens = [(t[0].rstrip("."), t.start()) for t in _WORD.finditer(cloth.plain)]
    behind = max((at for word, at in tokens if word in WITH), default=None)
    if kind != "message":
        return _sorted_out(cloth, pieces, behind), Direction.BOTH
    verbs = [at for word, at in tokens if word in w.MESSAGE]
    verb = min(verbs, default=0)
    words = {word for word, _ in tokens}
    to_me = not words.isdisjoint(w.TO_ME) or bool(re.search(r"\bm'a", cloth.plain))
    mine = not words.isdisjoint(w.I_DID)
    before = [name for at, name in pieces if at < verb]
    came = any(
        word in w.FROM and any(piece > at for piece, _ in pieces)
        for word, at in tokens
        if at > verb and not _inside(at, pieces)
    ) and not any(word in ("to", "an", "para", "ao") for word, _ in tokens)
    heard = bool({"heard", "got", "received", "recu", "recibi", "recebi", "bekommen"} & words)
    perfect = "geschrieben" in words and "hat" not in words and not to_me
    wrote = bool(before) and not mine and not perfect and behind is None
    received = (to_me and not mine) or came or heard or wrote
    if to_me and mine and not heard:
        received = False
    direction = Direction.RECEIVED if received else Direction.SENT
    return _sorted_out(cloth, pieces, behind), direction


def _inside(at: int, pieces: Sequence[tuple[int, str]]) -> bool:
    """Whether a word is part of a name: the "de" of "Maria de Sousa"."""
    return any(begin < at < begin + len(name) for begin, name in pieces)


def _sorted_out(cloth: Cloth, pieces: Sequence[tuple[int, str]], behind: int | None) -> list[Name]:
    """Behind "with" stand names; before it, words with a capital may be some."""
    if behind is None:
        return [Name(text) for _, text in pieces]
    follows = any(at > behind for at, _ in pieces)
    names = []
    for at, text in pieces:
        opens = cloth.at(at) == 0  # a capital says nothing there
        doubtful = opens or (follows and not text[0].isupper())
        names.append(Name(text, sure=at > behind or not doubtful))
    return names


def _pieces(cloth: Cloth) -> list[tuple[int, str]]:
    """Runs of words that are no everyday words: (where in the folded text, as written)."""
    tokens = list(_WORD.finditer(cloth.plain))
    runs: list[list[re.Match[str]]] = []
    for number, token in enumerate(tokens):
        joined = bool(runs and runs[-1]) and not cloth.plain[
            runs[-1][-1].end() : token.start()
        ].strip(" '")
        if _is_everyday(token[0].rstrip(".")):
            following = tokens[number + 1] if number + 1 < len(tokens) else None
            between = (
                joined
                and token[0] in w.PARTICLES
                and following is not None
                and not cloth.plain[token.end() : following.start()].strip(" ")
                and (following[0] in w.PARTICLES or not _is_everyday(following[0].rstrip(".")))
            )
            if between:
                runs[-1].append(token)
            elif not runs or runs[-1]:
                runs.append([])
        elif joined:
            runs[-1].append(token)
        else:
            runs.append([token])
    found = []
    for run in runs:
        while run and run[-1][0] in w.PARTICLES:
            run.pop()
        if run:
            begin, end = run[0].start(), run[-1].end()
            text = cloth.written[cloth.at(begin) : cloth.at(end - 1) + 1]
            found.append((begin, text.rstrip(".") if len(text) > 2 else text))
    return found


def _is_everyday(word: str) -> bool:
    return word in w.FILLERS or word in w.PLACE or word in _KINDS
