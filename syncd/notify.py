"""What a service tells its manager: sd_notify(3) in a few lines, without libsystemd.

One datagram a message, `NAME=value` lines, to the socket that $NOTIFY_SOCKET names; a leading `@`
stands for an abstract one. Started by hand there is no such socket, and nothing is told. With
Type=notify only the main process is listened to (NotifyAccess=main), so children stay quiet.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# A manager that takes nothing for so long has other troubles; the service goes on with its work.
_PATIENCE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Notifier:
    """The line to the service manager. Each message returns whether it was handed over.

    `address` is "" where nobody listens. `watchdog_interval` is in seconds, None without a
    watchdog: feed it that often. It is half of WatchdogSec, as sd_watchdog_enabled(3) advises.
    """

    address: str = ""
    watchdog_interval: float | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Notifier:
        """The line that $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID describe."""
        given = os.environ if environment is None else environment
        address = given.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()  # none, or of a family that is not for services (vsock:)
        return cls(address, _interval(given))

    def ready(self) -> bool:
        """Start-up is over, or a reload is."""
        return self._send("READY=1")

    def status(self, text: str) -> bool:
        """One line for `systemctl status`; it carries nothing that a log may not carry."""
        return self._send(f"STATUS={' '.join(text.split())}")

    def reloading(self) -> bool:
        """A reload has begun; `ready` ends it."""
        # The moment is asked for since systemd 253 (Type=notify-reload); older ones pass over it.
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        return self._send("RELOADING=1", f"MONOTONIC_USEC={now}")

    def stopping(self) -> bool:
        """The service is leaving."""
        return self._send("STOPPING=1")

    def watchdog(self) -> bool:
        """Work goes on. Called from the work itself, never by a timer."""
        return self.watchdog_interval is not None and self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> bool:
        if not self.address:
            return False
        # An abstract name begins with a zero byte and ends with the address, not at a zero.
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(_PATIENCE)
                line.connect(address)
                line.sendall("\n".join(lines).encode())
        except OSError:
            return False  # who is not told anything acts on its own: it restarts us
        return True


def _interval(given: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life; None without a watchdog, or with another process's."""
    meant = given.get("WATCHDOG_PID", "")
    microseconds = given.get("WATCHDOG_USEC", "")
    if meant and meant != str(os.getpid()):
        return None
    if not (microseconds.isascii() and microseconds.isdigit()) or not int(microseconds):
        return None
    return int(microseconds) / 2_000_000
