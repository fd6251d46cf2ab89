"""The text of one mail: the best text/plain part, else HTML with its block structure kept.

Quotes and signatures stay in, marked as text/plain marks them ("> "), so that whoever reads the
text can tell old from new. stdlib `email` does the parsing here: few mails get this far.
"""

from __future__ import annotations

import re
from email.message import Message as Mime
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.errors import BadItem
from connectors.formats.words import charset_text

TEXT_LIMIT: Final = 64 * 1024  # characters of text; nobody reads on
_HTML_LIMIT: Final = 1024 * 1024
_PARTS_LIMIT: Final = 200
_DEPTH_LIMIT: Final = 20

_ENCRYPTED: Final = frozenset(
    ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
)
_ARMOUR: Final = "-----BEGIN PGP MESSAGE-----"
_BLOCKS: Final = frozenset(
    (
        "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
        "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    )
)  # fmt: skip
_PARAGRAPHS: Final = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol"))
_DROPPED: Final = frozenset(
    ("head", "title", "meta", "link", "script", "style", "template", "noscript", "object", "svg")
)
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w.:\-]{1,40})", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f\v]+")
_MANY_LINES: Final = re.compile(r"\n{3,}")
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\ud800-\udfff]")


def plain_text(data: bytes) -> str:
    """What the mail says, lines separated by "\\n"; "" where it is encrypted or has no text.

    Raises `BadItem` (with an empty ref) for what cannot be parsed at all.
    """
    try:
        mail = BytesParser(policy=compat32).parsebytes(data)
        text = _find(mail)
    except Exception as error:  # stdlib email fails in many ways on hostile input
        raise BadItem("", f"its text cannot be read ({type(error).__name__})") from error
    return "" if _ARMOUR in text[:2000] else text


def html_text(html: str) -> str:
    """HTML as lines of text: blocks end lines, quotes get "> ", scripts and styles are dropped."""
    root = LexborHTMLParser(html[:_HTML_LIMIT]).root
    return "" if root is None else tidy("".join(_html(root)))


def tidy(text: str) -> str:
    """Line ends as "\\n", no trailing blanks, no runs of empty lines, cut at `TEXT_LIMIT`."""
    text = _UNSTORABLE.sub("", text[: 2 * TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", lines).strip("\n")[:TEXT_LIMIT]


def _find(mail: Mime) -> str:
    """The first text/plain part that says something, else the first such text/html part."""
    html: Mime | None = None
    for part in _text_parts(mail):
        if part.get_content_type() == "text/plain":
            if (text := _plain(part)).strip():
                return text
        elif html is None:
            html = part
    if html is None:
        return ""
    return html_text(_decoded(html))


def _text_parts(mail: Mime) -> list[Mime]:
    """The text parts of the body, in order: no attachments, no attached messages."""
    found: list[Mime] = []
    waiting: list[tuple[Mime, int]] = [(mail, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        kind = part.get_content_type()
        if kind in _ENCRYPTED or seen > _PARTS_LIMIT or depth > _DEPTH_LIMIT:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            if kind.startswith("multipart/"):
                waiting += [
                    (child, depth + 1) for child in reversed(payload) if isinstance(child, Mime)
                ]
            continue
        attached = (part.get_content_disposition() or "") == "attachment" or (
            depth > 0 and part.get_filename() is not None
        )
        if kind in ("text/plain", "text/html") and not attached:
            found.append(part)
    return found


def _plain(part: Mime) -> str:
    text = _decoded(part)
    if str(part.get_param("format") or "").lower() == "flowed":
        text = _unflow(text, str(part.get_param("delsp") or "").lower() == "yes")
    return tidy(text)


def _decoded(part: Mime) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    data = data[: 4 * _HTML_LIMIT]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    charset = str(part.get_param("charset") or "")
    html = part.get_content_type() == "text/html"
    if not charset and html and (match := _META_CHARSET.search(data[:4096])):
        charset = match[1].decode("ascii")
    return charset_text(data.removeprefix(b"\xef\xbb\xbf"), charset or "utf-8")


def _unflow(text: str, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 section 4.1), quotes level by level."""
    out: list[str] = []
    open_depth = -1  # of the line before, where it ended soft
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        signature = content == "-- "
        if open_depth == depth and not signature:
            out[-1] += content
        else:
            out.append((">" * depth + " " if depth else "") + content)
        soft = content.endswith(" ") and not signature
        if soft and delsp:
            out[-1] = out[-1][:-1]
        open_depth = depth if soft else -1
    return "\n".join(out)


def _html(root: LexborNode) -> list[str]:
    """Text chunks in document order. Iterative: mail nests tables deeper than Python recurses."""
    out = _Lines()
    stack: list[tuple[LexborNode | None, str]] = [(root, "")]
    while stack and out.size < 2 * TEXT_LIMIT:
        node, closing = stack.pop()
        if node is None:
            out.close(closing)
            continue
        tag = node.tag or ""
        if tag == "-text":
            out.text(node.text_content or "")
            continue
        if tag in _DROPPED or tag.startswith(("-", "!")) or _hidden(node):
            continue
        if tag == "br":
            out.line()
            continue
        out.open(tag)
        stack.append((None, tag))
        child = node.last_child
        while child is not None:
            stack.append((child, ""))
            child = child.prev
    return out.finish()


def _hidden(node: LexborNode) -> bool:
    style = node.attributes.get("style") or ""
    return "display:none" in style.replace(" ", "").lower()


class _Lines:
    """Lines under construction, each begun with the quote marks of where it stands."""

    def __init__(self) -> None:
        self.size = 0
        self._done: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._last_depth = 0
        self._pre = 0

    def open(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end(tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._depth += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "li":
            self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")

    def close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end(tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._depth -= 1
        elif tag == "pre":
            self._pre -= 1

    def text(self, text: str) -> None:
        self.size += len(text)
        if self._pre:
            first, *rest = text.replace("\r", "").split("\n")
            self._line.append(first)
            for line in rest:
                self.line()
                self._line.append(line)
        else:
            self._line.append(_BLANKS.sub(" ", text))

    def line(self) -> None:
        """End the line, empty or not."""
        marks = "> " * self._depth
        text = "".join(self._line)
        if not self._pre:
            text = " ".join(text.replace("\xa0", " ").split(" ")).strip()
            text = re.sub(r" {2,}", " ", text)
        self._done.append(marks + text + "\n")
        self._last_depth = self._depth
        self._line.clear()

    def _end(self, blank: bool) -> None:
        """End the line where there is one; after a paragraph leave an empty line."""
        if "".join(self._line).strip():
            self.line()
        self._line.clear()
        # A quote begins right below what stands before it.
        same = self._depth <= self._last_depth
        if blank and same and self._done and self._done[-1].strip("> \n"):
            self._done.append("> " * self._depth + "\n")

    def finish(self) -> list[str]:
        self._end(False)
        return self._done
