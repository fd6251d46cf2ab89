"""A support module and a program: `syncd` as its users start it, in a world of loopback alone.

    python init_apart.py DNS_PORT WORDS...

Names are asked for at DNS_PORT, and only hosts of this machine are there.
"""

from __future__ import annotations

import sys

from servers.names import network_at

from syncd import setup
from syncd.cli.main import main as command_line


def main() -> None:
    """See above."""
    port = int(sys.argv[1])
    setup.Network = lambda: network_at(port)  # type: ignore[misc, assignment]
    sys.argv = ["syncd", *sys.argv[2:]]
    command_line()


if __name__ == "__main__":
    main()
