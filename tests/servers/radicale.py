"""A support module: Radicale on loopback, one user who signs in by password."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.dav import PASSWORD, USER, DavServer, free_port, process
from servers.tls import Certificate


@contextmanager
def radicale(folder: Path, tls: Certificate | None = None, port: int = 0) -> Iterator[DavServer]:
    """A server that keeps everything below `folder`; on `port`, where it was before."""
    pytest.importorskip("radicale", reason="no Radicale: pip install radicale")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    secured = f"ssl = True\ncertificate = {tls.path}\nkey = {tls.key}\n" if tls else ""
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\ndelay_on_error = 0\n{secured}"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\n"
        "htpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder / 'data'}\n"
        "[logging]\nlevel = warning\n"
    )
    command = [sys.executable, "-m", "radicale", "--config", str(folder / "config")]
    with process(command, port, folder / "log"):
        scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        home = f"/{USER}/"
        server = DavServer(
            f"{scheme}://{host}:{port}/", home, home, tls.path if tls else None, folder
        )
        server.ask("PROPFIND", home, headers={"Depth": "0"})  # makes the user's folder
        yield server
