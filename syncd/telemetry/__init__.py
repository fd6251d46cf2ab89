"""How syncd fares, for whoever looks after the machine: metrics, and whether it is well.

    pulse = Pulse()                              what the engine's loop beats
    telemetry = Telemetry(pulse, database, …)    counts, and answers on a loopback port or in a file

Labels are accounts, facets, states and kinds: never a person. prometheus_client is loaded when
metrics are wanted and not before.
"""

from typing import TYPE_CHECKING, Any

from syncd.telemetry.pulse import Pulse

if TYPE_CHECKING:
    from syncd.telemetry.telemetry import Telemetry

__all__ = ["Pulse", "Telemetry"]


def __getattr__(name: str) -> Any:
    if name == "Telemetry":  # what answers and writes, where metrics are wanted
        from syncd.telemetry.telemetry import Telemetry

        return Telemetry
    raise AttributeError(name)
