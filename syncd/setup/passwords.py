"""Passwords as files beside the configuration, which nobody else can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


def place_for(name: str, folder: Path) -> Path:
    """Where the secret of that name is looked for (`syncd/secrets.py`). `folder` is the
    configuration's."""
    return folder / "secrets" / name


@contextmanager
def written(secrets: Mapping[str, str], folder: Path) -> Iterator[list[Path]]:
    """Write each, mode 0600; where what follows goes wrong, all is as before. Raises OSError."""
    undo: list[tuple[Path, bytes | None]] = []
    kept = place_for("", folder)
    made = [one for one in (kept, folder) if secrets and not one.exists()]
    try:
        if secrets:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.mkdir(mode=0o700, exist_ok=True)
        for name, secret in secrets.items():
            place = place_for(name, folder)
            undo.append((place, place.read_bytes() if place.is_file() else None))
            _put(place, secret.encode() + b"\n")
        yield [place for place, _ in undo]
    except BaseException:
        for place, before in reversed(undo):
            if before is None:
                place.unlink(missing_ok=True)
            else:
                _put(place, before)
        for one in made:
            with suppress(OSError):
                one.rmdir()
        raise


def _put(place: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=place.parent)  # 0600
    fresh = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)
