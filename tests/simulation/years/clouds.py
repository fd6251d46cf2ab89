"""The services in whose clouds an account may be: what happens there, and the way to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from simulation.years.cloud_wires import CloudWires
from simulation.years.cloud_world import Cloud
from simulation.years.exchange_wires import ExchangeWires
from simulation.years.exchange_world import AtExchange
from simulation.years.google_wires import GoogleWires
from simulation.years.google_world import AtGoogle
from simulation.years.graph_wires import GraphWires
from simulation.years.graph_world import AtGraph

CLOUDS: Final[Mapping[str, tuple[type[Cloud], Callable[..., CloudWires]]]] = {
    "google": (AtGoogle, GoogleWires),
    "exchange": (AtExchange, ExchangeWires),
    "graph": (AtGraph, GraphWires),
}
