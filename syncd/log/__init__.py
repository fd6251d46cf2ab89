"""What happened, as events with stable names: for a terminal, a journal and the metrics.

    log.event("source.batch_committed", account="work", facet="mail", items=120)

An event is a fact and never prose. It carries accounts, counts, kinds of errors and errors
themselves (`error=error`: written as its kind and the places in our code); never an address, a
subject, a title, a name or a path, and what looks like one is veiled (`veil.py`). Every name, with
its level and its facts, stands in `events.py` and in docs/events.md.

Nothing is loaded until somebody listens. Any thread may tell an event, and telling one never fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from syncd.log.names import called, know

__all__ = ["Hearer", "called", "event", "hear", "know", "listen", "silence", "unhear"]

Hearer = Callable[[str, Mapping[str, Any]], None]
"""Takes the name of an event and its facts as they were told, nothing veiled."""

_hearers: tuple[Hearer, ...] = ()  # replaced as a whole, so that telling needs no lock
_changing = threading.Lock()
_stop: Callable[[], None] | None = None


def event(name: str, /, **facts: Any) -> None:
    """Note that `name` (like `source.batch_committed`) happened."""
    _tell(name, facts)


def _tell(name: str, facts: Mapping[str, Any]) -> None:
    for hearer in _hearers:
        hearer(name, facts)


def listen(level: str = "info", style: str = "auto") -> None:
    """Write events of this level and above (debug, info, warning, error) to standard error from
    now on, and with them what libraries warn of and what nobody caught.

    `style` is json, text (key=value) or auto: JSON for a journal, coloured on a terminal, plain
    `key=value` for everything else. Called again, it takes the place of the call before.
    """
    global _stop  # noqa: PLW0603  # one process has one log
    from syncd.log import capture, output

    silence()
    writer = output.writer(level, style)
    hear(writer)
    released = capture.capture(_tell)

    def stop() -> None:
        released()
        unhear(writer)

    _stop = stop


def silence() -> None:
    """Write nothing any more."""
    global _stop  # noqa: PLW0603  # one process has one log
    if _stop is not None:
        _stop()
        _stop = None


def hear(hearer: Hearer) -> None:
    """Tell `hearer` of every event from now on, whatever its level. It must be quick, must not
    raise, and may be called by any thread."""
    global _hearers  # noqa: PLW0603  # one process has one log
    with _changing:
        _hearers = (*_hearers, hearer)


def unhear(hearer: Hearer) -> None:
    """Tell `hearer` nothing any more."""
    global _hearers  # noqa: PLW0603  # one process has one log
    with _changing:
        _hearers = tuple(one for one in _hearers if one != hearer)
