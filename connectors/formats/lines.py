"""Content lines (RFC 5545 section 3.1) and the components they make.

    parse(bytes) -> Parsed([Component("VCALENDAR", ...)], lost)

Lenient, because calendars are dirty: a line that is none is passed over, an entry that was cut off
does not swallow the next one, and what lies around a component is no reason to refuse it. Values
stay as written until somebody asks for one: most of a calendar is never looked at.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from connectors.errors import BadItem
from connectors.formats.words import charset_text, clean, raw_text

LINES_LIMIT: Final = 2_000_000  # a calendar of 80,000 events
_NAMES_LIMIT: Final = 1_000  # of one component; a hundred are many

NAME: Final = re.compile(r"[ \t]*(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9-]+)[ \t]*(?=[;:])")
_PARAM: Final = re.compile(r';[ \t]*([A-Za-z0-9_-]*)[ \t]*(?:=((?:"[^"]*+"|[^";:]++)*+))?')
_ESCAPED: Final = re.compile(r"\\(.)")
_CARET: Final = {"^n": "\n", "^'": '"', "^^": "^"}  # RFC 6868
_CHARSET: Final = re.compile(rb'[^:]*;CHARSET="?([A-Za-z0-9_.-]{1,40})', re.IGNORECASE)
# What stands side by side in a calendar: one that begins while another is open ends that one.
_ENTRIES: Final = frozenset(
    ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY")
)
_COUNTED: Final = frozenset(("VEVENT", "VTODO"))
_QUOTED: Final = frozenset(("QUOTED-PRINTABLE", "Q"))
_DEPTH_LIMIT: Final = 16


class Property(NamedTuple):
    """One property: its parameters by upper-case name (without quotes), its value as written."""

    params: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as TEXT (RFC 5545 section 3.3.11)."""
        return unescape(self.decoded)

    @property
    def decoded(self) -> str:
        """The value without quoted-printable (vCard 2.1, vCalendar 1.0), its backslashes kept."""
        params = self.params
        if not params:
            return self.value
        if params.get("ENCODING", "").upper() in _QUOTED or "QUOTED-PRINTABLE" in params:
            data = quopri.decodestring(self.value.encode("utf-8", "replace"))
            return charset_text(data, params.get("CHARSET", "utf-8"))
        return self.value


class Component:
    """A component: its lines by upper-case name, and the components inside it."""

    __slots__ = ("lines", "name", "parts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, list[str]] = {}  # what follows the name, from the ; or : on
        self.parts: list[Component] = []

    def __contains__(self, name: str) -> bool:
        return name in self.lines

    def first(self, name: str) -> Property | None:
        """The first property of that name, or None."""
        lines = self.lines.get(name)
        return property_of(lines[0]) if lines else None

    def every(self, name: str) -> list[Property]:
        """All properties of that name, in order."""
        return [property_of(line) for line in self.lines.get(name, ())]

    def raw(self, name: str) -> list[str]:
        """What follows the name in all properties of that name: parameters, colon and value."""
        return self.lines.get(name, [])

    def word(self, name: str) -> str:
        """The first value of that name as one upper-case word, "" where there is none."""
        lines = self.lines.get(name)
        if not lines:
            return ""
        line = lines[0]
        return (line[1:] if line[0] == ":" else property_of(line).value).strip().upper()

    def text(self, name: str, limit: int) -> str:
        """The first text of that name, white space collapsed, cut at `limit` characters."""
        found = self.first(name)
        return "" if found is None else clean(found.text[: 4 * limit])[:limit].rstrip()

    def walk(self, name: str) -> Iterator[Component]:
        """The components of that name inside this one, at any depth."""
        for part in self.parts:
            if part.name == name:
                yield part
            yield from part.walk(name)


class Parsed(NamedTuple):
    """The calendars of a file, and how many of its entries were cut off."""

    calendars: list[Component]
    lost: int


def parse(data: bytes) -> Parsed:
    """The VCALENDARs in `data`. Entries outside any of them are a calendar of their own.

    Raises `BadItem` as `content_lines` does."""
    calendars: list[Component] = []
    stack: list[Component] = []
    current: dict[str, list[str]] | None = None
    lost = 0
    for line in content_lines(data):
        match = NAME.match(line)
        if match is None:
            continue
        name = match[1].upper()
        if name == "BEGIN":
            kind = line[match.end() + 1 :].strip().upper()
            lost += _make_room(stack, kind)
            if len(stack) < _DEPTH_LIMIT:
                component = Component(kind)
                if stack:
                    stack[-1].parts.append(component)
                elif kind == "VCALENDAR":
                    calendars.append(component)
                elif kind in _ENTRIES:
                    around = Component("VCALENDAR")
                    around.parts.append(component)
                    calendars.append(around)
                    stack.append(around)
                stack.append(component)
        elif name == "END":
            kind = line[match.end() + 1 :].strip().upper()
            if any(component.name == kind for component in stack):
                while (closed := stack.pop()).name != kind:
                    lost += _cut_off(stack, closed)
        elif current is not None:
            rest = line[match.end() :]
            known = current.get(name)
            if known is not None:
                known.append(rest)
            elif len(current) < _NAMES_LIMIT:
                current[name] = [rest]
            continue
        current = stack[-1].lines if stack else None
    while stack:
        lost += _cut_off(stack, stack.pop())
    return Parsed(calendars, lost)


def property_of(rest: str) -> Property:
    """The property of one of `Component.raw`."""
    if rest[:1] == ":":
        return Property({}, rest[1:])
    params: dict[str, str] = {}
    if '"' not in rest and "^" not in rest:  # nearly every line
        head, _, value = rest.partition(":")
        for part in head.split(";")[1:]:
            name, _, text = part.partition("=")
            _add(params, name.strip().upper(), text.strip())
        return Property(params, value)
    position = 0
    while (match := _PARAM.match(rest, position)) is not None:
        position = match.end()
        value = (match[2] or "").replace('"', "").strip()
        if "^" in value:
            value = re.sub(r"\^[n'^]", lambda caret: _CARET[caret[0]], value)
        _add(params, match[1].upper(), value)
    if rest[position : position + 1] != ":":  # a quote that never ends
        position = rest.find(":", position)
        if position < 0:
            return Property(params, "")
    return Property(params, rest[position + 1 :])


def _add(params: dict[str, str], name: str, value: str) -> None:
    known = params.setdefault(name, value)
    if known is not value and name == "TYPE":  # the one that may be repeated (RFC 6350 section 5.6)
        params[name] = f"{known},{value}"


def unescape(value: str) -> str:
    """TEXT without its backslashes."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def content_lines(data: bytes) -> list[str]:
    """The unfolded lines of a calendar or a card, without what no store takes.

    Lines are unfolded as bytes, because many writers fold in the middle of a character; one that is
    not UTF-8 is decoded by its own CHARSET (vCard 2.1), else as Windows would.

    Raises `BadItem` (with an empty ref) for more than LINES_LIMIT lines: each costs 100 bytes.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"QUOTED-PRINTABLE" in data or b"quoted-printable" in data:
        data = b"\n".join(_soft_breaks_joined(data.split(b"\n")))
    # Mozilla once wrote an empty line before each folded one.
    data = data.replace(b"\n\n ", b"\n ").replace(b"\n ", b"").replace(b"\n\t", b"")
    if data.count(b"\n") > LINES_LIMIT:
        raise BadItem("", "it has more lines than can be read: divide it into several files")
    try:
        return data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return [_line(line) for line in data.split(b"\n")]


def _soft_breaks_joined(lines: list[bytes]) -> Iterator[bytes]:
    """vCard 2.1 and vCalendar 1.0 fold quoted-printable with a soft break."""
    held: list[bytes] = []
    for line in lines:
        if held or b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper():
            if line.endswith(b"="):
                held.append(line[:-1])
                continue
            line = b"".join((*held, line))
            held = []
        yield line
    if held:
        yield b"".join(held)


def _line(line: bytes) -> str:
    if line.isascii():
        return line.decode("ascii")
    if match := _CHARSET.match(line):
        return charset_text(line, match[1].decode("ascii"))
    text = line.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    # UTF-8 that was cut or damaged is still UTF-8; nothing else looks like it by chance.
    return text if damaged < sum(char > "\x7f" for char in text) - damaged else raw_text(line)


def _make_room(stack: list[Component], kind: str) -> int:
    """End what cannot hold a `kind`, and say how many entries that cuts off."""
    lost = 0
    if kind == "VCALENDAR":
        while stack:
            lost += _cut_off(stack, stack.pop())
    elif kind in _ENTRIES and any(component.name in _ENTRIES for component in stack):
        while (closed := stack.pop()).name not in _ENTRIES:
            pass
        lost += _cut_off(stack, closed)
    return lost


def _cut_off(stack: list[Component], component: Component) -> int:
    """Take an entry without an end out of its calendar: half an entry may be the wrong half."""
    if component.name in _ENTRIES and stack and stack[-1].parts[-1:] == [component]:
        stack[-1].parts.pop()
    return component.name in _COUNTED
