"""Paths of the configuration, and lists that may be written without brackets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator


def _placed(value: str) -> str:
    """A path that can be made out on this machine: `~` is somebody's home."""
    if "\0" in value:
        raise ValueError(f"{value!r} is no path")
    try:
        Path(value).expanduser()
    except RuntimeError:
        user = value.split("/", 1)[0]
        raise ValueError(
            f"{value!r}: {user} is nobody's home folder on this machine; write the path from / on"
        ) from None
    return value


def listed(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if isinstance(value, list) or value is None else [value]


Place = Annotated[str, AfterValidator(_placed)]
Places = Annotated[list[Place], BeforeValidator(listed)]
Words = Annotated[list[str], BeforeValidator(listed)]
