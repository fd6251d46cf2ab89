"""What others would write to standard error by themselves: libraries, and errors nobody caught.

Both would quote whatever they were at: a header, a URL with a token, a mail. Of a library's message
only what stands in its code is told, and never what it put in.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from syncd.log.veil import Literal

Teller = Callable[[str, Mapping[str, Any]], None]


def capture(tell: Teller) -> Callable[[], None]:
    """Have all of it told to `tell`; returns what puts everything back as it was."""
    handler = _Handler(tell)
    root = logging.getLogger()
    root.addHandler(handler)
    logging.captureWarnings(True)
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook

    def uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, Exception):
            tell("process.crashed", {"error": error.with_traceback(trace)})
        else:
            hooks[0](kind, error, trace)

    def in_thread(found: threading.ExceptHookArgs) -> None:
        if isinstance(found.exc_value, Exception):
            tell("process.crashed", {"error": found.exc_value})

    def ignored(found: Any) -> None:
        if found.exc_value is not None:
            tell("process.crashed", {"error": found.exc_value})

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, ignored

    def release() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        root.removeHandler(handler)

    return release


class _Handler(logging.Handler):
    """Records of the standard library's logging, from WARNING on."""

    def __init__(self, tell: Teller) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        # `name` is chosen by a program, and some make it from what they read.
        library = "python" if record.name == "py.warnings" else record.name.partition(".")[0]
        facts: dict[str, Any] = {
            "library": library,
            "at": Literal(f"{record.module}:{record.lineno}"),
        }
        said = _said(record)
        if said:
            facts["said"] = Literal(said)
        if record.exc_info and record.exc_info[1] is not None:
            facts["error"] = record.exc_info[1]
        self._tell("library.failed" if record.levelno >= logging.ERROR else "library.warned", facts)


def _said(record: logging.LogRecord) -> str:
    """The message before anything was put in, if it is that: it must stand, as it is, in the code
    that told it. A message that was put together before it was told is not repeated."""
    if not isinstance(record.msg, str):
        return ""
    frame = sys._getframe(1)  # noqa: SLF001  # documented for this; `inspect` is the slow way to it
    while frame is not None:
        code = frame.f_code
        if (code.co_filename, code.co_name) == (record.pathname, record.funcName):
            return " ".join(record.msg.split()) if record.msg in code.co_consts else ""
        frame = frame.f_back  # type: ignore[assignment]
    return ""
