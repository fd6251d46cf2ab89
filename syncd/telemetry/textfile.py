"""The same metrics as a file, for the textfile collector of node_exporter.

The collector adds what it reads to what it says itself, so nothing may have a name that it uses for
its own process, and what several owners write has to be told apart: by the file's name.
(https://github.com/prometheus/node_exporter#textfile-collector)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector


class TextFile:
    """One file that is replaced as a whole, so that nobody reads half of it."""

    def __init__(self, path: Path, registry: CollectorRegistry) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.new")
        self._families = CollectorRegistry()
        self._families.register(_Named(registry, path.stem))

    def write(self) -> None:
        """Raises OSError. It is for others to read, and has nothing that is anybody's."""
        text = generate_latest(self._families)
        try:
            with self._beside.open("wb") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(text)
            self._beside.replace(self._path)
        except OSError:
            with suppress(OSError):
                self._beside.unlink()
            raise

    def remove(self) -> None:
        """Nobody shall take for alive what has stopped."""
        with suppress(OSError):
            self._path.unlink()


class _Named(Collector):
    """What another registry collects, under names and with a label of its own."""

    def __init__(self, registry: CollectorRegistry, name: str) -> None:
        self._registry = registry
        self._name = name

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            own = "syncd_" if not family.name.startswith("syncd_") else ""
            named = Metric(own + family.name, family.documentation, family.type, family.unit)
            named.samples = [
                one._replace(name=own + one.name, labels={**one.labels, "syncd": self._name})
                for one in family.samples
            ]
            yield named
