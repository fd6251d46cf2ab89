"""The time zone of this machine, by its IANA name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LINK = Path("/etc/localtime")
_NAME = Path("/etc/timezone")


def time_zone(environment: Mapping[str, str], link: Path = _LINK, name: Path = _NAME) -> str:
    """$TZ, else what /etc/localtime leads to, else /etc/timezone; "" where none has a name."""
    candidates = [environment.get("TZ", "").removeprefix(":")]
    real = os.path.realpath(link)
    if "/zoneinfo/" in real:
        candidates.append(real.rpartition("/zoneinfo/")[2].removeprefix("posix/"))
    with suppress(OSError, UnicodeDecodeError):
        candidates.append(name.read_text("utf-8").strip())
    return next((zone for zone in candidates if is_zone(zone)), "")


def is_zone(name: str) -> bool:
    """Whether it is the name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)
