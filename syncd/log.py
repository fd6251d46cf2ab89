"""What happened, as events with stable names, for `--verbose` and for a journal.

An event carries accounts, counts and kinds of errors; never an address, a subject, a title or a
path. structlog is loaded when somebody wants to listen.
"""

from __future__ import annotations

import sys
from typing import Any

_listening = False


def listen() -> None:
    """Write events to standard error from now on, as `key=value`."""
    global _listening  # noqa: PLW0603  # one process has one log
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _listening = True


def event(name: str, **facts: Any) -> None:
    """Note that `name` (like `source.batch_committed`) happened."""
    if _listening:
        import structlog

        structlog.get_logger().info(name, **facts)
