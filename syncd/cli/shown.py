"""What others named, as a terminal may show it; and that something is waited for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# C0, DEL and C1 steer a terminal; the others break lines or turn them round.
_STEERING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """One line of text: a folder, a calendar or a server's answer may be named by anybody."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Say on a terminal what is being done, while it is."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status(escape(shown(text))):
        yield
