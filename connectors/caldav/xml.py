"""XML of WebDAV, read piece by piece (RFC 4918): no document types, so no entities; bounded depth.

Names are "NAMESPACE local", as in `DAV: href`. Only one `response` is held at a time: a listing of
100,000 members costs what is kept of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Final, NamedTuple
from xml.parsers import expat

DAV: Final = "DAV: "
CAL: Final = "urn:ietf:params:xml:ns:caldav "
CARD: Final = "urn:ietf:params:xml:ns:carddav "
SERVER: Final = "http://calendarserver.org/ns/ "
_PREFIXES: Final = {DAV: "D", CAL: "C", CARD: "A", SERVER: "S"}
_DEPTH_LIMIT: Final = 60
_RESPONSE: Final = DAV + "response"


class Garbled(Exception):
    """What came is no XML, or not all of it, or no answer of WebDAV."""


class Element:
    """One element: its name, its text, what is in it."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []

    def every(self, name: str) -> Iterator[Element]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Element | None:
        """The first child of that name."""
        return next(self.every(name), None)

    def said(self, name: str) -> str:
        """The text of the first child of that name, "" where there is none."""
        found = self.first(name)
        return "" if found is None else found.text.strip()

    def names(self) -> frozenset[str]:
        """The names of the children."""
        return frozenset(child.name for child in self.children)


class Response(NamedTuple):
    """What is said of one resource. `href` as written; `status` 0 where only properties have one;
    `props` are those that were found, `lacking` the statuses of the others."""

    href: str
    status: int
    props: Mapping[str, Element]
    lacking: Mapping[str, int]
    conditions: frozenset[str]


class Reader:
    """Reads one document. Each `response` of a multistatus goes to `each` and is dropped."""

    def __init__(self, each: Callable[[Response], None] | None = None) -> None:
        self._each = each
        self._stack: list[Element] = []
        self._texts: list[list[str]] = []
        self.root: Element | None = None
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        self._parser = parser

    def feed(self, data: bytes) -> None:
        """Read on. Raises `Garbled`."""
        try:
            self._parser.Parse(data, False)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Garbled(str(error)) from error

    def close(self) -> Element:
        """The document's element, its responses taken out. Raises `Garbled` where it ends early."""
        try:
            self._parser.Parse(b"", True)
        except (expat.ExpatError, ValueError) as error:
            raise Garbled(str(error)) from error
        if self.root is None:
            raise Garbled("it is empty")
        return self.root

    def _doctype(self, *_: object) -> None:
        raise Garbled("it has a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= _DEPTH_LIMIT:
            raise Garbled("it is nested too deep")
        self._stack.append(Element(name, attributes))
        self._texts.append([])

    def _text(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _end(self, _: str) -> None:
        element = self._stack.pop()
        element.text = "".join(self._texts.pop())
        if not self._stack:
            self.root = element
        elif self._each is not None and element.name == _RESPONSE and len(self._stack) == 1:
            for response in _responses(element):
                self._each(response)
        else:
            self._stack[-1].children.append(element)


def conditions_of(body: bytes) -> frozenset[str]:
    """The names in a DAV:error (RFC 4918 section 16); none where the body is something else."""
    reader = Reader()
    with suppress(Garbled):
        reader.feed(body)
        root = reader.close()
        if root.name == DAV + "error":
            return root.names()
    return frozenset()


def element(name: str, /, *inside: str, text: str = "", **attributes: str) -> str:
    """An element as text, with the prefixes that `document` declares."""
    space, _, local = name.rpartition(" ")
    tag = f"{_PREFIXES[space + ' ']}:{local}"
    told = "".join(
        f' {key.replace("_", "-")}="{_quoted(value)}"' for key, value in attributes.items()
    )
    content = _escaped(text) + "".join(inside)
    return f"<{tag}{told}>{content}</{tag}>" if content else f"<{tag}{told}/>"


def document(name: str, *inside: str) -> bytes:
    """A request body."""
    spaces = "".join(f' xmlns:{prefix}="{space[:-1]}"' for space, prefix in _PREFIXES.items())
    body = element(name, *inside)
    tag = body[1:].partition(">")[0].rstrip("/").partition(" ")[0]
    return f'<?xml version="1.0" encoding="utf-8"?><{tag}{spaces}{body[1 + len(tag) :]}'.encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")


def _responses(element: Element) -> Iterator[Response]:
    """One for each href: a status may be told of several at once."""
    props: dict[str, Element] = {}
    lacking: dict[str, int] = {}
    for propstat in element.every(DAV + "propstat"):
        status = _status(propstat.said(DAV + "status"))
        found = propstat.first(DAV + "prop")
        for prop in found.children if found is not None else ():
            if 200 <= status < 300 or not status:
                props[prop.name] = prop
            else:
                lacking[prop.name] = status
    told = element.first(DAV + "error")
    conditions = frozenset() if told is None else told.names()
    for href in element.every(DAV + "href"):
        status = _status(element.said(DAV + "status"))
        yield Response(href.text.strip(), status, props, lacking, conditions)


def _status(line: str) -> int:
    """The code in a status line, 0 where there is none."""
    words = line.split()
    code = words[1] if len(words) > 1 else ""
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0
