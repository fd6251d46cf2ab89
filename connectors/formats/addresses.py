"""Address headers (RFC 5322 section 3.4): lists, groups, quoted names, comments, broken ones.

Broken addresses are skipped, never guessed: half an address is the wrong person. Encoded words are
decoded after parsing (RFC 2047 section 5), because a decoded name may contain a comma.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from connectors.formats.words import clean, decode_words, has_words, raw_text
from connectors.records import Mailbox

_NAME_LIMIT: Final = 200
_ADDR_LIMIT: Final = 320  # 64 + @ + 255 (RFC 5321 section 4.5.3.1)
_VALUE_LIMIT: Final = 128 * 1024  # characters of one header: some 3,000 recipients
_BOXES_LIMIT: Final = 2_000

_ADDR: Final = re.compile(
    r"""(?:[^\s@<>(),:;"\\\[\]]++|"(?:[^"\\\r\n]|\\.)++")   # local part: dot-atom or quoted string
        @(?:[^\s@<>(),:;"\\\[\]]++|\[[^\s@\[\]\\]++\])$     # domain, or a literal""",
    re.VERBOSE,
)
_ONE: Final = re.compile(  # a single mailbox as nearly every header has it
    r"""\s*+(?:"(?P<quoted>[^"\\]*+)"\s*+|(?P<plain>[^"\\<>(),:;@]*+))
        <\s*+(?P<addr>[^\s@<>(),:;"\\\[\]]++@[^\s@<>(),:;"\\\[\]]++)\s*+>\s*+$""",
    re.VERBOSE,
)
_BARE: Final = re.compile(r"\s*+([^\s@<>(),:;\"\\\[\]]++@[^\s@<>(),:;\"\\\[\]]++)\s*+$")
_TOKEN: Final = re.compile(  # bounded, because a quote that is never closed is looked for in vain
    r"""(?P<quoted>"(?:[^"\\]|\\.){0,400}+")(?P<glued>@[^\s@<>(),:;"\\]*+)?
      | (?P<comment>\()
      | <(?P<angle>(?:[^<>"]|"(?:[^"\\]|\\.){0,400}+"){0,400}+)>
      | (?P<stop>[,;])
      | (?P<group>:)
      | (?P<space>\s++)
      | (?P<atom>[^\s"(<,;:]++|.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT: Final = re.compile(r"\([^()]*+\)")
_QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
_ROUTE: Final = re.compile(r"^\s*@[^:]*:")  # obsolete source route (RFC 5322 section 4.4)


def mailboxes(value: bytes) -> tuple[Mailbox, ...]:
    """The mailboxes of one header value, in order; empty for "undisclosed-recipients:;"."""
    if len(value) <= 400:
        return _remembered(value)
    return _parse(raw_text(value[: 4 * _VALUE_LIMIT])[:_VALUE_LIMIT])


@lru_cache(maxsize=16_384)
def _remembered(value: bytes) -> tuple[Mailbox, ...]:
    # The same few people write most of a mailbox, so most values are old acquaintances.
    return _parse(raw_text(value))


def _parse(text: str) -> tuple[Mailbox, ...]:
    if (match := _ONE.match(text)) and (addr := address(match["addr"])):
        return (Mailbox(addr, _name(match["quoted"] or match["plain"] or "", addr)),)
    if (match := _BARE.match(text)) and (addr := address(match[1])):
        return (Mailbox(addr),)
    found = _parse_list(text)
    if not found and has_words(text):
        # Some mailers encode the whole header, address included.
        found = _parse_list(decode_words(text))
    return tuple(found)


def address(text: str) -> str:
    """The `addr-spec` in `text`, as written; "" when it is none."""
    text = text.strip().removesuffix(".")
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if len(text) > _ADDR_LIMIT or not _ADDR.match(text) or not text.isprintable():
        return ""
    domain = text.rpartition("@")[2]
    return "" if domain.startswith(".") or ".." in domain else text


def _parse_list(text: str) -> list[Mailbox]:
    found: list[Mailbox] = []
    words: list[str] = []  # the phrase or the bare address, white space as single blanks
    comment = ""
    angle: str | None = None
    position = 0
    while position <= len(text) and len(found) < _BOXES_LIMIT:
        token = _TOKEN.match(text, position)
        if token is None or token.lastgroup == "stop":
            box = _mailbox("".join(words), angle, comment)
            if box is not None:
                found.append(box)
            words, comment, angle = [], "", None
            if token is None:
                break
        elif token.lastgroup == "comment":
            comment, position = _comment(text, position)
            continue
        elif token["group"] is not None:
            words = []  # the name of a group: its members follow
        elif token["angle"] is not None:
            angle = token["angle"] if angle is None else angle
        elif token["quoted"] is not None:
            quoted = token["quoted"]
            if token["glued"]:
                words.append(quoted + token["glued"])  # "local part"@domain
            else:
                words.append(_QUOTED_PAIR.sub(r"\1", quoted[1:-1]))
        else:
            words.append(" " if token["space"] else token[0])
        position = token.end()
    return found


def _mailbox(phrase: str, angle: str | None, comment: str) -> Mailbox | None:
    if angle is not None:
        addr = address(_ROUTE.sub("", angle)) or address("".join(_COMMENT.sub("", angle).split()))
        return Mailbox(addr, _name(phrase or comment, addr)) if addr else None
    if addr := address(phrase) or address(re.sub(r"\s*+([@.])\s*+", r"\1", phrase)):
        return Mailbox(addr, _name(comment, addr))
    marked = [word for word in phrase.split() if "@" in word]
    if len(marked) == 1 and (addr := address(marked[0])):
        return Mailbox(addr, _name(phrase.replace(marked[0], " "), addr))
    return None


def _comment(text: str, position: int) -> tuple[str, int]:
    """The comment that opens at `position` (they nest) and where it ends."""
    depth = 0
    escaped = False
    for index in range(position, len(text)):
        char = text[index]
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return _QUOTED_PAIR.sub(r"\1", text[position + 1 : index]), index + 1
    return text[position + 1 :], len(text)


def _name(text: str, addr: str) -> str:
    name = clean(decode_words(text[: 10 * _NAME_LIMIT])).strip("'\" ")[:_NAME_LIMIT]
    if name[:1] == "(" and name[-1:] == ")" and name.count("(") == 1:
        name = name[1:-1].strip()
    return "" if name.lower() == addr.lower() else name
