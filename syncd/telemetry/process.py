"""What this process costs, under the names that every Prometheus client uses.

The library's own collector needs /proc/stat, which `ProcSubset=pid` hides: a hardened unit would
have none of these.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_PAGE = resource.getpagesize()
_STATM = Path("/proc/self/statm")
_FDS = Path("/proc/self/fd")


class ProcessReading(Collector):
    """Memory, processor time and open files of this process. `started` is a Unix time."""

    def __init__(self, started: float) -> None:
        self._started = started

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "process_cpu_seconds_total",
            "User and system processor time",
            value=time.process_time(),
        )
        yield GaugeMetricFamily(
            "process_start_time_seconds", "When it was started, as Unix time", value=self._started
        )
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        yield GaugeMetricFamily("process_max_fds", "Files it may have open", value=limit)
        try:
            pages = _STATM.read_text(encoding="ascii").split()
            files = sum(1 for _ in _FDS.iterdir()) - 1  # without the one that lists them
        except OSError:
            return  # no Linux, or no /proc
        yield GaugeMetricFamily(
            "process_resident_memory_bytes", "Resident memory", value=int(pages[1]) * _PAGE
        )
        yield GaugeMetricFamily(
            "process_virtual_memory_bytes", "Virtual memory", value=int(pages[0]) * _PAGE
        )
        yield GaugeMetricFamily("process_open_fds", "Files it has open", value=files)
