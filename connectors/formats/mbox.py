"""Where the mails of an mbox begin and end (RFC 4155, and what mailers really write): pure.

    spans(read, size) -> Span, Span, …

All four dialects are read by one rule. A mail begins at a line "From " with a date in it that a
header field follows, so an unquoted "From here on ..." in a body splits nothing (mboxo, mboxrd).
Where Content-Length leads right to such a line, or to the end, it is believed (mboxcl, mboxcl2);
anywhere else it is stale and ignored. Files of any size are read in blocks, a header up to 256 KiB.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

from connectors.formats.mbox_line import LINE_LIMIT, separator_of
from connectors.formats.mime import FIRST_READ, READ_LIMIT, header_end

Read = Callable[[int, int], bytes]  # (offset, size) -> that part of the file, less at its end

_FIRST_BLOCK: Final = 16 * 1024  # holds most mails, and often only one is wanted
_BLOCK: Final = 512 * 1024
_BACK: Final = 64  # a block begins that far before what was asked for

# What may stand before the first "From " line of a file and costs no mail: UTF-8's byte order mark,
# empty lines, and what quoting or indenting the whole file put there.
_LEAD: Final = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*[> \t]*(?=From )")
_LEAD_LIMIT: Final = 256
_BLANK: Final = b"\xef\xbb\xbf> \t\r\n"
# What mail programs write into a header later: their marks, and lengths. These patterns are for
# headers in lower case that begin with a line end: that way they cost little.
_VOLATILE: Final = re.compile(
    rb"\n(?:(?:x-)?status|x-keywords|x-keys|x-uid|x-imap|x-imapbase|x-label|x-mozilla-[!-9;-~]*"
    rb"|x-evolution[!-9;-~]*|x-kmail-[!-9;-~]*|x-sylpheed-[!-9;-~]*|content-length|lines)"
    rb"[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*"
)
_DATE: Final = re.compile(rb"\ndate[ \t]*:")
_LENGTH: Final = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?\n")
_MOZILLA: Final = re.compile(rb"\nx-mozilla-status[ \t]*:[ \t]*([0-9a-f]{1,8})")
_EXPUNGED: Final = 0x0008
_DRAFT: Final = re.compile(rb"\nx-status[ \t]*:[ \t]*[a-z]*t")
_PSEUDO: Final = re.compile(
    rb"\nsubject[ \t]*:[^\n]*don't delete this message -- folder internal data"
)
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


class Span(NamedTuple):
    """One mail in the file, as offsets."""

    start: int  # of its "From " line
    head: int  # of its header
    body: int  # of its body; `end` where it has none
    end: int  # of the mail: the next "From " line, or the end of the file
    length: int  # of the body without the line ends that close it
    separator: bytes  # the "From " line without its line end
    header: bytes
    whole: bool  # an empty line closes its header, or the next mail begins
    short: bool  # Content-Length promises more than there is


def spans(read: Read, size: int, start: int = 0) -> Iterator[Span]:
    """The mails from `start`, where one begins, up to `size`. Nothing behind `size` is looked at.

    What stands before the first mail is passed over. Raises what `read` raises.
    """
    file = _Window(read, size)
    if start == 0 and (lead := _LEAD.match(file.at(0, _LEAD_LIMIT))):
        start = lead.end()
    separator = _separator(file, start, True)
    if separator is not None:
        yield from _spans(file, start, separator)
    else:
        yield from _spans(file, *_next(file, start))


def _spans(file: _Window, at: int, separator: bytes) -> Iterator[Span]:
    size = file.size
    while at < size:
        head = at + len(separator)
        header, body, whole = _header(file, head)
        end = after = None
        short = False
        if whole and (match := _LENGTH.search(_lower(header))) is not None:
            end = body + int(match[1])
            short = end > size
            after = None if short else _believed(file.read, size, end)
        if after is None or end is None:
            after, following = _next(file, max(head, body - 1))
            end = after
        else:
            following = _separator(file, after, True) or b""
        closing = file.at(max(body, end - _BACK), min(end - body, _BACK))
        length = end - body - (len(closing) - len(closing.rstrip(b"\r\n")))
        yield Span(
            at, head, body, after, length, separator.rstrip(b"\r\n"), header, whole, short
        )  # fmt: skip
        at, separator = after, following


def span_at(read: Read, size: int, start: int) -> Span | None:
    """The mail that begins at `start`; None where none does."""
    file = _Window(read, size)
    separator = _separator(file, start, True)
    return None if separator is None else next(_spans(file, start, separator), None)


def begins(data: bytes) -> bool:
    """Whether `data`, the first few KiB of a file, begins as an mbox does."""
    lead = _LEAD.match(data)
    file = _Window(lambda at, size: data[at : at + size], len(data))
    return lead is not None and _separator(file, lead.end(), True) is not None


def is_blank(data: bytes) -> bool:
    """Whether `data` is nothing that anybody could miss: what may stand before a first mail."""
    return not data.strip(_BLANK)


def fingerprint(span: Span) -> str:
    """24 hex digits that stay the same while mail programs mark, sort and rewrite the mailbox."""
    header = _lower(span.header).replace(b"\r\n", b"\n").rstrip(b"\n")
    digest = blake2b(_VOLATILE.sub(b"", header), digest_size=12)
    if _DATE.search(header) is None:
        digest.update(span.separator)  # then only that line tells two such mails apart
    return digest.hexdigest()


def alive(span: Span) -> bool:
    """False for what Thunderbird has expunged and not yet compacted, for drafts, and for the pseudo
    mail in which UW-IMAP and Pine keep their notes."""
    header = _lower(span.header)
    match = _MOZILLA.search(header)
    if match is not None and int(match[1], 16) & _EXPUNGED:
        return False
    return _PSEUDO.search(header) is None and _DRAFT.search(header) is None


def marked(span: Span) -> bool:
    """Whether a mail program writes its marks in place here (X-Mozilla-Status)."""
    return _MOZILLA.search(_lower(span.header)) is not None


def _lower(header: bytes) -> bytes:
    return b"\n" + header.lower()


def unquoted(mail: bytes) -> bytes:
    """A mail with the ">" taken off that mboxo, mboxrd and mboxcl put before "From " in a body.

    One is taken off ">>From " too: in mboxrd that is right, and elsewhere a quote stays a quote.
    Where a body has a bare "From " line nothing was ever quoted (mboxcl2).
    """
    end = header_end(mail)
    if end < 0 or b"\n>" not in mail[end:]:
        return mail
    body = mail[end:]
    return mail if b"\nFrom " in body else mail[:end] + _QUOTED.sub(rb"\1", body)


class _Window:
    """A file through one block. Offsets are the file's."""

    def __init__(self, read: Read, size: int) -> None:
        self.size = size
        self.read = read
        self._data = b""
        self._base = 0
        self._block = _FIRST_BLOCK

    def at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from there, less at the end of the file."""
        size = max(0, min(size, self.size - offset))
        begin = offset - self._base
        if begin < 0 or begin + size > len(self._data):
            self._load(offset, size)
            begin = offset - self._base
        return self._data[begin : begin + size]

    def find(self, needle: bytes, offset: int) -> int:
        """Where `needle` is next, -1 if nowhere."""
        while offset < self.size:
            if not self._base <= offset < self._base + len(self._data) - len(needle):
                self._load(offset, 0)
            found = self._data.find(needle, offset - self._base)
            if found >= 0:
                return self._base + found
            reached = self._base + len(self._data) - len(needle) + 1
            if self._base + len(self._data) >= self.size or reached <= offset:
                return -1  # its end, or the file became shorter
            offset = reached
        return -1

    def _load(self, offset: int, size: int) -> None:
        self._base = max(0, offset - _BACK)
        wanted = max(self._block, offset - self._base + size)
        self._block = min(2 * self._block, _BLOCK)
        self._data = self.read(self._base, max(0, min(wanted, self.size - self._base)))


def _next(file: _Window, offset: int) -> tuple[int, bytes]:
    """Where the next mail begins after `offset`, and its line; the end of the file if none does."""
    found = max(0, offset - 1)
    while (found := file.find(b"\nFrom ", found)) >= 0:
        before = file.at(max(0, found - 2), min(found, 2))
        blank = not before or before[-1:] == b"\n" or before in (b"\n\r", b"\r")
        if (separator := _separator(file, found + 1, blank)) is not None:
            return found + 1, separator
        found += 1
    return file.size, b""


def _separator(file: _Window, at: int, blank: bool) -> bytes | None:
    """The "From " line there if it begins a mail; `blank`: an empty line or nothing is before."""
    return separator_of(file.at(at, LINE_LIMIT + 256), blank)


def _header(file: _Window, head: int) -> tuple[bytes, int, bool]:
    """The header with the empty line that ends it, where the body begins, and whether it ended."""
    size = FIRST_READ
    while True:
        data = file.at(head, size)
        end = header_end(data)
        if end >= 0:
            end = data.index(b"\n", end + 1 if end else 0) + 1
        found = data.find(b"\nFrom ", 0, end if end >= 0 else len(data))
        while found >= 0:  # a header that the next mail cuts off
            if _separator(file, head + found + 1, False) is not None:
                return data[: found + 1], head + found + 1, True
            found = data.find(b"\nFrom ", found + 1, end if end >= 0 else len(data))
        if end >= 0:
            return data[:end], head + end, True
        if len(data) < size or size >= READ_LIMIT:
            return data, head + len(data), size >= READ_LIMIT <= len(data)
        size = min(4 * size, READ_LIMIT)


def _believed(read: Read, size: int, end: int) -> int | None:
    """Where the next mail begins if the body ends at `end`; None where it cannot end there."""
    data = read(end, min(LINE_LIMIT + 512, size - end))
    skipped = len(data) - len(data.lstrip(b"\r\n"))
    if skipped == len(data) and end + len(data) >= size:
        return size
    if skipped > 4:
        return None
    file = _Window(lambda at, wanted: data[at : at + wanted], len(data))
    # Right after the body: a line has to begin there.
    if skipped == 0 and read(end - 1, 1) != b"\n":
        return None
    return end + skipped if _separator(file, skipped, True) is not None else None
