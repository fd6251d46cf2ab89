"""How syncd fares, for whoever looks after the machine: metrics, and whether it is well.

    pulse = Pulse()                              what the engine's loop beats
    telemetry = Telemetry(pulse, database, …)    counts, and answers on a loopback port or in a file

Labels are accounts, facets, states and kinds: never a person. prometheus_client is loaded when
metrics are wanted and not before.
"""

from syncd.telemetry.pulse import Pulse
from syncd.telemetry.telemetry import Telemetry

__all__ = ["Pulse", "Telemetry"]
