"""How an event is written: one line, in the form that whoever reads it can use."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TextIO

from syncd.log.events import LEVELS, level_of
from syncd.log.veil import veiled

STYLES: Final = ("auto", "json", "text")

_FIRST: Final = ("timestamp", "level", "event")
# sd-daemon(3): what a line begins with tells the journal its priority.
_PRIORITIES: Final = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>"}


def writer(level: str, style: str) -> Callable[[str, Mapping[str, Any]], None]:
    """What writes events of `level` and above to standard error as it is now."""
    stream: TextIO | None = sys.stderr
    if stream is None:  # it was closed before we were started
        return _nowhere
    journal = _is_journal(stream)
    if style == "auto":
        style = _fitting(stream, journal=journal)
    structlog = _structlog()
    render: Any
    if style == "json":
        render = structlog.processors.JSONRenderer(ensure_ascii=False)
    elif _coloured(stream):
        render = structlog.dev.ConsoleRenderer(
            colors=True, sort_keys=False, exception_formatter=structlog.dev.plain_traceback
        )
    else:
        render = structlog.processors.LogfmtRenderer(bool_as_flag=False)
    logger = structlog.wrap_logger(
        structlog.WriteLogger(_Patient(stream)),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _in_order,
            _Prioritised(render) if journal else render,
        ],
        wrapper_class=structlog.BoundLogger,
    ).bind()
    least = LEVELS.index(level)

    def write(name: str, facts: Mapping[str, Any]) -> None:
        of = level_of(name)
        if LEVELS.index(of) >= least:
            told = veiled({key: facts[key] for key in facts if key not in _FIRST})
            getattr(logger, of)(name, level=of, **told)

    return write


def _nowhere(_name: str, _facts: Mapping[str, Any]) -> None:
    pass


def _structlog() -> Any:
    """structlog without rich, which it would load for tracebacks that are never written: 3 MB."""
    hidden = "rich" not in sys.modules
    if hidden:
        sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import structlog
    finally:
        if hidden:
            del sys.modules["rich"]
    return structlog


def _in_order(_logger: Any, _method: str, event: Any) -> Any:
    return {key: event[key] for key in _FIRST} | event


class _Prioritised:
    """A line with the priority that the journal takes from it."""

    def __init__(self, render: Any) -> None:
        self._render = render

    def __call__(self, logger: Any, method: str, event: Any) -> str:
        return f"{_PRIORITIES[method]}{self._render(logger, method, event)}"


class _Patient:
    """A stream whose trouble (a full disk, a reader who left) is nobody's: the work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: it is closed
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def _fitting(stream: TextIO, *, journal: bool) -> str:
    # A shell of a systemd session has $INVOCATION_ID as well: on a terminal a person reads.
    if journal or (os.environ.get("INVOCATION_ID") and not _is_terminal(stream)):
        return "json"
    return "text"


def _is_journal(stream: TextIO) -> bool:
    """Whether what is written goes to the journal: systemd.exec(5), $JOURNAL_STREAM."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return stat.S_ISSOCK(found.st_mode) and (device, inode) == (
        str(found.st_dev),
        str(found.st_ino),
    )


def _is_terminal(stream: TextIO) -> bool:
    with suppress(OSError, ValueError):
        return stream.isatty()
    return False


def _coloured(stream: TextIO) -> bool:
    """https://no-color.org"""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and _is_terminal(stream)
