"""A support module: Xandikos on loopback. It lets everybody in, and keeps items in git."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.dav import USER, DavServer, free_port, process


@contextmanager
def xandikos(folder: Path) -> Iterator[DavServer]:
    """A server that keeps everything below `folder`."""
    pytest.importorskip("xandikos", reason="no Xandikos: pip install xandikos")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "xandikos", "serve", "-d", str(folder / "data"), "--defaults",
               "--state-dir", str(folder / "state"), "-l", "127.0.0.1", "-p", str(port),
               "--current-user-principal", f"/{USER}/"]  # fmt: skip
    with process(command, port, folder / "log"):
        yield DavServer(
            f"http://127.0.0.1:{port}/",
            f"/{USER}/calendars/",
            f"/{USER}/contacts/",
            folder=folder,
            signs_in=False,
        )
