"""Secrets as files beside the configuration, which nobody else can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType


def place_for(name: str, folder: Path) -> Path:
    """Where the secret of that name is looked for (`syncd/secrets.py`). `folder` is the
    configuration's."""
    return folder / "secrets" / name


@contextmanager
def written(
    secrets: Mapping[str, str], folder: Path, beside: Mapping[str, str] = MappingProxyType({})
) -> Iterator[list[Path]]:
    """Write each, mode 0600, and what lies `beside` the configuration, by name; where what follows
    goes wrong, all is as before. Raises OSError."""
    undo: list[tuple[Path, bytes | None]] = []
    kept = place_for("", folder)
    wanted = [(kept, bool(secrets)), (folder, bool(secrets or beside))]
    made = [one for one, needed in wanted if needed and not one.exists()]
    every = {place_for(name, folder): f"{secret}\n" for name, secret in secrets.items()}
    every |= {folder / name: text for name, text in beside.items()}
    try:
        if every:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if secrets:
            kept.mkdir(mode=0o700, exist_ok=True)
        for place, text in every.items():
            undo.append((place, place.read_bytes() if place.is_file() else None))
            _put(place, text.encode())
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
