"""What `syncd doctor` looks at in `metrics:`: whether the page and the file can be had."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from syncd import wiring
from syncd.store import lock
from syncd.views.doctor import Finding, ok, warning, wrong


def metrics(assembly: wiring.Assembly) -> Iterator[Finding]:
    """Nothing where no metrics are wanted."""
    wanted = assembly.settings.metrics
    if wanted is None:
        return
    if wanted.listen is not None:
        yield _port(*wanted.listen, daemon=_runs(assembly))
    if wanted.textfile is not None:
        yield _file(assembly.base / Path(wanted.textfile).expanduser())


def _runs(assembly: wiring.Assembly) -> bool | None:
    """Whether a daemon runs; None where nobody can tell."""
    path = lock.path_of(make_url(wiring.state_url(assembly)))
    return None if path is None else lock.holder(path) is not None


def _port(address: str, port: int, *, daemon: bool | None) -> Finding:
    where = f"port {port} of {address}"
    served = _is_ours(address, port)
    if served:
        if daemon is not False:
            return ok("metrics", f"{where} answers")
        return wrong("metrics", f"{where} is served by another syncd", "choose another port")
    trouble = _cannot_listen(address, port)
    if trouble:
        do = "stop what has it, or choose another one in `metrics:`; syncd tries again by itself"
        return wrong("metrics", f"{where} cannot be used ({trouble})", do)
    if daemon:
        do = "reload it (SIGHUP), or look into its log: it tries again every half minute"
        return warning("metrics", f"{where} is free, but the running syncd does not serve it", do)
    return ok("metrics", f"{where} is free")


def _is_ours(address: str, port: int) -> bool:
    """Whether a syncd answers there, in whatever health."""
    host = f"[{address}]" if ":" in address else address
    request = f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n"
    try:
        with socket.create_connection((address, port), timeout=2) as line:
            line.sendall(request.encode())
            return b"here are /metrics and /healthz" in line.makefile("rb").read(4096)
    except OSError:
        return False


def _cannot_listen(address: str, port: int) -> str:
    """Why not; "" where it can. Nobody hears of the try."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
            one.listen(1)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _file(path: Path) -> Finding:
    folder = path.parent
    if not folder.is_dir():
        return wrong("metrics", f"{folder} is no folder", "make it, or name another one")
    if not os.access(folder, os.W_OK | os.X_OK):
        return wrong("metrics", f"{folder} may not be written", "give syncd's user the right to")
    return ok("metrics", f"{path} can be written")
