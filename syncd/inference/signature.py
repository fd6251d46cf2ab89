"""What a signature says of its author, for a contact card: numbers, title, company, links.

Only lines that can be nothing else are taken; of the others nothing, for a card with nonsense in it
is worse than a short one. No sentence of a mail gets this far: the lines come from its signature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import category

from syncd.inference.signature_words import (
    COMPANY,
    FAX,
    NOT_A_NUMBER,
    PHONE_LABEL,
    TALK,
    TITLE,
)
from syncd.inference.zones import own_lines, signature_of
from syncd.people import domain_of, is_free_domain, name_key, normalise, words_of

_LINES: Final = 12
_LAST: Final = 8  # lines of a mail without a closing that may follow its author's name
_WIDTH: Final = 120
_MOST: Final = 3  # numbers, links
_PIECES: Final = re.compile(r"\s*(?:[|·•∙●‖¦]|\t|\s{3,}|\s//\s)\s*")
_NUMBER: Final = re.compile(
    rf"(?P<label>(?:{PHONE_LABEL})[\s.:)]*)?(?:\((?=\+))?"
    r"(?P<number>(?:\+|\b00)[1-9](?:[\s ().\-/]*\d){6,13}"
    r"|(?<![\w+.,/-])\(?0\d{1,4}\)?(?:[\s ().\-/]*\d){5,10}"
    r"|(?<![\w+.,/-])\(?[2-9]\d{2}\)?[\s.-]\d{3}[\s.-]\d{4}"
    r"|(?<![\w+.,/-])\d(?:[\s ().\-]*\d){6,13})(?!\d)"
    r"(?P<ext>\s*(?:ext|extension|x|dw|durchwahl|poste|anexo|ramal|int)\.?\s*\d{1,6}\b)?",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d)")
_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'()\[\]]+"
    r"|\b(?:[a-z]{2,3}\.)?(?:linkedin\.com/in|github\.com|xing\.com/profile)/[\w%.-]+/?",
    re.IGNORECASE,
)
# What is no page about anybody.
_NO_LINK: Final = re.compile(
    r"unsubscri|zoom\.us|teams\.(?:microsoft|live)|meet\.google|calendly|webex|whereby|doodle"
    r"|maps?\.|/maps|goo\.gl|aka\.ms|safelinks|urldefense|avast\.|mailto|\.(?:png|jpe?g|gif)\b",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(
    r"^(?:web(?:site|seite)?|www|url|site|internet|w|linkedin|in)\s*:\s*$"
)
_AT: Final = re.compile(r"\s*(?:,|\s[-–—@]|\s(?:at|bei|chez|en|na|no|presso|of the)(?=\s))\s+")
_SENTENCE: Final = re.compile(r"[.!?:;]$")
_PICTURES: Final = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")
_HEAD: Final = re.compile(r"[,|·•/]|\s[-–—]\s")  # what follows it is no more of a name
_WORD: Final = re.compile(r"[^\W\d_]+")
_LOWER: Final = 2  # words in lower case beside a number, of which no label has so many
_NAME: Final = re.compile(r"(?:[^\W\d_][^\W\d_.'’-]*[.'’-]*){1,3}")
_NAMED: Final = 5  # words that the line with the author's name has at most


@dataclass(frozen=True, slots=True)
class Signature:
    """What was found; "" and () for what was not."""

    phones: tuple[str, ...] = ()
    title: str = ""
    organisation: str = ""
    links: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phones or self.title or self.organisation or self.links)


def read_signature(plain: str, name: str, addr: str) -> Signature:
    """The signature below a plain body whose author has this name and address."""
    lines = [line for line in map(_plain, signature_of(plain)) if line]
    lines = _own(lines, name, addr) if lines else _below_name(own_lines(plain), name)
    phones: dict[str, str] = {}
    links: dict[str, None] = {}
    words: list[str] = []
    for line in lines[:_LINES]:
        if len(line) > _WIDTH:
            continue
        found = _links(line)
        links |= dict.fromkeys(found)
        for piece in _PIECES.split(_LINK.sub("\t", line) if _LINK.search(line) else line):
            numbers, rest = _numbers(piece)
            phones |= {
                _digits(number): number for number in numbers if _digits(number) not in phones
            }
            rest = _PICTURES.sub("", rest).strip(" ,;:–—-")
            if rest and not any(char.isdigit() or char in "@:" for char in rest):
                words.append(rest)
    title, organisation = _office(words, name, addr)
    return Signature(tuple(phones.values())[:_MOST], title, organisation, tuple(links)[:_MOST])


def _own(lines: list[str], name: str, addr: str) -> list[str]:
    """The lines without those of somebody else: where it begins with another name than its
    author's, what stands above theirs, and all of it where theirs does not follow. So it is in what
    an assistant writes for them, and below what was pasted from another mail."""
    own = words_of(name) | set(_WORD.findall(addr.rpartition("@")[0].lower()))
    heads = [_HEAD.split(line)[0].strip() for line in lines[:_LINES]]
    named = (
        at
        for at, head in enumerate(heads)
        if len(head.split()) <= _NAMED and not TITLE.search(head) and own & words_of(head)
    )
    first = next(named, len(lines))
    if first == 0 or not _is_name(heads[0], addr):
        return lines
    return lines[first:]


def _is_name(text: str, addr: str) -> bool:
    """Whether it looks like somebody's full name."""
    words = text.split()
    if not 2 <= len(words) <= 4 or TITLE.search(text) or _is_company(text, addr):
        return False
    return all(_NAME.fullmatch(word) and word[0].isupper() for word in words)


def _plain(line: str) -> str:
    """A line with usual spaces, and without what nobody sees; "" where a control character is in
    it. Pictures are no words."""
    text = ""
    for char in line:
        kind = category(char)
        if kind in ("Zl", "Zp") or (kind == "Cc" and char != "\t"):
            return ""
        text += " " if kind == "Zs" else "" if kind in ("Cf", "Mn") and ord(char) > 0x2000 else char
    return text.strip()


def _below_name(lines: list[str], name: str) -> list[str]:
    """What follows the author's full name, alone on one of the last lines."""
    key = name_key(name)
    if len(name.split()) < 2 or not key:
        return []
    filled = [line for line in map(_plain, lines) if line][-_LAST:]
    for at, line in enumerate(filled):
        if name_key(line) == key and len(line.split()) <= 4:
            return filled[at:]
    return []


def _links(line: str) -> list[str]:
    found = []
    for match in _LINK.findall(line):
        link = match.rstrip(".,;:!?*_")
        if _NO_LINK.search(link) or len(link) > _WIDTH:
            continue
        found.append(link if link.lower().startswith("http") else f"https://{link}")
    return found


def _numbers(piece: str) -> tuple[list[str], str]:
    """The telephone numbers of a piece, and what is left of it. Where words are left, only a number
    with a country code or with a label is one."""
    if NOT_A_NUMBER.search(piece) or _is_talk(piece):
        return [], ""
    found = [match for match in _NUMBER.finditer(piece) if not _DAY.search(match["number"])]
    rest = _NUMBER.sub(" ", piece) if found else piece
    rest = re.sub(rf"^\W*(?:{PHONE_LABEL}|{FAX})\W*$", "", rest, flags=re.IGNORECASE)
    words = bool(re.search(r"\w", re.sub(rf"\b(?:{FAX})\b", "", rest, flags=re.IGNORECASE)))
    if found and sum(word.islower() for word in _WORD.findall(rest)) >= _LOWER:
        return [], ""  # a sentence with a number in it
    numbers = []
    for match in found:
        before = piece[: match.start("number")].rstrip(" .:)(")
        if re.search(rf"(?:^|\W)(?:{FAX})$", before, re.IGNORECASE):
            continue
        number = match["number"].strip()
        plus = number.startswith(("+", "00"))
        grouped = len(_digits(number)) >= 9 and (number[0] in "0(" or not number.isdigit())
        if plus or match["label"] or (grouped and not words):
            numbers.append(_written(number + (match["ext"] or "")))
    return numbers, rest if not found or words else ""


def _is_talk(text: str) -> bool:
    """Whether a word in it belongs to a sentence, and to no title, company or label."""
    words = _WORD.findall(text)
    return "I" in words or any(
        TALK.fullmatch(word.lower())
        for at, word in enumerate(words)
        if word.islower() or (at == 0 and not word.isupper())
    )


def _written(number: str) -> str:
    """With one space where there are some, and no bracket that has lost the other."""
    text = " ".join(number.split())
    return text if text.count("(") == text.count(")") else re.sub(r"[()]", "", text)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", re.sub(r"\(0\)", "", number))[-9:]


def _office(words: list[str], name: str, addr: str) -> tuple[str, str]:
    """The title and the company that these lines tell."""
    key = name_key(name)
    title = organisation = ""
    for text in words:
        parts = [text, *(_AT.split(text, maxsplit=1) if _AT.search(text) else ())]
        whole, *halves = parts
        if name_key(whole) == key:
            continue
        if len(halves) == 2 and words_of(halves[0]) and words_of(halves[0]) <= words_of(name):
            whole, halves = halves[1], []
        both = len(halves) == 2 and not title and not _is_company(halves[0], addr)
        if both and _is_title(halves[0]) and _is_company(halves[1], addr):
            title, organisation = halves[0].strip(), organisation or halves[1].strip()
            continue
        if not organisation and _is_company(whole, addr):
            organisation = whole
        elif not title and _is_title(whole):
            title = whole
    return title, organisation


def _is_title(text: str) -> bool:
    return (
        len(text) <= 70
        and len(text.split()) <= 9
        and not _SENTENCE.search(text)
        and text[:1].isupper()
        and TITLE.search(text) is not None
    )


def _is_company(text: str, addr: str) -> bool:
    """Whether it has the form of a company's name, or is that of its author's mail domain."""
    if (
        len(text) > 70
        or len(text.split()) > 9
        or not text[:1].isalnum()
        or text.endswith(("!", "?"))
    ):
        return False
    domain = domain_of(normalise(addr))
    label = "" if is_free_domain(domain) else re.sub(r"[^a-z0-9]", "", _label(domain))
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    if len(label) >= 3 and (plain == label or (len(text.split()) <= 4 and plain.startswith(label))):
        return True
    return COMPANY.search(text) is not None and not _SENTENCE.search(text.removesuffix("."))


def _label(domain: str) -> str:
    """The name in a domain: `acme` of mail.acme.co.uk."""
    labels = [one for one in domain.split(".")[:-1] if one not in ("co", "com", "org", "ac", "gov")]
    return labels[-1] if labels else ""
